//! Error codes: the rows of the error tables, and a refusal made from one.

use std::borrow::Cow;

use serde::Serialize;

/// Which layer of a cloud refuses: each has an envelope of its own.
///
/// ```
/// let code = taskmock::operation("ehpc.list_tasks").unwrap().error("DbError").unwrap();
/// assert_eq!(code.origin, taskmock::ErrorOrigin::Service);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ErrorOrigin {
    /// The API gateway in front of every service: addressing, authentication, flow control.
    Gateway,
    /// The service itself.
    Service,
}

/// One row of an error table.
///
/// ```
/// let code = taskmock::operation("ehpc.list_tasks").unwrap().error("NotAuthorized").unwrap();
/// assert_eq!((code.status, code.code), (407, "NotAuthorized"));
/// assert_eq!(code.message, "You are not authorized by RAM for this request.");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorCode {
    /// The HTTP status.
    pub status: u16,
    /// The code, in which `%s` stands for the argument.
    pub code: &'static str,
    /// The message, in which `%s` stands for the argument.
    pub message: &'static str,
    /// What the argument is when a test asks for the row and gives none; empty: the name of the
    /// operation's first parameter.
    pub argument: &'static str,
    /// Who answers with it.
    pub origin: ErrorOrigin,
    /// The id of the fact that states it.
    pub fact: &'static str,
}

impl ErrorCode {
    /// The refusal with this code, about `argument`.
    pub(crate) fn about(&'static self, argument: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { row: self, argument: argument.into() }
    }
}

/// Writes rows of a table: `status, code, message[, argument], fact`.
macro_rules! error_codes {
    ($origin:ident: $($status:literal $code:literal $message:literal $(($argument:literal))? [$fact:literal];)*) => {
        &[$($crate::error_code::ErrorCode {
            status: $status,
            code: $code,
            message: $message,
            argument: concat!($($argument)?),
            origin: $crate::error_code::ErrorOrigin::$origin,
            fact: $fact,
        }),*]
    };
}

pub(crate) use error_codes;

/// A row of an error table with its `%s` filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) row: &'static ErrorCode,
    pub(crate) argument: Cow<'static, str>,
}

impl Refusal {
    pub(crate) fn code(&self) -> Cow<'static, str> {
        fill(self.row.code, &self.argument)
    }

    pub(crate) fn message(&self) -> Cow<'static, str> {
        fill(self.row.message, &self.argument)
    }
}

fn fill(template: &'static str, argument: &str) -> Cow<'static, str> {
    match template.contains("%s") {
        true => Cow::Owned(template.replace("%s", argument)),
        false => Cow::Borrowed(template),
    }
}

/// The row of a code that the caller knows to be in the table.
pub(crate) const fn row(table: &'static [ErrorCode], code: &str) -> &'static ErrorCode {
    let mut at = 0;
    while at < table.len() {
        if same(table[at].code, code) {
            return &table[at];
        }
        at += 1;
    }
    panic!("the table has no such code")
}

const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}
