//! ListTasks: paging, Archived, TaskId, and tasks that end while they are watched.

use std::time::Duration;

use serde_json::{Value, json};
use taskmock::Ending;
use taskmock::ehpc::{Task, TaskType};
use taskmock::{Backend, Span, State, Timestamp};

use crate::support::{field, list_tasks};

/// A cluster `c` with tasks `t1` (oldest) to `t12`, submitted a minute apart before the clock:
/// odd ones have ended, even ones run.
fn twelve() -> Backend {
    let mut state = State { clock: "2026-11-21T20:00:00Z".parse().expect("a time"), ..State::default() };
    for number in 1..=12i64 {
        let submitted = Timestamp::from_unix_millis(state.now().unix_millis() - (13 - number) * 60_000);
        let takes = if number % 2 == 1 { 30 } else { 36_000 };
        let task = Task::new("c", TaskType::AddComputes).id(&format!("t{number}")).takes(Span::seconds(takes));
        state.ehpc.tasks.push(Task { started: Some(submitted), ..task });
    }
    state.ehpc.clusters.push("empty".to_owned());
    state.ehpc.tasks.push(Task::new("other", TaskType::StopCluster).id("elsewhere"));
    Backend::new(state)
}

fn ids(backend: &mut Backend, parameters: &str) -> (u64, Vec<String>) {
    let (status, body) = list_tasks(backend, parameters);
    assert_eq!(status, 200, "{parameters}: {body}");
    let ids = field(&body["Tasks"], "TaskId").into_iter().map(str::to_owned).collect();
    (body["TotalCount"].as_u64().expect("a number"), ids)
}

fn refusal(backend: &mut Backend, parameters: &str) -> (u16, String, String) {
    let (status, body) = list_tasks(backend, parameters);
    let word = |name: &str| body[name].as_str().unwrap_or_else(|| panic!("{parameters}: {body}")).to_owned();
    (status, word("Code"), word("Message"))
}

#[test]
fn archived_false_or_absent_lists_running_tasks_only_and_true_lists_all_newest_first() {
    let mut backend = twelve();
    let running = (6, vec!["t12", "t10", "t8", "t6", "t4", "t2"].into_iter().map(str::to_owned).collect());
    for parameters in [
        "ClusterId=c",
        "ClusterId=c&Archived=false",
        "ClusterId=c&Archived=False",
        "ClusterId=c&Archived=FALSE",
        "ClusterId=c&Archived=",
    ] {
        assert_eq!(ids(&mut backend, parameters), running, "{parameters}");
    }
    for archived in ["true", "True", "TRUE"] {
        let (total, listed) = ids(&mut backend, &format!("ClusterId=c&Archived={archived}&PageSize=50"));
        assert_eq!(total, 12);
        assert_eq!(listed, ["t12", "t11", "t10", "t9", "t8", "t7", "t6", "t5", "t4", "t3", "t2", "t1"]);
    }
}

#[test]
fn a_cluster_without_running_tasks_gives_an_empty_array() {
    let mut backend = twelve();
    let (status, body) = list_tasks(&mut backend, "ClusterId=empty");
    assert_eq!((status, &body["Tasks"], &body["TotalCount"]), (200, &json!([]), &json!(0)));
}

#[test]
fn a_task_id_makes_archived_void_whatever_it_says() {
    let mut backend = twelve();
    for (task, expected) in [("t3", vec!["t3"]), ("t4", vec!["t4"]), ("nobody", vec![]), ("elsewhere", vec![])] {
        for archived in ["", "&Archived=true", "&Archived=false"] {
            let (total, listed) = ids(&mut backend, &format!("ClusterId=c&TaskId={task}{archived}"));
            assert_eq!(
                (total, listed),
                (expected.len() as u64, expected.iter().map(|id| (*id).to_owned()).collect()),
                "{task}{archived}"
            );
        }
    }
}

#[test]
fn pages_partition_the_list_and_total_count_is_of_the_list() {
    let mut backend = twelve();
    for (page, expected) in [
        ("PageNumber=1&PageSize=5", vec!["t12", "t11", "t10", "t9", "t8"]),
        ("PageNumber=2&PageSize=5", vec!["t7", "t6", "t5", "t4", "t3"]),
        ("PageNumber=3&PageSize=5", vec!["t2", "t1"]),
        ("PageNumber=4&PageSize=5", vec![]),
        ("PageNumber=2&PageSize=6", vec!["t6", "t5", "t4", "t3", "t2", "t1"]),
        ("PageNumber=3&PageSize=6", vec![]),
        ("PageNumber=2", vec!["t2", "t1"]),
        ("PageNumber=999&PageSize=50", vec![]),
    ] {
        let (total, listed) = ids(&mut backend, &format!("ClusterId=c&Archived=true&{page}"));
        assert_eq!((total, listed), (12, expected.into_iter().map(str::to_owned).collect()), "{page}");
    }
    let (_, body) = list_tasks(&mut backend, "ClusterId=c&PageNumber=2&PageSize=5");
    assert_eq!((&body["PageNumber"], &body["PageSize"]), (&json!(2), &json!(5)));
    let (_, body) = list_tasks(&mut backend, "ClusterId=c");
    assert_eq!((&body["PageNumber"], &body["PageSize"]), (&json!(1), &json!(10)));
}

#[test]
fn numbers_out_of_bounds_or_malformed_name_their_parameter() {
    let mut backend = twelve();
    let wrong = ["0", "-1", "%2B1", "1.5", "1e1", "x", "%201", "0x1", "99999999999999999999", "%EF%BC%91"];
    for (name, more) in [("PageNumber", ["1000", "1001"]), ("PageSize", ["51", "52"])] {
        for value in wrong.iter().chain(&more) {
            let said = refusal(&mut backend, &format!("ClusterId=c&{name}={value}"));
            assert_eq!(said, (400, "InvalidParams".to_owned(), format!("Invalid param: {name}")), "{value}");
        }
    }
    for value in ["1", "0", "yes", "tru", "truee"] {
        let said = refusal(&mut backend, &format!("ClusterId=c&Archived={value}"));
        assert_eq!(said, (400, "InvalidParams".to_owned(), "Invalid param: Archived".to_owned()), "{value}");
    }
    for fine in ["PageNumber=1", "PageNumber=999", "PageSize=1", "PageSize=50", "PageNumber=01", "PageNumber="] {
        assert_eq!(list_tasks(&mut backend, &format!("ClusterId=c&{fine}")).0, 200, "{fine}");
    }
}

#[test]
fn a_cluster_must_be_named_and_exist() {
    let mut backend = twelve();
    for parameters in ["", "ClusterId=", "clusterid=c"] {
        let expected = (400, "MissingClusterId".to_owned(), "ClusterId is mandatory for this action.".to_owned());
        assert_eq!(refusal(&mut backend, parameters), expected, "{parameters}");
    }
    let expected = (404, "ClusterNotFound".to_owned(), "The specified cluster does not exist.".to_owned());
    assert_eq!(refusal(&mut backend, "ClusterId=C"), expected);
}

fn watch(backend: &mut Backend, task_id: &str) -> (String, u64, u64, String) {
    let (_, body) = list_tasks(backend, &format!("ClusterId=c&TaskId={task_id}"));
    let task = &body["Tasks"][0];
    let number = |name: &str| task[name].as_u64().expect("a number");
    let word = |name: &str| task[name].as_str().expect("a text").to_owned();
    (word("Status"), number("CurrentStep"), number("TotalSteps"), word("Errors"))
}

#[test]
fn a_submitted_task_is_watched_from_its_first_step_to_each_of_its_ends() {
    for (ends, status, errors) in [
        (Ending::Success, "Success", "[]"),
        (Ending::Fail, "Fail", r#"["no stock"]"#),
        (Ending::PartialFail, "PartialFail", r#"["no stock"]"#),
    ] {
        let mut backend = twelve();
        let mut task = Task::new("c", TaskType::AddComputes).steps(4).takes(Duration::from_secs(40)).ends(ends.clone());
        if ends != Ending::Success {
            task = task.reason("no stock");
        }
        let id = backend.submit(task);
        for (seconds, step) in [(0, 0), (9, 0), (1, 1), (20, 3), (9, 3)] {
            backend.advance(Duration::from_secs(seconds));
            assert_eq!(watch(&mut backend, &id), ("Processing".to_owned(), step, 4, "[]".to_owned()));
        }
        backend.advance(Duration::from_secs(1));
        assert_eq!(watch(&mut backend, &id), (status.to_owned(), 4, 4, errors.to_owned()));
        backend.advance(Duration::from_secs(1_000_000_000));
        assert_eq!(watch(&mut backend, &id), (status.to_owned(), 4, 4, errors.to_owned()));
    }
}

#[test]
fn a_task_that_ends_between_two_pages_leaves_the_running_list_and_stays_in_the_history() {
    let mut backend = twelve();
    backend.edit_first("t12", 120);
    assert_eq!(ids(&mut backend, "ClusterId=c&PageSize=3").1, ["t12", "t10", "t8"]);
    let (total, history) = ids(&mut backend, "ClusterId=c&Archived=true&PageSize=50");
    backend.advance(Duration::from_secs(3600));
    assert_eq!(ids(&mut backend, "ClusterId=c&PageSize=3"), (5, vec!["t10".into(), "t8".into(), "t6".into()]));
    assert_eq!(ids(&mut backend, "ClusterId=c&Archived=true&PageSize=50"), (total, history));
}

#[test]
fn what_is_put_into_the_state_without_a_time_starts_when_it_is_put_in() {
    let mut backend = twelve();
    backend.advance(Duration::from_secs(5));
    backend.state_mut().ehpc.tasks.push(Task::new("c", TaskType::StopCluster).id("pushed"));
    backend.advance(Duration::from_secs(60));
    assert_eq!(watch(&mut backend, "pushed"), ("Processing".to_owned(), 1, 10, "[]".to_owned()));
}

#[test]
fn a_task_that_is_submitted_under_a_taken_id_replaces_the_other() {
    let mut backend = twelve();
    backend.submit(Task::new("c", TaskType::DeleteComputes).id("t3"));
    let (_, body) = list_tasks(&mut backend, "ClusterId=c&TaskId=t3");
    assert_eq!((&body["TotalCount"], &body["Tasks"][0]["TaskType"]), (&json!(1), &json!("DeleteComputes")));
    assert_eq!(ids(&mut backend, "ClusterId=c&Archived=true").0, 12);
}

#[test]
fn a_page_is_the_output_that_it_decodes_to() {
    use taskmock::ehpc::list_tasks::{Input, Output};
    for switches in [
        "",
        "failed_status=Failed,reset_type=ResetCompute",
        "tasks=object",
        "escape_depth=2,page=abridged",
        "escape_depth=0",
    ] {
        let dialect = switches.parse().expect("switches");
        for format in taskmock::Format::ALL {
            let mut backend = twelve();
            backend.state_mut().dialect = dialect;
            for task_type in [TaskType::ResetComputes, TaskType::from("Nobody<'s>")] {
                backend.submit(Task::new("c", task_type).ends(Ending::Fail).takes(Span::seconds(0)).reason("<\"é\">"));
            }
            let response = backend.respond(&Input { archived: Some(true), ..Input::new("c") }.request(*format));
            let output = Output::decode(response.body(), *format, &dialect)
                .unwrap_or_else(|error| panic!("{switches}: {error}"));
            assert_eq!(output.tasks.len(), if switches.contains("abridged") { 1 } else { 10 });
            assert_eq!(output.encode(*format, &dialect), response.body()[..], "{switches} {format}");
        }
    }
}

trait EditFirst {
    fn edit_first(&mut self, id: &str, takes: u64);
}

impl EditFirst for Backend {
    fn edit_first(&mut self, id: &str, takes: u64) {
        let task = self.state_mut().ehpc.tasks.iter_mut().find(|task| task.task_id == id).expect("it is there");
        task.takes = Span::seconds(takes);
    }
}

#[test]
fn a_task_does_not_show_before_it_is_submitted() {
    let mut backend = twelve();
    let later = backend.now().after(Duration::from_secs(60));
    let task = Task::new("c", TaskType::StopCluster).id("later");
    backend.state_mut().ehpc.tasks.push(Task { started: Some(later), ..task });
    assert_eq!(ids(&mut backend, "ClusterId=c&TaskId=later").0, 0);
    assert_eq!(ids(&mut backend, "ClusterId=c").0, 6);
    backend.advance(Duration::from_secs(60));
    assert_eq!(ids(&mut backend, "ClusterId=c&TaskId=later").1, ["later"]);
    assert_eq!(ids(&mut backend, "ClusterId=c").1[0], "later");
}

#[test]
fn result_fits_the_type_of_the_task_and_the_json_texts_are_json() {
    for (task_type, expected) in [
        ("CreateCluster", json!({"Instances": []})),
        ("AddComputes", json!({"Instances": []})),
        ("StartCluster", json!({})),
        ("StopCluster", json!({})),
        ("DeleteCluster", json!({})),
        ("StartComputes", json!({})),
        ("ResetComputes", json!({})),
        ("StopComputes", json!({})),
        ("DeleteComputes", json!({})),
        ("NobodyDocumentedThis", json!({})),
    ] {
        let mut backend = Backend::new(State::default());
        let id = backend.submit(Task::new("c", TaskType::from(task_type)));
        let (_, body) = list_tasks(&mut backend, &format!("ClusterId=c&TaskId={id}"));
        let task = &body["Tasks"][0];
        assert_eq!(task["TaskType"], task_type);
        let text = |name: &str| serde_json::from_str::<Value>(task[name].as_str().expect("a text")).expect("JSON");
        assert_eq!(text("Result"), expected, "{task_type}");
        assert_eq!(text("Errors"), json!([]));
        assert_eq!(text("Request"), json!({"clusterId": "c"}));
    }
}

#[test]
fn a_page_is_served_again_with_a_fresh_request_id_until_something_changes() {
    let mut backend = twelve();
    let mut bodies = Vec::new();
    let mut ask = |backend: &mut Backend| {
        let (_, mut body) = list_tasks(backend, "ClusterId=c");
        let id = body["RequestId"].take();
        bodies.push(id.to_string());
        body
    };
    let first = ask(&mut backend);
    assert_eq!(ask(&mut backend), first);
    let task_id = backend.submit(Task::new("c", TaskType::StopCluster));
    let changed = ask(&mut backend);
    assert_eq!(changed["Tasks"][0]["TaskId"], task_id.as_str());
    backend.advance(Duration::from_secs(60));
    assert_eq!(ask(&mut backend)["Tasks"][0]["CurrentStep"], 1);
    backend.reset();
    assert_eq!(ask(&mut backend), first);
    // After the reset the count of requests starts again, and the ids with it.
    assert_eq!(bodies[0], bodies[4]);
    let distinct: std::collections::HashSet<&String> = bodies[..4].iter().collect();
    assert_eq!(distinct.len(), 4);
}
