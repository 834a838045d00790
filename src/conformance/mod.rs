#![doc = include_str!("conformance.md")]

mod answer;
mod asked;
mod endpoint;
mod ignored;
mod known_failing;
mod laws;
mod lines;
mod report;
mod results;
mod run;
mod server;
#[cfg(feature = "signatures")]
mod signatures;
mod suite;

pub use answer::Answer;
pub use known_failing::{KnownFailing, KnownFailingError};
pub use lines::Reply;
pub use report::{Report, failure};
pub use results::{CaseResult, Conclusion, Exchange, Failure, Kind, MOST_RANDOM_FAILURES, Results, Tally, Verdict};
pub use run::{run, run_async};
#[cfg(feature = "signatures")]
pub use signatures::Signatures;
pub use suite::Suite;

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
