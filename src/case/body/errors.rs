//! Ways of refusals: an error that is not in the envelope, the encoding or the status that documents give it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::ways::{Bent, Good, HTML, Way, way};
use crate::case::{Catalogue, Class::Malformed};
use crate::dialect::Dialect;
use crate::error_code::Refusal;
use crate::format::Format;
use crate::http::Response;
use crate::operation::{Envelope, OperationOutput};
use crate::seed::Seed;

pub(super) fn ways<I: Catalogue>() -> Vec<Way<I>> {
    vec![
        way("error_with_200", Malformed, "client.error.with_200", |good| Some(refused(good)?.status(200))),
        way("error_html", Malformed, "client.error.no_envelope", |good: &Good<'_, I::Output>| {
            Some(
                good.error(HTML.replace("502 Bad Gateway", "503 Service Unavailable"))
                    .status(503)
                    .header("content-type", "text/html"),
            )
        }),
        way("error_empty", Malformed, "client.error.no_envelope", |good| Some(good.error("").status(404))),
        way("error_in_other_case", Malformed, "client.error.case", |good: &Good<'_, I::Output>| {
            let bent = refused(good)?;
            let text = String::from_utf8(bent.response.body.clone()).ok()?;
            let other = in_other_case(&text, good.format);
            (other != text).then(|| with_body(bent, other))
        }),
        way("error_in_other_encoding", Malformed, "client.error.encoding", |good: &Good<'_, I::Output>| {
            let other = match good.format {
                Format::Json => Format::Xml,
                Format::Xml => Format::Json,
            };
            let own = refused(good)?;
            let bent = refused_in(good, other, None)?;
            // A protocol of one encoding has no other.
            (own.response.body != bent.response.body).then_some(bent)
        }),
        way("error_base64", Malformed, "client.error.base64", |good: &Good<'_, I::Output>| {
            let bent = refused(good)?;
            let text = STANDARD.encode(&bent.response.body);
            Some(with_body(bent, text))
        }),
        way("error_unfilled", Malformed, "client.error.unfilled", |good| refused_in(good, good.format, Some("%s"))),
    ]
}

/// A refusal of the operation, as its cloud writes it.
pub(super) fn refused<O: OperationOutput>(good: &Good<'_, O>) -> Option<Bent<O>> {
    refused_in(good, good.format, None)
}

/// The same in an encoding, about an argument if its words have a place for one.
fn refused_in<O: OperationOutput>(
    good: &Good<'_, O>,
    format: Format,
    argument: Option<&'static str>,
) -> Option<Bent<O>> {
    let operation = good.operation;
    let has_place = |text: &str| argument.is_none() || text.contains("%s");
    let row = operation.errors.iter().chain(operation.protocol().gateway_errors).find(|row| has_place(row.message))?;
    let own = if row.argument.is_empty() { operation.parameters.first()?.name } else { row.argument };
    let protocol = operation.protocol();
    let around = Envelope {
        format,
        dialect: &Dialect::default(),
        host: operation.service.host,
        request_id: (protocol.request_id)(Seed(0), 0),
    };
    let refusal = Refusal { row, argument: argument.unwrap_or(own).into() };
    let response = Response::from((protocol.refuse)(&refusal, &around));
    let mut bent = good.error(response.body().to_vec()).status(response.status().as_u16());
    for (name, value) in response.headers() {
        bent = bent.header(name.as_str(), value.to_str().ok()?);
    }
    Some(bent)
}

pub(super) fn with_body<O>(mut bent: Bent<O>, body: impl Into<Vec<u8>>) -> Bent<O> {
    bent.response.body = body.into();
    bent
}

/// An envelope whose keys begin with small letters instead of capitals, or the other way round. The keys of
/// both are ASCII.
fn in_other_case(text: &str, format: Format) -> String {
    let is_key_next = |before: &str| match format {
        Format::Json => before.ends_with("{\"") || before.ends_with(",\""),
        Format::Xml => before.ends_with('<') || before.ends_with("</"),
    };
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let other = match character {
            _ if !is_key_next(&out) => character,
            'a'..='z' => character.to_ascii_uppercase(),
            _ => character.to_ascii_lowercase(),
        };
        out.push(other);
    }
    out
}
