//! Answer: what a client says that it got.

use serde_json::Value;

use super::Error;
use crate::service_error::ServiceError;

/// What a client says that it got.
///
/// A `Result<Output, ServiceError>` is one. What a client could not read is a [`ServiceError`] too, with what
/// it says about that as the message.
///
/// ```
/// use taskmock::ServiceError;
/// use taskmock::conformance::Answer;
/// use taskmock::ehpc::list_tasks::Output;
/// let answer: Answer<Output> = Err(ServiceError::new(404, "ClusterNotFound", "")).into();
/// assert!(matches!(answer, Answer::Error(_)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<O> {
    /// The decoded answer.
    Output(O),
    /// The error that the client shows to its user.
    Error(ServiceError),
    /// The client cannot ask this, and why: it has no such operation, parameter or encoding. The case
    /// counts as not asked.
    Unsupported(String),
}

impl<O> Answer<O> {
    /// An answer of the server that the client could not read, in the client's words.
    ///
    /// ```
    /// use taskmock::conformance::Answer;
    /// let answer = Answer::<()>::unreadable("missing field `TaskId`");
    /// assert!(matches!(answer, Answer::Error(refused) if refused.status == 0));
    /// ```
    pub fn unreadable(why: impl Into<String>) -> Self {
        Answer::Error(ServiceError { message: why.into(), ..ServiceError::default() })
    }
}

impl<O> From<Result<O, ServiceError>> for Answer<O> {
    fn from(got: Result<O, ServiceError>) -> Self {
        match got {
            Ok(output) => Answer::Output(output),
            Err(refused) => Answer::Error(refused),
        }
    }
}

impl Answer<Value> {
    /// Reads the line that a client prints for a case.
    ///
    /// # Errors
    ///
    /// A line that is no answer to this case, in a sentence.
    ///
    /// ```
    /// use taskmock::conformance::Answer;
    /// let line = r#"{"case": "a", "unsupported": "no XML"}"#;
    /// assert_eq!(Answer::of_line(line.as_bytes(), "a"), Ok(Answer::Unsupported("no XML".into())));
    /// let error = Answer::of_line(line.as_bytes(), "b").unwrap_err();
    /// assert_eq!(error.to_string(), "it answered out of order: it was asked b and answered a");
    /// ```
    pub fn of_line(line: &[u8], asked: &str) -> Result<Self, Error> {
        Answer::read(line, asked).map_err(Error)
    }

    fn read(line: &[u8], asked: &str) -> Result<Self, String> {
        let example = r#"{"case": …, "output": {…}}, or "error", or "unsupported" in place of "output""#;
        let value: Value = serde_json::from_slice(line)
            .map_err(|error| format!("it printed what is not JSON ({error}); a line should be like {example}"))?;
        let case = value.get("case").and_then(Value::as_str);
        let case = case.ok_or_else(|| format!("it printed a line without a \"case\"; it should be like {example}"))?;
        if case != asked {
            return Err(format!("it answered out of order: it was asked {asked} and answered {case}"));
        }
        let of = |name: &str| value.get(name).filter(|value| !value.is_null());
        match (of("output"), of("error"), of("unsupported")) {
            (Some(output), None, None) => Ok(Answer::Output(output.clone())),
            (None, Some(error), None) => read_error(error).map(Answer::Error),
            (None, None, Some(Value::String(why))) => Ok(Answer::Unsupported(why.clone())),
            (None, None, Some(_)) => Err("its \"unsupported\" is no text that says why".to_owned()),
            (None, None, None) if value.get("output").is_some() => Ok(Answer::Output(Value::Null)),
            _ => Err(format!("its line should have one of output, error and unsupported: {example}")),
        }
    }
}

/// Reads the four fields of an error; what is absent or null the client does not tell.
fn read_error(error: &Value) -> Result<ServiceError, String> {
    let Value::Object(fields) = error else { return Err("its \"error\" is no object".to_owned()) };
    let text = |name: &str| match fields.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(other) => Err(format!("its error.{name} should be a text: {other}")),
    };
    let status = match fields.get("http_status") {
        None | Some(Value::Null) => 0,
        Some(status) => status
            .as_u64()
            .or_else(|| status.as_str()?.parse().ok())
            .and_then(|status| u16::try_from(status).ok())
            .ok_or_else(|| format!("its error.http_status should be a number such as 404: {status}"))?,
    };
    Ok(ServiceError { status, code: text("code")?, message: text("message")?, request_id: text("request_id")? })
}
