//! Outcome: how one case ended, with everything that helps to see why.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::backend::request_log::ReceivedRequest;
use crate::case::{Difference, shown};
use crate::http::{Request, Response};

/// How a case ended.
///
/// A wrong answer is one thing, and no answer is another: a client that crashed, hung or printed something
/// that is not an answer has an outcome of its own, and so has a server that did not respond.
///
/// ```
/// use taskmock::conformance::Outcome;
/// let json = serde_json::to_string(&Outcome::Unsupported { why: "no XML".into() })?;
/// assert_eq!(json, r#"{"outcome":"unsupported","why":"no XML"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The answer is right.
    Passed,
    /// The answer is wrong, or the client sent a wrong request.
    Failed(Box<Failure>),
    /// The client ended, or panicked, before it answered.
    Crashed(Box<Failure>),
    /// The client did not answer in time.
    Hung(Box<Failure>),
    /// The client printed something that is not an answer to this case.
    Garbled(Box<Failure>),
    /// The server did not respond.
    NoResponse(Box<Failure>),
    /// The client refused the input itself and sent nothing, where the server would have refused it too.
    RefusedByClient {
        /// The client's message.
        why: String,
    },
    /// The case did not run.
    Unsupported {
        /// Why.
        why: String,
    },
}

impl Outcome {
    /// The name of the outcome in results and reports: `passed`, `failed`, `crashed`, `hung`, `garbled`,
    /// `no_response`, `refused_by_client` or `unsupported`.
    ///
    /// ```
    /// assert_eq!(taskmock::conformance::Outcome::Passed.name(), "passed");
    /// ```
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed(_) => "failed",
            Outcome::Crashed(_) => "crashed",
            Outcome::Hung(_) => "hung",
            Outcome::Garbled(_) => "garbled",
            Outcome::NoResponse(_) => "no_response",
            Outcome::RefusedByClient { .. } => "refused_by_client",
            Outcome::Unsupported { .. } => "unsupported",
        }
    }

    /// What went wrong, if something did.
    ///
    /// ```
    /// assert!(taskmock::conformance::Outcome::Passed.failure().is_none());
    /// ```
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Outcome::Failed(failure)
            | Outcome::Crashed(failure)
            | Outcome::Hung(failure)
            | Outcome::Garbled(failure)
            | Outcome::NoResponse(failure) => Some(failure),
            Outcome::Passed | Outcome::RefusedByClient { .. } | Outcome::Unsupported { .. } => None,
        }
    }

    /// Whether no answer came: the client crashed, hung or printed something else, or the server did not
    /// respond.
    ///
    /// ```
    /// assert!(!taskmock::conformance::Outcome::Passed.is_without_answer());
    /// ```
    pub fn is_without_answer(&self) -> bool {
        self.failure().is_some() && !matches!(self, Outcome::Failed(_))
    }
}

/// Why a client gave no answer.
///
/// ```
/// assert_ne!(taskmock::conformance::NoAnswer::Hung, taskmock::conformance::NoAnswer::Crashed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// It ended, or panicked.
    Crashed,
    /// It did not answer in time.
    Hung,
    /// It printed something that is not an answer to this case.
    Garbled,
}

impl NoAnswer {
    pub(super) fn outcome(self, failure: Failure) -> Outcome {
        let failure = Box::new(failure);
        match self {
            NoAnswer::Crashed => Outcome::Crashed(failure),
            NoAnswer::Hung => Outcome::Hung(failure),
            NoAnswer::Garbled => Outcome::Garbled(failure),
        }
    }
}

/// What went wrong, and everything that helps to see why.
///
/// ```
/// let failure = taskmock::conformance::Failure::default();
/// assert!(failure.exchanges.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// Why there is no answer, in a sentence; a second line may show what the client printed. Empty if the
    /// answer is wrong.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What differs, at most 100; the first is the cause that reports group failures by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
    /// What should have come: an `output` or an `error`.
    pub expected: Value,
    /// What came; null if nothing did.
    pub got: Value,
    /// The request that a sound client sends, and the response to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_exchange: Option<Exchange>,
    /// The last requests that came in, at most five, each with the response that it got.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Exchange>,
    /// The end of what the client wrote to its standard error meanwhile.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stderr: String,
}

impl Failure {
    /// The failure in one line: why there is no answer, or the first difference.
    ///
    /// ```
    /// assert_eq!(taskmock::conformance::Failure::default().headline(), "");
    /// ```
    pub fn headline(&self) -> String {
        match self.reason.lines().next() {
            Some(reason) => reason.to_owned(),
            None => self.differences.first().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// The reason and the differences, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let reason = self.reason.lines().map(str::to_owned);
        reason.chain(self.differences.iter().map(ToString::to_string)).collect()
    }
}

/// A request and its response, as text for a person: bytes that are not text are escaped, and long bodies
/// are shown without their middle.
///
/// ```
/// let exchange = taskmock::conformance::Exchange::default();
/// assert_eq!(exchange.status, 0);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub target: String,
    /// The headers of the request.
    pub headers: Vec<(String, String)>,
    /// The body of the request.
    pub body: String,
    /// The status of the response.
    pub status: u16,
    /// The headers of the response.
    pub response_headers: Vec<(String, String)>,
    /// The body of the response.
    pub response_body: String,
}

impl Exchange {
    pub(super) fn of(request: &Request, response: &Response) -> Self {
        Exchange {
            method: request.method().to_string(),
            target: shown(request.uri().to_string().as_bytes()),
            headers: headers(request.headers()),
            body: shown(request.body()),
            status: response.status().as_u16(),
            response_headers: headers(response.headers()),
            response_body: shown(response.body()),
        }
    }

    pub(super) fn received(request: &ReceivedRequest, response: &Response) -> Self {
        Exchange {
            method: request.method.clone(),
            target: shown(request.target.as_bytes()),
            headers: request.headers.clone(),
            body: shown(&request.body),
            status: response.status().as_u16(),
            response_headers: headers(response.headers()),
            response_body: shown(response.body()),
        }
    }

    /// Returns the request as a line for a shell.
    ///
    /// ```
    /// let mut exchange = taskmock::conformance::Exchange::default();
    /// (exchange.method, exchange.target) = ("GET".into(), "/tasks/T-1".into());
    /// assert_eq!(exchange.curl("http://127.0.0.1:8080"), "curl -i 'http://127.0.0.1:8080/tasks/T-1'");
    /// ```
    pub fn curl(&self, base_url: &str) -> String {
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        // An HTTP client adds these by itself.
        let headers = headers.filter(|(name, _)| !matches!(*name, "host" | "content-length" | "connection"));
        crate::case::curl(&self.method, &format!("{base_url}{}", self.target), headers, &self.body)
    }
}

fn headers(map: &http::HeaderMap) -> Vec<(String, String)> {
    map.iter().map(|(name, value)| (name.to_string(), shown(value.as_bytes()))).collect()
}
