//! Conformance: every case asked of your client or your server, and what it gets wrong, with the
//! document's line.
//!
//! A Rust client is a closure, and needs no process:
//!
//! ```no_run
//! use taskmock::ehpc::list_tasks::{Input, Output};
//! use taskmock::{ServiceError, conformance};
//! # struct MyClient;
//! # impl MyClient {
//! #     fn new(_: &str) -> Self { MyClient }
//! #     fn list_tasks(&self, _: &Input) -> Result<Output, ServiceError> { unimplemented!() }
//! # }
//!
//! #[test]
//! fn my_client_conforms() {
//!     conformance::run(|endpoint: &str, input: &Input| MyClient::new(endpoint).list_tasks(input)).assert();
//! }
//! ```
//!
//! [`Suite`] says which cases are asked: operations, encodings, names, facts, levels, random ones besides,
//! a shard of them. [`run_async`] takes an async client. A client in another language is asked by the command `taskmock
//! conformance client` in lines of JSON ([`PROTOCOL`]), a server by `taskmock conformance server` or
//! [`Suite::ask_server`].
//!
//! What comes of it are [`Results`]: they merge, conclude against a list of cases that are
//! [known to fail](KnownFailing), and become a [`Report`].

mod answer;
mod asked;
mod conclusion;
mod endpoint;
mod ignored;
mod known_failing;
mod laws;
mod lines;
mod report;
mod results;
mod run;
mod server;
mod shape;
#[cfg(feature = "signatures")]
mod signatures;
mod suite;

pub use answer::Answer;
pub use conclusion::Conclusion;
pub use known_failing::{KnownFailing, KnownFailingError};
pub use lines::Reply;
pub use report::{Report, Terms};
pub use results::{CaseResult, Exchange, Failure, MOST_RANDOM_FAILURES, Results, Run, Side, Tally, Verdict};
pub use run::{run, run_async};
#[cfg(feature = "signatures")]
pub use signatures::Signatures;
pub use suite::{Listed, Suite};

use std::fmt;

/// Why a run cannot be, or results cannot be used: a sentence.
///
/// ```
/// use taskmock::conformance::{Side, Suite};
/// let error = Suite { operations: vec!["x".into()], ..Suite::default() }.count(Side::Client).unwrap_err();
/// assert!(error.to_string().starts_with("`x` is no operation; there are ehpc.list_tasks, "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub(crate) String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// The page that says all that a client needs to know to be asked in lines of JSON; `taskmock
/// conformance protocol` prints it.
///
/// ```
/// assert!(taskmock::conformance::PROTOCOL.starts_with("# "));
/// ```
pub const PROTOCOL: &str = include_str!("protocol.md");

/// The JSON Schema of the lines.
///
/// ```
/// let schema: serde_json::Value = serde_json::from_str(taskmock::conformance::PROTOCOL_SCHEMA)?;
/// assert!(schema["$defs"]["question"].is_object());
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const PROTOCOL_SCHEMA: &str = include_str!("protocol.schema.json");
