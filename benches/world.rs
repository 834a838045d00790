//! World: the cluster whose tasks the benchmarks list, and what proves that they list it.

use std::time::Duration;

use taskmock::dialect::Dialect;
use taskmock::ehpc::list_tasks::{Input, Output};
use taskmock::ehpc::{self, Ending, Task, TaskType};
use taskmock::{Format, JsonText, Span, State, Timestamp};

pub(crate) const CLUSTER: &str = "ehpc-hz-FYUr32****";

/// The clock moves by so little that no task ends, and so much that every running task takes a step.
pub(crate) const STEP: Duration = Duration::from_millis(1);

/// A cluster of `count` tasks, every other one of which runs, each with a Request and a Result of
/// its own if `own_texts`.
///
/// A running task takes a step a millisecond, so that a page which was built anew after a
/// [`STEP`] differs from the one before, and is as long.
pub(crate) fn cluster_of(count: u32, own_texts: bool) -> State {
    let steps = 4_000_000_000;
    let mut state = State::default();
    let submitted = state.clock.unix_millis() - 1_000_000_000 - i64::from(count);
    let task = |number: u32| Task {
        submitted: Some(Timestamp::from_unix_millis(submitted + i64::from(number))),
        takes: Span::from(if number % 2 == 0 { STEP * steps } else { STEP }),
        ..task(number).steps(steps).ends(Ending::PartialFail)
    };
    let texts = |task: Task| {
        Task {
        request: own_texts.then(|| JsonText::from(r#"{"requestId":"0A6CA33E-BFBF-4F92-BDAE-4E8860DA****","uid":"160998252992****","bid":"268**","clusterId":"ehpc-hz-ysQtcZ****"}"#)),
        result: own_texts.then(|| JsonText::from(r#"{"Instances":[{"InstanceId":"i-bp1inb1j2xz8pnoi****","Ip":"192.168.*.*","Hostname":"login0","role":"login"}]}"#)),
        ..task
    }
    };
    // Exactly as many as there are: the memory of a task is measured too.
    state.ehpc.tasks = (0..count).map(task).map(texts).collect();
    state
}

/// A task of the default script.
pub(crate) fn task(number: u32) -> Task {
    Task::new(CLUSTER, TaskType::StopCluster).id(&format!("B745C159-3155-4B94-95D0-{number:012}"))
}

/// Asks for a page of ten tasks.
pub(crate) fn page(number: u32, archived: bool) -> Input {
    Input { page_number: Some(number), archived: Some(archived), ..Input::new(CLUSTER) }
}

/// Reads a page, and proves that it holds ten tasks.
pub(crate) fn read(body: &[u8], format: Format) -> Output {
    let output = Output::decode(body, format, &Dialect::default()).expect("a page");
    assert_eq!(output.tasks.len(), 10);
    output
}

/// Proves that two pages are of one cluster and one length, and that only the second was built
/// after the clock moved.
pub(crate) fn assert_built_anew(before: &[u8], after: &[u8], format: Format) {
    let (before, after) = (read(before, format), read(after, format));
    let running = |output: &Output| {
        let tasks = output.tasks.iter().filter(|task| task.status == ehpc::Status::Processing);
        tasks.map(|task| (task.task_id.clone(), task.current_step)).collect::<Vec<_>>()
    };
    let moved: Vec<_> = running(&before).into_iter().map(|(id, step)| (id, step + 1)).collect();
    assert!(!moved.is_empty());
    assert_eq!(moved, running(&after));
}
