//! Endpoint: the address that a client under test sends its requests to, with a backend of its own for each case.

use super::any_case::{AnyCase, without_answer};
use super::outcome::{NoAnswer, Outcome};
#[cfg(feature = "signatures")]
use super::signatures::{Signatures, Verifier};
use crate::backend::Backend;
use crate::backend::request_log::ReceivedRequest;
use crate::server::MockServer;
use crate::services::State;

/// A server whose backend is another one for each case. The port stays, so that clients can keep
/// their connections.
pub(super) struct Endpoint {
    server: MockServer,
    #[cfg(feature = "signatures")]
    verifier: Verifier,
}

impl Endpoint {
    pub(super) fn new(#[cfg(feature = "signatures")] signatures: Signatures) -> Self {
        Endpoint {
            server: MockServer::start_with(State::default()),
            #[cfg(feature = "signatures")]
            verifier: Verifier::new(signatures),
        }
    }

    /// Begins a case.
    pub(super) fn open(&mut self, given: &State) {
        self.server.replace(Backend::new(given.clone()));
    }

    /// `http://127.0.0.1:PORT`.
    pub(super) fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Whether a request came in since the case began.
    pub(super) fn has_request(&self) -> bool {
        !self.server.requests().is_empty()
    }

    /// Ends a case: judges the answer with the requests that came in, and adds what is wrong with a signature.
    pub(super) fn close(&mut self, case: &dyn AnyCase, judge: impl FnOnce(&[ReceivedRequest]) -> Outcome) -> Outcome {
        let sent = self.server.requests();
        let outcome = judge(&sent);
        #[cfg(feature = "signatures")]
        return self.verifier.verify(case, &sent, outcome);
        #[cfg(not(feature = "signatures"))]
        {
            let _ = case;
            outcome
        }
    }

    /// Ends a case in which the client did not answer. What it left running may still send requests, so the
    /// next case gets another port.
    pub(super) fn abandon(&mut self, case: &dyn AnyCase, why: NoAnswer, reason: String, stderr: String) -> Outcome {
        let outcome = without_answer(case, why, reason, &self.server.requests(), stderr);
        self.server = MockServer::start_with(State::default());
        outcome
    }
}
