//! Ways: each way in which a response can be, right, in another dialect, or broken; those of any body are here.

use serde_json::Value;

use super::fields::field_ways;
use super::rewrite::{
    before_last_tag, escaped, first_element_last, reversed, surprise, with_references, without_declaration,
};
use super::{Absent, BodySample, Reading, errors, json, name, transfer, xml};
use crate::case::{Catalogue, Class};
use crate::dialect::{Dialect, SWITCHES};
use crate::fault::RawResponse;
use crate::format::{Format, to_json};
use crate::http::Framing;
use crate::operation::{Operation, OperationOutput};

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

    pub(super) fn name(&self) -> &'static str {
        self.pointer.rsplit('/').next().unwrap_or(self.pointer)
    }

    /// The names of the elements that lead to it in XML.
    fn elements(&self) -> impl Iterator<Item = &'static str> {
        self.pointer.split('/').filter(|piece| !piece.is_empty() && piece.parse::<usize>().is_err())
    }

    /// Where it stands in an XML body: its whole element, and the text in it.
    pub(super) fn place(&self, xml: &str) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
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

/// An answer as it should be, and the operation that gives it.
pub(super) struct Good<'a, O> {
    pub(super) output: &'a O,
    pub(super) format: Format,
    pub(super) operation: &'static Operation,
    fields: &'static [Field],
}

/// What became of it: the response, and the right reading.
pub(super) struct Bent<O> {
    pub(super) response: RawResponse,
    pub(super) then: Reading<O>,
    pub(super) absent: Option<Absent>,
}

impl<O> Bent<O> {
    pub(super) fn status(mut self, status: u16) -> Self {
        self.response.status = status;
        self
    }

    /// With a header in place of one of the same name.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.response = self.response.header(name, value);
        self
    }

    pub(super) fn framing(mut self, framing: Framing) -> Self {
        self.response = self.response.framing(framing);
        self
    }
}

type Bend<O> = Box<dyn Fn(&Good<'_, O>) -> Option<Bent<O>>>;

/// One way in which a response can be: its name, its class, the fact that it shows, and how it is made.
pub(crate) struct Way<I: Catalogue> {
    pub(super) name: String,
    pub(super) class: Class,
    pub(super) fact: &'static str,
    pub(super) bend: Bend<I::Output>,
}

impl<I: Catalogue> Way<I> {
    /// The response with an answer; `None` if this answer cannot be so.
    pub(super) fn body(&self, output: &I::Output, format: Format) -> Option<BodySample<I>> {
        let Bent { response, then, absent } =
            (self.bend)(&Good { output, format, operation: I::OPERATION, fields: I::FIELDS })?;
        let (name, facts) = (name::of_body(&self.name), vec![self.fact]);
        Some(BodySample { name, facts, class: self.class, format, response, then, absent })
    }
}

impl<O: OperationOutput> Good<'_, O> {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.output.encode(self.format, &Dialect::default())
    }

    pub(super) fn text(&self) -> String {
        text_of(self.output, self.format)
    }

    /// The body, where it is JSON.
    pub(super) fn value(&self) -> Option<Value> {
        (self.format == Format::Json).then(|| self.json())
    }

    /// The answer as JSON, in whichever encoding it goes out.
    pub(super) fn json(&self) -> Value {
        let bytes = self.output.encode(Format::Json, &Dialect::default());
        serde_json::from_slice(&bytes).expect("an encoder writes JSON")
    }

    /// The JSON body with a field written so, whether or not that is JSON.
    pub(super) fn with_raw(&self, field: &Field, written: &str) -> Option<Vec<u8>> {
        const MARK: &str = "\u{1f}mark";
        let mut value = self.json();
        *value.pointer_mut(field.pointer)? = Value::from(MARK);
        let text = value.to_string().replacen(&Value::from(MARK).to_string(), written, 1);
        Some(text.into_bytes())
    }

    /// The XML body with the content of a field's element written so, whether or not that is XML.
    pub(super) fn with_content(&self, field: &Field, written: &str) -> Option<Vec<u8>> {
        let mut text = self.text();
        let (_, content) = field.place(&text)?;
        text.replace_range(content, written);
        Some(text.into_bytes())
    }

    /// The answer in which the first field that may hold any text holds this one.
    pub(super) fn with_text(&self, text: &str) -> Option<(&'static Field, O)> {
        self.fields.iter().filter(|field| field.kind == FieldKind::Text).find_map(|field| {
            let mut value = self.json();
            *value.pointer_mut(field.pointer).filter(|value| value.is_string())? = Value::from(text);
            let output: O = serde_json::from_value(value).ok()?;
            Some((field, output))
        })
    }

    /// The first list of the answer: the names of the elements around it, its own, and the answer in which it is empty.
    pub(super) fn with_empty_list(&self) -> Option<(Vec<&'static str>, &'static str, O)> {
        self.fields.iter().find_map(|field| {
            let (list, _) = field.pointer.split_once("/0/")?;
            let mut value = self.json();
            value.pointer_mut(list)?.as_array_mut()?.clear();
            let mut names: Vec<&str> = list.split('/').skip(1).collect();
            Some((names.clone(), names.pop()?, serde_json::from_value(value).ok()?))
        })
    }

    /// The content type of such an answer.
    pub(super) fn content_type(&self) -> &'static str {
        (self.operation.protocol().content_type)(self.format)
    }

    /// The same without what follows the type.
    pub(super) fn bare_content_type(&self) -> &'static str {
        let whole = self.content_type();
        whole.split_once(';').map_or(whole, |(bare, _)| bare)
    }

    pub(super) fn read(&self, bytes: impl Into<Vec<u8>>) -> Bent<O> {
        self.bent(bytes, vec![self.output.clone()], false)
    }

    pub(super) fn read_or_error(&self, bytes: impl Into<Vec<u8>>) -> Bent<O> {
        self.bent(bytes, vec![self.output.clone()], true)
    }

    pub(super) fn error(&self, bytes: impl Into<Vec<u8>>) -> Bent<O> {
        self.bent(bytes, Vec::new(), true)
    }

    pub(super) fn bent(&self, bytes: impl Into<Vec<u8>>, outputs: Vec<O>, error: bool) -> Bent<O> {
        let response = RawResponse::new(200, self.content_type(), bytes);
        Bent { response, then: Reading { outputs, values: Vec::new(), error }, absent: None }
    }
}

/// An answer in an encoding, as text.
pub(super) fn text_of<O: OperationOutput>(output: &O, format: Format) -> String {
    String::from_utf8(output.encode(format, &Dialect::default())).expect("an encoder writes UTF-8")
}

/// Every way in which a body of this answer can be.
pub(crate) fn ways<I: Catalogue>() -> Vec<Way<I>> {
    let mut ways = whole_ways();
    ways.extend(json::ways());
    ways.extend(xml::ways());
    ways.extend(transfer::ways());
    ways.extend(errors::ways());
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

pub(super) fn way<I: Catalogue>(
    name: &str,
    class: Class,
    fact: &'static str,
    bend: impl Fn(&Good<'_, I::Output>) -> Option<Bent<I::Output>> + 'static,
) -> Way<I> {
    Way { name: name.to_owned(), class, fact, bend: Box::new(bend) }
}

pub(super) const HTML: &str =
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";

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
            Some(good.read_or_error(good.bytes()).header("content-type", "text/html;charset=utf-8"))
        }),
        way("other_encoding", Malformed, "client.content_type", |good: &Good<'_, I::Output>| {
            let (other, content_type) = match good.format {
                Format::Json => (Format::Xml, "text/xml;charset=utf-8"),
                Format::Xml => (Format::Json, "application/json;charset=utf-8"),
            };
            let bytes = good.output.encode(other, &Dialect::default());
            // An operation of one encoding gives the same.
            (bytes != good.bytes()).then(|| good.read_or_error(bytes).header("content-type", content_type))
        }),
        way("html", Malformed, "client.no_answer", |good| Some(good.error(HTML).header("content-type", "text/html"))),
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
