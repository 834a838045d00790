//! THE registry: every operation, once.

pub mod ack;
pub mod dws;
pub mod ehpc;
mod state;
mod submit;

pub use state::{Armed, RawResponse, State, StateError};
pub use submit::Submit;

pub(crate) use state::Index;

use crate::error_code::Refusal;
use crate::operation::{Asked, Encoded, Operation};

/// An operation and what answers it.
pub(crate) struct Row {
    pub(crate) operation: &'static Operation,
    pub(crate) answer: fn(&State, &mut Index, &Asked<'_>) -> Result<Encoded, Refusal>,
}

/// One line an operation: its service and its folder.
macro_rules! registry {
    ($($service:ident / $operation:ident,)+) => {
        pub(crate) const REGISTRY: &[Row] = &[$(Row {
            operation: &$service::$operation::OPERATION,
            answer: |state, index, asked| {
                $service::$operation::answer(&state.$service, &mut index.$service, asked)
            },
        }),+];
    };
}

/// Hands the list of operations to a macro: what is made for each is made from this list.
macro_rules! for_each_operation {
    ($then:ident) => {
        $then! {
            ehpc / list_tasks,
            ehpc / list_invocation_status,
            ack / describe_task_info,
            dws / list_logical_cluster_tasks,
        }
    };
}

pub(crate) use for_each_operation;

for_each_operation!(registry);

/// Every operation that the mock answers.
///
/// ```
/// let ids: Vec<&str> = taskmock::operations().map(|operation| operation.id).collect();
/// assert_eq!(ids, [
///     "ehpc.list_tasks",
///     "ehpc.list_invocation_status",
///     "ack.describe_task_info",
///     "dws.list_logical_cluster_tasks",
/// ]);
/// ```
pub fn operations() -> impl Iterator<Item = &'static Operation> {
    REGISTRY.iter().map(|row| row.operation)
}

/// The operation with an id.
///
/// ```
/// assert_eq!(taskmock::operation("ehpc.list_tasks").unwrap().name, "ListTasks");
/// assert!(taskmock::operation("ehpc.list_clusters").is_none());
/// ```
pub fn operation(id: &str) -> Option<&'static Operation> {
    operations().find(|operation| operation.id == id)
}
