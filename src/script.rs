//! The words that the scripts of all services share: how a task ends.

use crate::word::words;

words! {
    /// How a task ends, in the same words for every service.
    ///
    /// Each service shows the end in its own word: a task that fails is `Fail` in E-HPC, `Failed` on a
    /// node of a command, `fail` in ACK and `failed` in DWS. Not every service has every ending; a
    /// state file that gives a task an ending which its service does not have is refused. Any other
    /// word is what the service then shows, as it is.
    ///
    /// ```
    /// use taskmock::Ending;
    /// assert_eq!(Ending::from("partial_fail"), Ending::PartialFail);
    /// assert_eq!(Ending::from("Paused").to_string(), "Paused");
    /// assert_eq!(Ending::default(), Ending::Success);
    /// ```
    pub enum Ending {
        /// All of it succeeds.
        Success = "success",
        /// It fails.
        Fail = "fail",
        /// Some of it fails.
        PartialFail = "partial_fail",
        /// Somebody stops it.
        Stopped = "stopped",
        /// It runs for ever.
        Never = "never",
    }
}

impl Default for Ending {
    /// A task succeeds unless its script says otherwise.
    fn default() -> Self {
        Ending::Success
    }
}

/// What `ends` was called before all services shared its words.
const OLD: &[(&str, &str)] = &[
    ("Success", "success"),
    ("Finished", "success"),
    ("Fail", "fail"),
    ("Failed", "fail"),
    ("failed", "fail"),
    ("PartialFail", "partial_fail"),
    ("Stopped", "stopped"),
    ("Never", "never"),
    ("running", "never"),
];

/// The endings that one kind of task has.
pub(crate) struct Endings {
    /// The kind of task, such as `an E-HPC task`.
    pub(crate) of: &'static str,
    pub(crate) has: &'static [Ending],
    /// Words of the wire that a document or an SDK lists beside those that `has` stands for.
    pub(crate) listed: &'static [&'static str],
}

impl Endings {
    /// Refuses an ending that this kind of task does not have, unless its script says that it is
    /// undocumented.
    ///
    /// # Errors
    ///
    /// A sentence that says what would be right.
    pub(crate) fn check(&self, ends: &Ending, undocumented: bool) -> Result<(), String> {
        let word = ends.as_str();
        if undocumented || self.has.contains(ends) || self.listed.contains(&word) {
            return Ok(());
        }
        if let Some((_, new)) = OLD.iter().find(|(old, _)| *old == word) {
            return Err(format!("`{word}` is called `{new}` now"));
        }
        let has: Vec<&str> = self.has.iter().map(Ending::as_str).collect();
        Err(unlisted(word, self.of, "ends", &has))
    }
}

/// Refuses a task type that nobody lists, unless its script says that it is undocumented.
pub(crate) fn check_type(word: &str, of: &str, known: &[&str], undocumented: bool) -> Result<(), String> {
    if undocumented || known.contains(&word) {
        return Ok(());
    }
    Err(unlisted(word, of, "is one of", known))
}

fn unlisted(word: &str, of: &str, verb: &str, known: &[&str]) -> String {
    let known = known.join(", ");
    format!("no document lists `{word}`; {of} {verb} {known}; if you mean it, add \"undocumented\": true to the task")
}

/// What is wrong with a script: the field within it, and a sentence.
pub(crate) type ScriptError = (&'static str, String);

/// Names the field of a script that a check refused.
pub(crate) fn field(name: &'static str, checked: Result<(), String>) -> Result<(), ScriptError> {
    checked.map_err(|sentence| (name, sentence))
}

/// `skip_serializing_if` of a flag that is off by default.
pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

#[cfg(test)]
mod tests {
    use super::*;

    const TASK: Endings =
        Endings { of: "a task", has: &[Ending::Success, Ending::Fail, Ending::Never], listed: &["failed"] };

    #[test]
    fn an_ending_that_a_service_does_not_have_is_refused_with_those_that_it_has() {
        for (word, expected) in [
            ("success", None),
            ("never", None),
            ("failed", None),
            ("Failed", Some("`Failed` is called `fail` now")),
            ("running", Some("`running` is called `never` now")),
            (
                "stopped",
                Some(
                    "no document lists `stopped`; a task ends success, fail, never; if you mean it, add \"undocumented\": true to the task",
                ),
            ),
            (
                "sucess",
                Some(
                    "no document lists `sucess`; a task ends success, fail, never; if you mean it, add \"undocumented\": true to the task",
                ),
            ),
        ] {
            assert_eq!(TASK.check(&Ending::from(word), false).err().as_deref(), expected, "{word}");
            assert_eq!(TASK.check(&Ending::from(word), true), Ok(()), "{word}");
        }
    }
}
