//! Signatures: whether a client under test signs what it sends.

use std::time::SystemTime;

use super::asked::{AnyCase, exchanges};
use super::results::{Failure, Verdict};
use crate::backend::credentials::admit;
use crate::backend::request_log::ReceivedRequest;
use crate::clock::Timestamp;
use crate::http::Incoming;
use crate::services::operation;
use crate::signature::{Credentials, Denial, Denied, Gate};

/// Whose signatures are verified of what a client sends, with the time of day and each nonce once.
///
/// ```
/// use taskmock::Credentials;
/// use taskmock::conformance::{Signatures, Suite};
/// let signatures = Signatures::Required(Credentials::new("testid", "testsecret"));
/// let suite = Suite { signatures, ..Suite::default() };
/// ```
#[derive(Clone, Debug, Default)]
pub enum Signatures {
    /// Nobody's: a signature is not looked at.
    #[default]
    Unseen,
    /// If a request is signed, it has to be with these.
    IfSigned(Credentials),
    /// Every request has to be signed with these.
    Required(Credentials),
}

impl Signatures {
    /// With what is signed, if anything is looked at.
    pub(crate) fn credentials(&self) -> Option<&Credentials> {
        match self {
            Signatures::Unseen => None,
            Signatures::IfSigned(credentials) | Signatures::Required(credentials) => Some(credentials),
        }
    }
}

/// Verifies what comes to one endpoint.
pub(super) struct Verifier {
    signatures: Signatures,
    gate: Gate,
}

impl Verifier {
    pub(super) fn new(signatures: Signatures) -> Self {
        let mut gate = Gate::default();
        if let Some(credentials) = signatures.credentials() {
            gate.admit(credentials.clone());
        }
        Verifier { signatures, gate }
    }

    /// Adds to the verdict on a case what is wrong with a signature.
    pub(super) fn verify(&mut self, case: &dyn AnyCase, sent: &[ReceivedRequest], verdict: Verdict) -> Verdict {
        let is_seen = !matches!(
            (&self.signatures, &verdict),
            (Signatures::Unseen, _) | (_, Verdict::Unsupported { .. } | Verdict::RefusedItself { .. })
        );
        let wrong: Vec<String> =
            if is_seen { sent.iter().filter_map(|request| self.wrong(request)).collect() } else { Vec::new() };
        if wrong.is_empty() {
            return verdict;
        }
        let mut failure = match verdict {
            Verdict::Failed(failure) => failure,
            _ => Box::new(Failure {
                expected: case.expected(),
                exchanges: exchanges(case.given(), sent),
                ..Failure::default()
            }),
        };
        failure.differences.extend(wrong.iter().flat_map(|said| said.lines().map(str::to_owned)));
        Verdict::Failed(failure)
    }

    /// What is wrong with the signature of a request that came to an operation.
    fn wrong(&mut self, recorded: &ReceivedRequest) -> Option<String> {
        let operation = operation(recorded.operation?)?;
        let is_required = matches!(self.signatures, Signatures::Required(_));
        if !is_required && !is_signed(recorded) {
            return None;
        }
        let request = Incoming::from_parts(&recorded.method, &recorded.target, &recorded.headers, &recorded.body);
        let Denied { answer, signature_diagnosis } = admit(&mut self.gate, &request, operation, now()).err()?;
        match answer {
            Denial::Refusal(refusal) => {
                let said = signature_diagnosis.unwrap_or_else(|| format!("{}: {}", refusal.code(), refusal.message()));
                Some(format!("signature: {said}"))
            }
            // What cannot be verified is not wrong, unless it was asked for.
            Denial::NotVerified(said) => is_required.then(|| format!("signature: {said}")),
        }
    }
}

/// Whether a request claims a signature, in a header or in a parameter.
fn is_signed(recorded: &ReceivedRequest) -> bool {
    let in_form = || String::from_utf8_lossy(&recorded.body).contains("Signature=");
    recorded.header("authorization").is_some_and(|value| !value.is_empty())
        || recorded.target.contains("Signature=")
        || in_form()
}

/// The time of day: clients sign with it.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_millis(0).after(since)
}
