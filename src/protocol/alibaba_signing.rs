//! Who signed a request to Alibaba, by either version of the signature, and what its gateway refuses.

use super::{alibaba_rpc, first};
use crate::clock::Timestamp;
use crate::error_code::{ErrorCode, row};
use crate::http::Incoming;
use crate::signature::{
    Algorithm, Claim, Denial, Denied, Gate, is_fresh, not_verified, out_of_time, parameters, read_claim, same_token,
};

const fn alibaba(code: &str) -> &'static ErrorCode {
    row(alibaba_rpc::GATEWAY_ERRORS, code)
}

const NO_SUCH_KEY: &ErrorCode = alibaba("InvalidAccessKeyId.NotFound");
const INACTIVE: &ErrorCode = alibaba("InvalidAccessKeyId.Inactive");
const NO_MATCH: &ErrorCode = alibaba("SignatureDoesNotMatch");
const NONCE_USED: &ErrorCode = alibaba("SignatureNonceUsed");
const TIME_FORMAT: &ErrorCode = alibaba("InvalidTimeStamp.Format");
const TIME_EXPIRED: &ErrorCode = alibaba("InvalidTimeStamp.Expired");
const TOKEN_MISMATCH: &ErrorCode = alibaba("InvalidSecurityToken.MismatchWithAccessKey");

pub(super) fn authenticate_rpc(gate: &mut Gate, request: &Incoming<'_>, now: Timestamp) -> Result<usize, Denied> {
    authenticate(gate, request, Algorithm::RpcV1, now)
}

pub(super) fn authenticate_roa(gate: &mut Gate, request: &Incoming<'_>, now: Timestamp) -> Result<usize, Denied> {
    authenticate(gate, request, Algorithm::RoaV1, now)
}

/// Finds the user who signed; `style` is the version 1 of the call style, which does not see the other's.
fn authenticate(gate: &mut Gate, request: &Incoming<'_>, style: Algorithm, now: Timestamp) -> Result<usize, Denied> {
    let missing = |name: &'static str| Denied::from(alibaba_rpc::MISSING.about(name));
    let pairs = parameters(request, true);
    let parameter = |name: &str| first(&pairs, name).map(|value| value.as_ref());
    let header = |name: &str| request.header(name).filter(|value| !value.is_empty());
    let authorization = header("authorization");
    let bearer = header("x-acs-bearer-token").or_else(|| parameter("BearerToken"));
    if authorization.is_none() && parameter("SignatureType") == Some("BEARERTOKEN") {
        let token = bearer.unwrap_or("");
        return gate.by_token(token).ok_or_else(|| TOKEN_MISMATCH.about("").into());
    }
    let claim = match (authorization.map(read).transpose()?, style) {
        (Some(claim), _) if claim.algorithm == Algorithm::Acs3 => claim,
        (Some(claim), Algorithm::RoaV1) => claim,
        (_, Algorithm::RpcV1) => {
            let access_key = parameter("AccessKeyId").ok_or_else(|| missing("AccessKeyId"))?;
            if let Some(method) = parameter("SignatureMethod").filter(|method| *method != "HMAC-SHA1") {
                return Err(not_verified(method));
            }
            // What is in a header only is not signed.
            parameter("Action").ok_or_else(|| missing("Action"))?;
            Claim {
                algorithm: Algorithm::RpcV1,
                access_key: access_key.to_owned(),
                signed_headers: Vec::new(),
                signature: parameter("Signature").ok_or_else(|| missing("Signature"))?.to_owned(),
                scope: String::new(),
            }
        }
        _ => return Err(missing("AccessKeyId")),
    };
    let at = gate.by_key(&claim.access_key).ok_or_else(|| Denied::from(NO_SUCH_KEY.about("")))?;
    let user = gate.user(at);
    if user.is_inactive {
        return Err(INACTIVE.about("").into());
    }
    let token = header("x-acs-security-token").or_else(|| parameter("SecurityToken"));
    if !same_token(user.security_token.as_deref(), token) {
        return Err(TOKEN_MISMATCH.about("").into());
    }
    let (stated, time) = match claim.algorithm {
        Algorithm::RpcV1 => (parameter("Timestamp"), parameter("Timestamp").and_then(iso)),
        Algorithm::RoaV1 => (header("date"), header("date").and_then(Timestamp::from_rfc1123)),
        _ => (header("x-acs-date"), header("x-acs-date").and_then(iso)),
    };
    match time {
        None if stated.is_none() => {
            return Err(missing(if claim.algorithm == Algorithm::RpcV1 { "Timestamp" } else { "Date" }));
        }
        None => return Err(TIME_FORMAT.about("").into()),
        Some(time) if !is_fresh(time, now) => {
            let signature_diagnosis = Some(out_of_time(&claim.access_key, stated.unwrap_or(""), now));
            return Err(Denied { answer: Denial::Refusal(TIME_EXPIRED.about("")), signature_diagnosis });
        }
        Some(_) => {}
    }
    let nonce = match claim.algorithm {
        Algorithm::RpcV1 => Some(parameter("SignatureNonce").ok_or_else(|| missing("SignatureNonce"))?),
        Algorithm::RoaV1 => header("x-acs-signature-nonce"),
        _ => Some(header("x-acs-signature-nonce").ok_or_else(|| missing("SignatureNonce"))?),
    };
    if let Err((signed, signature_diagnosis)) = gate.verify(request, &claim, at) {
        let refusal = NO_MATCH.about(signed.string_to_sign);
        return Err(Denied { answer: Denial::Refusal(refusal), signature_diagnosis: Some(signature_diagnosis) });
    }
    if nonce.is_some_and(|nonce| !gate.use_nonce(&claim.access_key, nonce)) {
        return Err(NONCE_USED.about("").into());
    }
    Ok(at)
}

/// `2026-11-21T20:20:48Z`, and nothing else that RFC 3339 allows.
fn iso(text: &str) -> Option<Timestamp> {
    text.parse().ok().filter(|time: &Timestamp| time.iso() == text)
}

/// `acs AK:signature`, `ACS3-HMAC-SHA256 Credential=AK,SignedHeaders=a;b,Signature=hex`.
fn read(authorization: &str) -> Result<Claim, Denied> {
    if let Some((access_key, signature)) = authorization.strip_prefix("acs ").and_then(|rest| rest.split_once(':')) {
        return Ok(Claim {
            algorithm: Algorithm::RoaV1,
            access_key: access_key.to_owned(),
            signed_headers: Vec::new(),
            signature: signature.to_owned(),
            scope: String::new(),
        });
    }
    match authorization.split_once(' ') {
        Some(("ACS3-HMAC-SHA256", rest)) => Ok(read_claim(Algorithm::Acs3, rest, "Credential")),
        Some((algorithm, _)) => Err(not_verified(algorithm)),
        None => Err(not_verified(authorization)),
    }
}
