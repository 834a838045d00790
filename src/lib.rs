#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![forbid(unsafe_code)]
// The README shows a whole test, to be pasted; tests/all runs it.
#![allow(clippy::test_attr_in_doctest)]

mod backend;
mod case;
mod catalogue;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod dialect;
mod draw;
mod error_code;
mod fact;
#[cfg(feature = "fixtures")]
mod fixture;
mod format;
#[cfg(feature = "server")]
mod handle;
mod http;
#[cfg(feature = "server")]
mod listener;
mod operation;
mod protocol;
mod seed;
#[cfg(feature = "server")]
mod server;
mod service_error;
mod services;
#[cfg(any(feature = "conformance", feature = "fixtures"))]
mod shard;
#[cfg(feature = "signatures")]
mod signature;
mod word;

pub use backend::request_log::{MAX_RECEIVED, ReceivedRequest};
pub use backend::{ArmError, Backend, fact, facts};
pub use case::{
    BodySample, Case, Class, Difference, ForOperation, GENERATOR_VERSION, Level, LevelError, Mismatch, OperationInput,
    OperationOutput, RawRequest, Reading, body, body_catalogue, case, catalogue, for_operation, random_body,
    random_case, raw_requests,
};
#[doc(hidden)]
pub use case::{Field, Kind, Paging, Sketch};
#[cfg(feature = "proptest")]
pub use case::{bodies, cases, inputs, invalid_inputs, random_cases, requests, states};
pub use clock::{Span, StartClock, TimeError, Timestamp};
pub use error_code::{ErrorCode, ErrorOrigin};
pub use fact::{DOCUMENTS, Document, Fact, FactKind};
#[cfg(feature = "fixtures")]
pub use fixture::{FixtureError, Fixtures};
pub use format::{DecodeError, Format, JsonText};
#[cfg(feature = "server")]
pub use handle::Handle;
pub use http::{MAX_BODY, Request, Response};
#[cfg(feature = "server")]
pub use listener::{Listener, Log, Settings};
pub use operation::{Access, Operation, Parameter, Protocol, Service};
pub use seed::Seed;
#[cfg(feature = "server")]
pub use server::MockServer;
pub use service_error::ServiceError;
pub use services::*;
#[cfg(any(feature = "conformance", feature = "fixtures"))]
pub use shard::{Shard, ShardError};
#[cfg(feature = "signatures")]
pub use signature::{Algorithm, Credentials, CredentialsError};
