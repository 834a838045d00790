//! Known failing: the list of cases that are known to fail, exact to the line.

use std::collections::BTreeMap;
use std::fmt;

use super::case_id::Side;
use super::outcome::Outcome;
use super::selection;

/// The cases that are known to fail, each with the reason.
///
/// The list is exact. A case on it that passes, or that fails in another way, and an entry that matches no
/// case are as bad as a case that fails.
///
/// Each line names a case; the text after `#` is the reason. An entry means a wrong answer. If the client gives
/// no answer, the word `crashed`, `hung` or `garbled` (of a server, `no_response`) follows the name:
///
/// ```
/// use taskmock::conformance::KnownFailing;
/// let list = "\
/// ack.describe_task_info/json/error.throttling  # reads code and message in lower case only
/// ack.describe_task_info/json/body.empty  crashed  # null pointer
/// ";
/// let known: KnownFailing = list.parse()?;
/// assert_eq!(
///     known.why("ack.describe_task_info/json/error.throttling"),
///     Some("reads code and message in lower case only"),
/// );
/// # Ok::<(), taskmock::conformance::KnownFailingError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownFailing {
    /// By the name of the case.
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    line: usize,
    /// The name of an outcome.
    outcome: &'static str,
    why: String,
}

/// The outcomes that an entry can name; without one it means the first.
const OUTCOMES: &[&str] = &["failed", "crashed", "hung", "garbled", "no_response"];

impl KnownFailing {
    /// Returns why a case is known to fail, if it is.
    ///
    /// ```
    /// assert_eq!(taskmock::conformance::KnownFailing::default().why("any"), None);
    /// ```
    pub fn why(&self, id: &str) -> Option<&str> {
        self.entries.get(id).map(|entry| entry.why.as_str())
    }

    /// Why a case is known to end like this, if it is.
    pub(super) fn why_so(&self, id: &str, outcome: &Outcome) -> Option<&str> {
        let entry = self.entries.get(id)?;
        (entry.outcome == outcome.name()).then_some(entry.why.as_str())
    }

    /// The entries that match no case of this side, each as `line 3: name`.
    pub(super) fn unmatched(&self, side: Side) -> Vec<String> {
        let unmatched = self.entries.iter().filter(|(id, _)| !selection::exists(side, id));
        let mut unmatched: Vec<(usize, &String)> = unmatched.map(|(id, entry)| (entry.line, id)).collect();
        unmatched.sort();
        unmatched.into_iter().map(|(line, id)| format!("line {line}: {id}")).collect()
    }

    /// The entries that match a case of this side, by name, each as its line.
    pub(super) fn lines(&self, side: Side) -> impl Iterator<Item = (&str, String)> {
        let matched = self.entries.iter().filter(move |(id, _)| selection::exists(side, id));
        matched.map(|(id, entry)| (id.as_str(), line(id, entry.outcome, &entry.why)))
    }
}

/// The line of a list for a case that ended in an outcome of this name.
pub(super) fn line(id: &str, outcome: &str, why: &str) -> String {
    let outcome = if outcome == OUTCOMES[0] { String::new() } else { format!("  {outcome}") };
    let why = why.replace(|character: char| character.is_control(), " ");
    format!("{id}{outcome}  # {why}\n")
}

impl std::str::FromStr for KnownFailing {
    type Err = KnownFailingError;

    fn from_str(text: &str) -> Result<Self, KnownFailingError> {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (line, text) in (1..).zip(text.lines()) {
            let wrong = |said: String| Err(KnownFailingError { line, said });
            let (name, why) = text.split_once('#').unwrap_or((text, ""));
            let mut words = name.split_whitespace();
            let Some(id) = words.next() else { continue };
            let outcome = match (words.next(), words.next()) {
                (None, _) => Some(&OUTCOMES[0]),
                (Some(word), None) => OUTCOMES.iter().find(|outcome| **outcome == word),
                _ => None,
            };
            let Some(outcome) = outcome else {
                let words = OUTCOMES.join(", ");
                return wrong(format!(
                    "`{}` should be the name of a case, then at most one of {words}; the reason follows a #",
                    name.trim()
                ));
            };
            if let Some(first) = entries.get(id) {
                return wrong(format!("{id} is already on line {}; delete one of the two", first.line));
            }
            entries.insert(id.to_owned(), Entry { line, outcome, why: why.trim().to_owned() });
        }
        Ok(KnownFailing { entries })
    }
}

/// A list that cannot be read: the line, and what is wrong with it.
///
/// ```
/// let error = "a/json/b because".parse::<taskmock::conformance::KnownFailing>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "line 1: `a/json/b because` should be the name of a case, then at most one of \
///      failed, crashed, hung, garbled, no_response; the reason follows a #",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownFailingError {
    line: usize,
    said: String,
}

impl fmt::Display for KnownFailingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.said)
    }
}

impl std::error::Error for KnownFailingError {}
