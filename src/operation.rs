//! Operation: the record that each operation fills in, and what it is asked and answers with.

use std::borrow::Cow;

use crate::clock::Timestamp;
use crate::dialect::Dialect;
use crate::error_code::{ErrorCode, Refusal};
use crate::fact::Fact;
use crate::format::Format;
use crate::protocol::Protocol;

/// One documented call.
///
/// ```
/// let operation = taskmock::operation("ack.describe_task_info").unwrap();
/// assert_eq!(operation.name, "DescribeTaskInfo");
/// assert_eq!(operation.path, "/tasks/{task_id}");
/// ```
#[derive(Debug)]
pub struct Operation {
    /// `service.operation`, such as `ehpc.list_tasks`.
    pub id: &'static str,
    /// The vendor's name.
    pub name: &'static str,
    /// The version of the service that has it.
    pub version: &'static str,
    /// How it is addressed and refused.
    pub protocol: Protocol,
    /// The path of its requests, with `{name}` for each path parameter.
    pub path: &'static str,
    /// The encodings that it has.
    pub formats: &'static [Format],
    /// Its parameters, path parameters included, in the order of the document.
    pub parameters: &'static [Parameter],
    /// The error table of the service for it.
    pub errors: &'static [ErrorCode],
    /// What is stated of it.
    pub facts: &'static [Fact],
}

impl Operation {
    /// Every error that it can be made to answer: its own table and its gateway's.
    ///
    /// ```
    /// let operation = taskmock::operation("ehpc.list_tasks").unwrap();
    /// assert_eq!(operation.errors.len(), 8);
    /// assert!(operation.all_errors().count() > 8);
    /// ```
    pub fn all_errors(&self) -> impl Iterator<Item = &'static ErrorCode> + use<> {
        self.errors.iter().chain(self.protocol.gateway_errors())
    }

    /// The row with a code, out of [`all_errors`](Self::all_errors).
    ///
    /// The gateway's `Missing%s` is also found by a filled-in name, such as `MissingClusterId`.
    ///
    /// ```
    /// let operation = taskmock::operation("dws.list_logical_cluster_tasks").unwrap();
    /// assert_eq!(operation.error("DWS.0047").unwrap().status, 404);
    /// ```
    pub fn error(&self, code: &str) -> Option<&'static ErrorCode> {
        self.error_with_argument(code).map(|(row, _)| row)
    }

    /// The row with a code, and the argument that a filled-in code holds.
    pub(crate) fn error_with_argument(&self, code: &str) -> Option<(&'static ErrorCode, Option<String>)> {
        self.all_errors().find_map(|row| {
            if row.code == code {
                return Some((row, None));
            }
            let argument = code.strip_prefix(row.code.strip_suffix("%s")?)?;
            self.parameters.iter().any(|parameter| parameter.name == argument).then(|| (row, Some(argument.to_owned())))
        })
    }
}

/// A parameter of an operation.
///
/// ```
/// let operation = taskmock::operation("ehpc.list_tasks").unwrap();
/// let cluster_id = &operation.parameters[0];
/// assert_eq!((cluster_id.name, cluster_id.required), ("ClusterId", true));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name on the wire; letter case counts.
    pub name: &'static str,
    /// Whether a request without it is refused.
    pub required: bool,
    /// What it is when it is absent, if that is a value.
    pub default: Option<&'static str>,
}

impl Parameter {
    pub(crate) const fn required(name: &'static str) -> Self {
        Parameter { name, required: true, default: None }
    }

    pub(crate) const fn optional(name: &'static str) -> Self {
        Parameter { name, required: false, default: None }
    }

    pub(crate) const fn default(self, value: &'static str) -> Self {
        Parameter { default: Some(value), ..self }
    }
}

/// A request to an operation: the values of its parameters, and what surrounds them.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'static Operation,
    /// A value for each parameter, in the order of the table; none if absent or empty.
    pub(crate) values: &'a [Option<Cow<'a, str>>],
    pub(crate) format: Format,
    pub(crate) dialect: &'a Dialect,
    pub(crate) now: Timestamp,
    pub(crate) request_id: &'a str,
}

impl Asked<'_> {
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
