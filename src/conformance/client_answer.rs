//! Client answer: what a client reports for a case.

use serde_json::Value;

use super::error::Error;
use crate::service_error::ServiceError;

/// What a client reports for a case: the output that it decoded, or the error that it shows.
///
/// A `Result<Output, ServiceError>` converts into one. A response that the client could not read is a
/// [`ServiceError`] too; its message is what the client says about it.
///
/// ```
/// use taskmock::ServiceError;
/// use taskmock::conformance::ClientAnswer;
/// use taskmock::ehpc::list_tasks::Output;
/// let answer: ClientAnswer<Output> = Err(ServiceError::new(404, "ClusterNotFound", "")).into();
/// assert!(matches!(answer, ClientAnswer::Error(_)));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum ClientAnswer<O> {
    /// The decoded output.
    Output(O),
    /// The error that the client shows to its user.
    Error(ServiceError),
    /// The client cannot send this request, and why: it has no such operation, parameter or encoding. The
    /// case counts as not run.
    Unsupported(String),
}

impl<O> ClientAnswer<O> {
    /// Returns the error of a client that could not read the response, in the client's words.
    ///
    /// ```
    /// use taskmock::conformance::ClientAnswer;
    /// let answer = ClientAnswer::<()>::unreadable("missing field `TaskId`");
    /// assert!(matches!(answer, ClientAnswer::Error(refused) if refused.status == 0));
    /// ```
    pub fn unreadable(why: impl Into<String>) -> Self {
        ClientAnswer::Error(ServiceError { message: why.into(), ..ServiceError::default() })
    }
}

impl<O> From<Result<O, ServiceError>> for ClientAnswer<O> {
    fn from(got: Result<O, ServiceError>) -> Self {
        match got {
            Ok(output) => ClientAnswer::Output(output),
            Err(refused) => ClientAnswer::Error(refused),
        }
    }
}

impl ClientAnswer<Value> {
    /// Reads the line that a client prints for a case.
    ///
    /// # Errors
    ///
    /// A sentence, if the line is not an answer to this case.
    ///
    /// ```
    /// use taskmock::conformance::ClientAnswer;
    /// let line = r#"{"case": "a", "unsupported": "no XML"}"#;
    /// assert_eq!(ClientAnswer::of_line(line.as_bytes(), "a"), Ok(ClientAnswer::Unsupported("no XML".into())));
    /// let error = ClientAnswer::of_line(line.as_bytes(), "b").unwrap_err();
    /// assert_eq!(error.to_string(), "it answered out of order: the case is b, the answer is for a");
    /// ```
    pub fn of_line(line: &[u8], asked: &str) -> Result<Self, Error> {
        ClientAnswer::read(line, asked).map_err(Error)
    }

    fn read(line: &[u8], asked: &str) -> Result<Self, String> {
        let example = r#"{"case": …, "output": {…}}, or "error", or "unsupported" in place of "output""#;
        let value: Value = serde_json::from_slice(line)
            .map_err(|error| format!("it printed a line that is not JSON ({error}); a line looks like {example}"))?;
        let case = value.get("case").and_then(Value::as_str);
        let case = case.ok_or_else(|| format!("it printed a line without a \"case\"; a line looks like {example}"))?;
        if case != asked {
            return Err(format!("it answered out of order: the case is {asked}, the answer is for {case}"));
        }
        let of = |name: &str| value.get(name).filter(|value| !value.is_null());
        match (of("output"), of("error"), of("unsupported")) {
            (Some(output), None, None) => Ok(ClientAnswer::Output(output.clone())),
            (None, Some(error), None) => read_error(error).map(ClientAnswer::Error),
            (None, None, Some(Value::String(why))) => Ok(ClientAnswer::Unsupported(why.clone())),
            (None, None, Some(_)) => Err("its \"unsupported\" should be a text that says why".to_owned()),
            (None, None, None) if value.get("output").is_some() => Ok(ClientAnswer::Output(Value::Null)),
            _ => Err(format!("its line should have exactly one of output, error and unsupported, such as {example}")),
        }
    }
}

/// Reads the four fields of an error. A field that is absent or null is one that the client does not show.
fn read_error(error: &Value) -> Result<ServiceError, String> {
    let Value::Object(fields) = error else { return Err("its \"error\" should be an object".to_owned()) };
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
