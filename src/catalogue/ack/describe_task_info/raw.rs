//! The catalogue of DescribeTaskInfo on the wire: what no Input can say.

use super::{Input, given, output, task};
use crate::case::{Case, Class, raw_request};
use crate::format::Format;

pub(super) fn catalogue(format: Format) -> Vec<Case<Input>> {
    let version = ("x-acs-version", "2015-12-15");
    let accept = match format {
        Format::Json => ("accept", "application/json"),
        Format::Xml => ("accept", "application/xml"),
    };
    let not_found = (404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.");
    let mut answered = vec![
        ("get", raw_request("GET", "/tasks/T-1", &[accept, version], ""), "route"),
        ("encoded", raw_request("GET", "/tasks/%54%2D1", &[accept, version], ""), "route"),
        (
            "query",
            raw_request("GET", "/tasks/T-1?RegionId=cn-hangzhou", &[accept, version], ""),
            "alibaba.rpc.parameter.unknown",
        ),
        ("version_absent", raw_request("GET", "/tasks/T-1", &[accept], ""), "alibaba.rpc.version.absent"),
        (
            "content_type",
            raw_request("GET", "/tasks/T-1", &[accept, version, ("content-type", "application/json")], ""),
            "headers",
        ),
    ];
    match format {
        Format::Json => answered.extend([
            ("accept.absent", raw_request("GET", "/tasks/T-1", &[version], ""), "alibaba.roa.accept.other"),
            (
                "accept.both",
                raw_request("GET", "/tasks/T-1", &[("accept", "application/xml, application/json"), version], ""),
                "alibaba.roa.accept.other",
            ),
            (
                "accept.octet_stream",
                raw_request("GET", "/tasks/T-1", &[("accept", "application/octet-stream"), version], ""),
                "alibaba.roa.accept.other",
            ),
        ]),
        Format::Xml => answered.extend([
            (
                "accept.text_xml",
                raw_request("GET", "/tasks/T-1", &[("accept", "text/xml"), version], ""),
                "alibaba.roa.accept",
            ),
            ("accept.xml", raw_request("GET", "/tasks/T-1", &[accept, version], ""), "alibaba.roa.accept"),
        ]),
    }
    let refused = [
        (
            "method.post",
            raw_request("POST", "/tasks/T-1", &[accept, version], ""),
            not_found,
            "alibaba.roa.route.unknown",
        ),
        (
            "path.unknown",
            raw_request("GET", "/clusters/c/tasks", &[accept, version], ""),
            not_found,
            "alibaba.roa.route.unknown",
        ),
        (
            "path.longer",
            raw_request("GET", "/tasks/T-1/events", &[accept, version], ""),
            not_found,
            "alibaba.roa.route.unknown",
        ),
        (
            "version.other",
            raw_request("GET", "/tasks/T-1", &[accept, ("x-acs-version", "2018-04-12")], ""),
            (404, "InvalidVersion", "Specified parameter Version is not valid."),
            "alibaba.gateway.invalid_version",
        ),
        (
            "percent.broken",
            raw_request("GET", "/tasks/%zz", &[accept, version], ""),
            (400, "InvalidParameter.Format", "Specified parameter format is not valid."),
            "alibaba.rpc.parameter.malformed",
        ),
        (
            "slash_encoded",
            raw_request("GET", "/tasks/T-1%2F..", &[accept, version], ""),
            (400, "400", "the task T-1/.. not found"),
            "error.not_found",
        ),
    ];
    let case = |name: &str, request| Case::raw(name, format, given(task()), request);
    let mut cases: Vec<Case<Input>> = answered
        .into_iter()
        .map(|(name, request, fact)| case(name, request).shows(&[fact]).answers(output()))
        .collect();
    cases.extend(refused.into_iter().map(|(name, request, (status, code, message), fact)| {
        case(name, request).class(Class::Malformed).shows(&[fact]).refuses(status, code, message)
    }));
    let mut strict = given(task());
    strict.dialect.set("absent_version=refuse").expect("a switch that exists");
    let request = raw_request("GET", "/tasks/T-1", &[accept], "");
    cases.push(
        Case::raw("dialect.absent_version.refuse", format, strict, request)
            .class(Class::Dialect)
            .shows(&["alibaba.rpc.version.absent"])
            .refuses(400, "MissingVersion", "Version is mandatory for this action."),
    );
    cases
}
