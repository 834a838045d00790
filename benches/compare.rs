//! Compare: measures a subject and its baseline in turns, and prints both beside the aim.

// Benchmarks measure.
#![allow(clippy::disallowed_methods)]

use std::cell::RefCell;
use std::fs;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;

/// What the ratio of the subject to its baseline should be.
#[derive(Clone, Copy)]
pub(crate) enum Aim {
    AtMost(f64),
    #[allow(dead_code)] // A rate, which only one of the benchmarks measures.
    AtLeast(f64),
    /// What the subject itself should be, in its unit.
    #[allow(dead_code)] // As above.
    SubjectAtLeast(f64),
    #[allow(dead_code)]
    SubjectAtMost(f64),
    /// Nobody asked; it is there to be known.
    Nothing,
}

pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) subject: f64,
    pub(crate) baseline: f64,
    pub(crate) unit: &'static str,
    pub(crate) aim: Aim,
}

impl Row {
    fn line(&self) -> String {
        let Row { name, subject, baseline, unit, aim } = self;
        let ratio = subject / baseline;
        let (aim, verdict) = match *aim {
            Aim::AtMost(most) => (format!("≤ {most}"), verdict(ratio <= most)),
            Aim::AtLeast(least) => (format!("≥ {least}"), verdict(ratio >= least)),
            Aim::SubjectAtLeast(least) => (format!("≥ {least} {unit}"), verdict(*subject >= least)),
            Aim::SubjectAtMost(most) => (format!("≤ {most} {unit}"), verdict(*subject <= most)),
            Aim::Nothing => ("–".to_owned(), "–"),
        };
        let (subject, baseline) = (figures(*subject), figures(*baseline));
        format!("| {name} | {subject} {unit} | {baseline} {unit} | {ratio:.2} | {aim} | {verdict} |")
    }
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "**missed**" }
}

/// Three figures, or all that stand before the point.
fn figures(number: f64) -> String {
    let decimals = match number {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{number:.decimals$}")
}

/// Prints the rows as a Markdown table.
pub(crate) fn print(rows: &[Row]) {
    println!("\n| measured | subject | baseline | ratio | aim | |");
    println!("|---|--:|--:|--:|--:|---|");
    for row in rows {
        println!("{}", row.line());
    }
}

pub(crate) fn criterion() -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args()
}

/// So many calls of the one, then as many of the other: what else the machine does meets both.
const TURN: u64 = 20;

/// Lets criterion measure the subject and, in turns with it, the baseline. Both are medians, in µs.
/// There is no row for what the command line filters out.
pub(crate) fn compare<S, B>(
    criterion: &mut Criterion,
    name: &str,
    aim: Aim,
    mut subject: impl FnMut() -> S,
    mut baseline: impl FnMut() -> B,
) -> Option<Row> {
    let turns = RefCell::new((Vec::new(), Vec::new()));
    criterion.bench_function(name, |bencher| {
        bencher.iter_custom(|calls| {
            let (subjects, baselines) = &mut *turns.borrow_mut();
            let mut spent = Duration::ZERO;
            for start in (0..calls).step_by(TURN as usize) {
                let calls = TURN.min(calls - start);
                let span = time(calls, &mut subject);
                spent += span;
                subjects.push(span.as_secs_f64() * 1e6 / calls as f64);
                baselines.push(time(calls, &mut baseline).as_secs_f64() * 1e6 / calls as f64);
            }
            spent
        });
    });
    let (subjects, baselines) = turns.into_inner();
    if subjects.is_empty() {
        return None;
    }
    Some(Row { name: name.to_owned(), subject: median(subjects), baseline: median(baselines), unit: "µs", aim })
}

fn time<T>(calls: u64, call: &mut impl FnMut() -> T) -> Duration {
    let started = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    started.elapsed()
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The memory of this process that is in RAM now, in KiB.
pub(crate) fn resident_kib() -> f64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse().ok()).expect("a number of kB")
}
