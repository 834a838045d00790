//! Laws: what holds for any value and any request.

use proptest::prelude::*;
use taskmock::ack::describe_task_info;
use taskmock::dialect::{Dialect, SWITCHES};
use taskmock::ehpc::{Ending, Status, Task, TaskType, list_invocation_status, list_tasks};
use taskmock::{Backend, Format, Span, State, Timestamp};

use crate::support::{field, list_tasks};

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

    #[test]
    fn no_request_makes_a_backend_panic(
        method in "[A-Z]{1,8}", path in "(/|/tasks/|/v2/|/__taskmock__/)?[!-~]{0,30}", query in "[!-~]{0,60}",
        headers in prop::collection::vec(("[a-z-]{1,12}", "[ -~]{0,30}"), 0..5), body in any::<Vec<u8>>(), action in 0usize..4,
    ) {
        let action = ["", "&Action=ListTasks", "&Action=ListInvocationStatus&ClusterId=c", "&Action=ListTasks&ClusterId=ehpc-hz-FYUr32****"][action];
        let mut request = http::Request::builder().method(method.as_str()).uri(format!("/{path}?{query}{action}"));
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        // What the http crate cannot hold never reaches a backend.
        if let Ok(request) = request.body(body.into()) {
            let mut backend = Backend::documents();
            let first = backend.respond(&request);
            prop_assert!((200..600).contains(&first.status().as_u16()));
            let again = Backend::documents().respond(&request);
            prop_assert_eq!(first.body(), again.body());
            prop_assert_eq!(first.headers(), again.headers());
        }
    }

    #[test]
    fn pages_partition_any_list_and_archived_is_a_superset(
        scripts in prop::collection::vec((0i64..600, 0u64..600, 0usize..4), 0..40), size in 1usize..=50,
        steps in prop::collection::vec(0u64..200, 1..4),
    ) {
        let mut state = State::default();
        state.ehpc.clusters.push("c".into());
        let endings = [Ending::Success, Ending::Fail, Ending::PartialFail, Ending::Never];
        for (number, (before, takes, ends)) in scripts.iter().enumerate() {
            let submitted = Timestamp::from_unix_millis(state.clock.unix_millis() + (300 - before) * 1000);
            let task = Task::new("c", TaskType::StopCluster).id(&number.to_string()).takes(Span::seconds(*takes)).ends(endings[*ends]);
            state.ehpc.tasks.push(Task { submitted: Some(submitted), ..task });
        }
        let mut backend = Backend::new(state.clone());
        for step in steps {
            backend.advance(std::time::Duration::from_secs(step));
            let now = backend.now();
            let submitted: Vec<&Task> = state.ehpc.tasks.iter().filter(|task| task.submitted <= Some(now)).collect();
            let runs = |task: &Task| task.ends == Ending::Never
                || task.submitted.expect("it has a time").after(task.takes.duration()) > now;
            let mut history = listed(&mut backend, size, "true");
            let running = listed(&mut backend, size, "false");
            prop_assert!(running.iter().all(|id| history.contains(id)));
            let mut expected: Vec<String> = submitted.iter().map(|task| task.task_id.clone()).collect();
            let mut expected_running: Vec<String> =
                submitted.iter().filter(|task| runs(task)).map(|task| task.task_id.clone()).collect();
            let mut running_sorted = running.clone();
            for list in [&mut history, &mut expected, &mut running_sorted, &mut expected_running] {
                list.sort();
            }
            prop_assert_eq!(history, expected);
            prop_assert_eq!(running_sorted, expected_running);
        }
    }
}

/// All pages, one after another, each with the same total.
fn listed(backend: &mut Backend, size: usize, archived: &str) -> Vec<String> {
    let mut all = Vec::new();
    for page in 1.. {
        let (_, body) =
            list_tasks(backend, &format!("ClusterId=c&Archived={archived}&PageSize={size}&PageNumber={page}"));
        let ids = field(&body["Tasks"], "TaskId");
        assert!(ids.len() <= size);
        if ids.is_empty() {
            assert_eq!(body["TotalCount"], all.len());
            break;
        }
        all.extend(ids.into_iter().map(str::to_owned));
    }
    all
}
