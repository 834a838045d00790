//! State: everything that a backend answers from, as plain data that can be written, printed and
//! put back.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::{ack, dws, ehpc, for_each_service, operation, operations};
use crate::clock::{DOCUMENTS_START, StartClock, Timestamp};
use crate::dialect::Dialect;
use crate::fault::{Fault, MAX_FAULTS};
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
            /// What goes wrong on purpose, the first to be looked at first.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub faults: Vec<Fault>,
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
                    faults: Vec::new(),
                    $($service: $service::State::default(),)+
                }
            }
        }

        /// What the services of a state hold, which may be much.
        #[derive(Clone, Debug, Default, PartialEq, Serialize)]
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

            /// Lets what runs at one instant be as old at another.
            fn move_services(&mut self, now: Timestamp, to: Timestamp) {
                $(self.$service.move_running(now, to);)+
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

    /// Moves the clock to an instant, and every task that runs with it: each is as old as before, and
    /// still runs. What has ended, or has yet to start, stays where it is.
    ///
    /// ```
    /// use taskmock::{State, Timestamp};
    /// let mut state = State::documents();
    /// let today = Timestamp::from_unix_millis(1_795_291_200_000);
    /// state.move_running(today);
    /// assert_eq!(state.now(), today);
    /// assert_eq!(state.ehpc.tasks[9].started.unwrap().to_string(), "2026-11-21T19:44:00Z");
    /// ```
    pub fn move_running(&mut self, to: Timestamp) {
        self.settle();
        self.move_services(self.now(), to);
        self.clock = StartClock::At(to);
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

    /// The first thing that is wrong although it is of the right type: the field, and a sentence.
    pub(crate) fn check(&self) -> Result<(), (String, String)> {
        self.wrong().into_iter().next().map_or(Ok(()), Err)
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
        if self.faults.len() > MAX_FAULTS {
            let sentence = format!("there are {}; at most {MAX_FAULTS} are held", self.faults.len());
            wrong.push(("faults".to_owned(), sentence));
        }
        let all: Vec<_> = operations().collect();
        for (at, fault) in self.faults.iter().enumerate() {
            if let Err(error) = fault.check(&all) {
                let (field, sentence) = error.into_parts();
                wrong.push((format!("faults[{at}].{field}"), sentence));
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
            faults: self.faults.clone(),
            ..State::default()
        }
    }
}
