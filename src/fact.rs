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
    /// The document and the place in it. The five documents are named by the numbers of
    /// [`DOCUMENTS`]; [`citation`](Fact::citation) names them in words.
    pub source: &'static str,
    /// What is stated.
    pub says: &'static str,
}

impl Fact {
    /// Returns the source with each of the five documents named in words instead of by its number.
    ///
    /// ```
    /// let fact = taskmock::fact("ehpc.list_tasks.page_number.min").unwrap();
    /// assert_eq!(
    ///     fact.citation(),
    ///     "E-HPC ListTasks [000, English], request parameters: PageNumber; E-HPC ListTasks [001, Chinese], PageNumber",
    /// );
    /// ```
    pub fn citation(&self) -> String {
        let mut citation = String::with_capacity(self.source.len() + 64);
        for piece in self.source.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let word = piece.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            match DOCUMENTS.iter().find(|document| document.number == word) {
                Some(document) => {
                    citation.push_str(&document.to_string());
                    citation.push_str(&piece[word.len()..]);
                }
                None => citation.push_str(piece),
            }
        }
        citation
    }
}

/// One of the five vendors' documents that the mock is made from.
///
/// ```
/// let document = &taskmock::DOCUMENTS[1];
/// assert_eq!(document.to_string(), "E-HPC ListTasks [001, Chinese]");
/// assert_eq!(document.date, Some("2024-03-03"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Document {
    /// The number by which sources name it.
    pub number: &'static str,
    /// Who published it.
    pub vendor: &'static str,
    /// The service and the operation that it describes.
    pub operation: &'static str,
    /// Its language.
    pub language: &'static str,
    /// The day that it gives as its last change, if it gives one.
    pub date: Option<&'static str>,
    /// A public address where its text, or a later version of it, was found.
    pub address: &'static str,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}, {}]", self.operation, self.number, self.language)
    }
}

/// The five documents, by number.
///
/// ```
/// assert!(taskmock::DOCUMENTS.iter().all(|document| document.address.starts_with("https://")));
/// ```
pub const DOCUMENTS: &[Document] = &[
    Document {
        number: "000",
        vendor: "Alibaba Cloud",
        operation: "E-HPC ListTasks",
        language: "English",
        date: None,
        address: "https://www.alibabacloud.com/help/en/e-hpc/latest/listtasks",
    },
    Document {
        number: "001",
        vendor: "Alibaba Cloud",
        operation: "E-HPC ListTasks",
        language: "Chinese",
        date: Some("2024-03-03"),
        address: "https://www.alibabacloud.com/help/zh/doc-detail/268225.htm",
    },
    Document {
        number: "002",
        vendor: "Alibaba Cloud",
        operation: "ACK DescribeTaskInfo",
        language: "English",
        date: None,
        address: "https://www.alibabacloud.com/help/en/container-service-for-kubernetes/latest/describetaskinfo",
    },
    Document {
        number: "003",
        vendor: "Alibaba Cloud",
        operation: "E-HPC ListInvocationStatus",
        language: "Chinese",
        date: None,
        address: "https://help.aliyun.com/document_detail/87389.html",
    },
    Document {
        number: "004",
        vendor: "Huawei Cloud",
        operation: "DWS ListLogicalClusterTasks",
        language: "English",
        date: None,
        address: "https://support.huaweicloud.cn/intl/es-us/my-kualalumpur-1-api-dws/ListLogicalClusterTasks.html",
    },
];

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
