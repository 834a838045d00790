//! Signing: puts a signature on a request, by the same code that verifies one.

use sha2::{Digest, Sha256};

use super::Credentials;
use super::canonical::{Algorithm, Claim, Mistake, hex, sign};
use crate::clock::Timestamp;
use crate::http::{Incoming, Request, encode};

impl Credentials {
    /// Signs a request as a client would at an instant. A nonce, which Alibaba takes once, is drawn by
    /// the caller; Huawei has none. A request without Host is given `localhost`.
    ///
    /// ```
    /// use taskmock::{Algorithm, Backend, Credentials, Format, ehpc::list_tasks::Input};
    /// let credentials = Credentials::new("testid", "testsecret");
    /// let mut backend = Backend::documents();
    /// backend.admit(credentials.clone());
    /// let request = Input::new("ehpc-hz-FYUr32****").request(Format::Json);
    /// assert_eq!(backend.respond(&request).status(), 400);
    /// let signed = credentials.sign(request, Algorithm::Acs3, backend.now(), "nonce-1");
    /// assert_eq!(backend.respond(&signed).status(), 200);
    /// ```
    pub fn sign(&self, request: Request, algorithm: Algorithm, now: Timestamp, nonce: &str) -> Request {
        let mut request = request;
        if !request.headers().contains_key("host") {
            request.headers_mut().insert("host", http::HeaderValue::from_static("localhost"));
        }
        let mut set = |name: &'static str, value: &str| {
            if let Ok(value) = http::HeaderValue::from_str(value) {
                request.headers_mut().insert(name, value);
            }
        };
        let token = self.security_token.as_deref();
        match algorithm {
            Algorithm::RpcV1 => {}
            Algorithm::Acs3 => {
                set("x-acs-date", &now.iso());
                set("x-acs-signature-nonce", nonce);
                if let Some(token) = token {
                    set("x-acs-accesskey-id", &self.access_key);
                    set("x-acs-security-token", token);
                }
            }
            Algorithm::RoaV1 => {
                set("date", &now.rfc1123());
                set("x-acs-signature-nonce", nonce);
                token.into_iter().for_each(|token| set("x-acs-security-token", token));
            }
            Algorithm::SdkHmac | Algorithm::V11 => {
                set("x-sdk-date", &now.compact());
                token.into_iter().for_each(|token| set("x-security-token", token));
            }
        }
        if algorithm == Algorithm::Acs3 {
            let hash = hex(&Sha256::digest(request.body()));
            request.headers_mut().insert("x-acs-content-sha256", http::HeaderValue::from_str(&hash).expect("digits"));
        }
        if algorithm == Algorithm::RpcV1 {
            self.add_parameters(&mut request, now, nonce);
        }
        let scope = format!("{}/cn-north-4/dws", &now.compact()[..8]);
        let mut signed_headers: Vec<String> = request.headers().keys().map(|name| name.as_str().to_owned()).collect();
        signed_headers.retain(|name| name != "authorization" && !name.contains('_'));
        signed_headers.sort_unstable();
        let claim = Claim {
            algorithm,
            access_key: self.access_key.clone(),
            signed_headers,
            signature: String::new(),
            scope: if algorithm == Algorithm::V11 { scope } else { String::new() },
        };
        let signature = sign(&Incoming::from(&request), &claim, &self.secret, &Mistake::default()).text(algorithm);
        let (key, list) = (&self.access_key, claim.signed_headers.join(";"));
        let authorization = match algorithm {
            Algorithm::RpcV1 => {
                retarget(&mut request, &format!("Signature={}", encode(&signature)));
                return request;
            }
            Algorithm::RoaV1 => format!("acs {key}:{signature}"),
            Algorithm::Acs3 => format!("ACS3-HMAC-SHA256 Credential={key},SignedHeaders={list},Signature={signature}"),
            Algorithm::SdkHmac => format!("SDK-HMAC-SHA256 Access={key}, SignedHeaders={list}, Signature={signature}"),
            Algorithm::V11 => {
                let scope = claim.scope;
                format!("V11-HMAC-SHA256 Credential={key}/{scope}, SignedHeaders={list}, Signature={signature}")
            }
        };
        if let Ok(value) = http::HeaderValue::from_str(&authorization) {
            request.headers_mut().insert("authorization", value);
        }
        request
    }

    /// The common parameters of RPC version 1.
    fn add_parameters(&self, request: &mut Request, now: Timestamp, nonce: &str) {
        let mut pairs = vec![
            ("AccessKeyId", self.access_key.clone()),
            ("SignatureMethod", "HMAC-SHA1".to_owned()),
            ("SignatureVersion", "1.0".to_owned()),
            ("SignatureNonce", nonce.to_owned()),
            ("Timestamp", now.iso()),
        ];
        pairs.extend(self.security_token.clone().map(|token| ("SecurityToken", token)));
        let pieces: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        retarget(request, &pieces.join("&"));
    }
}

/// Adds parameters to the query.
fn retarget(request: &mut Request, query: &str) {
    let target = request.uri().to_string();
    let mark = if target.contains('?') { '&' } else { '?' };
    if let Ok(uri) = format!("{target}{mark}{query}").parse() {
        *request.uri_mut() = uri;
    }
}
