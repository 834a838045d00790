//! Causes: failures that probably have one cause, as groups.

use crate::conformance::results::CaseResult;

/// Failures with the same outcome that first differ at the same place in cases about the same fact; or that
/// gave no answer for the same reason.
///
/// ```
/// use taskmock::conformance::{Cause, Report};
/// fn name(cause: &Cause<'_>) -> String {
///     format!("{} ({})", cause.name, cause.cases.len())
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Cause<'a> {
    /// A name for people: `output.Tasks[].Status · ehpc.list_tasks.status.partial_fail`.
    pub name: String,
    /// The failures, the most binding level first; at least one.
    pub cases: Vec<&'a CaseResult>,
}

/// Groups failures by their cause: the most binding level first, then the largest group.
pub(super) fn of<'a>(failures: &[&'a CaseResult]) -> Vec<Cause<'a>> {
    let mut causes: Vec<Cause<'a>> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for result in failures {
        let name = name(result);
        let place = *places.entry(name.clone()).or_insert(causes.len());
        match causes.get_mut(place) {
            Some(cause) => cause.cases.push(result),
            None => causes.push(Cause { name, cases: vec![result] }),
        }
    }
    for cause in &mut causes {
        // The most binding case is the one to show.
        cause.cases.sort_by_key(|result| result.level);
    }
    causes.sort_by_key(|cause| (cause.cases[0].level, usize::MAX - cause.cases.len()));
    causes
}

/// The name of the cause of a failure.
pub(super) fn name(result: &CaseResult) -> String {
    let Some(failure) = result.failure() else { return String::new() };
    let fact = result.facts.first().map_or("", String::as_str);
    match failure.differences.first() {
        Some(difference) if failure.reason.is_empty() => format!("{} · {fact}", without_places(&difference.path)),
        _ => {
            let reason: String = failure.headline().chars().take(80).collect();
            let reason = reason.replace(|character: char| character.is_ascii_digit(), "#");
            format!("{}: {reason}", result.outcome.name().replace('_', " "))
        }
    }
}

/// A path without the places in lists: `output.Tasks[3].Status` becomes `output.Tasks[].Status`.
fn without_places(path: &str) -> String {
    let mut pieces = path.split('[');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        plain.push_str("[]");
        plain.push_str(piece.split_once(']').map_or("", |(_, rest)| rest));
    }
    plain
}

#[cfg(test)]
mod tests {
    #[test]
    fn places_in_lists_do_not_matter() {
        assert_eq!(super::without_places("output.Tasks[12].Errors[0]"), "output.Tasks[].Errors[]");
        assert_eq!(super::without_places("page[3 of size 7].Tasks.length"), "page[].Tasks.length");
        assert_eq!(super::without_places("error.code"), "error.code");
    }
}
