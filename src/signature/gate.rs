//! The gate: accepted credentials and used nonces; whether a signature is right, and if not, why.

use std::collections::{HashSet, VecDeque};
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Credentials;
use super::canonical::{Algorithm, Claim, Mistake, Signed, bytes_of, mistakes, sign};
use crate::clock::Timestamp;
use crate::error_code::Refusal;
use crate::http::Incoming;
use crate::text;

/// Who may ask, and which nonces were used.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    credentials: Vec<Credentials>,
    /// Hashes of nonces in the order of their use; `used` holds the same.
    order: VecDeque<u128>,
    used: HashSet<u128>,
}

/// The oldest nonces are forgotten when there are more, so that no client can make the gate grow.
const MOST_NONCES: usize = 100_000;

/// The most bytes that are signed to find out why one signature is wrong. A usual request has 1 or 2
/// kB and fewer than a hundred likely mistakes, which are then all tried.
const MOST_SIGNED: usize = 4 << 20;

/// The most characters that a diagnosis shows of one line, and of one text of several lines.
const LONGEST_LINE: usize = 2000;
const LONGEST_TEXT: usize = 8000;

/// A signature is good for 15 minutes before and after its time.
const WINDOW: std::time::Duration = std::time::Duration::from_secs(15 * 60);

/// Finds the place of the user who signed a request, as one protocol does it.
pub(crate) type Authenticate = fn(&mut Gate, &Incoming<'_>, Timestamp) -> Result<usize, Denied>;

/// Why a request does not pass.
#[derive(Debug)]
pub(crate) struct Denied {
    pub(crate) answer: Denial,
    /// What the cloud does not tell.
    pub(crate) signature_diagnosis: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Denial {
    Refusal(Refusal),
    /// The mock cannot tell, and says so.
    NotVerified(String),
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Denied { answer: Denial::Refusal(refusal), signature_diagnosis: None }
    }
}

impl Gate {
    pub(crate) fn admit(&mut self, credentials: Credentials) {
        self.credentials.retain(|other| other.access_key() != credentials.access_key());
        self.credentials.push(credentials);
    }

    pub(crate) fn is_open(&self) -> bool {
        self.credentials.is_empty()
    }

    pub(crate) fn forget_nonces(&mut self) {
        self.order.clear();
        self.used.clear();
    }

    /// The user at a place that [`Authenticate`] found.
    pub(crate) fn user(&self, place: usize) -> &Credentials {
        &self.credentials[place]
    }

    /// Whether the claimed signature of the user at a place is right; else what it had to be over,
    /// and the diagnosis.
    pub(crate) fn verify(&self, request: &Incoming<'_>, claim: &Claim, place: usize) -> Result<(), (Signed, String)> {
        verify(request, claim, &self.credentials[place], &self.credentials)
    }

    pub(crate) fn by_key(&self, access_key: &str) -> Option<usize> {
        self.credentials.iter().position(|user| user.access_key() == access_key)
    }

    pub(crate) fn by_token(&self, token: &str) -> Option<usize> {
        let has_it = |own: &str| bool::from(own.as_bytes().ct_eq(token.as_bytes()));
        // All of them are compared, so that the time does not tell which came close.
        let active = self.credentials.iter().enumerate().filter(|(_, user)| !user.is_inactive);
        active.fold(None, |found, (at, user)| match user.security_token.as_deref().is_some_and(has_it) {
            true => found.or(Some(at)),
            false => found,
        })
    }

    /// False if it was used before.
    pub(crate) fn use_nonce(&mut self, access_key: &str, nonce: &str) -> bool {
        let hash = Sha256::digest(format!("{access_key} {nonce}"));
        let hash = hash.iter().take(16).fold(0u128, |hash, byte| (hash << 8) | u128::from(*byte));
        if !self.used.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > MOST_NONCES
            && let Some(oldest) = self.order.pop_front()
        {
            self.used.remove(&oldest);
        }
        true
    }
}

pub(crate) fn out_of_time(access_key: &str, stated: &str, now: Timestamp) -> String {
    format!(
        "the signature of {} is of {}, more than 15 minutes from the backend's clock, which stands at {now}\n\
         likely cause: the clock; set the backend's to the client's",
        shown(access_key),
        shown(stated),
    )
}

pub(crate) fn same_token(own: Option<&str>, sent: Option<&str>) -> bool {
    own.unwrap_or("").as_bytes().ct_eq(sent.unwrap_or("").as_bytes()).into()
}

pub(crate) fn is_fresh(time: Timestamp, now: Timestamp) -> bool {
    time.since(now) <= WINDOW && now.since(time) <= WINDOW
}

pub(crate) fn not_verified(algorithm: &str) -> Denied {
    // A header that names no algorithm may hold anything, a secret too.
    let is_name = algorithm.len() <= 40
        && algorithm.contains('-')
        && algorithm.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-');
    let name = if is_name { format!("`{algorithm}` ") } else { String::new() };
    let sentence = format!(
        "the signature algorithm {name}is not verified by this mock; it verifies HMAC-SHA1, ACS3-HMAC-SHA256, \
         SDK-HMAC-SHA256 and V11-HMAC-SHA256"
    );
    Denied { answer: Denial::NotVerified(sentence), signature_diagnosis: None }
}

pub(crate) fn read_claim(algorithm: Algorithm, rest: &str, key: &str) -> Claim {
    let mut claim = Claim {
        algorithm,
        access_key: String::new(),
        signed_headers: Vec::new(),
        signature: String::new(),
        scope: String::new(),
    };
    for piece in rest.split(',') {
        match piece.trim().split_once('=') {
            Some((name, value)) if name == key => claim.access_key = value.to_owned(),
            Some(("SignedHeaders", value)) => {
                claim.signed_headers =
                    value.split(';').map(str::to_ascii_lowercase).filter(|name| !name.is_empty()).collect();
            }
            Some(("Signature", value)) => claim.signature = value.to_owned(),
            _ => {}
        }
    }
    claim
}

/// The other readings of a request under which a signature is right: version 1 of ROA clients sign
/// over the path as sent or encoded, one of them without the content type.
fn other_readings(algorithm: Algorithm) -> Vec<Mistake> {
    if algorithm != Algorithm::RoaV1 {
        return Vec::new();
    }
    let encoded = Mistake { other_path: true, ..Mistake::default() };
    let untyped = Mistake { without_header: Some("content-type".to_owned()), ..encoded.clone() };
    vec![encoded, untyped]
}

/// Whether the claimed signature is right; else what it had to be over, and the signature_diagnosis.
fn verify(
    request: &Incoming<'_>,
    claim: &Claim,
    user: &Credentials,
    all: &[Credentials],
) -> Result<(), (Signed, String)> {
    let claimed = bytes_of(claim.algorithm, &claim.signature).unwrap_or_default();
    let is_right = |signed: &Signed| bool::from(signed.signature.ct_eq(&claimed));
    let right = sign(request, claim, &user.secret, &Mistake::default());
    if let Some(said) = not_covered(request, claim) {
        return Err((
            right,
            format!(
                "the signature of {} by {} does not cover what it has to\nlikely cause: {said}",
                shown(&claim.access_key),
                claim.algorithm
            ),
        ));
    }
    let reads = |reading: &Mistake| is_right(&sign(request, claim, &user.secret, reading));
    if is_right(&right) || other_readings(claim.algorithm).iter().any(reads) {
        return Ok(());
    }
    let mut signature_diagnosis = format!(
        "the signature of {} by {} does not match\ncanonical request:\n{}\nstring to sign:\n{}\nclaimed signature: {}\n",
        shown(&claim.access_key),
        claim.algorithm,
        indented(&right.canonical_request),
        indented(&right.string_to_sign),
        shown(&claim.signature),
    );
    let mistakes = mistakes(&claim.signed_headers);
    let causes = mistakes.len() + all.len();
    let tried = causes.min(MOST_SIGNED / size(request, claim));
    let found = mistakes
        .iter()
        .take(tried)
        .map(|(said, mistake)| (said, sign(request, claim, &user.secret, mistake)))
        .find(|(_, signed)| is_right(signed));
    let mut others = all.iter().take(tried.saturating_sub(mistakes.len()));
    let other_secret = others.find(|other| is_right(&sign(request, claim, &other.secret, &Mistake::default())));
    match (found, other_secret) {
        (Some((said, signed)), _) => {
            let _ = write!(signature_diagnosis, "likely cause: {}", shown(said));
            if let Some((server, client)) = first_difference(&right, &signed) {
                let _ = write!(
                    signature_diagnosis,
                    "\nfirst difference: server `{}`, client `{}`",
                    shown(&server),
                    shown(&client)
                );
            }
        }
        (None, Some(other)) => {
            let _ = write!(signature_diagnosis, "likely cause: it is signed with the secret of {}", other.access_key());
        }
        (None, None) if tried < causes => {
            let _ = write!(
                signature_diagnosis,
                "likely cause: unknown; the request is so large that only {tried} of {causes} likely causes were tried"
            );
        }
        (None, None) => {
            signature_diagnosis
                .push_str("likely cause: another secret, or something that was changed after it was signed");
        }
    }
    Err((right, signature_diagnosis))
}

/// What a signature has to be over and is not: without it a signature could be used for another time
/// or another operation. No client that was captured leaves any of it out.
fn not_covered(request: &Incoming<'_>, claim: &Claim) -> Option<String> {
    let lacks = |name: &&&str| !claim.signed_headers.iter().any(|listed| listed == **name);
    let unsigned = match claim.algorithm {
        Algorithm::RpcV1 | Algorithm::RoaV1 => None,
        Algorithm::Acs3 => ["x-acs-date", "x-acs-signature-nonce", "x-acs-action", "x-acs-version"]
            .iter()
            .filter(|name| request.header(name).is_some())
            .find(lacks),
        Algorithm::SdkHmac | Algorithm::V11 => ["x-sdk-date"].iter().find(lacks),
    };
    if let Some(name) = unsigned {
        return Some(format!("the header `{name}` is not listed in SignedHeaders"));
    }
    let day = request.header("x-sdk-date").unwrap_or("").get(..8).unwrap_or("");
    let scope: Vec<&str> = claim.scope.split('/').collect();
    let is_scope = scope.len() == 3 && scope[0] == day && scope.iter().all(|piece| !piece.is_empty());
    (claim.algorithm == Algorithm::V11 && !is_scope)
        .then(|| format!("the scope `{}` is not DAY/REGION/SERVICE with the day of X-Sdk-Date", shown(&claim.scope)))
}

/// Returns how many bytes of a request it takes, about, to sign it once.
fn size(request: &Incoming<'_>, claim: &Claim) -> usize {
    let mut headers = 0;
    let mut count = 0;
    request.each_header(|name, value| {
        headers += name.len() + value.len();
        count += 1;
    });
    // Each header that is listed is looked up among those that were sent.
    let lookups = claim.signed_headers.iter().map(|name| name.len() + count).sum::<usize>();
    // Parameters, which a form has too, are encoded and encoded again.
    1 + request.path.len() + 3 * (request.query.len() + request.body.len()) + headers + lookups
}

/// Returns a line for a terminal, of a long one the beginning.
fn shown(text: &str) -> String {
    text::shown(text, LONGEST_LINE)
}

/// Returns the beginning of a text, each line two to the right, so that none can pass for one of the
/// diagnosis's own.
fn indented(text: &str) -> String {
    let mut left = LONGEST_TEXT;
    let mut lines = Vec::new();
    for line in text.lines() {
        if left == 0 {
            lines.push("  …".to_owned());
            break;
        }
        lines.push(format!("  {}", text::shown(line, left.min(LONGEST_LINE))));
        // A line end counts too, so that empty lines are bounded.
        left = left.saturating_sub(line.chars().take(LONGEST_LINE).count() + 1);
    }
    lines.join("\n")
}

/// The first line in which what the server signs is not what the client signed.
fn first_difference(server: &Signed, client: &Signed) -> Option<(String, String)> {
    let lines = |signed: &Signed| [signed.canonical_request.clone(), signed.string_to_sign.clone()].join("\n");
    let (server, client) = (lines(server), lines(client));
    let (mut server, mut client) = (server.lines(), client.lines());
    loop {
        match (server.next(), client.next()) {
            (None, None) => return None,
            (left, right) if left == right => {}
            (left, right) => return Some((left.unwrap_or("").to_owned(), right.unwrap_or("").to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// A request on which every mistake shows, for an algorithm.
    fn request(algorithm: Algorithm) -> crate::http::Request {
        let target = match algorithm {
            Algorithm::RpcV1 => "/?b=2&a=a%20b%2A~%C3%A9&c=",
            _ => "/v2/a*b/clusters/x?b=2&a=a%20b%2A~%C3%A9&c=",
        };
        http::Request::get(target)
            .header("host", "localhost:8080")
            .header("x-sdk-date", "20240303T000000Z")
            .header("x-acs-content-sha256", "0000")
            .body(Bytes::new())
            .expect("a request")
    }

    #[test]
    fn each_mistake_that_changes_the_signature_is_named() {
        let user = Credentials::new("k", "s");
        let mut named = HashSet::new();
        for algorithm in [Algorithm::RpcV1, Algorithm::Acs3, Algorithm::RoaV1, Algorithm::SdkHmac, Algorithm::V11] {
            let request = request(algorithm);
            let incoming = Incoming::from(&request);
            let claim = Claim {
                algorithm,
                access_key: "k".to_owned(),
                signed_headers: vec!["host".to_owned(), "x-sdk-date".to_owned()],
                signature: String::new(),
                scope: "20240303/r/s".to_owned(),
            };
            let accepted: Vec<Vec<u8>> = other_readings(algorithm)
                .iter()
                .chain([&Mistake::default()])
                .map(|reading| sign(&incoming, &claim, &user.secret, reading).signature)
                .collect();
            for (said, mistake) in mistakes(&claim.signed_headers) {
                let signed = sign(&incoming, &claim, &user.secret, &mistake);
                if accepted.contains(&signed.signature) {
                    continue;
                }
                let claim = Claim { signature: signed.text(algorithm), ..claim.clone() };
                let (_, signature_diagnosis) = verify(&incoming, &claim, &user, &[]).expect_err("it is wrong");
                assert!(
                    signature_diagnosis.contains(&format!("likely cause: {said}")),
                    "{algorithm}: {said}\n{signature_diagnosis}"
                );
                let is_key = said.contains("after the secret");
                assert!(
                    is_key || signature_diagnosis.contains("first difference: server `"),
                    "{algorithm}: {signature_diagnosis}"
                );
                named.insert(said);
            }
        }
        let all: HashSet<String> =
            mistakes(&["host".to_owned(), "x-sdk-date".to_owned()]).into_iter().map(|(said, _)| said).collect();
        assert_eq!(named, all);
    }

    #[test]
    fn the_search_for_a_cause_is_bounded_in_work_and_in_what_it_shows() {
        let form = Bytes::from(format!("a={}", "%20".repeat(350_000)));
        let request = http::Request::post("/").header("content-type", "application/x-www-form-urlencoded");
        let request = request.body(form).expect("a request");
        let incoming = Incoming::from(&request);
        let claim = Claim {
            algorithm: Algorithm::RpcV1,
            access_key: "k".to_owned(),
            signed_headers: vec!["\u{202e}\n".repeat(100_000)],
            signature: "\u{9b}".repeat(100_000),
            scope: String::new(),
        };
        let users: Vec<Credentials> = (0..50).map(|number| Credentials::new(&number.to_string(), "s")).collect();
        let (_, said) = verify(&incoming, &claim, &users[0], &users).expect_err("it is wrong");
        assert!(said.ends_with("only 1 of 63 likely causes were tried"), "{}", &said[said.len() - 100..]);
        assert!(said.len() < 10 * LONGEST_TEXT, "{} bytes", said.len());
        assert!(!said.contains(['\u{202e}', '\u{9b}']));
    }

    #[test]
    fn the_nonces_of_before_are_forgotten_when_they_are_told_to_be() {
        let mut gate = Gate::default();
        assert!(gate.use_nonce("k", "1") && !gate.use_nonce("k", "1"));
        gate.forget_nonces();
        assert!(gate.use_nonce("k", "1"));
        assert_eq!((gate.order.len(), gate.used.len()), (1, 1));
    }

    #[test]
    fn nonces_are_remembered_in_bounded_memory() {
        let mut gate = Gate::default();
        for number in 0..MOST_NONCES + 5 {
            assert!(gate.use_nonce("k", &number.to_string()));
        }
        assert_eq!((gate.order.len(), gate.used.len()), (MOST_NONCES, MOST_NONCES));
        assert!(!gate.use_nonce("k", "100"), "a recent one");
        assert!(gate.use_nonce("k", "0"), "one that was forgotten");
    }
}
