//! `taskmock sample`: random cases and bodies of an operation, one a line.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::{Duration, Instant};

use taskmock::{
    Body, Case, Class, ForOperation, Format, OperationInput, Seed, catalogue, for_operation, operation, operations,
    random_body, random_case,
};

use super::Failure;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The operation, such as ehpc.list_tasks.
    #[arg(value_parser = operation_id)]
    operation: &'static str,
    /// What is drawn; the same seed draws the same on every machine.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// How many.
    #[arg(long, value_name = "N", default_value_t = 10)]
    count: u64,
    /// The encoding: json or xml.
    #[arg(long, default_value = "json", value_parser = str::parse::<Format>)]
    format: Format,
    /// What they are like: valid, edge, dialect, malformed, or all of it.
    #[arg(long, default_value = "valid", value_parser = class)]
    class: Classes,
    /// What is printed: the bare body of each answer, or the whole case with what it is given, what
    /// it asks and what must come of it, as JSON.
    #[arg(long = "as", value_enum, default_value_t = As::Body)]
    shape: As,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
enum As {
    Body,
    Case,
}

#[derive(Clone, Copy)]
struct Classes(&'static [Class]);

fn operation_id(text: &str) -> Result<&'static str, String> {
    let ids: Vec<&str> = operations().map(|operation| operation.id).collect();
    operation(text).map(|operation| operation.id).ok_or_else(|| format!("there are {}", ids.join(", ")))
}

fn class(text: &str) -> Result<Classes, String> {
    let all = Class::ALL;
    if text == "all" {
        return Ok(Classes(all));
    }
    let one = all.iter().position(|class| class.to_string() == text).map(|at| Classes(&all[at..=at]));
    one.ok_or_else(|| "there are valid, edge, dialect, malformed and all".to_owned())
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let has_it = operation(arguments.operation).is_some_and(|operation| operation.formats.contains(&arguments.format));
    if !has_it {
        return Err(Failure(format!(
            "--format {}: {} answers in json only; leave --format out",
            arguments.format, arguments.operation
        )));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let done = for_operation(arguments.operation, Stream { arguments, out: &mut out }).expect("it was looked up");
    match done.and_then(|()| out.flush()) {
        // A reader that has gone is no error.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

struct Stream<'a, W> {
    arguments: &'a Arguments,
    out: W,
}

impl<W: Write> ForOperation for Stream<'_, W> {
    type Output = io::Result<()>;

    fn run<I: OperationInput>(mut self) -> io::Result<()> {
        let Arguments { seed, count, format, class: Classes(classes), shape, .. } = *self.arguments;
        let edges: Vec<Case<I>> =
            catalogue(format).into_iter().filter(|case: &Case<I>| case.class == Class::Edge).collect();
        let mut progress = Progress::new(count);
        for number in 0..count {
            let seed = Seed(Seed(seed).number(number));
            let class = classes[(seed.number(0) % classes.len() as u64) as usize];
            match class {
                Class::Valid | Class::Edge => {
                    let case = case_of(seed, class, format, &edges);
                    match shape {
                        As::Case => serde_json::to_writer(&mut self.out, &case)?,
                        As::Body => self.out.write_all(case.backend().respond(&case.request()).body())?,
                    }
                }
                Class::Dialect | Class::Malformed => {
                    let body: Body<I> = body_of(seed, class, format);
                    match shape {
                        As::Case => serde_json::to_writer(&mut self.out, &body)?,
                        As::Body => self.out.write_all(&body.bytes)?,
                    }
                }
            }
            self.out.write_all(b"\n")?;
            progress.show(number + 1);
        }
        progress.end();
        Ok(())
    }
}

/// A case of a class: half of the edges are of the catalogue.
fn case_of<I: OperationInput>(seed: Seed, class: Class, format: Format, edges: &[Case<I>]) -> Case<I> {
    if class == Class::Edge && seed.number(1) % 2 == 0 {
        return edges[(seed.number(2) % edges.len() as u64) as usize].clone();
    }
    let mut cases = (3..).map(|number| random_case::<I>(Seed(seed.number(number)), format));
    cases.find(|case| case.class == class).expect("there is no end of them")
}

fn body_of<I: OperationInput>(seed: Seed, class: Class, format: Format) -> Body<I> {
    let mut bodies = (1..).map(|number| random_body::<I>(Seed(seed.number(number)), format));
    bodies.find(|body| body.class == class).expect("there is no end of them")
}

/// A line on a terminal, while the work is long.
struct Progress {
    count: u64,
    shown: Option<Instant>,
    began: Instant,
    is_terminal: bool,
}

impl Progress {
    fn new(count: u64) -> Self {
        let is_terminal = io::stderr().is_terminal() && !io::stdout().is_terminal();
        Progress { count, shown: None, began: Instant::now(), is_terminal }
    }

    fn show(&mut self, done: u64) {
        if !self.is_terminal || done % 64 != 0 || self.began.elapsed() < Duration::from_secs(1) {
            return;
        }
        if self.shown.is_none_or(|shown| shown.elapsed() >= Duration::from_millis(100)) {
            self.shown = Some(Instant::now());
            let _ = write!(io::stderr(), "\r{done} of {}", self.count);
        }
    }

    fn end(&self) {
        if self.shown.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
