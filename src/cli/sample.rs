//! `taskmock sample`: random cases and bodies of an operation, one a line.

use std::io::{self, BufWriter, Write};

use taskmock::case::{self, BodySample, Case, Catalogue, Class, ForOperation, for_operation};
use taskmock::{Format, Seed, operation, operations};

use super::{Failure, progress};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The operation, such as ehpc.list_tasks.
    #[arg(value_parser = operation_id)]
    operation: &'static str,
    /// What is drawn; the same seed draws the same on every machine.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = super::whole, allow_negative_numbers = true)]
    seed: u64,
    /// How many.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = super::whole, allow_negative_numbers = true)]
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
        return Err(Failure::usage(format!(
            "--format {}: {} answers in json only; leave --format out",
            arguments.format, arguments.operation
        )));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let printed = for_operation(arguments.operation, Stream { arguments, out: &mut out }).expect("it was looked up");
    let Some(done) = printed else {
        return Err(Failure::usage(format!(
            "--class: {} has no sample of that class; `--class all` prints those that it has",
            arguments.operation
        )));
    };
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
    /// `None` if the operation has no sample of the class.
    type Output = Option<io::Result<()>>;

    fn run<I: Catalogue>(mut self) -> Option<io::Result<()>> {
        let source = Source::<I>::new(self.arguments.format);
        let Classes(asked) = self.arguments.class;
        let classes: Vec<Class> = asked.iter().copied().filter(|class| source.has(*class)).collect();
        if classes.is_empty() { None } else { Some(self.print(&source, &classes)) }
    }
}

impl<W: Write> Stream<'_, W> {
    fn print<I: Catalogue>(&mut self, source: &Source<I>, classes: &[Class]) -> io::Result<()> {
        let Arguments { seed, count, shape, .. } = *self.arguments;
        let progress = progress::bar(count, true);
        for number in 0..count {
            let seed = Seed(Seed(seed).number(number));
            let class = classes[(seed.number(0) % classes.len() as u64) as usize];
            match (source.draw(seed, class), shape) {
                (Drawn::Case(case), As::Case) => serde_json::to_writer(&mut self.out, &case)?,
                (Drawn::Case(case), As::Body) => {
                    self.out.write_all(case.backend().respond(&case.request()).body())?;
                }
                (Drawn::Body(body), As::Case) => serde_json::to_writer(&mut self.out, &body)?,
                (Drawn::Body(body), As::Body) => self.out.write_all(&body.response.body)?,
            }
            self.out.write_all(b"\n")?;
            progress.inc(1);
        }
        progress.finish_and_clear();
        Ok(())
    }
}

/// What is drawn from: the catalogue for what random cases have too little of.
struct Source<I: Catalogue> {
    format: Format,
    edges: Vec<Case<I>>,
    dialects: Vec<Case<I>>,
    /// Whether some dialect changes the shape of an answer; without one no random body has it.
    has_dialect_bodies: bool,
}

enum Drawn<I: Catalogue> {
    Case(Box<Case<I>>),
    Body(Box<BodySample<I>>),
}

impl<I: Catalogue> Source<I> {
    fn new(format: Format) -> Self {
        let of_class =
            |class: Class| case::catalogue(format).into_iter().filter(move |case: &Case<I>| case.class == class);
        let has_dialect_bodies = case::body_catalogue::<I>(format).iter().any(|body| body.class == Class::Dialect);
        let (edges, dialects) = (of_class(Class::Edge).collect(), of_class(Class::Dialect).collect());
        Source { format, edges, dialects, has_dialect_bodies }
    }

    fn has(&self, class: Class) -> bool {
        match class {
            Class::Edge => !self.edges.is_empty(),
            Class::Dialect => !self.dialects.is_empty(),
            Class::Valid | Class::Malformed => true,
        }
    }

    /// Half of what the catalogue has comes from there.
    fn draw(&self, seed: Seed, class: Class) -> Drawn<I> {
        let listed = |cases: &[Case<I>]| Box::new(cases[(seed.number(2) % cases.len() as u64) as usize].clone());
        let from_catalogue = seed.number(1).is_multiple_of(2);
        match class {
            Class::Edge if from_catalogue => Drawn::Case(listed(&self.edges)),
            Class::Dialect if from_catalogue || !self.has_dialect_bodies => Drawn::Case(listed(&self.dialects)),
            Class::Valid | Class::Edge => {
                let mut cases = (3..).map(|number| case::random(Seed(seed.number(number)), self.format));
                Drawn::Case(Box::new(cases.find(|case| case.class == class).expect("one in four is of each class")))
            }
            Class::Dialect | Class::Malformed => {
                let mut bodies = (3..).map(|number| case::random_body(Seed(seed.number(number)), self.format));
                Drawn::Body(Box::new(bodies.find(|body| body.class == class).expect("some way is of this class")))
            }
        }
    }
}
