//! World: the cluster whose tasks the benchmarks list, and what proves that they list it.

use std::time::Duration;

use taskmock::dialect::Dialect;
use taskmock::ehpc::list_tasks::{Input, Output};
use taskmock::ehpc::{Status, Task, TaskType};
use taskmock::{Format, JsonText, Request, State, Timestamp};

pub(crate) const CLUSTER: &str = "ehpc-hz-FYUr32****";

/// The documents' sample of a Request and of a Result: 240 bytes.
const REQUEST: &str = concat!(
    r#"{"requestId":"0A6CA33E-BFBF-4F92-BDAE-4E8860DA****","uid":"160998252992****","#,
    r#""bid":"268**","clusterId":"ehpc-hz-ysQtcZ****"}"#,
);
const RESULT: &str = concat!(
    r#"{"Instances":[{"InstanceId":"i-bp1inb1j2xz8pnoi****","#,
    r#""Ip":"192.168.*.*","Hostname":"login0","role":"login"}]}"#,
);

/// In this time no task of the cluster ends, and every one that runs takes a step.
pub(crate) const STEP: Duration = Duration::from_millis(1);

/// A cluster of `count` tasks, every other one of which runs, with the documents' Request and
/// Result or with neither.
///
/// A page that was built a [`STEP`] later differs, and is as long.
pub(crate) fn cluster_of(count: u32, has_texts: bool) -> State {
    let mut state = State::default();
    let steps = 4_000_000_000;
    let before_the_first = state.now().unix_millis() - 1_000_000_000 - i64::from(count);
    let script = |number: u32| {
        let mut task = task(number).steps(steps).takes(if number.is_multiple_of(2) { STEP * steps } else { STEP });
        task.started = Some(Timestamp::from_unix_millis(before_the_first + i64::from(number)));
        task.request = has_texts.then(|| JsonText::from(REQUEST));
        task.result = has_texts.then(|| JsonText::from(RESULT));
        task
    };
    // No more room than they need: their memory is measured too.
    state.ehpc.tasks = (0..count).map(script).collect();
    state
}

/// A task of the default script, which runs.
pub(crate) fn task(number: u32) -> Task {
    Task::new(CLUSTER, TaskType::StopCluster).id(&format!("B745C159-3155-4B94-95D0-{number:012}"))
}

/// Asks for a page of ten tasks.
pub(crate) fn page(number: u32, archived: bool, format: Format) -> Request {
    Input { page_number: Some(number), archived: Some(archived), ..Input::new(CLUSTER) }.request(format)
}

/// Reads a page, and proves that it holds ten tasks.
pub(crate) fn read(body: &[u8], format: Format) -> Output {
    let output = Output::decode(body, format, &Dialect::default()).expect("a page");
    assert_eq!(output.tasks.len(), 10);
    output
}

/// Proves that two bodies are the same page, the request id apart.
pub(crate) fn assert_same_page(one: &[u8], other: &[u8], format: Format) {
    let (one, other) = (read(one, format), read(other, format));
    assert_eq!(Output { request_id: other.request_id.clone(), ..one }, other);
}

/// Proves that a body is the page of another, built anew a [`STEP`] later.
pub(crate) fn assert_built_anew(before: &[u8], after: &[u8], format: Format) {
    assert_eq!(before.len(), after.len());
    let running = |body| {
        let mut tasks = read(body, format).tasks;
        tasks.retain(|task| task.status == Status::Processing);
        tasks
    };
    let mut expected = running(before);
    assert!(!expected.is_empty());
    expected.iter_mut().for_each(|task| task.current_step += 1);
    assert_eq!(expected, running(after));
}
