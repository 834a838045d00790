//! Client run: runs the cases of a selection against a Rust client that is a closure.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::any_case::{AnyCase, CatalogueCase};
use super::case_id::Side;
use super::client_answer::ClientAnswer;
use super::driver::{Work, drive};
use super::endpoint::Endpoint;
use super::error::Error;
use super::ignored::Ignored;
use super::known_failing::KnownFailing;
use super::outcome::NoAnswer;
use super::results::{CaseResult, Results};
use super::selection::{Cases, Run, Selection};
#[cfg(feature = "signatures")]
use super::signatures::Signatures;
use crate::case::Catalogue;

/// A run against a client, with the options that only a client has.
///
/// ```
/// use taskmock::conformance::{ClientAnswer, ClientRun, Selection};
/// use taskmock::ehpc::list_tasks::{Input, Output};
/// let run = ClientRun::new(Selection::new().cases(["page_size.*"])).jobs(2).ignore(["output.RequestId"]);
/// let results = run.run(|_endpoint: &str, _: &Input| ClientAnswer::<Output>::Unsupported("an example".into()));
/// assert_eq!(results.ran(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct ClientRun {
    pub(super) selection: Selection,
    pub(super) jobs: usize,
    ignore: Vec<String>,
    pub(super) known: KnownFailing,
    #[cfg(feature = "signatures")]
    pub(super) signatures: Signatures,
}

impl ClientRun {
    /// Returns a run of a selection: a thread for each core, every field compared, signatures not verified.
    ///
    /// ```
    /// use taskmock::conformance::{ClientRun, Selection};
    /// let run = ClientRun::new(Selection::new());
    /// ```
    pub fn new(selection: Selection) -> Self {
        ClientRun {
            selection,
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            ignore: Vec::new(),
            known: KnownFailing::default(),
            #[cfg(feature = "signatures")]
            signatures: Signatures::default(),
        }
    }

    /// Runs so many cases at the same time.
    ///
    /// ```
    /// use taskmock::conformance::{ClientRun, Selection};
    /// let run = ClientRun::new(Selection::new()).jobs(1);
    /// ```
    pub fn jobs(mut self, jobs: usize) -> Self {
        self.jobs = jobs.max(1);
        self
    }

    /// Does not compare these fields, named as in a failure but without places in lists: `output.RequestId`,
    /// `output.Tasks.Errors`, `error.request_id`.
    ///
    /// ```
    /// use taskmock::conformance::{ClientRun, Selection};
    /// let run = ClientRun::new(Selection::new()).ignore(["error.request_id"]);
    /// ```
    pub fn ignore(mut self, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.ignore = fields.into_iter().map(Into::into).collect();
        self
    }

    /// Names the cases that are known to fail: a client that hangs in one of them is not taken for one that never
    /// answers. The list is compared with the results by [`Results::summarize`].
    ///
    /// ```
    /// use taskmock::conformance::{ClientRun, KnownFailing, Selection};
    /// let run = ClientRun::new(Selection::new()).known_failing(KnownFailing::default());
    /// ```
    pub fn known_failing(mut self, known: KnownFailing) -> Self {
        self.known = known;
        self
    }

    /// Verifies the signatures of the requests.
    ///
    /// ```
    /// use taskmock::conformance::{ClientRun, Selection, Signatures};
    /// let run = ClientRun::new(Selection::new()).signatures(Signatures::NotVerified);
    /// ```
    #[cfg(feature = "signatures")]
    pub fn signatures(mut self, signatures: Signatures) -> Self {
        self.signatures = signatures;
        self
    }
}

/// Runs every case of an operation, in JSON, against a blocking Rust client: `client` gets an endpoint
/// (`http://127.0.0.1:PORT`) and an input, and returns what it got.
///
/// It is called from as many threads as there are cores, and with the same endpoint again; after it has
/// returned, it must not send anything more for that case. If it panics, the case fails. If it never returns, the
/// run never ends: give your client a time limit. For another encoding, a selection, random cases or fewer
/// threads, see [`ClientRun`].
///
/// # Panics
///
/// If no port is free.
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
    A: Into<ClientAnswer<I::Output>>,
{
    ClientRun::new(Selection::new()).run(client)
}

/// Runs every case of an operation, in JSON, against an async Rust client, one after the other.
///
/// It works on any runtime. For another encoding, a selection, random cases or several at a time, see
/// [`ClientRun::run_async`].
///
/// # Panics
///
/// If no port is free, and if the client panics.
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
    A: Into<ClientAnswer<I::Output>>,
{
    ClientRun::new(Selection::new()).jobs(1).run_async(client).await
}

impl ClientRun {
    /// Runs the cases of an operation against a blocking Rust client; see [`run`](super::run).
    ///
    /// # Panics
    ///
    /// If the selection matches nothing, and if no port is free.
    ///
    /// ```
    /// use taskmock::Format;
    /// use taskmock::conformance::{ClientAnswer, ClientRun, Selection};
    /// use taskmock::ehpc::list_tasks::{Input, Output};
    /// let run = ClientRun::new(Selection::new().formats([Format::Xml]).random(10));
    /// let results = run.run(|_endpoint: &str, _: &Input| ClientAnswer::<Output>::Unsupported("an example".into()));
    /// assert_eq!(results.ran(), 0);
    /// ```
    pub fn run<I, A>(&self, client: impl Fn(&str, &I) -> A + Sync) -> Results
    where
        I: Catalogue,
        A: Into<ClientAnswer<I::Output>>,
    {
        let selection = self.of::<I>();
        let (cases, ignored) = self.ready(&selection).unwrap_or_else(|error| panic!("{error}"));
        let worker = || {
            let mut endpoint = self.endpoint();
            let (client, ignored) = (&client, &ignored);
            move |case: &dyn AnyCase| {
                endpoint.open(case.given());
                let typed = typed::<I>(case);
                Some(match catch_unwind(AssertUnwindSafe(|| client(&endpoint.base_url(), typed.when()).into())) {
                    Ok(answer) => endpoint.close(case, |sent| typed.judge_typed(answer, sent, ignored)),
                    Err(panic) => {
                        let reason = format!("it panicked: {}", panic_message(panic.as_ref()));
                        endpoint.abandon(case, NoAnswer::Crashed, reason, String::new())
                    }
                })
            }
        };
        drive(&cases, self.jobs, self.results(I::ID, &selection), worker, |_| {})
    }

    /// Runs the cases of an operation against an async Rust client, several at a time on one thread; see
    /// [`run_async`](super::run_async).
    ///
    /// # Panics
    ///
    /// If the selection matches nothing, if no port is free, and if the client panics.
    ///
    /// ```
    /// use taskmock::conformance::{ClientAnswer, ClientRun, Selection};
    /// use taskmock::dws::list_logical_cluster_tasks::{Input, Output};
    /// # async fn test() {
    /// let run = ClientRun::new(Selection::new().random(10));
    /// let client = async |_: &str, _: &Input| ClientAnswer::<Output>::Unsupported("an example".into());
    /// assert_eq!(run.run_async(client).await.ran(), 0);
    /// # }
    /// ```
    pub async fn run_async<I, A>(&self, client: impl AsyncFn(&str, &I) -> A) -> Results
    where
        I: Catalogue,
        A: Into<ClientAnswer<I::Output>>,
    {
        let selection = self.of::<I>();
        let (cases, ignored) = self.ready(&selection).unwrap_or_else(|error| panic!("{error}"));
        let work = Work::new(&cases, self.results(I::ID, &selection), |_: &CaseResult| {});
        let worker = async || {
            let mut endpoint = self.endpoint();
            while let Some((number, next)) = work.take() {
                let started = Instant::now();
                endpoint.open(next.case().given());
                let typed = typed::<I>(next.case());
                let answer = client(&endpoint.base_url(), typed.when()).await.into();
                let outcome = endpoint.close(next.case(), |sent| typed.judge_typed(answer, sent, &ignored));
                work.put(number, &next, outcome, started);
            }
        };
        all((0..self.jobs).map(|_| worker()).collect()).await;
        work.done()
    }

    /// The selection, of the operation of a closure alone.
    fn of<I: Catalogue>(&self) -> Selection {
        self.selection.clone().operations([I::ID])
    }

    pub(super) fn ready<'a>(&self, selection: &'a Selection) -> Result<(Cases<'a>, Ignored), Error> {
        let cases = selection.take(Side::Client)?;
        let ignored = Ignored::of(&self.ignore, cases.listed().map(AnyCase::expected))?;
        Ok((cases, ignored))
    }

    pub(super) fn results(&self, subject: &str, selection: &Selection) -> Results {
        Results::new(Side::Client, subject, self.told(selection))
    }

    /// What the run is told to do.
    fn told(&self, selection: &Selection) -> Run {
        let ignored = self.ignore.iter().map(|field| format!("ignore {field}"));
        #[cfg(feature = "signatures")]
        let signed = self.signatures.credentials().map(|by| format!("credentials {}", by.access_key()));
        #[cfg(not(feature = "signatures"))]
        let signed = None;
        selection.run_with(ignored.chain(signed).collect())
    }

    pub(super) fn endpoint(&self) -> Endpoint {
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

fn typed<I: Catalogue>(case: &dyn AnyCase) -> &CatalogueCase<I> {
    case.as_any().downcast_ref().expect("the cases are of this operation")
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a message")
}
