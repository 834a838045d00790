//! Known failing: the list of cases that are known to fail, exact to the line.

use std::collections::BTreeMap;
use std::fmt;

use super::results::Side;
use super::suite;

/// The cases that are known to fail, each with the reason. The list is exact: a case on it that does
/// not fail, and a line that names no case, are as bad as a case that fails.
///
/// It is a text of a case a line, and what stands after a `#` says why:
///
/// ```
/// use taskmock::conformance::KnownFailing;
/// let list = "ack.describe_task_info/json/error.throttling  # reads code and message in lower case only";
/// let known: KnownFailing = list.parse()?;
/// assert_eq!(
///     known.why("ack.describe_task_info/json/error.throttling"),
///     Some("reads code and message in lower case only"),
/// );
/// # Ok::<(), taskmock::conformance::KnownFailingError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownFailing {
    /// By the id of the case: the number of the line, and the reason.
    lines: BTreeMap<String, (usize, String)>,
}

impl KnownFailing {
    /// Why a case is known to fail, if it is.
    ///
    /// ```
    /// assert_eq!(taskmock::conformance::KnownFailing::default().why("any"), None);
    /// ```
    pub fn why(&self, id: &str) -> Option<&str> {
        self.lines.get(id).map(|(_, why)| why.as_str())
    }

    /// The lines that name no case that who is asked can be asked.
    pub(crate) fn naming_no_case(&self, side: Side) -> Vec<String> {
        let wrong = self.lines.iter().filter(|(id, _)| !suite::exists(side, id));
        let mut wrong: Vec<(usize, String)> =
            wrong.map(|(id, (line, _))| (*line, format!("line {line}: {id}"))).collect();
        wrong.sort();
        wrong.into_iter().map(|(_, said)| said).collect()
    }
}

impl std::str::FromStr for KnownFailing {
    type Err = KnownFailingError;

    fn from_str(text: &str) -> Result<Self, KnownFailingError> {
        let mut lines = BTreeMap::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in (1..).zip(text.lines()) {
            let (id, why) = line.split_once('#').unwrap_or((line, ""));
            let id = id.trim();
            if id.is_empty() {
                continue;
            }
            if id.contains(char::is_whitespace) {
                let said = format!("`{id}` is no name of a case; the reason stands after a #");
                return Err(KnownFailingError { line: number, said });
            }
            if let Some((first, _)) = lines.insert(id.to_owned(), (number, why.trim().to_owned())) {
                let said = format!("{id} stands in line {first} already; leave one of them out");
                return Err(KnownFailingError { line: number, said });
            }
        }
        Ok(KnownFailing { lines })
    }
}

/// A list that cannot be read: where, and what is wrong.
///
/// ```
/// let error = "a/json/b because".parse::<taskmock::conformance::KnownFailing>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "line 1: `a/json/b because` is no name of a case; the reason stands after a #",
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
