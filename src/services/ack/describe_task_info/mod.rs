//! DescribeTaskInfo: one task with its stages, events and results.
//!
//! Document `002`. Its XML sample has no root element; the default is a document with one.

mod facts;
mod model;

pub use model::{Error, Event, Input, Output, ResultStatus, Stage, Target, TaskResult, TaskState};

use super::{Index, SERVICE, State};
use crate::dialect::FailedState;
use crate::error_code::{ErrorCode, Refusal, error_codes, row};
use crate::format::Format;
use crate::operation::{Access, Call, Encoded, Operation, Parameter, RequestIdAt};

pub(crate) static OPERATION: Operation = Operation {
    id: "ack.describe_task_info",
    name: "DescribeTaskInfo",
    service: &SERVICE,
    method: "GET",
    access: Access::Read,
    path: "/tasks/{task_id}",
    formats: Format::ALL,
    parameters: &[Parameter::required("task_id")],
    errors: ERRORS,
    facts: facts::FACTS,
    sample: "/tasks/T-5faa48fb31b6b8078d00****",
};

const ERRORS: &[ErrorCode] = error_codes! { Service:
    400 "400" "the task %s not found" ("T-xxx") ["ack.describe_task_info.error.not_found"];
};

const NOT_FOUND: &ErrorCode = row(ERRORS, "400");

/// One task, encoded.
pub(crate) fn answer(state: &State, index: &mut Index, call: &Call<'_>) -> Result<Encoded, Refusal> {
    let task_id = call.required("task_id");
    let found = index.task(task_id).and_then(|at| state.tasks[at].shown(call.now));
    let Some(mut output) = found else {
        return Err(NOT_FOUND.about(task_id.to_owned()));
    };
    if call.dialect.failed_state == FailedState::Failed {
        let stages = output.stages.iter_mut().map(|stage| &mut stage.state);
        for state in stages.chain([&mut output.state]).filter(|state| **state == TaskState::Fail) {
            *state = TaskState::Other("failed".to_owned());
        }
    }
    Ok(Encoded { body: output.encode(call.format, call.dialect), request_id_at: RequestIdAt::Nowhere })
}
