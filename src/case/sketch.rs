//! Sketch: what a random case is made from, which can be made simpler and the case made again.

use std::fmt;

use super::{Case, Kind, OperationInput, RawRequest};
use crate::format::Format;
use crate::seed::Seed;
use crate::services::operation;

/// A plan of a case. The case follows from it alone, so a simpler plan gives a simpler case with the
/// right expectation.
#[doc(hidden)]
pub trait Sketch<I: OperationInput> {
    /// The case, without its name.
    fn case(&self) -> Case<I>;

    /// Simpler plans, the boldest first.
    fn simpler(&self) -> Vec<Box<dyn Sketch<I>>>;

    fn boxed(&self) -> Box<dyn Sketch<I>>;
}

/// Where a random case comes from: its seed, and which of the simpler plans was taken at each step.
/// It is written `random.4d2`, or `random.4d2.0.3` for one that was made simpler twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    seed: Seed,
    steps: Vec<u16>,
}

impl Origin {
    pub(crate) fn new(seed: Seed) -> Self {
        Origin { seed, steps: Vec::new() }
    }

    pub(super) fn seed(&self) -> Seed {
        self.seed
    }

    pub(super) fn steps(&self) -> &[u16] {
        &self.steps
    }

    /// Reads what `Display` writes, without the word in front.
    pub(crate) fn parse(text: &str) -> Option<Origin> {
        let mut pieces = text.split('.');
        let seed = Seed(u64::from_str_radix(pieces.next()?, 16).ok()?);
        let steps = pieces.map(|step| step.parse().ok()).collect::<Option<_>>()?;
        Some(Origin { seed, steps })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.seed.0)?;
        self.steps.iter().try_for_each(|step| write!(f, ".{step}"))
    }
}

/// A sketch and where it comes from.
pub(crate) struct Sketched<I: OperationInput> {
    sketch: Box<dyn Sketch<I>>,
    origin: Origin,
}

impl<I: OperationInput> Clone for Sketched<I> {
    fn clone(&self) -> Self {
        Sketched { sketch: self.sketch.boxed(), origin: self.origin.clone() }
    }
}

impl<I: OperationInput> Sketched<I> {
    /// The sketch of a seed, made simpler as its origin says; none if a step is none of its.
    pub(crate) fn of(origin: &Origin, kind: Kind, format: Format) -> Option<Self> {
        // An operation without XML answers in JSON.
        let has_it = operation(I::ID).is_some_and(|operation| operation.formats.contains(&format));
        let sketch = I::sketch(origin.seed, kind, if has_it { format } else { Format::Json });
        let first = Sketched { sketch, origin: Origin::new(origin.seed) };
        origin.steps.iter().try_fold(first, |sketched, step| {
            sketched.simpler().into_iter().find(|simpler| simpler.origin.steps.last() == Some(step))
        })
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(crate) fn case(&self) -> Case<I> {
        let mut case = self.sketch.case();
        case.name = format!("random.{}", self.origin);
        // Fresh request ids; one that was made simpler has the plain ones.
        if self.origin.steps.is_empty() { case.with_seed(self.origin.seed) } else { case }
    }

    /// Simpler ones that are still what this one is: answered, or refused with the same code.
    pub(crate) fn simpler(&self) -> Vec<Self> {
        let class = kind_of(&self.sketch.case());
        let simpler = (0..).zip(self.sketch.simpler());
        simpler
            .filter(|(_, sketch)| kind_of(&sketch.case()) == class)
            .map(|(step, sketch)| {
                let mut origin = self.origin.clone();
                origin.steps.push(step);
                Sketched { sketch, origin }
            })
            .collect()
    }
}

/// What must not change when a case is made simpler: whether it is answered, or with what refused.
pub(crate) fn kind_of<I: OperationInput>(case: &Case<I>) -> Option<String> {
    case.then.as_ref().err().map(|refused| refused.code.clone())
}

/// A sketch whose case carries its request to the letter.
pub(crate) fn on_the_wire<I: OperationInput>(sketch: Box<dyn Sketch<I>>) -> Box<dyn Sketch<RawRequest<I>>> {
    Box::new(OnTheWire(sketch))
}

struct OnTheWire<I: OperationInput>(Box<dyn Sketch<I>>);

impl<I: OperationInput> Sketch<RawRequest<I>> for OnTheWire<I> {
    fn case(&self) -> Case<RawRequest<I>> {
        let case = self.0.case();
        let when = RawRequest::new(case.request());
        let Case { name, facts, class, format, given, then, .. } = case;
        Case { name, facts, class, format, given, when, then }
    }

    fn simpler(&self) -> Vec<Box<dyn Sketch<RawRequest<I>>>> {
        self.0.simpler().into_iter().map(on_the_wire).collect()
    }

    fn boxed(&self) -> Box<dyn Sketch<RawRequest<I>>> {
        on_the_wire(self.0.boxed())
    }
}

/// Shorter lists: none, one, halves, all but one.
pub(crate) fn fewer<T: Clone>(list: &[T]) -> Vec<Vec<T>> {
    let length = list.len();
    let mut shorter = Vec::new();
    if length > 0 {
        shorter.push(Vec::new());
    }
    if length > 1 {
        shorter.push(list[..1].to_vec());
        shorter.push(list[length - 1..].to_vec());
    }
    if length > 2 {
        shorter.push(list[..length / 2].to_vec());
        shorter.push(list[length / 2..].to_vec());
        shorter.extend((0..length).map(|left_out| [&list[..left_out], &list[left_out + 1..]].concat()));
    }
    shorter
}
