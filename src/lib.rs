#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![forbid(unsafe_code)]
// The README shows a whole test, to be pasted; tests/all runs it.
#![allow(clippy::test_attr_in_doctest)]

mod backend;
mod case;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "server")]
mod control;
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
mod journal;
#[cfg(feature = "server")]
mod listener;
mod operation;
mod protocol;
mod route;
mod seed;
#[cfg(feature = "server")]
mod server;
mod services;
#[cfg(any(feature = "conformance", feature = "fixtures"))]
mod shard;
#[cfg(feature = "signatures")]
mod signature;
mod word;

pub use backend::{ArmError, Backend, fact, facts};
pub use case::{
    Body, Case, Class, ForOperation, GENERATOR_VERSION, Level, LevelError, Mismatch, OperationInput, OperationOutput,
    Reading, Wire, body, body_catalogue, case, catalogue, for_operation, random_body, random_case, wire_catalogue,
};
#[doc(hidden)]
pub use case::{Field, Kind, Paging, Sketch};
#[cfg(feature = "proptest")]
pub use case::{bodies, cases, inputs, invalid_inputs, random_cases, requests, states};
pub use clock::{Span, TimeError, Timestamp};
pub use error_code::{ErrorCode, Layer};
pub use fact::{Fact, FactKind};
#[cfg(feature = "fixtures")]
pub use fixture::{FixtureError, Fixtures};
pub use format::{DecodeError, Format, JsonText};
#[cfg(feature = "server")]
pub use handle::Handle;
pub use http::{MAX_BODY, Request, Response};
pub use journal::{MOST_RECORDED, Recorded};
#[cfg(feature = "server")]
pub use listener::{Listener, Log, Settings};
pub use operation::{Operation, Parameter};
pub use protocol::{Protocol, Refused};
pub use seed::Seed;
#[cfg(feature = "server")]
pub use server::MockServer;
pub use services::{Armed, RawResponse, State, StateError, Submit, ack, dws, ehpc, operation, operations};
#[cfg(any(feature = "conformance", feature = "fixtures"))]
pub use shard::{Shard, ShardError};
#[cfg(feature = "signatures")]
pub use signature::{Algorithm, Credentials, CredentialsError};
