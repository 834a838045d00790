//! What a generated task costs, and a whole exchange in memory: generate a case, respond, decode,
//! compare.

// Benchmarks measure.
#![allow(clippy::disallowed_methods)]

#[allow(dead_code)] // The other benchmarks use the rest.
mod compare;

use std::env;
use std::hint::black_box;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use taskmock::case::{self, Case};
use taskmock::ehpc::list_tasks::{Input, Output, TaskInfo};
use taskmock::ehpc::{Status, TaskType};
use taskmock::{Format, Seed};

use compare::{Aim, Row, compare, criterion};

fn main() {
    if !env::args().any(|argument| argument == "--bench") {
        return; // `cargo test` wants to know only whether it compiles.
    }
    let mut criterion = criterion();
    let mut rows = Vec::new();
    rows.extend(tasks(&mut criterion));
    rows.extend(exchanges(&mut criterion));
    #[cfg(feature = "cli")]
    rows.push(regenerate());
    compare::print(&rows);
}

fn runner() -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// A strategy as one would write it by hand: integers mapped to texts, in a `vec`.
fn by_hand() -> impl Strategy<Value = Vec<TaskInfo>> {
    let task = (any::<u64>(), any::<u32>(), 0usize..4, 0usize..9, any::<u64>(), any::<u32>()).prop_map(
        |(id, step, status, kind, text, steps)| TaskInfo {
            cluster_id: "c".to_owned(),
            current_step: step,
            errors: "[]".to_owned(),
            request: format!("{{\"clusterId\":\"c\",\"description\":\"{text:x}\"}}"),
            result: "{}".to_owned(),
            status: Status::KNOWN[status].clone(),
            task_id: format!("{id:X}"),
            task_type: TaskType::KNOWN[kind].clone(),
            total_steps: steps,
        },
    );
    prop::collection::vec(task, 0..50)
}

/// A task of `any::<Output>()`, which comes with a state that shows it, beside one of a strategy by
/// hand. Both are divided by how many tasks came out.
fn tasks(criterion: &mut criterion::Criterion) -> Option<Row> {
    let (ours, hand) = (any::<Output>(), by_hand());
    let mut our_runner = runner();
    let mut their_runner = runner();
    let draw_ours = || ours.new_tree(&mut our_runner).expect("a value").current().tasks.len();
    let draw_theirs = || hand.new_tree(&mut their_runner).expect("a value").current().len();
    let mut row =
        compare(criterion, "a task of any::<Output>(); integers by hand", Aim::Nothing, draw_ours, draw_theirs)?;
    let (mut count_ours, mut count_theirs) = (runner(), runner());
    const SAMPLES: usize = 2000;
    let ours_each: usize =
        (0..SAMPLES).map(|_| ours.new_tree(&mut count_ours).expect("a value").current().tasks.len()).sum();
    let given: usize = {
        let cases = taskmock::strategy::random_cases::<Input>(Format::Json);
        let mut runner = runner();
        (0..SAMPLES).map(|_| cases.new_tree(&mut runner).expect("a value").current().given.ehpc.tasks.len()).sum()
    };
    let theirs_each: usize =
        (0..SAMPLES).map(|_| hand.new_tree(&mut count_theirs).expect("a value").current().len()).sum();
    println!(
        "{} tasks in an output, {} in its state, {} by hand",
        ours_each / SAMPLES,
        given / SAMPLES,
        theirs_each / SAMPLES
    );
    // What is generated is the state; the page shows a part of it.
    row.subject /= given as f64 / SAMPLES as f64;
    row.baseline /= theirs_each as f64 / SAMPLES as f64;
    println!("{:.2} µs a task (aim: at most 3)", row.subject);
    Some(row)
}

/// Complete exchanges a second, each of a case of ten tasks, all on one page, in JSON.
fn exchanges(criterion: &mut criterion::Criterion) -> Option<Row> {
    let seeds: Vec<Seed> = (0..)
        .map(Seed)
        .filter(|seed| {
            let case = case::random::<Input>(*seed, Format::Json);
            case.given.ehpc.tasks.len() == 10 && case.then.as_ref().is_ok_and(|output| output.tasks.len() == 10)
        })
        .take(50)
        .collect();
    for seed in &seeds {
        exchange(case::random(*seed, Format::Json));
    }
    let (mut at, mut other) = (0, 0);
    let mut row = compare(
        criterion,
        "a whole exchange; to generate it",
        Aim::Nothing,
        || {
            at = (at + 1) % seeds.len();
            exchange(case::random(seeds[at], Format::Json));
        },
        || {
            other = (other + 1) % seeds.len();
            black_box(case::random::<Input>(seeds[other], Format::Json)).name.len()
        },
    )?;
    println!("{:.0} complete exchanges a second (aim: 20,000)", 1e6 / row.subject);
    row.name.push_str(", 10 tasks");
    Some(row)
}

/// Every fixture of the repository: made and put on the disk by the command, beside made in memory.
#[cfg(feature = "cli")]
fn regenerate() -> Row {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("regenerated");
    let timed = |run: &dyn Fn(u32)| {
        let spans = (0..11).map(|turn| {
            let started = std::time::Instant::now();
            run(turn);
            started.elapsed().as_secs_f64() * 1e3
        });
        compare::median(spans.collect())
    };
    // Another seed each time, or there would be nothing to write.
    let subject = timed(&|turn| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_taskmock"));
        command.args(["regenerate", "--seed", &turn.to_string(), "--dir"]).arg(&folder);
        assert!(command.output().expect("it runs").status.success());
    });
    let baseline = timed(&|_| {
        black_box(taskmock::Fixtures::default().files());
    });
    println!("all fixtures in {subject:.0} ms (aim: under a second)");
    let name = "taskmock regenerate; the same in memory".to_owned();
    Row { name, subject, baseline, unit: "ms", aim: Aim::Nothing }
}

fn exchange(case: Case<Input>) {
    let mut backend = case.backend();
    let response = backend.respond(&case.request());
    case.check(case.read(&response).expect("it reads")).expect("it is right");
}
