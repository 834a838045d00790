//! Server run: sends the cases of a selection to a server and judges its responses.

use std::time::Instant;

use bytes::Bytes;

use super::any_case::{AnyCase, expected_of};
use super::case_id::Side;
use super::error::Error;
use super::outcome::{Failure, Outcome};
use super::results::{CaseResult, Results};
use super::selection::Selection;
#[cfg(feature = "signatures")]
use super::time;
use crate::backend::control;
use crate::http::{Request, Response};
use crate::services::State;

/// After so many cases in a row without a response the run ends.
const MOST_SILENT: u32 = 5;

/// Sends a request, and returns the response or what is wrong with the connection.
type Send<'a> = &'a mut dyn FnMut(Request) -> Result<Response, String>;

/// A run against a server, with the options that only a server has. Its cases run one after the other.
///
/// ```
/// use taskmock::conformance::{Selection, ServerRun};
/// let run = ServerRun::new(Selection::new().formats([])).host("127.0.0.1:8080");
/// ```
#[derive(Clone, Debug)]
pub struct ServerRun {
    selection: Selection,
    host: Option<String>,
    #[cfg(feature = "signatures")]
    credentials: Option<crate::signature::Credentials>,
}

impl ServerRun {
    /// Returns a run of a selection whose requests are not signed.
    ///
    /// ```
    /// use taskmock::conformance::{Selection, ServerRun};
    /// let run = ServerRun::new(Selection::new());
    /// ```
    pub fn new(selection: Selection) -> Self {
        ServerRun {
            selection,
            host: None,
            #[cfg(feature = "signatures")]
            credentials: None,
        }
    }

    /// Signs for this value of the header Host; the default is the Host of the request, `localhost`.
    ///
    /// ```
    /// use taskmock::conformance::{Selection, ServerRun};
    /// let run = ServerRun::new(Selection::new()).host("127.0.0.1:8080");
    /// ```
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// Signs each request. Raw requests, which signing would change, do not run then.
    ///
    /// ```
    /// use taskmock::Credentials;
    /// use taskmock::conformance::{Selection, ServerRun};
    /// let run = ServerRun::new(Selection::new()).credentials(Credentials::new("testid", "testsecret"));
    /// ```
    #[cfg(feature = "signatures")]
    pub fn credentials(mut self, credentials: crate::signature::Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Runs the cases against a server, as the command `taskmock conformance server` does: `send` sends a
    /// request and returns the response, or a sentence that says why there is none. `tell` gets each result that
    /// is kept, as soon as it is known.
    ///
    /// If the server has the control interface, the run gives it the state of each case, and at the end the
    /// state that it had, to which its `reset` then goes back. On any other server the cases that need a state
    /// count as not supported. If the server no longer responds, the run ends early, and the results say so.
    ///
    /// # Errors
    ///
    /// A selection that matches nothing, and a server that cannot be reached.
    ///
    /// ```
    /// use taskmock::Backend;
    /// use taskmock::conformance::{Selection, ServerRun};
    /// let mut backend = Backend::documents();
    /// // A server without the control interface.
    /// let run = ServerRun::new(Selection::new());
    /// let results = run.run("a backend", |request| Ok(backend.respond(&request)), |_| {})?;
    /// assert_eq!(results.tally().passed, results.ran());
    /// assert!(results.tally().passed > 50);
    /// # Ok::<(), taskmock::conformance::Error>(())
    /// ```
    pub fn run(
        &self,
        subject: &str,
        mut send: impl FnMut(Request) -> Result<Response, String>,
        mut tell: impl FnMut(&CaseResult),
    ) -> Result<Results, Error> {
        let cases = self.selection.take(Side::Server)?;
        let send: Send<'_> = &mut send;
        let health = send(control_request("GET", "health", Bytes::new())).map_err(Error)?;
        let has_control = health.status() == 200 && health.body().starts_with(br#"{"status":"ok""#);
        let before = match has_control {
            true => Some(control(send, "GET", Bytes::new()).map_err(Error)?),
            false => None,
        };
        let mut results = Results::new(Side::Server, subject, self.selection.run_with(self.options()));
        let (since, mut silent) = (Instant::now(), 0);
        for next in (0..cases.count()).filter_map(|number| cases.at(number)) {
            let started = Instant::now();
            let outcome = match self.run_one(next.case(), has_control, send) {
                Ok(outcome) => {
                    silent = 0;
                    outcome
                }
                Err(why) => {
                    silent += 1;
                    if silent >= MOST_SILENT {
                        results.given_up =
                            Some(format!("the server did not respond in {MOST_SILENT} cases in a row: {why}"));
                        break;
                    }
                    Outcome::NoResponse(Box::new(Failure { reason: why, ..expected_of(next.case()) }))
                }
            };
            if let Some(kept) = results.add(CaseResult::new(&next, Side::Server, outcome, started)) {
                tell(kept);
            }
        }
        if let Some(state) = before
            && let Err(why) = control(send, "PUT", state)
        {
            results.given_up.get_or_insert(format!("the server did not get its state back: {why}"));
        }
        results.micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        Ok(results)
    }

    /// The options, as the results name them.
    fn options(&self) -> Vec<String> {
        #[cfg(feature = "signatures")]
        return self.credentials.iter().map(|by| format!("credentials {}", by.access_key())).collect();
        #[cfg(not(feature = "signatures"))]
        Vec::new()
    }

    /// Runs one case; an error is about the connection.
    fn run_one(&self, case: &dyn AnyCase, has_control: bool, send: Send<'_>) -> Result<Outcome, String> {
        let unsupported = |why: &str| Ok(Outcome::Unsupported { why: why.to_owned() });
        if !has_control && !case.needs_no_state() {
            return unsupported("it needs a state, and the server has no control interface");
        }
        if self.is_signed() && case.is_raw() {
            return unsupported("a raw request cannot be signed");
        }
        let mut by_its_clock = false;
        if has_control {
            let said = control(send, "PUT", case.given().to_json().into())?;
            let said: serde_json::Value = serde_json::from_slice(&said).unwrap_or_default();
            by_its_clock = said["signature_clock"] != "real";
        }
        let mut exchanges = Vec::new();
        for (number, request) in case.requests().into_iter().enumerate() {
            let request = self.signed(request, case, by_its_clock, number);
            let response = send(request.clone())?;
            exchanges.push((request, response));
        }
        let after = match has_control && case.says_after() {
            true => Some(state_of(&control(send, "GET", Bytes::new())?)?),
            false => None,
        };
        Ok(case.judge_responses(&exchanges, after.as_ref()))
    }

    fn is_signed(&self) -> bool {
        #[cfg(feature = "signatures")]
        return self.credentials.is_some();
        #[cfg(not(feature = "signatures"))]
        false
    }

    /// The request, signed if there are credentials: by the clock of the state if the server
    /// holds signatures to it, else by the time of day.
    #[cfg_attr(not(feature = "signatures"), allow(unused_mut, unused_variables))]
    fn signed(&self, mut request: Request, case: &dyn AnyCase, by_its_clock: bool, number: usize) -> Request {
        #[cfg(feature = "signatures")]
        if let Some(credentials) = &self.credentials
            && let Some(operation) = crate::services::operation(case.about(Side::Server).id.operation)
        {
            // The signature covers the host.
            if let Some(Ok(host)) = self.host.as_ref().map(|host| host.parse()) {
                request.headers_mut().insert(http::header::HOST, host);
            }
            let id = case.about(Side::Server).id;
            let now = if by_its_clock { case.given().now() } else { time::now() };
            // A gateway accepts each nonce once.
            let nonce = format!("{id}.{number}.{}", time::now().unix_millis());
            return credentials.sign(request, operation.protocol().algorithm, now, &nonce);
        }
        request
    }
}

/// Reads the state that a server shows.
fn state_of(body: &[u8]) -> Result<State, String> {
    State::from_json(&String::from_utf8_lossy(body)).map_err(|error| format!("its state cannot be read: {error}"))
}

/// Gets or puts the state of a server with the control interface.
fn control(send: Send<'_>, method: &str, state: Bytes) -> Result<Bytes, String> {
    let response = send(control_request(method, "state", state))?;
    match response.status().as_u16() {
        200 => Ok(response.into_body()),
        status => {
            let said = String::from_utf8_lossy(response.body()).into_owned();
            Err(format!("its control interface answers {method} state with {status}: {said}"))
        }
    }
}

fn control_request(method: &str, route: &str, body: Bytes) -> Request {
    let request = http::Request::builder().method(method).uri(format!("{}{route}", control::PREFIX));
    let request = if body.is_empty() { request } else { request.header("content-type", "application/json") };
    request.body(body).expect("a plain target")
}
