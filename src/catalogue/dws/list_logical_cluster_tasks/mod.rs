//! The catalogue of ListLogicalClusterTasks: what its Input can say, with answers written by hand.

mod random;
mod raw;

use crate::case::{Case, Class, Facts, Field, FieldKind, Paging, Refusal, Source, field};
use crate::catalogue::gateway;
use crate::clock::{Span, Timestamp};
use crate::draw::ADVERSARIAL;
use crate::format::Format;
use crate::operation::OperationInput;
use crate::services::State;
use crate::services::dws::list_logical_cluster_tasks::{Input, LogicalClusterTaskInfo, Order, Output};
use crate::services::dws::{Cluster, Task};

impl Source for Input {
    type Sketch = random::Plan;

    const FIELDS: &'static [Field] = &[
        field("/count", FieldKind::Long),
        field("/logical_cluster_tasks/0/type", FieldKind::Word).optional(),
        field("/logical_cluster_tasks/0/logical_cluster_name", FieldKind::Text).optional(),
        field("/logical_cluster_tasks/0/start_time", FieldKind::Text).optional(),
        field("/logical_cluster_tasks/0/end_time", FieldKind::Text).optional(),
        field("/logical_cluster_tasks/0/result", FieldKind::Word).optional(),
        field("/logical_cluster_tasks/0/log", FieldKind::Text).optional(),
    ];

    fn cases(_: Format) -> Vec<Case<Self>> {
        let mut cases = lists();
        cases.extend(bounds());
        cases.extend(refusals());
        cases.extend(texts());
        cases.extend(times());
        cases.extend(filters_and_orders());
        cases.extend(dialects());
        cases.extend(pages());
        cases
    }

    fn raw_requests(_: Format) -> Vec<Case<Self>> {
        raw::catalogue()
    }

    fn paging() -> Option<Paging<Self>> {
        Some(Paging {
            given: |count| given((1..=count).map(running)),
            ask: |page, size| Input { offset: Some(page), limit: Some(size), ..input() },
            items: "logical_cluster_tasks",
            total: "count",
            echo: None,
            facts: [
                "dws.list_logical_cluster_tasks.offset.unit",
                "dws.list_logical_cluster_tasks.output.count",
                "dws.list_logical_cluster_tasks.offset.unit",
            ],
        })
    }

    fn is_empty(output: &Output) -> bool {
        output.logical_cluster_tasks.is_empty()
    }
}

/// 2026-11-21T20:00:00Z.
pub(super) const CLOCK: i64 = 1_795_291_200_000;
pub(super) const CLUSTER: &str = "00000000-0000-4000-8000-000000000001";
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000009";

/// The cluster in the project `p`, with tasks.
pub(super) fn given(tasks: impl IntoIterator<Item = Task>) -> State {
    let mut state = State::at(Timestamp::from_unix_millis(CLOCK));
    state.dws.clusters.push(Cluster { project_id: "p".to_owned(), cluster_id: CLUSTER.to_owned() });
    state.dws.tasks = tasks.into_iter().collect();
    state
}

/// A task of `lc{minutes}` that was started so many minutes ago, at most 59, and takes two hours.
pub(super) fn running(minutes: u32) -> Task {
    let started = Timestamp::from_unix_millis(CLOCK - i64::from(minutes) * 60_000);
    let task = Task::new(CLUSTER, &format!("lc{minutes}"), "Grow").takes(Span::seconds(7200));
    Task { started: Some(started), ..task }
}

/// What it shows.
pub(super) fn shown(minutes: u32) -> LogicalClusterTaskInfo {
    LogicalClusterTaskInfo {
        r#type: Some("Grow".to_owned()),
        logical_cluster_name: Some(format!("lc{minutes}")),
        start_time: Some(format!("2026-11-21 19:{:02}:00", 60 - minutes)),
        end_time: Some(String::new()),
        result: Some(String::new()),
        log: Some(String::new()),
    }
}

/// What a task shows that ended half a minute after its start.
fn shown_ended(minutes: u32, result: &str, log: &str) -> LogicalClusterTaskInfo {
    LogicalClusterTaskInfo {
        end_time: Some(format!("2026-11-21 19:{:02}:30", 60 - minutes)),
        result: Some(result.to_owned()),
        log: Some(log.to_owned()),
        ..shown(minutes)
    }
}

fn ended(minutes: u32) -> Task {
    running(minutes).takes(Span::seconds(30))
}

pub(super) fn output(count: u64, logical_cluster_tasks: Vec<LogicalClusterTaskInfo>) -> Output {
    Output { logical_cluster_tasks, count }
}

pub(super) fn input() -> Input {
    Input::new("p", CLUSTER)
}

fn case(name: impl Into<String>, given: State, when: Input) -> crate::case::CaseWithoutAnswer<Input> {
    Case::named(name, Format::Json, given, when)
}

fn lists() -> Vec<Case<Input>> {
    let just_started = running(0);
    let mut to_come = running(1);
    to_come.started = Some(Timestamp::from_unix_millis(CLOCK + 1));
    let just_shown = LogicalClusterTaskInfo { start_time: Some("2026-11-21 20:00:00".to_owned()), ..shown(0) };
    vec![
        case("empty", given([]), input())
            .class(Class::Edge)
            .shows(&["output.logical_cluster_tasks", "output.count", "status.200"])
            .answers(output(0, vec![])),
        case("one", given([running(1)]), input())
            .shows(&[
                "purpose",
                "route",
                "input.project_id",
                "input.cluster_id",
                "input.body",
                "cluster_id.uuid",
                "output.type",
                "output.logical_cluster_name",
                "output.start_time",
                "output.end_time",
                "output.result",
                "output.log",
                "output.logical_cluster_tasks",
                "output.count",
                "task.running",
                "offset.default",
                "limit.default",
                "status.200",
                "time",
                "time.zone",
            ])
            .answers(output(1, vec![shown(1)]))
            .makes_bodies(),
        case("full", given([ended(2).fails("no space"), ended(1).log("done")]), input())
            .shows(&["order.default", "result.success", "result.failed", "log", "output.result", "output.log"])
            .answers(output(2, vec![shown_ended(2, "failed", "no space"), shown_ended(1, "success", "done")]))
            .makes_bodies(),
        case("two", given([running(1), running(2)]), input())
            .shows(&["order.default"])
            .answers(output(2, vec![shown(2), shown(1)])),
        case("start.at_this_instant", given([just_started]), input())
            .class(Class::Edge)
            .shows(&["output.start_time"])
            .answers(output(1, vec![just_shown])),
        case("start.to_come", given([to_come, running(2)]), input())
            .class(Class::Edge)
            .shows(&["output.start_time", "output.count"])
            .answers(output(1, vec![shown(2)])),
        case("end.at_this_instant", given([running(1).takes(Span::seconds(60)).log("done")]), input())
            .class(Class::Edge)
            .shows(&["output.end_time", "result.success"])
            .answers(output(
                1,
                vec![LogicalClusterTaskInfo {
                    end_time: Some("2026-11-21 20:00:00".to_owned()),
                    ..shown_ended(1, "success", "done")
                }],
            )),
        case("end.a_second_away", given([running(1).takes(Span::seconds(61)).log("done")]), input())
            .class(Class::Edge)
            .shows(&["task.running"])
            .answers(output(1, vec![shown(1)])),
        case("end.never", given([running(1).takes(Span::seconds(1)).never_ends()]), input())
            .class(Class::Edge)
            .shows(&["task.running"])
            .answers(output(1, vec![shown(1)])),
    ]
}

/// Both numbers on either side of each bound; what is below 0 is on the wire. One task runs.
fn bounds() -> Vec<Case<Input>> {
    let mut cases = Vec::new();
    let offsets: [(&str, u32, bool, &[&'static str]); 6] = [
        ("0", 0, true, &["offset.min", "input.offset"]),
        ("1", 1, true, &["offset.unit", "input.offset"]),
        ("max_minus_1", 2_147_483_646, true, &["number.max"]),
        ("max", 2_147_483_647, true, &["number.max"]),
        ("max_plus_1", 2_147_483_648, false, &["number.max", "bounds.refusal"]),
        ("overflow", u32::MAX, false, &["number.max", "bounds.refusal"]),
    ];
    for (name, offset, is_valid, facts) in offsets {
        let when = Input { offset: Some(offset), ..input() };
        let case = case(format!("offset.{name}"), given([running(1)]), when).class(Class::Edge).shows(facts);
        cases.push(match (is_valid, offset) {
            (true, 0) => case.answers(output(1, vec![shown(1)])),
            (true, _) => case.answers(output(1, vec![])),
            (false, _) => case.refuses(400, "DWS.0001", "Incorrect parameter."),
        });
    }
    let limits: [(&str, u32, bool, &[&'static str]); 7] = [
        ("min_minus_1", 0, false, &["limit.min", "bounds.refusal", "status.400", "error.400"]),
        ("min", 1, true, &["limit.min", "input.limit"]),
        ("min_plus_1", 2, true, &["limit.min", "input.limit"]),
        ("max_minus_1", 2_147_483_646, true, &["number.max"]),
        ("max", 2_147_483_647, true, &["number.max"]),
        ("max_plus_1", 2_147_483_648, false, &["number.max", "bounds.refusal"]),
        ("overflow", u32::MAX, false, &["number.max", "bounds.refusal"]),
    ];
    for (name, limit, is_valid, facts) in limits {
        let when = Input { limit: Some(limit), ..input() };
        let case = case(format!("limit.{name}"), given([running(1)]), when).class(Class::Edge).shows(facts);
        cases.push(match is_valid {
            true => case.answers(output(1, vec![shown(1)])),
            false => case.refuses(400, "DWS.0001", "Incorrect parameter."),
        });
    }
    let both = Input { offset: Some(2_147_483_647), limit: Some(2_147_483_647), ..input() };
    cases.push(
        case("bounds.both_max", given([running(1)]), both)
            .class(Class::Edge)
            .shows(&["number.max", "offset.unit"])
            .answers(output(1, vec![])),
    );
    cases
}

/// Every row of the table and of the gateway's, caused where an Input can cause it, else by a fault.
fn refusals() -> Vec<Case<Input>> {
    let one = || {
        let mut state = given([running(1)]);
        let cluster_id = "abcdefab-0000-4000-8000-000000000001".to_owned();
        state.dws.clusters.push(Cluster { project_id: "p".to_owned(), cluster_id });
        state
    };
    let incorrect = (400, "DWS.0001", "Incorrect parameter.");
    let no_cluster = (404, "DWS.0047", "The cluster does not exist.");
    let no_api = (404, "APIGW.0101", "The API does not exist or has not been published in the environment.");
    let ordered = |order: &str| Input { order: Some(Order::from(order)), ..input() };
    let by = |field: &str| Input { order_by: Some(field.to_owned()), ..input() };
    let rows: [(&str, Input, Refusal, Facts); 17] = [
        ("cluster_id.unknown", Input::new("p", UNKNOWN), no_cluster, &["error.404", "error.404.text", "status.404"]),
        ("project_id.unknown", Input::new("q", CLUSTER), no_cluster, &["cluster_id.project", "error.404"]),
        (
            "cluster_id.letter_case",
            Input::new("p", "ABCDEFAB-0000-4000-8000-000000000001"),
            no_cluster,
            &["cluster_id.letter_case"],
        ),
        ("cluster_id.no_uuid", Input::new("p", "c"), incorrect, &["cluster_id.uuid", "error.400", "status.400"]),
        ("cluster_id.35_digits", Input::new("p", &UNKNOWN[1..]), incorrect, &["cluster_id.uuid"]),
        ("cluster_id.37_digits", Input::new("p", &format!("{UNKNOWN}0")), incorrect, &["cluster_id.uuid"]),
        ("cluster_id.no_digit", Input::new("p", &UNKNOWN.replace('9', "g")), incorrect, &["cluster_id.uuid"]),
        ("cluster_id.no_dashes", Input::new("p", &UNKNOWN.replace('-', "0")), incorrect, &["cluster_id.uuid"]),
        ("cluster_id.other_script", Input::new("p", &"é".repeat(18)), incorrect, &["cluster_id.uuid"]),
        ("cluster_id.empty", Input::new("p", ""), no_api, &["input.cluster_id", "huawei.gateway.not_found"]),
        ("project_id.empty", Input::new("", CLUSTER), no_api, &["input.project_id", "huawei.gateway.not_found"]),
        ("order.lower_case", ordered("asc"), incorrect, &["order.other", "bounds.refusal"]),
        ("order.word", ordered("UP"), incorrect, &["order.other", "bounds.refusal"]),
        ("order.blank", ordered(" "), incorrect, &["order.other", "bounds.refusal"]),
        ("order_by.unknown", by("count"), incorrect, &["order_by.alias", "bounds.refusal"]),
        ("order_by.letter_case", by("STARTTIME"), incorrect, &["order_by.alias", "bounds.refusal"]),
        ("order_by.list", by("startTime,endTime"), incorrect, &["order_by.alias", "bounds.refusal"]),
    ];
    let mut cases: Vec<Case<Input>> = rows
        .into_iter()
        .map(|(name, when, (status, code, message), facts)| {
            case(name, one(), when).shows(facts).refuses(status, code, message)
        })
        .collect();
    let fault: [(&str, Refusal, Facts); 7] = [
        ("400", incorrect, &["error.400", "status.400", "error.body"]),
        (
            "403",
            (403, "DWS.0015", "Resource not found or permission denied."),
            &["error.403", "status.403", "huawei.error.body"],
        ),
        ("404", no_cluster, &["error.404", "status.404", "huawei.request_id"]),
        ("500", (500, "DWS.0005", "Server failure."), &["error.500", "status.500"]),
        ("gateway.404", no_api, &["huawei.gateway.not_found"]),
        (
            "401",
            (401, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found"),
            &["huawei.gateway.unauthorized", "status.401"],
        ),
        ("503", (503, "APIGW.0613", "Service unavailable."), &["huawei.gateway.unavailable", "status.503"]),
    ];
    for (name, (status, code, message), facts) in fault {
        let given = one().refusing(Input::ID, code);
        cases.push(case(format!("error.{name}"), given, input()).shows(facts).refuses(status, code, message));
    }
    cases.extend(gateway::cases(Format::Json, &given([running(1)]), &input()));
    cases
}

fn texts() -> Vec<Case<Input>> {
    let mut cases: Vec<Case<Input>> = ADVERSARIAL
        .iter()
        .map(|(name, text, _)| {
            case(format!("text.{name}"), given([ended(1).log(text)]), input())
                .class(Class::Edge)
                .shows(&["log"])
                .answers(output(1, vec![shown_ended(1, "success", text)]))
        })
        .collect();
    let long = "x".repeat(65_537);
    cases.push(
        case("text.long", given([ended(1).fails(&long)]), input())
            .class(Class::Edge)
            .shows(&["log"])
            .answers(output(1, vec![shown_ended(1, "failed", &long)])),
    );
    let name = "a b&c=d+e%41*~é😀'\"<>#?/";
    let mut task = running(1);
    task.logical_cluster_name = name.to_owned();
    let when = Input { logical_cluster_name: Some(name.to_owned()), ..input() };
    cases.push(
        case("text.logical_cluster_name", given([task, running(2)]), when)
            .class(Class::Edge)
            .shows(&["input.logical_cluster_name", "filter.exact"])
            .answers(output(
                1,
                vec![LogicalClusterTaskInfo { logical_cluster_name: Some(name.to_owned()), ..shown(1) }],
            )),
    );
    cases
}

fn times() -> Vec<Case<Input>> {
    let rows: [(&str, i64, &str, &str); 6] = [
        ("before_new_year", 1_767_225_599_000, "2025-12-31 23:59:59", "2026-01-01 00:00:00"),
        ("new_year_in_china", 1_767_196_799_000, "2025-12-31 15:59:59", "2025-12-31 16:00:00"),
        ("leap_day", 1_709_164_799_000, "2024-02-28 23:59:59", "2024-02-29 00:00:00"),
        ("part_of_a_second", 1_709_164_799_999, "2024-02-28 23:59:59", "2024-02-29 00:00:00"),
        ("epoch", -1_000, "1969-12-31 23:59:59", "1970-01-01 00:00:00"),
        ("summer_time", 1_774_745_999_000, "2026-03-29 00:59:59", "2026-03-29 01:00:00"),
    ];
    rows.into_iter()
        .map(|(name, millis, start, end)| {
            let started = Timestamp::from_unix_millis(millis);
            let mut task = running(1).takes(Span::seconds(1));
            task.started = Some(started);
            let mut state = given([task]);
            state.clock = started.after(std::time::Duration::from_secs(1)).into();
            let shown = LogicalClusterTaskInfo {
                start_time: Some(start.to_owned()),
                end_time: Some(end.to_owned()),
                result: Some("success".to_owned()),
                ..shown(1)
            };
            case(format!("time.{name}"), state, input())
                .class(Class::Edge)
                .shows(&["time", "time.zone"])
                .answers(output(1, vec![shown]))
        })
        .collect()
}

/// Filters alone and together, and every field to order by in both directions.
fn filters_and_orders() -> Vec<Case<Input>> {
    // lc4 is oldest; lc1 and lc3 have ended.
    let four = || {
        let mut tasks = [ended(4).log("b"), ended(3).fails("a"), running(2), ended(1).log("c")];
        tasks[1].r#type = "Create".to_owned();
        tasks[2].r#type = "Create".to_owned();
        given(tasks)
    };
    let create = |info: LogicalClusterTaskInfo| LogicalClusterTaskInfo { r#type: Some("Create".to_owned()), ..info };
    let info = |minutes: u32| match minutes {
        4 => shown_ended(4, "success", "b"),
        3 => create(shown_ended(3, "failed", "a")),
        2 => create(shown(2)),
        _ => shown_ended(1, "success", "c"),
    };
    let list = |order: &[u32]| order.iter().map(|minutes| info(*minutes)).collect::<Vec<_>>();
    let text = |text: &str| Some(text.to_owned());
    let filters: [(&str, Input, &[u32], &[&'static str]); 10] = [
        ("name", Input { logical_cluster_name: text("lc3"), ..input() }, &[3], &["input.logical_cluster_name"]),
        ("name.unknown", Input { logical_cluster_name: text("lc"), ..input() }, &[], &["filter.exact"]),
        ("name.letter_case", Input { logical_cluster_name: text("LC3"), ..input() }, &[], &["filter.exact"]),
        ("name.empty", Input { logical_cluster_name: text(""), ..input() }, &[4, 3, 2, 1], &["huawei.parameter.empty"]),
        ("type", Input { r#type: text("Create"), ..input() }, &[3, 2], &["input.type", "count.filtered"]),
        ("type.unknown", Input { r#type: text("Expand"), ..input() }, &[], &["filter.exact"]),
        ("type.letter_case", Input { r#type: text("create"), ..input() }, &[], &["filter.exact"]),
        ("type.empty", Input { r#type: text(""), ..input() }, &[4, 3, 2, 1], &["huawei.parameter.empty"]),
        (
            "both",
            Input { logical_cluster_name: text("lc2"), r#type: text("Create"), ..input() },
            &[2],
            &["input.type", "input.logical_cluster_name", "count.filtered"],
        ),
        (
            "both.contradict",
            Input { logical_cluster_name: text("lc4"), r#type: text("Create"), ..input() },
            &[],
            &["filter.exact", "count.filtered"],
        ),
    ];
    let mut cases: Vec<Case<Input>> = filters
        .into_iter()
        .map(|(name, when, order, facts)| {
            case(format!("filter.{name}"), four(), when).shows(facts).answers(output(order.len() as u64, list(order)))
        })
        .collect();
    // Ties keep the order of their start.
    let orders: [(&str, [u32; 4]); 10] = [
        ("startTime", [4, 3, 2, 1]),
        ("start_time", [4, 3, 2, 1]),
        ("endTime", [2, 4, 3, 1]),
        ("end_time", [2, 4, 3, 1]),
        ("logicalClusterName", [1, 2, 3, 4]),
        ("logical_cluster_name", [1, 2, 3, 4]),
        ("type", [3, 2, 4, 1]),
        ("result", [2, 3, 4, 1]),
        ("log", [2, 3, 4, 1]),
        ("", [4, 3, 2, 1]),
    ];
    for (field, ascending) in orders {
        let descending: Vec<u32> = ascending.iter().rev().copied().collect();
        let fact: &'static str = match field {
            "startTime" => "order_by",
            "" => "huawei.parameter.empty",
            _ => "order_by.alias",
        };
        let name = if field.is_empty() { "empty" } else { field };
        let when = |order: Option<Order>| Input { order_by: text(field), order, ..input() };
        for (direction, when, order, also, input) in [
            ("default", when(None), ascending.to_vec(), "order_by.ascending", "order_by.ties"),
            ("asc", when(Some(Order::Asc)), ascending.to_vec(), "order", "input.order"),
            ("desc", when(Some(Order::Desc)), descending, "order", "input.order"),
        ] {
            cases.push(
                case(format!("order_by.{name}.{direction}"), four(), when)
                    .shows(&[fact, also, "input.order_by", input, "order_by.ties"])
                    .answers(output(4, list(&order))),
            );
        }
    }
    let descends = Input { order: Some(Order::Desc), ..input() };
    cases.push(case("order.desc", four(), descends).shows(&["order"]).answers(output(4, list(&[1, 2, 3, 4]))));
    let ascends = Input { order: Some(Order::Asc), ..input() };
    cases.push(case("order.asc", four(), ascends).shows(&["order"]).answers(output(4, list(&[4, 3, 2, 1]))));
    for r#type in [
        "Switch",
        "Create",
        "Expand",
        "Restart",
        "Delete",
        "Shrink",
        "Grow",
        "Start",
        "Stop",
        "ShrinkElasticGroup",
        "elasticExpand",
    ] {
        let task = Task { r#type: r#type.to_owned(), ..running(1) };
        let shown = LogicalClusterTaskInfo { r#type: text(r#type), ..shown(1) };
        cases.push(
            case(format!("type.{type}"), given([task]), Input { r#type: text(r#type), ..input() })
                .shows(&["output.type", "input.type"])
                .answers(output(1, vec![shown])),
        );
    }
    let page = Input { r#type: text("Create"), order: Some(Order::Desc), offset: Some(1), limit: Some(1), ..input() };
    cases.push(
        case("filter.order.page", four(), page)
            .shows(&["count.filtered", "order", "offset.unit"])
            .answers(output(2, list(&[3]))),
    );
    cases
}

fn dialects() -> Vec<Case<Input>> {
    let with = |switch: &str, given: State| {
        let mut given = given;
        given.dialect.set(switch).expect("a switch that exists");
        given
    };
    let row = Input { offset: Some(1), limit: Some(2), ..input() };
    let null = LogicalClusterTaskInfo { end_time: None, result: None, ..shown(1) };
    let text = |text: &str| Some(text.to_owned());
    let grow = LogicalClusterTaskInfo {
        r#type: text("Grow"),
        logical_cluster_name: text("elastic_group"),
        start_time: text("2023-06-05 01:58:43"),
        end_time: text("2023-06-05 02:11:50"),
        result: text("success"),
        log: text("Expand from outside success"),
    };
    let create = LogicalClusterTaskInfo {
        r#type: text("Create"),
        logical_cluster_name: text("test_logical"),
        start_time: text("2023-06-21 08:35:58"),
        end_time: text("2023-06-21 08:36:14"),
        result: text("failed"),
        log: text(
            r"list index out of range\nChecking whether the reentry command is consistent with the previous command.",
        ),
    };
    let sample = || Input::new("9b06d044ea4f49f1a58b2bed2b0084bd", "9b7ff56b-47b3-4d00-a1fd-4c023d34404b");
    let filtered = Input {
        offset: Some(0),
        limit: Some(10),
        logical_cluster_name: text("test_logical"),
        r#type: text("Expand"),
        order_by: text("startTime"),
        order: Some(Order::Desc),
        ..sample()
    };
    vec![
        case("dialect.offset.row", with("offset=row", given([running(3), running(2), running(1)])), row)
            .class(Class::Dialect)
            .shows(&["offset.unit"])
            .answers(output(3, vec![shown(2), shown(1)])),
        case("dialect.unfinished.null", with("unfinished=null", given([running(1)])), input())
            .class(Class::Dialect)
            .shows(&["task.running"])
            .answers(output(1, vec![null])),
        case(
            "dialect.error_body.four_keys",
            with("error_body=four_keys", given([])),
            Input { limit: Some(0), ..input() },
        )
        .class(Class::Dialect)
        .shows(&["error.body"])
        .refuses(400, "DWS.0001", "Incorrect parameter."),
        case("sample.004.plain", State::documents(), sample())
            .shows(&["sample.request.plain", "sample.response", "log", "result.success", "result.failed"])
            .answers(output(2, vec![grow, create])),
        case("sample.004.filtered", State::documents(), filtered)
            .shows(&["sample.request.filtered", "filter.exact"])
            .answers(output(0, vec![])),
    ]
}

/// Pages of longer lists: first, last, last in part, exact, past the end.
fn pages() -> Vec<Case<Input>> {
    // The oldest first: lc7, lc6, …
    let list = |length: u32| given((1..=length).map(running));
    let tasks = |minutes: &[u32]| minutes.iter().map(|minutes| shown(*minutes)).collect::<Vec<_>>();
    let at = |offset: u32, limit: u32| Input { offset: Some(offset), limit: Some(limit), ..input() };
    let unit: &'static str = "offset.unit";
    let default: Vec<u32> = (2..=11).rev().collect();
    vec![
        case("page.second_of_one_each", list(2), at(1, 1)).shows(&[unit]).answers(output(2, tasks(&[1]))),
        case("page.first", list(7), at(0, 3)).shows(&[unit, "output.count"]).answers(output(7, tasks(&[7, 6, 5]))),
        case("page.middle", list(7), at(1, 3)).shows(&[unit, "output.count"]).answers(output(7, tasks(&[4, 3, 2]))),
        case("page.last_in_part", list(7), at(2, 3)).shows(&[unit]).answers(output(7, tasks(&[1]))),
        case("page.past_end", list(7), at(3, 3)).shows(&[unit]).answers(output(7, vec![])),
        case("page.last_full", list(6), at(1, 3)).shows(&[unit]).answers(output(6, tasks(&[3, 2, 1]))),
        case("page.past_exact", list(6), at(2, 3)).shows(&[unit]).answers(output(6, vec![])),
        case("page.default_size", list(11), input()).shows(&["limit.default"]).answers(output(11, tasks(&default))),
        case("page.default_size_second", list(11), Input { offset: Some(1), ..input() })
            .shows(&["limit.default", unit])
            .answers(output(11, tasks(&[1]))),
    ]
}
