//! Laws: what must hold for a server across several exchanges, or beside the values of one.

use std::any::Any;

use serde_json::Value;

use super::any_case::{AnyCase, needs_no_state, passed_unless};
use super::case_id::{About, CaseId, Side};
use super::client_answer::ClientAnswer;
use super::ignored::Ignored;
use super::outcome::{Exchange, Outcome};
use crate::backend::request_log::ReceivedRequest;
use crate::case::{Case, Catalogue, Class, Difference, Level, Paging, asks_for_a_body, catalogue};
use crate::dialect::Dialect;
use crate::format::Format;
use crate::http::{Request, Response};
use crate::operation::{Operation, OperationOutput};
use crate::services::{State, operation};

/// Checks the responses to some requests and returns what differs.
type Check = Box<dyn Fn(&[&Response]) -> Vec<Difference> + Send + Sync>;

/// One law for one operation in one encoding.
struct Law {
    about: About,
    given: State,
    needs_no_state: bool,
    requests: Vec<Request>,
    /// What is expected, in a sentence.
    says: &'static str,
    check: Check,
}

/// The laws for an operation in an encoding.
pub(super) fn of<I: Catalogue>(format: Format) -> Vec<Box<dyn AnyCase>> {
    let mut laws = headers_and_envelopes::<I>(format);
    if let Some(paging) = I::paging() {
        laws.extend(pages(&paging, format));
    }
    laws.into_iter().map(|law| Box::new(law) as Box<dyn AnyCase>).collect()
}

/// How many items the list of the paging laws has.
const ITEMS: u32 = 23;

/// The page sizes that it is read in.
const SIZES: &[u32] = &[1, 7, 10, ITEMS, 50];

/// The largest page that every operation has.
const WHOLE: u32 = 50;

/// The whole as one page, then every page of every size: the number, from 0, and the size.
fn walk() -> Vec<(u32, u32)> {
    let pages = SIZES.iter().flat_map(|size| (0..ITEMS.div_ceil(*size)).map(|page| (page, *size)));
    [(0, WHOLE)].into_iter().chain(pages).collect()
}

fn pages<I: Catalogue>(paging: &Paging<I>, format: Format) -> Vec<Law> {
    let Paging { given, ask, items, total, echo, facts } = *paging;
    let law = |name: &str, fact: &'static str, says, pages: &[(u32, u32)], check: Box<PageCheck>| {
        let asked = pages.to_vec();
        Law {
            about: about(I::ID, format, name, fact),
            given: given(ITEMS),
            needs_no_state: false,
            requests: pages.iter().map(|(page, size)| ask(*page, *size).request(format)).collect(),
            says,
            check: Box::new(move |responses| {
                let read = responses.iter().map(|response| read::<I>(response, format));
                match read.collect::<Result<Vec<Value>, String>>() {
                    Ok(outputs) => check(&asked.iter().copied().zip(outputs).collect::<Vec<_>>()),
                    Err(error) => vec![differ("response", "status 200 and a body that can be read", error)],
                }
            }),
        }
    };
    let past_end = [1, 7, 50].map(|size| (ITEMS.div_ceil(size), size));
    let mut laws = vec![
        law(
            "law.pages.whole",
            facts[0],
            "the pages of any size, joined, are the list",
            &walk(),
            Box::new(move |pages| whole_is_its_pages(pages, items)),
        ),
        law(
            "law.pages.total",
            facts[1],
            "the total is the same on every page",
            &walk(),
            Box::new(move |pages| each(pages, |_, _, output| differs(total, &output[total], ITEMS))),
        ),
        law(
            "law.pages.past_end",
            facts[2],
            "pages past the end are empty, with the true total",
            &past_end,
            Box::new(move |pages| {
                each(pages, |_, _, output| {
                    differs(items, &output[items], Value::Array(Vec::new()))
                        .or_else(|| differs(total, &output[total], ITEMS))
                })
            }),
        ),
    ];
    if let Some((number, of, fact)) = echo {
        laws.push(law(
            "law.pages.echo",
            fact,
            "number and size of the page are repeated",
            &walk(),
            Box::new(move |pages| {
                each(pages, |page, size, output| {
                    differs(number, &output[number], page + 1).or_else(|| differs(of, &output[of], size))
                })
            }),
        ));
    }
    laws
}

/// Checks pages, each with its number, from 0, and its size.
type PageCheck = dyn Fn(&[((u32, u32), Value)]) -> Vec<Difference> + Send + Sync;

fn read<I: Catalogue>(response: &Response, format: Format) -> Result<Value, String> {
    if response.status() != 200 {
        return Err(format!("status {}", response.status().as_u16()));
    }
    let output = I::Output::decode(response.body(), format, &Dialect::default()).map_err(|error| error.to_string())?;
    serde_json::to_value(output).map_err(|error| error.to_string())
}

fn differs(name: &str, got: &Value, expected: impl Into<Value>) -> Option<Difference> {
    let expected = expected.into();
    (*got != expected).then(|| differ(name, expected, got.clone()))
}

fn differ(path: impl Into<String>, expected: impl Into<Value>, got: impl Into<Value>) -> Difference {
    Difference::new(path, Some(expected.into()), Some(got.into()))
}

/// The place of a page in a difference; pages count from 0.
fn place(page: u32, size: u32) -> String {
    format!("page[{page} of size {size}]")
}

/// The first difference of each page that is wrong.
fn each(pages: &[((u32, u32), Value)], wrong: impl Fn(u32, u32, &Value) -> Option<Difference>) -> Vec<Difference> {
    let said = |((page, size), output): &((u32, u32), Value)| {
        let wrong = wrong(*page, *size, output)?;
        Some(Difference { path: format!("{}.{}", place(*page, *size), wrong.path), ..wrong })
    };
    pages.iter().filter_map(said).collect()
}

fn whole_is_its_pages(pages: &[((u32, u32), Value)], items: &str) -> Vec<Difference> {
    let list = |output: &Value| output[items].as_array().cloned().unwrap_or_default();
    let Some(((_, whole), pages)) = pages.split_first() else { return Vec::new() };
    let whole = list(whole);
    let mut said = Vec::new();
    if whole.len() != ITEMS as usize {
        said.push(differ(format!("{items}.length"), ITEMS, whole.len()));
    }
    for size in SIZES {
        let mut joined = Vec::new();
        for ((page, _), output) in pages.iter().filter(|((_, of), _)| of == size) {
            let (found, expected) = (list(output), (ITEMS - page * size).min(*size) as usize);
            if found.len() != expected {
                said.push(differ(format!("{}.{items}.length", place(*page, *size)), expected, found.len()));
            }
            joined.extend(found);
        }
        if joined != whole {
            said.push(differ(format!("pages[of size {size}]"), "the whole list when joined", "another list"));
        }
    }
    said
}

fn headers_and_envelopes<I: Catalogue>(format: Format) -> Vec<Law> {
    let Some(operation) = operation(I::ID) else { return Vec::new() };
    let protocol = operation.protocol();
    let cases = catalogue::<I>(format);
    let law = |name: &str, fact, says, case: &Case<I>, times: usize, check: Check| Law {
        about: about(I::ID, format, name, fact),
        given: case.given.clone(),
        needs_no_state: needs_no_state(case),
        requests: vec![case.request(); times],
        says,
        check,
    };
    let one_type = "the content type is that of the encoding";
    let one_id = "each request has an id of its own, in the header and, where the body has one, the same there";
    let mut laws = Vec::new();
    if let Some(answered) = &asks_for_a_body::<I>(format) {
        if let Some(fact) = (protocol.laws.content_type)(format) {
            let check = has_type((protocol.content_type)(format));
            laws.push(law("law.answer.content_type", fact, one_type, answered, 1, check));
        }
        let check = has_fresh_ids(operation, format);
        laws.push(law("law.answer.request_id", protocol.laws.request_id, one_id, answered, 2, check));
    }
    // A refusal that any server makes, if there is one.
    let (fact, keys) = protocol.laws.envelope;
    let has_envelope = |case: &&Case<I>| case.facts.contains(&fact) || case.facts.contains(&"alibaba.gateway.missing");
    let refused = || cases.iter().filter(|case| case.then.is_err()).filter(has_envelope);
    if let Some(case) = refused().find(|case| needs_no_state(case)).or_else(|| refused().next()) {
        let says = "a refusal has exactly the keys of its envelope";
        laws.push(law("law.refusal.envelope", fact, says, case, 1, has_keys(format, keys)));
        let check = has_fresh_ids(operation, format);
        laws.push(law("law.refusal.request_id", protocol.laws.request_id, one_id, case, 2, check));
        if let Some((fact, content_type)) = protocol.laws.xml_refusal.filter(|_| format == Format::Xml) {
            let says = "an XML refusal has exactly the content type by which SDKs recognize it";
            laws.push(law("law.refusal.content_type", fact, says, case, 1, has_type(content_type)));
        }
    }
    laws
}

/// Compares the media type; the parameters count for text/xml only, where SDKs read them. White space and
/// letter case do not matter.
fn has_type(expected: &'static str) -> Check {
    Box::new(move |responses| {
        let plain = |text: &str| {
            let text = text.replace(' ', "").to_ascii_lowercase();
            if expected.starts_with("text/xml") { text } else { text.split(';').next().unwrap_or_default().to_owned() }
        };
        let wrong = responses.iter().filter_map(|response| {
            let found = header(response, "content-type");
            (plain(found) != plain(expected)).then(|| differ("response.content-type", expected, found))
        });
        wrong.collect()
    })
}

fn has_fresh_ids(operation: &'static Operation, format: Format) -> Check {
    let name = operation.protocol().request_id_header;
    let path = format!("response.{name}");
    Box::new(move |responses| {
        let ids: Vec<&str> = responses.iter().map(|response| header(response, name)).collect();
        let mut said = Vec::new();
        if ids.iter().any(|id| id.is_empty()) {
            said.push(Difference::new(path.as_str(), Some("an id".into()), None));
        } else if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            said.push(differ(path.as_str(), "another id for each request", ids.clone()));
        }
        if let Some(field) = operation.protocol().laws.request_id_field {
            let of_body = |response: &Response| keys_and_texts(response, format).remove(field);
            for (id, response) in ids.iter().zip(responses) {
                let body = of_body(response).unwrap_or_default();
                if body != *id {
                    said.push(differ(format!("output.{field}"), *id, body));
                }
            }
        }
        said
    })
}

fn has_keys(format: Format, expected: &'static [&'static str]) -> Check {
    Box::new(move |responses| {
        let wrong = responses.iter().filter_map(|response| {
            let found = keys_and_texts(response, format);
            let found: Vec<&str> = found.keys().map(String::as_str).collect();
            (found != expected).then(|| differ("error.keys", expected.join(", "), found.join(", ")))
        });
        wrong.collect()
    })
}

/// The keys at the top of a body with their texts, read without a model.
fn keys_and_texts(response: &Response, format: Format) -> std::collections::BTreeMap<String, String> {
    let text = String::from_utf8_lossy(response.body());
    if format == Format::Json {
        let Ok(Value::Object(fields)) = serde_json::from_str(&text) else { return Default::default() };
        return fields.into_iter().map(|(key, value)| (key, value.as_str().unwrap_or("").to_owned())).collect();
    }
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut depth, mut found, mut key) = (0, std::collections::BTreeMap::new(), None);
    loop {
        use quick_xml::events::Event;
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                depth += 1;
                if depth == 2 {
                    let name = tag.name().as_ref().to_owned();
                    found.insert(name.clone(), String::new());
                    key = Some(name);
                }
            }
            Ok(Event::Text(piece)) if depth == 2 => {
                if let Some(text) = key.as_ref().and_then(|key| found.get_mut(key)) {
                    text.push_str(&piece.xml10_content());
                }
            }
            Ok(Event::Empty(tag)) if depth == 1 => {
                found.insert(tag.name().as_ref().to_owned(), String::new());
            }
            Ok(Event::End(_)) => depth -= 1,
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

fn about(operation: &'static str, format: Format, name: &str, fact: &'static str) -> About {
    let (facts, level) = (vec![fact], Level::of(Class::Valid, &[fact]));
    About { id: CaseId { operation, format, name: name.to_owned() }, level, facts }
}

impl AnyCase for Law {
    fn about(&self, _: Side) -> About {
        self.about.clone()
    }

    fn given(&self) -> &State {
        &self.given
    }

    fn input(&self) -> Value {
        Value::Null
    }

    fn expected(&self) -> Value {
        Value::from(self.says)
    }

    fn requests(&self) -> Vec<Request> {
        self.requests.clone()
    }

    fn is_raw(&self) -> bool {
        false
    }

    fn needs_no_state(&self) -> bool {
        self.needs_no_state
    }

    /// A law is for servers.
    fn judge(&self, _: ClientAnswer<Value>, _: &[ReceivedRequest], _: &Ignored) -> Outcome {
        Outcome::Unsupported { why: "it is for servers".to_owned() }
    }

    fn judge_responses(&self, exchanges: &[(Request, Response)], _: Option<&State>) -> Outcome {
        const MOST_SHOWN: usize = 3;
        let responses: Vec<&Response> = exchanges.iter().map(|(_, response)| response).collect();
        let shown = exchanges.iter().take(MOST_SHOWN).map(|(request, response)| Exchange::of(request, response));
        passed_unless(self, (self.check)(&responses), Value::Null, || shown.collect())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
