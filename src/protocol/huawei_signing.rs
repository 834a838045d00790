//! Who signed a request to Huawei, or whose token it carries, and what its gateway refuses.

use super::huawei_rest;
use crate::clock::Timestamp;
use crate::error_code::{ErrorCode, row};
use crate::http::Incoming;
use crate::signature::{
    Algorithm, Claim, Denial, Denied, Gate, is_fresh, not_verified, out_of_time, read_claim, same_token,
};

const UNAUTHORIZED: &ErrorCode = row(huawei_rest::GATEWAY_ERRORS, "APIGW.0301");

/// Finds the user who signed.
pub(super) fn authenticate(gate: &mut Gate, request: &Incoming<'_>, now: Timestamp) -> Result<usize, Denied> {
    let refuse = |why: String| Denied::from(UNAUTHORIZED.about(why));
    let header = |name: &str| request.header(name).filter(|value| !value.is_empty());
    let Some(authorization) = header("authorization") else {
        let token = header("x-auth-token").ok_or_else(|| refuse("x-auth-token not found".to_owned()))?;
        return gate.by_token(token).ok_or_else(|| refuse("decrypt token fail".to_owned()));
    };
    let claim = read(authorization)?;
    let unknown = || refuse(format!("ak {} not exist", claim.access_key));
    let at = gate.by_key(&claim.access_key).filter(|at| !gate.user(*at).is_inactive).ok_or_else(unknown)?;
    let user = gate.user(at);
    if !same_token(user.security_token.as_deref(), header("x-security-token")) {
        return Err(refuse("decrypt token fail".to_owned()));
    }
    let stated = header("x-sdk-date").unwrap_or("");
    if !Timestamp::from_compact(stated).is_some_and(|time| is_fresh(time, now)) {
        let signature_diagnosis = Some(out_of_time(&claim.access_key, stated, now));
        let now = now.compact();
        let why = format!("calc aksk signature fail:signature expired, signature time:{stated},server time:{now}");
        return Err(Denied { signature_diagnosis, ..refuse(why) });
    }
    match gate.verify(request, &claim, at) {
        Ok(()) => Ok(at),
        Err((signed, signature_diagnosis)) => {
            let echoed = signed.canonical_request.replace('\n', "|");
            let refusal = UNAUTHORIZED.about(format!("verify aksk signature fail, canonicalRequest:{echoed}"));
            Err(Denied { answer: Denial::Refusal(refusal), signature_diagnosis: Some(signature_diagnosis) })
        }
    }
}

/// `SDK-HMAC-SHA256 Access=AK, SignedHeaders=a;b, Signature=hex`, and V11 with a scope.
fn read(authorization: &str) -> Result<Claim, Denied> {
    match authorization.split_once(' ') {
        Some(("SDK-HMAC-SHA256", rest)) => Ok(read_claim(Algorithm::SdkHmac, rest, "Access")),
        Some(("V11-HMAC-SHA256", rest)) => {
            let mut claim = read_claim(Algorithm::V11, rest, "Credential");
            if let Some((access_key, scope)) = claim.access_key.clone().split_once('/') {
                (claim.access_key, claim.scope) = (access_key.to_owned(), scope.to_owned());
            }
            Ok(claim)
        }
        Some((algorithm, _)) => Err(not_verified(algorithm)),
        None => Err(not_verified(authorization)),
    }
}
