#![doc = include_str!("../README.md")]

mod backend;
mod clock;
pub mod dialect;
mod error_code;
mod fact;
mod format;
mod http;
mod journal;
mod operation;
mod protocol;
mod seed;
mod services;
mod word;

pub use backend::{ArmError, Backend, fact, facts};
pub use clock::{Span, TimeError, Timestamp};
pub use error_code::{ErrorCode, Layer};
pub use fact::{Fact, FactKind};
pub use format::{DecodeError, Format, JsonText};
pub use http::{MAX_BODY, Request, Response};
pub use journal::{MOST_RECORDED, Recorded};
pub use operation::{Operation, Parameter};
pub use protocol::Protocol;
pub use seed::Seed;
pub use services::{Armed, RawResponse, State, StateError, Submit, ack, dws, ehpc, operation, operations};
