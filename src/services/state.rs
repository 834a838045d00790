//! State: everything that a backend answers from, as plain data that can be written, printed and
//! put back.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{ack, dws, ehpc, for_each_service, operation, operations};
use crate::clock::{DOCUMENTS_START, StartClock, Timestamp};
use crate::dialect::Dialect;
use crate::http::check_header;
use crate::seed::Seed;

macro_rules! state {
    ($(#[$doc:meta] $service:ident,)+) => {
        /// The whole state of a backend: its clock, how it answers, and what each service holds.
        ///
        /// ```
        /// use taskmock::State;
        ///
        /// let state = State::from_json(r#"{
        ///     "clock": "2026-11-21T20:21:00Z",
        ///     "ehpc": {"tasks": [{"task_id": "T1", "cluster_id": "ehpc-1", "task_type": "StopCluster", "takes": "5m"}]}
        /// }"#)?;
        /// assert_eq!(state.ehpc.tasks[0].steps, 10);
        /// # Ok::<(), taskmock::StateError>(())
        /// ```
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        pub struct State {
            /// Where the clock stands.
            #[serde(skip_serializing_if = "StartClock::is_kept")]
            pub clock: StartClock,
            /// What request ids and the ids of submitted tasks are drawn from.
            pub seed: Seed,
            /// How many requests were answered; each draws the next id.
            pub requests: u64,
            /// How many tasks were submitted without an id; each draws the next one.
            pub submissions: u64,
            /// How the documents are read where they disagree.
            pub dialect: Dialect,
            /// Request ids that the next success answers get instead of drawn ones, by operation id.
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            pub request_ids: BTreeMap<String, VecDeque<String>>,
            /// Answers that are armed, the next first.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub armed: Vec<Armed>,
            $(#[$doc] pub $service: $service::State,)+
        }

        impl Default for State {
            /// Nothing exists, and the clock stays where it is.
            fn default() -> Self {
                State {
                    clock: StartClock::Kept,
                    seed: Seed::default(),
                    requests: 0,
                    submissions: 0,
                    dialect: Dialect::default(),
                    request_ids: BTreeMap::new(),
                    armed: Vec::new(),
                    $($service: $service::State::default(),)+
                }
            }
        }

        /// What the services of a state hold, which may be much.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(crate) struct Contents {
            $($service: $service::State,)+
        }

        impl State {
            /// What the documents' samples name, in every service.
            fn with_documents(self) -> State {
                State { $($service: $service::State::documents(),)+ ..self }
            }

            /// What is wrong in the services: the field, and a sentence.
            fn check_services(&self, wrong: &mut Vec<(String, String)>) {
                $(self.$service.check(wrong);)+
            }

            /// How many tasks and commands there are.
            pub(crate) fn entries(&self) -> usize {
                0 $(+ self.$service.entries())+
            }

            /// Gives what was submitted without a time the time of the clock.
            pub(crate) fn settle(&mut self) {
                let now = self.now();
                $(self.$service.settle(now);)+
            }

            /// A copy of what the services hold.
            pub(crate) fn contents(&self) -> Contents {
                Contents { $($service: self.$service.clone(),)+ }
            }

            /// Takes out what the services hold.
            pub(crate) fn take_contents(&mut self) -> Contents {
                Contents { $($service: std::mem::take(&mut self.$service),)+ }
            }

            /// The same with other contents.
            pub(crate) fn with_contents(self, contents: Contents) -> State {
                State { $($service: contents.$service,)+ ..self }
            }
        }

        /// What finds things in a state without scanning it; derived from it.
        #[derive(Debug, Default)]
        pub(crate) struct Index {
            $(pub(crate) $service: $service::Index,)+
        }

        impl Index {
            /// Takes in what was pushed to the state; false if it has to be built anew.
            pub(crate) fn append(&mut self, state: &State) -> bool {
                true $(&& self.$service.append(&state.$service))+
            }

            pub(crate) fn of(state: &State) -> Self {
                Index { $($service: $service::Index::of(&state.$service),)+ }
            }
        }
    };
}

for_each_service!(state);

/// An answer that the next calls of an operation get, whatever they ask.
///
/// Either an error of the operation's tables by its `code`, or a `response` to the letter.
///
/// ```
/// let armed: taskmock::Armed =
///     serde_json::from_str(r#"{"operation": "ehpc.list_tasks", "code": "DbError", "times": 2}"#)?;
/// assert_eq!(armed.times, 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Armed {
    /// The id of the operation.
    pub operation: String,
    /// The code of an error of the operation or of its gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What `%s` in the code or the message becomes; absent: an example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub argument: Option<String>,
    /// A response to the letter, instead of an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response: Option<RawResponse>,
    /// How many calls get it. Default 1.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

impl Armed {
    /// What is wrong with it: the field, and a sentence.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        let Some(operation) = operation(&self.operation) else {
            let ids: Vec<&str> = operations().map(|operation| operation.id).collect();
            return Err(("operation", format!("`{}` is no operation; there are {}", self.operation, ids.join(", "))));
        };
        if self.times == 0 {
            return Err(("times", "`times` is 0; give at least 1".to_owned()));
        }
        match (&self.code, &self.response) {
            (Some(code), None) => match operation.error(code) {
                Some(_) => Ok(()),
                None => {
                    let codes: Vec<&str> = operation.all_errors().map(|row| row.code).collect();
                    Err(("code", format!("`{code}` is no error of {}; there are {}", operation.id, codes.join(", "))))
                }
            },
            (None, Some(response)) => response.check(),
            _ => Err(("code", "give either a `code` or a `response`".to_owned())),
        }
    }
}

/// A response to the letter: any status, headers and bytes.
///
/// ```
/// let response: taskmock::RawResponse =
///     serde_json::from_str(r#"{"status": 502, "headers": {"content-type": "text/html"}, "body": "<html>"}"#)?;
/// assert_eq!(response.body, b"<html>");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RawResponse {
    /// The HTTP status, from 200 to 599. Default 200.
    #[serde(default = "ok")]
    pub status: u16,
    /// The headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body: in JSON a text, or a list of bytes if it is not UTF-8.
    #[serde(default, with = "text_or_bytes")]
    #[cfg_attr(feature = "cli", schemars(with = "String"))]
    pub body: Vec<u8>,
}

fn ok() -> u16 {
    200
}

impl RawResponse {
    /// A response with a body of a content type.
    ///
    /// ```
    /// let response = taskmock::RawResponse::new(200, "application/json", "{");
    /// assert_eq!(response.headers["content-type"], "application/json");
    /// ```
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = [("content-type".to_owned(), content_type.to_owned())].into();
        RawResponse { status, headers, body: body.into() }
    }

    /// What is wrong with it: the field, and a sentence.
    fn check(&self) -> Result<(), (&'static str, String)> {
        if !(200..=599).contains(&self.status) {
            let sentence = format!("`{}` is no status of a response; give one from 200 to 599", self.status);
            return Err(("response.status", sentence));
        }
        for (name, value) in &self.headers {
            check_header(name, value).map_err(|sentence| ("response.headers", sentence))?;
            if matches!(name.to_ascii_lowercase().as_str(), "content-length" | "transfer-encoding" | "connection") {
                let sentence = format!("the header `{name}` is the server's to set; leave it out");
                return Err(("response.headers", sentence));
            }
        }
        Ok(())
    }
}

mod text_or_bytes {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text or a list of bytes")]
    enum TextOrBytes {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub(super) fn serialize<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(body) {
            Ok(text) => text.serialize(serializer),
            Err(_) => body.serialize(serializer),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Ok(match TextOrBytes::deserialize(deserializer)? {
            TextOrBytes::Text(text) => text.into_bytes(),
            TextOrBytes::Bytes(bytes) => bytes,
        })
    }
}

impl State {
    /// The documents' world: exactly the clusters, tasks, commands and ids that the documents'
    /// samples name, so that their sample requests get their sample answers.
    ///
    /// The first success answer of an operation carries its sample's request id. The clock stands at
    /// 2024-03-03T00:00:00Z, the day of the newest document.
    ///
    /// ```
    /// assert_eq!(taskmock::State::documents().now().to_string(), "2024-03-03T00:00:00Z");
    /// ```
    pub fn documents() -> Self {
        let request_ids = [
            ("ehpc.list_tasks", "89A1AC0F-4A6C-4F3D-98F9-BEF9A823****"),
            ("ehpc.list_invocation_status", "04F0F334-1335-436C-A1D7-6C044FE73368"),
        ];
        State {
            request_ids: request_ids.map(|(operation, id)| (operation.to_owned(), [id.to_owned()].into())).into(),
            clock: StartClock::At(DOCUMENTS_START),
            ..State::default()
        }
        .with_documents()
    }

    /// Returns the instant at which the clock stands: 2024-03-03T00:00:00Z if nothing says where.
    ///
    /// ```
    /// assert_eq!(taskmock::State::default().now(), taskmock::State::documents().now());
    /// ```
    pub fn now(&self) -> Timestamp {
        match self.clock {
            StartClock::At(now) => now,
            StartClock::Kept | StartClock::Now => DOCUMENTS_START,
        }
    }

    /// Reads a state from JSON, and checks it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line, its field and what would be right.
    ///
    /// ```
    /// use taskmock::State;
    /// let error = State::from_json("{\n  \"clock\": \"today\"\n}").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "line 2, clock: `today` is not an RFC 3339 time such as 2026-11-21T20:21:00Z",
    /// );
    /// ```
    pub fn from_json(json: &str) -> Result<State, StateError> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let state: State = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let field = error.path().to_string();
            StateError::of_json(json, field, error.inner())
        })?;
        deserializer.end().map_err(|error| StateError::of_json(json, ".".to_owned(), &error))?;
        if json.trim_start().starts_with('[') {
            // serde reads a list of fields as a struct too.
            let sentence = "a state is an object, such as {\"clock\": \"2026-11-21T20:21:00Z\"}".to_owned();
            return Err(StateError { line: 1, field: ".".to_owned(), sentence });
        }
        match state.wrong().into_iter().next() {
            None => Ok(state),
            Some((field, sentence)) => {
                let line = line_of(json, &field).unwrap_or(1);
                Err(StateError { line, field, sentence })
            }
        }
    }

    /// The state as JSON, indented, to be read by [`from_json`](State::from_json).
    ///
    /// ```
    /// use taskmock::State;
    /// let state = State::documents();
    /// assert_eq!(State::from_json(&state.to_json())?, state);
    /// # Ok::<(), taskmock::StateError>(())
    /// ```
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a state is always JSON")
    }

    /// Everything that is wrong although it is of the right type: the field, and a sentence.
    fn wrong(&self) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        for operation_id in self.request_ids.keys().filter(|id| operation(id).is_none()) {
            let ids: Vec<&str> = operations().map(|operation| operation.id).collect();
            wrong.push((
                "request_ids".to_owned(),
                format!("`{operation_id}` is no operation; there are {}", ids.join(", ")),
            ));
        }
        for (at, armed) in self.armed.iter().enumerate() {
            if let Err((field, sentence)) = armed.check() {
                wrong.push((format!("armed[{at}].{field}"), sentence));
            }
        }
        for (operation_id, ids) in &self.request_ids {
            if let Some(id) =
                ids.iter().find(|id| id.is_empty() || !id.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
            {
                let sentence = format!("the request id {id:?} is not visible ASCII, which a header needs");
                wrong.push((format!("request_ids.{operation_id}"), sentence));
            }
        }
        self.check_services(&mut wrong);
        wrong
    }

    /// A copy of everything but what the services hold.
    pub(crate) fn surroundings(&self) -> State {
        State {
            clock: self.clock,
            seed: self.seed,
            requests: self.requests,
            submissions: self.submissions,
            dialect: self.dialect,
            request_ids: self.request_ids.clone(),
            armed: self.armed.clone(),
            ..State::default()
        }
    }
}

/// What is wrong with a state file: the line, the field, and what would be right.
///
/// ```
/// let error = taskmock::State::from_json("{").unwrap_err();
/// assert_eq!(error.line(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateError {
    line: usize,
    field: String,
    sentence: String,
}

impl StateError {
    /// The line, from 1.
    ///
    /// ```
    /// assert_eq!(taskmock::State::from_json("{\n\n]").unwrap_err().line(), 3);
    /// ```
    pub fn line(&self) -> usize {
        self.line
    }

    /// The field, such as `ehpc.tasks[3].takes`; `.` for the whole.
    ///
    /// ```
    /// let error = taskmock::State::from_json(r#"{"dws": {"tasks": [{"takes": 5}]}}"#).unwrap_err();
    /// assert_eq!(error.field(), "dws.tasks[0].takes");
    /// ```
    pub fn field(&self) -> &str {
        &self.field
    }

    fn of_json(json: &str, field: String, error: &serde_json::Error) -> Self {
        // `?` stands for a key or an element that could not be read.
        let field = match field.trim_end_matches('?').trim_end_matches('.') {
            "" => ".".to_owned(),
            field => field.to_owned(),
        };
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let sentence = message.strip_suffix(place.as_str()).unwrap_or(&message).to_owned();
        // The parser has gone on when a value of the right type turns out to be wrong.
        let line = if error.is_data() { line_of(json, &field) } else { None };
        StateError { line: line.unwrap_or(error.line().max(1)), field, sentence }
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.field, self.sentence)
    }
}

impl std::error::Error for StateError {}

/// The line on which a field such as `ehpc.tasks[3].takes` stands in a JSON text, or what it would
/// stand in.
fn line_of(json: &str, field: &str) -> Option<usize> {
    let parent = field.rfind(['.', '[']).map(|end| &field[..end]);
    line_of_present(json, field).or_else(|| line_of(json, parent?))
}

fn line_of_present(json: &str, field: &str) -> Option<usize> {
    let steps: Vec<&str> = field.split(['.', '[']).map(|step| step.trim_end_matches(']')).collect();
    // The seed walks to the field and fails there, so that the parser says where that is.
    let error = Field(&steps).deserialize(&mut serde_json::Deserializer::from_str(json)).err()?;
    Some(error.line())
}

#[derive(Clone, Copy)]
struct Field<'a>(&'a [&'a str]);

impl<'de> DeserializeSeed<'de> for Field<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if self.0.is_empty() {
            return Err(de::Error::custom("here"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Field<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match self.0.split_first() {
                Some((step, rest)) if *step == key => map.next_value_seed(Field(rest))?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let wanted = self.0.first().and_then(|step| step.parse::<usize>().ok());
        for at in 0.. {
            let more = match wanted {
                Some(wanted) if wanted == at => list.next_element_seed(Field(&self.0[1..]))?.is_some(),
                _ => list.next_element::<IgnoredAny>()?.is_some(),
            };
            if !more {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(json: &str) -> String {
        State::from_json(json).expect_err(json).to_string()
    }

    #[test]
    fn a_wrong_state_names_the_line_the_field_and_what_would_be_right() {
        for (json, expected) in [
            ("{\n \"clock\": \"today\"\n}", "line 2, clock: `today` is not an RFC 3339 time"),
            ("{\n \"clok\": 1}", "line 2, clok: unknown field `clok`, expected one of `clock`, `seed`"),
            (
                "{\n \"dialect\": {\n  \"tasks\": \"list\"}}",
                "line 3, dialect.tasks: invalid value: string \"list\", expected \"array\" or \"object\"",
            ),
            (
                "{\"ehpc\": {\"tasks\": [\n{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"x\", \"ends\": \"Failed\"}]}}",
                "line 2, ehpc.tasks[0].ends: unknown variant `Failed`, expected one of `Success`, `Fail`, `PartialFail`, `Never`",
            ),
            (
                "{\"ehpc\": {\"tasks\": [{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"x\",\n\"takes\": \"5 parsecs\"}]}}",
                "line 2, ehpc.tasks[0].takes: `5 parsecs` is not a span of time such as 90s, 20m or 1h 30m",
            ),
            (
                "{\"ehpc\": {\"tasks\": [\n{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"x\"},\n{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"x\"}]}}",
                "line 3, ehpc.tasks[1].task_id: `a` is there twice in cluster `c`; give each task its own",
            ),
            (
                "{\"dws\": {\"clusters\": [\n{\"project_id\": \"p\",\n \"cluster_id\": \"c\"}]}}",
                "line 3, dws.clusters[0].cluster_id: `c` is no UUID of 36 characters",
            ),
            (
                "{\"dws\": {\"tasks\": [\n{\"cluster_id\": \"c\", \"type\": \"Grow\", \"logical_cluster_name\": \"l\"}]}}",
                "line 2, dws.tasks[0].cluster_id: `c` is not in dws.clusters",
            ),
            (
                "{\"armed\": [\n{\"operation\": \"ehpc.list_tasks\",\n\"code\": \"Nope\"}]}",
                "line 3, armed[0].code: `Nope` is no error of ehpc.list_tasks; there are InvalidParams, NotEnabled",
            ),
            (
                "{\"armed\": [{\"operation\": \"x\", \"code\": \"y\"}]}",
                "line 1, armed[0].operation: `x` is no operation; there are ehpc.list_tasks,",
            ),
            (
                "{\"ack\": {\"tasks\": [{\"task_id\": \"a\", \"aliases\": [\"a\"], \"cluster_id\": \"c\", \"task_type\": \"t\"}]}}",
                "line 1, ack.tasks[0].aliases[0]: `a` is the id of a task already",
            ),
            (
                "{\"ehpc\": {\n\"tasks\": [\n\n{\"task_id\": \"a\"\n}\n]}}",
                "line 4, ehpc.tasks[0]: missing field `cluster_id`",
            ),
            (
                "{\"ehpc\": {\"tasks\": [\n{\"cluster_id\": \"c\", \"task_type\": \"x\"}]}}",
                "line 2, ehpc.tasks[0].task_id: it is empty; give each task an id",
            ),
            (
                "{\"ehpc\": {\"commands\": [{\"command_id\": \"x\",\n\"cluster_id\": \"\", \"nodes\": []}]}}",
                "line 2, ehpc.commands[0].cluster_id: it is empty",
            ),
            (
                "{\"ehpc\": {\"tasks\": [{\"takes\": 60}]}}",
                "line 1, ehpc.tasks[0].takes: invalid type: integer `60`, expected a span of time such as \"90s\"",
            ),
            (
                "{\n\"clock\": 1}",
                "line 2, clock: invalid type: integer `1`, expected a time such as \"2026-11-21T20:21:00Z\"",
            ),
            ("{\n\"seed\": 1,}", "line 2, .: trailing comma"),
            (
                "{\"armed\": [{\"operation\": \"ehpc.list_tasks\", \"response\": {\n\"status\": 99}}]}",
                "line 2, armed[0].response.status: `99` is no status",
            ),
            ("{\n\"seed\": -1\n}", "line 2, seed: invalid value: integer `-1`, expected u64"),
            ("{} {}", "line 1, .: trailing characters"),
            ("", "line 1, .: EOF while parsing a value"),
            ("[]", "line 1, .: a state is an object, such as"),
        ] {
            let said = sentence(json);
            assert!(said.starts_with(expected), "{json}\nsays {said}\nnot  {expected}");
        }
    }

    #[test]
    fn an_empty_object_is_an_empty_state() {
        assert_eq!(State::from_json("{}"), Ok(State::default()));
    }

    #[test]
    fn a_raw_response_may_hold_bytes_that_are_no_text() {
        let response = RawResponse { status: 200, headers: BTreeMap::new(), body: vec![0xff, 0] };
        let json = serde_json::to_string(&response).expect("JSON");
        assert_eq!(json, r#"{"status":200,"headers":{},"body":[255,0]}"#);
        assert_eq!(serde_json::from_str::<RawResponse>(&json).expect("JSON"), response);
    }
}
