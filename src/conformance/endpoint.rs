//! Endpoint: where a client under test is sent, with a backend of its own for each case.

use super::asked::{AnyCase, without_answer};
use super::results::Verdict;
#[cfg(feature = "signatures")]
use super::signatures::{Signatures, Verifier};
use crate::backend::Backend;
use crate::backend::request_log::ReceivedRequest;
use crate::server::MockServer;
use crate::services::State;

/// A server whose backend is another one for each case. The port stays, so that clients can keep
/// their connections.
pub(crate) struct Endpoint {
    server: MockServer,
    #[cfg(feature = "signatures")]
    verifier: Verifier,
}

impl Endpoint {
    pub(crate) fn new(#[cfg(feature = "signatures")] signatures: Signatures) -> Self {
        Endpoint {
            server: MockServer::start_with(State::default()),
            #[cfg(feature = "signatures")]
            verifier: Verifier::new(signatures),
        }
    }

    /// Begins a case.
    pub(crate) fn open(&mut self, given: &State) {
        self.server.replace(Backend::new(given.clone()));
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Whether the client asked something since the case began.
    pub(crate) fn was_asked(&self) -> bool {
        !self.server.requests().is_empty()
    }

    /// Ends a case: judges what the client answered, with what it sent, and adds what is wrong with a signature.
    pub(crate) fn close(&mut self, case: &dyn AnyCase, judge: impl FnOnce(&[ReceivedRequest]) -> Verdict) -> Verdict {
        let sent = self.server.requests();
        let verdict = judge(&sent);
        #[cfg(feature = "signatures")]
        return self.verifier.verify(case, &sent, verdict);
        #[cfg(not(feature = "signatures"))]
        {
            let _ = case;
            verdict
        }
    }

    /// Ends a case in which the client did not answer. What it left running may still send something,
    /// so that the next case is at another port.
    pub(crate) fn abandon(&mut self, case: &dyn AnyCase, said: &str, stderr: String) -> Verdict {
        let verdict = without_answer(case, said, &self.server.requests(), stderr);
        self.server = MockServer::start_with(State::default());
        verdict
    }
}
