//! The refusals in the catalogue of ListTasks, with their words by hand.

use super::{Input, given, input, running};
use crate::case::Case;
use crate::catalogue::gateway;
use crate::format::Format;
use crate::operation::OperationInput;

/// Every row of the table and of the gateway's, caused where an Input can cause it, else by a fault.
pub(super) fn catalogue(format: Format) -> Vec<Case<Input>> {
    let mut cases = vec![
        Case::named("cluster_id.unknown", format, given([running(1)]), Input::new("x"))
            .shows(&["error.cluster_not_found"])
            .refuses(404, "ClusterNotFound", "The specified cluster does not exist."),
        Case::named("cluster_id.empty", format, given([running(1)]), Input::new(""))
            .shows(&["input.cluster_id", "alibaba.gateway.missing", "alibaba.rpc.parameter.empty"])
            .refuses(400, "MissingClusterId", "ClusterId is mandatory for this action."),
    ];
    let envelope: &'static str = match format {
        Format::Json => "alibaba.error.envelope",
        Format::Xml => "alibaba.error.content_type",
    };
    let fault: [(&str, u16, &str, &str, &'static str); 8] = [
        ("invalid_params", 400, "InvalidParams", "Invalid param: PageNumber", "error.invalid_params"),
        ("not_enabled", 400, "NotEnabled", "You have not enabled this service", "error.not_enabled"),
        (
            "cluster_not_found",
            404,
            "ClusterNotFound",
            "The specified cluster does not exist.",
            "error.cluster_not_found",
        ),
        ("db_error", 406, "DbError", "A database service error occurred.", "error.db_error"),
        ("redis_error", 406, "RedisError", "A Redis service error occurred.", "error.redis_error"),
        (
            "not_authorized",
            407,
            "NotAuthorized",
            "You are not authorized by RAM for this request.",
            "error.not_authorized",
        ),
        ("unknown_error", 500, "UnknownError", "An unknown error occurred.", "error.unknown_error"),
        (
            "service_unavailable",
            503,
            "ServiceUnavailable",
            "The request has failed due to a temporary failure of the server",
            "error.service_unavailable",
        ),
    ];
    for (name, status, code, message, fact) in fault {
        let also = if code == "NotAuthorized" { "error.not_authorized.proxy" } else { envelope };
        cases.push(
            Case::named(format!("error.{name}"), format, given([running(1)]).refusing(Input::ID, code), input())
                .shows(&[fact, also, envelope])
                .refuses(status, code, message),
        );
    }
    cases.extend(gateway::cases(format, &given([running(1)]), &input()));
    cases
}
