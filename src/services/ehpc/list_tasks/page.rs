//! A page of ListTasks that borrows its texts from the state: the same as an `Output`, without the
//! seventy copies that one of ten tasks costs.

use std::borrow::Cow;

use serde::Serialize;

use super::model::{Output, ROOT, TaskInfo};
use crate::dialect::{Dialect, EscapeDepth, TasksShape};
use crate::format::{self, Format};
use crate::operation::{Encoded, RequestIdAt};

/// Mirrors [`Output`], field by field.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Page<'a> {
    // First, so that a page which was served before can be given a fresh id without being built
    // anew: it starts at a known byte.
    pub(super) request_id: &'a str,
    pub(super) page_number: u32,
    pub(super) page_size: u32,
    pub(super) total_count: u32,
    pub(super) tasks: Vec<Row<'a>>,
}

/// Mirrors [`TaskInfo`], field by field.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Row<'a> {
    pub(super) cluster_id: &'a str,
    pub(super) current_step: u32,
    pub(super) errors: Cow<'a, str>,
    pub(super) request: &'a str,
    pub(super) result: &'a str,
    pub(super) status: Cow<'a, str>,
    pub(super) task_id: &'a str,
    pub(super) task_type: &'a str,
    pub(super) total_steps: u32,
}

impl Page<'_> {
    pub(super) fn encoded(&self, format: Format, dialect: &Dialect) -> Encoded {
        let is_plain = dialect.escape_depth == EscapeDepth::One && dialect.tasks == TasksShape::Array;
        let (body, request_id_at) = match format {
            Format::Json if is_plain => (format::to_json(self), RequestIdAt::Byte(r#"{"RequestId":""#.len())),
            Format::Xml if dialect.escape_depth == EscapeDepth::One => (
                format::to_xml(ROOT, self),
                RequestIdAt::Byte(format::XML_DECLARATION.len() + "<ListTasksResponse><RequestId>".len()),
            ),
            _ => (self.to_output().encode(format, dialect), RequestIdAt::Unknown),
        };
        Encoded { body, request_id_at }
    }

    fn to_output(&self) -> Output {
        let task_info = |row: &Row<'_>| TaskInfo {
            cluster_id: row.cluster_id.to_owned(),
            current_step: row.current_step,
            errors: row.errors.to_string(),
            request: row.request.to_owned(),
            result: row.result.to_owned(),
            status: (*row.status).into(),
            task_id: row.task_id.to_owned(),
            task_type: row.task_type.into(),
            total_steps: row.total_steps,
        };
        Output {
            request_id: self.request_id.to_owned(),
            page_number: self.page_number,
            page_size: self.page_size,
            total_count: self.total_count,
            tasks: self.tasks.iter().map(task_info).collect(),
        }
    }
}
