//! Client lines: runs the cases of a selection against clients that speak lines of JSON.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::any_case::AnyCase;
use super::case_id::Side;
use super::client_answer::ClientAnswer;
use super::client_run::ClientRun;
use super::driver::drive;
use super::error::Error;
use super::known_failing::KnownFailing;
use super::outcome::NoAnswer;
use super::results::{CaseResult, Results};
use crate::services::operation;

/// What a client replied to the line of a case.
///
/// ```
/// use taskmock::conformance::{NoAnswer, Reply};
/// let reason = "it did not answer within 10 s".to_owned();
/// let hung = Reply::None { why: NoAnswer::Hung, reason, stderr: String::new() };
/// assert!(matches!(hung, Reply::None { why: NoAnswer::Hung, .. }));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// An answer.
    Answer(ClientAnswer<Value>),
    /// No answer.
    None {
        /// What kind of failure it is.
        why: NoAnswer,
        /// What happened, in a sentence; a second line may show what the client printed.
        reason: String,
        /// What the client wrote to its standard error.
        stderr: String,
    },
}

/// The credentials that a client is given unless the run has others; the mock accepts any.
const CREDENTIALS: (&str, &str) = ("testid", "testsecret");

/// If no client answers or sends anything in so many first cases, the run ends.
const FIRST_CASES: u32 = 5;

/// If a client hangs in so many cases in a row that are not known to fail, the run ends.
const HANGS_IN_A_ROW: u32 = 3;

impl ClientRun {
    /// Runs the cases against clients that speak lines of JSON, as the command `taskmock conformance client`
    /// does: `client` makes one for each job. A client gets the name of the case and the line, and `tell` each
    /// result that is kept, in the order of the cases.
    ///
    /// The run ends early, and the results say why, if no client answers or sends a request in the first five
    /// cases, or if a client hangs in three cases in a row that are not known to fail.
    ///
    /// # Errors
    ///
    /// A selection that matches nothing.
    ///
    /// # Panics
    ///
    /// If no port is free.
    ///
    /// ```
    /// use taskmock::conformance::{ClientAnswer, ClientRun, Reply, Selection};
    /// let run = ClientRun::new(Selection::new().cases(["page_size.max"]));
    /// let client = || |case: &str, line: &str| {
    ///     assert!(line.starts_with(r#"{"case":"ehpc.list_tasks/json/page_size.max","operation":"ehpc.list_tasks","#));
    ///     let answer = format!(r#"{{"case": "{case}", "unsupported": "an example"}}"#);
    ///     Reply::Answer(ClientAnswer::of_line(answer.as_bytes(), case).unwrap())
    /// };
    /// let results = run.run_lines("an example", client, |_| {})?;
    /// assert_eq!(results.tally().unsupported, 1);
    /// # Ok::<(), taskmock::conformance::Error>(())
    /// ```
    pub fn run_lines<C>(
        &self,
        subject: &str,
        client: impl Fn() -> C + Sync,
        tell: impl Fn(&CaseResult) + Sync,
    ) -> Result<Results, Error>
    where
        C: FnMut(&str, &str) -> Reply,
    {
        let (cases, ignored) = self.ready(&self.selection)?;
        let credentials = self.credentials_of_a_line();
        let end = EarlyEnd::default();
        let worker = || {
            let (mut endpoint, mut client, mut hangs) = (self.endpoint(), client(), 0);
            let (end, ignored, credentials) = (&end, &ignored, &credentials);
            move |case: &dyn AnyCase| {
                if end.has_come() {
                    return None;
                }
                endpoint.open(case.given());
                let id = case.about(Side::Client).id.to_string();
                let reply = client(&id, &line(case, &endpoint.base_url(), credentials));
                if end.is_no_client(&reply, endpoint.has_request()) {
                    return None;
                }
                hangs = hangs_in_a_row(hangs, &reply, &self.known, &id);
                if hangs >= HANGS_IN_A_ROW {
                    end.says(format!(
                        "the client did not answer in {HANGS_IN_A_ROW} cases in a row; probably it does not flush its \
                         standard output: flush after each line"
                    ));
                }
                Some(match reply {
                    Reply::Answer(answer) => endpoint.close(case, |sent| case.judge(answer, sent, ignored)),
                    Reply::None { why, reason, stderr } => endpoint.abandon(case, why, reason, stderr),
                })
            }
        };
        let results = self.results(subject, &self.selection);
        let mut results = drive(&cases, self.jobs, results, worker, tell);
        results.given_up = end.why.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(results)
    }

    fn credentials_of_a_line(&self) -> Value {
        let of = |access_key: &str, secret: &str, token: Option<&str>| {
            let mut credentials = json!({ "access_key_id": access_key, "access_key_secret": secret });
            if let Some(token) = token {
                credentials["security_token"] = token.into();
            }
            credentials
        };
        #[cfg(feature = "signatures")]
        if let Some(given) = self.signatures.credentials() {
            return of(given.access_key(), &given.secret, given.security_token.as_deref());
        }
        of(CREDENTIALS.0, CREDENTIALS.1, None)
    }
}

/// In how many cases in a row a client has hung, after one more reply. Cases that are known to fail leave the
/// number as it is.
fn hangs_in_a_row(before: u32, reply: &Reply, known: &KnownFailing, id: &str) -> u32 {
    match reply {
        Reply::None { why: NoAnswer::Hung, .. } if known.why(id).is_some() => before,
        Reply::None { why: NoAnswer::Hung, .. } => before + 1,
        _ => 0,
    }
}

/// Why a run ends early, if it does.
#[derive(Default)]
struct EarlyEnd {
    /// First cases without an answer or a request; `u32::MAX` once there was one.
    silent: AtomicU32,
    why: Mutex<Option<String>>,
}

impl EarlyEnd {
    fn says(&self, why: String) {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
    }

    fn has_come(&self) -> bool {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Whether the first cases show that there is no client at all.
    fn is_no_client(&self, reply: &Reply, has_request: bool) -> bool {
        let Reply::None { reason, stderr, .. } = reply else {
            self.silent.store(u32::MAX, Ordering::Relaxed);
            return false;
        };
        if has_request {
            self.silent.store(u32::MAX, Ordering::Relaxed);
        }
        let one_more = |silent: u32| (silent != u32::MAX).then(|| silent + 1);
        match self.silent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more) {
            Ok(before) if before + 1 >= FIRST_CASES => {
                let reason = reason.lines().next().unwrap_or_default();
                let stderr =
                    stderr.trim().lines().last().map(|last| format!("; the end of its standard error: {last}"));
                let stderr = stderr.unwrap_or_default();
                self.says(format!("no client answered in the first {FIRST_CASES} cases: {reason}{stderr}"));
                true
            }
            _ => false,
        }
    }
}

/// The line of a case.
fn line(case: &dyn AnyCase, endpoint: &str, credentials: &Value) -> String {
    let id = case.about(Side::Client).id;
    let region = operation(id.operation).map_or("", |operation| operation.service.region);
    format!(
        r#"{{"case":{},"operation":{},"format":{},"endpoint":{},"region":{},"credentials":{credentials},"input":{}}}"#,
        json!(id.to_string()),
        json!(id.operation),
        json!(id.format),
        json!(endpoint),
        json!(region),
        case.input(),
    )
}
