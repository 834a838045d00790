//! Asked: a case or a body of any operation, as a client or a server is asked it.

use std::any::Any;
use std::fmt;

use serde_json::Value;

use super::answer::Answer;
use super::ignored::Ignored;
use super::results::{Exchange, Failure, Verdict};
use crate::backend::Backend;
use crate::case::{Body, Case, Level, OperationInput, differences, value_of};
use crate::format::Format;
use crate::http::{Incoming, Request, Response};
use crate::journal::Recorded;
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
    fn about(&self) -> About;

    /// The state that it is asked of.
    fn given(&self) -> &State;

    /// What a client is asked to ask, as JSON.
    fn input(&self) -> Value;

    /// What should come of it, as it is shown.
    fn expected(&self) -> Value;

    /// What is sent to a server, in turn.
    fn requests(&self) -> Vec<Request>;

    /// Whether its requests would be others if they were signed.
    fn is_to_the_letter(&self) -> bool;

    /// Whether a server of any state answers it so.
    fn needs_no_state(&self) -> bool;

    /// What is to be said of a client that answers this, having sent that.
    fn judge(&self, answer: Answer<Value>, sent: &[Recorded], ignored: &Ignored) -> Verdict;

    /// What is to be said of a server that responds so.
    fn judge_responses(&self, responses: &[Response]) -> Verdict;

    /// For code that knows the operation.
    fn as_any(&self) -> &dyn Any;
}

/// A case, or a body with the case that is asked to get it.
pub(crate) enum Asked<I: OperationInput> {
    Case(Box<Case<I>>),
    Body(Box<OfBody<I>>),
}

/// A body, the state in which it comes, and what is asked to get it.
pub(crate) struct OfBody<I: OperationInput> {
    pub(crate) body: Body<I>,
    pub(crate) given: State,
    pub(crate) asks: Case<I>,
}

impl<I: OperationInput> Asked<I> {
    pub(crate) fn when(&self) -> &I {
        &self.case().when
    }

    fn case(&self) -> &Case<I> {
        match self {
            Asked::Case(case) => case,
            Asked::Body(of) => &of.asks,
        }
    }

    /// Judges a client that decodes into our types.
    pub(crate) fn judge_typed(&self, answer: Answer<I::Output>, sent: &[Recorded], ignored: &Ignored) -> Verdict {
        let got = match answer {
            Answer::Unsupported(why) => return Verdict::Unsupported { why },
            Answer::Output(output) => Ok(output),
            Answer::Error(refused) => Err(refused),
        };
        let shown = value_of(&got);
        let said = match self {
            Asked::Case(case) => case.differences(ignored.overlook(got, &case.then)),
            Asked::Body(of) => of.body.differences(got.map_err(|refused| refused.to_string())),
        };
        self.verdict(said, shown, sent)
    }

    /// Puts together what is different in the answer and in what was sent.
    fn verdict(&self, mut said: String, got: Value, sent: &[Recorded]) -> Verdict {
        said.push_str(&self.case().differences_of_requests(sent));
        if said.is_empty() {
            return Verdict::Passed;
        }
        let failure = Failure {
            differences: said.lines().map(|line| line.trim_end().to_owned()).collect(),
            expected: self.expected(),
            got,
            exchanges: exchanges(self.given(), sent),
            stderr: String::new(),
        };
        Verdict::Failed(Box::new(failure))
    }
}

impl<I: OperationInput> AnyCase for Asked<I> {
    fn about(&self) -> About {
        let (name, level, facts, format) = match self {
            Asked::Case(case) => (&case.name, case.level(), &case.facts, case.format),
            Asked::Body(of) => (&of.body.name, of.body.level(), &of.body.facts, of.body.format),
        };
        About { id: CaseId { operation: I::ID, format, name: name.clone() }, level, facts: facts.clone() }
    }

    fn given(&self) -> &State {
        match self {
            Asked::Case(case) => &case.given,
            Asked::Body(of) => &of.given,
        }
    }

    fn input(&self) -> Value {
        serde_json::to_value(self.when()).unwrap_or_default()
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

    fn requests(&self) -> Vec<Request> {
        vec![self.case().request()]
    }

    fn is_to_the_letter(&self) -> bool {
        I::IS_WIRE
    }

    fn needs_no_state(&self) -> bool {
        let Asked::Case(case) = self else { return false };
        // A reading of the documents is a state too, and so is what is armed.
        if !case.given.armed.is_empty() || case.given.dialect != crate::dialect::Dialect::default() {
            return false;
        }
        [State::default(), State::documents()].into_iter().all(|state| {
            let response = Backend::new(state).respond(&case.request());
            case.read(&response).is_ok_and(|got| case.differences_of_a_server(got).is_empty())
        })
    }

    fn judge(&self, answer: Answer<Value>, sent: &[Recorded], ignored: &Ignored) -> Verdict {
        match answer {
            Answer::Unsupported(why) => Verdict::Unsupported { why },
            Answer::Error(refused) => self.judge_typed(Answer::Error(refused), sent, ignored),
            Answer::Output(mut output) => {
                let expected = self.expected();
                if let Some(expected) = expected.get("output") {
                    ignored.overlook_value(&mut output, expected);
                }
                if let Asked::Body(of) = self
                    && of.body.absent.as_ref().is_some_and(|absent| without_nulls(absent) == without_nulls(&output))
                {
                    return self.verdict(String::new(), output, sent);
                }
                match serde_path_to_error::deserialize::<_, I::Output>(&output) {
                    Ok(typed) => self.judge_typed(Answer::Output(typed), sent, ignored),
                    Err(error) => {
                        let at = error.path().to_string();
                        let at = if at == "." { String::new() } else { format!(".{at}") };
                        let mut said = format!("  output{at}: {}\n", error.inner());
                        if let Some(expected) = expected.get("output") {
                            differences(&mut said, "output", expected, &output);
                        }
                        self.verdict(said, serde_json::json!({ "output": output }), sent)
                    }
                }
            }
        }
    }

    fn judge_responses(&self, responses: &[Response]) -> Verdict {
        let case = self.case();
        let [response] = responses else { return Verdict::Unsupported { why: "it has one response".to_owned() } };
        let (said, got) = match case.read(response) {
            Ok(got) => {
                let shown = value_of(&got);
                (case.differences_of_a_server(got), shown)
            }
            Err(error) => {
                let expected = match &case.then {
                    Ok(_) => "an answer with status 200".to_owned(),
                    Err(refused) => refused.to_string(),
                };
                let said = format!("  it cannot be read: {error}; expected {expected}\n");
                (said, serde_json::json!({ "unreadable": error.to_string(), "status": response.status().as_u16() }))
            }
        };
        if said.is_empty() {
            return Verdict::Passed;
        }
        let failure = Failure {
            differences: said.lines().map(|line| line.trim_end().to_owned()).collect(),
            expected: self.expected(),
            got,
            exchanges: vec![Exchange::of(&case.request(), response)],
            stderr: String::new(),
        };
        Verdict::Failed(Box::new(failure))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A value without the fields that are null: a client shows what is absent in either way.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let there = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(there.map(|(name, value)| (name.clone(), without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_nulls).collect()),
        other => other.clone(),
    }
}

/// The last exchanges of a client with the backend of a state. The answers are made again: the same
/// requests get the same bytes.
pub(crate) fn exchanges(given: &State, sent: &[Recorded]) -> Vec<Exchange> {
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
pub(crate) fn without_answer(case: &dyn AnyCase, said: String, sent: &[Recorded], stderr: String) -> Verdict {
    Verdict::Failed(Box::new(Failure {
        differences: said.lines().map(|line| format!("  {}", line.trim())).collect(),
        expected: case.expected(),
        got: Value::Null,
        exchanges: exchanges(case.given(), sent),
        stderr,
    }))
}
