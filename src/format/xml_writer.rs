//! Writes any serde model as XML: a plain writer, a third of the cost of a general serializer.

use std::fmt::{self, Write as _};

use quick_xml::escape::partial_escape;
use serde::ser::{self, Impossible, Serialize};

/// Writes `model` as the element `name`.
pub(super) fn write(out: &mut String, name: &'static str, model: &impl Serialize) {
    // Models hold texts, numbers, lists, structs and maps; none of them can fail.
    model.serialize(Element { out, name }).expect("a model is always XML");
}

/// Writes the fields of `model`, a struct, without an element around them.
pub(super) fn write_fields(out: &mut String, model: &impl Serialize) {
    write(out, NO_ELEMENT, model);
}

const NO_ELEMENT: &str = "";

/// Serializes one value as the element `name`; a list as one such element for each item.
struct Element<'a> {
    out: &'a mut String,
    name: &'static str,
}

impl<'a> Element<'a> {
    fn open(self) -> OpenElement<'a> {
        if self.name != NO_ELEMENT {
            self.out.push('<');
            self.out.push_str(self.name);
            self.out.push('>');
        }
        OpenElement { out: self.out, name: self.name }
    }

    fn text(self, text: &str) -> Result<(), XmlError> {
        let element = self.open();
        write_text(element.out, text);
        element.close()
    }

    fn integer(self, value: impl itoa::Integer) -> Result<(), XmlError> {
        let element = self.open();
        element.out.push_str(itoa::Buffer::new().format(value));
        element.close()
    }

    fn display(self, value: impl fmt::Display) -> Result<(), XmlError> {
        let element = self.open();
        let _ = write!(element.out, "{value}");
        element.close()
    }
}

/// An element whose start tag is written.
struct OpenElement<'a> {
    out: &'a mut String,
    name: &'static str,
}

impl OpenElement<'_> {
    fn close(self) -> Result<(), XmlError> {
        if self.name != NO_ELEMENT {
            self.out.push_str("</");
            self.out.push_str(self.name);
            self.out.push('>');
        }
        Ok(())
    }
}

/// Whether XML 1.0 has no way to carry a character.
pub(crate) fn is_forbidden(character: char) -> bool {
    matches!(character, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

/// The bytes that are written as they are. 0xEF is the first of U+FFFE and U+FFFF; hardly any text
/// has it.
const PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        plain[byte] = byte == b'\n' as usize || byte == b'\t' as usize;
        byte += 1;
    }
    plain[b'<' as usize] = false;
    plain[b'>' as usize] = false;
    plain[b'&' as usize] = false;
    plain[0xef] = false;
    plain
};

/// Writes character data.
fn write_text(out: &mut String, text: &str) {
    if text.bytes().all(|byte| PLAIN[usize::from(byte)]) {
        out.push_str(text);
        return;
    }
    for character in partial_escape(text).chars() {
        match character {
            '\r' => out.push_str("&#13;"),
            forbidden if is_forbidden(forbidden) => out.push('\u{fffd}'),
            carried => out.push(carried),
        }
    }
}

impl<'a> ser::Serializer for Element<'a> {
    type Ok = ();
    type Error = XmlError;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Impossible<(), XmlError>;
    type SerializeTupleStruct = Impossible<(), XmlError>;
    type SerializeTupleVariant = Impossible<(), XmlError>;
    type SerializeMap = JsonMap<'a>;
    type SerializeStruct = OpenElement<'a>;
    type SerializeStructVariant = Impossible<(), XmlError>;

    fn serialize_bool(self, value: bool) -> Result<(), XmlError> {
        self.display(value)
    }
    fn serialize_i8(self, value: i8) -> Result<(), XmlError> {
        self.integer(value)
    }
    fn serialize_i16(self, value: i16) -> Result<(), XmlError> {
        self.integer(value)
    }
    fn serialize_i32(self, value: i32) -> Result<(), XmlError> {
        self.integer(value)
    }
    fn serialize_i64(self, value: i64) -> Result<(), XmlError> {
        self.integer(value)
    }
    fn serialize_u8(self, value: u8) -> Result<(), XmlError> {
        self.integer(value)
    }
    fn serialize_u16(self, value: u16) -> Result<(), XmlError> {
        self.integer(value)
    }
    fn serialize_u32(self, value: u32) -> Result<(), XmlError> {
        self.integer(value)
    }
    fn serialize_u64(self, value: u64) -> Result<(), XmlError> {
        self.integer(value)
    }
    fn serialize_f32(self, value: f32) -> Result<(), XmlError> {
        self.display(value)
    }
    fn serialize_f64(self, value: f64) -> Result<(), XmlError> {
        self.display(value)
    }
    fn serialize_char(self, value: char) -> Result<(), XmlError> {
        self.text(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Result<(), XmlError> {
        self.text(value)
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<(), XmlError> {
        Err(XmlError::unsupported("bytes"))
    }
    fn serialize_none(self) -> Result<(), XmlError> {
        Ok(())
    }
    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), XmlError> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), XmlError> {
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), XmlError> {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, word: &'static str) -> Result<(), XmlError> {
        self.text(word)
    }
    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _: &'static str, value: &T) -> Result<(), XmlError> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), XmlError> {
        Err(XmlError::unsupported("an enumeration with data"))
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, XmlError> {
        Ok(Items { out: self.out, name: self.name })
    }
    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, XmlError> {
        Err(XmlError::unsupported("a tuple"))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTuple, XmlError> {
        Err(XmlError::unsupported("a tuple"))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTuple, XmlError> {
        Err(XmlError::unsupported("an enumeration with data"))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<JsonMap<'a>, XmlError> {
        Ok(JsonMap { element: self, map: serde_json::Map::new(), key: String::new() })
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<OpenElement<'a>, XmlError> {
        Ok(self.open())
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, XmlError> {
        Err(XmlError::unsupported("an enumeration with data"))
    }
}

impl ser::SerializeStruct for OpenElement<'_> {
    type Ok = ();
    type Error = XmlError;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), XmlError> {
        value.serialize(Element { out: self.out, name })
    }

    fn end(self) -> Result<(), XmlError> {
        self.close()
    }
}

/// A list: the same element again and again.
struct Items<'a> {
    out: &'a mut String,
    name: &'static str,
}

impl ser::SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = XmlError;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), XmlError> {
        value.serialize(Element { out: self.out, name: self.name })
    }

    fn end(self) -> Result<(), XmlError> {
        Ok(())
    }
}

/// A map of free-form values: JSON text inside the element.
struct JsonMap<'a> {
    element: Element<'a>,
    map: serde_json::Map<String, serde_json::Value>,
    key: String,
}

impl ser::SerializeMap for JsonMap<'_> {
    type Ok = ();
    type Error = XmlError;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), XmlError> {
        match serde_json::to_value(key).map_err(ser::Error::custom)? {
            serde_json::Value::String(key) => self.key = key,
            _ => return Err(XmlError::unsupported("a map whose keys are no texts")),
        }
        Ok(())
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), XmlError> {
        let value = serde_json::to_value(value).map_err(ser::Error::custom)?;
        self.map.insert(std::mem::take(&mut self.key), value);
        Ok(())
    }

    fn end(self) -> Result<(), XmlError> {
        self.element.text(&serde_json::Value::Object(self.map).to_string())
    }
}

/// A value for which this writer has no XML; no model has one.
#[derive(Debug)]
struct XmlError(String);

impl XmlError {
    fn unsupported(what: &str) -> Self {
        XmlError(format!("{what} has no XML here"))
    }
}

impl fmt::Display for XmlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for XmlError {}

impl ser::Error for XmlError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        XmlError(message.to_string())
    }
}
