//! Call: what an operation is asked, and what it answers.

use std::borrow::Cow;

use super::Operation;
use crate::clock::Timestamp;
use crate::dialect::Dialect;
use crate::error_code::{ErrorCode, Refusal};
use crate::format::Format;
use crate::seed::Seed;

/// A request to an operation: the values of its parameters, and what surrounds them.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) operation: &'static Operation,
    /// A value for each parameter, in the order of the table; none if absent or empty.
    pub(crate) values: &'a [Option<Cow<'a, str>>],
    pub(crate) format: Format,
    pub(crate) dialect: &'a Dialect,
    pub(crate) now: Timestamp,
    pub(crate) request_id: &'a str,
    pub(crate) fresh: Fresh,
}

impl Call<'_> {
    /// The value of a parameter.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let at = self.operation.parameters.iter().position(|parameter| parameter.name == name);
        debug_assert!(at.is_some(), "{} has no parameter {name}", self.operation.id);
        self.values.get(at?)?.as_deref()
    }

    /// The value of a required parameter; a request without it was refused before.
    pub(crate) fn required(&self, name: &str) -> &str {
        self.value(name).unwrap_or("")
    }

    /// A decimal number within bounds, or what it is when absent.
    ///
    /// A number is digits only: a sign, a fraction, white space or a digit of another script is
    /// refused, and so is what does not fit (assumed: no document says how strict the services
    /// are).
    pub(crate) fn number(
        &self,
        name: &'static str,
        bounds: std::ops::RangeInclusive<u64>,
        default: u64,
        invalid: &'static ErrorCode,
    ) -> Result<u64, Refusal> {
        let Some(text) = self.value(name) else { return Ok(default) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits && bounds.contains(&number) => Ok(number),
            _ => Err(invalid.about(name)),
        }
    }

    /// `true` or `false` in any letter case, or what it is when absent.
    pub(crate) fn boolean(
        &self,
        name: &'static str,
        default: bool,
        invalid: &'static ErrorCode,
    ) -> Result<bool, Refusal> {
        match self.value(name) {
            None => Ok(default),
            Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some(_) => Err(invalid.about(name)),
        }
    }
}

/// The ids that the next submission to a state is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fresh {
    seed: Seed,
    number: u64,
}

impl Fresh {
    /// The ids of a submission, out of another sequence than the request ids'.
    pub(crate) fn new(seed: Seed, submissions: u64) -> Self {
        Fresh { seed: Seed(!seed.0), number: submissions }
    }

    /// A UUID in upper case.
    pub(crate) fn uuid(self) -> String {
        self.seed.uuid(self.number)
    }

    /// So many hexadecimal digits in lower case, at most 32; another `part` gives others.
    pub(crate) fn digits(self, part: u64, count: usize) -> String {
        let seed = if part == 0 { self.seed } else { Seed(self.seed.0 ^ part.wrapping_mul(0x9e37_79b9_7f4a_7c15)) };
        let uuid = seed.uuid(self.number);
        uuid.chars().filter(|digit| *digit != '-').take(count).collect::<String>().to_ascii_lowercase()
    }
}

/// What an operation answers: a body, and what it does to the state of its service.
///
/// A refusal is the other side of a `Result`, so it has no effects.
pub(crate) struct Answered<E> {
    pub(crate) body: Encoded,
    /// Applied in this order once the answer is given. Empty for an operation that reads.
    pub(crate) effects: Vec<E>,
}

impl<E> From<Encoded> for Answered<E> {
    fn from(body: Encoded) -> Self {
        Answered { body, effects: Vec::new() }
    }
}

/// The body of a success answer, and where its request id is.
#[derive(Clone, Debug)]
pub(crate) struct Encoded {
    pub(crate) body: Vec<u8>,
    /// Where in the body the request id starts; none if the body has none.
    pub(crate) request_id_at: RequestIdAt,
}

/// Where a body holds the request id, so that a page served before can be given a fresh one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestIdAt {
    /// From that byte on.
    Byte(usize),
    /// Nowhere: it is in a header only.
    Nowhere,
    /// Somewhere in a body that is built anew each time.
    Unknown,
}
