//! Faults, decided: which fault hits a call, and what becomes of the answer.

use std::borrow::Cow;

use bytes::Bytes;

use super::Backend;
use super::gzip::{broken_gzip, gzip};
use crate::clock::Timestamp;
use crate::fault::{Fault, FaultError, FaultId, FaultKind, MAX_FAULTS};
use crate::http::{Delivery, End, Framing, Outgoing};
use crate::operation::{Addressee, Operation};
use crate::seed::Seed;
use crate::services::operations;

/// Where to look for the faults of each operation; derived from the state's list.
#[derive(Debug)]
pub(super) struct FaultIndex {
    /// For each row of the registry, the places in the list of those that can still hit.
    of_row: Vec<Vec<usize>>,
    next_id: u64,
}

/// A fault that hits a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) id: FaultId,
    pub(super) kind: FaultKind,
}

impl FaultIndex {
    /// Indexes the faults of a state, and names those that have no name of their own.
    pub(super) fn of(faults: &mut [Fault], operations: &[&'static Operation]) -> Self {
        let mut taken = std::collections::BTreeSet::new();
        let mut next_id = faults.iter().map(|fault| fault.id).max().unwrap_or(0).saturating_add(1);
        for fault in faults.iter_mut() {
            if fault.id == 0 || !taken.insert(fault.id) {
                fault.id = next_id;
                next_id = next_id.saturating_add(1);
            }
        }
        let mut index = FaultIndex { of_row: vec![Vec::new(); operations.len()], next_id };
        for (at, fault) in faults.iter().enumerate() {
            index.add(at, fault, operations);
        }
        index
    }

    /// Finds the places anew after faults were taken away. Ids are not given again.
    pub(super) fn rebuild(&mut self, faults: &[Fault], operations: &[&'static Operation]) {
        self.of_row.iter_mut().for_each(Vec::clear);
        for (at, fault) in faults.iter().enumerate() {
            self.add(at, fault, operations);
        }
    }

    /// Names a fault, which is then added to the end of the list.
    pub(super) fn name(&mut self, fault: &mut Fault) {
        fault.id = self.next_id;
        self.next_id = self.next_id.saturating_add(1);
    }

    pub(super) fn add(&mut self, at: usize, fault: &Fault, operations: &[&'static Operation]) {
        if fault.is_spent() {
            return;
        }
        for (row, operation) in operations.iter().enumerate() {
            if fault.operation().is_none_or(|id| id == operation.id) {
                self.of_row[row].push(at);
            }
        }
    }

    /// Finds the fault that hits a call, and counts the call.
    ///
    /// Every fault that the call matches counts it, whether or not an earlier one hits, so that `nth` and
    /// `after` count calls.
    pub(super) fn decide(
        &mut self,
        faults: &mut [Fault],
        row: usize,
        operation: &Operation,
        values: &[Option<Cow<'_, str>>],
        seed: Seed,
        now: Timestamp,
    ) -> Option<Hit> {
        let mut hit = None;
        let mut spent = false;
        for at in self.of_row.get(row)? {
            let Some(fault) = faults.get_mut(*at) else { continue };
            if !matches(fault, operation, values, now) {
                continue;
            }
            fault.matched = fault.matched.saturating_add(1);
            if hit.is_none() && is_due(fault, seed) {
                let step = (fault.hits % (fault.steps.0.len().max(1) as u64)) as usize;
                let Some(kind) = fault.steps.0.get(step).cloned() else { continue };
                fault.hits = fault.hits.saturating_add(1);
                spent |= fault.is_spent();
                hit = Some(Hit { id: FaultId(fault.id), kind });
            }
        }
        if spent {
            self.of_row
                .iter_mut()
                .for_each(|row| row.retain(|at| faults.get(*at).is_some_and(|fault| !fault.is_spent())));
        }
        hit
    }
}

/// Whether a call is one that the fault counts.
fn matches(fault: &Fault, operation: &Operation, values: &[Option<Cow<'_, str>>], now: Timestamp) -> bool {
    let has = |name: &str, expected: &str| {
        let at = operation.parameters.iter().position(|parameter| parameter.name == name);
        at.and_then(|at| values.get(at)).is_some_and(|value| value.as_deref() == Some(expected))
    };
    fault.from.is_none_or(|from| now >= from)
        && fault.until.is_none_or(|until| now < until)
        && fault.when.iter().all(|(name, value)| has(name, value))
}

/// Whether the fault hits the matching call that was counted last.
fn is_due(fault: &Fault, seed: Seed) -> bool {
    if fault.is_spent() {
        return false;
    }
    let chosen = match fault.nth {
        Some(nth) => fault.matched == nth,
        None => match fault.matched.checked_sub(fault.after) {
            None | Some(0) => false,
            Some(call) => fault.every.is_none_or(|every| call.is_multiple_of(every.max(1))),
        },
    };
    chosen && fault.probability.is_none_or(|probability| draw(seed, fault) < probability)
}

/// A number from 0 to 1, drawn for a fault and a call of it.
fn draw(seed: Seed, fault: &Fault) -> f64 {
    // A sequence of its own for each fault, apart from those of request ids and submitted tasks.
    let own = Seed(Seed(seed.0 ^ FAULTS).number(fault.id));
    let bits = own.number(fault.matched) >> 11;
    bits as f64 / (1_u64 << 53) as f64
}

/// `faults` in ASCII.
const FAULTS: u64 = 0x6661_756c_7473;

impl Backend {
    /// The answer in place of the cloud's; none if the cloud answers.
    pub(super) fn instead(&self, kind: &FaultKind, addressee: &Addressee<'_>, id: &str) -> Option<Outgoing> {
        let Addressee { operation, format, .. } = addressee;
        let now = self.now();
        let refuse = |refusal| self.refuse(operation.protocol(), Some(operation), *format, &refusal, id.to_owned());
        Some(match kind {
            FaultKind::Reset { processed: false } | FaultKind::Close { processed: false } => nothing(),
            FaultKind::Html { status } => Outgoing::new(*status, "text/html", page(*status)),
            FaultKind::HttpError { status, retry_after } => {
                let answer = Outgoing::new(*status, "text/plain", format!("{}\n", reason(*status)));
                match retry_after {
                    Some(retry_after) => answer.with_header("retry-after", retry_after.value(now)),
                    None => answer,
                }
            }
            FaultKind::Throttle(throttle) => {
                let mut answer = refuse(operation.throttling().about(""));
                // The client is told what the fault says, and nothing else.
                answer.headers.retain(|(name, _)| name != "x-acs-retry-after");
                answer.status = throttle.other_status().unwrap_or(answer.status);
                throttle.headers(now).into_iter().fold(answer, |answer, (name, value)| answer.with_header(name, value))
            }
            FaultKind::Redirect { to, status } => {
                Outgoing::new(*status, "text/plain", "").with_header("location", to.clone())
            }
            FaultKind::Error { code, argument } => {
                let (row, filled_in) = operation.fault_error(code)?;
                refuse(row.about(match argument.clone().or(filled_in) {
                    Some(argument) => Cow::Owned(argument),
                    None if row.argument.is_empty() => Cow::Borrowed(operation.parameters.first()?.name),
                    None => Cow::Borrowed(row.argument),
                }))
            }
            FaultKind::Response(response) => {
                let mut answer = Outgoing::new(response.status, "", response.body.clone());
                answer.headers.clear();
                response.headers.iter().fold(answer, |answer, (name, value)| {
                    answer.with_any_header(Cow::Owned(name.to_ascii_lowercase()), Cow::Owned(value.clone()))
                })
            }
            _ => return None,
        })
    }
}

/// What stands for an answer that is never sent.
fn nothing() -> Outgoing {
    let mut answer = Outgoing::new(0, "", Bytes::new());
    answer.headers.clear();
    answer
}

/// Lets an answer be delivered as a fault says.
pub(super) fn deliver(kind: &FaultKind, mut answer: Outgoing) -> Outgoing {
    let length = answer.body.len();
    let mut delivery = Delivery::default();
    match kind {
        FaultKind::ResetIdle {} => delivery.end = End::ResetNext,
        FaultKind::CloseIdle {} => delivery.end = End::CloseAfter,
        FaultKind::Reset { .. } => delivery.end = End::BeforeHead { reset: true },
        FaultKind::Close { .. } => delivery.end = End::BeforeHead { reset: false },
        FaultKind::Cut { after, chunked, reset } => {
            if *chunked {
                delivery.framing = Framing::Chunked;
            }
            // A whole body of an announced length would not be cut.
            let most = if *chunked { length } else { length.saturating_sub(1) };
            delivery.end = End::InBody { sent: (*after).min(most), reset: *reset };
        }
        FaultKind::Stall { after } => {
            delivery.end = End::Stall { sent: after.map(|after| after.min(length.saturating_sub(1))) };
        }
        FaultKind::Dribble { bytes_per_second } => delivery.bytes_per_second = Some(*bytes_per_second),
        FaultKind::Delay { by } => delivery.delay = by.duration(),
        FaultKind::Trailing { bytes } => delivery.after = bytes.clone().into_bytes().into(),
        FaultKind::Gzip { broken } => {
            answer.body = if *broken { broken_gzip(&answer.body) } else { gzip(&answer.body) }.into();
            return answer.with_header("content-encoding", "gzip");
        }
        FaultKind::WrongLength { by } => {
            let announced = (length as u64).checked_add_signed(*by).unwrap_or(0);
            delivery.framing = Framing::WrongLength(announced);
        }
        FaultKind::Response(response) if response.framing == Framing::Length => return answer,
        FaultKind::Response(response) => {
            delivery.framing = response.framing;
            delivery.trailers = response.trailers.clone().into_iter().collect();
            // Whoever waits for the bytes that were announced is told that none come.
            if matches!(response.framing, Framing::WrongLength(_)) {
                delivery.end = End::CloseAfter;
            }
        }
        FaultKind::Html { .. }
        | FaultKind::Throttle(_)
        | FaultKind::HttpError { .. }
        | FaultKind::Redirect { .. }
        | FaultKind::Error { .. }
        | FaultKind::Pass {} => return answer,
    }
    answer.delivery = Some(Box::new(delivery));
    answer
}

fn reason(status: u16) -> &'static str {
    http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}

/// A page as a proxy makes it.
fn page(status: u16) -> String {
    let title = match status {
        200 => "Sign in".to_owned(),
        _ => format!("{status} {}", reason(status)),
    };
    format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    )
}

/// What a test lets go wrong.
impl Backend {
    /// Lets something go wrong on purpose; see [`Fault`].
    ///
    /// What is injected first is looked at first. A fault that cannot hit any more stays listed until there
    /// are [`MAX_FAULTS`].
    ///
    /// # Errors
    ///
    /// A field that is wrong, with what would be right; more than [`MAX_FAULTS`] that can still hit.
    ///
    /// ```
    /// use taskmock::{Backend, Fault, Format, ehpc::list_tasks::Input};
    /// let mut backend = Backend::documents();
    /// backend.inject(Fault::error("DbError").on("ehpc.list_tasks"))?;
    /// let request = Input::new("ehpc-hz-FYUr32****").request(Format::Json);
    /// assert_eq!(backend.respond(&request).status(), 406);
    /// assert_eq!(backend.respond(&request).status(), 200);
    /// # Ok::<(), taskmock::FaultError>(())
    /// ```
    pub fn inject(&mut self, mut fault: Fault) -> Result<FaultId, FaultError> {
        let all: Vec<_> = operations().collect();
        fault.check(&all)?;
        if self.state.faults.len() >= MAX_FAULTS {
            self.state.faults.retain(|fault| !fault.is_spent());
            self.faults = None;
        }
        if self.state.faults.len() >= MAX_FAULTS {
            let sentence = format!("{MAX_FAULTS} faults are held already; withdraw some first");
            return Err(FaultError::new("fault", sentence));
        }
        (fault.matched, fault.hits) = (0, 0);
        let index = self.faults.get_or_insert_with(|| FaultIndex::of(&mut self.state.faults, &all));
        index.name(&mut fault);
        index.add(self.state.faults.len(), &fault, &all);
        let id = FaultId(fault.id);
        self.state.faults.push(fault);
        Ok(id)
    }

    /// The faults, in the order of their injection, with their ids and how often each hit.
    ///
    /// ```
    /// use taskmock::{Backend, Fault};
    /// let mut backend = Backend::documents();
    /// let id = backend.inject(Fault::reset().times(2))?;
    /// assert_eq!((backend.faults()[0].id(), backend.faults()[0].hits()), (Some(id), 0));
    /// # Ok::<(), taskmock::FaultError>(())
    /// ```
    pub fn faults(&mut self) -> &[Fault] {
        self.index_faults();
        &self.state.faults
    }

    /// Takes back a fault; false if there is none with that id.
    ///
    /// ```
    /// use taskmock::{Backend, Fault};
    /// let mut backend = Backend::documents();
    /// let id = backend.inject(Fault::reset())?;
    /// assert!(backend.withdraw(id));
    /// assert!(!backend.withdraw(id));
    /// # Ok::<(), taskmock::FaultError>(())
    /// ```
    pub fn withdraw(&mut self, id: FaultId) -> bool {
        self.index_faults();
        let before = self.state.faults.len();
        self.state.faults.retain(|fault| fault.id != id.0);
        let is_there = self.state.faults.len() < before;
        if is_there && let Some(index) = &mut self.faults {
            index.rebuild(&self.state.faults, &operations().collect::<Vec<_>>());
        }
        is_there
    }

    /// Takes back all faults.
    ///
    /// ```
    /// let mut backend = taskmock::Backend::documents();
    /// backend.inject(taskmock::Fault::reset().always())?;
    /// backend.withdraw_all();
    /// assert!(backend.faults().is_empty());
    /// # Ok::<(), taskmock::FaultError>(())
    /// ```
    pub fn withdraw_all(&mut self) {
        self.index_faults();
        self.state.faults.clear();
        if let Some(index) = &mut self.faults {
            index.rebuild(&[], &[]);
        }
    }

    fn index_faults(&mut self) -> &mut FaultIndex {
        self.faults.get_or_insert_with(|| FaultIndex::of(&mut self.state.faults, &operations().collect::<Vec<_>>()))
    }

    /// The fault that hits a call, if one does.
    pub(super) fn hit(&mut self, call: &Addressee<'_>) -> Option<Hit> {
        if self.state.faults.is_empty() {
            return None;
        }
        self.index_faults();
        let index = self.faults.as_mut()?;
        let (seed, now) = (self.state.seed, self.state.now());
        let row = operations().position(|operation| operation.id == call.operation.id)?;
        index.decide(&mut self.state.faults, row, call.operation, &call.values, seed, now)
    }
}
