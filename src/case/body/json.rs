//! Ways of JSON: what JSON leaves open, allows up to a limit, or forbids while some parsers read it.

use super::ways::{Good, Way, text_of, way};
use crate::case::{Catalogue, Class::Malformed};
use crate::format::Format;

/// How deep an unknown field nests.
const DEPTH: usize = 1000;

pub(super) fn ways<I: Catalogue>() -> Vec<Way<I>> {
    vec![
        way("duplicate_key", Malformed, "client.json.duplicate_key", |good: &Good<'_, I::Output>| {
            good.value()?;
            let (field, other) = good.with_text("another")?;
            let first = good.json().pointer(field.pointer)?.to_string();
            let body = good.with_raw(field, &format!("{first},\"{}\":\"another\"", field.name()))?;
            Some(good.bent(body, vec![good.output.clone(), other], true))
        }),
        way("lone_surrogate", Malformed, "client.json.lone_surrogate", |good: &Good<'_, I::Output>| {
            good.value()?;
            let (field, replaced) = good.with_text("task \u{fffd}")?;
            Some(good.bent(good.with_raw(field, r#""task \ud800""#)?, vec![replaced], true))
        }),
        way("trailing_comma", Malformed, "client.json.trailing_comma", |good: &Good<'_, I::Output>| {
            good.value()?;
            let text = good.text();
            Some(good.read_or_error(format!("{},}}", text.strip_suffix('}')?)))
        }),
        way("deep", Malformed, "client.deep", |good: &Good<'_, I::Output>| {
            let deep = match good.format {
                Format::Json => {
                    let (open, closed) = ("[".repeat(DEPTH), "]".repeat(DEPTH));
                    format!("{{\"Surprise\":{open}{closed},{}", good.text().strip_prefix('{')?)
                }
                Format::Xml => {
                    let (open, closed) = ("<a>".repeat(DEPTH), "</a>".repeat(DEPTH));
                    super::rewrite::before_last_tag(&text_of(good.output, Format::Xml), &format!("{open}{closed}"))?
                }
            };
            Some(good.read_or_error(deep))
        }),
    ]
}
