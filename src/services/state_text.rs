//! Reads a state from JSON text, and says on which line and in which field it is wrong.

use std::borrow::Cow;
use std::fmt;

use serde_path_to_error::{Path, Segment};

use super::State;
use crate::format::{Step, line_of};
use crate::text::shown;

/// The most characters of a field, and of a sentence about it, that an error repeats.
const LONGEST: usize = 500;

impl State {
    /// Reads a state from JSON, and checks it.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its line, its field and what would be right.
    ///
    /// ```
    /// use taskmock::State;
    /// let error = State::from_json("{\n  \"clock\": \"today\"\n}").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "line 2, clock: `today` is not an RFC 3339 time such as 2026-11-21T20:21:00Z",
    /// );
    /// ```
    pub fn from_json(json: &str) -> Result<State, StateError> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let state: State = StateError::read(json)?;
        if json.trim_start().starts_with('[') {
            // serde reads a list of fields as a struct too.
            let sentence = "a state is an object, such as {\"clock\": \"2026-11-21T20:21:00Z\"}".to_owned();
            return Err(StateError { line: 1, field: ".".to_owned(), sentence });
        }
        match state.wrong().into_iter().next() {
            None => Ok(state),
            Some((field, sentence)) => {
                let line = line_of(json, &steps_of_field(&field));
                Err(StateError { line, field: shown(&field, LONGEST), sentence: shown(&sentence, LONGEST) })
            }
        }
    }
}

/// Keys that had another name before, and what is said of each.
const RENAMED: &[(&str, &str)] = &[
    (
        "armed",
        "`armed` is called `faults` now; what goes wrong on purpose looks like {\"operation\": \"ehpc.list_tasks\", \"fault\": {\"error\": {\"code\": \"DbError\"}}}",
    ),
    ("submitted", "`submitted` is called `started` now"),
    ("invoked", "`invoked` is called `started` now"),
    ("created", "`created` is called `started` now"),
    ("errors", "`errors` is called `reasons` now, a list of texts"),
    ("error", "`error` is called `reasons` now, a list of texts, and its code `error_code`"),
    ("result", "`result` is called `ends` now, which is \"success\", \"fail\" or \"never\""),
];

/// What is said of a key that was renamed, if the parser's sentence is about one.
fn renamed(sentence: &str) -> Option<&'static str> {
    let (key, expected) = sentence.strip_prefix("unknown field `")?.split_once('`')?;
    // An ACK task has `results`; `result` is then a slip of the pen.
    let is_slip = key == "result" && expected.contains("`results`");
    let (_, said) = RENAMED.iter().find(|(old, _)| *old == key && !is_slip)?;
    Some(said)
}

/// What is wrong with a state file: the line, the field, and what would be right.
///
/// ```
/// let error = taskmock::State::from_json("{").unwrap_err();
/// assert_eq!(error.line(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateError {
    line: usize,
    field: String,
    sentence: String,
}

impl StateError {
    /// The line, from 1.
    ///
    /// ```
    /// assert_eq!(taskmock::State::from_json("{\n\n]").unwrap_err().line(), 3);
    /// ```
    pub fn line(&self) -> usize {
        self.line
    }

    /// The field, such as `ehpc.tasks[3].takes`; `.` for the whole.
    ///
    /// ```
    /// let error = taskmock::State::from_json(r#"{"dws": {"tasks": [{"takes": true}]}}"#).unwrap_err();
    /// assert_eq!(error.field(), "dws.tasks[0].takes");
    /// ```
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Reads any value from JSON, with the line and the field of what is wrong.
    pub(crate) fn read<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, StateError> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let value = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| StateError::of_json(json, &steps(error.path()), error.inner()))?;
        deserializer.end().map_err(|error| StateError::of_json(json, &[], &error))?;
        Ok(value)
    }

    fn of_json(json: &str, steps: &[Step<'_>], error: &serde_json::Error) -> Self {
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let sentence = message.strip_suffix(place.as_str()).unwrap_or(&message);
        let sentence = renamed(sentence).unwrap_or(sentence);
        // The parser has gone on when a value of the right type turns out to be wrong.
        let line = if error.is_data() && !steps.is_empty() { line_of(json, steps) } else { error.line().max(1) };
        StateError { line, field: shown(&field(steps), LONGEST), sentence: shown(sentence, LONGEST) }
    }
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.field, self.sentence)
    }
}

impl std::error::Error for StateError {}

/// The steps that a parser went, up to a key or an element that it could not read.
fn steps(path: &Path) -> Vec<Step<'_>> {
    let step = |segment| match segment {
        &Segment::Seq { index } => Some(Step::Index(index)),
        Segment::Map { key } => Some(Step::Key(Cow::Borrowed(key.as_str()))),
        Segment::Enum { variant } => Some(Step::Key(Cow::Borrowed(variant.as_str()))),
        Segment::Unknown => None,
    };
    path.iter().map_while(step).collect()
}

/// `ehpc.tasks[3].takes`; `.` for the whole.
fn field(steps: &[Step<'_>]) -> String {
    let mut field = String::new();
    for step in steps {
        match step {
            Step::Index(index) => field.push_str(&format!("[{index}]")),
            Step::Key(key) => {
                field.push_str(if field.is_empty() { "" } else { "." });
                field.push_str(key);
            }
        }
    }
    if field.is_empty() { ".".to_owned() } else { field }
}

/// The steps of a field as a check names it, such as `ehpc.tasks[3].takes`.
fn steps_of_field(field: &str) -> Vec<Step<'_>> {
    let step = |step: &str| match step.strip_suffix(']').and_then(|index| index.parse().ok()) {
        Some(index) => Step::Index(index),
        None => Step::Key(Cow::Owned(step.to_owned())),
    };
    field.split(['.', '[']).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(json: &str) -> String {
        State::from_json(json).expect_err(json).to_string()
    }

    #[test]
    fn a_wrong_state_names_the_line_the_field_and_what_would_be_right() {
        for (json, expected) in [
            ("{\n \"clock\": \"today\"\n}", "line 2, clock: `today` is not an RFC 3339 time"),
            ("{\n \"clok\": 1}", "line 2, clok: unknown field `clok`, expected one of `clock`, `seed`"),
            (
                "{\n \"dialect\": {\n  \"tasks\": \"list\"}}",
                "line 3, dialect.tasks: invalid value: string \"list\", expected \"array\" or \"object\"",
            ),
            (
                "{\"ehpc\": {\"tasks\": [\n{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"StopCluster\", \"ends\": \"PartialFail\"}]}}",
                "line 2, ehpc.tasks[0].ends: `PartialFail` is called `partial_fail` now",
            ),
            (
                "{\"ehpc\": {\"tasks\": [\n{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"StopClusters\"}]}}",
                "line 2, ehpc.tasks[0].task_type: no document lists `StopClusters`; an E-HPC task is one of CreateCluster, StartCluster,",
            ),
            (
                "{\"ehpc\": {\"commands\": [{\"command_id\": \"x\", \"cluster_id\": \"c\", \"nodes\": [{\"instance_id\": \"i\",\n\"ends\": \"partial_fail\"}]}]}}",
                "line 2, ehpc.commands[0].nodes[0].ends: no document lists `partial_fail`; a command on a node ends success, fail, stopped, never; if you mean it",
            ),
            (
                "{\"ehpc\": {\"tasks\": [\n{\"task_id\": \"a\", \"submitted\": \"2026-11-21T20:21:00Z\"}]}}",
                "line 2, ehpc.tasks[0].submitted: `submitted` is called `started` now",
            ),
            (
                "{\"ehpc\": {\"tasks\": [{\"task_id\": \"a\",\n\"errors\": [\"no stock\"]}]}}",
                "line 2, ehpc.tasks[0].errors: `errors` is called `reasons` now, a list of texts",
            ),
            (
                "{\"ehpc\": {\"commands\": [\n{\"invoked\": \"2026-11-21T20:21:00Z\"}]}}",
                "line 2, ehpc.commands[0].invoked: `invoked` is called `started` now",
            ),
            (
                "{\"ack\": {\"tasks\": [\n{\"error\": {\"code\": \"400\", \"message\": \"m\"}}]}}",
                "line 2, ack.tasks[0].error: `error` is called `reasons` now, a list of texts, and its code `error_code`",
            ),
            (
                "{\"ack\": {\"tasks\": [\n{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"cluster_scaleout\", \"ends\": \"running\"}]}}",
                "line 2, ack.tasks[0].ends: `running` is called `never` now",
            ),
            (
                "{\"ack\": {\"tasks\": [\n{\"result\": []}]}}",
                "line 2, ack.tasks[0].result: unknown field `result`, expected one of",
            ),
            (
                "{\"dws\": {\"tasks\": [\n{\"result\": null}]}}",
                "line 2, dws.tasks[0].result: `result` is called `ends` now, which is \"success\", \"fail\" or \"never\"",
            ),
            (
                "{\"ehpc\": {\"tasks\": [{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"StopCluster\",\n\"takes\": \"5 parsecs\"}]}}",
                "line 2, ehpc.tasks[0].takes: `5 parsecs` is not a span of time such as 90s, 20m, 1h 30m or PT5M",
            ),
            (
                "{\"ehpc\": {\"tasks\": [\n{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"StopCluster\"},\n{\"task_id\": \"a\", \"cluster_id\": \"c\", \"task_type\": \"StopCluster\"}]}}",
                "line 3, ehpc.tasks[1].task_id: `a` is there twice in cluster `c`; give each task its own",
            ),
            (
                "{\"dws\": {\"clusters\": [\n{\"project_id\": \"p\",\n \"cluster_id\": \"c\"}]}}",
                "line 3, dws.clusters[0].cluster_id: `c` is no UUID of 36 characters",
            ),
            (
                "{\"dws\": {\"tasks\": [\n{\"cluster_id\": \"c\", \"type\": \"Grow\", \"logical_cluster_name\": \"l\"}]}}",
                "line 2, dws.tasks[0].cluster_id: `c` is not in dws.clusters",
            ),
            (
                "{\"faults\": [\n{\"operation\": \"ehpc.list_tasks\",\n\"fault\": {\"error\": {\"code\": \"Nope\"}}}]}",
                "line 3, faults[0].fault.error.code: `Nope` is no error of ehpc.list_tasks; there are InvalidParams, NotEnabled",
            ),
            (
                "{\"faults\": [{\"operation\": \"x\", \"fault\": \"reset\"}]}",
                "line 1, faults[0].operation: `x` is no operation; there are ehpc.list_tasks,",
            ),
            (
                "{\"ack\": {\"tasks\": [{\"task_id\": \"a\", \"aliases\": [\"a\"], \"cluster_id\": \"c\", \"task_type\": \"cluster_scaleout\"}]}}",
                "line 1, ack.tasks[0].aliases[0]: `a` is the id of a task already",
            ),
            (
                "{\"ehpc\": {\n\"tasks\": [\n\n{\"task_id\": \"a\"\n}\n]}}",
                "line 4, ehpc.tasks[0]: missing field `cluster_id`",
            ),
            (
                "{\"ehpc\": {\"tasks\": [\n{\"cluster_id\": \"c\", \"task_type\": \"StopCluster\"}]}}",
                "line 2, ehpc.tasks[0].task_id: it is empty; give each task an id",
            ),
            (
                "{\"ehpc\": {\"commands\": [{\"command_id\": \"x\",\n\"cluster_id\": \"\", \"nodes\": []}]}}",
                "line 2, ehpc.commands[0].cluster_id: it is empty",
            ),
            (
                "{\"ehpc\": {\"tasks\": [{\"takes\": true}]}}",
                "line 1, ehpc.tasks[0].takes: invalid type: boolean `true`, expected a span of time such as \"90s\", or a number",
            ),
            (
                "{\n\"clock\": 1}",
                "line 2, clock: invalid type: integer `1`, expected a time such as \"2026-11-21T20:21:00Z\"",
            ),
            ("{\n\"seed\": 1,}", "line 2, .: trailing comma"),
            (
                "{\"faults\": [{\"fault\": {\"response\": {\n\"status\": 99}}}]}",
                "line 2, faults[0].fault.response.status: `99` is no status",
            ),
            ("{\n\"seed\": -1\n}", "line 2, seed: invalid value: integer `-1`, expected u64"),
            ("{} {}", "line 1, .: trailing characters"),
            ("", "line 1, .: EOF while parsing a value"),
            ("[]", "line 1, .: a state is an object, such as"),
        ] {
            let said = sentence(json);
            assert!(said.starts_with(expected), "{json}\nsays {said}\nnot  {expected}");
        }
    }

    #[test]
    fn a_hostile_text_gives_a_short_error() {
        for hostile in ["[", ".", "{", "a.", "\\u202e", "\\u009b"] {
            let many = hostile.repeat(10_000);
            let said = sentence(&format!("{{\n\"{many}\": 1}}"));
            assert!(said.starts_with("line 2, "), "{}", &said[..40]);
            assert!(said.len() < 10_000, "{hostile}: {} bytes", said.len());
            assert!(!said.contains(['\u{202e}', '\u{9b}']), "{hostile}");
        }
        for (nested, expected) in [
            (format!("{{\"faults\": {}", "[".repeat(100_000)), "line 1, faults[0][0]: invalid type: sequence"),
            (format!("{{\"x\": {}", "{\"x\":".repeat(100_000)), "line 1, x: unknown field `x`"),
            ("[".repeat(100_000), "line 1, "),
        ] {
            let said = sentence(&nested);
            assert!(said.starts_with(expected), "{said}");
        }
    }

    #[test]
    fn a_key_with_dots_is_found_by_itself() {
        assert!(sentence("{\"ehpc\": {\n\"a.b[0]\": 1}}").starts_with("line 2, ehpc.a.b[0]: unknown field"));
    }

    #[test]
    fn an_empty_object_is_an_empty_state() {
        assert_eq!(State::from_json("{}"), Ok(State::default()));
    }
}
