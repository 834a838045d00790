//! Laws: what holds for any value and any request.

use proptest::prelude::*;
use taskmock::Ending;
use taskmock::ack::describe_task_info;
use taskmock::dialect::{Dialect, SWITCHES};
use taskmock::ehpc::{Status, Task, TaskType, list_invocation_status, list_tasks};
use taskmock::{Backend, Format, Span, State, Timestamp};

/// Text that hurts: XML's own characters, control characters that XML can carry, astral and
/// right-to-left ones, white space at both ends.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_filter("XML 1.0 cannot carry it", |character| {
            !matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
        }),
        proptest::sample::select(vec![
            '<', '>', '&', '"', '\'', ']', '\r', '\n', '\t', ' ', '\\', '\u{202e}', '😀', '中'
        ]),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.into_iter().collect())
}

prop_compose! {
    fn task_info()(texts in prop::collection::vec(text(), 7), steps in any::<(u32, u32)>()) -> list_tasks::TaskInfo {
        let [cluster_id, errors, request, result, status, task_id, task_type] = &texts[..] else { unreachable!() };
        list_tasks::TaskInfo {
            cluster_id: cluster_id.clone(), current_step: steps.0, errors: errors.clone(), request: request.clone(),
            result: result.clone(), status: Status::from(status.as_str()), task_id: task_id.clone(),
            task_type: TaskType::from(task_type.as_str()), total_steps: steps.1,
        }
    }
}

prop_compose! {
    fn list_tasks_output()(
        request_id in text(), numbers in any::<(u32, u32, u32)>(), tasks in prop::collection::vec(task_info(), 0..4),
    ) -> list_tasks::Output {
        list_tasks::Output {
            request_id, page_number: numbers.0, page_size: numbers.1, total_count: numbers.2, tasks,
        }
    }
}

fn map() -> impl Strategy<Value = serde_json::Map<String, serde_json::Value>> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        text().prop_map(serde_json::Value::from),
    ];
    let value =
        leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(serde_json::Value::from));
    prop::collection::btree_map(text(), value, 0..3).prop_map(|map| map.into_iter().collect())
}

prop_compose! {
    fn task_info_output()(
        texts in prop::collection::vec(text(), 8), maybe in prop::option::of(text()),
        maps in prop::collection::vec(map(), 3), stages in 0usize..3, has in any::<(bool, bool)>(),
    ) -> describe_task_info::Output {
        let [a, b, c, d, e, f, g, h] = &texts[..] else { unreachable!() };
        let stage = |outputs: &serde_json::Map<String, serde_json::Value>| describe_task_info::Stage {
            state: describe_task_info::TaskState::from(a.as_str()), start_time: b.clone(), end_time: maybe.clone(),
            message: c.clone(), outputs: outputs.clone(),
        };
        describe_task_info::Output {
            cluster_id: a.clone(), task_id: b.clone(), created: c.clone(), updated: d.clone(),
            state: describe_task_info::TaskState::from(e.as_str()), task_type: f.clone(),
            current_stage: maybe.clone(),
            target: has.0.then(|| describe_task_info::Target { id: g.clone(), r#type: h.clone() }),
            parameters: maps[0].clone(),
            stages: (0..stages).map(|_| stage(&maps[1])).collect(),
            events: (0..stages).map(|_| describe_task_info::Event {
                action: a.clone(), level: b.clone(), message: c.clone(), reason: d.clone(), source: e.clone(),
                timestamp: f.clone(),
            }).collect(),
            task_result: (0..stages).map(|_| describe_task_info::TaskResult {
                data: g.clone(), status: describe_task_info::ResultStatus::from(h.as_str()),
            }).collect(),
            error: has.1.then(|| describe_task_info::Error { code: g.clone(), message: h.clone() }),
            outputs: maps[2].clone(),
        }
    }
}

/// Any dialect of those under which an answer can be read back.
fn dialect() -> impl Strategy<Value = Dialect> {
    prop::collection::vec(any::<prop::sample::Index>(), SWITCHES.len()).prop_map(|choices| {
        let mut dialect = Dialect::default();
        for ((name, values, _), choice) in SWITCHES.iter().zip(choices) {
            let value = values[choice.index(values.len())];
            if value != "truncated" && (*name, value) != ("escape_depth", "0") {
                dialect.set(&format!("{name}={value}")).expect("a listed value");
            }
        }
        dialect
    })
}

proptest! {
    #[test]
    fn encode_then_decode_is_the_identity_in_both_encodings(
        tasks in list_tasks_output(), info in task_info_output(), dialect in dialect(),
        ids in prop::collection::vec(text(), 0..4),
    ) {
        let commands = list_invocation_status::Output {
            request_id: "1".into(), command_id: "c".into(),
            invoke_status: list_invocation_status::InvokeStatus::Running,
            invoke_instances: ids.into_iter().map(|id| list_invocation_status::InvokeInstance {
                instance_invoke_status: list_invocation_status::InvokeStatus::from(id.as_str()), instance_id: id,
            }).collect(),
        };
        for format in Format::ALL {
            let body = tasks.encode(*format, &dialect);
            prop_assert_eq!(&list_tasks::Output::decode(&body, *format, &dialect).expect("it decodes"), &tasks);
            let body = commands.encode(*format, &dialect);
            prop_assert_eq!(&list_invocation_status::Output::decode(&body, *format, &dialect).expect("it decodes"), &commands);
            let body = info.encode(*format, &dialect);
            prop_assert_eq!(&describe_task_info::Output::decode(&body, *format, &dialect).expect("it decodes"), &info);
        }
    }
}

proptest! {
    #[test]
    fn an_ack_task_only_moves_forward_and_its_end_is_final(
        stages in prop::collection::vec(0u64..60, 0..4), takes in prop::option::of(0u64..200), afters in prop::collection::vec(0u64..300, 0..4),
        ends in 0usize..3, moments in prop::collection::vec(0u64..100, 1..10),
    ) {
        use taskmock::ack::{Event, ResultStatus, Stage, Task, TaskResult, TaskState};
        let ends = [Ending::Success, Ending::Fail, Ending::Never][ends].clone();
        let mut task = Task::new("c", "cluster_scaleout").id("T-1").ends(ends);
        task.takes = takes.map(Span::seconds);
        for seconds in &stages {
            task = task.stage(Stage::new("s", Span::seconds(*seconds)));
        }
        for seconds in &afters {
            task = task.event(Event::new(Span::seconds(*seconds), "r", "m"));
            task = task.result(TaskResult::new("i", Span::seconds(*seconds), ResultStatus::Failed));
        }
        let mut backend = Backend::new(State::default());
        backend.submit(task);
        let mut before: Option<describe_task_info::Output> = None;
        for moment in moments {
            backend.advance(std::time::Duration::from_secs(moment));
            let response = backend.respond(&crate::support::get("/tasks/T-1"));
            let now = describe_task_info::Output::decode(response.body(), Format::Json, &Dialect::default()).expect("an answer");
            if let Some(before) = before {
                prop_assert!(now.updated >= before.updated && now.stages.len() >= before.stages.len());
                prop_assert!(now.events.starts_with(&before.events));
                prop_assert!(before.state == TaskState::Running || now == before);
            }
            before = Some(now);
        }
    }

    #[test]
    fn json_texts_come_back_from_depth_zero(value in map()) {
        let dialect = Dialect::of_document("004").map(|mut dialect| { dialect.set("escape_depth=0").expect("a switch"); dialect }).expect("004");
        let text = serde_json::Value::Object(value).to_string();
        let task = list_tasks::TaskInfo {
            cluster_id: "c".into(), current_step: 0, errors: "[]".into(), request: text.clone(), result: text,
            status: Status::Success, task_id: "t".into(), task_type: TaskType::StopCluster, total_steps: 1,
        };
        let output = list_tasks::Output { request_id: "1".into(), page_number: 1, page_size: 1, total_count: 1, tasks: vec![task] };
        let body = output.encode(Format::Json, &dialect);
        prop_assert_eq!(list_tasks::Output::decode(&body, Format::Json, &dialect).expect("it decodes"), output);
    }

    #[test]
    fn no_body_makes_a_decoder_panic(body in prop::collection::vec(any::<u8>(), 0..60), dialect in dialect(), text in "[\\[\\]{}\",:0-9a-zA-Z<>/&;]{0,40}") {
        for body in [&body[..], text.as_bytes(), b"[]", b"1", b"\"x\"", b"null", b"{\"Tasks\":1}"] {
            for depth in ["0", "1", "2"] {
                let mut dialect = dialect;
                dialect.set(&format!("escape_depth={depth}")).expect("a switch");
                for format in Format::ALL {
                    let _ = list_tasks::Output::decode(body, *format, &dialect);
                    let _ = list_invocation_status::Output::decode(body, *format, &dialect);
                    let _ = describe_task_info::Output::decode(body, *format, &dialect);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_index_that_took_in_submissions_finds_what_one_built_anew_finds(
        steps in prop::collection::vec((0usize..5, 0u64..40, 0usize..4), 1..40),
    ) {
        let endings = [Ending::Success, Ending::Fail, Ending::PartialFail, Ending::Never];
        let mut backend = Backend::documents();
        for (step, seconds, ends) in steps {
            match step {
                0 => backend.advance(std::time::Duration::from_secs(seconds * 10)),
                1 => {
                    let mut task = Task::new("ehpc-hz-FYUr32****", TaskType::StopCluster).takes(Span::seconds(seconds)).ends(endings[ends].clone());
                    // Some were submitted earlier, some will be later, some in a cluster of their own.
                    if ends == 1 {
                        task.started = Some(Timestamp::from_unix_millis(backend.now().unix_millis() + (seconds as i64 - 20) * 10_000));
                    }
                    if ends == 2 {
                        task.cluster_id = "c".into();
                    }
                    backend.submit(task);
                }
                2 => {
                    let task = taskmock::dws::Task::new("9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "lc", ["Grow", "Create"][ends % 2]);
                    backend.submit(task.takes(Span::seconds(seconds)));
                }
                3 => {
                    backend.submit(taskmock::ack::Task::new("c", "cluster_scaleout").id(&format!("T-{seconds}")));
                }
                _ => {
                    backend.submit(taskmock::ehpc::Command::new("c", []).id(&format!("c-{seconds}")));
                }
            }
            let mut anew = Backend::new(backend.state().clone());
            for target in [
                "/?Action=ListTasks&ClusterId=ehpc-hz-FYUr32****&PageSize=50".to_owned(),
                "/?Action=ListTasks&ClusterId=ehpc-hz-FYUr32****&PageSize=50&Archived=true".to_owned(),
                "/?Action=ListTasks&ClusterId=c&Archived=true".to_owned(),
                format!("/?Action=ListInvocationStatus&ClusterId=c&CommandId=c-{seconds}"),
                format!("/tasks/T-{seconds}"),
                format!("{}?limit=50", crate::support::DWS_PATH),
                format!("{}?type=Grow&order_by=endTime", crate::support::DWS_PATH),
            ] {
                let request = crate::support::get(&target);
                let (found, expected) = (backend.respond(&request), anew.respond(&request));
                prop_assert_eq!(found.body(), expected.body(), "{}", target);
            }
        }
    }
}
