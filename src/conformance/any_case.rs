//! Any case: a case or a body of any operation, and how a run judges the answers to it.

use std::any::Any;

use serde_json::Value;

use super::case_id::{About, CaseId, Side};
use super::client_answer::ClientAnswer;
use super::ignored::Ignored;
use super::outcome::{Exchange, Failure, NoAnswer, Outcome};
use super::shape::{is_shown_by, lists_as_expected};
use crate::backend::Backend;
use crate::backend::request_log::ReceivedRequest;
use crate::case::{BodySample, Case, Catalogue, Difference, Level, shown, value_of};
use crate::dialect::Dialect;
use crate::http::{Incoming, Request, Response};
use crate::service_error::ServiceError;
use crate::services::State;

/// A case whose operation is known only when it runs.
pub(super) trait AnyCase: Send + Sync {
    /// Returns its name, facts and level; the level depends on the side.
    fn about(&self, side: Side) -> About;

    /// The state that its backend starts with.
    fn given(&self) -> &State;

    /// What should come, as reports show it.
    fn expected(&self) -> Value;

    /// The input that a client is given, as JSON.
    fn input(&self) -> Value;

    /// Judges a client that sent these requests and then gave this answer.
    fn judge(&self, answer: ClientAnswer<Value>, sent: &[ReceivedRequest], ignored: &Ignored) -> Outcome;

    /// The requests for a server, in turn.
    fn requests(&self) -> Vec<Request>;

    /// Whether its requests are raw: signing would change them.
    fn is_raw(&self) -> bool;

    /// Whether a server with any state answers it so.
    fn needs_no_state(&self) -> bool;

    /// Judges a server that responded so.
    fn judge_responses(&self, exchanges: &[(Request, Response)], after: Option<&State>) -> Outcome;

    /// Whether it says what the state holds afterwards.
    fn says_after(&self) -> bool {
        false
    }

    /// The case itself, for code that knows the operation.
    fn as_any(&self) -> &dyn Any;
}

/// A case, or a body with the case whose request fetches it.
pub(super) enum CatalogueCase<I: Catalogue> {
    Case(Box<Case<I>>),
    Body(Box<BodyCase<I>>),
}

/// A body, the state that serves it, and the case whose request fetches it.
pub(super) struct BodyCase<I: Catalogue> {
    pub(super) body: BodySample<I>,
    pub(super) given: State,
    pub(super) request_of: Case<I>,
}

impl<I: Catalogue> CatalogueCase<I> {
    pub(super) fn when(&self) -> &I {
        self.case().input()
    }

    fn case(&self) -> &Case<I> {
        match self {
            CatalogueCase::Case(case) => case,
            CatalogueCase::Body(of) => &of.request_of,
        }
    }

    /// Judges a client that decodes into the types of this crate.
    pub(super) fn judge_typed(
        &self,
        answer: ClientAnswer<I::Output>,
        sent: &[ReceivedRequest],
        ignored: &Ignored,
    ) -> Outcome {
        let got = match answer {
            ClientAnswer::Unsupported(why) => return Outcome::Unsupported { why },
            ClientAnswer::Output(output) => Ok(output),
            ClientAnswer::Error(refused) if refused.status == 0 && sent.is_empty() && self.is_wrong_input() => {
                return Outcome::RefusedByClient { why: refused.message };
            }
            ClientAnswer::Error(refused) => Err(refused),
        };
        let shown = value_of(&got);
        let said = match self {
            CatalogueCase::Case(case) => case.differences(ignored.overlook(got, &case.then), sent.len() as u64),
            CatalogueCase::Body(of) => {
                let like = |output: &I::Output| ignored.overlook(got.clone(), &Ok(output.clone()));
                let said = |got: Result<I::Output, ServiceError>| {
                    of.body.differences(got.map_err(|refused| refused.to_string()))
                };
                let each = of.body.then.outputs.iter().map(|output| said(like(output)));
                // One that is right, or what is wrong beside the first.
                each.min_by_key(|found| !found.is_empty()).unwrap_or_else(|| said(got))
            }
        };
        self.outcome(said, shown, sent)
    }

    /// Whether any server refuses the input, so that a client may refuse it too.
    fn is_wrong_input(&self) -> bool {
        matches!(self, CatalogueCase::Case(case) if case.then.is_err() && case.given.faults.is_empty())
    }

    /// Joins what differs in the answer and in the requests.
    fn outcome(&self, mut found: Vec<Difference>, got: Value, sent: &[ReceivedRequest]) -> Outcome {
        found.extend(self.case().differences_of_requests(sent));
        passed_unless(self, found, got, || exchanges(self.given(), sent))
    }
}

/// The most differences that a failure keeps.
const MOST_DIFFERENCES: usize = 100;

/// A longer value of a difference is kept without its middle, in bytes of JSON.
const LONGEST_DIFFERENCE: usize = 4 << 10;

/// A longer answer is kept without its middle, in bytes of JSON.
const LONGEST_ANSWER: usize = 64 << 10;

/// Passed if nothing differs, else a failure with the exchanges beside the one that a case expects.
pub(super) fn passed_unless(
    case: &dyn AnyCase,
    mut differences: Vec<Difference>,
    got: Value,
    exchanges: impl FnOnce() -> Vec<Exchange>,
) -> Outcome {
    if differences.is_empty() {
        return Outcome::Passed;
    }
    differences.truncate(MOST_DIFFERENCES);
    for difference in &mut differences {
        for value in [&mut difference.expected, &mut difference.got] {
            *value = value.take().map(|value| bounded(value, LONGEST_DIFFERENCE));
        }
    }
    let got = bounded(got, LONGEST_ANSWER);
    Outcome::Failed(Box::new(Failure { differences, got, exchanges: exchanges(), ..expected_of(case) }))
}

/// A failure that holds so far only what a case expects.
pub(super) fn expected_of(case: &dyn AnyCase) -> Failure {
    let mut backend = Backend::new(case.given().clone());
    let expected_exchange = case.requests().first().map(|request| Exchange::of(request, &backend.respond(request)));
    Failure { expected: case.expected(), expected_exchange, ..Failure::default() }
}

impl<I: Catalogue> AnyCase for CatalogueCase<I> {
    fn about(&self, side: Side) -> About {
        let (name, class, facts, format) = match self {
            CatalogueCase::Case(case) => (&case.name, case.class, &case.facts, case.format),
            CatalogueCase::Body(of) => (&of.body.name, of.body.class, &of.body.facts, of.body.format),
        };
        let level = match side {
            Side::Client => Level::of(class, facts),
            Side::Server => Level::of_server(class, facts),
        };
        About { id: CaseId { operation: I::ID, format, name: name.clone() }, level, facts: facts.clone() }
    }

    fn given(&self) -> &State {
        match self {
            CatalogueCase::Case(case) => &case.given,
            CatalogueCase::Body(of) => &of.given,
        }
    }

    fn expected(&self) -> Value {
        match self {
            CatalogueCase::Case(case) => value_of(&case.then),
            CatalogueCase::Body(of) => match &of.body.then.outputs[..] {
                [] => serde_json::json!({ "error": "any: the body cannot be read" }),
                [output, ..] if of.body.then.error => serde_json::json!({ "output": output, "or": "any error" }),
                [output, ..] => serde_json::json!({ "output": output }),
            },
        }
    }

    fn input(&self) -> Value {
        serde_json::to_value(&self.case().when).unwrap_or_default()
    }

    fn judge(&self, answer: ClientAnswer<Value>, sent: &[ReceivedRequest], ignored: &Ignored) -> Outcome {
        let mut output = match answer {
            ClientAnswer::Unsupported(why) => return Outcome::Unsupported { why },
            ClientAnswer::Error(refused) => return self.judge_typed(ClientAnswer::Error(refused), sent, ignored),
            ClientAnswer::Output(output) => output,
        };
        if let CatalogueCase::Body(of) = self
            && of.body.absent.as_ref().is_some_and(|absent| is_shown_by(absent, &output, ignored))
        {
            return self.outcome(Vec::new(), output, sent);
        }
        if let CatalogueCase::Body(of) = self
            && of.body.then.values.iter().any(|value| is_like(output.clone(), value, ignored))
        {
            return self.outcome(Vec::new(), output, sent);
        }
        let expected = self.expected();
        let expected = expected.get("output");
        if let Some(expected) = expected {
            lists_as_expected(&mut output, expected);
            ignored.overlook_value(&mut output, expected);
        }
        match serde_path_to_error::deserialize::<_, I::Output>(&output) {
            Ok(typed) => self.judge_typed(ClientAnswer::Output(typed), sent, ignored),
            Err(error) => {
                let at = error.path().to_string();
                let at = if at == "." { "output".to_owned() } else { format!("output.{at}") };
                let unreadable = Difference::new(at, None, None).note(error.inner().to_string());
                let found = match (expected, self) {
                    (Some(expected), _) => Difference::between("output", expected, &output),
                    (None, CatalogueCase::Case(case)) => {
                        Difference::between("", &value_of(&case.then), &serde_json::json!({ "output": output }))
                    }
                    (None, CatalogueCase::Body(_)) => Vec::new(),
                };
                let found = if found.is_empty() { vec![unreadable] } else { found };
                self.outcome(found, serde_json::json!({ "output": output }), sent)
            }
        }
    }

    fn requests(&self) -> Vec<Request> {
        vec![self.case().request()]
    }

    fn is_raw(&self) -> bool {
        self.case().is_raw()
    }

    fn needs_no_state(&self) -> bool {
        matches!(self, CatalogueCase::Case(case) if needs_no_state(case))
    }

    fn says_after(&self) -> bool {
        matches!(self, CatalogueCase::Case(case) if case.after.is_some())
    }

    fn judge_responses(&self, exchanges: &[(Request, Response)], after: Option<&State>) -> Outcome {
        let case = self.case();
        let [(request, response)] = exchanges else { unreachable!("a case has one request") };
        let (mut found, got) = match case.read(response) {
            Ok(got) => {
                let shown = value_of(&got);
                (case.differences_of_a_server(got), shown)
            }
            Err(error) => {
                let status = response.status().as_u16();
                let got = serde_json::json!({ "unreadable": error.to_string(), "status": status });
                let unreadable = Difference::new("response", Some(value_of(&case.then)), Some(Value::from(status)));
                (vec![unreadable.note(format!("the body cannot be read: {error}"))], got)
            }
        };
        found.extend(after.map(|state| case.differences_after(state)).into_iter().flatten());
        passed_unless(self, found, got, || vec![Exchange::of(request, response)])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Whether a server with any state answers a case as it says.
pub(super) fn needs_no_state<I: Catalogue>(case: &Case<I>) -> bool {
    // A dialect is part of the state, and so are faults.
    if !case.given.faults.is_empty() || case.given.dialect != Dialect::default() {
        return false;
    }
    [State::default(), State::documents()].into_iter().all(|state| {
        let response = Backend::new(state).respond(&case.request());
        case.read(&response).is_ok_and(|got| case.differences_of_a_server(got).is_empty())
    })
}

/// A value, or the text of a long one without its middle.
fn bounded(value: Value, longest: usize) -> Value {
    let text = value.to_string();
    if text.len() <= longest { value } else { Value::from(shown(text.as_bytes())) }
}

/// The last exchanges of a client with the backend of a state. The responses are made again: the same requests
/// get the same bytes.
pub(super) fn exchanges(given: &State, sent: &[ReceivedRequest]) -> Vec<Exchange> {
    const MOST_SHOWN: usize = 5;
    let mut backend = Backend::new(given.clone());
    let answered = sent.iter().map(|recorded| {
        let request = Incoming::from_parts(&recorded.method, &recorded.target, &recorded.headers, &recorded.body);
        (recorded, Response::from(backend.answer(&request)))
    });
    let all: Vec<_> = answered.collect();
    let shown = all.iter().skip(all.len().saturating_sub(MOST_SHOWN));
    shown.map(|(recorded, response)| Exchange::received(recorded, response)).collect()
}

/// The outcome of a client that gave no answer.
pub(super) fn without_answer(
    case: &dyn AnyCase,
    why: NoAnswer,
    reason: String,
    sent: &[ReceivedRequest],
    stderr: String,
) -> Outcome {
    why.outcome(Failure { reason, stderr, exchanges: exchanges(case.given(), sent), ..expected_of(case) })
}

/// Whether what a client shows is a value, but for what is ignored.
fn is_like(mut output: Value, value: &Value, ignored: &Ignored) -> bool {
    lists_as_expected(&mut output, value);
    ignored.overlook_value(&mut output, value);
    output == *value
}
