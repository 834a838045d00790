//! Sketch: what a random case is made from, which can be made simpler and the case made again.

use super::name::{Name, Origin};
use super::{Case, Catalogue};
use crate::draw::Draw;
use crate::format::Format;

/// A plan of a case. The case follows from it alone, so a simpler plan gives a simpler case with the
/// right expectation.
pub trait Sketch<I: Catalogue>: Clone {
    /// The plan that a seed draws.
    fn draw(draw: &mut Draw, kind: Kind, format: Format) -> Self;

    /// The case, without its name.
    fn case(&self) -> Case<I>;

    /// Simpler plans, the boldest first.
    fn simpler(&self) -> Vec<Self>;
}

/// Which random cases are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Any,
    Accepted,
    Refused,
}

impl Kind {
    /// Whether a case of this kind is to be refused: one in so many if any will do.
    pub(crate) fn is_refused(self, draw: &mut Draw, one_in: usize) -> bool {
        match self {
            Kind::Accepted => false,
            Kind::Refused => true,
            Kind::Any => draw.one_in(one_in),
        }
    }
}

/// A sketch and where it comes from.
pub(crate) struct Sketched<I: Catalogue> {
    sketch: I::Sketch,
    origin: Origin,
}

impl<I: Catalogue> Clone for Sketched<I> {
    fn clone(&self) -> Self {
        Sketched { sketch: self.sketch.clone(), origin: self.origin.clone() }
    }
}

impl<I: Catalogue> Sketched<I> {
    /// The sketch of a seed, made simpler as its origin says; `None` if a step is not one of its own.
    pub(super) fn of(origin: &Origin, kind: Kind, format: Format) -> Option<Self> {
        // An operation without XML answers in JSON.
        let format = if I::OPERATION.formats.contains(&format) { format } else { Format::Json };
        let sketch = I::Sketch::draw(&mut Draw::new(origin.seed), kind, format);
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
        case.name = Name::Random(self.origin.clone()).to_string();
        // Fresh request ids; one that was made simpler has the plain ones.
        if self.origin.steps.is_empty() { case.with_seed(self.origin.seed) } else { case }
    }

    /// Simpler ones that are still what this one is: answered, or refused with the same code.
    pub(crate) fn simpler(&self) -> Vec<Self> {
        let case = self.sketch.case();
        let simpler = (0..).zip(self.sketch.simpler());
        simpler
            .filter(|(_, sketch)| sketch.case().refusal_code() == case.refusal_code())
            .map(|(step, sketch)| Sketched { sketch, origin: self.origin.then(step) })
            .collect()
    }
}

/// Copies of a plan, each with one change.
pub(crate) struct Simpler<P> {
    from: P,
    pub(crate) made: Vec<P>,
}

impl<P: Clone> Simpler<P> {
    pub(crate) fn than(plan: &P) -> Self {
        Simpler { from: plan.clone(), made: Vec::new() }
    }

    /// Adds the plan with a change.
    pub(crate) fn add(&mut self, change: impl FnOnce(&mut P)) {
        let mut plan = self.from.clone();
        change(&mut plan);
        self.made.push(plan);
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
