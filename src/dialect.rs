//! Dialect: named switches for the points where the documents disagree.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Defines the switches, their values and the table of names from one list.
macro_rules! switches {
    ($($(#[$meta:meta])* $field:ident : $type:ident [$fact:literal] {
        $($(#[$value_meta:meta])* $value:ident = $text:literal,)+
    })+) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
            #[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
            pub enum $type {
                $($(#[$value_meta])* #[serde(rename = $text)] $value,)+
            }

            impl<'de> Deserialize<'de> for $type {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    let value = deserializer.deserialize_any(Value(&[$($text),+]))?;
                    let mut dialect = Dialect::default();
                    dialect.set_switch(stringify!($field), value);
                    Ok(dialect.$field)
                }
            }
        )+

        /// How the mock reads the documents where they disagree. The default of every switch is
        /// what the official SDKs decode.
        ///
        /// ```
        /// use taskmock::dialect::{Dialect, TasksShape};
        /// let mut dialect = Dialect::default();
        /// dialect.set("tasks=object")?;
        /// assert_eq!(dialect.tasks, TasksShape::Object);
        /// # Ok::<(), taskmock::dialect::DialectError>(())
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
        #[serde(default, deny_unknown_fields)]
        pub struct Dialect {
            $($(#[$meta])* pub $field: $type,)+
        }

        /// Every switch with its values, the default first, and the fact that it is about.
        ///
        /// ```
        /// let (name, values, _fact) = taskmock::dialect::SWITCHES[0];
        /// assert_eq!((name, values[0]), ("tasks", "array"));
        /// ```
        pub const SWITCHES: &[(&str, &[&str], &str)] = &[
            $((stringify!($field), &[$($text),+], $fact),)+
        ];

        impl Dialect {
            fn set_switch(&mut self, name: &str, value: &str) -> bool {
                match (name, value) {
                    $($((stringify!($field), $text) => self.$field = $type::$value,)+)+
                    _ => return false,
                }
                true
            }
        }
    };
}

/// Reads one of the values of a switch; a number counts as its digits.
struct Value(&'static [&'static str]);

impl serde::de::Visitor<'_> for Value {
    type Value = &'static str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.join("\" or \""))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<&'static str, E> {
        let found = self.0.iter().find(|value| **value == text).copied();
        found.ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<&'static str, E> {
        self.visit_str(&number.to_string())
    }
}

switches! {
    /// What `Tasks` is in the JSON of ListTasks.
    tasks: TasksShape ["ehpc.list_tasks.tasks.json"] {
        /// A flat array, also of no task and of one: `001` and every SDK.
        #[default] Array = "array",
        /// The task itself when the page has exactly one, as in the sample of `000`; else an array.
        Object = "object",
    }
    /// What a page of ListTasks lists.
    page: PageShape ["ehpc.list_tasks.sample.abridged"] {
        /// Every task of the page.
        #[default] Whole = "whole",
        /// The first only, as the samples of `000` and `001` do: they count ten and show one.
        Abridged = "abridged",
    }
    /// How often the JSON text in `Request`, `Result` and `Errors` is escaped.
    escape_depth: EscapeDepth ["ehpc.list_tasks.json_text.depth"] {
        /// Once: the string holds valid JSON.
        #[default] One = "1",
        /// Not at all: in JSON the value itself instead of a string; in XML as depth 1.
        Zero = "0",
        /// Twice, as the samples of `000` and `001` show it.
        Two = "2",
        /// Once, and cut off in the middle.
        Truncated = "truncated",
    }
    /// The Status of an E-HPC task that failed.
    failed_status: FailedStatus ["ehpc.list_tasks.status.fail"] {
        /// `Fail`: `001`, SDKs up to 3.0.2.
        #[default] Fail = "Fail",
        /// `Failed`: the documentation of SDK 4.0.0.
        Failed = "Failed",
    }
    /// The TaskType of an E-HPC task that resets nodes.
    reset_type: ResetType ["ehpc.list_tasks.task_type.reset"] {
        /// `ResetComputes`: `001`.
        #[default] ResetComputes = "ResetComputes",
        /// `ResetCompute`: the documentation of the SDKs.
        ResetCompute = "ResetCompute",
    }
    /// The outermost JSON of ListInvocationStatus.
    invocation_status: InvocationShape ["ehpc.list_invocation_status.json.root"] {
        /// The fields themselves: the newer vendor page, every SDK.
        #[default] Unwrapped = "unwrapped",
        /// `{"ListInvocationStatusResponse": …}`: the sample of `003`.
        Wrapped = "wrapped",
    }
    /// The XML of DescribeTaskInfo.
    task_info_xml: TaskInfoXml ["ack.describe_task_info.xml.root"] {
        /// A document with the root `<DescribeTaskInfoResponse>`.
        #[default] Document = "document",
        /// The fields without a root, as in the sample of `002`; not well-formed XML.
        Fragment = "fragment",
    }
    /// The `state` of an ACK task that failed.
    failed_state: FailedState ["ack.describe_task_info.state.fail"] {
        /// `fail`: the current vendor page, SDKs from 6.7.1.
        #[default] Fail = "fail",
        /// `failed`: the vendor's page of 2023-11, which has the list that `002` lost; SDKs 3.3.5 to
        /// 6.0.0.
        Failed = "failed",
    }
    /// What `offset` counts in the DWS tasks.
    offset: Offset ["dws.list_logical_cluster_tasks.offset.unit"] {
        /// Pages: "page number minus 1" in `004`.
        #[default] Page = "page",
        /// Rows, as some clients of the vendor take it.
        Row = "row",
    }
    /// The keys of a DWS error body.
    error_body: ErrorBody ["dws.list_logical_cluster_tasks.error.body"] {
        /// `error_code` and `error_msg`.
        #[default] TwoKeys = "two_keys",
        /// Also `errCode` and `externalMessage`, as the live service was seen to answer.
        FourKeys = "four_keys",
    }
    /// What `end_time` and `result` of a DWS task are while it runs.
    unfinished: Unfinished ["dws.list_logical_cluster_tasks.task.running"] {
        /// Empty strings.
        #[default] Empty = "empty",
        /// `null`.
        Null = "null",
    }
    /// The encoding of an Alibaba RPC answer when the request asks for none.
    default_format: DefaultFormat ["alibaba.rpc.format.default"] {
        /// XML: the older vendor pages.
        #[default] Xml = "xml",
        /// JSON: the newer ones.
        Json = "json",
    }
    /// What becomes of an Alibaba request without a Version.
    absent_version: AbsentVersion ["alibaba.rpc.version.absent"] {
        /// It is answered: the sample requests of the documents show no Version.
        #[default] Accept = "accept",
        /// It is refused with `MissingVersion`.
        Refuse = "refuse",
    }
}

/// The switches that each document's own samples show.
const DOCUMENTS: &[(&str, &[(&str, &str)])] = &[
    ("000", &[("tasks", "object"), ("page", "abridged"), ("escape_depth", "2")]),
    ("001", &[("page", "abridged"), ("escape_depth", "2")]),
    ("002", &[("task_info_xml", "fragment"), ("failed_state", "failed")]),
    ("003", &[("invocation_status", "wrapped")]),
    ("004", &[]),
];

impl Dialect {
    /// The dialect that the samples of a document show, by its number (`000` to `004`).
    ///
    /// ```
    /// use taskmock::dialect::{Dialect, EscapeDepth};
    /// assert_eq!(Dialect::of_document("001").unwrap().escape_depth, EscapeDepth::Two);
    /// assert_eq!(Dialect::of_document("005"), None);
    /// ```
    pub fn of_document(number: &str) -> Option<Dialect> {
        let mut dialect = Dialect::default();
        dialect.set_document(number).then_some(dialect)
    }

    /// Sets one switch, as `NAME=VALUE`; `document=000` sets all that a document's samples show.
    ///
    /// # Errors
    ///
    /// An unknown name or value; the error lists those that exist.
    ///
    /// ```
    /// let mut dialect = taskmock::dialect::Dialect::default();
    /// let error = dialect.set("tasks=list").unwrap_err();
    /// assert_eq!(error.to_string(), "`list` is no value of the dialect switch `tasks`, which takes array or object");
    /// ```
    pub fn set(&mut self, assignment: &str) -> Result<(), DialectError> {
        let Some((name, value)) = assignment.split_once('=') else {
            return Err(DialectError(format!("`{assignment}` is not NAME=VALUE, such as tasks=object")));
        };
        if name == "document" && self.set_document(value) || self.set_switch(name, value) {
            return Ok(());
        }
        let documents: Vec<&str> = DOCUMENTS.iter().map(|(number, _)| *number).collect();
        let values = match SWITCHES.iter().find(|(switch, ..)| *switch == name) {
            Some((_, values, _)) => Some(*values),
            None if name == "document" => Some(documents.as_slice()),
            None => None,
        };
        Err(DialectError(match values {
            Some(values) => {
                format!("`{value}` is no value of the dialect switch `{name}`, which takes {}", values.join(" or "))
            }
            None => {
                let names: Vec<&str> = SWITCHES.iter().map(|(name, ..)| *name).collect();
                format!("`{name}` is no dialect switch; there are document, {}", names.join(", "))
            }
        }))
    }

    /// Whether answers have another shape than the one that every SDK decodes.
    #[cfg(any(feature = "conformance", feature = "proptest"))]
    pub(crate) fn changes_shape(&self) -> bool {
        let Dialect { tasks, escape_depth, invocation_status, task_info_xml, .. } = Dialect::default();
        (self.tasks, self.escape_depth, self.invocation_status, self.task_info_xml)
            != (tasks, escape_depth, invocation_status, task_info_xml)
    }

    fn set_document(&mut self, number: &str) -> bool {
        let Some((_, switches)) = DOCUMENTS.iter().find(|(document, _)| *document == number) else {
            return false;
        };
        switches.iter().all(|(name, value)| self.set_switch(name, value))
    }
}

impl FromStr for Dialect {
    type Err = DialectError;

    /// Reads switches separated by commas.
    fn from_str(text: &str) -> Result<Self, DialectError> {
        let mut dialect = Dialect::default();
        for assignment in text.split(',').filter(|piece| !piece.is_empty()) {
            dialect.set(assignment)?;
        }
        Ok(dialect)
    }
}

/// An assignment that names no switch or no value of it.
///
/// ```
/// let error = "colour=red".parse::<taskmock::dialect::Dialect>().unwrap_err();
/// assert!(error.to_string().starts_with("`colour` is no dialect switch"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialectError(String);

impl fmt::Display for DialectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DialectError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_every_switch_can_be_set_and_the_first_is_the_default() {
        for (name, values, _) in SWITCHES {
            let mut reached = std::collections::HashSet::new();
            for value in *values {
                let mut dialect = Dialect::default();
                dialect.set(&format!("{name}={value}")).expect("a listed value");
                let json = serde_json::to_value(dialect).expect("plain data");
                assert_eq!(json[name], *value);
                assert!(reached.insert(dialect), "{name}={value} changes something");
            }
            let mut first = Dialect::default();
            first.set(&format!("{name}={}", values[0])).expect("a listed value");
            assert_eq!(first, Dialect::default(), "{name}");
        }
    }

    #[test]
    fn every_document_has_a_dialect() {
        for (number, _) in DOCUMENTS {
            assert!(Dialect::of_document(number).is_some(), "{number}");
        }
    }
}
