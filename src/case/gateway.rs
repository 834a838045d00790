//! The refusals of the gateways, in words by hand, as cases of any operation behind them.

use super::{Case, Facts, OperationInput};
use crate::format::Format;
use crate::services::State;

/// Name, status, code, message, facts.
type Row = (&'static str, u16, &'static str, &'static str, Facts);

const ALIBABA: &[Row] = &[
    (
        "invalid_action",
        404,
        "InvalidAction.NotFound",
        "Specified api is not found, please check your url and method.",
        &["alibaba.gateway.invalid_action", "alibaba.error.envelope"],
    ),
    (
        "invalid_version",
        404,
        "InvalidVersion",
        "Specified parameter Version is not valid.",
        &["alibaba.gateway.invalid_version", "alibaba.gateway.invalid_version.status"],
    ),
    (
        "invalid_format",
        400,
        "InvalidParameter.Format",
        "Specified parameter format is not valid.",
        &["alibaba.gateway.invalid_format", "alibaba.error.envelope"],
    ),
    (
        "access_key_not_found",
        404,
        "InvalidAccessKeyId.NotFound",
        "Specified access key is not found.",
        &["alibaba.gateway.access_key.not_found"],
    ),
    (
        "access_key_inactive",
        400,
        "InvalidAccessKeyId.Inactive",
        "Specified access key is disabled.",
        &["alibaba.gateway.access_key.inactive"],
    ),
    (
        "signature_no_match",
        400,
        "SignatureDoesNotMatch",
        "Specified signature is not matched with our calculation. server string to sign is:GET&%2F&",
        &["alibaba.gateway.signature.no_match", "alibaba.acs3.covered"],
    ),
    (
        "signature_nonce_used",
        400,
        "SignatureNonceUsed",
        "Specified signature nonce was used already.",
        &["alibaba.gateway.signature.nonce_used", "alibaba.gateway.nonce.required"],
    ),
    (
        "time_format",
        400,
        "InvalidTimeStamp.Format",
        "Specified time stamp or date value is not well formatted.",
        &["alibaba.gateway.time.format"],
    ),
    (
        "time_expired",
        400,
        "InvalidTimeStamp.Expired",
        "Specified time stamp or date value is expired.",
        &["alibaba.gateway.time.expired"],
    ),
    (
        "security_token",
        400,
        "InvalidSecurityToken.MismatchWithAccessKey",
        "Specified SecurityToken mismatch with the AccessKey.",
        &["alibaba.gateway.security_token"],
    ),
    (
        "throttling",
        400,
        "Throttling.User",
        "Request was denied due to user flow control.",
        &["alibaba.gateway.throttling"],
    ),
];

const HUAWEI: &[Row] = &[
    ("gateway.403", 403, "APIGW.0302", "The IAM user is not allowed to access the API.", &["huawei.gateway.forbidden"]),
    (
        "gateway.429",
        429,
        "APIGW.0308",
        "The throttling threshold has been reached: policy ip over ratelimit,limit:10,time:1 minute",
        &["huawei.gateway.throttling"],
    ),
];

/// The wordings of APIGW.0301: name, what stands after the colon, facts. Some hold what a request and
/// a clock make of them; these are examples.
const WORDINGS: &[(&str, &str, Facts)] = &[
    ("no_such_key", "ak testak not exist", &["huawei.gateway.unauthorized.key"]),
    (
        "signature",
        "verify aksk signature fail, canonicalRequest:GET|/v2/||host:localhost||host|e3b0c442",
        &["huawei.gateway.unauthorized.signature"],
    ),
    (
        "expired",
        "calc aksk signature fail:signature expired, signature time:20211217T064303Z,server time:20211217T065804Z",
        &["huawei.gateway.unauthorized.expired"],
    ),
    ("token", "decrypt token fail", &["huawei.gateway.unauthorized.token"]),
];

/// What Alibaba's gateway refuses of a call that is right in itself.
pub(crate) fn alibaba<I: OperationInput>(format: Format, given: &State, when: &I) -> Vec<Case<I>> {
    cases(ALIBABA, format, given, when)
}

/// What Huawei's gateway refuses of a call that is right in itself.
pub(crate) fn huawei<I: OperationInput>(given: &State, when: &I) -> Vec<Case<I>> {
    let mut cases = cases(HUAWEI, Format::Json, given, when);
    cases.extend(WORDINGS.iter().map(|(name, words, facts)| {
        let mut given = given.clone().arming(I::ID, "APIGW.0301");
        if let Some(armed) = given.armed.last_mut() {
            armed.argument = Some((*words).to_owned());
        }
        Case::named(format!("error.401.{name}"), Format::Json, given, when.clone()).shows(facts).refuses(
            401,
            "APIGW.0301",
            &format!("Incorrect IAM authentication information: {words}"),
        )
    }));
    cases
}

fn cases<I: OperationInput>(rows: &[Row], format: Format, given: &State, when: &I) -> Vec<Case<I>> {
    let case = |(name, status, code, message, facts): &Row| {
        let given = given.clone().arming(I::ID, code);
        Case::named(format!("error.{name}"), format, given, when.clone()).shows(facts).refuses(*status, code, message)
    };
    rows.iter().map(case).collect()
}
