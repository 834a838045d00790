//! Run: asks a Rust client, or whoever can be asked, every case of a suite, side by side.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::answer::Answer;
use super::asked::{AnyCase, Asked};
use super::endpoint::Endpoint;
use super::ignored::Ignored;
use super::results::{CaseResult, Results, Side, Verdict};
use super::suite::{Cases, Next, Suite};
use crate::case::Catalogue;

/// Asks a blocking Rust client every case of an operation in JSON: `client` is given an endpoint
/// (`http://127.0.0.1:PORT`) and an input, and says what it got.
///
/// It is called from as many threads as there are cores, and with the same endpoint again; when it has
/// answered, it must not send anything more for that case. A panic of it fails the case. A call that never
/// returns never ends the run: give your client a time limit. For another encoding, a selection, random
/// cases or fewer threads, see [`Suite::run`].
///
/// # Panics
///
/// If no port can be had.
///
/// ```no_run
/// use taskmock::ehpc::list_tasks::{Input, Output};
/// use taskmock::{ServiceError, conformance};
/// # fn my_client(endpoint: &str, input: &Input) -> Result<Output, ServiceError> { unimplemented!() }
///
/// let results = conformance::run(|endpoint: &str, input: &Input| my_client(endpoint, input));
/// results.assert();
/// ```
pub fn run<I, A>(client: impl Fn(&str, &I) -> A + Sync) -> Results
where
    I: Catalogue,
    A: Into<Answer<I::Output>>,
{
    Suite::default().run(client)
}

/// Asks an async Rust client every case of an operation in JSON, one after the other.
///
/// It needs no certain runtime. For another encoding, a selection, random cases or several at a time,
/// see [`Suite::run_async`].
///
/// # Panics
///
/// If no port can be had, and with the client.
///
/// ```no_run
/// use taskmock::ehpc::list_tasks::{Input, Output};
/// use taskmock::{ServiceError, conformance};
/// # async fn my_client(endpoint: &str, input: &Input) -> Result<Output, ServiceError> { unimplemented!() }
///
/// # async fn test() {
/// let results = conformance::run_async(async |endpoint: &str, input: &Input| my_client(endpoint, input).await).await;
/// results.assert();
/// # }
/// ```
pub async fn run_async<I, A>(client: impl AsyncFn(&str, &I) -> A) -> Results
where
    I: Catalogue,
    A: Into<Answer<I::Output>>,
{
    Suite { jobs: 1, ..Suite::default() }.run_async(client).await
}

impl Suite {
    /// Asks a blocking Rust client the cases of an operation; see [`run`].
    ///
    /// # Panics
    ///
    /// If the selection fits nothing, and if no port can be had.
    ///
    /// ```
    /// use taskmock::Format;
    /// use taskmock::conformance::{Answer, Suite};
    /// use taskmock::ehpc::list_tasks::{Input, Output};
    /// let suite = Suite { formats: vec![Format::Xml], random: 10, ..Suite::default() };
    /// let results = suite.run(|_endpoint: &str, _input: &Input| Answer::<Output>::Unsupported("an example".into()));
    /// assert_eq!(results.tally().asked(), 0);
    /// ```
    pub fn run<I, A>(&self, client: impl Fn(&str, &I) -> A + Sync) -> Results
    where
        I: Catalogue,
        A: Into<Answer<I::Output>>,
    {
        let suite = self.of::<I>();
        let (cases, ignored) = suite.ready();
        let worker = || {
            let mut endpoint = suite.endpoint();
            let (client, ignored) = (&client, &ignored);
            move |case: &dyn AnyCase| {
                endpoint.open(case.given());
                let asked = typed::<I>(case);
                Some(match catch_unwind(AssertUnwindSafe(|| client(&endpoint.base_url(), asked.when()).into())) {
                    Ok(answer) => endpoint.close(case, |sent| asked.judge_typed(answer, sent, ignored)),
                    Err(panic) => {
                        let said = format!("it panicked: {}", panic_message(panic.as_ref()));
                        endpoint.abandon(case, &said, String::new())
                    }
                })
            }
        };
        drive(&cases, suite.jobs, Results::new(Side::Client, I::ID, suite.run_of()), worker, |_| {})
    }

    /// Asks an async Rust client the cases of an operation, `jobs` at a time; see [`run_async`].
    ///
    /// # Panics
    ///
    /// If the selection fits nothing, if no port can be had, and with the client.
    ///
    /// ```
    /// use taskmock::conformance::{Answer, Suite};
    /// use taskmock::dws::list_logical_cluster_tasks::{Input, Output};
    /// # async fn test() {
    /// let suite = Suite { random: 10, ..Suite::default() };
    /// let client = async |_: &str, _: &Input| Answer::<Output>::Unsupported("an example".into());
    /// assert_eq!(suite.run_async(client).await.asked(), 0);
    /// # }
    /// ```
    pub async fn run_async<I, A>(&self, client: impl AsyncFn(&str, &I) -> A) -> Results
    where
        I: Catalogue,
        A: Into<Answer<I::Output>>,
    {
        let suite = self.of::<I>();
        let (cases, ignored) = suite.ready();
        let work = Work::new(&cases, Results::new(Side::Client, I::ID, suite.run_of()), |_: &CaseResult| {});
        let worker = async || {
            let mut endpoint = suite.endpoint();
            while let Some((number, next)) = work.take() {
                let started = Instant::now();
                endpoint.open(next.case().given());
                let asked = typed::<I>(next.case());
                let answer = client(&endpoint.base_url(), asked.when()).await.into();
                let verdict = endpoint.close(next.case(), |sent| asked.judge_typed(answer, sent, &ignored));
                work.put(number, &next, verdict, started);
            }
        };
        all((0..suite.jobs.max(1)).map(|_| worker()).collect()).await;
        work.done()
    }

    /// For the operation of a closure.
    fn of<I: Catalogue>(&self) -> Suite {
        Suite { operations: vec![I::ID.to_owned()], ..self.clone() }
    }

    fn ready(&self) -> (Cases<'_>, Ignored) {
        let cases = self.cases(Side::Client).unwrap_or_else(|error| panic!("{error}"));
        let ignored = Ignored::of(&self.ignore, cases.listed()).unwrap_or_else(|error| panic!("{error}"));
        (cases, ignored)
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::new(
            #[cfg(feature = "signatures")]
            self.signatures.clone(),
        )
    }
}

/// Waits for all futures. Few of them wait for a socket each, so that waking one by all costs little.
async fn all<F: Future<Output = ()>>(futures: Vec<F>) {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        futures.retain_mut(|future| future.as_mut().poll(context).is_pending());
        if futures.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
}

fn typed<I: Catalogue>(case: &dyn AnyCase) -> &Asked<I> {
    case.as_any().downcast_ref().expect("the cases are of this operation")
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

/// Asks all cases, `jobs` side by side: `worker` makes what asks one after the other, and gives none to
/// end the run. Results are told and kept in the order of the cases, whoever asked them.
pub(crate) fn drive<W>(
    cases: &Cases<'_>,
    jobs: usize,
    results: Results,
    worker: impl Fn() -> W + Sync,
    tell: impl Fn(&CaseResult) + Sync,
) -> Results
where
    W: FnMut(&dyn AnyCase) -> Option<Verdict>,
{
    let (work, stopped) = (Work::new(cases, results, tell), AtomicBool::new(false));
    let ask_all = || {
        let mut ask = worker();
        while !stopped.load(Ordering::Relaxed)
            && let Some((number, next)) = work.take()
        {
            let started = Instant::now();
            match ask(next.case()) {
                Some(verdict) => work.put(number, &next, verdict, started),
                None => stopped.store(true, Ordering::Relaxed),
            }
        }
    };
    match jobs {
        0 | 1 => ask_all(),
        jobs => thread::scope(|scope| {
            (0..jobs).for_each(|_| {
                scope.spawn(ask_all);
            });
        }),
    }
    work.done()
}

/// The cases that are still to be asked, and what came of those that were.
struct Work<'a, T> {
    cases: &'a Cases<'a>,
    next: AtomicU64,
    order: Mutex<InOrder>,
    tell: T,
}

impl<'a, T: Fn(&CaseResult)> Work<'a, T> {
    fn new(cases: &'a Cases<'a>, results: Results, tell: T) -> Self {
        let order = Mutex::new(InOrder { results, next: 0, early: BTreeMap::new() });
        Work { cases, next: AtomicU64::new(0), order, tell }
    }

    /// The next case, with its number.
    fn take(&self) -> Option<(u64, Next<'_>)> {
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

    fn put(&self, number: u64, next: &Next<'_>, verdict: Verdict, started: Instant) {
        let result = CaseResult::new(next, self.cases.side, verdict, started);
        self.lock().add(number, Some(result), &self.tell);
    }

    fn lock(&self) -> MutexGuard<'_, InOrder> {
        self.order.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn done(self) -> Results {
        self.order.into_inner().unwrap_or_else(PoisonError::into_inner).done(self.tell)
    }
}

/// Puts results back into the order of the cases.
struct InOrder {
    results: Results,
    next: u64,
    /// By number; none of what was left out.
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

    /// With what is left if the run was given up.
    fn done(mut self, tell: impl Fn(&CaseResult)) -> Results {
        for result in std::mem::take(&mut self.early).into_values().flatten() {
            if let Some(kept) = self.results.add(result) {
                tell(kept);
            }
        }
        self.results
    }
}
