//! Ways of XML: everything that XML 1.0 lets a sender write, and what a receiver must not follow.

use super::rewrite::{before_last_tag, without_declaration};
use super::ways::{Bent, Good, Way, text_of, way};
use crate::case::{Catalogue, Class::Malformed, Class::Valid};
use crate::format::{Format, XML_DECLARATION};
use crate::operation::OperationOutput;

/// A text of three bytes a character in UTF-8, and the same in GBK.
const CHINESE: &str = "任务";
const CHINESE_IN_GBK: &[u8] = b"\xc8\xce\xce\xf1";

pub(super) fn ways<I: Catalogue>() -> Vec<Way<I>> {
    vec![
        way("cdata", Valid, "client.xml.cdata", |good| with_text(good, "<![CDATA[a < b & c]]>", "a < b & c")),
        way("comment_in_text", Valid, "client.xml.comment", |good| with_text(good, "a<!-- comment -->b", "ab")),
        way("processing_instruction", Valid, "client.xml.processing_instruction", |good: &Good<'_, I::Output>| {
            let bent = with_text(good, "a<?keep calm?>b", "ab")?;
            let text = String::from_utf8(bent.response.body).ok()?;
            let (head, rest) = split_declaration(&text);
            Some(good.bent(format!("{head}<?sort alpha-ascending?>{rest}"), bent.then.outputs, false))
        }),
        way("attributes", Valid, "client.xml.attributes", |good: &Good<'_, I::Output>| {
            let text = xml(good)?;
            let at = without_declaration(&text).find('>')? + text.len() - without_declaration(&text).len();
            Some(good.read(format!("{} version='1' note=\"a &gt; b\"{}", &text[..at], &text[at..])))
        }),
        way("namespace", Malformed, "client.xml.namespace", |good: &Good<'_, I::Output>| {
            let text = xml(good)?;
            let at = without_declaration(&text).find('>')? + text.len() - without_declaration(&text).len();
            Some(good.read_or_error(format!("{} xmlns=\"http://example.com/\"{}", &text[..at], &text[at..])))
        }),
        way("namespace_prefix", Malformed, "client.xml.namespace", |good: &Good<'_, I::Output>| {
            let text = xml(good)?;
            let (head, rest) = split_declaration(&text);
            let prefixed = rest.replace("</", "\u{1}").replace('<', "<t:").replace('\u{1}', "</t:");
            let declared = prefixed.replacen('>', " xmlns:t=\"http://example.com/\">", 1);
            Some(good.read_or_error(format!("{head}{declared}")))
        }),
        way("empty_list_element", Malformed, "client.xml.empty_list", |good: &Good<'_, I::Output>| {
            xml(good)?;
            let (around, name, output) = good.with_empty_list()?;
            let text = text_of(&output, Format::Xml);
            let element = format!("<{name}/>");
            let body = match around.len() {
                1 => before_last_tag(&text, &element)?,
                _ => {
                    let end = format!("</{}>", around[around.len() - 2]);
                    text.replacen(&end, &format!("{element}{end}"), 1)
                }
            };
            Some(good.bent(body, vec![output], true))
        }),
        way("no_declaration", Valid, "client.xml.no_declaration", |good: &Good<'_, I::Output>| {
            let text = xml(good)?;
            let bare = without_declaration(&text);
            (bare.len() < text.len()).then(|| good.read(bare))
        }),
        way("internal_entity", Malformed, "client.xml.entity", |good: &Good<'_, I::Output>| {
            let bent = with_doctype(good, "<!ENTITY part \"b\">", "a &part; c", Some("a b c"))?;
            Some(bent)
        }),
        way("external_entity", Malformed, "client.xml.external_entity", |good: &Good<'_, I::Output>| {
            with_doctype(good, "<!ENTITY part SYSTEM \"file:///dev/null\">", "a&part;b", None)
        }),
        way("entity_bomb", Malformed, "client.xml.entity_bomb", |good: &Good<'_, I::Output>| {
            let level = |level: u32| format!("<!ENTITY e{level} \"{}\">", format!("&e{};", level - 1).repeat(10));
            let bomb: String = (1..=8).map(level).collect();
            with_doctype(good, &format!("<!ENTITY e0 \"ha\">{bomb}"), "&e8;", None)
        }),
        way("utf_16", Malformed, "client.xml.encoding", |good: &Good<'_, I::Output>| {
            let text = declared(&xml(good)?, "UTF-16");
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
            Some(good.read_or_error(bytes).header("content-type", good.bare_content_type()))
        }),
        way("utf_16_declared", Malformed, "client.xml.encoding.untrue", |good: &Good<'_, I::Output>| {
            let text = declared(&xml(good)?, "UTF-16");
            Some(good.read_or_error(text).header("content-type", good.bare_content_type()))
        }),
        way("gbk", Malformed, "client.xml.encoding", |good: &Good<'_, I::Output>| {
            let (_, output) = good.with_text(CHINESE)?;
            xml(good)?;
            let text = declared(&text_of(&output, Format::Xml), "GBK");
            let (before, after) = text.split_once(CHINESE)?;
            let bytes = [before.as_bytes(), CHINESE_IN_GBK, after.as_bytes()].concat();
            Some(good.bent(bytes, vec![output], true).header("content-type", good.bare_content_type()))
        }),
        way("gbk_declared", Malformed, "client.xml.encoding.untrue", |good: &Good<'_, I::Output>| {
            let text = declared(&xml(good)?, "GBK");
            // What is not ASCII is something else in GBK.
            let bent = good.read_or_error(text).header("content-type", good.bare_content_type());
            bent.response.body.is_ascii().then_some(bent)
        }),
        way("recommend", Valid, "client.error.recommend", |good: &Good<'_, I::Output>| {
            xml(good)?;
            let bent = super::errors::refused(good)?;
            let text = String::from_utf8(bent.response.body.clone()).ok()?;
            let link = "<Recommend><![CDATA[https://error-center.aliyun.com/status/search?Keyword=a&source=PopGw]]></Recommend>";
            Some(super::errors::with_body(bent, before_last_tag(&text, link)?))
        }),
    ]
}

/// The body, where it is XML.
fn xml<O: OperationOutput>(good: &Good<'_, O>) -> Option<String> {
    (good.format == Format::Xml).then(|| good.text())
}

/// The first text written so, which is read as `read`.
fn with_text<O: OperationOutput>(good: &Good<'_, O>, written: &str, read: &str) -> Option<Bent<O>> {
    xml(good)?;
    let (field, output) = good.with_text(read)?;
    Some(good.bent(good.with_content(field, written)?, vec![output], false))
}

/// The same under a DOCTYPE that declares entities; where nothing may be read, it is an error.
fn with_doctype<O: OperationOutput>(
    good: &Good<'_, O>,
    entities: &str,
    written: &str,
    read: Option<&str>,
) -> Option<Bent<O>> {
    xml(good)?;
    let (field, output) = good.with_text(read.unwrap_or_default())?;
    let text = String::from_utf8(good.with_content(field, written)?).ok()?;
    let (_, rest) = split_declaration(&text);
    let root = rest.strip_prefix('<')?.split('>').next()?;
    let body = format!("{XML_DECLARATION}<!DOCTYPE {root} [{entities}]>{rest}");
    Some(good.bent(body, read.map(|_| output).into_iter().collect(), true))
}

/// The declaration, and what follows it.
fn split_declaration(xml: &str) -> (&str, &str) {
    xml.split_at(xml.len() - without_declaration(xml).len())
}

/// A document whose declaration names another encoding.
fn declared(xml: &str, encoding: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>{}", without_declaration(xml))
}
