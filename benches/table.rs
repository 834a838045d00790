//! Table: prints what a run measured, each subject beside its baseline and its aim.

use std::fs;

/// What a ratio should be.
#[derive(Clone, Copy)]
pub(crate) enum Aim {
    AtMost(f64),
    /// Only where more is better.
    #[allow(dead_code)]
    AtLeast(f64),
    /// Nobody asked; it is there to be known.
    None,
}

pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) subject: f64,
    pub(crate) baseline: f64,
    pub(crate) unit: &'static str,
    pub(crate) aim: Aim,
}

impl Row {
    pub(crate) fn new(name: &str, (subject, baseline): (f64, f64), unit: &'static str, aim: Aim) -> Self {
        Row { name: name.to_owned(), subject, baseline, unit, aim }
    }

    fn line(&self) -> String {
        let Row { name, subject, baseline, unit, aim } = self;
        let ratio = subject / baseline;
        let (aim, verdict) = match *aim {
            Aim::AtMost(most) => (format!("≤ {most}"), verdict(ratio <= most)),
            Aim::AtLeast(least) => (format!("≥ {least}"), verdict(ratio >= least)),
            Aim::None => ("–".to_owned(), "–"),
        };
        let (subject, baseline) = (figures(*subject), figures(*baseline));
        format!("| {name} | {subject} {unit} | {baseline} {unit} | {ratio:.2} | {aim} | {verdict} |")
    }
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}

/// Three figures, or all that stand before the point.
fn figures(number: f64) -> String {
    let decimals = if number >= 100.0 {
        0
    } else if number >= 10.0 {
        1
    } else {
        2
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
