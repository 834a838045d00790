//! The catalogue of ListTasks on the wire: what no Input can say, and every way to say the same to
//! Alibaba's RPC gateway.

use super::{Input, Output, given, page, running, shown};
use crate::case::{Case, Class, raw_request};
use crate::format::Format;
use crate::http::Request;
use crate::services::State;

/// A GET of cluster `c`, with more parameters.
fn get(format: Format, more: &str) -> Request {
    let format = format.to_string().to_ascii_uppercase();
    raw_request("GET", &format!("/?Action=ListTasks&Version=2018-04-12&Format={format}&ClusterId=c{more}"), &[], "")
}

fn one() -> State {
    given([running(1)])
}

fn answer() -> Output {
    page(1, 10, 1, vec![shown(1)])
}

pub(super) fn catalogue(format: Format) -> Vec<Case<Input>> {
    let mut cases = numbers(format);
    cases.extend(booleans(format));
    cases.extend(ways_to_ask(format));
    cases.extend(formats(format));
    cases.extend(refusals(format));
    cases
}

fn case(name: &str, format: Format, request: Request) -> crate::case::CaseWithoutAnswer<Input> {
    Case::raw(name, format, one(), request)
}

/// Both numbers, in every way to write one that is none.
fn numbers(format: Format) -> Vec<Case<Input>> {
    let mut cases = Vec::new();
    for (parameter, field, fact) in
        [("PageNumber", "page_number", "input.page_number"), ("PageSize", "page_size", "input.page_size")]
    {
        for (name, text) in [
            ("not_a_number", "ten"),
            ("negative", "-1"),
            ("plus_sign", "%2B1"),
            ("fraction", "1.0"),
            ("exponent", "1e1"),
            ("hexadecimal", "0x1"),
            ("space_before", "%201"),
            ("space_after", "1%20"),
            ("other_digits", "%EF%BC%91"),
            ("over_32_bits", "4294967296"),
            ("over_64_bits", "18446744073709551617"),
            ("over_128_bits", "340282366920938463463374607431768211457"),
            ("quoted", "%221%22"),
            ("nul", "1%00"),
        ] {
            let request = get(format, &format!("&{parameter}={text}"));
            let case = case(&format!("{field}.{name}"), format, request).class(Class::Malformed);
            let case = case.shows(&["number.syntax", "bounds.refusal", fact]);
            cases.push(case.refuses(400, "InvalidParams", &format!("Invalid param: {parameter}")));
        }
        for (name, more, value, fact) in [
            ("empty", format!("&{parameter}="), None, "alibaba.rpc.parameter.empty"),
            ("without_value", format!("&{parameter}"), None, "alibaba.rpc.parameter.empty"),
            ("leading_zero", format!("&{parameter}=007"), Some(7), "number.syntax"),
            ("given_twice", format!("&{parameter}=2&{parameter}=3"), Some(2), "alibaba.rpc.parameter.duplicate"),
            (
                "given_twice_second_wrong",
                format!("&{parameter}=2&{parameter}=x"),
                Some(2),
                "alibaba.rpc.parameter.duplicate",
            ),
        ] {
            let mut then = answer();
            match (value, field) {
                (Some(number), "page_number") => then = page(number, 10, 1, vec![]),
                (Some(size), _) => then.page_size = size,
                (None, _) => {}
            }
            let case = case(&format!("{field}.{name}"), format, get(format, &more));
            cases.push(case.shows(&[fact]).answers(then));
        }
    }
    cases
}

fn booleans(format: Format) -> Vec<Case<Input>> {
    let mut cases = Vec::new();
    for (name, text) in
        [("upper", "TRUE"), ("title", "True"), ("mixed", "tRUE"), ("title_false", "False"), ("empty", "")]
    {
        let fact: &'static str = if text.is_empty() { "alibaba.rpc.parameter.empty" } else { "archived.letter_case" };
        let case = case(&format!("archived.{name}"), format, get(format, &format!("&Archived={text}")));
        cases.push(case.shows(&[fact]).answers(answer()));
    }
    for (name, text) in [("number", "1"), ("word", "yes"), ("space", "true%20"), ("quoted", "%22true%22")] {
        let case = case(&format!("archived.{name}"), format, get(format, &format!("&Archived={text}")));
        let case = case.class(Class::Malformed).shows(&["archived.syntax", "bounds.refusal"]);
        cases.push(case.refuses(400, "InvalidParams", "Invalid param: Archived"));
    }
    // With a TaskId, Archived is void, whatever it says.
    let request = get(format, "&Archived=yes&TaskId=T1");
    cases.push(case("archived.void", format, request).shows(&["task_id.voids_archived"]).answers(answer()));
    cases
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Ways to ask for the same page that SDKs were seen to take.
fn ways_to_ask(format: Format) -> Vec<Case<Input>> {
    let upper = format.to_string().to_ascii_uppercase();
    let common = format!("Action=ListTasks&Version=2018-04-12&Format={upper}");
    let rows = [
        ("get", get(format, ""), "alibaba.rpc.method"),
        ("post_query", raw_request("POST", &format!("/?{common}&ClusterId=c"), &[], ""), "alibaba.rpc.method"),
        ("post_form", raw_request("POST", "/", &[FORM], &format!("{common}&ClusterId=c")), "alibaba.rpc.method"),
        ("post_both", raw_request("POST", &format!("/?{common}"), &[FORM], "ClusterId=c"), "alibaba.rpc.method"),
        (
            "action_in_headers",
            raw_request(
                "POST",
                &format!("/?Format={upper}&ClusterId=c"),
                &[("x-acs-action", "ListTasks"), ("x-acs-version", "2018-04-12")],
                "",
            ),
            "alibaba.rpc.action.place",
        ),
        ("unknown_parameter", get(format, "&RegionId=cn-hangzhou&SignatureType="), "alibaba.rpc.parameter.unknown"),
        (
            "query_before_form",
            raw_request("POST", &format!("/?{common}&ClusterId=c"), &[FORM], "ClusterId=x&PageSize=10"),
            "alibaba.rpc.parameter.duplicate",
        ),
        ("wrong_signature", get(format, "&AccessKeyId=nobody&Signature=wrong"), "credentials.unchecked"),
        (
            "without_version",
            raw_request("GET", &format!("/?Action=ListTasks&Format={upper}&ClusterId=c"), &[], ""),
            "alibaba.rpc.version.absent",
        ),
        ("version", get(format, ""), "alibaba.rpc.version"),
        ("encoded_name", raw_request("GET", &format!("/?{common}&Cluster%49d=%63"), &[], ""), "alibaba.rpc.space"),
    ];
    let mut cases: Vec<Case<Input>> = rows
        .into_iter()
        .map(|(name, request, fact)| case(name, format, request).shows(&[fact]).answers(answer()))
        .collect();
    for (name, space) in [("plus", "+"), ("percent_twenty", "%20")] {
        let mut task = running(1);
        task.task_id = "a b".to_owned();
        let shown = super::TaskInfo { task_id: "a b".to_owned(), ..shown(1) };
        let request = get(format, &format!("&TaskId=a{space}b"));
        let case = Case::raw(&format!("space.{name}"), format, given([task]), request);
        cases.push(case.shows(&["alibaba.rpc.space"]).answers(page(1, 10, 1, vec![shown])));
    }
    cases
}

/// Ways to ask for an encoding.
fn formats(format: Format) -> Vec<Case<Input>> {
    const TARGET: &str = "/?Action=ListTasks&Version=2018-04-12&ClusterId=c";
    let with = |text: &str| raw_request("GET", &format!("{TARGET}&Format={text}"), &[], "");
    let mut rows = match format {
        Format::Json => vec![
            ("lower", with("json"), "alibaba.rpc.format"),
            ("mixed", with("Json"), "alibaba.rpc.format"),
            (
                "accept_json",
                raw_request("GET", TARGET, &[("accept", "application/json")], ""),
                "alibaba.rpc.format.default",
            ),
            (
                "signed_v3",
                raw_request("GET", TARGET, &[("authorization", "ACS3-HMAC-SHA256 Credential=a")], ""),
                "alibaba.rpc.format.default",
            ),
            (
                "hash_v3",
                raw_request("GET", TARGET, &[("x-acs-content-sha256", "e3b0")], ""),
                "alibaba.rpc.format.default",
            ),
            (
                "before_accept",
                raw_request("GET", &format!("{TARGET}&Format=JSON"), &[("accept", "application/xml")], ""),
                "alibaba.rpc.format",
            ),
        ],
        Format::Xml => vec![
            ("lower", with("xml"), "alibaba.rpc.format"),
            ("absent", raw_request("GET", TARGET, &[], ""), "alibaba.rpc.format.default"),
            ("empty", with(""), "alibaba.rpc.format.default"),
            ("none", with("None"), "alibaba.rpc.format.none"),
            (
                "before_accept",
                raw_request("GET", &format!("{TARGET}&Format=XML"), &[("accept", "application/json")], ""),
                "alibaba.rpc.format",
            ),
        ],
    };
    rows.push(("given_twice", with(&format!("{format}&Format=other")), "alibaba.rpc.parameter.duplicate"));
    let mut cases: Vec<Case<Input>> = rows
        .into_iter()
        .map(|(name, request, fact)| {
            let content_type: &'static str =
                if format == Format::Json { "alibaba.content_type.json" } else { "encoding.xml" };
            case(&format!("format.{name}"), format, request).shows(&[fact, content_type]).answers(answer())
        })
        .collect();
    if format == Format::Json {
        let mut state = one();
        state.dialect.set("default_format=json").expect("a switch that exists");
        let request = raw_request("GET", TARGET, &[], "");
        let case = Case::raw("dialect.default_format.json", format, state, request).class(Class::Dialect);
        cases.push(case.shows(&["alibaba.rpc.format.default"]).answers(answer()));
    }
    cases
}

/// What the gateway refuses before the service sees it, and which refusal comes first.
fn refusals(format: Format) -> Vec<Case<Input>> {
    let upper = format.to_string().to_ascii_uppercase();
    let target = |query: &str| raw_request("GET", &format!("/?Format={upper}{query}"), &[], "");
    let not_found = (404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.");
    let bad_version = (404, "InvalidVersion", "Specified parameter Version is not valid.");
    let bad_format = (400, "InvalidParameter.Format", "Specified parameter format is not valid.");
    let no_cluster = (400, "MissingClusterId", "ClusterId is mandatory for this action.");
    let accept = match format {
        Format::Json => "application/json",
        Format::Xml => "application/xml",
    };
    let rows = [
        ("action.unknown", target("&Action=ListTask&Version=2018-04-12"), not_found, "alibaba.gateway.invalid_action"),
        (
            "action.letter_case",
            target("&Action=listtasks&Version=2018-04-12"),
            not_found,
            "alibaba.gateway.invalid_action",
        ),
        (
            "action.absent",
            target("&Version=2018-04-12&ClusterId=c"),
            (400, "MissingAction", "Action is mandatory for this action."),
            "alibaba.gateway.missing",
        ),
        (
            "method.put",
            raw_request("PUT", &format!("/?Format={upper}&Action=ListTasks&Version=2018-04-12&ClusterId=c"), &[], ""),
            not_found,
            "alibaba.rpc.method.unsupported",
        ),
        (
            "method.delete",
            raw_request(
                "DELETE",
                &format!("/?Format={upper}&Action=ListTasks&Version=2018-04-12&ClusterId=c"),
                &[],
                "",
            ),
            not_found,
            "alibaba.rpc.method.unsupported",
        ),
        (
            "version.other",
            target("&Action=ListTasks&Version=2017-07-14&ClusterId=c"),
            bad_version,
            "alibaba.gateway.invalid_version",
        ),
        ("version.before_missing", target("&Action=ListTasks&Version=1"), bad_version, "alibaba.refusal.order"),
        ("cluster_id.absent", target("&Action=ListTasks&Version=2018-04-12"), no_cluster, "input.cluster_id"),
        (
            "cluster_id.letter_case",
            target("&Action=ListTasks&Version=2018-04-12&clusterid=c"),
            no_cluster,
            "alibaba.parameter.name",
        ),
        (
            "missing_before_bounds",
            target("&Action=ListTasks&Version=2018-04-12&PageSize=0"),
            no_cluster,
            "alibaba.refusal.order",
        ),
        (
            "bounds_before_existence",
            target("&Action=ListTasks&Version=2018-04-12&ClusterId=x&PageSize=0"),
            (400, "InvalidParams", "Invalid param: PageSize"),
            "alibaba.refusal.order",
        ),
        ("percent.broken", get(format, "&TaskId=%zz"), bad_format, "alibaba.rpc.parameter.malformed"),
        ("percent.cut", get(format, "&TaskId=%4"), bad_format, "alibaba.rpc.parameter.malformed"),
        ("percent.not_utf_8", get(format, "&TaskId=%ff%fe"), bad_format, "alibaba.rpc.parameter.malformed"),
        (
            "format.unsupported",
            raw_request(
                "GET",
                "/?Action=ListTasks&Version=2018-04-12&ClusterId=c&Format=YAML",
                &[("accept", accept)],
                "",
            ),
            bad_format,
            "alibaba.rpc.format.unsupported",
        ),
    ];
    let mut cases: Vec<Case<Input>> = rows
        .into_iter()
        .map(|(name, request, (status, code, message), fact)| {
            case(name, format, request).class(Class::Malformed).shows(&[fact]).refuses(status, code, message)
        })
        .collect();
    let mut state = one();
    state.dialect.set("absent_version=refuse").expect("a switch that exists");
    let request = target("&Action=ListTasks&ClusterId=c");
    let case = Case::raw("dialect.absent_version.refuse", format, state, request).class(Class::Dialect);
    cases.push(case.shows(&["alibaba.rpc.version.absent"]).refuses(
        400,
        "MissingVersion",
        "Version is mandatory for this action.",
    ));
    cases
}
