//! Every test that looks at taskmock from outside, in one binary.

#[cfg(feature = "cli")]
mod command;
mod cases;
mod describe_task_info;
mod documents;
mod dws_tasks;
mod errors;
mod facts;
mod generated;
mod laws;
mod list_invocation_status;
mod list_tasks;
mod planted;
mod readme;
#[cfg(feature = "server")]
mod readme_example;
mod requests;
#[cfg(feature = "server")]
mod servers;
mod snapshots;
mod source;
mod support;
