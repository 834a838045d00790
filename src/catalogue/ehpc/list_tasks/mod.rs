//! The catalogue of ListTasks: what its Input can say, with answers written by hand.

mod random;
mod raw;
mod refusals;

use crate::case::{Case, Class, Field, FieldKind, Paging, Source, field};
use crate::clock::{Span, Timestamp};
use crate::draw::ADVERSARIAL;
use crate::format::{Format, JsonText};
use crate::script::Ending;
use crate::services::State;
use crate::services::ehpc::Task;
use crate::services::ehpc::list_tasks::{Input, Output, Status, TaskInfo, TaskType};

impl Source for Input {
    type Sketch = random::Plan;

    const FIELDS: &'static [Field] = &[
        field("/RequestId", FieldKind::Text),
        field("/PageNumber", FieldKind::Number),
        field("/PageSize", FieldKind::Number),
        field("/TotalCount", FieldKind::Number),
        field("/Tasks/0/ClusterId", FieldKind::Text),
        field("/Tasks/0/CurrentStep", FieldKind::Number),
        field("/Tasks/0/Errors", FieldKind::Text),
        field("/Tasks/0/Request", FieldKind::Text),
        field("/Tasks/0/Result", FieldKind::Text),
        field("/Tasks/0/Status", FieldKind::Word),
        field("/Tasks/0/TaskId", FieldKind::Text),
        field("/Tasks/0/TaskType", FieldKind::Word),
        field("/Tasks/0/TotalSteps", FieldKind::Number),
    ];

    fn cases(format: Format) -> Vec<Case<Self>> {
        let mut cases = lists(format);
        cases.extend(bounds(format));
        cases.extend(selections(format));
        cases.extend(words(format));
        cases.extend(refusals::catalogue(format));
        cases.extend(texts(format));
        cases.extend(dialects(format));
        cases.extend(pages(format));
        cases
    }

    fn raw_requests(format: Format) -> Vec<Case<Self>> {
        raw::catalogue(format)
    }

    fn paging() -> Option<Paging<Self>> {
        Some(Paging {
            given: |count| given((1..=count).map(running)),
            ask: |page, size| Input { page_number: Some(page + 1), page_size: Some(size), ..input() },
            items: "Tasks",
            total: "TotalCount",
            echo: Some(("PageNumber", "PageSize", "ehpc.list_tasks.page.echo")),
            facts: [
                "ehpc.list_tasks.input.page_number",
                "ehpc.list_tasks.output.total_count",
                "ehpc.list_tasks.page.past_end",
            ],
        })
    }

    fn is_empty(output: &Output) -> bool {
        output.tasks.is_empty()
    }
}

/// 2026-11-21T20:00:00Z.
pub(super) const CLOCK: i64 = 1_795_291_200_000;

/// The cluster `c` with tasks.
pub(super) fn given(tasks: impl IntoIterator<Item = Task>) -> State {
    let mut state = State::at(Timestamp::from_unix_millis(CLOCK));
    state.ehpc.clusters.push("c".to_owned());
    state.ehpc.tasks = tasks.into_iter().collect();
    state
}

/// A task that started so many minutes ago and takes a day in four steps.
pub(super) fn running(minutes: u32) -> Task {
    let started = Timestamp::from_unix_millis(CLOCK - i64::from(minutes) * 60_000);
    let task = Task::new("c", TaskType::StopCluster).id(&format!("T{minutes}")).steps(4).takes(Span::seconds(86_400));
    Task { started: Some(started), ..task }
}

/// A task that started so many minutes ago and ended after half a minute.
fn ended(minutes: u32, ends: Ending) -> Task {
    running(minutes).takes(Span::seconds(30)).ends(ends)
}

/// What a running task shows.
pub(super) fn shown(minutes: u32) -> TaskInfo {
    TaskInfo {
        cluster_id: "c".to_owned(),
        current_step: 0,
        errors: "[]".to_owned(),
        request: r#"{"clusterId":"c"}"#.to_owned(),
        result: "{}".to_owned(),
        status: Status::Processing,
        task_id: format!("T{minutes}"),
        task_type: TaskType::StopCluster,
        total_steps: 4,
    }
}

/// What a task that has ended shows.
fn shown_ended(minutes: u32, status: Status) -> TaskInfo {
    TaskInfo { current_step: 4, status, ..shown(minutes) }
}

pub(super) fn page(page_number: u32, page_size: u32, total_count: u32, tasks: Vec<TaskInfo>) -> Output {
    Output { request_id: String::new(), page_number, page_size, total_count, tasks }
}

pub(super) fn input() -> Input {
    Input::new("c")
}

/// A case whose name says all that is special about it.
fn plain(name: &str, format: Format, given: State, when: Input, facts: &[&'static str], then: Output) -> Case<Input> {
    Case::named(name, format, given, when).shows(facts).answers(then)
}

/// Lists of none, one and two; the one with every field filled in is `full`.
fn lists(format: Format) -> Vec<Case<Input>> {
    let (encoding, empty_list, list): (&'static str, &'static str, &'static str) = match format {
        Format::Json => ("encoding.json", "tasks.json", "tasks.json"),
        Format::Xml => ("encoding.xml", "tasks.xml.repeated", "tasks.xml"),
    };
    let mut full = [ended(1, Ending::PartialFail), running(2)];
    full[0].task_type = TaskType::AddComputes;
    full[0].request = Some(JsonText::from(r#"{"clusterId":"c","Count":2}"#));
    full[0].result = Some(JsonText::from(r#"{"Instances":[{"InstanceId":"i-1","Ip":"192.168.0.1"}]}"#));
    full[0].reasons = vec!["i-2: no stock".to_owned()];
    let full_shown = TaskInfo {
        errors: r#"["i-2: no stock"]"#.to_owned(),
        request: r#"{"clusterId":"c","Count":2}"#.to_owned(),
        result: r#"{"Instances":[{"InstanceId":"i-1","Ip":"192.168.0.1"}]}"#.to_owned(),
        task_type: TaskType::AddComputes,
        ..shown_ended(1, Status::PartialFail)
    };
    vec![
        Case::named("empty", format, given([]), input())
            .class(Class::Edge)
            .shows(&[
                encoding,
                empty_list,
                "archived.false",
                "archived.default",
                "output.tasks",
                "output.page_number",
                "output.page_size",
                "output.total_count",
                "output.request_id",
                "page_number.default",
                "page_size.default",
                "input.cluster_id",
                "alibaba.request_id",
                "alibaba.request_id.header",
            ])
            .answers(page(1, 10, 0, vec![])),
        plain(
            "one",
            format,
            given([running(1)]),
            input(),
            &[
                "purpose",
                list,
                "output.cluster_id",
                "output.current_step",
                "output.errors",
                "output.request",
                "output.result",
                "output.status",
                "output.task_id",
                "output.task_type",
                "output.total_steps",
                "json_text",
                "request.default",
                "result.other",
                "status.processing",
                "errors.running",
            ],
            page(1, 10, 1, vec![shown(1)]),
        )
        .makes_bodies(),
        plain(
            "full",
            format,
            given(full),
            Input { archived: Some(true), page_number: Some(1), page_size: Some(10), ..input() },
            &["json_text", "json_text.errors", "result.instances", "archived.true", "status.partial_fail"],
            page(1, 10, 2, vec![full_shown, shown(2)]),
        )
        .makes_bodies(),
        plain(
            "two",
            format,
            given([running(2), running(1)]),
            input(),
            &["order", list],
            page(1, 10, 2, vec![shown(1), shown(2)]),
        ),
        Case::named(
            "future",
            format,
            given([running(1), {
                let mut task = running(2);
                task.started = Some(Timestamp::from_unix_millis(CLOCK + 1));
                task
            }]),
            input(),
        )
        .class(Class::Edge)
        .shows(&["task.future"])
        .answers(page(1, 10, 1, vec![shown(1)])),
    ]
}

/// Both bounded numbers, on either side of each bound. One task runs.
fn bounds(format: Format) -> Vec<Case<Input>> {
    let mut cases = Vec::new();
    let numbers: [(&str, u32, bool, &[&'static str]); 7] = [
        ("min_minus_1", 0, false, &["page_number.min", "bounds.refusal", "error.invalid_params"]),
        ("min", 1, true, &["page_number.min", "input.page_number", "output.page_number"]),
        ("min_plus_1", 2, true, &["page_number.min", "page.past_end"]),
        ("max_minus_1", 998, true, &["page_number.max", "page.past_end"]),
        ("max", 999, true, &["page_number.max", "page.past_end"]),
        ("max_plus_1", 1000, false, &["page_number.max", "bounds.refusal", "error.invalid_params"]),
        ("overflow", u32::MAX, false, &["page_number.max", "bounds.refusal"]),
    ];
    for (name, number, is_valid, facts) in numbers {
        let when = Input { page_number: Some(number), ..input() };
        let case = Case::named(format!("page_number.{name}"), format, given([running(1)]), when)
            .shows(facts)
            .class(Class::Edge);
        let tasks = if number == 1 { vec![shown(1)] } else { vec![] };
        cases.push(match is_valid {
            true => case.answers(page(number, 10, 1, tasks)),
            false => case.refuses(400, "InvalidParams", "Invalid param: PageNumber"),
        });
    }
    let sizes: [(&str, u32, bool, &[&'static str]); 7] = [
        ("min_minus_1", 0, false, &["page_size.min", "bounds.refusal", "error.invalid_params"]),
        ("min", 1, true, &["page_size.min", "input.page_size", "output.page_size"]),
        ("min_plus_1", 2, true, &["page_size.min", "page.echo"]),
        ("max_minus_1", 49, true, &["page_size.max", "page.echo"]),
        ("max", 50, true, &["page_size.max", "page.echo"]),
        ("max_plus_1", 51, false, &["page_size.max", "bounds.refusal", "error.invalid_params"]),
        ("overflow", u32::MAX, false, &["page_size.max", "bounds.refusal"]),
    ];
    for (name, size, is_valid, facts) in sizes {
        let when = Input { page_size: Some(size), ..input() };
        let case =
            Case::named(format!("page_size.{name}"), format, given([running(1)]), when).shows(facts).class(Class::Edge);
        cases.push(match is_valid {
            true => case.answers(page(1, size, 1, vec![shown(1)])),
            false => case.refuses(400, "InvalidParams", "Invalid param: PageSize"),
        });
    }
    let both = Input { page_number: Some(0), page_size: Some(0), ..input() };
    cases.push(Case::named("bounds.both", format, given([running(1)]), both).shows(&["bounds.refusal"]).refuses(
        400,
        "InvalidParams",
        "Invalid param: PageNumber",
    ));
    cases
}

/// Archived × TaskId. T1 runs, T2 has ended, T3 is of another cluster.
fn selections(format: Format) -> Vec<Case<Input>> {
    let mut cases = Vec::new();
    for (archived_name, archived) in [("absent", None), ("false", Some(false)), ("true", Some(true))] {
        let all = match archived {
            Some(true) => vec![shown(1), shown_ended(2, Status::Success)],
            _ => vec![shown(1)],
        };
        let by_id = [
            ("absent", None, all),
            ("running", Some("T1"), vec![shown(1)]),
            ("ended", Some("T2"), vec![shown_ended(2, Status::Success)]),
            ("unknown", Some("T9"), vec![]),
            ("elsewhere", Some("T3"), vec![]),
        ];
        for (id_name, task_id, tasks) in by_id {
            let mut elsewhere = running(3);
            elsewhere.cluster_id = "d".to_owned();
            let state = given([running(1), ended(2, Ending::Success), elsewhere]);
            let when = Input { task_id: task_id.map(str::to_owned), archived, ..input() };
            let facts: &[&'static str] = match (archived, task_id) {
                (None, None) => &["archived.default", "archived.false"],
                (Some(false), None) => &["archived.false", "input.archived"],
                (Some(true), None) => &["archived.true", "input.archived", "steps.ended", "status.success"],
                (_, Some("T9" | "T3")) => &["task_id.unknown", "input.task_id"],
                _ => &["task_id.voids_archived", "input.task_id"],
            };
            let total = tasks.len() as u32;
            cases.push(plain(
                &format!("archived.{archived_name}.task_id.{id_name}"),
                format,
                state,
                when,
                facts,
                page(1, 10, total, tasks),
            ));
        }
    }
    for (name, archived) in [("absent", None), ("false", Some(false))] {
        let given = given([ended(1, Ending::Success), ended(2, Ending::Fail)]);
        cases.push(plain(
            &format!("archived.{name}.only_ended"),
            format,
            given,
            Input { archived, ..input() },
            &["archived.false"],
            page(1, 10, 0, vec![]),
        ));
    }
    let second = Input { task_id: Some("T1".to_owned()), page_number: Some(2), ..input() };
    cases.push(plain(
        "task_id.second_page",
        format,
        given([running(1)]),
        second,
        &["page.past_end"],
        page(2, 10, 1, vec![]),
    ));
    cases
}

/// Every Status, every TaskType, and CurrentStep at its borders.
fn words(format: Format) -> Vec<Case<Input>> {
    let mut cases = Vec::new();
    let history = || Input { archived: Some(true), ..input() };
    let statuses: [(&str, Ending, Status, &'static str); 3] = [
        ("success", Ending::Success, Status::Success, "status.success"),
        ("fail", Ending::Fail, Status::Fail, "status.fail"),
        ("partial_fail", Ending::PartialFail, Status::PartialFail, "status.partial_fail"),
    ];
    for (name, ends, status, fact) in statuses {
        // A task that succeeds has no reasons to show.
        let errors = if ends == Ending::Success { "[]" } else { r#"["no stock"]"# };
        cases.push(plain(
            &format!("status.{name}"),
            format,
            given([ended(1, ends).reason("no stock")]),
            history(),
            &[fact, "steps.ended", "json_text.errors"],
            page(1, 10, 1, vec![TaskInfo { errors: errors.to_owned(), ..shown_ended(1, status) }]),
        ));
    }
    let never = running(1).takes(Span::seconds(1)).never_ends().reason("not yet");
    cases.push(plain(
        "status.processing",
        format,
        given([never]),
        input(),
        &["status.processing", "errors.running"],
        page(1, 10, 1, vec![TaskInfo { current_step: 3, ..shown(1) }]),
    ));
    let instances = r#"{"Instances":[]}"#;
    let types: [(&str, TaskType, &str, &[&'static str]); 9] = [
        ("create_cluster", TaskType::CreateCluster, instances, &["task_type.create_cluster", "result.instances"]),
        ("start_cluster", TaskType::StartCluster, "{}", &["task_type.start_cluster", "result.other"]),
        ("stop_cluster", TaskType::StopCluster, "{}", &["task_type.stop_cluster", "result.other"]),
        ("delete_cluster", TaskType::DeleteCluster, "{}", &["task_type.delete_cluster", "result.other"]),
        ("add_computes", TaskType::AddComputes, instances, &["task_type.add_computes", "result.instances"]),
        ("start_computes", TaskType::StartComputes, "{}", &["task_type.start_computes", "result.other"]),
        (
            "reset_computes",
            TaskType::ResetComputes,
            "{}",
            &["task_type.reset_computes", "task_type.reset", "result.other"],
        ),
        ("stop_computes", TaskType::StopComputes, "{}", &["task_type.stop_computes", "result.other"]),
        ("delete_computes", TaskType::DeleteComputes, "{}", &["task_type.delete_computes", "result.other"]),
    ];
    for (name, task_type, result, facts) in types {
        let mut task = running(1);
        task.task_type = task_type.clone();
        let info = TaskInfo { task_type, result: result.to_owned(), ..shown(1) };
        cases.push(plain(
            &format!("task_type.{name}"),
            format,
            given([task]),
            input(),
            facts,
            page(1, 10, 1, vec![info]),
        ));
    }
    // A task of four steps that started a minute ago, by how long it takes in milliseconds.
    for (name, takes, step) in [
        ("first", 240_001, 0),
        ("second", 240_000, 1),
        ("before_last", 120_000, 2),
        ("last", 60_001, 3),
        ("just_ended", 60_000, 4),
    ] {
        let task = running(1).takes(std::time::Duration::from_millis(takes));
        let status = if step == 4 { Status::Success } else { Status::Processing };
        cases.push(
            Case::named(format!("step.{name}"), format, given([task]), history())
                .class(Class::Edge)
                .shows(&["output.current_step", "output.total_steps", "steps.ended"])
                .answers(page(1, 10, 1, vec![TaskInfo { current_step: step, status, ..shown(1) }])),
        );
    }
    for (name, steps) in [("none", 0), ("byte", 256), ("largest", 2_147_483_647)] {
        let given = given([running(1).steps(steps).takes(Span::seconds(1 << 40))]);
        cases.push(
            Case::named(format!("steps.{name}"), format, given, input())
                .class(Class::Edge)
                .shows(&["output.total_steps"])
                .answers(page(1, 10, 1, vec![TaskInfo { total_steps: steps, ..shown(1) }])),
        );
    }
    cases
}

/// Texts that hurt, in what a task carries and in what is asked.
fn texts(format: Format) -> Vec<Case<Input>> {
    let mut cases = Vec::new();
    let mut add = |name: &str, text: &str, arrives: &str| {
        let mut task = running(1);
        (task.request, task.result) = (Some(JsonText::from(text)), Some(JsonText::from(text)));
        let info = TaskInfo { request: arrives.to_owned(), result: arrives.to_owned(), ..shown(1) };
        cases.push(
            Case::named(format!("text.{name}"), format, given([task]), input())
                .class(Class::Edge)
                .shows(&["output.request", "output.result"])
                .answers(page(1, 10, 1, vec![info])),
        );
    };
    for (name, text, in_xml) in ADVERSARIAL {
        let arrives = if format == Format::Xml { in_xml.unwrap_or(text) } else { text };
        add(name, text, arrives);
    }
    add("long", &"x".repeat(65_537), &"x".repeat(65_537));
    let id = "a b&c=d+e%41*~é😀'\"<>";
    let mut task = running(1);
    task.task_id = id.to_owned();
    cases.push(
        Case::named("text.task_id", format, given([task]), Input { task_id: Some(id.to_owned()), ..input() })
            .class(Class::Edge)
            .shows(&["input.task_id", "output.task_id"])
            .answers(page(1, 10, 1, vec![TaskInfo { task_id: id.to_owned(), ..shown(1) }])),
    );
    cases
}

/// Every reading of the documents that ListTasks has, and the documents' samples.
fn dialects(format: Format) -> Vec<Case<Input>> {
    let failed = || given([ended(1, Ending::Fail)]);
    let reset = || {
        let mut task = running(1);
        task.task_type = TaskType::ResetComputes;
        given([task])
    };
    let history = Input { archived: Some(true), ..input() };
    let truncated =
        TaskInfo { request: r#"{"cluste"#.to_owned(), result: "{".to_owned(), errors: "[".to_owned(), ..shown(1) };
    let two = || given([running(1), running(2)]);
    let with = |switch: &str, given: State| {
        let mut given = given;
        given.dialect.set(switch).expect("a switch that exists");
        given
    };
    let one = |info: TaskInfo| page(1, 10, 1, vec![info]);
    let rows: [(&str, State, Input, &[&'static str], Output); 7] = [
        ("tasks=object", given([running(1)]), input(), &["tasks.json"], one(shown(1))),
        ("page=abridged", two(), input(), &["sample.abridged"], page(1, 10, 2, vec![shown(1)])),
        ("escape_depth=0", given([running(1)]), input(), &["json_text.depth"], one(shown(1))),
        ("escape_depth=2", given([running(1)]), input(), &["json_text.depth"], one(shown(1))),
        ("escape_depth=truncated", given([running(1)]), input(), &["json_text.depth"], one(truncated)),
        (
            "failed_status=Failed",
            failed(),
            history,
            &["status.fail"],
            one(shown_ended(1, Status::Other("Failed".to_owned()))),
        ),
        (
            "reset_type=ResetCompute",
            reset(),
            input(),
            &["task_type.reset"],
            one(TaskInfo { task_type: TaskType::Other("ResetCompute".to_owned()), ..shown(1) }),
        ),
    ];
    let mut cases: Vec<Case<Input>> = rows
        .into_iter()
        .map(|(switch, given, when, facts, then)| {
            let name = format!("dialect.{}", switch.replace('=', "."));
            Case::named(name, format, with(switch, given), when).class(Class::Dialect).shows(facts).answers(then)
        })
        .collect();
    let sample = TaskInfo {
        cluster_id: "ehpc-hz-FYUr32****".to_owned(),
        current_step: 16,
        errors: "[]".to_owned(),
        request: concat!(
            r#"{"requestId":"0A6CA33E-BFBF-4F92-BDAE-4E8860DA****","uid":"160998252992****","#,
            r#""bid":"268**","clusterId":"ehpc-hz-ysQtcZ****"}"#
        )
        .to_owned(),
        result: concat!(
            r#"{"Instances":[{"InstanceId":"i-bp1inb1j2xz8pnoi****","Ip":"192.168.*.*","#,
            r#""Hostname":"login0","role":"login"}]}"#
        )
        .to_owned(),
        status: Status::Processing,
        task_id: "B745C159-3155-4B94-95D0-4B73D4D2****".to_owned(),
        task_type: TaskType::StopCluster,
        total_steps: 35,
    };
    let encoding: &'static str = if format == Format::Json { "sample.json" } else { "sample.xml" };
    for document in ["000", "001"] {
        cases.push(
            Case::named(
                format!("sample.{document}"),
                format,
                with(&format!("document={document}"), State::documents()),
                Input::new("ehpc-hz-FYUr32****"),
            )
            .class(Class::Dialect)
            .shows(&["sample.request", encoding, "sample.abridged", "json_text.depth"])
            .answers(page(1, 10, 10, vec![sample.clone()])),
        );
    }
    cases
}

/// Pages of longer lists: first, last, last in part, exact, past the end, the largest.
fn pages(format: Format) -> Vec<Case<Input>> {
    let list = |range: std::ops::RangeInclusive<u32>| given(range.map(running));
    let tasks = |range: std::ops::RangeInclusive<u32>| range.map(shown).collect::<Vec<_>>();
    let at = |number: u32, size: u32| Input { page_number: Some(number), page_size: Some(size), ..input() };
    let history = |number: u32, size: u32| Input { archived: Some(true), ..at(number, size) };
    let total: &'static str = "output.total_count";
    vec![
        plain("page.second_of_one_each", format, list(1..=2), at(2, 1), &[total, "order"], page(2, 1, 2, tasks(2..=2))),
        plain("page.first", format, list(1..=7), at(1, 3), &[total, "order"], page(1, 3, 7, tasks(1..=3))),
        plain("page.middle", format, list(1..=7), at(2, 3), &[total, "order"], page(2, 3, 7, tasks(4..=6))),
        plain("page.last_in_part", format, list(1..=7), at(3, 3), &[total, "page.echo"], page(3, 3, 7, tasks(7..=7))),
        plain("page.past_end", format, list(1..=7), at(4, 3), &[total, "page.past_end"], page(4, 3, 7, vec![])),
        plain("page.last_full", format, list(1..=6), at(2, 3), &[total], page(2, 3, 6, tasks(4..=6))),
        plain("page.past_exact", format, list(1..=6), at(3, 3), &[total, "page.past_end"], page(3, 3, 6, vec![])),
        plain(
            "page.default_size",
            format,
            list(1..=11),
            input(),
            &["page_size.default"],
            page(1, 10, 11, tasks(1..=10)),
        ),
        plain(
            "page.of_history",
            format,
            given([running(1), ended(2, Ending::Success), running(3), ended(4, Ending::Fail)]),
            history(2, 2),
            &["archived.true", "order"],
            page(2, 2, 4, vec![shown(3), shown_ended(4, Status::Fail)]),
        ),
        plain(
            "page.of_running",
            format,
            given([ended(1, Ending::Success), running(2), ended(3, Ending::Fail), running(4)]),
            at(2, 1),
            &["archived.false", "order"],
            page(2, 1, 2, vec![shown(4)]),
        ),
        plain("page.largest", format, list(1..=50), at(1, 50), &["page_size.max"], page(1, 50, 50, tasks(1..=50))),
        plain(
            "page.largest_and_one",
            format,
            list(1..=51),
            at(2, 50),
            &["page_size.max"],
            page(2, 50, 51, tasks(51..=51)),
        ),
    ]
}
