//! Ways: each way in which the body of an answer can be, right, in another dialect, or broken.

use serde_json::Value;

use super::{Absent, BodySample, Reading, name};
use crate::case::{Catalogue, Class};
use crate::dialect::{Dialect, SWITCHES};
use crate::format::{Format, to_json};
use crate::operation::OperationOutput;

/// A field of an answer that can be broken.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Where it is in JSON, as a JSON pointer; in XML the same without the places in lists.
    pub(crate) pointer: &'static str,
    pub(crate) kind: FieldKind,
    /// Whether SDKs decode an answer without it.
    pub(crate) optional: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Text,
    /// Of 32 bits.
    Number,
    /// Of 64 bits.
    Long,
    /// A text out of an enumeration.
    Word,
}

/// A required field.
pub(crate) const fn field(pointer: &'static str, kind: FieldKind) -> Field {
    Field { pointer, kind, optional: false }
}

impl Field {
    pub(crate) const fn optional(self) -> Field {
        Field { optional: true, ..self }
    }

    fn name(&self) -> &'static str {
        self.pointer.rsplit('/').next().unwrap_or(self.pointer)
    }

    /// The names of the elements that lead to it in XML.
    fn elements(&self) -> impl Iterator<Item = &'static str> {
        self.pointer.split('/').filter(|piece| !piece.is_empty() && piece.parse::<usize>().is_err())
    }

    /// Where it stands in an XML body: its whole element, and the text in it.
    fn place(&self, xml: &str) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
        let mut from = 0;
        let mut start = 0;
        for element in self.elements() {
            let tag = format!("<{element}>");
            start = from + xml.get(from..)?.find(&tag)?;
            from = start + tag.len();
        }
        let end_tag = format!("</{}>", self.name());
        let end = from + xml.get(from..)?.find(&end_tag)?;
        Some((start..end + end_tag.len(), from..end))
    }
}

/// An answer as it should be.
struct Good<'a, O> {
    output: &'a O,
    format: Format,
}

/// What became of it: the bytes, the content type if it is another, and the right reading.
struct Bent<O> {
    bytes: Vec<u8>,
    content_type: Option<&'static str>,
    then: Reading<O>,
    absent: Option<Absent>,
}

type Bend<O> = Box<dyn Fn(&Good<'_, O>) -> Option<Bent<O>>>;

/// One way in which a body can be: its name, its class, the fact that it shows, and how it is made.
pub(crate) struct Way<I: Catalogue> {
    pub(super) name: String,
    class: Class,
    fact: &'static str,
    bend: Bend<I::Output>,
}

impl<I: Catalogue> Way<I> {
    /// The body of an answer; `None` if this answer cannot be so.
    pub(super) fn body(&self, output: &I::Output, format: Format) -> Option<BodySample<I>> {
        let bent = (self.bend)(&Good { output, format })?;
        let content_type = bent.content_type.unwrap_or_else(|| (I::OPERATION.protocol().content_type)(format));
        Some(BodySample {
            name: name::of_body(&self.name),
            facts: vec![self.fact],
            class: self.class,
            format,
            content_type: content_type.to_owned(),
            bytes: bent.bytes,
            then: bent.then,
            absent: bent.absent,
        })
    }
}

impl<O: OperationOutput> Good<'_, O> {
    fn bytes(&self) -> Vec<u8> {
        self.output.encode(self.format, &Dialect::default())
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).expect("an encoder writes UTF-8")
    }

    fn value(&self) -> Option<Value> {
        (self.format == Format::Json).then(|| serde_json::from_slice(&self.bytes()).expect("an encoder writes JSON"))
    }

    fn read(&self, bytes: impl Into<Vec<u8>>) -> Bent<O> {
        self.bent(bytes, vec![self.output.clone()], false)
    }

    fn read_or_error(&self, bytes: impl Into<Vec<u8>>) -> Bent<O> {
        self.bent(bytes, vec![self.output.clone()], true)
    }

    fn error(&self, bytes: impl Into<Vec<u8>>) -> Bent<O> {
        self.bent(bytes, Vec::new(), true)
    }

    fn bent(&self, bytes: impl Into<Vec<u8>>, outputs: Vec<O>, error: bool) -> Bent<O> {
        Bent { bytes: bytes.into(), content_type: None, then: Reading { outputs, error }, absent: None }
    }
}

/// Every way in which a body of this answer can be.
pub(crate) fn ways<I: Catalogue>() -> Vec<Way<I>> {
    let mut ways = whole_ways();
    for (name, values, fact) in SWITCHES {
        for value in &values[1..] {
            let mut dialect = Dialect::default();
            dialect.set(&format!("{name}={value}")).expect("a listed switch");
            ways.push(Way {
                name: format!("dialect.{name}.{value}"),
                class: Class::Dialect,
                fact,
                bend: Box::new(move |good| in_dialect(good, &dialect)),
            });
        }
    }
    for field in I::FIELDS {
        ways.extend(field_ways(field));
    }
    ways
}

fn in_dialect<O: OperationOutput>(good: &Good<'_, O>, dialect: &Dialect) -> Option<Bent<O>> {
    let bytes = good.output.encode(good.format, dialect);
    if bytes == good.bytes() {
        return None;
    }
    let mut bent = good.read_or_error(bytes);
    // A client may hand texts through as they came.
    let json = good.output.encode(Format::Json, dialect);
    if let Ok(as_it_came) = serde_json::from_slice::<O>(&json) {
        bent.then.outputs.push(as_it_came);
    }
    Some(bent)
}

fn way<I: Catalogue>(
    name: &str,
    class: Class,
    fact: &'static str,
    bend: impl Fn(&Good<'_, I::Output>) -> Option<Bent<I::Output>> + 'static,
) -> Way<I> {
    Way { name: name.to_owned(), class, fact, bend: Box::new(bend) }
}

const HTML: &str = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

fn whole_ways<I: Catalogue>() -> Vec<Way<I>> {
    use Class::{Malformed, Valid};
    vec![
        way("plain", Valid, "client.read", |good| Some(good.read(good.bytes()))),
        way("line_end", Valid, "client.white_space", |good| Some(good.read([good.bytes(), b"\r\n".to_vec()].concat()))),
        way("indented", Valid, "client.white_space", |good| {
            Some(good.read(match good.value() {
                Some(value) => serde_json::to_string_pretty(&value).expect("a value is JSON"),
                None => good.text().replacen("><", ">\n<!-- indented -->\n  <", 2),
            }))
        }),
        way("reordered", Valid, "client.order", |good| {
            Some(good.read(match good.value() {
                Some(value) => reversed(&value),
                None => first_element_last(&good.text())?,
            }))
        }),
        way("escaped", Valid, "client.escapes", |good| {
            Some(good.read(match good.value() {
                Some(value) => escaped(&value),
                None => with_references(&good.text()),
            }))
        }),
        way("unknown_field", Valid, "client.unknown_field", |good| {
            Some(good.read(match good.value() {
                Some(mut value) => {
                    surprise(&mut value);
                    to_json(&value)
                }
                None => before_last_tag(&good.text(), "<Surprise><a>1</a><a>2</a></Surprise>")?.into_bytes(),
            }))
        }),
        way("byte_order_mark", Malformed, "client.byte_order_mark", |good| {
            Some(good.read_or_error([b"\xef\xbb\xbf".to_vec(), good.bytes()].concat()))
        }),
        way("content_type", Malformed, "client.content_type", |good| {
            Some(Bent { content_type: Some("text/html;charset=utf-8"), ..good.read_or_error(good.bytes()) })
        }),
        way("other_encoding", Malformed, "client.content_type", |good: &Good<'_, I::Output>| {
            let (other, content_type) = match good.format {
                Format::Json => (Format::Xml, "text/xml;charset=utf-8"),
                Format::Xml => (Format::Json, "application/json;charset=utf-8"),
            };
            let bytes = good.output.encode(other, &Dialect::default());
            // An operation of one encoding gives the same.
            (bytes != good.bytes()).then(|| Bent { content_type: Some(content_type), ..good.read_or_error(bytes) })
        }),
        way("html", Malformed, "client.no_answer", |good| {
            Some(Bent { content_type: Some("text/html"), ..good.error(HTML) })
        }),
        way("empty", Malformed, "client.no_answer", |good| Some(good.error(""))),
        way("null", Malformed, "client.no_answer", |good| good.value().map(|_| good.error("null"))),
        way("list", Malformed, "client.nesting", |good| good.value().map(|value| good.error(format!("[{value}]")))),
        way("nested", Malformed, "client.nesting", |good| {
            Some(match good.value() {
                Some(value) => good.error(format!(r#"{{"data":{value}}}"#)),
                None => good.error(format!("<Wrapper>{}</Wrapper>", without_declaration(&good.text()))),
            })
        }),
        way("truncated", Malformed, "client.truncated", |good| {
            let bytes = good.bytes();
            Some(good.error(&bytes[..bytes.len() / 2]))
        }),
        way("truncated_by_one", Malformed, "client.truncated", |good| {
            let bytes = good.bytes();
            Some(good.error(&bytes[..bytes.len() - 1]))
        }),
        way("rubbish_after", Malformed, "client.truncated", |good| {
            Some(good.error([good.bytes(), b"rubbish".to_vec()].concat()))
        }),
        way("not_utf_8", Malformed, "client.utf_8", |good| {
            let first_text = match good.format {
                Format::Json => good.text().find(":\"")? + 2,
                Format::Xml => good.text().find("</")?,
            };
            let mut bytes = good.bytes();
            bytes.insert(first_text, 0xff);
            Some(good.error(bytes))
        }),
    ]
}

fn field_ways<I: Catalogue>(field: &'static Field) -> Vec<Way<I>> {
    let named = |what: &str| format!("{what}.{}", field.pointer.trim_start_matches('/').replace('/', "."));
    // What SDKs read as absent may be read so.
    let absent = move |good: &Good<'_, I::Output>, bytes: Vec<u8>, value: Option<Value>| {
        let outputs = value.clone().filter(|_| field.optional).and_then(|value| serde_json::from_value(value).ok());
        let whole = serde_json::to_value(good.output).ok();
        let absent = whole.zip(value).map(|(whole, rest)| Absent { whole, rest });
        Bent { absent, ..good.bent(bytes, outputs.into_iter().collect(), true) }
    };
    let mut ways = vec![
        Way {
            name: named("missing"),
            class: Class::Malformed,
            fact: "client.missing_field",
            bend: Box::new(move |good| match good.value() {
                Some(mut value) => {
                    let (parent, name) = field.pointer.rsplit_once('/')?;
                    value.pointer_mut(parent)?.as_object_mut()?.remove(name)?;
                    Some(absent(good, to_json(&value), Some(value)))
                }
                None => {
                    let mut text = good.text();
                    let (element, _) = field.place(&text)?;
                    text.replace_range(element, "");
                    // The JSON says which output that is.
                    let mut value = serde_json::to_value(good.output).ok()?;
                    let (parent, name) = field.pointer.rsplit_once('/')?;
                    value.pointer_mut(parent)?.as_object_mut()?.remove(name)?;
                    Some(absent(good, text.into_bytes(), Some(value)))
                }
            }),
        },
        Way {
            name: named("null"),
            class: Class::Malformed,
            fact: "client.missing_field",
            bend: Box::new(move |good| {
                let mut value = good.value()?;
                *value.pointer_mut(field.pointer)? = Value::Null;
                Some(absent(good, to_json(&value), Some(value)))
            }),
        },
        Way {
            name: named("type"),
            class: Class::Malformed,
            fact: "client.wrong_type",
            bend: Box::new(move |good| match good.value() {
                Some(mut value) => {
                    *value.pointer_mut(field.pointer)? = match field.kind {
                        FieldKind::Number | FieldKind::Long => Value::from("ten"),
                        FieldKind::Text | FieldKind::Word => serde_json::json!({ "a": [] }),
                    };
                    Some(good.error(to_json(&value)))
                }
                None => {
                    let mut text = good.text();
                    let (_, content) = field.place(&text)?;
                    text.replace_range(
                        content,
                        match field.kind {
                            FieldKind::Number | FieldKind::Long => "ten",
                            FieldKind::Text | FieldKind::Word => "<a>1</a>",
                        },
                    );
                    Some(good.error(text))
                }
            }),
        },
    ];
    match field.kind {
        FieldKind::Number | FieldKind::Long => ways.push(Way {
            name: named("number_as_text"),
            class: Class::Malformed,
            fact: "client.number_as_text",
            bend: Box::new(move |good| {
                let mut value = good.value()?;
                let number = value.pointer_mut(field.pointer)?;
                *number = Value::from(number.to_string());
                Some(good.read_or_error(to_json(&value)))
            }),
        }),
        FieldKind::Word => ways.push(Way {
            name: named("unknown_word"),
            class: Class::Malformed,
            fact: "client.unknown_word",
            bend: Box::new(move |good: &Good<'_, I::Output>| {
                // The JSON says which output it is, in either encoding.
                let json = good.output.encode(Format::Json, &Dialect::default());
                let mut value: Value = serde_json::from_slice(&json).ok()?;
                *value.pointer_mut(field.pointer)? = Value::from("Mystery");
                let output: I::Output = serde_json::from_value(value).ok()?;
                let bytes = output.encode(good.format, &Dialect::default());
                Some(good.bent(bytes, vec![output], true))
            }),
        }),
        FieldKind::Text => {}
    }
    // What 32 bits with a sign hold; and what a float of 64 bits rounds.
    let largest: u64 = match field.kind {
        FieldKind::Number => 2_147_483_647,
        FieldKind::Long => 9_007_199_254_740_993,
        FieldKind::Text | FieldKind::Word => return ways,
    };
    ways.push(Way {
        name: named("large"),
        class: Class::Valid,
        fact: "client.number.large",
        bend: Box::new(move |good| {
            let json = good.output.encode(Format::Json, &Dialect::default());
            let mut value: Value = serde_json::from_slice(&json).ok()?;
            *value.pointer_mut(field.pointer)? = Value::from(largest);
            let output: I::Output = serde_json::from_value(value).ok()?;
            let bytes = output.encode(good.format, &Dialect::default());
            Some(good.bent(bytes, vec![output], false))
        }),
    });
    ways
}

/// Adds a field that no document knows, to the answer and to the first item of its lists.
fn surprise(value: &mut Value) {
    let Value::Object(fields) = value else { return };
    for value in fields.values_mut() {
        if let Some(first) = value.as_array_mut().and_then(|items| items.first_mut()) {
            surprise(first);
        }
    }
    fields.insert("Surprise".to_owned(), serde_json::json!({ "a": [1, null] }));
}

/// JSON with the fields of every object in the opposite order.
fn reversed(value: &Value) -> String {
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
fn escaped(value: &Value) -> String {
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
fn with_references(xml: &str) -> String {
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

fn without_declaration(xml: &str) -> &str {
    xml.split_once("?>").map_or(xml, |(_, rest)| rest)
}

/// Puts something in front of the end of the root.
fn before_last_tag(xml: &str, what: &str) -> Option<String> {
    let at = xml.rfind("</")?;
    Some(format!("{}{what}{}", &xml[..at], &xml[at..]))
}

/// XML with the first element of the root moved to its end.
fn first_element_last(xml: &str) -> Option<String> {
    let declaration = xml.len() - without_declaration(xml).len();
    let start = declaration + xml[declaration..].find('>')? + 1;
    let name = xml[start..].strip_prefix('<')?.split('>').next()?;
    let end_tag = format!("</{name}>");
    let end = start + xml[start..].find(&end_tag)? + end_tag.len();
    let moved = format!("{}{}", &xml[..start], &xml[end..]);
    before_last_tag(&moved, &xml[start..end])
}
