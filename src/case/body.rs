//! Bodies: an answer on the wire as it should be, in another dialect, or broken in one known way.

use std::fmt::{self, Debug};

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{
    Class, Difference, Mismatch, OperationInput, OperationOutput, differences, lines, shown, shown_facts, tell,
};
use crate::dialect::{Dialect, SWITCHES};
use crate::format::{Format, to_json};
use crate::services::{RawResponse, State, operation};

/// The bytes of an answer, what they are like, and what a sound client makes of them.
///
/// ```
/// use taskmock::{Format, body_catalogue, ehpc::list_tasks::Input};
/// let bodies = body_catalogue::<Input>(Format::Json);
/// let truncated = bodies.iter().find(|body| body.name == "body.truncated").unwrap();
/// assert!(truncated.then.outputs.is_empty() && truncated.then.error);
/// assert!(truncated.check(Err("unexpected end")).is_ok());
/// ```
#[derive(Clone)]
pub struct BodySample<I: OperationInput> {
    /// Its name.
    pub name: String,
    /// The ids of the facts that it shows.
    pub facts: Vec<&'static str>,
    /// What it is like: valid, dialect or malformed.
    pub class: Class,
    /// The encoding that was asked for.
    pub format: Format,
    /// What the response says that it is.
    pub content_type: String,
    /// The body.
    pub bytes: Vec<u8>,
    /// What a sound client makes of it.
    pub then: Reading<I::Output>,
    /// What a client shows that shows that a field is not there.
    #[cfg_attr(not(feature = "conformance"), allow(dead_code))]
    pub(crate) absent: Option<Absent>,
}

/// An answer in which a field is not there.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "conformance"), allow(dead_code))]
pub(crate) struct Absent {
    /// With the field.
    pub(crate) whole: Value,
    /// Without it.
    pub(crate) rest: Value,
}

/// What a sound client makes of a body: one of some outputs, or an error if that is right too.
/// It never makes up a value, panics or waits for ever.
///
/// ```
/// use taskmock::{Format, Reading, body_catalogue, dws::list_logical_cluster_tasks::Input};
/// let Reading { outputs, error } = &body_catalogue::<Input>(Format::Json)[0].then;
/// assert!(outputs.len() == 1 && !error);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading<O> {
    /// The outputs that are right; none: it has to be an error.
    pub outputs: Vec<O>,
    /// Whether an error is right.
    #[serde(rename = "may_be_error")]
    pub error: bool,
}

impl<I: OperationInput> BodySample<I> {
    /// Whether a client read it as it should.
    ///
    /// # Errors
    ///
    /// What is different, and everything that helps to see why.
    ///
    /// ```
    /// use taskmock::{Format, body_catalogue, dialect::Dialect, ehpc::list_tasks::{Input, Output}};
    /// for body in body_catalogue::<Input>(Format::Xml) {
    ///     body.check(Output::decode(&body.bytes, Format::Xml, &Dialect::default()))?;
    /// }
    /// # Ok::<(), taskmock::Mismatch>(())
    /// ```
    pub fn check<E: Debug>(&self, got: Result<I::Output, E>) -> Result<(), Mismatch> {
        let found = self.differences(got);
        if found.is_empty() {
            return Ok(());
        }
        Err(Mismatch(format!("the client read something else than the body says\n{}{self:?}", lines(&found))))
    }

    /// Returns what is wrong with what a client made of it; nothing if it is right.
    pub(crate) fn differences<E: Debug>(&self, got: Result<I::Output, E>) -> Vec<Difference> {
        let value = |output: &I::Output| serde_json::to_value(output).unwrap_or_default();
        match (&got, self.then.outputs.first()) {
            (Err(_), _) if self.then.error => Vec::new(),
            (Ok(output), _) if self.then.outputs.contains(output) => Vec::new(),
            (Err(error), _) => vec![Difference::new("answer", "an output", format!("an error: {error:?}"))],
            (Ok(output), None) => vec![Difference::new("answer", "an error: the body cannot be read", value(output))],
            (Ok(output), Some(expected)) => {
                let mut found = Vec::new();
                differences(&mut found, "output", &value(expected), &value(output));
                found
            }
        }
    }

    /// A state in which every call of the operation is answered with this body and status 200, for
    /// a client that can only be tested over a socket.
    ///
    /// ```
    /// use taskmock::{Backend, Format, body_catalogue, ehpc::list_tasks::Input};
    /// let body = &body_catalogue::<Input>(Format::Json)[0];
    /// let response = Backend::new(body.state()).respond(&Input::new("any").request(Format::Json));
    /// assert_eq!(response.body()[..], body.bytes[..]);
    /// ```
    pub fn state(&self) -> State {
        let response = RawResponse::new(200, &self.content_type, self.bytes.clone());
        State::default().arming_response(I::ID, response)
    }
}

impl<I: OperationInput> Serialize for BodySample<I> {
    /// As `kind` (`body`), `name`, `operation`, `class`, `format`, `facts` with their sources, `content_type`, the
    /// `body` (a text, or a list of bytes if it is not UTF-8), and `then`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("BodySample", 9)?;
        fields.serialize_field("kind", "body")?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("operation", I::ID)?;
        fields.serialize_field("class", &self.class)?;
        fields.serialize_field("format", &self.format)?;
        fields.serialize_field("facts", &shown_facts(&self.facts))?;
        fields.serialize_field("content_type", &self.content_type)?;
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => fields.serialize_field("body", text)?,
            Err(_) => fields.serialize_field("body", &self.bytes)?,
        }
        fields.serialize_field("then", &self.then)?;
        fields.end()
    }
}

impl<I: OperationInput> Debug for BodySample<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {}, {}, {}", self.name, I::ID, self.format, self.class)?;
        writeln!(f, "  response 200 {}", self.content_type)?;
        writeln!(f, "  body     {}", shown(&self.bytes))?;
        let right = match (&self.then.outputs[..], self.then.error) {
            ([], _) => "an error".to_owned(),
            ([output, ..], error) => {
                let output = serde_json::to_string(output).unwrap_or_default();
                if error { format!("{output}, or an error") } else { output }
            }
        };
        writeln!(f, "  right    {}", shown(right.as_bytes()))?;
        let (path, format) = (I::ID.replace('.', "::"), format!("{:?}", self.format));
        write!(f, "  replay   taskmock::body::<taskmock::{path}::Input>({:?}, taskmock::Format::{format})", self.name)?;
        tell(f, &self.facts)
    }
}

/// A field of an answer that can be broken.
#[doc(hidden)]
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
pub(crate) struct Good<'a, O> {
    pub(crate) output: &'a O,
    pub(crate) format: Format,
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
pub(crate) struct Way<O> {
    pub(crate) name: String,
    pub(crate) class: Class,
    fact: &'static str,
    bend: Bend<O>,
}

impl<O: OperationOutput> Way<O> {
    /// The body of an answer; none if this answer cannot be so.
    pub(crate) fn body<I: OperationInput<Output = O>>(&self, output: &O, format: Format) -> Option<BodySample<I>> {
        let bent = (self.bend)(&Good { output, format })?;
        let operation = operation(I::ID).expect("every Input is of a registered operation");
        let content_type =
            bent.content_type.map_or_else(|| (operation.protocol().content_type)(format).to_owned(), str::to_owned);
        Some(BodySample {
            name: format!("body.{}", self.name),
            facts: vec![self.fact],
            class: self.class,
            format,
            content_type,
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
pub(crate) fn ways<O: OperationOutput>() -> Vec<Way<O>> {
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
    for field in O::fields() {
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

fn way<O>(
    name: &str,
    class: Class,
    fact: &'static str,
    bend: impl Fn(&Good<'_, O>) -> Option<Bent<O>> + 'static,
) -> Way<O> {
    Way { name: name.to_owned(), class, fact, bend: Box::new(bend) }
}

const HTML: &str = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

fn whole_ways<O: OperationOutput>() -> Vec<Way<O>> {
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
        way("other_encoding", Malformed, "client.content_type", |good: &Good<'_, O>| {
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

fn field_ways<O: OperationOutput>(field: &'static Field) -> Vec<Way<O>> {
    let named = |what: &str| format!("{what}.{}", field.pointer.trim_start_matches('/').replace('/', "."));
    // What SDKs read as absent may be read so.
    let absent = move |good: &Good<'_, O>, bytes: Vec<u8>, value: Option<Value>| {
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
            bend: Box::new(move |good| {
                // The JSON says which output it is, in either encoding.
                let json = good.output.encode(Format::Json, &Dialect::default());
                let mut value: Value = serde_json::from_slice(&json).ok()?;
                *value.pointer_mut(field.pointer)? = Value::from("Mystery");
                let output: O = serde_json::from_value(value).ok()?;
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
            let output: O = serde_json::from_value(value).ok()?;
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
