//! Server: sends the cases to a server and judges what it responds.

use bytes::Bytes;

use super::asked::AnyCase;
use super::results::{CaseResult, Failure, Kind, Results, Verdict};
use super::suite::Suite;
use crate::control;
use crate::http::{Request, Response};
use crate::protocol::Protocol;
use crate::services::operation;

impl Suite {
    /// Asks a server, as the command `taskmock conformance server` does: `send` sends it a request and
    /// returns its response. If it has the control interface, it is given the state of each case, and the
    /// one that it had at the end; from any other the cases that need a state are left out as not supported. `tell` is
    /// told each result as soon as it is known.
    ///
    /// # Errors
    ///
    /// A server that cannot be reached, in a sentence.
    ///
    /// ```
    /// use taskmock::{Backend, Suite};
    /// let mut backend = Backend::documents();
    /// // A server without the control interface.
    /// let results = Suite::default().ask_server("a backend", |request| Ok(backend.respond(&request)), |_| {})?;
    /// assert_eq!(results.tally().failed, 0);
    /// assert!(results.tally().passed > 50);
    /// # Ok::<(), String>(())
    /// ```
    pub fn ask_server(
        &self,
        subject: &str,
        mut send: impl FnMut(Request) -> Result<Response, String>,
        mut tell: impl FnMut(&CaseResult),
    ) -> Result<Results, String> {
        let cases = Suite { ignore: Vec::new(), ..self.clone() }.cases(Kind::Server)?;
        let has_control = send(control_request("GET", "health", Bytes::new()))
            .map(|response| response.status() == 200 && response.body().starts_with(br#"{"status":"ok""#))?;
        let before = match has_control {
            true => Some(send(control_request("GET", "state", Bytes::new()))?.into_body()),
            false => None,
        };
        let mut results = Results::new(Kind::Server, subject.to_owned());
        for place in 0..cases.count() {
            let Some(next) = cases.at(place) else { break };
            let started = std::time::Instant::now();
            let verdict = self.ask_one(next.case(), has_control, &mut send);
            let result = CaseResult::new(next.case().about(), verdict, started.elapsed().as_micros() as u64);
            tell(&result);
            results.add(result);
        }
        if let Some(state) = before {
            send(control_request("PUT", "state", state))?;
        }
        Ok(results)
    }

    fn ask_one(
        &self,
        case: &dyn AnyCase,
        has_control: bool,
        send: &mut impl FnMut(Request) -> Result<Response, String>,
    ) -> Verdict {
        let unsupported = |why: &str| Verdict::Unsupported { why: why.to_owned() };
        if !has_control && !case.needs_no_state() {
            return unsupported("it needs a state, and the server has no control interface");
        }
        if self.is_signed() && case.is_to_the_letter() {
            return unsupported("a request to the letter cannot be signed");
        }
        let failed = |said: String| {
            Verdict::Failed(Box::new(Failure { differences: vec![format!("  {said}")], ..Failure::default() }))
        };
        if has_control {
            match send(control_request("PUT", "state", case.given().to_json().into())) {
                Ok(response) if response.status() == 200 => {}
                Ok(response) => {
                    let said = String::from_utf8_lossy(response.body()).into_owned();
                    return failed(format!("its control interface refuses the state: {said}"));
                }
                Err(error) => return failed(error),
            }
        }
        let mut responses = Vec::new();
        for (number, request) in case.requests().into_iter().enumerate() {
            match send(self.signed(request, case, has_control, number)) {
                Ok(response) => responses.push(response),
                Err(error) => return failed(error),
            }
        }
        case.judge_responses(&responses)
    }

    fn is_signed(&self) -> bool {
        #[cfg(feature = "signatures")]
        return self.signatures.credentials().is_some();
        #[cfg(not(feature = "signatures"))]
        false
    }

    /// The request, signed if there are credentials: by the clock of the state if the server has it,
    /// else by the time of day.
    #[cfg_attr(not(feature = "signatures"), allow(unused_variables))]
    fn signed(&self, request: Request, case: &dyn AnyCase, has_control: bool, number: usize) -> Request {
        #[cfg(feature = "signatures")]
        if let Some(credentials) = self.signatures.credentials() {
            use crate::signature::Algorithm;
            let id = case.about().id;
            let algorithm = match operation(id.operation).map(|operation| operation.protocol) {
                Some(Protocol::HuaweiRest) => Algorithm::SdkHmac,
                _ => Algorithm::Acs3,
            };
            let now = if has_control { case.given().clock } else { super::signatures::now() };
            // A gateway takes each nonce once.
            let nonce = format!("{id}.{number}.{}", super::signatures::now().unix_millis());
            return credentials.sign(request, algorithm, now, &nonce);
        }
        request
    }
}

fn control_request(method: &str, route: &str, body: Bytes) -> Request {
    let request = http::Request::builder().method(method).uri(format!("{}{route}", control::PREFIX));
    request.body(body).expect("a plain target")
}
