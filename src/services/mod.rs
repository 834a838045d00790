//! THE registry: every service and every operation, once.

pub mod ack;
mod change;
pub mod dws;
pub mod ehpc;
mod state;
mod state_text;
mod submission;
mod submit;

pub use state::State;
pub use state_text::StateError;
pub use submit::Submit;

pub(crate) use change::{Change, TaskKey};
pub(crate) use state::{Contents, Index};
pub(crate) use submission::{NewCluster, Submission};

use crate::error_code::Refusal;
use crate::operation::{Answered, Call, Operation};

/// Hands the list of services to a macro: one line a service, which is its folder and its part of a
/// state.
macro_rules! for_each_service {
    ($then:ident) => {
        $then! {
            /// Alibaba E-HPC.
            ehpc,
            /// Alibaba Container Service.
            ack,
            /// Huawei GaussDB(DWS).
            dws,
        }
    };
}

pub(crate) use for_each_service;

/// Hands the list of operations to a macro: one line an operation, its service and its folder.
macro_rules! for_each_operation {
    ($then:ident) => {
        $then! {
            ehpc / list_tasks,
            ehpc / list_invocation_status,
            ehpc / add_nodes,
            ack / describe_task_info,
            dws / list_logical_cluster_tasks,
        }
    };
}

pub(crate) use for_each_operation;

/// Answers a call of one operation.
type Answer = fn(&State, &mut Index, &Call<'_>) -> Result<Answered<Effect>, Refusal>;

macro_rules! operations {
    ($($service:ident / $operation:ident,)+) => {
        /// Every operation, in the order of the list.
        pub(crate) static OPERATIONS: &[&Operation] = &[$(&$service::$operation::OPERATION),+];

        /// What answers each of them, in the same order.
        static ANSWERS: &[Answer] = &[$(
            |state, index, call| {
                let answered = $service::$operation::answer(&state.$service, &mut index.$service, call)?;
                let Answered { body, effects } = Answered::<$service::Effect>::from(answered);
                Ok(Answered { body, effects: effects.into_iter().map(Effect::$service).collect() })
            }
        ),+];
    };
}

for_each_operation!(operations);

macro_rules! effects {
    ($(#[$doc:meta] $service:ident,)+) => {
        /// What an answered call does to the state, by the service that does it.
        #[derive(Clone, Debug)]
        #[allow(non_camel_case_types)] // Named as the services are.
        pub(crate) enum Effect {
            $(#[$doc] $service($service::Effect),)+
        }

        impl Effect {
            /// Does it.
            pub(crate) fn apply(self, state: &mut State) {
                let now = state.now();
                match self {
                    $(Effect::$service(effect) => effect.apply(&mut state.$service, now),)+
                }
            }
        }
    };
}

for_each_service!(effects);

/// Answers a call, without doing to the state what the answer says.
pub(crate) fn answer(state: &State, index: &mut Index, call: &Call<'_>) -> Result<Answered<Effect>, Refusal> {
    let at = OPERATIONS.iter().position(|operation| operation.id == call.operation.id);
    ANSWERS[at.expect("a call is of a registered operation")](state, index, call)
}

/// Returns every operation that the mock answers.
///
/// ```
/// let ids: Vec<&str> = taskmock::operations().map(|operation| operation.id).collect();
/// assert_eq!(ids[0], "ehpc.list_tasks");
/// assert!(ids.contains(&"dws.list_logical_cluster_tasks"));
/// ```
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter().copied()
}

/// Returns the operation with an id.
///
/// ```
/// assert_eq!(taskmock::operation("ehpc.list_tasks").unwrap().name, "ListTasks");
/// assert!(taskmock::operation("ehpc.list_moons").is_none());
/// ```
pub fn operation(id: &str) -> Option<&'static Operation> {
    operations().find(|operation| operation.id == id)
}
