//! Server: sends the cases to a server and judges what it responds.

use std::time::Instant;

use bytes::Bytes;

use super::Error;
use super::asked::AnyCase;
use super::results::{CaseResult, Failure, Results, Side, Verdict};
use super::suite::Suite;
use crate::backend::control;
use crate::http::{Request, Response};

/// A server that did not respond in so many cases in a row is not asked the others.
const MOST_SILENT: u32 = 5;

/// Sends a request, and returns the response or what is wrong with the connection.
type Send<'a> = &'a mut dyn FnMut(Request) -> Result<Response, String>;

impl Suite {
    /// Asks a server, as the command `taskmock conformance server` does: `send` sends it a request and
    /// returns its response, or a sentence that says why there is none. `tell` is told each result that is
    /// kept, as soon as it is known.
    ///
    /// If the server has the control interface, it is given the state of each case, and at the end the one
    /// that it had, to which its `reset` then goes back. From any other the cases that need a state are left
    /// out as not supported. A server that no longer responds is given up, and the results say so.
    ///
    /// # Errors
    ///
    /// A selection that fits nothing, and a server that cannot be reached.
    ///
    /// ```
    /// use taskmock::Backend;
    /// use taskmock::conformance::Suite;
    /// let mut backend = Backend::documents();
    /// // A server without the control interface.
    /// let results = Suite::default().ask_server("a backend", |request| Ok(backend.respond(&request)), |_| {})?;
    /// assert_eq!(results.tally().failed, 0);
    /// assert!(results.tally().passed > 50);
    /// # Ok::<(), taskmock::conformance::Error>(())
    /// ```
    pub fn ask_server(
        &self,
        subject: &str,
        mut send: impl FnMut(Request) -> Result<Response, String>,
        mut tell: impl FnMut(&CaseResult),
    ) -> Result<Results, Error> {
        let cases = self.cases(Side::Server)?;
        let send: Send<'_> = &mut send;
        let health = send(control_request("GET", "health", Bytes::new())).map_err(Error)?;
        let has_control = health.status() == 200 && health.body().starts_with(br#"{"status":"ok""#);
        let before = match has_control {
            true => Some(control(send, "GET", Bytes::new()).map_err(Error)?),
            false => None,
        };
        let mut results = Results::new(Side::Server, subject, self.run_of());
        let mut silent = 0;
        for next in (0..cases.count()).filter_map(|number| cases.at(number)) {
            let started = Instant::now();
            let verdict = match self.ask_one(next.case(), has_control, send) {
                Ok(verdict) => {
                    silent = 0;
                    verdict
                }
                Err(why) => {
                    silent += 1;
                    if silent >= MOST_SILENT {
                        results.given_up = Some(format!("it did not respond in {MOST_SILENT} cases in a row: {why}"));
                        break;
                    }
                    let (differences, expected) = (vec![why], next.case().expected());
                    Verdict::Failed(Box::new(Failure { differences, expected, ..Failure::default() }))
                }
            };
            if let Some(kept) = results.add(CaseResult::new(&next, Side::Server, verdict, started)) {
                tell(kept);
            }
        }
        if let Some(state) = before
            && let Err(why) = control(send, "PUT", state)
        {
            results.given_up.get_or_insert(format!("the server was not given its state back: {why}"));
        }
        Ok(results)
    }

    /// Asks for one case; an error is about the connection.
    fn ask_one(&self, case: &dyn AnyCase, has_control: bool, send: Send<'_>) -> Result<Verdict, String> {
        let unsupported = |why: &str| Ok(Verdict::Unsupported { why: why.to_owned() });
        if !has_control && !case.needs_no_state() {
            return unsupported("it needs a state, and the server has no control interface");
        }
        if self.is_signed() && case.is_to_the_letter() {
            return unsupported("a request to the letter cannot be signed");
        }
        if has_control {
            control(send, "PUT", case.given().to_json().into())?;
        }
        let mut exchanges = Vec::new();
        for (number, request) in case.requests().into_iter().enumerate() {
            let request = self.signed(request, case, has_control, number);
            let response = send(request.clone())?;
            exchanges.push((request, response));
        }
        Ok(case.judge_responses(&exchanges))
    }

    fn is_signed(&self) -> bool {
        #[cfg(feature = "signatures")]
        return self.signatures.credentials().is_some();
        #[cfg(not(feature = "signatures"))]
        false
    }

    /// The request, signed if there are credentials: by the clock of the state if the server has it,
    /// else by the time of day.
    #[cfg_attr(not(feature = "signatures"), allow(unused_mut, unused_variables))]
    fn signed(&self, mut request: Request, case: &dyn AnyCase, has_control: bool, number: usize) -> Request {
        #[cfg(feature = "signatures")]
        if let Some(credentials) = self.signatures.credentials() {
            // The host is signed too.
            if let Some(Ok(host)) = self.host.as_ref().map(|host| host.parse()) {
                request.headers_mut().insert(http::header::HOST, host);
            }
            let id = case.about(Side::Server).id;
            let operation = crate::services::operation(id.operation).expect("a case is of a registered operation");
            let now = if has_control { case.given().now() } else { super::signatures::now() };
            // A gateway takes each nonce once.
            let nonce = format!("{id}.{number}.{}", super::signatures::now().unix_millis());
            return credentials.sign(request, operation.protocol().algorithm, now, &nonce);
        }
        request
    }
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
