//! A test double for cloud calls that start long-running tasks and ask how they are doing.
//!
//! It answers Alibaba E-HPC, Alibaba Container Service and Huawei GaussDB(DWS) with the documented
//! behaviour: typed payloads, generators, an in-process server, faults, virtual time, fixture files
//! and conformance suites. [`operations`] lists the calls.
//!
//! ```
//! use std::time::Duration;
//! use taskmock::ehpc::{Task, TaskType, list_tasks::Input};
//! use taskmock::{Backend, Fault, Format};
//!
//! let mut backend = Backend::documents();
//! let task_id = backend.submit(Task::new("ehpc-hz-FYUr32****", TaskType::AddComputes).takes(Duration::from_secs(60)));
//! backend.inject(Fault::error("ServiceUnavailable").on("ehpc.list_tasks"))?;
//!
//! let input = Input { task_id: Some(task_id), ..Input::new("ehpc-hz-FYUr32****") };
//! let request = input.request(Format::Json);
//! assert_eq!(backend.respond(&request).status(), 503);
//! backend.advance(Duration::from_secs(60)); // nothing sleeps
//! assert!(String::from_utf8_lossy(backend.respond(&request).body()).contains(r#""Status":"Success""#));
//! # Ok::<(), taskmock::FaultError>(())
//! ```
//!
//! # Who is who
//!
//! | | |
//! |---|---|
//! | [`Backend`] | a [`State`] with its clock, and the function from request to response; no socket |
#![cfg_attr(
    feature = "server",
    doc = "| [`MockServer`] | a backend on a socket, for clients that are given an address |"
)]
#![cfg_attr(feature = "connection", doc = "| [`Handle`] | what a test does with a server's backend while it runs |")]
//! | [`Fault`] | what goes wrong on purpose, and when |
//! | [`case::Case`] | given a state, when a request, then an answer |
#![cfg_attr(feature = "proptest", doc = "| [`strategy`] | proptest strategies of cases, states, inputs and requests |")]
#![cfg_attr(
    feature = "conformance",
    doc = "| [`conformance`] | every case asked of a client or a server, and reports |"
)]
#![cfg_attr(feature = "fixtures", doc = "| [`Fixtures`] | every case as files |")]
//! | [`ehpc`], [`ack`], [`dws`] | the services: their operations' inputs and outputs, and the scripts of their tasks |
//! | [`dialect`] | the points where the documents disagree |
//! | [`Fact`] | one statement that the behaviour rests on, with its source |
//!
//! # Features
//!
//! | feature | what it brings | default |
//! |---|---|---|
//! | `proptest` | the strategies | yes |
//! | `server` | `MockServer` | yes |
//! | `httpmock` | a user's own stubs beside a `MockServer`; most of the cold build | yes |
//! | `tls` | HTTPS on the same port | |
//! | `signatures` | signing, and verifying signatures | |
//! | `conformance` | conformance runs and reports | |
//! | `fixtures` | cases as files | |
//! | `tower`, `wiremock` | a backend as a service of tower, as a responder of wiremock | |
//! | `connection` | the connection engine without tokio, for hosts that move bytes themselves | with `server` |
//! | `cli` | the `taskmock` command | |
//!
//! With `default-features = false` the crate is the core without IO.

#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// The README shows a whole test, to be pasted; tests/all runs it.
#![allow(clippy::test_attr_in_doctest)]

mod backend;
pub mod case;
mod catalogue;
mod clock;
#[cfg(feature = "connection")]
mod clock_source;
#[cfg(feature = "conformance")]
#[allow(clippy::disallowed_methods)] // It measures how long a client takes.
pub mod conformance;
#[cfg(feature = "connection")]
mod connection;
pub mod dialect;
mod draw;
mod error_code;
mod fact;
mod fault;
#[cfg(feature = "fixtures")]
mod fixture;
mod format;
#[cfg(feature = "connection")]
mod handle;
mod http;
mod operation;
mod protocol;
mod script;
mod seed;
#[cfg(feature = "server")]
#[allow(clippy::disallowed_methods)] // A server lives in real time.
pub mod server;
mod service_error;
mod services;
#[cfg(any(feature = "conformance", feature = "fixtures"))]
mod shard;
#[cfg(feature = "signatures")]
mod signature;
#[cfg(feature = "proptest")]
pub mod strategy;
mod text;
mod word;

pub use backend::expected::{Expected, Unmet};
pub use backend::request_log::{ConnectionNote, LogLimits, MAX_RECEIVED, ReceivedRequest};
pub use backend::{Backend, fact, facts};
pub use clock::{Span, StartClock, TimeError, Timestamp};
#[cfg(feature = "connection")]
pub use clock_source::ClockSource;
#[cfg(feature = "connection")]
pub use connection::{Action, Wire};
pub use error_code::{ErrorCode, ErrorOrigin};
pub use fact::{DOCUMENTS, Document, Fact, FactKind};
pub use fault::{
    Fault, FaultDescription, FaultError, FaultId, MAX_FAULTS, RawResponse, RetryAfter, Throttle, fault_kinds,
};
#[cfg(feature = "fixtures")]
pub use fixture::{FixtureError, Fixtures};
pub use format::{DecodeError, Format, JsonText};
#[cfg(feature = "connection")]
pub use handle::Handle;
pub use http::{Delivery, End, Exchange, Framing, MAX_BODY, Request, Response};
pub use operation::{Access, Operation, OperationInput, OperationOutput, Parameter, Protocol, Service};
pub use script::Ending;
pub use seed::Seed;
#[cfg(feature = "server")]
pub use server::{Log, MockServer, ServerConfig, SignatureClock};
pub use service_error::ServiceError;
pub use services::*;
#[cfg(any(feature = "conformance", feature = "fixtures"))]
pub use shard::{Shard, ShardError};
#[cfg(feature = "signatures")]
pub use signature::{Algorithm, Credentials, CredentialsError};

/// Runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
