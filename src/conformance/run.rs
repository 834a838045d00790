//! Run: asks a Rust client, or whoever can be asked, every case of a suite, side by side.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use super::answer::Answer;
use super::asked::{AnyCase, Asked};
use super::endpoint::Endpoint;
use super::results::{CaseResult, Kind, Results, Verdict};
use super::suite::{Cases, Suite};
use crate::case::OperationInput;

/// Asks a blocking Rust client every case of an operation in JSON: `client` is given an endpoint
/// (`http://127.0.0.1:PORT`) and an input, and says what it got.
///
/// It is called from as many threads as there are cores, and with the same endpoint again. A panic of
/// it fails the case. A call that never returns never ends the run: give your client a time limit. For another encoding, a selection,
/// random cases or fewer threads, see [`Suite::run`].
///
/// ```no_run
/// use taskmock::ehpc::list_tasks::{Input, Output};
/// use taskmock::{Refused, conformance};
/// # fn my_client(endpoint: &str, input: &Input) -> Result<Output, Refused> { unimplemented!() }
///
/// let results = conformance::run(|endpoint: &str, input: &Input| my_client(endpoint, input));
/// results.assert();
/// ```
pub fn run<I, A>(client: impl Fn(&str, &I) -> A + Sync) -> Results
where
    I: OperationInput,
    A: Into<Answer<I::Output>>,
{
    Suite::default().run(client)
}

/// Asks an async Rust client every case of an operation in JSON, one after the other.
///
/// It needs no certain runtime. For another encoding, a selection, random cases or several at a time,
/// see [`Suite::run_async`].
///
/// ```no_run
/// use taskmock::ehpc::list_tasks::{Input, Output};
/// use taskmock::{Refused, conformance};
/// # async fn my_client(endpoint: &str, input: &Input) -> Result<Output, Refused> { unimplemented!() }
///
/// # async fn test() {
/// let results = conformance::run_async(async |endpoint: &str, input: &Input| my_client(endpoint, input).await).await;
/// results.assert();
/// # }
/// ```
pub async fn run_async<I, A>(client: impl AsyncFn(&str, &I) -> A) -> Results
where
    I: OperationInput,
    A: Into<Answer<I::Output>>,
{
    Suite { jobs: 1, ..Suite::default() }.run_async(client).await
}

impl Suite {
    /// Asks a blocking Rust client the cases of an operation; see [`run`].
    ///
    /// # Panics
    ///
    /// On a field in `ignore` that is none, and if no port can be had.
    ///
    /// ```
    /// use taskmock::conformance::Answer;
    /// use taskmock::ehpc::list_tasks::{Input, Output};
    /// use taskmock::{Format, Suite};
    /// let suite = Suite { formats: vec![Format::Xml], random: 10, ..Suite::default() };
    /// let results = suite.run(|_endpoint: &str, _input: &Input| Answer::<Output>::Unsupported("an example".into()));
    /// assert_eq!(results.tally().asked(), 0);
    /// ```
    pub fn run<I, A>(&self, client: impl Fn(&str, &I) -> A + Sync) -> Results
    where
        I: OperationInput,
        A: Into<Answer<I::Output>>,
    {
        let cases = self.of::<I>();
        let worker = || {
            let mut endpoint = self.endpoint();
            let (client, ignored) = (&client, &cases.ignored);
            move |case: &dyn AnyCase| {
                endpoint.open(case.given());
                let asked = typed::<I>(case);
                match catch_unwind(AssertUnwindSafe(|| client(&endpoint.base_url(), asked.when()).into())) {
                    Ok(answer) => Some(endpoint.close(case, asked.judge_typed(answer, &endpoint.sent(), ignored))),
                    Err(panic) => {
                        let said = format!("it panicked: {}", panic_message(panic.as_ref()));
                        Some(endpoint.abandon(case, said, String::new()))
                    }
                }
            }
        };
        drive(&cases, self.jobs, self.results::<I>(), worker, |_| {})
    }

    /// Asks an async Rust client the cases of an operation, `jobs` at a time; see [`run_async`].
    ///
    /// # Panics
    ///
    /// On a field in `ignore` that is none, if no port can be had, and with the client.
    ///
    /// ```
    /// use taskmock::conformance::Answer;
    /// use taskmock::dws::list_logical_cluster_tasks::{Input, Output};
    /// # async fn test() {
    /// let suite = taskmock::Suite { random: 10, ..Default::default() };
    /// let client = async |_: &str, _: &Input| Answer::<Output>::Unsupported("an example".into());
    /// assert_eq!(suite.run_async(client).await.asked(), 0);
    /// # }
    /// ```
    pub async fn run_async<I, A>(&self, client: impl AsyncFn(&str, &I) -> A) -> Results
    where
        I: OperationInput,
        A: Into<Answer<I::Output>>,
    {
        let cases = self.of::<I>();
        let next = AtomicU64::new(0);
        let done = Mutex::new(Vec::new());
        let worker = async || {
            let mut endpoint = self.endpoint();
            while let Some(asked) = cases.at(next.fetch_add(1, Ordering::Relaxed)) {
                let case = asked.case();
                let started = Instant::now();
                endpoint.open(case.given());
                let asked = typed::<I>(case);
                let answer = client(&endpoint.base_url(), asked.when()).await.into();
                let verdict = endpoint.close(case, asked.judge_typed(answer, &endpoint.sent(), &cases.ignored));
                let result = CaseResult::new(case.about(), verdict, micros(started));
                done.lock().unwrap_or_else(PoisonError::into_inner).push(result);
            }
        };
        all((0..self.jobs.max(1)).map(|_| worker()).collect()).await;
        let mut results = self.results::<I>();
        done.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().for_each(|result| results.add(result));
        results
    }

    fn of<I: OperationInput>(&self) -> Cases {
        self.cases_of(Kind::Client, [I::ID].into_iter()).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::new(
            #[cfg(feature = "signatures")]
            self.signatures.clone(),
        )
    }

    fn results<I: OperationInput>(&self) -> Results {
        Results::new(Kind::Client, std::any::type_name::<I>().to_owned())
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

fn typed<I: OperationInput>(case: &dyn AnyCase) -> &Asked<I> {
    case.as_any().downcast_ref().expect("the cases are of this operation")
}

fn micros(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX)
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}

/// Asks all cases, `jobs` side by side: `worker` makes what asks one after the other, and gives none to
/// end the run. Results come in the order of the cases, whoever asked them.
pub(crate) fn drive<W>(
    cases: &Cases,
    jobs: usize,
    results: Results,
    worker: impl Fn() -> W + Sync,
    tell: impl Fn(&CaseResult) + Sync,
) -> Results
where
    W: FnMut(&dyn AnyCase) -> Option<Verdict>,
{
    let (next, stopped) = (AtomicU64::new(0), AtomicBool::new(false));
    let order = Mutex::new(InOrder { results, next: 0, early: Vec::new() });
    let work = || {
        let mut ask = worker();
        while !stopped.load(Ordering::Relaxed) {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(asked) = cases.at(place) else { break };
            let started = Instant::now();
            let Some(verdict) = ask(asked.case()) else {
                stopped.store(true, Ordering::Relaxed);
                break;
            };
            let result = CaseResult::new(asked.case().about(), verdict, micros(started));
            tell(&result);
            order.lock().unwrap_or_else(PoisonError::into_inner).add(place, result);
        }
    };
    match jobs {
        0 | 1 => work(),
        jobs => thread::scope(|scope| {
            (0..jobs).for_each(|_| {
                scope.spawn(work);
            });
        }),
    }
    order.into_inner().unwrap_or_else(PoisonError::into_inner).done()
}

/// Puts results back into the order of the cases. Those that wait for an earlier one are few: as many
/// as are asked side by side.
struct InOrder {
    results: Results,
    next: u64,
    early: Vec<(u64, CaseResult)>,
}

impl InOrder {
    fn add(&mut self, place: u64, result: CaseResult) {
        self.early.push((place, result));
        while let Some(at) = self.early.iter().position(|(place, _)| *place == self.next) {
            let (_, result) = self.early.swap_remove(at);
            self.results.add(result);
            self.next += 1;
        }
    }

    /// With what is left if the run was given up.
    fn done(mut self) -> Results {
        self.early.sort_by_key(|(place, _)| *place);
        self.early.into_iter().for_each(|(_, result)| self.results.add(result));
        self.results
    }
}
