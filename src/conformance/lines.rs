//! Lines: clients that are asked in lines of JSON, in another process or another language.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::Error;
use super::answer::Answer;
use super::asked::AnyCase;
use super::ignored::Ignored;
use super::results::{CaseResult, Results, Side};
use super::run::drive;
use super::suite::Suite;
use crate::services::operation;

/// What came of asking a client for a case.
///
/// ```
/// use taskmock::conformance::Reply;
/// let hung = Reply::Nothing { said: "it did not answer within 10 s".into(), stderr: String::new() };
/// assert!(matches!(hung, Reply::Nothing { .. }));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// It answered.
    Answer(Answer<Value>),
    /// It did not: it crashed, hung or printed something else.
    Nothing {
        /// What happened.
        said: String,
        /// What it wrote to its standard error.
        stderr: String,
    },
}

/// Whose requests a client signs that is not told otherwise; they open no door.
const ACCESS_KEY: (&str, &str) = ("testid", "testsecret");

/// A client that neither answered nor asked anything in its first cases is not asked the others.
const FIRST_CASES: u32 = 5;

impl Suite {
    /// Asks clients that take lines of JSON, as the command `taskmock conformance client` does: `client`
    /// makes one for each of `jobs`. A client is given the name of the case and the line, and `tell` each
    /// result that is kept, in the order of the cases.
    ///
    /// The run is given up, and the results say so, when nobody answered or asked anything in five cases from
    /// the start on: that is no client.
    ///
    /// # Errors
    ///
    /// A selection that fits nothing.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    ///
    /// ```
    /// use taskmock::conformance::{Answer, Reply, Suite};
    /// let suite = Suite { names: vec!["page_size.max".into()], ..Suite::default() };
    /// let client = || |case: &str, line: &str| {
    ///     assert!(line.starts_with(r#"{"case":"ehpc.list_tasks/json/page_size.max","operation":"ehpc.list_tasks","#));
    ///     let answer = format!(r#"{{"case": "{case}", "unsupported": "an example"}}"#);
    ///     Reply::Answer(Answer::of_line(answer.as_bytes(), case).unwrap())
    /// };
    /// let results = suite.ask_lines("an example", client, |_| {})?;
    /// assert_eq!(results.tally().unsupported, 1);
    /// # Ok::<(), taskmock::conformance::Error>(())
    /// ```
    pub fn ask_lines<C>(
        &self,
        subject: &str,
        client: impl Fn() -> C + Sync,
        tell: impl Fn(&CaseResult) + Sync,
    ) -> Result<Results, Error>
    where
        C: FnMut(&str, &str) -> Reply,
    {
        let cases = self.cases(Side::Client)?;
        let ignored = Ignored::of(&self.ignore, cases.listed())?;
        let credentials = self.credentials_of_a_line();
        let first = First::default();
        let worker = || {
            let (mut endpoint, mut client) = (self.endpoint(), client());
            let (first, ignored, credentials) = (&first, &ignored, &credentials);
            move |case: &dyn AnyCase| {
                endpoint.open(case.given());
                let name = case.about(Side::Client).id.to_string();
                let reply = client(&name, &line(case, &endpoint.base_url(), credentials));
                if first.is_no_client(&reply, endpoint.was_asked()) {
                    return None;
                }
                Some(match reply {
                    Reply::Answer(answer) => endpoint.close(case, |sent| case.judge(answer, sent, ignored)),
                    Reply::Nothing { said, stderr } => endpoint.abandon(case, &said, stderr),
                })
            }
        };
        let results = Results::new(Side::Client, subject, self.run_of());
        let mut results = drive(&cases, self.jobs, results, worker, tell);
        results.given_up = first.why.into_inner().unwrap_or_else(PoisonError::into_inner);
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
        of(ACCESS_KEY.0, ACCESS_KEY.1, None)
    }
}

/// Whether the first cases show that there is no client at all.
#[derive(Default)]
struct First {
    /// Cases in which nobody answered or asked; once somebody did, more than there can be.
    silent: AtomicU32,
    why: Mutex<Option<String>>,
}

impl First {
    fn is_no_client(&self, reply: &Reply, asked: bool) -> bool {
        let Reply::Nothing { said, stderr } = reply else {
            self.silent.store(u32::MAX, Ordering::Relaxed);
            return false;
        };
        if asked {
            self.silent.store(u32::MAX, Ordering::Relaxed);
        }
        let one_more = |silent: u32| (silent != u32::MAX).then(|| silent + 1);
        match self.silent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more) {
            Ok(before) if before + 1 >= FIRST_CASES => {
                let said = said.lines().next().unwrap_or_default();
                let stderr = stderr.trim().lines().last().map(|last| format!("; its last words are: {last}"));
                let why =
                    format!("nobody answered in the first {FIRST_CASES} cases: {said}{}", stderr.unwrap_or_default());
                self.why.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
                true
            }
            _ => false,
        }
    }
}

/// The line that asks for a case.
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
