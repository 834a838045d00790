//! What is stated of the protocols, of every client, and of the mock itself.

use crate::fact::{Fact, facts};

/// Of Alibaba's gateway and both its call styles.
pub(super) const ALIBABA: &[Fact] = facts! {
    "alibaba.rpc.action.place", Sdk, "Tea Python and Node (V3)", "Action and Version may stand in the query, in the form body, or only in the headers x-acs-action and x-acs-version.";
    "alibaba.rpc.method", Sdk, "Tea, classic Python, pop-core", "The call is a GET with a query, or a POST with its parameters in the query, in a form body, or in both.";
    "alibaba.rpc.method.unsupported", Assumed, "the gateway's message names the method", "Any other method is refused as an unknown action, with 404.";
    "alibaba.rpc.parameter.unknown", Assumed, "SDKs add RegionId, SignatureType and others", "A parameter that the operation does not have is ignored.";
    "alibaba.rpc.parameter.empty", Assumed, "nobody", "A parameter with an empty value counts as absent.";
    "alibaba.rpc.parameter.duplicate", Assumed, "nobody", "Of a parameter that is given twice the first counts; the query comes before the form body.";
    "alibaba.rpc.parameter.malformed", Assumed, "nobody", "Broken percent-encoding, or bytes that are not UTF-8, are refused as InvalidParameter.Format.";
    "alibaba.rpc.space", Sdk, "Tea Python; classic Python, Node", "A space arrives as + or as %20.";
    "alibaba.rpc.format", Vendor, "RPC call style, common parameters: Format", "Format asks for JSON or XML; its letter case does not matter (SDKs send JSON and json).";
    "alibaba.rpc.format.none", Sdk, "classic Python, do_action", "Format=None is sent by default; it counts as absent.";
    "alibaba.rpc.format.unsupported", Vendor, "API gateway, common error codes: InvalidParameter.Format", "Any other Format is refused as InvalidParameter.Format.";
    "alibaba.rpc.format.default", Assumed, "XML: older vendor pages; JSON: newer ones and every V3 SDK", "Without Format, the answer is JSON if the request has V3 headers or accepts JSON, else what the dialect's default_format says (XML).";
    "alibaba.rpc.version", Sdk, "alibabacloud_ehpc20180412, alibabacloud_cs20151215", "E-HPC is of version 2018-04-12, Container Service of 2015-12-15.";
    "alibaba.rpc.version.absent", Assumed, "the sample requests of 000, 002 and 003 show no Version", "A request without a Version is answered, unless the dialect's absent_version refuses it.";
    "alibaba.request_id", Documented, "000, 003, response parameters: RequestId; refusals: RPC call style, error results", "Every RPC answer has a RequestId.";
    "alibaba.request_id.header", Assumed, "the gateway is known to send it; no document here states it", "The request id is also in the header x-acs-request-id.";
    "alibaba.error.envelope", Vendor, "RPC call style, error results", "A refusal has RequestId, HostId, Code and Message; in XML inside <Error>.";
    "alibaba.error.content_type", Sdk, "Tea Python reads an XML error only so", "An XML refusal has the content type text/xml;charset=utf-8.";
    "alibaba.gateway.missing", Vendor, "API gateway, common error codes: Missing{ParameterName}", "A required parameter that is absent is 400 Missing{Name}, `{Name} is mandatory for this action.`.";
    "alibaba.gateway.invalid_action", Vendor, "API gateway, common error codes: InvalidAction.NotFound", "An unknown action is 404 InvalidAction.NotFound.";
    "alibaba.roa.route.unknown", Assumed, "the gateway's message names url and method", "An unknown path of a request that states a version in x-acs-version is 404 InvalidAction.NotFound.";
    "alibaba.gateway.invalid_version", Vendor, "live answers quoted in openapi-sdk-php issue 175 and aliyun-sdk-js issue 129", "Another version is refused as InvalidVersion, `Specified parameter Version is not valid.`.";
    "alibaba.gateway.invalid_format", Vendor, "API gateway, common error codes: InvalidParameter.Format", "An unsupported format is 400 InvalidParameter.Format.";
    "alibaba.roa.format", Documented, "002, sample success responses", "The answer is XML or JSON, with the content type application/xml or application/json.";
    "alibaba.roa.accept", Sdk, "classic Python, do_action with XML; Tea", "Accept asks for the encoding: application/xml, application/json.";
    "alibaba.roa.accept.other", Assumed, "the sample request of 002 has no Accept; classic Python sends application/octet-stream", "Without a preference for XML the answer is JSON.";
    "alibaba.roa.service_error", Vendor, "alibaba-cloud-sdk-go issue 476; the gateway in front has the envelope of RPC", "The service refuses with code, message, requestId and status in lower case.";
    "alibaba.roa.service_error.xml", Assumed, "nobody", "The same keys in XML, inside <Error>.";
    "alibaba.gateway.invalid_version.status", Assumed, "the quoted answers do not show it", "The status of InvalidVersion is 404.";
    "alibaba.parameter.name", Assumed, "nobody", "The letter case of a parameter's name counts.";
    "alibaba.host_id.ack", Assumed, "by the pattern of E-HPC's host in the sample requests", "The HostId of Container Service is cs.cn-hangzhou.aliyuncs.com.";
    "alibaba.content_type.json", Assumed, "newer vendor pages; 002 for Container Service", "JSON of E-HPC has the content type application/json;charset=utf-8.";
    "alibaba.refusal.order", Assumed, "nobody", "The version is looked at first, then what is missing, then what is out of bounds, then what does not exist.";
    "alibaba.gateway.access_key.not_found", Vendor, "API gateway, common error codes: InvalidAccessKeyId.NotFound", "An unknown access key is 404 InvalidAccessKeyId.NotFound.";
    "alibaba.gateway.access_key.inactive", Vendor, "API gateway, common error codes: InvalidAccessKeyId.Inactive; the text is assumed", "A disabled access key is 400 InvalidAccessKeyId.Inactive.";
    "alibaba.gateway.signature.no_match", Vendor, "API gateway, common error codes: SignatureDoesNotMatch; classic Python, client.py: splits at the colon", "A wrong signature is 400 SignatureDoesNotMatch, with the server's string to sign after the colon.";
    "alibaba.gateway.signature.nonce_used", Vendor, "API gateway, common error codes: SignatureNonceUsed", "A nonce that was used is 400 SignatureNonceUsed.";
    "alibaba.gateway.time.format", Vendor, "API gateway, common error codes: InvalidTimeStamp.Format; the text is assumed", "A time that cannot be read is 400 InvalidTimeStamp.Format.";
    "alibaba.gateway.time.expired", Vendor, "API gateway, common error codes: InvalidTimeStamp.Expired: 15 minutes", "A time more than 15 minutes away is 400 InvalidTimeStamp.Expired.";
    "alibaba.gateway.security_token", Assumed, "the gateway has codes that begin with InvalidSecurityToken", "A security or bearer token that does not fit is 400 InvalidSecurityToken.MismatchWithAccessKey.";
    "alibaba.gateway.nonce.required", Assumed, "every SDK but classic Python's ROA sends one", "A signature of RPC V1 or ACS3 without a nonce is 400 MissingSignatureNonce.";
    "alibaba.acs3.covered", Assumed, "every capture lists them", "ACS3 has to cover the date, the nonce, and the action and version that it states in headers.";
    "alibaba.gateway.throttling", Vendor, "API gateway, common error codes: Throttling.User; Tea reads x-acs-retry-after", "Too many requests are 400 Throttling.User, with the header x-acs-retry-after in milliseconds; here only as a fault.";
};

/// Of Huawei's gateway and its call style.
pub(super) const HUAWEI: &[Fact] = facts! {
    "huawei.error.body", Vendor, "terraform-provider-huaweicloud; Huawei API response page", "A refusal has error_code and error_msg.";
    "huawei.request_id", Sdk, "huaweicloudsdkcore exception_handler.py", "The request id is read only from the header X-Request-Id.";
    "huawei.gateway.not_found", Vendor, "API gateway, error codes: APIGW.0101", "An unknown path or method is 404 APIGW.0101; the body has a request_id equal to the header.";
    "huawei.gateway.unauthorized", Vendor, "huaweicloud-sdk-nodejs-v3 issue 2; ddns-go issue 844; huaweicloud-sdk-java-v3 issue 44", "A request without credentials is 401 APIGW.0301; with credentials on the backend, so are an unknown AK, a wrong signature, an expired one and a wrong token, each in words of its own.";
    "huawei.gateway.unavailable", Vendor, "API gateway, error codes: APIGW.0613; 004, status codes: 503; the text is that of 004", "503: Service unavailable.";
    "huawei.parameter.empty", Assumed, "the SDK sends empty strings as key=", "A parameter with an empty value counts as absent.";
    "huawei.parameter.duplicate", Assumed, "the SDK repeats the key for a list", "Of a parameter that is given twice the first counts.";
    "huawei.gateway.unauthorized.key", Vendor, "ddns-go issue 844", "An unknown AK is 401 APIGW.0301, `ak … not exist`.";
    "huawei.gateway.unauthorized.signature", Vendor, "huaweicloud-sdk-nodejs-v3 issue 2", "A wrong signature is 401 APIGW.0301, `verify aksk signature fail`, with the server's canonical request in one line.";
    "huawei.gateway.unauthorized.expired", Vendor, "huaweicloud-sdk-java-v3 issue 44", "A signature of more than 15 minutes ago is 401 APIGW.0301, `calc aksk signature fail:signature expired`, with both times.";
    "huawei.gateway.unauthorized.token", Vendor, "API gateway, error codes: APIGW.0301, decrypt token fail", "A wrong token is 401 APIGW.0301, `decrypt token fail`.";
    "huawei.token.precedence", Assumed, "nobody", "With both a signature and a token the signature decides; an empty Authorization is none.";
    "huawei.gateway.forbidden", Vendor, "API gateway, error codes: APIGW.0302; the text is assumed", "403 APIGW.0302; here only as a fault.";
    "huawei.gateway.throttling", Vendor, "API gateway, error codes: APIGW.0308; the figures are assumed", "429 APIGW.0308: the throttling threshold has been reached; here only as a fault.";
};

/// Of every client, whichever cloud it asks, and of the mock.
pub(crate) const COMMON: &[Fact] = facts! {
    "client.read", Sdk, "Tea, classic Python and Node: see tests/sdk", "A client reads the answer that the documents describe.";
    "client.white_space", Assumed, "RFC 8259, section 2; XML 1.0, section 2.10", "White space between tokens, and comments in XML, change nothing.";
    "client.order", Assumed, "RFC 8259, section 4; the samples order their fields otherwise than the tables", "The order of fields changes nothing.";
    "client.escapes", Assumed, "RFC 8259, section 7; XML 1.0, section 4.1", "A character may be written as its escape or its reference.";
    "client.unknown_field", Sdk, "Tea from_map; huaweicloudsdkcore deserialization", "A field that the client does not know is left out.";
    "client.unknown_word", Assumed, "timeout, canceled and paused were seen where no document lists them", "A word that no document lists is handed on or is an error; it is neither success nor a reason to wait for ever.";
    "client.missing_field", Assumed, "the response parameters are documented as present", "An answer without one of its fields is an error, or shows that it is absent; the client makes nothing up.";
    "client.wrong_type", Assumed, "the response parameters have documented types", "A value of another type is an error.";
    "client.number_as_text", Assumed, "nobody", "A number inside a text is read, or is an error.";
    "client.number.large", Documented, "000, 001, response parameters: Integer; 004, response parameters: Long", "An integer has 32 bits with a sign, a long has 64; no digit of either is lost.";
    "client.byte_order_mark", Assumed, "RFC 8259, section 8.1", "A byte order mark is skipped, or is an error.";
    "client.content_type", Assumed, "nobody", "A content type that does not fit the body is ignored, or is an error.";
    "client.no_answer", Assumed, "gateways and proxies answer with pages of their own", "A body that is no answer at all is an error, also with status 200.";
    "client.nesting", Assumed, "nobody", "An answer inside something else is an error.";
    "client.truncated", Assumed, "RFC 8259, section 2; XML 1.0, section 2.1", "A body that is cut off, or goes on, is an error.";
    "client.utf_8", Assumed, "RFC 8259, section 8.1; XML 1.0, section 4.3.3", "Bytes that are not UTF-8 are an error.";
    "credentials.unchecked", Assumed, "a choice of the mock", "Without credentials on the backend, those of a request and its signature are accepted unseen.";
};

/// Of the responses that a client meets beside those that the documents describe.
pub(super) const RESPONSES: &[Fact] = facts! {
    "client.json.duplicate_key", Assumed, "RFC 8259, section 4", "Of a key that stands twice either value is read, or it is an error.";
    "client.json.lone_surrogate", Assumed, "RFC 8259, section 8.2", "Half of a surrogate pair is an error, or the replacement character.";
    "client.json.trailing_comma", Assumed, "RFC 8259, sections 4 and 9", "A comma after the last field is an error; a parser may read it.";
    "client.deep", Assumed, "RFC 8259, section 9", "A field that is not known and nests a thousand deep is left out, or is an error; it exhausts no stack.";
    "client.number.out_of_range", Assumed, "RFC 8259, section 6", "A number that no documented type holds is handed on to the last digit, or is an error; it is neither wrapped nor cut.";
    "client.number.decimal", Assumed, "RFC 8259, section 6", "A whole number may be written 10.0 or 1e1; it is that number, or an error.";
    "client.number.none", Assumed, "RFC 8259, section 6", "NaN and Infinity are no numbers in JSON, and are an error in XML too.";
    "client.xml.cdata", Assumed, "XML 1.0, section 2.7", "A CDATA section is text, and nothing in it is markup.";
    "client.xml.comment", Assumed, "XML 1.0, section 2.5", "A comment in a text is not part of it, and does not end it.";
    "client.xml.processing_instruction", Assumed, "XML 1.0, section 2.6", "A processing instruction is not part of a text, and does not end it.";
    "client.xml.attributes", Assumed, "XML 1.0, section 3.1", "An attribute that is not known changes nothing.";
    "client.xml.namespace", Assumed, "Namespaces in XML 1.0", "An element in a namespace that is not known is read, or is an error.";
    "client.xml.empty_list", Assumed, "nobody", "An element without content where a list stands is an empty list, or an error; it is not an item.";
    "client.xml.no_declaration", Assumed, "XML 1.0, section 2.8", "The XML declaration may be left out.";
    "client.xml.entity", Assumed, "XML 1.0, section 4.4", "An entity that the document declares is replaced by its text, or is an error; its name is no text.";
    "client.xml.external_entity", Assumed, "OWASP, XML External Entity Prevention", "An entity elsewhere is an error; nothing is fetched.";
    "client.xml.entity_bomb", Assumed, "OWASP, XML Entity Expansion", "Entities that multiply are an error in bounded time and memory.";
    "client.xml.encoding", Assumed, "XML 1.0, section 4.3.3", "A document in the encoding that it declares is read, or is an error.";
    "client.xml.encoding.untrue", Assumed, "XML 1.0, section 4.3.3", "A document that declares another encoding than it has is an error, or is read as what it is.";
    "client.http.gzip", Assumed, "RFC 9110, sections 8.4 and 12.5.3", "A body in gzip that says so is unpacked, or is an error.";
    "client.http.gzip.unlabelled", Assumed, "RFC 9110, section 8.4", "A body in gzip that does not say so is an error.";
    "client.http.chunked", Assumed, "RFC 9112, section 7.1", "A body may come in chunks, with or without trailers.";
    "client.http.length", Assumed, "RFC 9112, section 8", "A body that is longer or shorter than announced is an error, or is read whole; a part of it is never an answer.";
    "client.http.charset", Assumed, "RFC 8259, section 11; RFC 7303, section 3", "A charset that is not that of the body is ignored, or is an error; no other text is read.";
    "client.http.no_content", Assumed, "RFC 9110, section 15.3.5; Tea raises, huaweicloudsdkcore returns an answer without fields", "204 without a body is no answer to a question, and is an error.";
    "client.error.with_200", Assumed, "pop-core looks at the code of a body whatever its status", "A refusal with status 200 is an error.";
    "client.error.no_envelope", Assumed, "proxies in front of a gateway answer with pages of their own, or with nothing", "A status of an error is one, whatever its body is.";
    "client.error.case", Assumed, "classic SDKs lose the code of a refusal in lower case: alibaba-cloud-sdk-go issue 476", "A refusal whose keys begin with letters of the other case is an error.";
    "client.error.encoding", Assumed, "nobody", "A refusal in the other encoding is an error.";
    "client.error.base64", Assumed, "terraform-provider-huaweicloud pull request 5226: one region, one error", "A refusal in base64 is an error.";
    "client.error.unfilled", Assumed, "the messages of the error tables have %s", "A message in which %s is left unfilled is shown as it came.";
    "client.error.recommend", Vendor, "RPC call style, error results: Recommend", "A refusal may have a Recommend, which holds a link.";
};
