//! The error rows that a fault can ask of an operation.

use crate::error_code::ErrorCode;
use crate::operation::Operation;

impl Operation {
    /// Every row that a fault can name: those of the tables, and those that the protocol adds for faults.
    pub(crate) fn fault_errors(&self) -> impl Iterator<Item = &'static ErrorCode> + use<> {
        self.all_errors().chain(self.protocol().fault_errors)
    }

    /// The row with a code, and the argument that a filled-in code holds.
    pub(crate) fn fault_error(&self, code: &str) -> Option<(&'static ErrorCode, Option<String>)> {
        let added = || self.protocol().fault_errors.iter().find(|row| row.code == code).map(|row| (row, None));
        self.error_with_argument(code).or_else(added)
    }

    /// The row that says that there were too many calls.
    pub(crate) fn throttling(&self) -> &'static ErrorCode {
        self.protocol().throttling
    }
}
