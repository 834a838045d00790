//! Asked: a case or a body of any operation, as a client or a server is asked it.

use std::any::Any;
use std::fmt;

use serde_json::Value;

use super::answer::Answer;
use super::ignored::Ignored;
use super::results::{Exchange, Failure, Side, Verdict};
use super::shape::{is_shown_by, lists_as_expected};
use crate::backend::Backend;
use crate::backend::request_log::ReceivedRequest;
use crate::case::{BodySample, Case, Catalogue, Difference, Level, shown, value_of};
use crate::dialect::Dialect;
use crate::format::Format;
use crate::http::{Incoming, Request, Response};
use crate::service_error::ServiceError;
use crate::services::State;

/// The name of a case in a run: `ehpc.list_tasks/json/page_size.max`.
#[derive(Clone, Debug)]
pub(crate) struct CaseId {
    pub(crate) operation: &'static str,
    pub(crate) format: Format,
    pub(crate) name: String,
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.operation, self.format, self.name)
    }
}

impl CaseId {
    /// Reads what `Display` writes, of an operation and an encoding that exist.
    pub(crate) fn parse(text: &str) -> Option<CaseId> {
        let mut pieces = text.splitn(3, '/');
        let operation = crate::services::operation(pieces.next()?)?;
        let format = pieces.next()?.parse().ok().filter(|format| operation.formats.contains(format))?;
        Some(CaseId { operation: operation.id, format, name: pieces.next()?.to_owned() })
    }
}

/// What is known of a case before it is asked.
#[derive(Clone, Debug)]
pub(crate) struct About {
    pub(crate) id: CaseId,
    pub(crate) level: Level,
    pub(crate) facts: Vec<&'static str>,
}

/// A case whose operation is known only when it runs.
pub(crate) trait AnyCase: Send + Sync {
    /// For a client, or for a server, which it binds otherwise.
    fn about(&self, side: Side) -> About;

    /// The state that it is asked of.
    fn given(&self) -> &State;

    /// What should come of it, as it is shown.
    fn expected(&self) -> Value;

    /// What a client is asked to ask, as JSON.
    fn input(&self) -> Value;

    /// What is to be said of a client that answers this, having sent that.
    fn judge(&self, answer: Answer<Value>, sent: &[ReceivedRequest], ignored: &Ignored) -> Verdict;

    /// What is sent to a server, in turn.
    fn requests(&self) -> Vec<Request>;

    /// Whether its requests would be others if they were signed.
    fn is_to_the_letter(&self) -> bool;

    /// Whether a server of any state answers it so.
    fn needs_no_state(&self) -> bool;

    /// What is to be said of a server that responds so.
    fn judge_responses(&self, exchanges: &[(Request, Response)]) -> Verdict;

    /// For code that knows the operation.
    fn as_any(&self) -> &dyn Any;
}

/// A case, or a body with the case that is asked to get it.
pub(crate) enum Asked<I: Catalogue> {
    Case(Box<Case<I>>),
    Body(Box<OfBody<I>>),
}

/// A body, the state in which it comes, and what is asked to get it.
pub(crate) struct OfBody<I: Catalogue> {
    pub(crate) body: BodySample<I>,
    pub(crate) given: State,
    pub(crate) asks: Case<I>,
}

impl<I: Catalogue> Asked<I> {
    pub(crate) fn when(&self) -> &I {
        self.case().input()
    }

    fn case(&self) -> &Case<I> {
        match self {
            Asked::Case(case) => case,
            Asked::Body(of) => &of.asks,
        }
    }

    /// Judges a client that decodes into our types.
    pub(crate) fn judge_typed(
        &self,
        answer: Answer<I::Output>,
        sent: &[ReceivedRequest],
        ignored: &Ignored,
    ) -> Verdict {
        let got = match answer {
            Answer::Unsupported(why) => return Verdict::Unsupported { why },
            Answer::Output(output) => Ok(output),
            Answer::Error(refused) if refused.status == 0 && sent.is_empty() && self.is_wrong_input() => {
                return Verdict::RefusedItself { why: refused.message };
            }
            Answer::Error(refused) => Err(refused),
        };
        let shown = value_of(&got);
        let said = match self {
            Asked::Case(case) => case.differences(ignored.overlook(got, &case.then), sent.len() as u64),
            Asked::Body(of) => {
                let like = |output: &I::Output| ignored.overlook(got.clone(), &Ok(output.clone()));
                let said = |got: Result<I::Output, ServiceError>| {
                    of.body.differences(got.map_err(|refused| refused.to_string()))
                };
                let each = of.body.then.outputs.iter().map(|output| said(like(output)));
                // One that is right, or what is wrong beside the first.
                each.min_by_key(|said| !said.is_empty()).unwrap_or_else(|| said(got))
            }
        };
        self.verdict(said, shown, sent)
    }

    /// Whether the server refuses what is asked whatever else there is, so that a client may as well.
    fn is_wrong_input(&self) -> bool {
        matches!(self, Asked::Case(case) if case.then.is_err() && case.given.faults.is_empty())
    }

    /// Puts together what is different in the answer and in what was sent.
    fn verdict(&self, mut found: Vec<Difference>, got: Value, sent: &[ReceivedRequest]) -> Verdict {
        found.extend(self.case().differences_of_requests(sent));
        self.passed_unless(&found, got, || exchanges(self.given(), sent))
    }

    /// Passed if there is nothing to be said.
    fn passed_unless(&self, found: &[Difference], got: Value, exchanges: impl FnOnce() -> Vec<Exchange>) -> Verdict {
        if found.is_empty() {
            return Verdict::Passed;
        }
        Verdict::Failed(Box::new(Failure {
            differences: found.iter().map(Difference::to_string).collect(),
            expected: self.expected(),
            got: bounded(got),
            exchanges: exchanges(),
            stderr: String::new(),
        }))
    }
}

impl<I: Catalogue> AnyCase for Asked<I> {
    fn about(&self, side: Side) -> About {
        let (name, class, facts, format) = match self {
            Asked::Case(case) => (&case.name, case.class, &case.facts, case.format),
            Asked::Body(of) => (&of.body.name, of.body.class, &of.body.facts, of.body.format),
        };
        let level = match side {
            Side::Client => Level::of(class, facts),
            Side::Server => Level::of_server(class, facts),
        };
        About { id: CaseId { operation: I::ID, format, name: name.clone() }, level, facts: facts.clone() }
    }

    fn given(&self) -> &State {
        match self {
            Asked::Case(case) => &case.given,
            Asked::Body(of) => &of.given,
        }
    }

    fn expected(&self) -> Value {
        match self {
            Asked::Case(case) => value_of(&case.then),
            Asked::Body(of) => match &of.body.then.outputs[..] {
                [] => serde_json::json!({ "error": "any: the body cannot be read" }),
                [output, ..] if of.body.then.error => serde_json::json!({ "output": output, "or": "any error" }),
                [output, ..] => serde_json::json!({ "output": output }),
            },
        }
    }

    fn input(&self) -> Value {
        serde_json::to_value(&self.case().when).unwrap_or_default()
    }

    fn judge(&self, answer: Answer<Value>, sent: &[ReceivedRequest], ignored: &Ignored) -> Verdict {
        let mut output = match answer {
            Answer::Unsupported(why) => return Verdict::Unsupported { why },
            Answer::Error(refused) => return self.judge_typed(Answer::Error(refused), sent, ignored),
            Answer::Output(output) => output,
        };
        if let Asked::Body(of) = self
            && of.body.absent.as_ref().is_some_and(|absent| is_shown_by(absent, &output, ignored))
        {
            return self.verdict(Vec::new(), output, sent);
        }
        let expected = self.expected();
        let expected = expected.get("output");
        if let Some(expected) = expected {
            lists_as_expected(&mut output, expected);
            ignored.overlook_value(&mut output, expected);
        }
        match serde_path_to_error::deserialize::<_, I::Output>(&output) {
            Ok(typed) => self.judge_typed(Answer::Output(typed), sent, ignored),
            Err(error) => {
                let at = error.path().to_string();
                let at = if at == "." { "output".to_owned() } else { format!("output.{at}") };
                let unreadable = Difference::new(at, None, None);
                let found = match (expected, self) {
                    (Some(expected), _) => {
                        let unreadable = unreadable.note(error.inner().to_string());
                        [vec![unreadable], Difference::between("output", expected, &output)].concat()
                    }
                    (None, Asked::Case(_)) => {
                        vec![unreadable.note(format!("the client showed an answer, not an error: {}", error.inner()))]
                    }
                    (None, Asked::Body(_)) => vec![unreadable.note(error.inner().to_string())],
                };
                self.verdict(found, serde_json::json!({ "output": output }), sent)
            }
        }
    }

    fn requests(&self) -> Vec<Request> {
        vec![self.case().request()]
    }

    fn is_to_the_letter(&self) -> bool {
        self.case().is_raw()
    }

    fn needs_no_state(&self) -> bool {
        matches!(self, Asked::Case(case) if needs_no_state(case))
    }

    fn judge_responses(&self, exchanges: &[(Request, Response)]) -> Verdict {
        let case = self.case();
        let [(request, response)] = exchanges else { unreachable!("a case has one request") };
        let (found, got) = match case.read(response) {
            Ok(got) => {
                let shown = value_of(&got);
                (case.differences_of_a_server(got), shown)
            }
            Err(error) => {
                let status = response.status().as_u16();
                let unreadable = serde_json::json!({ "unreadable": error.to_string(), "status": status });
                let said = format!("the body cannot be read: {error}");
                (
                    vec![Difference::new("response", Some(value_of(&case.then)), Some(unreadable.clone())).note(said)],
                    unreadable,
                )
            }
        };
        self.passed_unless(&found, got, || vec![Exchange::of(request, response)])
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Whether a server of any state answers a case as it says.
pub(crate) fn needs_no_state<I: Catalogue>(case: &Case<I>) -> bool {
    // A reading of the documents is a state too, and so are faults.
    if !case.given.faults.is_empty() || case.given.dialect != Dialect::default() {
        return false;
    }
    [State::default(), State::documents()].into_iter().all(|state| {
        let response = Backend::new(state).respond(&case.request());
        case.read(&response).is_ok_and(|got| case.differences_of_a_server(got).is_empty())
    })
}

/// The lines of a text, as they are kept.
fn lines(said: &str) -> Vec<String> {
    said.lines().map(|line| line.trim().to_owned()).collect()
}

/// What a client answered; of what is long, as much as a person reads.
fn bounded(got: Value) -> Value {
    const LONGEST: usize = 64 << 10;
    let text = got.to_string();
    if text.len() <= LONGEST { got } else { Value::from(shown(text.as_bytes())) }
}

/// The last exchanges of a client with the backend of a state. The answers are made again: the same
/// requests get the same bytes.
pub(crate) fn exchanges(given: &State, sent: &[ReceivedRequest]) -> Vec<Exchange> {
    const MOST_SHOWN: usize = 5;
    let mut backend = Backend::new(given.clone());
    let answered = sent.iter().map(|recorded| {
        let request = Incoming::from_parts(&recorded.method, &recorded.target, &recorded.headers, &recorded.body);
        (recorded, Response::from(backend.answer(&request)))
    });
    let all: Vec<_> = answered.collect();
    let shown = all.iter().skip(all.len().saturating_sub(MOST_SHOWN));
    shown.map(|(recorded, response)| Exchange::recorded(recorded, response)).collect()
}

/// A client's failure to answer at all: it crashed, hung or printed rubbish.
pub(crate) fn without_answer(case: &dyn AnyCase, said: &str, sent: &[ReceivedRequest], stderr: String) -> Verdict {
    Verdict::Failed(Box::new(Failure {
        differences: lines(said),
        expected: case.expected(),
        got: Value::Null,
        exchanges: exchanges(case.given(), sent),
        stderr,
    }))
}
