//! ListTasks: the tasks of a cluster, page by page.
//!
//! Documents `000` (English) and `001` (Chinese). Their samples disagree with each other and with
//! every SDK; [`Dialect`](crate::dialect::Dialect) has a switch for each point.

mod facts;
mod model;
mod page;

use std::borrow::Cow;

pub use model::{Input, Output, Status, TaskInfo, TaskType};

use page::{Page, Row};

use super::{Index, SERVICE, State, Task, cluster_not_found};
use crate::dialect::{Dialect, FailedStatus, PageShape, ResetType};
use crate::error_code::{self, ErrorCode, Refusal, error_codes};
use crate::format::{Format, JsonText};
use crate::operation::{Access, Call, Encoded, Operation, Parameter};

pub(crate) static OPERATION: Operation = Operation {
    id: "ehpc.list_tasks",
    name: "ListTasks",
    service: &SERVICE,
    method: "GET",
    access: Access::Read,
    path: "/",
    formats: Format::ALL,
    parameters: &[
        Parameter::required("ClusterId"),
        Parameter::optional("PageNumber").default("1"),
        Parameter::optional("PageSize").default("10"),
        Parameter::optional("TaskId"),
        Parameter::optional("Archived").default("false").boolean().void_with("TaskId"),
    ],
    errors: ERRORS,
    facts: facts::FACTS,
    sample: "/?Action=ListTasks&ClusterId=ehpc-hz-FYUr32****",
};

const ERRORS: &[ErrorCode] = error_codes! { Service:
    400 "InvalidParams" "Invalid param: %s" ("PageNumber") ["ehpc.list_tasks.error.invalid_params"];
    400 "NotEnabled" "You have not enabled this service" ["ehpc.list_tasks.error.not_enabled"];
    404 "ClusterNotFound" "The specified cluster does not exist." ["ehpc.list_tasks.error.cluster_not_found"];
    406 "DbError" "A database service error occurred." ["ehpc.list_tasks.error.db_error"];
    406 "RedisError" "A Redis service error occurred." ["ehpc.list_tasks.error.redis_error"];
    407 "NotAuthorized" "You are not authorized by RAM for this request." ["ehpc.list_tasks.error.not_authorized"];
    500 "UnknownError" "An unknown error occurred." ["ehpc.list_tasks.error.unknown_error"];
    503 "ServiceUnavailable" "The request has failed due to a temporary failure of the server" ["ehpc.list_tasks.error.service_unavailable"];
};

const INVALID_PARAMS: &ErrorCode = error_code::row(ERRORS, "InvalidParams");

/// The tasks of one page, encoded.
pub(crate) fn answer(state: &State, index: &mut Index, call: &Call<'_>) -> Result<Encoded, Refusal> {
    let page_number = call.number("PageNumber", 1..=999, 1, INVALID_PARAMS)?;
    let page_size = call.number("PageSize", 1..=50, 10, INVALID_PARAMS)?;
    let task_id = call.value("TaskId");
    // With a TaskId, Archived is void, whatever it says.
    let archived = task_id.is_none() && call.boolean("Archived", false, INVALID_PARAMS)?;
    let Some(cluster) = index.cluster(call.required("ClusterId")) else {
        return Err(cluster_not_found(ERRORS).about(""));
    };
    cluster.advance(&state.tasks, call.now);

    let (skipped, shown) = ((page_number - 1) * page_size, page_size);
    let shown = match call.dialect.page {
        PageShape::Whole => shown,
        PageShape::Abridged => 1,
    };
    // The newest first; both numbers are at most 49,950.
    let page = skipped as usize..(skipped + shown) as usize;
    let (total, listed): (usize, Vec<u32>) = match task_id {
        Some(task_id) => {
            let has_started = |at: &u32| state.tasks[*at as usize].has_started(call.now);
            let found: Vec<u32> = cluster.task(task_id).into_iter().filter(has_started).collect();
            (found.len(), found.into_iter().skip(page.start).collect())
        }
        None if archived => (cluster.submitted(), page.map_while(|newest| cluster.nth_submitted(newest)).collect()),
        None => (cluster.running(), page.map_while(|newest| cluster.nth_running(newest)).collect()),
    };
    let default_request = default_request(call.required("ClusterId"));
    let page = Page {
        request_id: call.request_id,
        page_number: page_number as u32,
        page_size: page_size as u32,
        total_count: u32::try_from(total).unwrap_or(u32::MAX),
        tasks: listed.iter().map(|at| row(&state.tasks[*at as usize], &default_request, call)).collect(),
    };
    Ok(page.encoded(call.format, call.dialect))
}

fn row<'a>(task: &'a Task, default_request: &'a str, call: &Call<'_>) -> Row<'a> {
    let status = task.status(call.now);
    let text = |text: Option<&'a JsonText>, default: &'a str| text.map_or(default, JsonText::as_str);
    Row {
        cluster_id: &task.cluster_id,
        current_step: task.current_step(call.now),
        errors: errors(task, &status),
        request: text(task.request.as_ref(), default_request),
        result: text(task.result.as_ref(), default_result(&task.task_type)),
        status: status_word(status, call.dialect),
        task_id: &task.task_id,
        task_type: type_word(&task.task_type, call.dialect),
        total_steps: task.steps,
    }
}

/// The document says that it is the request's parameters; a script that has none was called with
/// its cluster.
fn default_request(cluster_id: &str) -> String {
    serde_json::json!({ "clusterId": cluster_id }).to_string()
}

/// `001`: the nodes that join for CreateCluster and AddComputes, `{}` for every other type.
fn default_result(task_type: &TaskType) -> &'static str {
    match task_type {
        TaskType::CreateCluster | TaskType::AddComputes => r#"{"Instances":[]}"#,
        _ => "{}",
    }
}

/// The reasons of a task that has ended, and did not succeed, as a JSON text.
fn errors<'a>(task: &Task, status: &Status) -> Cow<'a, str> {
    match status {
        Status::Processing | Status::Success => "[]".into(),
        _ if task.reasons.is_empty() => "[]".into(),
        _ => serde_json::to_string(&task.reasons).expect("texts are JSON").into(),
    }
}

fn status_word<'a>(status: Status, dialect: &Dialect) -> Cow<'a, str> {
    match (status, dialect.failed_status) {
        (Status::Fail, FailedStatus::Failed) => "Failed".into(),
        (Status::Fail, FailedStatus::Fail) => "Fail".into(),
        (Status::Success, _) => "Success".into(),
        (Status::PartialFail, _) => "PartialFail".into(),
        (Status::Processing, _) => "Processing".into(),
        (Status::Other(word), _) => word.into(),
    }
}

fn type_word<'a>(task_type: &'a TaskType, dialect: &Dialect) -> &'a str {
    match (task_type, dialect.reset_type) {
        (TaskType::ResetComputes, ResetType::ResetCompute) => "ResetCompute",
        (task_type, _) => task_type.as_str(),
    }
}
