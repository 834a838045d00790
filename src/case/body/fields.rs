//! Ways to break one field of an answer: it is missing, null, of another type, unknown, or a number that hurts.

use serde_json::Value;

use super::ways::{Bent, Field, FieldKind, Good, Way};
use super::{Absent, Reading};
use crate::case::{Catalogue, Class};
use crate::dialect::Dialect;
use crate::format::{Format, to_json};
use crate::operation::OperationOutput;

pub(super) fn field_ways<I: Catalogue>(field: &'static Field) -> Vec<Way<I>> {
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
    ways.extend(NUMBERS.iter().map(|number| number.way(field, named(number.name))));
    ways
}

/// A number as no answer writes it.
struct Hurting {
    name: &'static str,
    fact: &'static str,
    /// As it is written; none: the number of the answer, followed by `suffix`.
    written: Option<&'static str>,
    suffix: &'static str,
    /// Whether the value that is written may be read.
    is_number: bool,
}

const fn hurting(name: &'static str, fact: &'static str, written: &'static str) -> Hurting {
    Hurting { name, fact, written: Some(written), suffix: "", is_number: true }
}

const fn suffixed(name: &'static str, suffix: &'static str) -> Hurting {
    Hurting { name, fact: "client.number.decimal", written: None, suffix, is_number: true }
}

const fn no_number(name: &'static str, written: &'static str) -> Hurting {
    Hurting { name, fact: "client.number.none", written: Some(written), suffix: "", is_number: false }
}

const NUMBERS: &[Hurting] = &[
    hurting("over_32_bits", "client.number.out_of_range", "2147483648"),
    hurting("over_64_bits", "client.number.out_of_range", "9223372036854775808"),
    hurting("negative", "client.number.out_of_range", "-1"),
    suffixed("decimal", ".0"),
    suffixed("exponent", "e0"),
    Hurting { written: Some("1e1"), ..suffixed("exponent_of_ten", "") },
    no_number("not_a_number", "NaN"),
    no_number("infinity", "Infinity"),
];

impl Hurting {
    fn way<I: Catalogue>(&'static self, field: &'static Field, name: String) -> Way<I> {
        Way {
            name,
            class: Class::Malformed,
            fact: self.fact,
            bend: Box::new(move |good| {
                let whole = good.json();
                let plain = whole.pointer(field.pointer)?.as_u64()?;
                let written = self.written.map_or_else(|| format!("{plain}{}", self.suffix), str::to_owned);
                let bytes = match good.format {
                    Format::Json => good.with_raw(field, &written)?,
                    Format::Xml => good.with_content(field, &written)?,
                };
                let mut then = Reading { outputs: Vec::new(), values: Vec::new(), error: true };
                // A number is the same however it is written: 10, 10.0 and 1e1 are one.
                let exact: Option<Value> = serde_json::from_str(&written).ok().filter(|_| self.is_number);
                if let Some(exact) = exact {
                    let whole_number =
                        exact.as_f64().filter(|_| exact.is_f64()).map(|number| Value::from(number as u64));
                    for number in [Some(exact), whole_number].into_iter().flatten() {
                        let mut value = whole.clone();
                        *value.pointer_mut(field.pointer)? = number;
                        match serde_json::from_value(value.clone()) {
                            Ok(output) => then.outputs.push(output),
                            Err(_) => then.values.push(value),
                        }
                    }
                }
                Some(Bent { then, ..good.bent(bytes, Vec::new(), true) })
            }),
        }
    }
}
