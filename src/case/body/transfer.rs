//! Ways of HTTP: how a body is coded, framed and labelled.

use super::ways::{Good, Way, text_of, way};
use crate::backend::gzip::gzip;
use crate::case::{Catalogue, Class::Malformed, Class::Valid};
use crate::http::Framing;

pub(super) fn ways<I: Catalogue>() -> Vec<Way<I>> {
    vec![
        way("gzip", Malformed, "client.http.gzip", |good: &Good<'_, I::Output>| {
            Some(good.read_or_error(gzip(&good.bytes())).header("content-encoding", "gzip"))
        }),
        way("gzip_without_header", Malformed, "client.http.gzip.unlabelled", |good: &Good<'_, I::Output>| {
            Some(good.error(gzip(&good.bytes())))
        }),
        way("chunked", Valid, "client.http.chunked", |good| Some(good.read(good.bytes()).framing(Framing::Chunked))),
        way("chunked_with_trailers", Valid, "client.http.chunked", |good: &Good<'_, I::Output>| {
            let mut bent = good.read(good.bytes());
            bent.response = bent.response.trailer("x-checksum", "0");
            Some(bent)
        }),
        way("length_too_long", Malformed, "client.http.length", |good: &Good<'_, I::Output>| {
            let length = good.bytes().len() as u64 + 1;
            Some(good.read_or_error(good.bytes()).framing(Framing::WrongLength(length)))
        }),
        way("length_too_short", Malformed, "client.http.length", |good: &Good<'_, I::Output>| {
            let length = good.bytes().len() as u64 - 1;
            Some(good.read_or_error(good.bytes()).framing(Framing::WrongLength(length)))
        }),
        way("charset", Malformed, "client.http.charset", |good: &Good<'_, I::Output>| {
            let (_, output) = good.with_text("任务")?;
            let kind = format!("{};charset=ISO-8859-1", good.bare_content_type());
            Some(good.bent(text_of(&output, good.format), vec![output], true).header("content-type", &kind))
        }),
        way("no_content", Malformed, "client.http.no_content", |good| Some(good.error("").status(204))),
    ]
}
