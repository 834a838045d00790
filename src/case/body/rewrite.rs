//! Rewrites of encoded answers: the same answer with other white space, order, escapes or elements.

use serde_json::Value;

/// Adds a field that no document knows, to the answer and to the first item of its lists.
pub(super) fn surprise(value: &mut Value) {
    let Value::Object(fields) = value else { return };
    for value in fields.values_mut() {
        if let Some(first) = value.as_array_mut().and_then(|items| items.first_mut()) {
            surprise(first);
        }
    }
    fields.insert("Surprise".to_owned(), serde_json::json!({ "a": [1, null] }));
}

/// JSON with the fields of every object in the opposite order.
pub(super) fn reversed(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .rev()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), reversed(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(reversed).collect::<Vec<_>>().join(",")),
        other => other.to_string(),
    }
}

/// JSON in which every character of every text is a `\u` escape.
pub(super) fn escaped(value: &Value) -> String {
    let text = |text: &str| {
        let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        format!("\"{units}\"")
    };
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{}:{}", text(name), escaped(value))).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(escaped).collect::<Vec<_>>().join(",")),
        Value::String(string) => text(string),
        other => other.to_string(),
    }
}

/// XML in which every letter and digit of every text is a character reference.
pub(super) fn with_references(xml: &str) -> String {
    let (mut out, mut in_tag, mut in_reference) = (String::with_capacity(xml.len() * 4), false, false);
    for character in xml.chars() {
        match character {
            '<' => in_tag = true,
            '&' => in_reference = true,
            _ => {}
        }
        if !in_tag && !in_reference && character.is_ascii_alphanumeric() {
            out.push_str(&format!("&#x{:x};", u32::from(character)));
        } else {
            out.push(character);
        }
        match character {
            '>' => in_tag = false,
            ';' => in_reference = false,
            _ => {}
        }
    }
    out
}

pub(super) fn without_declaration(xml: &str) -> &str {
    xml.split_once("?>").map_or(xml, |(_, rest)| rest)
}

/// Puts something in front of the end of the root.
pub(super) fn before_last_tag(xml: &str, what: &str) -> Option<String> {
    let at = xml.rfind("</")?;
    Some(format!("{}{what}{}", &xml[..at], &xml[at..]))
}

/// XML with the first element of the root moved to its end.
pub(super) fn first_element_last(xml: &str) -> Option<String> {
    let declaration = xml.len() - without_declaration(xml).len();
    let start = declaration + xml[declaration..].find('>')? + 1;
    let name = xml[start..].strip_prefix('<')?.split('>').next()?;
    let end_tag = format!("</{name}>");
    let end = start + xml[start..].find(&end_tag)? + end_tag.len();
    let moved = format!("{}{}", &xml[..start], &xml[end..]);
    before_last_tag(&moved, &xml[start..end])
}
