//! Facts: what is stated of an operation, by whom and where.

use std::fmt;

/// Who states a fact.
///
/// ```
/// assert_eq!(taskmock::FactKind::Assumed.to_string(), "assumed");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactKind {
    /// One of the five documents that the project is built from.
    Documented,
    /// Another public page or a public answer of the vendor.
    Vendor,
    /// An official SDK: its source, or what it was seen to send or decode.
    Sdk,
    /// Nobody; the mock has to do something, and this is what it does.
    Assumed,
}

impl fmt::Display for FactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FactKind::Documented => "documented",
            FactKind::Vendor => "vendor",
            FactKind::Sdk => "sdk",
            FactKind::Assumed => "assumed",
        })
    }
}

/// One statement that the mock's behaviour rests on.
///
/// ```
/// let fact = taskmock::fact("ehpc.list_tasks.page_size.max").unwrap();
/// assert_eq!(fact.kind, taskmock::FactKind::Documented);
/// assert!(fact.source.starts_with("000"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The name of the fact: the operation's id, a subject, an aspect.
    pub id: &'static str,
    /// Who states it.
    pub kind: FactKind,
    /// The document and the place in it. Documents are named by their number: `000` ListTasks
    /// in English, `001` ListTasks in Chinese, `002` DescribeTaskInfo, `003` ListInvocationStatus,
    /// `004` the DWS tasks.
    pub source: &'static str,
    /// What is stated.
    pub says: &'static str,
}

/// Writes a table of facts, one `id, Kind, source, says` a row.
macro_rules! facts {
    ($($id:literal, $kind:ident, $source:literal, $says:literal;)*) => {
        &[$($crate::fact::Fact {
            id: $id,
            kind: $crate::fact::FactKind::$kind,
            source: $source,
            says: $says,
        }),*]
    };
}

pub(crate) use facts;
