//! ListTasks: the tasks of a cluster, page by page.
//!
//! Documents `000` (English) and `001` (Chinese). Their samples disagree with each other and with
//! every SDK; [`Dialect`](crate::dialect::Dialect) has a switch for each point.

mod facts;
mod model;

pub use model::{Input, Output, Status, TaskInfo, TaskType};

use super::{Index, State, Task, VERSION, cluster_not_found};
use crate::dialect::{Dialect, FailedStatus, PageShape, ResetType};
use crate::error_code::{ErrorCode, Refusal, error_codes, row};
use crate::format::Format;
use crate::operation::{Asked, Encoded, Operation, Parameter};
use crate::protocol::Protocol;

pub(crate) const OPERATION: Operation = Operation {
    id: "ehpc.list_tasks",
    name: "ListTasks",
    version: VERSION,
    protocol: Protocol::AlibabaRpc,
    path: "/",
    formats: Format::ALL,
    parameters: &[
        Parameter::required("ClusterId"),
        Parameter::optional("PageNumber"),
        Parameter::optional("PageSize"),
        Parameter::optional("TaskId"),
        Parameter::optional("Archived"),
    ],
    errors: ERRORS,
    facts: facts::FACTS,
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

const INVALID_PARAMS: &ErrorCode = row(ERRORS, "InvalidParams");

/// The tasks of one page, encoded.
pub(crate) fn answer(state: &State, index: &mut Index, asked: &Asked<'_>) -> Result<Encoded, Refusal> {
    let page_number = asked.number("PageNumber", 1..=999, 1, INVALID_PARAMS)?;
    let page_size = asked.number("PageSize", 1..=50, 10, INVALID_PARAMS)?;
    let archived = match asked.value("Archived").map(str::to_ascii_lowercase).as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(INVALID_PARAMS.about("Archived")),
    };
    let Some(cluster) = index.cluster(asked.required("ClusterId")) else {
        return Err(cluster_not_found(ERRORS).about(""));
    };
    cluster.advance(&state.tasks, asked.now);

    let only;
    let listed = match asked.value("TaskId") {
        // Archived is void here.
        Some(task_id) => {
            let is_submitted = |at: &u32| state.tasks[*at as usize].is_submitted(asked.now);
            only = cluster.task(task_id).filter(is_submitted);
            only.as_slice()
        }
        None if archived => cluster.submitted(),
        None => cluster.running(),
    };

    let skipped = (page_number - 1) * page_size;
    let shown = match asked.dialect.page {
        PageShape::Whole => page_size,
        PageShape::Abridged => 1,
    };
    // The newest first; both numbers are at most 49,950.
    let page = listed.iter().rev().skip(skipped as usize).take(shown as usize);
    let output = Output {
        request_id: asked.request_id.to_owned(),
        page_number: page_number as u32,
        page_size: page_size as u32,
        total_count: listed.len() as u32,
        tasks: page.map(|at| task_info(&state.tasks[*at as usize], asked)).collect(),
    };
    Ok(output.encoded(asked.format, asked.dialect))
}

fn task_info(task: &Task, asked: &Asked<'_>) -> TaskInfo {
    let status = task.status(asked.now);
    let (request, result) = (task.request.as_ref(), task.result.as_ref());
    let errors = task.errors.as_ref().filter(|_| status != Status::Processing);
    TaskInfo {
        cluster_id: task.cluster_id.clone(),
        current_step: task.current_step(asked.now),
        errors: errors.map_or_else(|| "[]".to_owned(), ToString::to_string),
        request: request.map_or_else(|| default_request(&task.cluster_id), ToString::to_string),
        result: result.map_or_else(|| default_result(&task.task_type).to_owned(), ToString::to_string),
        status: in_dialect_status(status, asked.dialect),
        task_id: task.task_id.clone(),
        task_type: in_dialect_type(&task.task_type, asked.dialect),
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

fn in_dialect_status(status: Status, dialect: &Dialect) -> Status {
    match (status, dialect.failed_status) {
        (Status::Fail, FailedStatus::Failed) => Status::Other("Failed".to_owned()),
        (status, _) => status,
    }
}

fn in_dialect_type(task_type: &TaskType, dialect: &Dialect) -> TaskType {
    match (task_type, dialect.reset_type) {
        (TaskType::ResetComputes, ResetType::ResetCompute) => TaskType::Other("ResetCompute".to_owned()),
        (task_type, _) => task_type.clone(),
    }
}
