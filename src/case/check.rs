//! Check: whether a client got, and asked for, what a case says.

use serde_json::{Value, json};

use super::{Case, Difference, Mismatch, shown};
use crate::backend::request_log::ReceivedRequest;
use crate::backend::route::{Route, route};
use crate::format::Format;
use crate::http::{Incoming, decode};
use crate::operation::{OperationInput, OperationOutput, Parameter};
use crate::service_error::ServiceError;
use crate::services::State;

/// Parameters by name with what they are, if they are anything.
type Values = Vec<(&'static str, Option<String>)>;

/// The request id of what a client got, if it has a place for one.
fn request_id<O: OperationOutput>(got: &mut Result<O, ServiceError>) -> Option<&mut String> {
    match got {
        Ok(output) => output.request_id_mut(),
        Err(refused) => Some(&mut refused.request_id),
    }
}

/// What a client gets, as a value with an `output` or an `error`, whose fields have the names that
/// they have in the protocol of `conformance`.
pub(crate) fn value_of<O: OperationOutput>(side: &Result<O, ServiceError>) -> Value {
    match side {
        Ok(output) => json!({ "output": output }),
        Err(refused) => {
            // What a client does not tell is null.
            let told = |text: &String| (!text.is_empty()).then(|| text.clone());
            json!({ "error": {
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
    /// let case = case::named::<Input>("error.not_authorized", Format::Json).unwrap();
    /// let proxy = ServiceError::new(407, "ProxyAuthenticationRequired", "");
    /// let mismatch = case.check(Err(proxy)).unwrap_err().to_string();
    /// assert!(mismatch.contains(r#"error.code: expected "NotAuthorized", got "ProxyAuthenticationRequired""#));
    /// assert!(mismatch.contains("E-HPC ListTasks [000, English], error codes"));
    /// ```
    pub fn check(&self, got: Result<I::Output, ServiceError>) -> Result<(), Mismatch> {
        let differences = self.differences(got, MOST_REQUESTS);
        Mismatch::unless_none("the client's answer is not what the case says", differences, self)
    }

    /// The leaves in which a client's answer is not what it should be. A request id may be that of any of
    /// so many requests.
    pub(crate) fn differences(&self, mut got: Result<I::Output, ServiceError>, requests: u64) -> Vec<Difference> {
        if let Some(id) = request_id(&mut got)
            && self.is_drawn(id, requests.min(MOST_REQUESTS))
        {
            *id = self.first_id();
        }
        self.differences_but_for_the_id(&got)
    }

    /// The same for the answer of a server with its own ids: any id will do, but not none.
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
        match *got == self.then {
            true => Vec::new(),
            false => Difference::between("", &value_of(&self.then), &value_of(got)),
        }
    }

    /// Whether a state holds what the case says that it holds once its request was answered. A case
    /// of an operation that reads says nothing.
    ///
    /// # Errors
    ///
    /// What is different.
    ///
    /// ```
    /// use taskmock::{Format, case, ehpc::add_nodes::Input};
    /// let case = case::named::<Input>("one", Format::Json).unwrap();
    /// let mut backend = case.backend();
    /// assert!(case.check_after(backend.state()).is_err());
    /// backend.respond(&case.request());
    /// case.check_after(backend.state())?;
    /// # Ok::<(), taskmock::case::Mismatch>(())
    /// ```
    pub fn check_after(&self, state: &State) -> Result<(), Mismatch> {
        let differences = self.differences_after(state);
        Mismatch::unless_none("the state is not what the case says that it holds afterwards", differences, self)
    }

    /// The leaves in which a state is not what it should hold once the request was answered.
    pub(crate) fn differences_after(&self, state: &State) -> Vec<Difference> {
        let value = |state: &State| serde_json::to_value(state.contents()).expect("a state is always JSON");
        match &self.after {
            Some(after) if after.contents() != state.contents() => {
                Difference::between("after", &value(after), &value(state))
            }
            _ => Vec::new(),
        }
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
    /// let case = case::named::<Input>("offset.1", Format::Json).unwrap();
    /// let mut backend = case.backend();
    /// backend.respond(&Input { offset: Some(10), ..case.input().clone() }.request());
    /// let mismatch = case.check_requests(&backend.requests()).unwrap_err().to_string();
    /// assert!(mismatch.starts_with("the client asked for something else\n  request.offset: expected \"1\", got \"10\"\n"));
    /// ```
    pub fn check_requests(&self, sent: &[ReceivedRequest]) -> Result<(), Mismatch> {
        Mismatch::unless_none("the client asked for something else", self.differences_of_requests(sent), self)
    }

    /// What a client should have asked otherwise.
    pub(crate) fn differences_of_requests(&self, sent: &[ReceivedRequest]) -> Vec<Difference> {
        let request = self.request();
        let expected = self.asked_for(&Incoming::from(&request));
        // An Input with an empty id in its path is for no operation.
        let pieces = |target: &str| {
            let path = target.split('?').next().unwrap_or("");
            path.split('/').map(|piece| decode(piece).ok().map(|piece| piece.into_owned())).collect::<Vec<_>>()
        };
        let path = request.uri().path();
        let is_meant = |recorded: &&ReceivedRequest| match expected {
            Some(_) => recorded.operation == Some(I::ID),
            None => pieces(&recorded.target) == pieces(path),
        };
        let Some(recorded) = sent.iter().rfind(is_meant) else {
            let missing = match expected {
                Some(_) => Difference::new("request", Some(json!(I::ID)), None),
                None => Difference::new("request.path", Some(json!(path)), None),
            };
            let others: Vec<String> = sent
                .iter()
                .rev()
                .take(3)
                .map(|other| format!("{} {}", other.method, shown(other.target.as_bytes())))
                .collect();
            return vec![match others[..] {
                [] => missing.note("no request came in"),
                _ => missing.note(format!("these came in: {}", others.join(", "))),
            }];
        };
        let incoming = Incoming::from_parts(&recorded.method, &recorded.target, &recorded.headers, &recorded.body);
        let Some((format, expected)) = expected else { return Vec::new() };
        let Some((asked_format, sent)) = self.asked_for(&incoming) else {
            return vec![Difference::new("request", None, None).note("it was refused before its parameters were read")];
        };
        let mut found = Vec::new();
        if asked_format != format {
            found.push(Difference::new("request.format", Some(json!(format)), Some(json!(asked_format))));
        }
        for (name, expected) in expected {
            let sent = sent.iter().find(|(other, _)| *other == name).and_then(|(_, value)| value.clone());
            if expected != sent {
                let path = format!("request.{name}");
                found.push(Difference::new(path, expected.map(Value::from), sent.map(Value::from)));
            }
        }
        found
    }

    /// What a request asks for, if it comes to the operation: the encoding, and the values as the
    /// operation takes them. A void parameter may be said or left out, so it is left out here.
    fn asked_for(&self, request: &Incoming<'_>) -> Option<(Format, Values)> {
        let Route::Call(call) = route(request, &self.given.dialect) else { return None };
        let given = || I::OPERATION.parameters.iter().zip(&call.values);
        let is_void = |parameter: &Parameter| {
            let by = |other: &str| given().any(|(parameter, value)| parameter.name == other && value.is_some());
            parameter.void_with.is_some_and(by)
        };
        let values = given().filter(|(parameter, _)| !is_void(parameter)).map(|(parameter, value)| {
            let value = value.clone().map(|value| parameter.normalized(value).into_owned());
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
