//! Lines: clients that are asked in lines of JSON, in another process or another language.

use serde_json::{Value, json};

use super::answer::Answer;
use super::asked::AnyCase;
use super::endpoint::Endpoint;
use super::results::{CaseResult, Kind, Results, Verdict};
use super::run::drive;
use super::suite::{Cases, Suite};
use crate::protocol::Protocol;
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
    /// It cannot be asked at all. The run ends.
    Over,
}

/// Whose requests a client signs that is not told otherwise; they open no door.
pub(crate) const ACCESS_KEY: (&str, &str) = ("testid", "testsecret");

impl Suite {
    /// Asks clients that take lines of JSON, as the command `taskmock conformance client` does: `client`
    /// makes one for each of `jobs`. A client is given the name of the case and the line, and `tell` each
    /// result as soon as it is known.
    ///
    /// # Errors
    ///
    /// A field in `ignore` that is none, in a sentence.
    ///
    /// # Panics
    ///
    /// If no port can be had.
    ///
    /// ```
    /// use taskmock::Suite;
    /// use taskmock::conformance::{Answer, Reply};
    /// let suite = Suite { names: vec!["page_size.max".into()], ..Suite::default() };
    /// let client = || |case: &str, line: &str| {
    ///     assert!(line.starts_with(r#"{"case":"ehpc.list_tasks/json/page_size.max","operation":"ehpc.list_tasks","#));
    ///     let answer = format!(r#"{{"case": "{case}", "unsupported": "an example"}}"#);
    ///     Reply::Answer(Answer::of_line(answer.as_bytes(), case).unwrap())
    /// };
    /// let results = suite.ask_lines("an example", client, |_| {})?;
    /// assert_eq!(results.tally().unsupported, 1);
    /// # Ok::<(), String>(())
    /// ```
    pub fn ask_lines<C>(
        &self,
        subject: &str,
        client: impl Fn() -> C + Sync,
        tell: impl Fn(&CaseResult) + Sync,
    ) -> Result<Results, String>
    where
        C: FnMut(&str, &str) -> Reply,
    {
        let cases = self.cases(Kind::Client)?;
        let worker = || {
            let (mut endpoint, mut client) = (self.endpoint(), client());
            let (cases, credentials) = (&cases, self.credentials_of_a_line());
            move |case: &dyn AnyCase| one(case, cases, &mut endpoint, &credentials, &mut client)
        };
        Ok(drive(&cases, self.jobs, Results::new(Kind::Client, subject.to_owned()), worker, tell))
    }

    /// How many cases there are to ask, random ones included.
    ///
    /// ```
    /// use taskmock::{Suite, conformance::Kind};
    /// let suite = Suite { names: vec!["page_size.max".into()], random: 100, ..Suite::default() };
    /// assert_eq!(suite.count(Kind::Client), 101);
    /// ```
    pub fn count(&self, kind: Kind) -> u64 {
        let cases = Suite { ignore: Vec::new(), ..self.clone() }.cases(kind);
        cases.map_or(0, |cases| cases.count())
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

/// Asks a client for one case.
fn one(
    case: &dyn AnyCase,
    cases: &Cases,
    endpoint: &mut Endpoint,
    credentials: &Value,
    client: &mut impl FnMut(&str, &str) -> Reply,
) -> Option<Verdict> {
    endpoint.open(case.given());
    let id = case.about().id;
    let name = id.to_string();
    let region = match operation(id.operation).map(|operation| operation.protocol) {
        Some(Protocol::HuaweiRest) => "cn-north-4",
        _ => "cn-hangzhou",
    };
    let line = format!(
        r#"{{"case":{},"operation":{},"format":{},"endpoint":{},"region":{},"credentials":{credentials},"input":{}}}"#,
        json!(name),
        json!(id.operation),
        json!(id.format),
        json!(endpoint.base_url()),
        json!(region),
        case.input(),
    );
    Some(match client(&name, &line) {
        Reply::Answer(answer) => {
            let verdict = case.judge(answer, &endpoint.sent(), &cases.ignored);
            endpoint.close(case, verdict)
        }
        Reply::Nothing { said, stderr } => endpoint.abandon(case, said, stderr),
        Reply::Over => return None,
    })
}
