//! The catalogue of DescribeTaskInfo: what its Input can say, with answers written by hand.

use serde_json::json;

mod random;
mod raw;

use crate::case::{Case, Class, Field, FieldKind, Source, field};
use crate::catalogue::gateway;
use crate::clock::{Span, Timestamp};
use crate::draw::ADVERSARIAL;
use crate::format::Format;
use crate::operation::OperationInput;
use crate::script::Ending;
use crate::services::State;
use crate::services::ack;
use crate::services::ack::describe_task_info::{
    Error, Event, Input, Output, ResultStatus, Stage, Target, TaskResult, TaskState,
};

impl Source for Input {
    type Sketch = random::Plan;

    const FIELDS: &'static [Field] = &[
        field("/cluster_id", FieldKind::Text),
        field("/task_id", FieldKind::Text),
        field("/created", FieldKind::Text),
        field("/updated", FieldKind::Text),
        field("/state", FieldKind::Word),
        field("/task_type", FieldKind::Text),
        field("/current_stage", FieldKind::Text).optional(),
        field("/target/id", FieldKind::Text),
        field("/target/type", FieldKind::Text),
        field("/stages/0/state", FieldKind::Word),
        field("/stages/0/start_time", FieldKind::Text),
        field("/stages/0/end_time", FieldKind::Text).optional(),
        field("/stages/0/message", FieldKind::Text),
        field("/events/0/action", FieldKind::Text),
        field("/events/0/level", FieldKind::Text),
        field("/events/0/message", FieldKind::Text),
        field("/events/0/reason", FieldKind::Text),
        field("/events/0/source", FieldKind::Text),
        field("/events/0/timestamp", FieldKind::Text),
        field("/task_result/0/data", FieldKind::Text),
        field("/task_result/0/status", FieldKind::Word),
        field("/error/code", FieldKind::Text),
        field("/error/message", FieldKind::Text),
    ];

    fn cases(format: Format) -> Vec<Case<Self>> {
        let mut cases = whole(format);
        cases.extend(progress(format));
        cases.extend(times(format));
        cases.extend(refusals(format));
        cases.extend(texts(format));
        cases.extend(dialects(format));
        cases
    }

    fn raw_requests(format: Format) -> Vec<Case<Self>> {
        raw::catalogue(format)
    }
}

/// 2026-11-21T20:00:00Z, which is 2026-11-22 04:00:00 in China.
pub(super) const CLOCK: i64 = 1_795_291_200_000;

pub(super) fn given(task: ack::Task) -> State {
    let mut state = State::at(Timestamp::from_unix_millis(CLOCK));
    state.ack.tasks.push(task);
    state
}

/// A task that was created a minute ago and takes five.
pub(super) fn task() -> ack::Task {
    let task = ack::Task::new("c", "cluster_scaleout").id("T-1");
    ack::Task { started: Some(Timestamp::from_unix_millis(CLOCK - 60_000)), ..task }
}

/// What it shows.
pub(super) fn output() -> Output {
    Output {
        cluster_id: "c".to_owned(),
        task_id: "T-1".to_owned(),
        created: "2026-11-22T03:59:00+08:00".to_owned(),
        updated: "2026-11-22T03:59:00+08:00".to_owned(),
        state: TaskState::Running,
        task_type: "cluster_scaleout".to_owned(),
        current_stage: None,
        target: None,
        parameters: serde_json::Map::new(),
        stages: vec![],
        events: vec![],
        task_result: vec![],
        error: None,
        outputs: serde_json::Map::new(),
    }
}

/// A stage as it is shown, at times of 2026-11-22 in China.
fn stage(state: TaskState, start: &str, end: Option<&str>) -> Stage {
    let time = |time: &str| format!("2026-11-22 {time}");
    Stage {
        state,
        start_time: time(start),
        end_time: end.map(time),
        message: String::new(),
        outputs: serde_json::Map::new(),
    }
}

fn event(timestamp: &str, reason: &str, message: &str) -> Event {
    Event {
        action: "start".to_owned(),
        level: "Normal".to_owned(),
        message: message.to_owned(),
        reason: reason.to_owned(),
        source: "ACK".to_owned(),
        timestamp: timestamp.to_owned(),
    }
}

fn result(data: &str, status: ResultStatus) -> TaskResult {
    TaskResult { data: data.to_owned(), status }
}

fn map(value: serde_json::Value) -> serde_json::Map<String, serde_json::Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn input() -> Input {
    Input::new("T-1")
}

/// The smallest answer, and the one with everything in it.
fn whole(format: Format) -> Vec<Case<Input>> {
    let (encoding, root): (&'static str, &'static str) = match format {
        Format::Json => ("encoding.json", "empty"),
        Format::Xml => ("encoding.xml", "xml.root"),
    };
    let created = ack::Stage {
        message: "created".to_owned(),
        outputs: map(json!({"count": 2})),
        ..ack::Stage::new("CreateNodes", Span::seconds(20))
    };
    let full = task()
        .stage(created)
        .stage(ack::Stage::new("JoinNodes", Span::seconds(30)))
        .event(ack::Event::new(Span::seconds(0), "NodePoolCreate", "start to create"))
        .event(ack::Event::new(Span::seconds(50), "NodePoolFail", "failed to join"))
        .result(ack::TaskResult::new("i-1", Span::seconds(20), ResultStatus::Success))
        .result(ack::TaskResult::new("i-2", Span::seconds(50), ResultStatus::Failed))
        .fails("failed to join")
        .target("c", "cluster")
        .parameter("count", 2)
        .output("joined", json!(["i-1"]));
    let full_shown = Output {
        updated: "2026-11-22T03:59:50+08:00".to_owned(),
        state: TaskState::Fail,
        current_stage: Some("JoinNodes".to_owned()),
        target: Some(Target { id: "c".to_owned(), r#type: "cluster".to_owned() }),
        parameters: map(json!({"count": 2})),
        stages: vec![
            Stage {
                message: "created".to_owned(),
                outputs: map(json!({"count": 2})),
                ..stage(TaskState::Success, "03:59:00", Some("03:59:20"))
            },
            stage(TaskState::Fail, "03:59:20", Some("03:59:50")),
        ],
        events: vec![
            event("1795291140000", "NodePoolCreate", "start to create"),
            event("1795291190000", "NodePoolFail", "failed to join"),
        ],
        task_result: vec![result("i-1", ResultStatus::Success), result("i-2", ResultStatus::Failed)],
        error: Some(Error { code: "400".to_owned(), message: "failed to join".to_owned() }),
        outputs: map(json!({"joined": ["i-1"]})),
        ..output()
    };
    vec![
        Case::named("one", format, given(task()), input())
            .shows(&[
                "purpose",
                "headers",
                "route",
                "input.task_id",
                "output.task_id",
                "output.cluster_id",
                "output.task_type",
                "output.state",
                "output.created",
                "output.updated",
                "state",
                "created",
                "empty",
                encoding,
                root,
                "alibaba.roa.format",
            ])
            .answers(output())
            .makes_bodies(),
        Case::named("full", format, given(full), input())
            .shows(&[
                "output.target",
                "output.target.id",
                "output.target.type",
                "output.parameters",
                "output.stages",
                "output.stages.state",
                "output.stages.start_time",
                "output.stages.end_time",
                "output.stages.message",
                "output.stages.outputs",
                "output.current_stage",
                "output.events",
                "output.events.action",
                "output.events.level",
                "output.events.message",
                "output.events.reason",
                "output.events.source",
                "output.events.timestamp",
                "output.task_result",
                "output.task_result.data",
                "output.task_result.status",
                "output.error",
                "output.error.code",
                "output.error.message",
                "outputs",
                "map.xml",
                "state.fail",
                "stages.state",
                "stages.time",
                "stages.zone",
                "task_result.status",
                "updated",
            ])
            .answers(full_shown)
            .makes_bodies(),
    ]
}

/// A task on its way: every state, every status of a resource, stages at their borders.
fn progress(format: Format) -> Vec<Case<Input>> {
    let ended = |ends: Ending| task().takes(Span::seconds(30)).ends(ends);
    let end = "2026-11-22T03:59:30+08:00";
    let at_end = |state: TaskState| Output { state, updated: end.to_owned(), ..output() };
    let two_stages = |first: u64, second: u64| {
        task()
            .stage(ack::Stage::new("DrainNodes", Span::seconds(first)))
            .stage(ack::Stage::new("UpgradeNodes", Span::seconds(second)))
    };
    let in_stage = |name: &str, updated: &str, stages: Vec<Stage>| Output {
        current_stage: Some(name.to_owned()),
        updated: format!("2026-11-22T{updated}+08:00"),
        stages,
        ..output()
    };
    let resource =
        |seconds: u64, status: ResultStatus| task().result(ack::TaskResult::new("i-1", Span::seconds(seconds), status));
    let with_result = |updated: &str, status: ResultStatus| Output {
        updated: format!("2026-11-22T{updated}+08:00"),
        task_result: vec![result("i-1", status)],
        ..output()
    };
    let late = ended(Ending::Success)
        .event(ack::Event::new(Span::seconds(31), "Late", "after the end"))
        .result(ack::TaskResult::new("i-1", Span::seconds(31), ResultStatus::Success));
    let late_shown = Output { task_result: vec![result("i-1", ResultStatus::Initial)], ..at_end(TaskState::Success) };
    let error = ended(Ending::Fail).reason("failed to xxx");
    let error_shown = Output {
        error: Some(Error { code: "400".to_owned(), message: "failed to xxx".to_owned() }),
        ..at_end(TaskState::Fail)
    };
    let early_error = task().ends(Ending::Fail).reason("not yet").output("not", "yet");
    let rows: Vec<(&str, ack::Task, Output, &[&'static str])> = vec![
        ("state.running", task().never_ends().takes(Span::seconds(1)), output(), &["state"]),
        ("state.success", ended(Ending::Success), at_end(TaskState::Success), &["state", "updated"]),
        ("state.fail", ended(Ending::Fail), at_end(TaskState::Fail), &["state.fail"]),
        (
            "end.at_this_instant",
            task().takes(Span::seconds(60)),
            Output { state: TaskState::Success, updated: "2026-11-22T04:00:00+08:00".to_owned(), ..output() },
            &["updated", "state"],
        ),
        ("end.a_second_away", task().takes(Span::seconds(61)), output(), &["updated", "state"]),
        ("end.final", late, late_shown, &["end.final", "task_result.status"]),
        ("error.shown_at_the_end", error, error_shown, &["output.error", "output.error.code", "output.error.message"]),
        ("error.hidden_before", early_error, output(), &["output.error", "outputs"]),
        (
            "result.initial",
            resource(61, ResultStatus::Success),
            with_result("03:59:00", ResultStatus::Initial),
            &["task_result.status"],
        ),
        (
            "result.success",
            resource(60, ResultStatus::Success),
            with_result("04:00:00", ResultStatus::Success),
            &["task_result.status", "updated"],
        ),
        (
            "result.failed",
            resource(1, ResultStatus::Failed),
            with_result("03:59:01", ResultStatus::Failed),
            &["task_result.status"],
        ),
        (
            "stage.first_runs",
            two_stages(61, 60),
            in_stage("DrainNodes", "03:59:00", vec![stage(TaskState::Running, "03:59:00", None)]),
            &["stages.running", "output.current_stage"],
        ),
        (
            "stage.second_begins",
            two_stages(60, 60),
            in_stage(
                "UpgradeNodes",
                "04:00:00",
                vec![
                    stage(TaskState::Success, "03:59:00", Some("04:00:00")),
                    stage(TaskState::Running, "04:00:00", None),
                ],
            ),
            &["stages.running", "stages.state"],
        ),
        (
            "stage.cut_off",
            two_stages(10, 100).takes(Span::seconds(30)).ends(Ending::Fail),
            Output {
                state: TaskState::Fail,
                ..in_stage(
                    "UpgradeNodes",
                    "03:59:30",
                    vec![
                        stage(TaskState::Success, "03:59:00", Some("03:59:10")),
                        stage(TaskState::Fail, "03:59:10", Some("03:59:30")),
                    ],
                )
            },
            &["stages.state", "end.final"],
        ),
        (
            "event.to_come",
            task().event(ack::Event::new(Span::seconds(61), "Later", "not yet")),
            output(),
            &["output.events"],
        ),
        (
            "event.just_now",
            task().event(ack::Event::new(Span::seconds(60), "Now", "just now")),
            Output {
                updated: "2026-11-22T04:00:00+08:00".to_owned(),
                events: vec![event("1795291200000", "Now", "just now")],
                ..output()
            },
            &["output.events", "updated"],
        ),
    ];
    rows.into_iter()
        .map(|(name, task, then, facts)| {
            Case::named(name, format, given(task), input()).class(Class::Edge).shows(facts).answers(then)
        })
        .collect()
}

/// All three time formats of one instant, around borders of days, months, years and zones.
fn times(format: Format) -> Vec<Case<Input>> {
    let rows: [(&str, i64, &str, &str, &str); 8] = [
        ("before_new_year", 1_767_196_799_000, "2025-12-31T23:59:59+08:00", "2025-12-31 23:59:59", "1767196799000"),
        ("new_year", 1_767_196_800_000, "2026-01-01T00:00:00+08:00", "2026-01-01 00:00:00", "1767196800000"),
        ("leap_day", 1_709_136_000_000, "2024-02-29T00:00:00+08:00", "2024-02-29 00:00:00", "1709136000000"),
        ("before_march", 1_709_222_399_999, "2024-02-29T23:59:59+08:00", "2024-02-29 23:59:59", "1709222399999"),
        ("epoch", 0, "1970-01-01T08:00:00+08:00", "1970-01-01 08:00:00", "0"),
        ("before_epoch", -1, "1970-01-01T07:59:59+08:00", "1970-01-01 07:59:59", "-1"),
        ("midnight_utc", 1_795_219_200_000, "2026-11-21T08:00:00+08:00", "2026-11-21 08:00:00", "1795219200000"),
        ("last_second", 253_402_271_999_000, "9999-12-31T23:59:59+08:00", "9999-12-31 23:59:59", "253402271999000"),
    ];
    rows.into_iter()
        .map(|(name, millis, rfc3339, datetime, timestamp)| {
            let created = Timestamp::from_unix_millis(millis);
            let mut task = task().stage(ack::Stage::new("DrainNodes", Span::seconds(60))).event(ack::Event::new(
                Span::seconds(0),
                "Begin",
                "begin",
            ));
            task.started = Some(created);
            let mut state = given(task);
            state.clock = created.into();
            let begun = Stage { start_time: datetime.to_owned(), ..stage(TaskState::Running, "", None) };
            let then = Output {
                created: rfc3339.to_owned(),
                updated: rfc3339.to_owned(),
                current_stage: Some("DrainNodes".to_owned()),
                stages: vec![begun],
                events: vec![event(timestamp, "Begin", "begin")],
                ..output()
            };
            Case::named(format!("time.{name}"), format, state, input())
                .class(Class::Edge)
                .shows(&["created", "stages.time", "stages.zone", "output.events.timestamp"])
                .answers(then)
        })
        .collect()
}

/// Every row of the table and of the gateway's, caused where an Input can cause it, else by a fault.
fn refusals(format: Format) -> Vec<Case<Input>> {
    let not_found = (404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method.");
    let mut future = given(task());
    future.ack.tasks[0].started = Some(Timestamp::from_unix_millis(CLOCK + 1));
    let mut cases = vec![
        Case::named("task_id.unknown", format, given(task()), Input::new("T-unknown"))
            .shows(&["error.not_found", "error.codes", "alibaba.roa.service_error", "alibaba.roa.service_error.xml"])
            .refuses(400, "400", "the task T-unknown not found"),
        Case::named("task_id.future", format, future, input()).shows(&["error.not_found"]).refuses(
            400,
            "400",
            "the task T-1 not found",
        ),
        Case::named("task_id.empty", format, given(task()), Input::new(""))
            .shows(&["input.task_id", "alibaba.roa.route.unknown"])
            .refuses(not_found.0, not_found.1, not_found.2),
    ];
    let fault = [
        ("not_found", 400, "400", "400", "the task T-xxx not found", "error.not_found"),
        (
            "missing",
            400,
            "Missing%s",
            "Missingtask_id",
            "task_id is mandatory for this action.",
            "alibaba.gateway.missing",
        ),
    ];
    for (name, status, fault, code, message, fact) in fault {
        let envelope = if name == "not_found" { "alibaba.roa.service_error" } else { "alibaba.host_id.ack" };
        cases.push(
            Case::named(format!("error.{name}"), format, given(task()).refusing(Input::ID, fault), input())
                .shows(&[fact, envelope])
                .refuses(status, code, message),
        );
    }
    cases.extend(gateway::cases(format, &given(task()), &input()));
    cases
}

fn texts(format: Format) -> Vec<Case<Input>> {
    let mut cases: Vec<Case<Input>> = ADVERSARIAL
        .iter()
        .map(|(name, text, in_xml)| {
            let arrives = if format == Format::Xml { in_xml.unwrap_or(text) } else { text };
            let then = Output { events: vec![event("1795291140000", "r", arrives)], ..output() };
            Case::named(
                format!("text.{name}"),
                format,
                given(task().event(ack::Event::new(Span::seconds(0), "r", text))),
                input(),
            )
            .class(Class::Edge)
            .shows(&["output.events.message"])
            .answers(then)
        })
        .collect();
    let id = "a b/c?d#e%41*~é😀'\"<>";
    let mut strange = task();
    strange.task_id = id.to_owned();
    cases.push(
        Case::named("text.task_id", format, given(strange), Input::new(id))
            .class(Class::Edge)
            .shows(&["input.task_id", "output.task_id"])
            .answers(Output { task_id: id.to_owned(), ..output() }),
    );
    let nested = json!({"a<b": [1, -2.5, null, true, {"é": "]]>"}]});
    let mut free = task().takes(Span::seconds(60));
    free.parameters = map(nested.clone());
    free.outputs = map(nested.clone());
    cases.push(
        Case::named("text.free_form", format, given(free), input())
            .class(Class::Edge)
            .shows(&["output.parameters", "outputs", "map.xml"])
            .answers(Output {
                state: TaskState::Success,
                updated: "2026-11-22T04:00:00+08:00".to_owned(),
                parameters: map(nested.clone()),
                outputs: map(nested),
                ..output()
            }),
    );
    let hundred = (1..=100).fold(task(), |task, number| {
        task.result(ack::TaskResult::new(&format!("i-{number}"), Span::seconds(0), ResultStatus::Success))
    });
    let shown = (1..=100).map(|number| result(&format!("i-{number}"), ResultStatus::Success)).collect();
    cases.push(
        Case::named("hundred", format, given(hundred), input())
            .class(Class::Edge)
            .shows(&["output.task_result"])
            .answers(Output { task_result: shown, ..output() }),
    );
    cases
}

fn dialects(format: Format) -> Vec<Case<Input>> {
    let with = |switch: &str, given: State| {
        let mut given = given;
        given.dialect.set(switch).expect("a switch that exists");
        given
    };
    let failed = given(task().takes(Span::seconds(30)).ends(Ending::Fail));
    let sample: &'static str = if format == Format::Json { "sample.json" } else { "sample.xml" };
    let sample_shown = Output {
        cluster_id: "c78592bfe92244365b3c3ad47f1de****".to_owned(),
        task_id: "T-5faa48fb31b6b8078d000006".to_owned(),
        created: "2020-11-10T16:02:04+08:00".to_owned(),
        updated: "2020-11-10T16:03:06+08:00".to_owned(),
        task_result: vec![result("i-xxx", ResultStatus::Success)],
        ..output()
    };
    vec![
        Case::named("dialect.task_info_xml.fragment", format, with("task_info_xml=fragment", given(task())), input())
            .class(Class::Dialect)
            .shows(&["xml.root"])
            .answers(output()),
        Case::named("dialect.failed_state.failed", format, with("failed_state=failed", failed), input())
            .class(Class::Dialect)
            .shows(&["state.fail"])
            .answers(Output {
                state: TaskState::Other("failed".to_owned()),
                updated: "2026-11-22T03:59:30+08:00".to_owned(),
                ..output()
            }),
        Case::named(
            "sample.002",
            format,
            with("document=002", State::documents()),
            Input::new("T-5faa48fb31b6b8078d00****"),
        )
        .class(Class::Dialect)
        .shows(&[sample, "task_id.sample", "xml.root"])
        .answers(sample_shown),
    ]
}
