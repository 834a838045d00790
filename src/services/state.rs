//! State: everything that a backend answers from, as plain data that can be written, printed and
//! put back.

use std::collections::{BTreeMap, VecDeque};

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
    pub(super) fn wrong(&self) -> Vec<(String, String)> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_response_may_hold_bytes_that_are_no_text() {
        let response = RawResponse { status: 200, headers: BTreeMap::new(), body: vec![0xff, 0] };
        let json = serde_json::to_string(&response).expect("JSON");
        assert_eq!(json, r#"{"status":200,"headers":{},"body":[255,0]}"#);
        assert_eq!(serde_json::from_str::<RawResponse>(&json).expect("JSON"), response);
    }
}
