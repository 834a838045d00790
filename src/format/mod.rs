//! Format: the two encodings, and how any model is written and read in either.
//!
//! Models derive serde once and both encodings follow from that:
//!
//! | Rust | JSON | XML |
//! |---|---|---|
//! | struct | object | element with a child for each field |
//! | `Vec` | array | the element once for each item; none for an empty list |
//! | `Option::None` | left out (by `skip_serializing_if`) | left out |
//! | text, number, enumeration | value | text of the element |
//! | map of free-form values | object | JSON text (assumed: no document shows one in XML) |
//!
//! XML 1.0 cannot carry most control characters, U+FFFE and U+FFFF: they are written as U+FFFD,
//! the replacement character. A carriage return is written as `&#13;`, which survives.

mod json_position;
mod json_text;
mod xml_reader;
mod xml_writer;

use std::fmt;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub(crate) use json_position::{Step, line_of};
pub use json_text::JsonText;
#[cfg(feature = "fixtures")]
pub(crate) use json_text::indent;
pub(crate) use json_text::{escape, truncate, unescape};
#[cfg(feature = "conformance")]
pub(crate) use xml_writer::is_forbidden;

/// An encoding of a body.
///
/// ```
/// use taskmock::Format;
/// assert_eq!("XML".parse::<Format>().unwrap(), Format::Xml);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JSON, in UTF-8.
    Json,
    /// XML 1.0, in UTF-8.
    Xml,
}

impl Format {
    /// Both encodings.
    ///
    /// ```
    /// assert_eq!(taskmock::Format::ALL.len(), 2);
    /// ```
    pub const ALL: &'static [Format] = &[Format::Json, Format::Xml];
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Format::Json => "json",
            Format::Xml => "xml",
        })
    }
}

impl FromStr for Format {
    type Err = DecodeError;

    fn from_str(text: &str) -> Result<Self, DecodeError> {
        Format::ALL
            .iter()
            .copied()
            .find(|format| format.to_string().eq_ignore_ascii_case(text))
            .ok_or_else(|| DecodeError(format!("`{text}` is no format; there are json and xml")))
    }
}

/// A body that is not what it should be.
///
/// ```
/// use taskmock::{Format, dialect::Dialect, ehpc::list_tasks::Output};
/// let error = Output::decode(b"<Wrong/>", Format::Xml, &Dialect::default()).unwrap_err();
/// assert_eq!(error.to_string(), "the root element is `Wrong`, not `ListTasksResponse`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError(pub(crate) String);

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DecodeError {}

/// Writes a model as JSON.
pub(crate) fn to_json(model: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::with_capacity(USUAL_SIZE);
    // Models hold texts, numbers, lists and maps with text keys: all of it is JSON.
    serde_json::to_writer(&mut out, model).expect("a model is always JSON");
    out
}

/// What a body of one of the operations has, in bytes: a page of ten tasks with texts fits in it.
const USUAL_SIZE: usize = 8 << 10;

/// Reads a model from JSON.
pub(crate) fn from_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(body).map_err(|error| DecodeError(error.to_string()))
}

/// Writes a model as an XML document with the root `root`.
pub(crate) fn to_xml(root: &'static str, model: &impl Serialize) -> Vec<u8> {
    let mut out = String::with_capacity(USUAL_SIZE);
    out.push_str(XML_DECLARATION);
    xml_writer::write(&mut out, root, model);
    out.into_bytes()
}

/// Writes the fields of a model as XML without a root.
pub(crate) fn to_xml_fragment(model: &impl Serialize) -> Vec<u8> {
    let mut out = String::with_capacity(1024);
    xml_writer::write_fields(&mut out, model);
    out.into_bytes()
}

/// Reads a model from an XML document with the root `root`.
pub(crate) fn from_xml<T: DeserializeOwned>(root: &str, body: &[u8]) -> Result<T, DecodeError> {
    xml_reader::read_document(root, body)
}

/// Reads a model from XML without a root.
pub(crate) fn from_xml_fragment<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    xml_reader::read_fragment(body)
}

/// What an XML document starts with, as on the vendor's pages about RPC answers.
pub(crate) const XML_DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        maybe: Option<String>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        count: u64,
        #[serde(default)]
        items: Vec<Inner>,
        map: BTreeMap<String, serde_json::Value>,
    }

    fn outer(items: Vec<Inner>) -> Outer {
        let map = [("a<b".to_owned(), serde_json::json!([1, null, "x"]))].into();
        Outer { count: 3, items, map }
    }

    fn inner(text: &str, maybe: Option<&str>) -> Inner {
        Inner { text: text.to_owned(), maybe: maybe.map(str::to_owned) }
    }

    #[test]
    fn lists_of_none_one_and_two_come_back_in_both_encodings() {
        for items in
            [vec![], vec![inner("", Some(""))], vec![inner(" a\r\n\t]]> & <é😀\u{202e}", None), inner("  ", Some("x"))]]
        {
            let model = outer(items);
            let json = to_json(&model);
            assert_eq!(from_json::<Outer>(&json).as_ref(), Ok(&model));
            let xml = to_xml("Outer", &model);
            assert_eq!(from_xml::<Outer>("Outer", &xml).as_ref(), Ok(&model), "{}", String::from_utf8_lossy(&xml));
            assert_eq!(from_xml_fragment::<Outer>(&to_xml_fragment(&model)).as_ref(), Ok(&model));
        }
    }

    #[test]
    fn xml_is_written_as_stated() {
        let model = outer(vec![inner("a\r<", None), inner("", Some("b"))]);
        let expected = concat!(
            r#"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<Outer><count>3</count><items><text>a&#13;&lt;</text></items>",
            "<items><text></text><maybe>b</maybe></items>",
            r#"<map>{"a&lt;b":[1,null,"x"]}</map></Outer>"#
        );
        assert_eq!(String::from_utf8(to_xml("Outer", &model)).as_deref(), Ok(expected));
    }

    #[test]
    fn a_character_that_xml_cannot_carry_becomes_the_replacement_character() {
        let model = inner("a\0b\u{1f}c\u{fffe}d\u{ffff}", None);
        let read: Inner = from_xml("I", &to_xml("I", &model)).expect("well-formed");
        assert_eq!(read.text, "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}");
    }

    #[test]
    fn a_body_that_is_no_document_is_refused_with_a_reason() {
        for (body, reason) in [
            ("", "there is no root element"),
            ("<I><text>a</text>", "the element `I` is not closed"),
            ("<I><text>a</I>", "ill-formed"),
            ("x<I><text>a</text></I>", "there is text outside of the elements: `x`"),
            ("<I><text>&#1;</text></I>", "the character U+0001 is not allowed in XML"),
            ("<I></I><I></I>", "there is a second root element, `I`"),
            ("<J><text>a</text></J>", "the root element is `J`, not `I`"),
            ("<I>\u{1}<text>a</text></I>", "the character U+0001 is not allowed in XML"),
            ("<I><text>&nbsp;</text></I>", "the entity `nbsp` is not defined"),
            ("<I><text>a</text><text>b</text></I>", "`text` is there 2 times"),
            ("<I></I>", "missing field `text`"),
            ("<J/>", "the root element is `J`, not `I`"),
            ("<I><texts/></I>", "missing field `text`"),
            ("<I><text><a>1</a></text></I>", "`text` holds the element `a` where a text belongs"),
        ] {
            let error = from_xml::<Inner>("I", body.as_bytes()).expect_err(body);
            assert!(error.0.contains(reason), "{body}: {error}");
        }
        assert!(from_xml::<Inner>("I", b"<I><text>\xff</text></I>").is_err());
        let unknown: Inner = from_xml("I", b"<I><x><y/></x><x>1</x><text>a</text></I>").expect("it has a text");
        assert_eq!(unknown, inner("a", None));
        assert_eq!(from_xml::<Inner>("I", b"<I><text/></I>"), Ok(inner("", None)));
        let nested = |depth: usize| format!("<I><text>a</text>{}{}</I>", "<x>".repeat(depth), "</x>".repeat(depth));
        assert_eq!(from_xml::<Inner>("I", nested(63).as_bytes()), Ok(inner("a", None)));
        let error = from_xml::<Inner>("I", nested(64).as_bytes()).expect_err("it is deeper");
        assert_eq!(error.0, "more than 64 elements are nested");
        let deep = "<a>".repeat(100_000);
        assert!(from_xml::<Inner>("I", deep.as_bytes()).is_err());
    }
}
