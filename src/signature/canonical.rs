//! The canonical request and the string to sign of each algorithm, right or with one mistake made,
//! and the signature over them.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::http::{Incoming, Pairs, RESERVED, decode, encode, form, read_pairs};

/// How a request is signed.
///
/// ```
/// assert_eq!(taskmock::Algorithm::Acs3.to_string(), "ACS3-HMAC-SHA256");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Alibaba RPC, signature version 1.0: HMAC-SHA1 in the parameter `Signature`.
    RpcV1,
    /// Alibaba RPC and ROA, version 3: `Authorization: ACS3-HMAC-SHA256 …`.
    Acs3,
    /// Alibaba ROA, version 1: `Authorization: acs AK:…`.
    RoaV1,
    /// Huawei: `Authorization: SDK-HMAC-SHA256 …`.
    SdkHmac,
    /// Huawei, with a key derived for a day, a region and a service: `Authorization: V11-HMAC-SHA256 …`.
    V11,
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Algorithm::RpcV1 => "RPC V1 HMAC-SHA1",
            Algorithm::Acs3 => "ACS3-HMAC-SHA256",
            Algorithm::RoaV1 => "ROA V1 HMAC-SHA1",
            Algorithm::SdkHmac => "SDK-HMAC-SHA256",
            Algorithm::V11 => "V11-HMAC-SHA256",
        })
    }
}

/// A mistake that clients are seen to make; the default is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mistake {
    /// `*` stays as it is instead of `%2A`.
    pub(super) literal_asterisk: bool,
    /// A space is `+` instead of `%20`.
    pub(super) plus_for_space: bool,
    /// `~` is `%7E`.
    pub(super) encoded_tilde: bool,
    /// Percent-encoding in lower case.
    pub(super) lower_hex: bool,
    /// Parameters in the order of arrival.
    pub(super) unsorted: bool,
    /// Parameters with an empty value are left out.
    pub(super) without_empty: bool,
    /// The path as on the wire, or decoded.
    pub(super) other_path: bool,
    /// No `/` at the end of Huawei's path.
    pub(super) no_final_slash: bool,
    /// The other rule for `&` after the secret.
    pub(super) other_ampersand: bool,
    /// Host with the port where it has none, or without where it has one.
    pub(super) other_host: bool,
    /// The hash that the client states instead of the body's.
    pub(super) stated_hash: bool,
    /// GET for POST, or the other way round.
    pub(super) other_method: bool,
    /// A header that is listed but was not signed.
    pub(super) without_header: Option<String>,
}

/// As many headers of a list are tried.
const MOST_HEADERS: usize = 64;

/// Every mistake that can be tried, and what is said of it.
pub(super) fn mistakes(signed_headers: &[String]) -> Vec<(String, Mistake)> {
    let mistake = |said: &str, make: fn(&mut Mistake)| {
        let mut mistake = Mistake::default();
        make(&mut mistake);
        (said.to_owned(), mistake)
    };
    let mut all = vec![
        mistake("`*` is signed as it is; it has to be %2A", |mistake| mistake.literal_asterisk = true),
        mistake("a space is signed as `+`; it has to be %20", |mistake| mistake.plus_for_space = true),
        mistake("`~` is signed as %7E; it stays as it is", |mistake| mistake.encoded_tilde = true),
        mistake("percent-encoding is signed in lower case; it has to be in upper case", |mistake| {
            mistake.lower_hex = true
        }),
        mistake("the parameters are not sorted by name", |mistake| mistake.unsorted = true),
        mistake("parameters with an empty value are left out; they are signed too", |mistake| {
            mistake.without_empty = true
        }),
        mistake("the path is signed in another encoding than it has to be", |mistake| mistake.other_path = true),
        mistake("the signed path lacks the `/` at its end", |mistake| mistake.no_final_slash = true),
        mistake(
            "the `&` after the secret is wrong: version 1 of RPC has one, every other algorithm has none",
            |mistake| {
                mistake.other_ampersand = true;
            },
        ),
        mistake("another host is signed than was sent: with or without the port", |mistake| mistake.other_host = true),
        mistake("the stated hash of the body is not that of the body that was sent", |mistake| {
            mistake.stated_hash = true
        }),
        mistake("another method is signed than was sent", |mistake| mistake.other_method = true),
    ];
    // A client lists a dozen; one that lists thousands only wants the mock to be busy.
    all.extend(signed_headers.iter().take(MOST_HEADERS).map(|name| {
        let mistake = Mistake { without_header: Some(name.clone()), ..Mistake::default() };
        (format!("the header `{name}` is listed in SignedHeaders but is not in what was signed"), mistake)
    }));
    all
}

/// What a client says of its signature.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) algorithm: Algorithm,
    pub(crate) access_key: String,
    /// Names in lower case, in the client's order.
    pub(crate) signed_headers: Vec<String>,
    pub(crate) signature: String,
    /// `date/region/service` of V11.
    pub(crate) scope: String,
}

/// What is signed, and with which signature.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) canonical_request: String,
    pub(crate) string_to_sign: String,
    pub(crate) signature: Vec<u8>,
}

impl Signed {
    /// The signature as the algorithm writes it.
    pub(super) fn text(&self, algorithm: Algorithm) -> String {
        match algorithm {
            Algorithm::RpcV1 | Algorithm::RoaV1 => STANDARD.encode(&self.signature),
            Algorithm::Acs3 | Algorithm::SdkHmac | Algorithm::V11 => hex(&self.signature),
        }
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from(b"0123456789abcdef"[usize::from(four)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of a signature as the algorithm writes it; none if it is not written so.
pub(super) fn bytes_of(algorithm: Algorithm, signature: &str) -> Option<Vec<u8>> {
    match algorithm {
        Algorithm::RpcV1 | Algorithm::RoaV1 => STANDARD.decode(signature).ok(),
        Algorithm::Acs3 | Algorithm::SdkHmac | Algorithm::V11 => {
            let digit = |byte: u8| char::from(byte).to_digit(16).filter(|_| !byte.is_ascii_uppercase());
            let pairs = signature.as_bytes().chunks(2);
            pairs.map(|pair| Some((digit(*pair.first()?)? * 16 + digit(*pair.get(1)?)?) as u8)).collect()
        }
    }
}

/// The parameters of a request: those of the query, then those of a form.
pub(crate) fn parameters<'a>(request: &Incoming<'a>, with_form: bool) -> Pairs<'a> {
    let mut pairs = Vec::new();
    // What is malformed was refused before.
    let _ = read_pairs(request.query, &mut pairs);
    if with_form && let Some(Ok(form)) = form(request) {
        let _ = read_pairs(form, &mut pairs);
    }
    pairs
}

/// Signs a request as it came in.
pub(super) fn sign(request: &Incoming<'_>, claim: &Claim, secret: &str, mistake: &Mistake) -> Signed {
    match claim.algorithm {
        Algorithm::RpcV1 => rpc_v1(request, secret, mistake),
        Algorithm::Acs3 => acs3(request, claim, secret, mistake),
        Algorithm::RoaV1 => roa_v1(request, secret, mistake),
        Algorithm::SdkHmac | Algorithm::V11 => huawei(request, claim, secret, mistake),
    }
}

/// Adds a text, encoded.
fn add(to: &mut String, text: &str, mistake: &Mistake) {
    if *mistake == Mistake::default() {
        to.extend(percent_encoding::utf8_percent_encode(text, RESERVED));
    } else {
        to.push_str(&encoded(text, mistake));
    }
}

fn encoded(text: &str, mistake: &Mistake) -> String {
    let mut encoded = encode(text).to_string();
    if mistake.literal_asterisk {
        encoded = encoded.replace("%2A", "*");
    }
    if mistake.plus_for_space {
        encoded = encoded.replace("%20", "+");
    }
    if mistake.encoded_tilde {
        encoded = encoded.replace('~', "%7E");
    }
    if mistake.lower_hex {
        let mut at = 0;
        while let Some(found) = encoded[at..].find('%') {
            let digits = at + found + 1..at + found + 3;
            let lower = encoded[digits.clone()].to_ascii_lowercase();
            at = digits.end;
            encoded.replace_range(digits, &lower);
        }
    }
    encoded
}

/// `a=b&c=d`, each name and value encoded, sorted.
fn query(pairs: &[(Cow<'_, str>, Cow<'_, str>)], mistake: &Mistake) -> String {
    let mut pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
    if !mistake.unsorted {
        pairs.sort_unstable();
    }
    let mut query = String::with_capacity(512);
    for (name, value) in pairs.into_iter().filter(|(_, value)| !(mistake.without_empty && value.is_empty())) {
        if !query.is_empty() {
            query.push('&');
        }
        add(&mut query, name, mistake);
        query.push('=');
        add(&mut query, value, mistake);
    }
    query
}

fn method<'a>(request: &Incoming<'a>, mistake: &Mistake) -> &'a str {
    match (mistake.other_method, request.method) {
        (true, "GET") => "POST",
        (true, _) => "GET",
        (false, method) => method,
    }
}

/// `secret&` for version 1 of RPC, the secret alone for the others.
fn key(secret: &str, has_ampersand: bool, mistake: &Mistake) -> String {
    if has_ampersand != mistake.other_ampersand { format!("{secret}&") } else { secret.to_owned() }
}

fn hmac_sha1(key: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// RPC version 1: every parameter but the signature, those of a form included.
fn rpc_v1(request: &Incoming<'_>, secret: &str, mistake: &Mistake) -> Signed {
    let mut pairs = parameters(request, true);
    pairs.retain(|(name, _)| name != "Signature");
    let canonical_request = query(&pairs, mistake);
    let mut string_to_sign = String::with_capacity(1024);
    string_to_sign.push_str(method(request, mistake));
    string_to_sign.push_str("&%2F&");
    add(&mut string_to_sign, &canonical_request, &Mistake::default());
    let signature = hmac_sha1(&key(secret, true, mistake), &string_to_sign);
    Signed { canonical_request, string_to_sign, signature }
}

/// The pieces of a path, decoded and encoded again; what cannot be decoded stays.
fn canonical_path(path: &str, mistake: &Mistake) -> String {
    if mistake.other_path {
        return path.to_owned();
    }
    let piece = |piece: &str| decode(piece).map_or_else(|_| piece.to_owned(), |piece| encoded(&piece, mistake));
    path.split('/').map(piece).collect::<Vec<_>>().join("/")
}

/// `name:value` of each header that the client lists, a line each.
fn headers(request: &Incoming<'_>, claim: &Claim, mistake: &Mistake) -> String {
    let mut lines = String::with_capacity(512);
    for name in &claim.signed_headers {
        if mistake.without_header.as_ref() == Some(name) {
            continue;
        }
        let mut value = Cow::Borrowed(request.header(name).unwrap_or("").trim());
        if name == "host" && mistake.other_host {
            value = Cow::Owned(other_host(&value));
        }
        lines.extend([name.as_str(), ":", &value, "\n"]);
    }
    lines
}

fn other_host(host: &str) -> String {
    match host.rsplit_once(':') {
        Some((name, _)) => name.to_owned(),
        None => format!("{host}:80"),
    }
}

fn signed_list(claim: &Claim, mistake: &Mistake) -> String {
    let mut list = String::with_capacity(256);
    for name in claim.signed_headers.iter().filter(|name| mistake.without_header.as_ref() != Some(*name)) {
        if !list.is_empty() {
            list.push(';');
        }
        list.push_str(name);
    }
    list
}

fn acs3(request: &Incoming<'_>, claim: &Claim, secret: &str, mistake: &Mistake) -> Signed {
    let body_hash = match request.header("x-acs-content-sha256") {
        Some(stated) if mistake.stated_hash => stated.to_owned(),
        _ => hex(&Sha256::digest(request.body)),
    };
    let canonical_request = format!(
        "{}\n{}\n{}\n{}\n{}\n{body_hash}",
        method(request, mistake),
        canonical_path(request.path, mistake),
        query(&parameters(request, false), mistake),
        headers(request, claim, mistake),
        signed_list(claim, mistake),
    );
    let string_to_sign = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(&canonical_request)));
    let signature = hmac_sha256(key(secret, false, mistake).as_bytes(), string_to_sign.as_bytes());
    Signed { canonical_request, string_to_sign, signature }
}

/// ROA version 1, over the path as on the wire; see `gate` for the clients that sign it encoded.
fn roa_v1(request: &Incoming<'_>, secret: &str, mistake: &Mistake) -> Signed {
    let mut lines = format!("{}\n", method(request, mistake));
    for name in ["accept", "content-md5", "content-type", "date"] {
        let value =
            if mistake.without_header.as_deref() == Some(name) { "" } else { request.header(name).unwrap_or("") };
        lines.push_str(&format!("{value}\n"));
    }
    let mut own = Vec::new();
    request.each_header(|name, value| {
        if name.starts_with("x-acs-") {
            own.push(format!("{name}:{}\n", value.trim()));
        }
    });
    own.sort_unstable();
    lines.extend(own);
    let path =
        if mistake.other_path { canonical_path(request.path, &Mistake::default()) } else { request.path.to_owned() };
    lines.push_str(&path);
    let mut pairs = parameters(request, false);
    if !mistake.unsorted {
        pairs.sort_unstable();
    }
    for (at, (name, value)) in pairs.iter().enumerate() {
        let mark = if at == 0 { '?' } else { '&' };
        lines.push_str(&if value.is_empty() { format!("{mark}{name}") } else { format!("{mark}{name}={value}") });
    }
    let signature = hmac_sha1(&key(secret, false, mistake), &lines);
    Signed { canonical_request: path, string_to_sign: lines, signature }
}

fn huawei(request: &Incoming<'_>, claim: &Claim, secret: &str, mistake: &Mistake) -> Signed {
    // Decoded as a whole, so that an encoded slash is one.
    let mut path = match (mistake.other_path, decode(request.path)) {
        (false, Ok(path)) => path.split('/').map(|piece| encoded(piece, mistake)).collect::<Vec<_>>().join("/"),
        _ => request.path.to_owned(),
    };
    if !path.ends_with('/') && !mistake.no_final_slash {
        path.push('/');
    }
    let body_hash = hex(&Sha256::digest(request.body));
    let canonical_request = format!(
        "{}\n{path}\n{}\n{}\n{}\n{body_hash}",
        method(request, mistake),
        query(&parameters(request, false), mistake),
        headers(request, claim, mistake),
        signed_list(claim, mistake),
    );
    let date = request.header("x-sdk-date").unwrap_or("");
    let hash = hex(&Sha256::digest(&canonical_request));
    let secret = key(secret, false, mistake);
    let (string_to_sign, signing_key) = match claim.algorithm {
        Algorithm::V11 => {
            let extracted = hmac_sha256(claim.access_key.as_bytes(), secret.as_bytes());
            let expanded = hmac_sha256(&extracted, &[claim.scope.as_bytes(), &[1]].concat());
            (format!("V11-HMAC-SHA256\n{date}\n{}\n{hash}", claim.scope), hex(&expanded))
        }
        _ => (format!("SDK-HMAC-SHA256\n{date}\n{hash}"), secret),
    };
    let signature = hmac_sha256(signing_key.as_bytes(), string_to_sign.as_bytes());
    Signed { canonical_request, string_to_sign, signature }
}
