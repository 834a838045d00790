//! Every test that looks at taskmock from outside, in one binary.

// Tests measure.
#![allow(clippy::disallowed_methods)]

mod cases;
#[cfg(feature = "cli")]
mod command;
#[cfg(feature = "conformance")]
mod conformance;
#[cfg(feature = "cli")]
mod conformance_command;
#[cfg(feature = "server")]
mod connections;
mod control;
mod describe_task_info;
mod documents;
mod dws_tasks;
mod errors;
#[cfg(feature = "cli")]
mod export;
mod facts;
mod faults;
#[cfg(feature = "cli")]
mod fixtures;
mod fuzz;
#[cfg(feature = "proptest")]
mod generated;
mod growth;
mod laws;
mod list_invocation_status;
mod list_tasks;
#[cfg(any(feature = "conformance", feature = "proptest"))]
mod mutants;
#[cfg(feature = "proptest")]
mod planted;
mod public_api;
mod readme;
#[cfg(all(feature = "proptest", feature = "server"))]
mod readme_cases;
#[cfg(feature = "conformance")]
mod readme_conformance;
#[cfg(feature = "server")]
mod readme_example;
mod readme_fixtures;
mod request_log;
mod requests;
mod responses;
#[cfg(feature = "server")]
mod servers;
#[cfg(all(feature = "proptest", feature = "signatures"))]
mod signatures;
mod snapshots;
mod soak;
mod source;
#[cfg(feature = "server")]
mod steering;
mod support;
#[cfg(feature = "cli")]
mod vectors;
