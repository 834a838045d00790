//! Signatures: every captured request of an official SDK verifies and no changed one does; how the
//! gateways refuse; and what they do not tell.

use serde_json::Value;
use taskmock::{Algorithm, Backend, Credentials, Format, Request, Response, State, Timestamp};

use crate::requests::{captures, expected};
use crate::support::{DWS_PATH, get, text};

const CLUSTER: &str = "ehpc-hz-FYUr32****";

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// The value of a parameter of the query or the form, decoded.
fn parameter(request: &Request, name: &str) -> Option<String> {
    let form = String::from_utf8_lossy(request.body()).into_owned();
    let pairs = [request.uri().query().unwrap_or(""), &form].join("&");
    let value = pairs.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")))?;
    Some(percent_encoding::percent_decode_str(value).decode_utf8().expect("UTF-8").into_owned())
}

/// When a request was signed.
fn signed_at(request: &Request) -> Option<Timestamp> {
    if let Some(time) = parameter(request, "Timestamp").or_else(|| header(request, "x-acs-date").map(str::to_owned)) {
        return time.parse().ok();
    }
    if let Some(date) = header(request, "x-sdk-date") {
        let (day, time) = date.split_once('T')?;
        let iso = format!("{}-{}-{}T{}:{}:{}Z", &day[..4], &day[4..6], &day[6..], &time[..2], &time[2..4], &time[4..6]);
        return iso.parse().ok();
    }
    let date = header(request, "date")?;
    let time = chrono::DateTime::parse_from_rfc2822(date).expect("a date");
    Some(Timestamp::from_unix_millis(time.timestamp_millis()))
}

/// The documents' world at an instant, with the users of the captures.
fn gate(at: Timestamp, users: &[Credentials]) -> Backend {
    let mut backend = Backend::new(State { clock: at.into(), ..State::documents() });
    users.iter().for_each(|user| backend.admit(user.clone()));
    backend
}

/// The user who signed a capture.
fn user(request: &Request) -> Credentials {
    let is_huawei = request.uri().path().starts_with("/v2/");
    let user = if is_huawei { Credentials::new("testak", "testsk") } else { Credentials::new("testid", "testsecret") };
    let token = ["x-acs-security-token", "x-security-token", "x-acs-bearer-token"]
        .iter()
        .find_map(|name| header(request, name))
        .map(str::to_owned)
        .or_else(|| parameter(request, "SecurityToken"))
        .or_else(|| {
            header(request, "x-auth-token").filter(|_| header(request, "authorization") == Some("")).map(str::to_owned)
        });
    match token {
        Some(token) => user.with_security_token(&token),
        None => user,
    }
}

fn code(response: &Response) -> String {
    let body = text(response);
    match serde_json::from_str::<Value>(body) {
        Ok(json) => ["Code", "code", "error_code"].iter().find_map(|key| json[key].as_str()).unwrap_or("").to_owned(),
        Err(_) => body.split("<Code>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or("").to_owned(),
    }
}

fn all_captures() -> Vec<(String, Request)> {
    captures("alibaba").into_iter().chain(captures("huawei")).collect()
}

/// Algorithms that are refused by name.
fn is_not_verified(name: &str) -> bool {
    matches!(name, "py_sm3" | "py_p256" | "py_sm2")
}

/// What no gate is asked about: an operation that the mock does not have.
fn is_no_operation(name: &str) -> bool {
    matches!(name, "tea-v3-InvokeShellCommand" | "tea-v3-StartNodes")
}

#[test]
fn every_captured_request_verifies_at_its_time() {
    let mut verified = 0;
    for (name, request) in all_captures() {
        let at = signed_at(&request).unwrap_or_else(|| State::documents().now());
        let mut backend = gate(at, &[user(&request)]);
        let response = backend.respond(&request);
        if is_not_verified(&name) {
            assert_eq!(response.status(), 501, "{name}: {}", text(&response));
            continue;
        }
        let (status, expected) = expected(&name);
        let verdict = backend.requests()[0].signature_diagnosis.clone().unwrap_or_default();
        assert_eq!((response.status().as_u16(), code(&response).as_str()), (status, expected), "{name}: {verdict}");
        verified += 1;
    }
    assert!(verified > 60, "{verified}");
}

/// Each capture with one thing changed: a secret, a parameter, the path, a signed header, the body.
#[test]
fn no_changed_request_verifies() {
    let mut changes = 0;
    for (name, request) in all_captures() {
        let unsigned = name.contains("bearer") || name == "py_token_nosign";
        if is_not_verified(&name) || is_no_operation(&name) || unsigned {
            continue;
        }
        let right = user(&request);
        let at = signed_at(&request).expect("a time");
        let mut assert_refused = |request: &Request, user: &Credentials, what: &str| {
            changes += 1;
            let mut backend = gate(at, std::slice::from_ref(user));
            let response = backend.respond(request);
            let code = code(&response);
            let refused = code == "SignatureDoesNotMatch" || code == "APIGW.0301";
            assert!(refused, "{name}, {what}: {} {}", response.status(), text(&response));
            assert!(backend.requests()[0].signature_diagnosis.is_some(), "{name}, {what}");
        };
        let (key, secret) =
            if right.access_key() == "testid" { ("testid", "testsecreu") } else { ("testak", "testsj") };
        let other = match (header(&request, "x-acs-security-token"), header(&request, "x-security-token")) {
            (Some(token), _) | (_, Some(token)) => Credentials::new(key, secret).with_security_token(token),
            _ => Credentials::new(key, secret),
        };
        assert_refused(&request, &other, "secret");

        let mut more = request.clone();
        let target = more.uri().to_string();
        let mark = if target.contains('?') { '&' } else { '?' };
        *more.uri_mut() = format!("{target}{mark}Extra=1").parse().expect("a target");
        assert_refused(&more, &right, "parameter");

        if request.uri().path().len() > 1 {
            let mut elsewhere = request.clone();
            let target = elsewhere.uri().to_string();
            *elsewhere.uri_mut() =
                target.replacen("/tasks/T", "/tasks/U", 1).replacen("/v2/9", "/v2/8", 1).parse().expect("a target");
            if elsewhere.uri() != request.uri() {
                assert_refused(&elsewhere, &right, "path");
            }
        }
        let authorization = header(&request, "authorization").unwrap_or("");
        let signs_headers = !authorization.is_empty();
        let is_roa_v1 = authorization.starts_with("acs ");
        let listed = |name: &&&str| {
            header(&request, name).is_some()
                && (authorization.contains(&format!("{name};")) || is_roa_v1 && name.starts_with("x-acs-"))
        };
        let signed = ["x-acs-signature-nonce", "x-acs-region-id", "x-project-id", "content-type"];
        if let Some(signed) = signed.iter().find(listed) {
            let mut other = request.clone();
            let value = format!("{}1", header(&request, signed).expect("it is there"));
            other.headers_mut().insert(*signed, value.parse().expect("a value"));
            assert_refused(&other, &right, signed);
        } else {
            assert!(!signs_headers, "{name}: no signed header was changed");
        }
        // Only what a hash or the parameters of a form cover: neither is in version 1 of ROA.
        if !is_roa_v1 && (signs_headers || request.method() == "POST") {
            let mut longer = request.clone();
            let body = [request.body().as_ref(), b"&x=1"].concat();
            *longer.body_mut() = body.into();
            assert_refused(&longer, &right, "body");
        }
    }
    assert!(changes > 150, "{changes}");
}

#[test]
fn what_is_not_signed_may_change() {
    let (_, request) = all_captures().into_iter().find(|(name, _)| name == "py_all").expect("a capture");
    let mut reordered = request.clone();
    let (path, query) = (request.uri().path().to_owned(), request.uri().query().expect("a query").to_owned());
    let mut pieces: Vec<&str> = query.split('&').collect();
    pieces.reverse();
    *reordered.uri_mut() = format!("{path}?{}", pieces.join("&")).parse().expect("a target");
    reordered.headers_mut().insert("x-unsigned", "1".parse().expect("a value"));
    let mut backend = gate(signed_at(&request).expect("a time"), &[user(&request)]);
    assert_eq!(backend.respond(&reordered).status(), 200);
}

fn list_tasks() -> Request {
    taskmock::ehpc::list_tasks::Input::new(CLUSTER).request(Format::Json)
}

/// A refusal: status, code, message.
fn refusal(backend: &mut Backend, request: &Request) -> (u16, String, String) {
    let response = backend.respond(request);
    let json: Value = serde_json::from_slice(response.body()).expect("JSON");
    let message = ["Message", "error_msg"].iter().find_map(|key| json[key].as_str()).unwrap_or("").to_owned();
    (response.status().as_u16(), code(&response), message)
}

#[test]
fn alibaba_refuses_in_these_words() {
    let user = Credentials::new("testid", "testsecret");
    let mut backend = gate(
        State::documents().now(),
        &[user.clone(), Credentials::new("old", "x").inactive(), Credentials::new("sts", "y").with_security_token("T")],
    );
    let now = backend.now();
    let mut expect = |request: &Request, status: u16, code: &str, message: &str| {
        assert_eq!(refusal(&mut backend, request), (status, code.to_owned(), message.to_owned()));
    };
    expect(&list_tasks(), 400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.");
    let signed = |user: &Credentials, at: Timestamp, nonce: &str| user.sign(list_tasks(), Algorithm::RpcV1, at, nonce);
    let stranger = Credentials::new("nobody", "x");
    expect(&signed(&stranger, now, "1"), 404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
    expect(
        &signed(&Credentials::new("old", "x"), now, "1"),
        400,
        "InvalidAccessKeyId.Inactive",
        "Specified access key is disabled.",
    );
    expect(
        &signed(&Credentials::new("sts", "y"), now, "1"),
        400,
        "InvalidSecurityToken.MismatchWithAccessKey",
        "Specified SecurityToken mismatch with the AccessKey.",
    );
    let minutes = |minutes: i64| Timestamp::from_unix_millis(now.unix_millis() + minutes * 60_000);
    for far in [minutes(-16), minutes(16)] {
        expect(
            &signed(&user, far, "1"),
            400,
            "InvalidTimeStamp.Expired",
            "Specified time stamp or date value is expired.",
        );
    }
    let target = signed(&user, now, "1").uri().to_string().replace("Timestamp=2024", "Timestamp=x024");
    expect(&get(&target), 400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.");
    let wrong = Credentials::new("testid", "wrong").sign(list_tasks(), Algorithm::RpcV1, now, "1");
    let string_to_sign = "GET&%2F&AccessKeyId%3Dtestid%26Action%3DListTasks%26ClusterId%3Dehpc-hz-FYUr32%252A%252A%252A%252A%26Format%3DJSON%26SignatureMethod%3DHMAC-SHA1%26SignatureNonce%3D1%26SignatureVersion%3D1.0%26Timestamp%3D2024-03-03T00%253A00%253A00Z%26Version%3D2018-04-12";
    let message =
        format!("Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}");
    expect(&wrong, 400, "SignatureDoesNotMatch", &message);
    for (far, nonce) in [(minutes(-15), "2"), (minutes(15), "3")] {
        assert_eq!(backend.respond(&signed(&user, far, nonce)).status(), 200);
    }
    assert_eq!(backend.respond(&signed(&user, now, "1")).status(), 200);
    let again = refusal(&mut backend, &signed(&user, now, "1"));
    assert_eq!(again, (400, "SignatureNonceUsed".into(), "Specified signature nonce was used already.".into()));
    let xml = taskmock::ehpc::list_tasks::Input::new(CLUSTER).request(Format::Xml);
    let response = backend.respond(&xml);
    assert!(text(&response).contains("<Code>MissingAccessKeyId</Code>"), "{}", text(&response));
}

#[test]
fn huawei_refuses_in_these_words() {
    let user = Credentials::new("testak", "testsk");
    let mut backend =
        gate(State::documents().now(), &[user.clone(), Credentials::new("t", "x").with_security_token("TOKEN")]);
    let now = backend.now();
    let mut expect = |request: &Request, message: &str| {
        let (status, code, said) = refusal(&mut backend, request);
        assert_eq!((status, code.as_str()), (401, "APIGW.0301"));
        assert_eq!(said, format!("Incorrect IAM authentication information: {message}"));
    };
    let signed = |user: &Credentials, at: Timestamp| user.sign(get(DWS_PATH), Algorithm::SdkHmac, at, "");
    expect(&get(DWS_PATH), "x-auth-token not found");
    expect(&signed(&Credentials::new("nobody", "x"), now), "ak nobody not exist");
    let late = Timestamp::from_unix_millis(now.unix_millis() - 16 * 60_000);
    expect(
        &signed(&user, late),
        "calc aksk signature fail:signature expired, signature time:20240302T234400Z,server time:20240303T000000Z",
    );
    let wrong = signed(&Credentials::new("testak", "wrong"), now);
    expect(
        &wrong,
        &format!(
            "verify aksk signature fail, canonicalRequest:GET|{DWS_PATH}/||host:localhost|x-sdk-date:20240303T000000Z||host;x-sdk-date|e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        ),
    );
    let mut token = get(DWS_PATH);
    token.headers_mut().insert("x-auth-token", "other".parse().expect("a value"));
    expect(&token, "decrypt token fail");
    token.headers_mut().insert("x-auth-token", "TOKEN".parse().expect("a value"));
    assert_eq!(backend.respond(&token).status(), 200);
    token.headers_mut().insert("authorization", "".parse().expect("a value"));
    assert_eq!(backend.respond(&token).status(), 200, "an empty Authorization is none");
    let response = backend.respond(&get(DWS_PATH));
    let body: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!(body["request_id"], crate::support::header(&response, "x-request-id"));
}

#[test]
fn users_can_lack_the_right_to_an_operation() {
    let user =
        Credentials::new("k", "s").not_authorized("ehpc.list_tasks").not_authorized("dws.list_logical_cluster_tasks");
    let mut backend = gate(State::documents().now(), std::slice::from_ref(&user));
    let now = backend.now();
    let signed = user.sign(list_tasks(), Algorithm::Acs3, now, "1");
    assert_eq!(refusal(&mut backend, &signed).1, "NotAuthorized");
    let signed = user.sign(get(DWS_PATH), Algorithm::SdkHmac, now, "1");
    assert_eq!(refusal(&mut backend, &signed).1, "DWS.0015");
    let commands =
        taskmock::ehpc::list_invocation_status::Input::new(CLUSTER, "c-hz01v8x80o3****").request(Format::Json);
    assert_eq!(backend.respond(&user.sign(commands, Algorithm::Acs3, now, "2")).status(), 200);
}

#[test]
fn the_verdict_names_the_mistake() {
    // Each mistake is made by changing what a right signature is over.
    let user = Credentials::new("testid", "testsecret");
    let mut backend = gate(State::documents().now(), &[user.clone(), Credentials::new("second", "othersecret")]);
    let now = backend.now();
    let mut verdict = |request: &Request| {
        assert_eq!(backend.respond(request).status(), 400);
        backend.requests().last().and_then(|recorded| recorded.signature_diagnosis.clone()).expect("a verdict")
    };
    // The secret of RPC version 1 without its `&`: signed with a secret that is one character short of it.
    let with_second = Credentials::new("testid", "othersecret").sign(list_tasks(), Algorithm::RpcV1, now, "1");
    let said = verdict(&with_second);
    assert!(said.contains("likely cause: it is signed with the secret of second"), "{said}");
    assert!(
        said.contains("canonical request:\n  AccessKeyId=testid&") && said.contains("string to sign:\n  GET&%2F&"),
        "{said}"
    );
    let ampersand = Credentials::new("testid", "testsecret&").sign(list_tasks(), Algorithm::Acs3, now, "2");
    let said = verdict(&ampersand);
    assert!(said.contains("likely cause: the `&` after the secret is wrong"), "{said}");
    // Signed for another host.
    let mut request = list_tasks();
    request.headers_mut().insert("host", "localhost:80".parse().expect("a host"));
    let mut sent = user.sign(request, Algorithm::Acs3, now, "3");
    sent.headers_mut().insert("host", "localhost".parse().expect("a host"));
    let said = verdict(&sent);
    assert!(
        said.contains("likely cause: another host is signed")
            && said.contains("first difference: server `host:localhost`, client `host:localhost:80`"),
        "{said}"
    );
    // The body was changed after its hash was stated.
    let mut sent = user.sign(list_tasks(), Algorithm::Acs3, now, "4");
    *sent.body_mut() = "changed".into();
    let said = verdict(&sent);
    assert!(said.contains("likely cause: the stated hash of the body is not that of the body"), "{said}");
    // Sent by another method than was signed.
    let mut sent = user.sign(list_tasks(), Algorithm::RpcV1, now, "5");
    *sent.method_mut() = http::Method::POST;
    let said = verdict(&sent);
    assert!(said.contains("likely cause: another method is signed"), "{said}");
    let late = Timestamp::from_unix_millis(now.unix_millis() - 3_600_000);
    let said = verdict(&user.sign(list_tasks(), Algorithm::Acs3, late, "7"));
    assert!(said.contains("likely cause: the clock; set the backend's to the client's"), "{said}");
    let wrong = Credentials::new("testid", "wrong").sign(list_tasks(), Algorithm::Acs3, now, "6");
    let said = verdict(&wrong);
    assert!(said.contains("likely cause: another secret, or something that was changed"), "{said}");
    for secret in ["testsecret", "othersecret"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn secrets_are_never_shown() {
    let user: Credentials = "testid:topsecret:toptoken".parse().expect("credentials");
    let mut backend = Backend::documents();
    backend.admit(user.clone());
    let signed = Credentials::new("testid", "wrong").with_security_token("toptoken").sign(
        list_tasks(),
        Algorithm::Acs3,
        backend.now(),
        "1",
    );
    let response = backend.respond(&signed);
    let shown = [
        format!("{user:?} {backend:?}"),
        backend.state().to_json(),
        text(&response).to_owned(),
        backend.requests()[0].signature_diagnosis.clone().expect("a verdict"),
        format!("{:?}", "onlyonepiece".parse::<Credentials>().expect_err("it has no secret")),
    ];
    for shown in shown {
        assert!(!shown.contains("topsecret") && !shown.contains("onlyonepiece"), "{shown}");
    }
    // A token comes in with a request, and is shown with it as any header is; of its own the gate shows none.
    assert!(!format!("{user:?}").contains("toptoken") && !format!("{:?}", backend.state()).contains("toptoken"));
}

mod laws {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_signed_verifies(
            request in taskmock::strategy::requests::<taskmock::ehpc::list_tasks::Input>(), secret in "[!-9;-~]{1,20}", token in proptest::option::of("[a-z]{1,9}"),
        ) {
            for algorithm in [Algorithm::RpcV1, Algorithm::Acs3, Algorithm::RoaV1, Algorithm::SdkHmac, Algorithm::V11] {
                let mut user = Credentials::new("k", &secret);
                if let Some(token) = &token {
                    user = user.with_security_token(token);
                }
                let mut backend = gate(State::documents().now(), std::slice::from_ref(&user));
                let mut request = request.clone();
                request.headers_mut().remove("authorization");
                let signed = user.sign(request, algorithm, backend.now(), "1");
                backend.respond(&signed);
                let verdict = backend.requests()[0].signature_diagnosis.clone();
                prop_assert_eq!(verdict, None, "{:?}", signed);
            }
        }
    }
}

#[test]
fn throttling_says_when_to_ask_again() {
    let mut backend = Backend::documents();
    backend.inject(taskmock::Fault::error("Throttling.User").on("ehpc.list_tasks")).expect("a row");
    let response = backend.respond(&list_tasks());
    assert_eq!(crate::support::header(&response, "x-acs-retry-after"), "1000");
}

/// What was once let through, or held the mock up.
#[test]
fn what_is_not_covered_does_not_pass() {
    let user = Credentials::new("testid", "testsecret").with_security_token("T");
    let plain = Credentials::new("k", "s");
    let disabled = Credentials::new("old", "x").with_security_token("OLD").inactive();
    let now = State::documents().now();
    let code_of = |request: &Request| {
        let mut backend = gate(now, &[user.clone(), plain.clone(), disabled.clone()]);
        let response = backend.respond(request);
        (code(&response), backend.requests()[0].signature_diagnosis.clone().unwrap_or_default())
    };
    let with = |request: &Request, name: &'static str, value: &str| {
        let mut request = request.clone();
        request.headers_mut().insert(name, value.parse().expect("a value"));
        request
    };
    // A form on a GET is read, so it is signed.
    let signed = plain.sign(get("/?Action=ListTasks&Format=JSON"), Algorithm::RpcV1, now, "1");
    let mut form = with(&signed, "content-type", "Application/X-WWW-Form-Urlencoded");
    *form.body_mut() = "ClusterId=ehpc-hz-FYUr32****".into();
    assert_eq!(code_of(&form).0, "SignatureDoesNotMatch");
    // Version 1 of one protocol is not that of the other.
    let elsewhere = signed.uri().to_string().replacen("/?", "/tasks/T-1?", 1);
    assert_eq!(code_of(&with(&get(&elsewhere), "x-acs-version", "2015-12-15")).0, "MissingAccessKeyId");
    assert_eq!(code_of(&with(&list_tasks(), "authorization", "acs k:x")).0, "MissingAccessKeyId");
    // An action in a header only is signed by ACS3 alone, and only if it is listed.
    let headers = with(&get("/?Format=JSON&ClusterId=c"), "x-acs-action", "ListTasks");
    assert_eq!(code_of(&plain.sign(headers.clone(), Algorithm::RpcV1, now, "1")).0, "MissingAction");
    let signed = plain.sign(headers, Algorithm::Acs3, now, "1");
    for name in ["x-acs-action", "x-acs-date", "x-acs-signature-nonce"] {
        let authorization = header(&signed, "authorization").expect("it is signed").replace(&format!(";{name}"), "");
        let (code, verdict) = code_of(&with(&signed, "authorization", &authorization));
        assert_eq!(code, "SignatureDoesNotMatch", "{name}");
        assert!(verdict.contains(&format!("the header `{name}` is not listed in SignedHeaders")), "{verdict}");
    }
    // A nonce is part of it, as is a signature; what is empty is absent.
    for (name, missing) in [
        ("SignatureNonce=1", "MissingSignatureNonce"),
        ("AccessKeyId=k", "MissingAccessKeyId"),
        ("Timestamp=2024-03-03T00%3A00%3A00Z", "MissingTimestamp"),
    ] {
        let signed = plain.sign(list_tasks(), Algorithm::RpcV1, now, "1").uri().to_string();
        let empty = format!("{}=", name.split('=').next().expect("a name"));
        assert_eq!(code_of(&get(&signed.replace(name, &empty))).0, missing);
    }
    let unsigned = plain.sign(list_tasks(), Algorithm::RpcV1, now, "1").uri().to_string();
    let unsigned = unsigned.split("&Signature=").next().expect("a target").to_owned();
    assert_eq!(code_of(&get(&unsigned)).0, "MissingSignature");
    // Tokens of nobody and of the disabled.
    for token in ["", "OLD", "other"] {
        let bearer =
            with(&get("/?Action=ListTasks&SignatureType=BEARERTOKEN&Format=JSON"), "x-acs-bearer-token", token);
        assert_eq!(code_of(&bearer).0, "InvalidSecurityToken.MismatchWithAccessKey", "{token}");
        assert_eq!(code_of(&with(&get(DWS_PATH), "x-auth-token", token)).0, "APIGW.0301", "{token}");
    }
    // A derived key is for its day.
    let signed = plain.sign(get(DWS_PATH), Algorithm::V11, now, "");
    assert_eq!(code_of(&signed).0, "");
    for scope in ["k/20240304/cn-north-4/dws", "k/20240303//dws", "k"] {
        let authorization =
            header(&signed, "authorization").expect("signed").replace("k/20240303/cn-north-4/dws", scope);
        assert_eq!(code_of(&with(&signed, "authorization", &authorization)).0, "APIGW.0301", "{scope}");
    }
    for time in ["2024-03-03%2000%3A00%3A00Z", "2024-03-03T00%3A00%3A00.5Z", "2024-03-03T00%3A00%3A00%2B00%3A00"] {
        let signed = plain.sign(list_tasks(), Algorithm::RpcV1, now, "1").uri().to_string();
        let target = signed.replace("2024-03-03T00%3A00%3A00Z", time);
        assert_eq!(code_of(&get(&target)).0, "InvalidTimeStamp.Format", "{time}");
    }
}

#[test]
fn a_verdict_is_short_quick_and_cannot_be_forged() {
    let user = Credentials::new("k", "s");
    let now = State::documents().now();
    let mut backend = gate(now, std::slice::from_ref(&user));
    let mut hostile = user.sign(list_tasks(), Algorithm::Acs3, now, "1");
    let many = "x-acs-date;x-acs-signature-nonce;".to_owned() + &"a;".repeat(10_000);
    let authorization = format!("ACS3-HMAC-SHA256 Credential=k,SignedHeaders={many},Signature=00");
    hostile.headers_mut().insert("authorization", authorization.parse().expect("a value"));
    let started = std::time::Instant::now();
    backend.respond(&hostile);
    assert!(started.elapsed() < std::time::Duration::from_secs(5), "{:?}", started.elapsed());
    let path = "/tasks/T-1?a=%0Alikely%20cause:%20you%1b%5B31m";
    let mut forged = Credentials::new("k", "x").sign(get(path), Algorithm::RoaV1, now, "2");
    forged.headers_mut().insert("x-acs-version", "2015-12-15".parse().expect("a value"));
    backend.respond(&forged);
    for recorded in backend.requests() {
        let verdict = recorded.signature_diagnosis.expect("a verdict");
        assert!(verdict.len() < 80_000, "{}", verdict.len());
        assert!(!verdict.contains('\u{1b}') && verdict.matches("\nlikely cause").count() <= 1, "{verdict}");
    }
    let leaked = {
        let mut request = list_tasks();
        request.headers_mut().insert("authorization", "topsecret".parse().expect("a value"));
        request
    };
    assert!(!text(&backend.respond(&leaked)).contains("topsecret"));
}

#[test]
fn a_reset_forgets_the_nonces_of_before_and_keeps_the_users() {
    let user = Credentials::new("k", "s");
    let now = State::documents().now();
    let mut backend = gate(now, std::slice::from_ref(&user));
    let request = user.sign(list_tasks(), Algorithm::RpcV1, now, "1");
    assert_eq!(backend.respond(&request).status(), 200);
    assert_eq!(code(&backend.respond(&request)), "SignatureNonceUsed");
    backend.reset();
    assert_eq!(backend.respond(&request).status(), 200);
    assert_eq!(code(&backend.respond(&request)), "SignatureNonceUsed");
    backend.load(State::documents());
    assert_eq!(backend.respond(&request).status(), 200);
    assert_eq!(backend.respond(&list_tasks()).status(), 400, "an unsigned one is refused");
}
