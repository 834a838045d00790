//! DescribeTaskInfo: one task with its stages, events and results.
//!
//! Document `002`. Its XML sample has no root element; the default is a document with one.

mod facts;
mod model;

pub use model::{Error, Event, Input, Output, ResultStatus, Stage, Target, TaskResult, TaskState};

use super::{Index, State};
use crate::dialect::FailedState;
use crate::error_code::{ErrorCode, Refusal, error_codes, row};
use crate::format::Format;
use crate::operation::{Asked, Encoded, Operation, Parameter, RequestIdAt};
use crate::protocol::Protocol;

pub(crate) const OPERATION: Operation = Operation {
    id: "ack.describe_task_info",
    name: "DescribeTaskInfo",
    version: "2015-12-15",
    protocol: Protocol::AlibabaRoa,
    path: "/tasks/{task_id}",
    formats: Format::ALL,
    parameters: &[Parameter::required("task_id")],
    errors: ERRORS,
    facts: facts::FACTS,
};

const ERRORS: &[ErrorCode] = error_codes! { Service:
    400 "400" "the task %s not found" ("T-xxx") ["ack.describe_task_info.error.not_found"];
};

const NOT_FOUND: &ErrorCode = row(ERRORS, "400");

/// One task, encoded.
pub(crate) fn answer(state: &State, index: &mut Index, asked: &Asked<'_>) -> Result<Encoded, Refusal> {
    let task_id = asked.required("task_id");
    let found = index.task(task_id).and_then(|at| state.tasks[at].shown(asked.now));
    let Some(mut output) = found else {
        return Err(NOT_FOUND.about(task_id.to_owned()));
    };
    if asked.dialect.failed_state == FailedState::Failed {
        let stages = output.stages.iter_mut().map(|stage| &mut stage.state);
        for state in stages.chain([&mut output.state]).filter(|state| **state == TaskState::Fail) {
            *state = TaskState::Other("failed".to_owned());
        }
    }
    Ok(Encoded { body: output.encode(asked.format, asked.dialect), request_id_at: RequestIdAt::Nowhere })
}
