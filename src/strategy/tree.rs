//! Tree: how a strategy goes through a catalogue and on at random, and how it shrinks.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::case::{BodySample, Case, Catalogue, Sketched, SketchedBody, Way};
use crate::seed::Seed;

/// Something that can be made simpler.
pub(super) trait Node: Clone {
    type Value: Debug;
    fn value(&self) -> Self::Value;
    fn simpler(&self) -> Vec<Self>;
}

impl<I: Catalogue> Node for Sketched<I> {
    type Value = Case<I>;
    fn value(&self) -> Case<I> {
        self.case()
    }
    fn simpler(&self) -> Vec<Self> {
        Sketched::simpler(self)
    }
}

impl<I: Catalogue> Node for (SketchedBody<I>, Arc<[Way<I>]>) {
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

impl<I: Catalogue> Listed for Case<I> {
    fn is_like(&self, other: &Self) -> bool {
        self.refusal_code() == other.refusal_code()
    }
}

impl<I: Catalogue> Listed for BodySample<I> {
    fn is_like(&self, other: &Self) -> bool {
        self.class == other.class
    }
}

/// A catalogue, then random values.
#[derive(Clone)]
pub(super) struct Source<V, F> {
    catalogue: Arc<[V]>,
    /// How many values were asked for.
    next: Arc<AtomicUsize>,
    random: F,
}

impl<V, F> Source<V, F> {
    pub(super) fn new(catalogue: Arc<[V]>, random: F) -> Self {
        Source { catalogue, next: Arc::default(), random }
    }
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
