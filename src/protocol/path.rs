//! Paths: operations that are addressed by method and path.

use std::borrow::Cow;

use super::first;
use crate::http::{Incoming, Malformed, decode, encode, read_pairs, write_pairs};
use crate::operation::Operation;

/// What the path of a request says.
pub(super) enum Found<'a> {
    Nothing,
    /// Its path is that of an operation, but its method is not.
    OtherMethod(&'static Operation),
    /// It is for this operation; its path has these pieces.
    Operation(&'static Operation, Vec<(&'static str, &'a str)>),
}

/// Finds the operation with the method and path of a request.
pub(super) fn find<'a>(request: &Incoming<'a>, operations: impl Iterator<Item = &'static Operation>) -> Found<'a> {
    let mut found = Found::Nothing;
    for operation in operations {
        if let Some(pieces) = match_path(operation.path, request.path) {
            if operation.method == request.method {
                return Found::Operation(operation, pieces);
            }
            if matches!(found, Found::Nothing) {
                found = Found::OtherMethod(operation);
            }
        }
    }
    found
}

/// The values of an operation's parameters: those of its path, the others of the query.
pub(super) fn values<'a>(
    operation: &Operation,
    query: &'a str,
    pieces: &[(&str, &'a str)],
) -> Result<Vec<Option<Cow<'a, str>>>, Malformed> {
    let mut pairs = Vec::new();
    read_pairs(query, &mut pairs)?;
    operation
        .parameters
        .iter()
        .map(|parameter| match pieces.iter().find(|(name, _)| *name == parameter.name) {
            Some((_, piece)) => decode(piece).map(Some),
            None => Ok(first(&pairs, parameter.name).cloned()),
        })
        .collect()
}

/// The path and query that ask an operation: what its path names stands there, the rest in the query.
pub(super) fn target(operation: &Operation, pairs: &[(&str, String)]) -> String {
    let mut path = operation.path.to_owned();
    let mut rest = Vec::new();
    for (name, value) in pairs {
        let piece = format!("{{{name}}}");
        match path.contains(&piece) {
            true => path = path.replace(&piece, &encode(value).to_string()),
            false => rest.push((*name, value.as_str())),
        }
    }
    match rest.is_empty() {
        true => path,
        false => format!("{path}?{}", write_pairs(rest)),
    }
}

/// `GET /tasks/{task_id}`.
pub(super) fn route(operation: &Operation) -> String {
    format!("{} {}", operation.method, operation.path)
}

/// The pieces of a path that a pattern names; none if it does not fit. Pieces are compared before
/// they are decoded, so that an encoded slash stays inside its piece; an empty piece fits nothing.
fn match_path<'a>(pattern: &'static str, path: &'a str) -> Option<Vec<(&'static str, &'a str)>> {
    let (mut expected, mut found) = (pattern.split('/'), path.split('/'));
    let mut pieces = Vec::new();
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return Some(pieces),
            (Some(expected), Some(found)) => match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) if !found.is_empty() => pieces.push((name, found)),
                None if expected == found => {}
                _ => return None,
            },
            _ => return None,
        }
    }
}
