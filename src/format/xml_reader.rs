//! Reads XML into any serde model, more strictly than quick-xml: a second root, text outside of it, a
//! character that XML forbids, an unknown entity and a value given twice are refused.

use std::collections::HashMap;
use std::fmt;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, Visitor};

use super::DecodeError;
use super::xml_writer::is_forbidden;

/// Models nest four deep; deeper input is no body of ours.
const DEEPEST: usize = 64;

pub(super) fn read_document<T: DeserializeOwned>(root: &str, body: &[u8]) -> Result<T, DecodeError> {
    let mut roots = read_nodes(body)?.into_iter();
    let first = roots.next().ok_or_else(|| DecodeError("there is no root element".into()))?;
    if let Some(second) = roots.next() {
        return Err(DecodeError(format!("there is a second root element, `{}`", second.name)));
    }
    if first.name != root {
        return Err(DecodeError(format!("the root element is `{}`, not `{root}`", first.name)));
    }
    T::deserialize(Elements(&[&first]))
}

pub(super) fn read_fragment<T: DeserializeOwned>(body: &[u8]) -> Result<T, DecodeError> {
    let children = read_nodes(body)?;
    let root = Node { name: String::new(), text: String::new(), children };
    T::deserialize(Elements(&[&root]))
}

/// An element: its text and the elements in it.
#[derive(Debug, Default)]
struct Node {
    name: String,
    text: String,
    children: Vec<Node>,
}

fn read_nodes(body: &[u8]) -> Result<Vec<Node>, DecodeError> {
    let body = std::str::from_utf8(body).map_err(|error| DecodeError(format!("not UTF-8: {error}")))?;
    if let Some(character) = body.chars().find(|character| is_forbidden(*character)) {
        return Err(forbidden(character));
    }
    let mut reader = Reader::from_str(body);
    // The elements that are open, innermost last; the first stands for the document itself.
    let mut open = vec![Node::default()];
    loop {
        let event = reader.read_event().map_err(|error| DecodeError(error.to_string()))?;
        let Some(innermost) = open.last_mut() else { break };
        match event {
            Event::Start(tag) => {
                if open.len() > DEEPEST {
                    return Err(DecodeError(format!("more than {DEEPEST} elements are nested")));
                }
                let name = tag.name().as_ref().to_owned();
                open.push(Node { name, ..Node::default() });
            }
            Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                innermost.children.push(Node { name, ..Node::default() });
            }
            Event::End(_) => {
                let closed = open.pop().unwrap_or_default();
                match open.last_mut() {
                    Some(parent) => parent.children.push(closed),
                    None => return Err(DecodeError("an element is closed that was not opened".into())),
                }
            }
            Event::Text(text) => innermost.text.push_str(&text.xml10_content()),
            Event::CData(text) => innermost.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let character = reference.resolve_char_ref().map_err(|error| DecodeError(error.to_string()))?;
                let name = reference.into_inner();
                match (character, resolve_xml_entity(&name)) {
                    (Some(character), _) if is_forbidden(character) => return Err(forbidden(character)),
                    (Some(character), _) => innermost.text.push(character),
                    (None, Some(text)) => innermost.text.push_str(text),
                    (None, None) => return Err(DecodeError(format!("the entity `{name}` is not defined"))),
                }
            }
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    let document = open.swap_remove(0);
    if !document.text.trim().is_empty() {
        return Err(DecodeError(format!("there is text outside of the elements: `{}`", document.text.trim())));
    }
    match open.pop() {
        Some(node) => Err(DecodeError(format!("the element `{}` is not closed", node.name))),
        None => Ok(document.children),
    }
}

fn forbidden(character: char) -> DecodeError {
    DecodeError(format!("the character U+{:04X} is not allowed in XML", u32::from(character)))
}

/// The elements of one name inside one parent: one of them is a value, all of them are a list.
#[derive(Clone, Copy)]
struct Elements<'a>(&'a [&'a Node]);

impl<'a> Elements<'a> {
    fn only(self) -> Result<&'a Node, DecodeError> {
        match self.0 {
            [node] => Ok(node),
            nodes => Err(DecodeError(format!(
                "`{}` is there {} times where one value belongs",
                nodes.first().map_or("", |node| &node.name),
                nodes.len()
            ))),
        }
    }

    /// The text of the only element, which holds no others.
    fn text(self) -> Result<&'a Node, DecodeError> {
        let node = self.only()?;
        match node.children.first() {
            None => Ok(node),
            Some(child) => {
                Err(DecodeError(format!("`{}` holds the element `{}` where a text belongs", node.name, child.name)))
            }
        }
    }

    fn parse<T: std::str::FromStr>(self) -> Result<T, DecodeError> {
        let node = self.text()?;
        node.text.trim().parse().map_err(|_| DecodeError(format!("`{}` holds `{}`, no number", node.name, node.text)))
    }
}

impl de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        DecodeError(message.to_string())
    }
}

macro_rules! parsed {
    ($($method:ident $visit:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
            visitor.$visit(self.parse()?)
        })+
    };
}

impl<'de> de::Deserializer<'de> for Elements<'_> {
    type Error = DecodeError;

    parsed! {
        deserialize_bool visit_bool
        deserialize_i8 visit_i8
        deserialize_i16 visit_i16
        deserialize_i32 visit_i32
        deserialize_i64 visit_i64
        deserialize_u8 visit_u8
        deserialize_u16 visit_u16
        deserialize_u32 visit_u32
        deserialize_u64 visit_u64
        deserialize_f32 visit_f32
        deserialize_f64 visit_f64
        deserialize_char visit_char
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str(&self.text()?.text)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(self.text()?.text.as_str().into_deserializer())
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_seq(Items(self.0.iter()))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        let node = self.text()?;
        let value: serde_json::Value = serde_json::from_str(&node.text)
            .map_err(|error| DecodeError(format!("`{}` holds no JSON text: {error}", node.name)))?;
        de::Deserializer::deserialize_map(value, visitor).map_err(de::Error::custom)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        // In the order in which the names come first; without a scan, because the names are the sender's.
        let mut fields: Vec<(&str, Vec<&Node>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for child in &self.only()?.children {
            let place = *places.entry(&child.name).or_insert(fields.len());
            match fields.get_mut(place) {
                Some((_, nodes)) => nodes.push(child),
                None => fields.push((&child.name, vec![child])),
            }
        }
        visitor.visit_map(Fields { fields: fields.iter(), value: None })
    }

    serde::forward_to_deserialize_any! {
        i128 u128 str string bytes byte_buf unit unit_struct tuple tuple_struct identifier
    }

    /// A field that the model does not have may hold anything, any number of times.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }
}

/// The items of a list.
struct Items<'a>(std::slice::Iter<'a, &'a Node>);

impl<'de> de::SeqAccess<'de> for Items<'_> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        self.0.next().map(|node| seed.deserialize(Elements(&[node]))).transpose()
    }
}

/// The fields of a struct.
struct Fields<'a> {
    fields: std::slice::Iter<'a, (&'a str, Vec<&'a Node>)>,
    value: Option<&'a [&'a Node]>,
}

impl<'de> de::MapAccess<'de> for Fields<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some((name, nodes)) = self.fields.next() else { return Ok(None) };
        self.value = Some(nodes);
        let name: StrDeserializer<'_, DecodeError> = (*name).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        seed.deserialize(Elements(self.value.take().unwrap_or_default()))
    }
}
