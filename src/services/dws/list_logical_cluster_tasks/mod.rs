//! ListLogicalClusterTasks: the tasks of a DWS cluster, filtered, ordered and paged.
//!
//! Document `004`. Its error table has statuses only; the codes and texts are the vendor's from
//! elsewhere.

mod facts;
mod listing;
mod model;

pub(crate) use listing::Listing;
pub use model::{Input, LogicalClusterTaskInfo, Order, Output};

use listing::{Filter, Key};

use super::{Index, SERVICE, State, is_uuid};
use crate::dialect::Offset;
use crate::error_code::{ErrorCode, Refusal, error_codes, row};
use crate::format::Format;
use crate::operation::{Access, Call, Encoded, Operation, Parameter, RequestIdAt};

pub(crate) static OPERATION: Operation = Operation {
    id: "dws.list_logical_cluster_tasks",
    name: "ListLogicalClusterTasks",
    service: &SERVICE,
    method: "GET",
    access: Access::Read,
    path: "/v2/{project_id}/clusters/{cluster_id}/logical-clusters/tasks",
    formats: &[Format::Json],
    parameters: &[
        Parameter::required("project_id"),
        Parameter::required("cluster_id"),
        Parameter::optional("offset").default("0"),
        Parameter::optional("limit").default("10"),
        Parameter::optional("logical_cluster_name"),
        Parameter::optional("type"),
        Parameter::optional("order_by"),
        Parameter::optional("order"),
    ],
    errors: ERRORS,
    facts: facts::FACTS,
    sample: "/v2/9b06d044ea4f49f1a58b2bed2b0084bd/clusters/9b7ff56b-47b3-4d00-a1fd-4c023d34404b/logical-clusters/tasks",
};

const ERRORS: &[ErrorCode] = error_codes! { Service:
    400 "DWS.0001" "Incorrect parameter." ["dws.list_logical_cluster_tasks.error.400"];
    403 "DWS.0015" "Resource not found or permission denied." ["dws.list_logical_cluster_tasks.error.403"];
    404 "DWS.0047" "The cluster does not exist." ["dws.list_logical_cluster_tasks.error.404"];
    500 "DWS.0005" "Server failure." ["dws.list_logical_cluster_tasks.error.500"];
};

const INCORRECT: &ErrorCode = row(ERRORS, "DWS.0001");
const NO_CLUSTER: &ErrorCode = row(ERRORS, "DWS.0047");

/// What fits the SDKs' 32-bit integers.
const LARGEST: u64 = 2_147_483_647;

/// The tasks of one page, encoded.
pub(crate) fn answer(state: &State, index: &mut Index, call: &Call<'_>) -> Result<Encoded, Refusal> {
    let cluster_id = call.required("cluster_id");
    if !is_uuid(cluster_id) {
        return Err(INCORRECT.about("cluster_id"));
    }
    let offset = call.number("offset", 0..=LARGEST, 0, INCORRECT)?;
    let limit = call.number("limit", 1..=LARGEST, 10, INCORRECT)?;
    let descends = match call.value("order") {
        None | Some("ASC") => false,
        Some("DESC") => true,
        Some(_) => return Err(INCORRECT.about("order")),
    };
    let order_by = match call.value("order_by") {
        None => Key::StartTime,
        Some(name) => Key::named(name).ok_or_else(|| INCORRECT.about("order_by"))?,
    };
    let Some(listing) = index.cluster(call.required("project_id"), cluster_id) else {
        return Err(NO_CLUSTER.about(""));
    };
    let filter = Filter {
        logical_cluster_name: call.value("logical_cluster_name").map(str::to_owned),
        r#type: call.value("type").map(str::to_owned),
        order_by,
    };
    let listed = listing.listed(&state.tasks, filter, call.now);
    let skipped = match call.dialect.offset {
        Offset::Page => offset * limit,
        Offset::Row => offset,
    };
    // What does not fit a usize is past the end of any list.
    let (skipped, limit) = (usize::try_from(skipped).unwrap_or(usize::MAX), limit as usize);
    let shown = |at: &u32| state.tasks[*at as usize].shown(call.now, call.dialect.unfinished);
    let logical_cluster_tasks = match descends {
        false => listed.iter().skip(skipped).take(limit).map(shown).collect(),
        true => listed.iter().rev().skip(skipped).take(limit).map(shown).collect(),
    };
    let output = Output { logical_cluster_tasks, count: listed.len() as u64 };
    Ok(Encoded { body: output.encode(), request_id_at: RequestIdAt::Nowhere })
}
