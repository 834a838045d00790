//! Signatures: whether a client under test signs its requests, and rightly.

use super::any_case::{AnyCase, exchanges, expected_of};
use super::outcome::{Failure, Outcome};
use super::time::now;
use crate::backend::credentials::admit;
use crate::backend::request_log::ReceivedRequest;
use crate::case::Difference;
use crate::http::Incoming;
use crate::services::operation;
use crate::signature::{Credentials, Denial, Denied, Gate};

/// Which requests of a client have to be signed, and with which credentials. Signatures are verified at the
/// time of day, and each nonce is accepted once.
///
/// ```
/// use taskmock::Credentials;
/// use taskmock::conformance::{ClientRun, Selection, Signatures};
/// let signatures = Signatures::Required(Credentials::new("testid", "testsecret"));
/// let run = ClientRun::new(Selection::new()).signatures(signatures);
/// ```
#[derive(Clone, Debug, Default)]
pub enum Signatures {
    /// Signatures are not verified.
    #[default]
    NotVerified,
    /// A request may be unsigned; if it is signed, then with these.
    IfSigned(Credentials),
    /// Every request has to be signed with these.
    Required(Credentials),
}

impl Signatures {
    /// The credentials, if signatures are verified.
    pub(super) fn credentials(&self) -> Option<&Credentials> {
        match self {
            Signatures::NotVerified => None,
            Signatures::IfSigned(credentials) | Signatures::Required(credentials) => Some(credentials),
        }
    }
}

/// Verifies the requests that come to one endpoint.
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

    /// Adds to the outcome of a case what is wrong with a signature.
    pub(super) fn verify(&mut self, case: &dyn AnyCase, sent: &[ReceivedRequest], outcome: Outcome) -> Outcome {
        let is_verified = !matches!(
            (&self.signatures, &outcome),
            (Signatures::NotVerified, _) | (_, Outcome::Unsupported { .. } | Outcome::RefusedByClient { .. })
        );
        let wrong: Vec<String> =
            if is_verified { sent.iter().filter_map(|request| self.wrong(request)).collect() } else { Vec::new() };
        if wrong.is_empty() {
            return outcome;
        }
        let mut failure = match outcome {
            Outcome::Failed(failure) => failure,
            _ => Box::new(Failure { exchanges: exchanges(case.given(), sent), ..expected_of(case) }),
        };
        let differences = wrong.into_iter().map(|said| Difference::new("request.signature", None, None).note(said));
        failure.differences.extend(differences);
        Outcome::Failed(failure)
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
                Some(signature_diagnosis.unwrap_or_else(|| format!("{}: {}", refusal.code(), refusal.message())))
            }
            // A signature that cannot be verified is wrong only where one is required.
            Denial::NotVerified(said) => is_required.then_some(said),
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
