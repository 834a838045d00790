//! JSON text: a text of JSON that travels inside a string, at any escape depth.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

/// A text that is meant to be JSON, such as `Request`, `Result` and `Errors` of an E-HPC task.
///
/// In a state file it may stand as the JSON value that it is, or as a string, which is then served
/// to the letter, JSON or not.
///
/// ```
/// use taskmock::JsonText;
/// let text: JsonText = serde_json::from_str(r#"{ "Instances": [] }"#)?;
/// assert_eq!(text.as_str(), r#"{"Instances":[]}"#);
/// let broken: JsonText = serde_json::from_str(r#""{\"Inst""#)?;
/// assert_eq!(broken.as_str(), r#"{"Inst"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JsonText(Box<str>);

impl JsonText {
    /// The text, as the wire shows it at escape depth 1.
    ///
    /// ```
    /// assert_eq!(taskmock::JsonText::from("[]").as_str(), "[]");
    /// ```
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for JsonText {
    fn from(text: &str) -> Self {
        JsonText(text.into())
    }
}

impl From<&serde_json::Value> for JsonText {
    fn from(value: &serde_json::Value) -> Self {
        JsonText(value.to_string().into())
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Only an object or a list can stand as itself and be read back as the same text; a bare
        // string, number or word would be taken for a text.
        let is_structured = self.0.starts_with(['{', '[']);
        match serde_json::from_str::<&RawValue>(&self.0) {
            Ok(raw) if is_structured && compact(raw.get()) == self.as_str() => raw.serialize(serializer),
            _ => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('"') {
            let text: String = serde_json::from_str(raw.get()).map_err(de::Error::custom)?;
            return Ok(JsonText(text.into()));
        }
        Ok(JsonText(compact(raw.get()).into()))
    }
}

/// Valid JSON without the white space between its tokens.
fn compact(json: &str) -> Cow<'_, str> {
    let is_space = |character: char| matches!(character, ' ' | '\n' | '\r' | '\t');
    if !json.contains(is_space) {
        return Cow::Borrowed(json);
    }
    let (mut in_string, mut escaped) = (false, false);
    let kept = json.chars().filter(|&character| {
        if !in_string {
            in_string = character == '"';
            return !is_space(character);
        }
        in_string = escaped || character != '"';
        escaped = !escaped && character == '\\';
        true
    });
    Cow::Owned(kept.collect())
}

/// Compact JSON with an indent of two, as `serde_json` writes it; a text that is JSON in itself as well.
#[cfg(feature = "fixtures")]
pub(crate) fn indent(compact: &str) -> String {
    let mut out = String::with_capacity(compact.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    let mut characters = compact.chars().peekable();
    let new_line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(character) = characters.next() {
        if in_string {
            in_string = escaped || character != '"';
            escaped = !escaped && character == '\\';
            out.push(character);
            continue;
        }
        in_string = character == '"';
        match character {
            '{' | '[' => {
                out.push(character);
                if let Some(end) = characters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(character);
            }
            ',' => {
                out.push(',');
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            other => out.push(other),
        }
    }
    out
}

/// A text escaped once more, as the body of a JSON string but without its quotes.
pub(crate) fn escape(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// Takes back one [`escape`]; none if the text is not the body of a JSON string.
pub(crate) fn unescape(text: &str) -> Option<String> {
    serde_json::from_str(&format!("\"{text}\"")).ok()
}

/// The first half of a text, at least one character short of the whole.
pub(crate) fn truncate(text: &str) -> &str {
    let middle = (0..=text.len() / 2).rev().find(|end| text.is_char_boundary(*end));
    &text[..middle.unwrap_or(0)]
}

#[cfg(feature = "cli")]
impl schemars::JsonSchema for JsonText {
    fn schema_name() -> Cow<'static, str> {
        "JsonText".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"description": "Any JSON value, served as its compact text; or a string, served to the letter."})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_between_tokens_and_stays_in_strings() {
        let text: JsonText = serde_json::from_str("{ \"a b\" :\n[1, \"\\\" \\\\\" , \" \"]}").expect("JSON");
        assert_eq!(text.as_str(), r#"{"a b":[1,"\" \\"," "]}"#);
    }

    #[test]
    fn a_text_comes_back_from_a_state_file_to_the_letter() {
        for text in ["{}", "[]", r#"{"b":1,"a":"x y"}"#, "{ }", "{", "", "null", "\"x\"", "1", "\u{0}\r\n"] {
            let json = serde_json::to_string(&JsonText::from(text)).expect("serializable");
            assert_eq!(serde_json::from_str::<JsonText>(&json).expect("JSON").as_str(), text, "{json}");
        }
    }

    #[test]
    #[cfg(feature = "fixtures")]
    fn an_indent_changes_no_text_and_keeps_what_is_empty_on_one_line() {
        let expected = "{\n  \"a:,{\": [\n    1,\n    {}\n  ],\n  \"b\": \"\\\"[\",\n  \"c\": []\n}";
        assert_eq!(indent(r#"{"a:,{":[1,{}],"b":"\"[","c":[]}"#), expected);
    }

    #[test]
    fn escape_and_unescape_are_inverse() {
        for text in ["", "{\"a\":\"b\\n\"}", "é\u{1}😀"] {
            assert_eq!(unescape(&escape(text)).as_deref(), Some(text));
        }
        assert_eq!(escape(r#"{"a":1}"#), r#"{\"a\":1}"#);
        assert_eq!(unescape("\""), None);
    }

    #[test]
    fn truncation_never_keeps_the_whole_nor_splits_a_character() {
        assert_eq!(truncate(""), "");
        assert_eq!(truncate("ab"), "a");
        assert_eq!(truncate("é"), "");
        assert_eq!(truncate("{\"é\":1}"), "{\"é");
    }
}
