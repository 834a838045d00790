//! Check: whether a client got, and asked for, what a case says.

use serde_json::Value;

use super::{Case, Difference, Mismatch, OperationInput, OperationOutput, differences, lines, shown};
use crate::backend::request_log::ReceivedRequest;
use crate::backend::route::{Route, route};
use crate::format::Format;
use crate::http::{Incoming, decode};
use crate::service_error::ServiceError;

/// Parameters by name with what they are, if they are anything.
type Values = Vec<(&'static str, Option<String>)>;

/// The request id of what a client got, if it has a place for one.
fn request_id<O: OperationOutput>(got: &mut Result<O, ServiceError>) -> Option<&mut String> {
    match got {
        Ok(output) => output.request_id(),
        Err(refused) => Some(&mut refused.request_id),
    }
}

/// What a client gets, as a value with an `output` or an `error`, whose fields have the names that
/// they have in the protocol of `conformance`.
pub(crate) fn value_of<O: OperationOutput>(side: &Result<O, ServiceError>) -> serde_json::Value {
    match side {
        Ok(output) => serde_json::json!({ "output": output }),
        Err(refused) => {
            // What a client does not tell is null.
            let told = |text: &String| if text.is_empty() { Value::Null } else { Value::from(text.as_str()) };
            serde_json::json!({ "error": {
                "http_status": (refused.status != 0).then_some(refused.status),
                "code": told(&refused.code),
                "message": told(&refused.message),
                "request_id": told(&refused.request_id),
            } })
        }
    }
}

/// As many requests of one exchange may draw a request id that [`Case::check`] takes: a client may
/// ask again.
const MOST_REQUESTS: u64 = 100;

impl<I: OperationInput> Case<I> {
    /// Whether a client got what it should have got.
    ///
    /// A request id may be that of any of the first 100 requests, so that a client may ask again. What
    /// your client does not tell (a message, an id) you take from `case.then`; for a client that cannot
    /// read an answer that it should, let the test fail with its own error.
    ///
    /// # Errors
    ///
    /// What is different, and everything that helps to see why.
    ///
    /// ```
    /// use taskmock::{Format, ServiceError, case, ehpc::list_tasks::Input};
    /// let case = case::<Input>("error.not_authorized", Format::Json).unwrap();
    /// let proxy = ServiceError::new(407, "ProxyAuthenticationRequired", "");
    /// let mismatch = case.check(Err(proxy)).unwrap_err().to_string();
    /// assert!(mismatch.contains(r#"error.code: expected "NotAuthorized", got "ProxyAuthenticationRequired""#));
    /// assert!(mismatch.contains("000, error codes"));
    /// ```
    pub fn check(&self, got: Result<I::Output, ServiceError>) -> Result<(), Mismatch> {
        let said = self.differences(got, MOST_REQUESTS);
        if said.is_empty() {
            return Ok(());
        }
        Err(Mismatch(format!("the client's answer is not what the case says\n{}{self:?}", lines(&said))))
    }

    /// Returns each leaf in which what a client got is not what it should have got. A request id may be
    /// that of any of so many requests.
    pub(crate) fn differences(&self, mut got: Result<I::Output, ServiceError>, requests: u64) -> Vec<Difference> {
        if let Some(id) = request_id(&mut got)
            && self.is_drawn(id, requests.min(MOST_REQUESTS))
        {
            *id = self.first_id();
        }
        self.differences_but_for_the_id(&got)
    }

    /// The same for what a server of its own ids answered: any id will do, but not none.
    #[cfg(feature = "conformance")]
    pub(crate) fn differences_of_a_server(&self, mut got: Result<I::Output, ServiceError>) -> Vec<Difference> {
        if let Some(id) = request_id(&mut got)
            && !id.is_empty()
        {
            *id = self.first_id();
        }
        self.differences_but_for_the_id(&got)
    }

    fn differences_but_for_the_id(&self, got: &Result<I::Output, ServiceError>) -> Vec<Difference> {
        let mut said = Vec::new();
        if *got != self.then {
            differences(&mut said, "", &value_of(&self.then), &value_of(got));
        }
        said
    }

    /// Whether a client asked what it should have asked: the last request that it sent for the
    /// operation, in the encoding of the case, with a value for each parameter. A parameter at its
    /// documented default may be left out or said.
    ///
    /// # Errors
    ///
    /// What is different, and everything that helps to see why.
    ///
    /// ```
    /// use taskmock::{Format, case, dws::list_logical_cluster_tasks::Input};
    /// let case = case::<Input>("offset.1", Format::Json).unwrap();
    /// let mut backend = case.backend();
    /// backend.respond(&Input { offset: Some(10), ..case.when.clone() }.request());
    /// let mismatch = case.check_requests(&backend.requests()).unwrap_err().to_string();
    /// assert!(mismatch.starts_with("the client asked for something else\n  request.offset: expected \"1\", got \"10\"\n"));
    /// ```
    pub fn check_requests(&self, sent: &[ReceivedRequest]) -> Result<(), Mismatch> {
        let said = self.differences_of_requests(sent);
        if said.is_empty() {
            return Ok(());
        }
        Err(Mismatch(format!("the client asked for something else\n{}{self:?}", lines(&said))))
    }

    /// Returns each thing that a client should have asked otherwise.
    pub(crate) fn differences_of_requests(&self, sent: &[ReceivedRequest]) -> Vec<Difference> {
        let mut said = Vec::new();
        let request = self.request();
        let expected = self.asked_for(&Incoming::from(&request));
        // An Input with an empty id in its path is for no operation.
        let pieces = |path: &str| {
            path.split('/').map(|piece| decode(piece).ok().map(|piece| piece.into_owned())).collect::<Vec<_>>()
        };
        let path = pieces(request.uri().path());
        let path_of = |recorded: &ReceivedRequest| {
            let target = recorded.target.split('?').next().unwrap_or("");
            pieces(target)
        };
        let is_meant = |recorded: &&ReceivedRequest| match expected {
            Some(_) => recorded.operation == Some(I::ID),
            None => path_of(recorded) == path,
        };
        let Some(recorded) = sent.iter().rfind(is_meant) else {
            let wanted = match expected {
                Some(_) => format!("a request of {}", I::ID),
                None => format!("a request to {}", request.uri().path()),
            };
            let others = sent.iter().rev().take(3);
            let others: Vec<String> =
                others.map(|other| format!("{} {}", other.method, shown(other.target.as_bytes()))).collect();
            let got = if others.is_empty() { Value::Null } else { Value::from(others) };
            said.push(Difference::new("request", wanted, got));
            return said;
        };
        let incoming = Incoming::from_parts(&recorded.method, &recorded.target, &recorded.headers, &recorded.body);
        let Some((format, expected)) = expected else { return said };
        let Some((asked_format, sent)) = self.asked_for(&incoming) else {
            let got = format!("{} {}", recorded.method, shown(recorded.target.as_bytes()));
            said.push(Difference::new("request", "a request whose parameters the gateway reads", got));
            return said;
        };
        if asked_format != format {
            said.push(Difference::new("request.format", format.to_string(), asked_format.to_string()));
        }
        for (name, expected) in expected {
            let sent = sent.iter().find(|(other, _)| *other == name).and_then(|(_, value)| value.clone());
            if expected != sent {
                said.push(Difference::new(format!("request.{name}"), expected, sent));
            }
        }
        said
    }

    /// What a request asks for, if it comes to the operation: the encoding, and the values as the
    /// operation takes them.
    fn asked_for(&self, request: &Incoming<'_>) -> Option<(Format, Values)> {
        let Route::Call(call) = route(request, &self.given.dialect) else { return None };
        let values: Vec<Option<String>> =
            call.values.into_iter().map(|value| value.map(|value| value.into_owned())).collect();
        let parameters = self.operation().parameters.iter();
        let has_task_id =
            parameters.clone().zip(&values).any(|(parameter, value)| parameter.name == "TaskId" && value.is_some());
        let values = parameters
            .zip(values)
            // With TaskId, Archived is void (`000`, `001`), so it may be said or left out.
            .filter(|(parameter, _)| !(has_task_id && parameter.name == "Archived"))
            .map(|(parameter, value)| {
                let value = value.map(|value| if parameter.name == "Archived" { value.to_lowercase() } else { value });
                (parameter.name, value.or_else(|| parameter.default.map(str::to_owned)))
            });
        Some((call.format, values.collect()))
    }

    /// Whether an id is one that the backend gives to one of the first requests.
    fn is_drawn(&self, id: &str, requests: u64) -> bool {
        let given = self.given.request_ids.get(I::ID).is_some_and(|ids| ids.iter().any(|given| given == id));
        let protocol = self.operation().protocol();
        let first = self.given.requests;
        let mut numbers = first..first.saturating_add(requests);
        given || numbers.any(|number| (protocol.request_id)(self.given.seed, number) == id)
    }
}
