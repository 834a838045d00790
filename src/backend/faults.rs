//! Faults: answers that a test armed.

use std::borrow::Cow;

use super::Backend;
use crate::http::Outgoing;
use crate::operation::Addressee;

impl Backend {
    /// The answer that a test armed, if there is one.
    pub(super) fn armed(&mut self, call: &Addressee<'_>, id: &str) -> Option<Outgoing> {
        let operation = call.operation;
        let at = self.state.armed.iter().position(|armed| armed.operation == operation.id)?;
        let armed = &mut self.state.armed[at];
        armed.times = armed.times.saturating_sub(1);
        let armed = match armed.times {
            0 => self.state.armed.remove(at),
            _ => armed.clone(),
        };
        if let Some(response) = armed.response {
            let answer = Outgoing {
                status: response.status,
                headers: Vec::new(),
                body: response.body.into(),
                signature_diagnosis: None,
                delivery: None,
            };
            return Some(response.headers.into_iter().fold(answer, |answer, (name, value)| {
                answer.with_any_header(Cow::Owned(name.to_ascii_lowercase()), Cow::Owned(value))
            }));
        }
        let (row, argument) = operation.error_with_argument(armed.code.as_deref()?)?;
        let argument = match armed.argument.or(argument) {
            Some(argument) => Cow::Owned(argument),
            None if row.argument.is_empty() => Cow::Borrowed(operation.parameters.first()?.name),
            None => Cow::Borrowed(row.argument),
        };
        Some(self.refuse(operation.protocol(), Some(operation), call.format, &row.about(argument), id.to_owned()))
    }
}
