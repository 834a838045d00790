//! The request log: what it says of a request, its bounds, and what a test expects of it.

use std::time::Duration;

use serde_json::json;
use taskmock::{Backend, Expected, Fault, LogLimits};

use crate::support::{CLUSTER, DWS_PATH, get};

fn list_tasks(backend: &mut Backend, page: u32) {
    backend.respond(&get(&format!("/?Action=ListTasks&Format=JSON&ClusterId={CLUSTER}&PageNumber={page}")));
}

#[test]
fn an_entry_says_when_what_and_how_it_was_answered() {
    let mut backend = Backend::documents();
    list_tasks(&mut backend, 1);
    backend.advance(Duration::from_secs(5));
    let id = backend.inject(Fault::error("DbError").on("ehpc.list_tasks")).expect("right");
    list_tasks(&mut backend, 2);
    backend.respond(&get("/nowhere?a=1"));
    backend.respond(&get(&format!("{DWS_PATH}?limit=0")));
    backend.inject(Fault::reset()).expect("right");
    let form = format!("ClusterId={CLUSTER}&TaskId=a%20b");
    let mut posted = get("/?Action=ListTasks");
    *posted.method_mut() = http::Method::POST;
    *posted.body_mut() = form.into();
    backend.respond(&posted);

    let all = backend.requests();
    let shown: Vec<_> = all
        .iter()
        .map(|entry| {
            (entry.number, entry.at.to_string(), entry.operation, entry.status, entry.code.as_deref(), entry.fault)
        })
        .collect();
    let (start, later) = ("2024-03-03T00:00:00Z".to_owned(), "2024-03-03T00:00:05Z".to_owned());
    assert_eq!(
        shown[..4],
        [
            (1, start, Some("ehpc.list_tasks"), 200, None, None),
            (2, later.clone(), Some("ehpc.list_tasks"), 406, Some("DbError"), Some(id)),
            (3, later.clone(), None, 404, None, None),
            (4, later, Some("dws.list_logical_cluster_tasks"), 400, Some("DWS.0001"), None),
        ]
    );
    assert_eq!(
        (all[1].parameter("PageNumber"), all[1].parameter("ClusterId")),
        (Some("2"), Some("ehpc-hz-FYUr32****"))
    );
    assert_eq!((all[2].parameters.len(), all[3].parameter("limit")), (0, Some("0")));
    assert_eq!((all[4].parameter("TaskId"), all[4].status), (Some("a b"), 0));
    let written = serde_json::to_value(&all[4]).expect("JSON");
    assert_eq!((&written["status"], &written["fault"]), (&json!(null), &json!(2)));
    assert!(written.get("connection").is_none(), "without a server");
}

#[test]
fn it_is_bounded_by_count_and_by_bytes_and_says_what_it_dropped() {
    let mut backend = Backend::documents();
    backend.limit_log(LogLimits { requests: 3, bytes: 1 << 20 });
    (1..=5).for_each(|page| list_tasks(&mut backend, page));
    let numbers = |backend: &Backend| backend.requests().iter().map(|entry| entry.number).collect::<Vec<_>>();
    assert_eq!((numbers(&backend), backend.received(), backend.dropped()), (vec![3, 4, 5], 5, 2));
    assert_eq!(backend.count("ehpc.list_tasks"), 5);
    backend.limit_log(LogLimits { requests: 3, bytes: 1200 });
    assert!(backend.requests().len() < 3, "each has at least 512 bytes");
    backend.clear_log();
    assert_eq!((backend.received(), backend.dropped(), backend.count("ehpc.list_tasks")), (0, 0, 0));
    list_tasks(&mut backend, 1);
    assert_eq!(numbers(&backend), [1]);
}

#[test]
fn a_body_is_copied_out_of_the_buffer_it_came_in() {
    let mut backend = Backend::documents();
    let buffer = bytes::Bytes::from(vec![b'a'; 1 << 20]);
    let mut request = get("/?Action=ListTasks");
    *request.method_mut() = http::Method::POST;
    *request.body_mut() = buffer.slice(10..20);
    backend.respond(&request);
    drop(request);
    assert!(buffer.is_unique(), "the log pins nothing");
    assert_eq!(backend.requests()[0].body, "aaaaaaaaaa");
}

#[test]
fn what_is_expected_is_counted() {
    let mut backend = Backend::documents();
    [1, 2, 2].into_iter().for_each(|page| list_tasks(&mut backend, page));
    let call = || Expected::call("ehpc.list_tasks");
    for met in [
        call(),
        call().times(3),
        call().with("PageNumber", "2").times(2),
        call().at_least(3),
        call().at_most(3),
        call().with("PageNumber", "3").never(),
        call().with_header("Accept", "x").never(),
        call().answered(200).times(3),
        Expected::call("ack.describe_task_info").never(),
    ] {
        assert_eq!(backend.verify(&met), Ok(()), "{met}");
    }
    for (unmet, said) in [
        (
            call().with("PageNumber", "2").times(3),
            "expected 3 calls of ehpc.list_tasks with PageNumber=2; got 2 of 3 requests\n\
             nearest: request 1, ehpc.list_tasks, answered with 200\n  \
             PageNumber: expected `2`, it is `1`\n",
        ),
        (
            call().with("PageNumber", "1").never(),
            "expected no call of ehpc.list_tasks with PageNumber=1; got 1 of 3 requests\n\
             last: request 1, ehpc.list_tasks, answered with 200\n",
        ),
        (
            call().with("TaskId", "T").with("PageNumber", "2").answered(503),
            "expected at least 1 call of ehpc.list_tasks with TaskId=T, PageNumber=2, answered with 503; got 0 of 3 requests\n\
             nearest: request 3, ehpc.list_tasks, answered with 200\n  \
             TaskId: expected `T`, it is absent\n  \
             status: expected 503, it is 200\n",
        ),
        (
            Expected::call("ack.describe_task_info"),
            "expected at least 1 call of ack.describe_task_info; got 0 of 3 requests\n\
             nearest: request 3, ehpc.list_tasks, answered with 200\n  \
             operation: expected `ack.describe_task_info`, it is `ehpc.list_tasks`\n",
        ),
        (
            call().at_most(2),
            "expected at most 2 calls of ehpc.list_tasks; got 3 of 3 requests\n\
             last: request 3, ehpc.list_tasks, answered with 200\n",
        ),
    ] {
        assert_eq!(backend.verify(&unmet).expect_err("unmet").to_string(), said);
    }
}

#[test]
fn an_order_is_kept_or_the_first_gap_is_told() {
    let mut backend = Backend::documents();
    [1, 2, 3].into_iter().for_each(|page| list_tasks(&mut backend, page));
    let page = |number: &str| Expected::call("ehpc.list_tasks").with("PageNumber", number);
    assert_eq!(backend.verify_order(&[page("1"), page("3")]), Ok(()));
    let unmet = backend.verify_order(&[page("2"), page("1")]).expect_err("the other way round");
    assert_eq!(
        unmet.to_string(),
        "expected 2 in order; number 2 is not there after request 2: at least 1 call of ehpc.list_tasks with PageNumber=1\n\
         nearest: request 3, ehpc.list_tasks, answered with 200\n  \
         PageNumber: expected `1`, it is `3`\n",
    );
}

#[test]
fn what_was_dropped_is_said() {
    let mut backend = Backend::documents();
    backend.limit_log(LogLimits { requests: 1, ..LogLimits::default() });
    [1, 2].into_iter().for_each(|page| list_tasks(&mut backend, page));
    assert_eq!(backend.verify(&Expected::call("ehpc.list_tasks").times(2)), Ok(()), "the count is known");
    let unmet = backend.verify(&Expected::call("ehpc.list_tasks").with("PageNumber", "1")).expect_err("dropped");
    assert!(unmet.to_string().contains("the log has dropped the oldest 1; raise its limit"), "{unmet}");
}
