#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![forbid(unsafe_code)]
// The README shows a whole test, to be pasted; tests/all runs it.
#![allow(clippy::test_attr_in_doctest)]

mod backend;
pub mod case;
mod catalogue;
mod clock;
#[cfg(feature = "connection")]
mod clock_source;
#[cfg(feature = "conformance")]
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
mod seed;
#[cfg(feature = "server")]
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
pub use seed::Seed;
#[cfg(feature = "server")]
pub use server::{Log, MockServer, ServerConfig, SignatureClock};
pub use service_error::ServiceError;
pub use services::*;
#[cfg(any(feature = "conformance", feature = "fixtures"))]
pub use shard::{Shard, ShardError};
#[cfg(feature = "signatures")]
pub use signature::{Algorithm, Credentials, CredentialsError};
