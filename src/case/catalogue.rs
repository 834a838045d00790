//! Catalogue: what the catalogue of an operation gives, and the cases that are made of it.

use super::name::{Name, Origin};
use super::sketch::{Kind, Sketch, Sketched};
use super::{Case, Field};
use crate::format::Format;
use crate::operation::{Fresh, OperationInput};
use crate::seed::Seed;
use crate::services::State;

/// The version of everything that is made from a seed, and of the catalogue. It rises when the same
/// seed gives other bytes, or a case of the catalogue changes.
///
/// ```
/// assert_eq!(taskmock::case::GENERATOR_VERSION, 2);
/// ```
pub const GENERATOR_VERSION: u32 = 2;

/// The Input of an operation, for code that takes its cases. Every operation has a catalogue; only
/// types of this crate implement the trait.
///
/// ```
/// use taskmock::{Format, case::{self, Catalogue}, ehpc::list_tasks::Input};
/// fn count<I: Catalogue>() -> usize {
///     case::catalogue::<I>(Format::Json).len()
/// }
/// assert!(count::<Input>() > 100);
/// ```
pub trait Catalogue: Source {}

impl<I: Source> Catalogue for I {}

/// What a file or folder of `catalogue` gives for its operation. The path to it is private, which
/// keeps [`Catalogue`] to this crate.
pub trait Source: OperationInput {
    /// What its random cases are made from.
    type Sketch: Sketch<Self>;

    /// The fields of its answers, for bodies in which one is broken.
    const FIELDS: &'static [Field];

    /// Cases that ask an input, in the order from small to large; the encoding matters for texts that
    /// XML cannot carry.
    fn cases(format: Format) -> Vec<Case<Self>>;

    /// Cases that ask what no input can say.
    fn raw_requests(format: Format) -> Vec<Case<Self>>;

    /// How it pages, if it does.
    fn paging() -> Option<Paging<Self>> {
        None
    }

    /// Puts the ids that a state gives to its next submission into an answer and into the state that
    /// it leaves.
    fn submits(_: &mut Self::Output, _: Option<&mut State>, _: Fresh) {}

    /// Whether an answer is a list without items.
    fn is_empty(_: &Self::Output) -> bool {
        false
    }
}

/// How an operation pages.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "conformance"), allow(dead_code))]
pub struct Paging<I> {
    /// A state in which the list has so many items, at most 59.
    pub(crate) given: fn(u32) -> State,
    /// Asks for a page, counted from 0, of a size.
    pub(crate) ask: fn(u32, u32) -> I,
    /// The list, as the answer names it.
    pub(crate) items: &'static str,
    /// The number of items on all pages.
    pub(crate) total: &'static str,
    /// Number and size of the page, if the answer repeats them, and the fact about that; the first
    /// page is 1.
    pub(crate) echo: Option<(&'static str, &'static str, &'static str)>,
    /// The facts about pages, about the total, and about a page past the end.
    pub(crate) facts: [&'static str; 3],
}

/// Returns the catalogue of an operation: every bound, every combination, every error code and every
/// shape that the documents speak of, from small to large. Its expectations are written by hand.
///
/// It holds what the Input of the operation can say; what it cannot is in [`raw_requests`].
/// `format` is the encoding that is asked for; an operation without XML has an empty catalogue for
/// it.
///
/// ```
/// use taskmock::{Format, case, ehpc::list_tasks::Input};
/// for case in case::catalogue::<Input>(Format::Xml) {
///     let response = case.backend().respond(&case.request());
///     case.check(case.read(&response)?)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn catalogue<I: Catalogue>(format: Format) -> Vec<Case<I>> {
    listed(I::cases, format)
}

/// Returns the catalogue of requests that the Input of an operation cannot say: a number that is not
/// one, a parameter that is given twice, another method, another way to say the same. It is for
/// servers.
///
/// ```
/// use taskmock::{Format, case, dws::list_logical_cluster_tasks::Input};
/// for case in case::raw_requests::<Input>(Format::Json) {
///     let response = case.backend().respond(&case.request());
///     case.check(case.read(&response)?)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn raw_requests<I: Catalogue>(format: Format) -> Vec<Case<I>> {
    listed(I::raw_requests, format)
}

fn listed<I: Catalogue>(cases: fn(Format) -> Vec<Case<I>>, format: Format) -> Vec<Case<I>> {
    let mut cases = if I::OPERATION.formats.contains(&format) { cases(format) } else { Vec::new() };
    // Stable: what is equally large keeps the order in which it is written down.
    cases.sort_by_key(|case| case.given.entries());
    cases
}

/// Returns the case with a name: a listed one, a raw request, or a random one, also one that was made
/// simpler.
///
/// ```
/// use taskmock::{Format, Seed, case, ehpc::list_tasks::Input};
/// let random = case::random::<Input>(Seed(0x4d2), Format::Json);
/// let again = case::named::<Input>("random.4d2", Format::Json).unwrap();
/// assert_eq!(again.given, random.given);
/// assert!(case::named::<Input>("no_such_case", Format::Json).is_none());
/// ```
pub fn named<I: Catalogue>(name: &str, format: Format) -> Option<Case<I>> {
    match Name::parse(name)? {
        Name::Listed(name) => {
            let raw = || raw_requests(format).into_iter();
            catalogue(format).into_iter().chain(std::iter::once_with(raw).flatten()).find(|case| case.name == name)
        }
        Name::Random(origin) => Some(Sketched::of(&origin, Kind::Any, format)?.case()),
        Name::RandomBody(..) => None,
    }
}

/// The random case with a name; `None` if it is the name of another case.
#[cfg(feature = "conformance")]
pub(crate) fn random_named<I: Catalogue>(name: &str, format: Format) -> Option<Case<I>> {
    match Name::parse(name)? {
        Name::Random(origin) => Some(Sketched::of(&origin, Kind::Any, format)?.case()),
        Name::Listed(_) | Name::RandomBody(..) => None,
    }
}

/// Returns the random case of a seed: a state of up to 60 tasks (one with its stages, events and
/// resources for DescribeTaskInfo, and up to two others), an input that is mostly right, and the
/// answer that it must get. The same seed gives the same case on every machine, as long as
/// [`GENERATOR_VERSION`] stays.
///
/// Its expectation does not come from the code that answers: the tasks that the answer must show are
/// drawn first, and the state is made so that it shows them.
///
/// ```
/// use taskmock::{Format, Seed, case, ehpc::list_invocation_status::Input};
/// let case = case::random::<Input>(Seed(7), Format::Json);
/// let response = case.backend().respond(&case.request());
/// case.check(case.read(&response)?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn random<I: Catalogue>(seed: Seed, format: Format) -> Case<I> {
    sketched(seed, Kind::Any, format).case()
}

pub(crate) fn sketched<I: Catalogue>(seed: Seed, kind: Kind, format: Format) -> Sketched<I> {
    Sketched::of(&Origin::new(seed), kind, format).expect("a seed alone is always a case")
}

/// The case whose answers body samples are made of first, and whose input gets them.
#[cfg(feature = "conformance")]
pub(crate) fn asks_for_a_body<I: Catalogue>(format: Format) -> Option<Case<I>> {
    catalogue(format).into_iter().find(|case| case.makes_bodies)
}
