//! ListLogicalClusterTasks: filters, order, pages, and tasks that end while they are watched.

use std::time::Duration;

use serde_json::{Value, json};
use taskmock::Ending;
use taskmock::dws::Task;
use taskmock::{Backend, Span, State};

use crate::support::{DWS_PATH, ask, field};

const CLUSTER: &str = "9b7ff56b-47b3-4d00-a1fd-4c023d34404b";

/// Tasks started an hour apart, `log` naming them: a to e.
fn five() -> Backend {
    let mut state = State::documents();
    state.dws.tasks.clear();
    for (number, (name, kind, lc, takes, ends)) in (0..).zip([
        ("a", "Grow", "elastic_group", 60, Ending::Success),
        ("b", "Create", "one", 86_400 * 3650, Ending::Success),
        ("c", "Create", "two", 7200, Ending::Fail),
        ("d", "Delete", "one", 60, Ending::Fail),
        ("e", "Grow", "elastic_group", 60, Ending::Never),
    ]) {
        state.dws.tasks.push(Task {
            started: Some(format!("2023-06-05T0{number}:00:00Z").parse().expect("a time")),
            ends,
            log: name.to_owned(),
            ..Task::new(CLUSTER, lc, kind).takes(Span::seconds(takes))
        });
    }
    Backend::new(state)
}

/// The start hours of a page, which name its tasks too, and the count.
fn hours(backend: &mut Backend, query: &str) -> (String, u64) {
    let (status, body) = ask(backend, &format!("{DWS_PATH}?{query}"));
    assert_eq!(status, 200, "{query}: {body}");
    let hours = field(&body["logical_cluster_tasks"], "start_time").iter().map(|time| &time[12..13]).collect();
    (hours, body["count"].as_u64().expect("a number"))
}

#[test]
fn lists_are_filtered_ordered_and_paged_in_this_order() {
    let mut backend = five();
    for (query, expected) in [
        ("", ("01234", 5)),
        ("order=ASC", ("01234", 5)),
        ("order=DESC", ("43210", 5)),
        ("order_by=startTime&order=DESC", ("43210", 5)),
        ("order_by=start_time", ("01234", 5)),
        ("order_by=type", ("12304", 5)),
        ("order_by=type&order=DESC", ("40321", 5)),
        ("order_by=logicalClusterName", ("04132", 5)),
        // Running tasks, b and e, show nothing there and come first.
        ("order_by=endTime", ("14032", 5)),
        ("order_by=result", ("14230", 5)),
        ("order_by=log", ("14023", 5)),
        ("type=Create", ("12", 2)),
        ("type=create", ("", 0)),
        ("type=Expand", ("", 0)),
        ("logical_cluster_name=one", ("13", 2)),
        ("logical_cluster_name=on", ("", 0)),
        ("logical_cluster_name=one&type=Delete", ("3", 1)),
        ("limit=2", ("01", 5)),
        ("limit=2&offset=1", ("23", 5)),
        ("limit=2&offset=2", ("4", 5)),
        ("limit=2&offset=3", ("", 5)),
        ("limit=2147483647", ("01234", 5)),
        ("limit=2147483647&offset=2147483647", ("", 5)),
        ("type=Create&limit=1&offset=1&order=DESC", ("1", 2)),
        ("offset=&limit=&type=&order=&order_by=&logical_cluster_name=", ("01234", 5)),
        ("type=Create&type=Grow", ("12", 2)),
        ("unknown=1&limit=1", ("0", 5)),
    ] {
        assert_eq!(hours(&mut backend, query), (expected.0.to_owned(), expected.1), "{query}");
        assert_eq!(hours(&mut backend, query), (expected.0.to_owned(), expected.1), "again: {query}");
    }
}

#[test]
fn offset_counts_rows_in_the_dialect_that_says_so() {
    let mut backend = five();
    backend.state_mut().dialect.set("offset=row").expect("a switch");
    assert_eq!(hours(&mut backend, "limit=2&offset=1"), ("12".to_owned(), 5));
}

#[test]
fn a_filtered_list_follows_the_clock() {
    let mut backend = five();
    backend.submit(Task::new(CLUSTER, "one", "Shrink").takes(Span::seconds(90)).log("done"));
    let shrunk =
        |backend: &mut Backend| ask(backend, &format!("{DWS_PATH}?type=Shrink")).1["logical_cluster_tasks"][0].take();
    let running = json!({
        "type": "Shrink", "logical_cluster_name": "one", "start_time": "2024-03-03 00:00:00",
        "end_time": "", "result": "", "log": "",
    });
    assert_eq!(shrunk(&mut backend), running);
    backend.advance(Duration::from_secs(89));
    assert_eq!(shrunk(&mut backend), running);
    assert_eq!(hours(&mut backend, "order_by=result&order=DESC&limit=1").0, "0");
    backend.advance(Duration::from_secs(1));
    let ended = json!({
        "type": "Shrink", "logical_cluster_name": "one", "start_time": "2024-03-03 00:00:00",
        "end_time": "2024-03-03 00:01:30", "result": "success", "log": "done",
    });
    assert_eq!(shrunk(&mut backend), ended);
    let (_, last) = ask(&mut backend, &format!("{DWS_PATH}?order_by=endTime&order=DESC&limit=1"));
    assert_eq!(last["logical_cluster_tasks"][0], ended);
}

#[test]
fn a_running_task_shows_null_in_the_dialect_that_says_so() {
    let mut backend = five();
    backend.state_mut().dialect.set("unfinished=null").expect("a switch");
    let (_, body) = ask(&mut backend, &format!("{DWS_PATH}?order=DESC&limit=1"));
    let task = &body["logical_cluster_tasks"][0];
    assert_eq!((&task["end_time"], &task["result"], &task["log"]), (&Value::Null, &Value::Null, &json!("")));
}

#[test]
fn an_empty_cluster_still_has_both_keys() {
    let mut backend = five();
    backend.state_mut().dws.tasks.clear();
    assert_eq!(ask(&mut backend, DWS_PATH), (200, json!({"logical_cluster_tasks": [], "count": 0})));
}

#[test]
fn what_is_out_of_range_is_refused() {
    let mut backend = five();
    for query in [
        "offset=-1",
        "offset=abc",
        "offset=1.5",
        "offset=2147483648",
        "limit=0",
        "limit=-1",
        "limit=1.5",
        "limit=true",
        "limit=9223372036854775807",
        "limit=99999999999999999999",
        "order=desc",
        "order=UP",
        "order_by=nothing",
    ] {
        let (status, body) = ask(&mut backend, &format!("{DWS_PATH}?{query}"));
        let expected = (400, json!({"error_code": "DWS.0001", "error_msg": "Incorrect parameter."}));
        assert_eq!((status, body), expected, "{query}");
    }
    let project = "9b06d044ea4f49f1a58b2bed2b0084bd";
    for (path, expected) in [
        (format!("/v2/{project}/clusters/not%20a%2Fuuid/logical-clusters/tasks"), (400, "DWS.0001")),
        (format!("/v2/{project}/clusters/%7Bcluster_id%7D/logical-clusters/tasks"), (400, "DWS.0001")),
        (
            format!("/v2/{project}/clusters/00000000-0000-4000-8000-000000000000/logical-clusters/tasks"),
            (404, "DWS.0047"),
        ),
        (format!("/v2/another/clusters/{CLUSTER}/logical-clusters/tasks"), (404, "DWS.0047")),
        (format!("/v2//clusters/{CLUSTER}/logical-clusters/tasks"), (404, "APIGW.0101")),
        (format!("/v2/{project}/clusters/{CLUSTER}/logical-clusters/tasks/"), (404, "APIGW.0101")),
        (format!("/v2/{project}/clusters/{CLUSTER}/logical-clusters"), (404, "APIGW.0101")),
    ] {
        let (status, body) = ask(&mut backend, &path);
        assert_eq!((status, body["error_code"].as_str()), (expected.0, Some(expected.1)), "{path}");
    }
}

#[test]
fn a_task_without_a_time_starts_when_the_state_is_loaded_and_ends() {
    let mut state = State::documents();
    state.dws.tasks = vec![Task::new(CLUSTER, "lc", "Grow").takes(Span::seconds(60)).log("done")];
    let mut loaded = Backend::documents();
    loaded.load(state.clone());
    for mut backend in [Backend::new(state), loaded] {
        let mut first = || ask(&mut backend, DWS_PATH).1["logical_cluster_tasks"][0].clone();
        let running = first();
        assert_eq!((&running["start_time"], &running["result"]), (&json!("2024-03-03 00:00:00"), &json!("")));
        backend.advance(Duration::from_secs(60));
        let ended = ask(&mut backend, DWS_PATH).1["logical_cluster_tasks"][0].clone();
        assert_eq!((&ended["end_time"], &ended["result"]), (&json!("2024-03-03 00:01:00"), &json!("success")));
    }
}

#[test]
fn each_cluster_has_its_own_tasks_whatever_was_submitted_last() {
    let other = "00000000-0000-0000-0000-000000000001";
    let mut state = State::documents();
    let project_id = state.dws.clusters[0].project_id.clone();
    state.dws.clusters.push(taskmock::dws::Cluster { project_id, cluster_id: other.to_owned() });
    state.dws.tasks = vec![Task::new(CLUSTER, "mine", "Grow"), Task::new(other, "other", "Grow")];
    let mut backend = Backend::new(state);
    let names = |backend: &mut Backend, cluster: &str| {
        let (_, body) = ask(backend, &DWS_PATH.replace(CLUSTER, cluster));
        field(&body["logical_cluster_tasks"], "logical_cluster_name").join(",")
    };
    assert_eq!((names(&mut backend, CLUSTER), names(&mut backend, other)), ("mine".into(), "other".into()));
    backend.submit(Task::new(other, "other2", "Grow"));
    backend.submit(Task::new(CLUSTER, "mine2", "Grow"));
    assert_eq!(
        (names(&mut backend, CLUSTER), names(&mut backend, other)),
        ("mine,mine2".into(), "other,other2".into())
    );
}
