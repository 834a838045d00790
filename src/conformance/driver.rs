//! Driver: hands out the cases of a run to workers, and puts the results back into the order of the cases.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::any_case::AnyCase;
use super::outcome::Outcome;
use super::results::{CaseResult, Results};
use super::selection::{Cases, Next};

/// Runs all cases on `jobs` threads. Each worker runs one case after the other, and returns none to end the run.
/// `tell` gets each result that is kept, in the order of the cases.
pub(super) fn drive<W>(
    cases: &Cases<'_>,
    jobs: usize,
    results: Results,
    worker: impl Fn() -> W + Sync,
    tell: impl Fn(&CaseResult) + Sync,
) -> Results
where
    W: FnMut(&dyn AnyCase) -> Option<Outcome>,
{
    let (work, stopped) = (Work::new(cases, results, tell), AtomicBool::new(false));
    let run_all = || {
        let mut run = worker();
        while !stopped.load(Ordering::Relaxed)
            && let Some((number, next)) = work.take()
        {
            let started = Instant::now();
            match run(next.case()) {
                Some(outcome) => work.put(number, &next, outcome, started),
                None => stopped.store(true, Ordering::Relaxed),
            }
        }
    };
    match jobs {
        0 | 1 => run_all(),
        jobs => thread::scope(|scope| {
            (0..jobs).for_each(|_| {
                scope.spawn(run_all);
            });
        }),
    }
    work.done()
}

/// The cases that are still to run, and the results of the others.
pub(super) struct Work<'a, T> {
    cases: &'a Cases<'a>,
    next: AtomicU64,
    order: Mutex<InOrder>,
    started: Instant,
    tell: T,
}

impl<'a, T: Fn(&CaseResult)> Work<'a, T> {
    pub(super) fn new(cases: &'a Cases<'a>, results: Results, tell: T) -> Self {
        let order = Mutex::new(InOrder { results, next: 0, early: BTreeMap::new() });
        Work { cases, next: AtomicU64::new(0), order, started: Instant::now(), tell }
    }

    /// The next case, with its number.
    pub(super) fn take(&self) -> Option<(u64, Next<'_>)> {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.cases.count() {
                return None;
            }
            match self.cases.at(number) {
                Some(next) => return Some((number, next)),
                None => self.lock().add(number, None, &self.tell),
            }
        }
    }

    pub(super) fn put(&self, number: u64, next: &Next<'_>, outcome: Outcome, started: Instant) {
        let result = CaseResult::new(next, self.cases.side, outcome, started);
        self.lock().add(number, Some(result), &self.tell);
    }

    fn lock(&self) -> MutexGuard<'_, InOrder> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn done(self) -> Results {
        let mut results = self.order.into_inner().unwrap_or_else(PoisonError::into_inner).done(self.tell);
        results.micros = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        results
    }
}

/// Puts results back into the order of the cases.
struct InOrder {
    results: Results,
    next: u64,
    /// By number; none for a number without a case.
    early: BTreeMap<u64, Option<CaseResult>>,
}

impl InOrder {
    fn add(&mut self, number: u64, result: Option<CaseResult>, tell: impl Fn(&CaseResult)) {
        self.early.insert(number, result);
        while let Some(result) = self.early.remove(&self.next) {
            self.next += 1;
            if let Some(kept) = result.and_then(|result| self.results.add(result)) {
                tell(kept);
            }
        }
    }

    /// Adds what is left if the run ended early.
    fn done(mut self, tell: impl Fn(&CaseResult)) -> Results {
        for result in std::mem::take(&mut self.early).into_values().flatten() {
            if let Some(kept) = self.results.add(result) {
                tell(kept);
            }
        }
        self.results
    }
}
