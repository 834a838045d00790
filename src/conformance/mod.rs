//! Conformance: runs every case against your client or your server, and reports what it gets wrong, with
//! the document's line.
//!
//! A Rust client is a closure and needs no process:
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
//! A [`Selection`] says which cases run: operations, encodings, names, facts, levels, random cases, one
//! shard of all. A [`ClientRun`] runs them against a client: a closure, an async closure, or a client in
//! another language that speaks lines of JSON ([`PROTOCOL`]), as the command `taskmock conformance client`
//! does. A [`ServerRun`] runs them against a server, as `taskmock conformance server` does.
//!
//! Both return [`Results`]. These merge, are compared with the list of cases that are
//! [known to fail](KnownFailing), and become a [`Report`].

mod any_case;
mod case_id;
mod client_answer;
mod client_lines;
mod client_run;
mod driver;
mod endpoint;
mod error;
mod ignored;
mod known_failing;
mod laws;
mod outcome;
mod report;
mod results;
mod selection;
mod server_run;
mod shape;
#[cfg(feature = "signatures")]
mod signatures;
mod standing;
mod summary;
mod time;

pub use case_id::Side;
pub use client_answer::ClientAnswer;
pub use client_lines::Reply;
pub use client_run::{ClientRun, run, run_async};
pub use error::Error;
pub use known_failing::{KnownFailing, KnownFailingError};
pub use outcome::{Exchange, Failure, NoAnswer, Outcome};
pub use report::{Cause, Report, ReportOptions};
pub use results::{CaseResult, MOST_RANDOM_FAILURES, Results, Tally};
pub use selection::{Listed, Run, Selection};
pub use server_run::ServerRun;
#[cfg(feature = "signatures")]
pub use signatures::Signatures;
pub use summary::Summary;

/// The page that tells a client in another language how it is run, in lines of JSON; `taskmock conformance
/// protocol` prints it.
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
