//! Strategies: the catalogue, and cases and bodies without end, each named and made again by name.

use super::body::{Way, ways};
use super::sketch::{Origin, Sketched};
use super::{BodySample, Case, Kind, OperationInput, RawRequest};
use crate::draw::Draw;
use crate::format::Format;
use crate::seed::Seed;
use crate::services::operation;

/// The version of everything that is made from a seed, and of the catalogue. It rises when the same
/// seed gives other bytes, or a case of the catalogue changes.
///
/// ```
/// assert_eq!(taskmock::GENERATOR_VERSION, 1);
/// ```
pub const GENERATOR_VERSION: u32 = 1;

/// The catalogue of an operation: every bound, every combination, every error code and every shape
/// that the documents speak of, from small to large. Its expectations are written by hand.
///
/// It holds what the Input of the operation can say; what it cannot is in [`raw_requests`].
/// `format` is the encoding that is asked for; an operation without XML has an empty catalogue for
/// it.
///
/// ```
/// use taskmock::{Format, catalogue, ehpc::list_tasks::Input};
/// for case in catalogue::<Input>(Format::Xml) {
///     let response = case.backend().respond(&case.request());
///     case.check(case.read(&response)?)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn catalogue<I: OperationInput>(format: Format) -> Vec<Case<I>> {
    let has_it = operation(I::ID).is_some_and(|operation| operation.formats.contains(&format));
    let mut cases = if has_it { I::catalogue(format) } else { Vec::new() };
    // Stable: what is equally large keeps the order in which it is written down.
    cases.sort_by_key(|case| case.given.entries());
    cases
}

/// The catalogue of requests that the Input of an operation cannot say: a number that is none, a
/// parameter that is given twice, another method, another way to say the same. It is for servers.
///
/// ```
/// use taskmock::{Format, raw_requests, dws::list_logical_cluster_tasks::Input};
/// for case in raw_requests::<Input>(Format::Json) {
///     let response = case.backend().respond(&case.request());
///     case.check(case.read(&response)?)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn raw_requests<I: OperationInput>(format: Format) -> Vec<Case<RawRequest<I>>> {
    catalogue(format)
}

/// The case with a name: out of the catalogue, or a random one, also one that was made simpler.
///
/// ```
/// use taskmock::{Format, Seed, case, random_case, ehpc::list_tasks::Input};
/// let random = random_case::<Input>(Seed(0x4d2), Format::Json);
/// let again = case::<Input>("random.4d2", Format::Json).unwrap();
/// assert_eq!(again.given, random.given);
/// assert!(case::<Input>("no_such_case", Format::Json).is_none());
/// ```
pub fn case<I: OperationInput>(name: &str, format: Format) -> Option<Case<I>> {
    match name.strip_prefix("random.") {
        Some(origin) => Some(Sketched::of(&Origin::parse(origin)?, Kind::Any, format)?.case()),
        None => catalogue(format).into_iter().find(|case| case.name == name),
    }
}

/// The random case of a seed: a state of up to 60 tasks (one with its stages, events and resources for
/// DescribeTaskInfo, and up to two others), an input that is mostly right, and what must
/// come of it. The same seed gives the same case on every machine, as long as
/// [`GENERATOR_VERSION`] stays.
///
/// Its expectation does not come from the code that answers: the tasks that the answer must show are
/// drawn first, and the state is made so that it shows them.
///
/// ```
/// use taskmock::{Format, Seed, random_case, ehpc::list_invocation_status::Input};
/// let case = random_case::<Input>(Seed(7), Format::Json);
/// let response = case.backend().respond(&case.request());
/// case.check(case.read(&response)?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn random_case<I: OperationInput>(seed: Seed, format: Format) -> Case<I> {
    sketched(seed, Kind::Any, format).case()
}

fn sketched<I: OperationInput>(seed: Seed, kind: Kind, format: Format) -> Sketched<I> {
    Sketched::of(&Origin::new(seed), kind, format).expect("a seed alone is always a case")
}

/// The ways in which the shape of a body can be, each on an answer with one task if that shows it:
/// written otherwise but right, in a dialect of another shape, with a field that is missing, null, of
/// another type, large or unknown, cut off, nested, in the other encoding, or no answer at all.
///
/// ```
/// use taskmock::{Format, body_catalogue, ack::describe_task_info::Input};
/// let bodies = body_catalogue::<Input>(Format::Json);
/// assert!(bodies.iter().any(|body| body.name == "body.missing.state"));
/// ```
pub fn body_catalogue<I: OperationInput>(format: Format) -> Vec<BodySample<I>> {
    let catalogue = catalogue::<I>(format);
    let outputs: Vec<I::Output> = ["one", "full"]
        .iter()
        .filter_map(|name| catalogue.iter().find(|case| case.name == *name)?.then.clone().ok())
        .collect();
    let of_way = |way: &Way<I::Output>| outputs.iter().find_map(|output| way.body(output, format));
    ways().iter().filter_map(of_way).collect()
}

/// The random body of a seed: a random answer, and one of the ways in which its body can be.
///
/// ```
/// use taskmock::{Format, Seed, random_body, ehpc::list_tasks::Input};
/// assert_eq!(random_body::<Input>(Seed(3), Format::Xml).bytes, random_body::<Input>(Seed(3), Format::Xml).bytes);
/// ```
pub fn random_body<I: OperationInput>(seed: Seed, format: Format) -> BodySample<I> {
    SketchedBody::of(seed, &ways(), format).body
}

/// The body with a name.
///
/// ```
/// use taskmock::{Format, body, ehpc::list_tasks::Input};
/// assert!(body::<Input>("body.truncated", Format::Json).is_some());
/// assert!(body::<Input>("body.random.4d2", Format::Json).is_some());
/// ```
pub fn body<I: OperationInput>(name: &str, format: Format) -> Option<BodySample<I>> {
    match name.strip_prefix("body.random.") {
        Some(origin) => {
            // The way stands after it for people; it follows from the seed.
            let origin = origin.split(':').next()?;
            let body = SketchedBody::at(&Origin::parse(origin)?, &ways(), format)?.body;
            (body.name == name || !name.contains(':')).then_some(body)
        }
        None => body_catalogue(format).into_iter().find(|body| body.name == name),
    }
}

/// A random body with what it is made from.
struct SketchedBody<I: OperationInput> {
    sketched: Sketched<I>,
    way: usize,
    body: BodySample<I>,
}

impl<I: OperationInput> Clone for SketchedBody<I> {
    fn clone(&self) -> Self {
        SketchedBody { sketched: self.sketched.clone(), way: self.way, body: self.body.clone() }
    }
}

impl<I: OperationInput> SketchedBody<I> {
    fn of(seed: Seed, ways: &[Way<I::Output>], format: Format) -> Self {
        Self::at(&Origin::new(seed), ways, format).expect("some way fits every answer")
    }

    fn at(origin: &Origin, ways: &[Way<I::Output>], format: Format) -> Option<Self> {
        let first = Sketched::<I>::of(&Origin::new(origin.seed()), Kind::Accepted, format)?;
        let mut draw = Draw::new(Seed(!origin.seed().0));
        // A way that does not fit this answer is drawn again; the plain one always fits.
        let first = (0..ways.len() * 8)
            .map(|_| draw.below(ways.len()))
            .chain([0])
            .find_map(|way| Self::with(first.clone(), way, ways))?;
        let mut current = first;
        for step in origin.steps() {
            current =
                current.simpler(ways).into_iter().find(|body| body.sketched.origin().steps().last() == Some(step))?;
        }
        Some(current)
    }

    fn with(sketched: Sketched<I>, way: usize, ways: &[Way<I::Output>]) -> Option<Self> {
        let case = sketched.case();
        let mut body = ways[way].body::<I>(&case.then.ok()?, case.format)?;
        body.name = format!("body.random.{}:{}", sketched.origin(), ways[way].name);
        Some(SketchedBody { sketched, way, body })
    }

    fn simpler(&self, ways: &[Way<I::Output>]) -> Vec<Self> {
        let simpler = self.sketched.simpler().into_iter();
        simpler.filter_map(|sketched| Self::with(sketched, self.way, ways)).collect()
    }
}

#[cfg(feature = "proptest")]
pub(crate) use with_proptest::{any_input, any_output};
#[cfg(feature = "proptest")]
pub use with_proptest::{bodies, cases, inputs, invalid_inputs, random_cases, requests, states};

#[cfg(feature = "proptest")]
mod with_proptest {
    use std::fmt::Debug;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use proptest::strategy::{NewTree, Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    use super::super::hostile::request;
    use super::super::sketch::kind_of;
    use super::*;
    use crate::http::Request;
    use crate::service_error::ServiceError;
    use crate::services::State;

    /// The cases of an operation: first every case of the [`catalogue`] once, from small to large,
    /// then random ones without end.
    ///
    /// So a test of 256 cases, which is proptest's default, meets every bound, every combination and
    /// every error code. Make the strategy once: one that is made anew for each case, as in
    /// `prop_flat_map`, begins the catalogue anew each time; take [`random_cases`] there.
    ///
    /// It has the dialects of a word or a value, such as `Failed` for `Fail`. It leaves out those that
    /// change the shape of an answer, which no client has to read (they are in [`bodies`]), and
    /// requests that no Input can say ([`raw_requests`]). A failure shrinks to a
    /// smaller case of the same kind, answered or refused with the same code, and is made again by
    /// [`case`] with its name; proptest's own files of failures do not find it, since which case comes
    /// next depends on those before.
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use taskmock::{Format, cases, ehpc::list_tasks::Input};
    ///
    /// proptest! {
    ///     // In your tests: #[test]
    ///     fn my_client_gets_what_it_should(case in cases::<Input>(Format::Json)) {
    ///         let response = case.backend().respond(&case.request()); // your client, over a socket
    ///         case.check(case.read(&response)?)?;
    ///     }
    /// }
    /// my_client_gets_what_it_should();
    /// ```
    pub fn cases<I: OperationInput>(format: Format) -> impl Strategy<Value = Case<I>> + Clone {
        let all = catalogue(format).into_iter().filter(|case| !case.has_other_shape());
        Source { catalogue: all.collect(), next: Arc::default(), random: random(Kind::Any, format) }
    }

    /// Random cases only: mostly lists of up to 60 tasks and pages that exist; one in four or five is
    /// refused, by the input or by an error that is armed. It leaves out exact bounds, which only the
    /// catalogue is sure to have, and every dialect.
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use taskmock::{Format, random_cases, ack::describe_task_info::Input};
    /// proptest!(|(case in random_cases::<Input>(Format::Xml))| {
    ///     prop_assert!(case.name.starts_with("random."));
    /// });
    /// ```
    pub fn random_cases<I: OperationInput>(format: Format) -> impl Strategy<Value = Case<I>> + Clone {
        only_random(Kind::Any, format)
    }

    fn only_random<I: OperationInput>(kind: Kind, format: Format) -> impl Strategy<Value = Case<I>> + Clone {
        Source { catalogue: Arc::from([]), next: Arc::default(), random: random(kind, format) }
    }

    pub(crate) fn any_input<I: OperationInput>() -> impl Strategy<Value = I> + Clone {
        only_random::<I>(Kind::Any, Format::Json).prop_map(|case| case.when)
    }

    pub(crate) fn any_output<I: OperationInput>() -> impl Strategy<Value = I::Output> + Clone {
        only_random::<I>(Kind::Accepted, Format::Json)
            .prop_map(|case| case.then.expect("an accepted input is answered"))
    }

    fn random<I: OperationInput>(kind: Kind, format: Format) -> impl Fn(Seed) -> Sketched<I> + Clone {
        move |seed| sketched(seed, kind, format)
    }

    /// States in which the operation has something to answer: up to 60 tasks of a cluster and one of
    /// another (DescribeTaskInfo: one task and up to two others), coherent in every way that the documents speak of: the current step within the total,
    /// ended tasks complete, results that fit their type, times in order, ids unique.
    ///
    /// It covers the service of the operation; the others are empty. It leaves out dialects, armed
    /// answers and the ids of requests.
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use taskmock::{State, states, ehpc::list_tasks::Input};
    /// proptest!(|(state in states::<Input>())| {
    ///     prop_assert_eq!(State::from_json(&state.to_json()).unwrap(), state);
    /// });
    /// ```
    pub fn states<I: OperationInput>() -> impl Strategy<Value = State> + Clone {
        only_random::<I>(Kind::Accepted, Format::Json).prop_map(|case| case.given)
    }

    /// Inputs that are within every bound, of a cluster, task or command that may or may not exist. It
    /// leaves out what no Input can say, which is in [`raw_requests`].
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use taskmock::{inputs, ehpc::list_tasks::Input};
    /// proptest!(|(input in inputs::<Input>())| {
    ///     prop_assert!(input.page_size.is_none_or(|size| (1..=50).contains(&size)));
    /// });
    /// ```
    pub fn inputs<I: OperationInput>() -> impl Strategy<Value = I> + Clone {
        only_random::<I>(Kind::Accepted, Format::Json).prop_map(|case| case.when)
    }

    /// Inputs that are refused whatever tasks there are, with the refusal, without a request id.
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use taskmock::{invalid_inputs, ehpc::list_tasks::Input};
    /// proptest!(|((input, refused) in invalid_inputs::<Input>())| {
    ///     prop_assert_eq!(refused.code == "MissingClusterId", input.cluster_id.is_empty());
    /// });
    /// ```
    pub fn invalid_inputs<I: OperationInput>() -> impl Strategy<Value = (I, ServiceError)> + Clone {
        only_random::<I>(Kind::Refused, Format::Json).prop_map(|case| {
            let refused = case.then.err().unwrap_or_default();
            (case.when, ServiceError { request_id: String::new(), ..refused })
        })
    }

    /// Bodies of an operation's answers: first every way of the [`body_catalogue`] once, then random
    /// answers in a random way.
    ///
    /// It leaves out refusals, which are in [`cases`], and what happens below HTTP: a connection that
    /// is cut or slow.
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use taskmock::{Format, bodies, dialect::Dialect, ehpc::list_tasks::{Input, Output}};
    /// proptest!(|(body in bodies::<Input>(Format::Json))| {
    ///     body.check(Output::decode(&body.bytes, Format::Json, &Dialect::default()))?;
    /// });
    /// ```
    pub fn bodies<I: OperationInput>(format: Format) -> impl Strategy<Value = BodySample<I>> + Clone {
        let all = ways::<I::Output>();
        let random = {
            let all: Arc<[Way<I::Output>]> = all.into();
            move |seed| (SketchedBody::<I>::of(seed, &all, format), Arc::clone(&all))
        };
        Source { catalogue: body_catalogue(format).into(), next: Arc::default(), random }
    }

    /// Requests for servers: right ones of the operation, wrong ones and rubbish, hostile ones
    /// included. All of them can be held by the `http` crate; what cannot (bytes that are no HTTP) is
    /// left out.
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use taskmock::{Backend, requests, ehpc::list_tasks::Input};
    /// proptest!(|(request in requests::<Input>())| {
    ///     Backend::documents().respond(&request); // it does not panic
    /// });
    /// ```
    pub fn requests<I: OperationInput>() -> impl Strategy<Value = Request> + Clone {
        proptest::arbitrary::any::<u64>().prop_map(|seed| request::<I>(Seed(seed)))
    }

    /// Something that can be made simpler.
    pub(super) trait Node: Clone {
        type Value: Debug;
        fn value(&self) -> Self::Value;
        fn simpler(&self) -> Vec<Self>;
    }

    impl<I: OperationInput> Node for Sketched<I> {
        type Value = Case<I>;
        fn value(&self) -> Case<I> {
            self.case()
        }
        fn simpler(&self) -> Vec<Self> {
            Sketched::simpler(self)
        }
    }

    impl<I: OperationInput> Node for (SketchedBody<I>, Arc<[Way<I::Output>]>) {
        type Value = BodySample<I>;
        fn value(&self) -> BodySample<I> {
            self.0.body.clone()
        }
        fn simpler(&self) -> Vec<Self> {
            let simpler = self.0.simpler(&self.1).into_iter();
            simpler.map(|body| (body, Arc::clone(&self.1))).collect()
        }
    }

    /// What a catalogue holds: it cannot be made simpler, but a smaller one of the same kind may show
    /// the same.
    pub(super) trait Listed: Clone + Debug {
        fn is_like(&self, other: &Self) -> bool;
    }

    impl<I: OperationInput> Listed for Case<I> {
        fn is_like(&self, other: &Self) -> bool {
            kind_of(self) == kind_of(other)
        }
    }

    impl<I: OperationInput> Listed for BodySample<I> {
        fn is_like(&self, other: &Self) -> bool {
            self.class == other.class
        }
    }

    /// A catalogue, then random values.
    #[derive(Clone)]
    struct Source<V, F> {
        catalogue: Arc<[V]>,
        /// How many values were asked for.
        next: Arc<AtomicUsize>,
        random: F,
    }

    impl<V, F> Debug for Source<V, F> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "a catalogue of {}, then random values", self.catalogue.len())
        }
    }

    impl<V: Listed, N: Node<Value = V>, F: Fn(Seed) -> N> Strategy for Source<V, F> {
        type Tree = Tree<V, N>;
        type Value = V;

        fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let first = match at < self.catalogue.len() {
                true => Choice::Listed(Arc::clone(&self.catalogue), at),
                false => {
                    let seed = proptest::arbitrary::any::<u64>().new_tree(runner)?.current();
                    Choice::Random((self.random)(Seed(seed)))
                }
            };
            Ok(Tree { best: first.clone(), current: first, pending: None })
        }
    }

    pub(super) enum Choice<V, N> {
        Listed(Arc<[V]>, usize),
        Random(N),
    }

    impl<V, N: Clone> Clone for Choice<V, N> {
        fn clone(&self) -> Self {
            match self {
                Choice::Listed(catalogue, at) => Choice::Listed(Arc::clone(catalogue), *at),
                Choice::Random(node) => Choice::Random(node.clone()),
            }
        }
    }

    impl<V: Listed, N: Node<Value = V>> Choice<V, N> {
        fn value(&self) -> V {
            match self {
                Choice::Listed(catalogue, at) => catalogue[*at].clone(),
                Choice::Random(node) => node.value(),
            }
        }

        fn simpler(&self) -> Vec<Self> {
            match self {
                Choice::Listed(catalogue, at) => (0..*at)
                    .filter(|smaller| catalogue[*smaller].is_like(&catalogue[*at]))
                    .map(|smaller| Choice::Listed(Arc::clone(catalogue), smaller))
                    .collect(),
                Choice::Random(node) => node.simpler().into_iter().map(Choice::Random).collect(),
            }
        }
    }

    /// The simplest value that was found to fail so far, and what is simpler.
    pub(super) struct Tree<V, N> {
        best: Choice<V, N>,
        current: Choice<V, N>,
        /// None until somebody asks for simpler ones.
        pending: Option<std::vec::IntoIter<Choice<V, N>>>,
    }

    impl<V: Listed, N: Node<Value = V>> ValueTree for Tree<V, N> {
        type Value = V;

        fn current(&self) -> V {
            self.current.value()
        }

        /// The current value fails: it is the best, and a simpler one is tried.
        fn simplify(&mut self) -> bool {
            self.best = self.current.clone();
            self.pending = Some(self.best.simpler().into_iter());
            self.complicate()
        }

        /// The current value does not fail: the next one is tried.
        fn complicate(&mut self) -> bool {
            match self.pending.as_mut().and_then(Iterator::next) {
                Some(next) => self.current = next,
                None => {
                    self.current = self.best.clone();
                    return false;
                }
            }
            true
        }
    }
}
