//! Laws: what holds of a server over several exchanges, or beside the values of one.

use std::any::Any;

use serde_json::Value;

use super::answer::Answer;
use super::asked::{About, AnyCase, CaseId};
use super::ignored::Ignored;
use super::results::{Exchange, Failure, Verdict};
use crate::case::{Case, Class, Level, OperationInput, Paging, catalogue};
use crate::error_code::Layer;
use crate::format::Format;
use crate::http::{Request, Response};
use crate::journal::Recorded;
use crate::operation::Operation;
use crate::protocol::Protocol;
use crate::services::{State, operation};

/// What is checked of the responses to some requests: a line for each thing that is wrong.
type Check = Box<dyn Fn(&[Response]) -> Vec<String> + Send + Sync>;

/// One law for one operation in one encoding.
struct Law {
    about: About,
    given: State,
    requests: Vec<Request>,
    /// What is expected, in a sentence.
    says: &'static str,
    check: Check,
}

/// The laws for an operation in an encoding.
pub(crate) fn of<I: OperationInput>(format: Format) -> Vec<Box<dyn AnyCase>> {
    let mut laws = headers_and_envelopes::<I>(format);
    if let Some(paging) = I::paging() {
        laws.extend(pages(&paging, format));
    }
    laws.into_iter().map(|law| Box::new(law) as Box<dyn AnyCase>).collect()
}

/// How many items the list of the paging laws has.
const ITEMS: u32 = 23;

/// The sizes of page by which it is read.
const SIZES: &[u32] = &[1, 7, 10, ITEMS, 50];

/// The largest page that every operation has.
const WHOLE: u32 = 50;

fn pages<I: OperationInput>(paging: &Paging<I>, format: Format) -> Vec<Law> {
    let Paging { given, ask, items, total, echo, facts } = *paging;
    let request = move |page: u32, size: u32| ask(page, size).request(format);
    let read = move |response: &Response| -> Result<Value, String> {
        let dialect = &crate::dialect::Dialect::default();
        let output = <I::Output as crate::case::OperationOutput>::decode(response.body(), format, dialect);
        serde_json::to_value(output.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
    };
    let law = |name: &str, fact: &'static str, says: &'static str, requests: Vec<Request>, check: Check| Law {
        about: about(I::ID, format, name, vec![fact]),
        given: given(ITEMS),
        requests,
        says,
        check,
    };
    /// Every page by every size, after the whole as one page.
    fn walk() -> impl Iterator<Item = (u32, u32)> {
        let pages = |size: &u32| {
            (0..ITEMS.div_ceil(*size)).map({
                let size = *size;
                move |page| (page, size)
            })
        };
        SIZES.iter().flat_map(pages)
    }
    let all =
        || -> Vec<Request> { [(0, WHOLE)].into_iter().chain(walk()).map(|(page, size)| request(page, size)).collect() };
    let each = move |check: fn(&Value, u32, u32, (&str, &str)) -> Option<String>,
                     names: (&'static str, &'static str)| {
        let check: Check = Box::new(move |responses| {
            let pages = [(0, WHOLE)].into_iter().chain(walk()).zip(responses);
            let said = pages.filter_map(|((page, size), response)| match read(response) {
                Ok(output) => check(&output, page, size, names),
                Err(error) => Some(error),
            });
            said.collect()
        });
        check
    };
    let whole_is_its_pages: Check = Box::new(move |responses| {
        let list = |response: &Response| Ok(read(response)?[items].as_array().cloned().unwrap_or_default());
        let lists: Vec<Vec<Value>> = match responses.iter().map(list).collect::<Result<_, String>>() {
            Ok(lists) => lists,
            Err(error) => return vec![error],
        };
        let Some((whole, pages)) = lists.split_first() else { return Vec::new() };
        let mut said = Vec::new();
        if whole.len() != ITEMS as usize {
            said.push(format!("the whole list has {} items in place of {ITEMS}", whole.len()));
        }
        for size in SIZES {
            let pages = walk().zip(pages).filter(|((_, of), _)| of == size);
            let mut joined = Vec::new();
            for ((page, _), list) in pages {
                let expected = (ITEMS - page * size).min(*size) as usize;
                if list.len() != expected {
                    said.push(format!("page {page} by {size} has {} items in place of {expected}", list.len()));
                }
                joined.extend(list.iter().cloned());
            }
            if joined != *whole {
                said.push(format!("the pages by {size} joined are not the whole list"));
            }
        }
        said
    });
    let total_stays = |output: &Value, page: u32, size: u32, (total, _): (&str, &str)| {
        (output[total] != ITEMS)
            .then(|| format!("page {page} by {size}: {total} is {} in place of {ITEMS}", output[total]))
    };
    let mut laws = vec![
        law("law.pages.whole", facts[0], "the pages of any size, joined, are the list", all(), whole_is_its_pages),
        law("law.pages.total", facts[1], "the total is the same on every page", all(), each(total_stays, (total, ""))),
        law(
            "law.pages.past_end",
            facts[2],
            "pages past the end are empty, with the true total",
            [1, 7, 50].map(|size| request(ITEMS.div_ceil(size), size)).into(),
            Box::new(move |responses| {
                let wrong = responses.iter().filter_map(|response| match read(response) {
                    Ok(output) if output[items] == Value::Array(Vec::new()) && output[total] == ITEMS => None,
                    Ok(output) => Some(format!("{items} {}, {total} {}", output[items], output[total])),
                    Err(error) => Some(error),
                });
                wrong.collect()
            }),
        ),
    ];
    if let Some((number, size, fact)) = echo {
        let repeats = |output: &Value, page: u32, size: u32, (number, of): (&str, &str)| {
            (output[number] != page + 1 || output[of] != size)
                .then(|| format!("page {} by {size}: {number} is {}, {of} is {}", page + 1, output[number], output[of]))
        };
        laws.push(law(
            "law.pages.echo",
            fact,
            "number and size of the page are repeated",
            all(),
            each(repeats, (number, size)),
        ));
    }
    laws
}

fn headers_and_envelopes<I: OperationInput>(format: Format) -> Vec<Law> {
    let Some(operation) = operation(I::ID) else { return Vec::new() };
    let protocol = operation.protocol;
    let cases = catalogue::<I>(format);
    let law = |name: &str, facts: Vec<&'static str>, says, case: &Case<I>, times: usize, check: Check| Law {
        about: about(I::ID, format, name, facts),
        given: case.given.clone(),
        requests: vec![case.request(); times],
        says,
        check,
    };
    let mut laws = Vec::new();
    if let Some(answered) = cases.iter().find(|case| case.name == "one") {
        if let Some(fact) = content_type(protocol, format) {
            let (says, check) = ("the content type is that of the encoding", has_type(protocol.content_type(format)));
            laws.push(law("law.headers.content_type", vec![fact], says, answered, 1, check));
        }
        let says = "each request has an id of its own, in the header and, of an RPC, the same in the body";
        let fact = vec![request_id(protocol)];
        laws.push(law("law.headers.request_id", fact, says, answered, 2, has_fresh_ids(operation, format)));
    }
    if let Some((case, fact, keys)) = cases.iter().find_map(|case| {
        let refused = case.then.as_ref().err()?;
        let is_gateway = operation.error(&refused.code).is_none_or(|row| row.layer == Layer::Gateway);
        let (fact, keys) = envelope(protocol);
        (!is_gateway && case.facts.contains(&fact)).then_some((case, fact, keys))
    }) {
        let says = "a refusal has exactly the keys of its envelope";
        laws.push(law("law.refusal.envelope", vec![fact], says, case, 1, has_keys(format, keys)));
        if protocol == Protocol::AlibabaRpc && format == Format::Xml {
            let says = "an XML refusal has the type that SDKs read it by";
            let fact = vec!["alibaba.error.content_type"];
            laws.push(law("law.refusal.content_type", fact, says, case, 1, has_type("text/xml;charset=utf-8")));
        }
    }
    laws
}

/// The fact about the content type of an answer, if there is one.
fn content_type(protocol: Protocol, format: Format) -> Option<&'static str> {
    match (protocol, format) {
        (Protocol::AlibabaRpc, Format::Json) => Some("alibaba.content_type.json"),
        (Protocol::AlibabaRoa, _) => Some("alibaba.roa.format"),
        (Protocol::AlibabaRpc, Format::Xml) | (Protocol::HuaweiRest, _) => None,
    }
}

fn request_id(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AlibabaRpc | Protocol::AlibabaRoa => "alibaba.request_id.header",
        Protocol::HuaweiRest => "huawei.request_id",
    }
}

/// The fact about a refusal's envelope, and its keys.
fn envelope(protocol: Protocol) -> (&'static str, &'static [&'static str]) {
    match protocol {
        Protocol::AlibabaRpc => ("alibaba.error.envelope", &["Code", "HostId", "Message", "RequestId"]),
        Protocol::AlibabaRoa => ("alibaba.roa.service_error", &["code", "message", "requestId", "status"]),
        Protocol::HuaweiRest => ("huawei.error.body", &["error_code", "error_msg"]),
    }
}

/// Media types are compared without white space and letter case.
fn has_type(expected: &'static str) -> Check {
    Box::new(move |responses| {
        let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
        let wrong = responses.iter().filter_map(|response| {
            let found = header(response, "content-type");
            (plain(found) != plain(expected)).then(|| format!("content-type: expected {expected}, got {found:?}"))
        });
        wrong.collect()
    })
}

fn has_fresh_ids(operation: &'static Operation, format: Format) -> Check {
    let name = operation.protocol.request_id_header();
    Box::new(move |responses| {
        let ids: Vec<&str> = responses.iter().map(|response| header(response, name)).collect();
        let mut said = Vec::new();
        if ids.iter().any(|id| id.is_empty()) {
            said.push(format!("the header {name} is not there"));
        } else if ids.windows(2).any(|pair| pair[0] == pair[1]) {
            said.push(format!("two requests have the same {name}: {}", ids[0]));
        }
        // Of Alibaba's RPC the body has it too.
        if operation.protocol == Protocol::AlibabaRpc {
            let of_body = |response: &Response| keys_and_texts(response, format).remove("RequestId");
            for (id, response) in ids.iter().zip(responses) {
                let body = of_body(response).unwrap_or_default();
                if body != *id {
                    said.push(format!("the body's RequestId is {body:?}, the header's {id:?}"));
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
            (found != expected)
                .then(|| format!("the refusal's keys: expected {}, got {}", expected.join(", "), found.join(", ")))
        });
        wrong.collect()
    })
}

/// The keys of a body's top with the texts that they hold, by a reading that knows no model.
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
            Ok(Event::End(_)) => depth -= 1,
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
}

fn about(operation: &'static str, format: Format, name: &str, facts: Vec<&'static str>) -> About {
    let level = Level::of(Class::Valid, &facts);
    About { id: CaseId { operation, format, name: name.to_owned() }, level, facts }
}

impl AnyCase for Law {
    fn about(&self) -> About {
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

    fn is_to_the_letter(&self) -> bool {
        false
    }

    fn needs_no_state(&self) -> bool {
        false
    }

    /// A law is for servers.
    fn judge(&self, _: Answer<Value>, _: &[Recorded], _: &Ignored) -> Verdict {
        Verdict::Unsupported { why: "it is for servers".to_owned() }
    }

    fn judge_responses(&self, responses: &[Response]) -> Verdict {
        const MOST_SHOWN: usize = 3;
        let wrong = (self.check)(responses);
        if wrong.is_empty() {
            return Verdict::Passed;
        }
        let exchanges = self.requests.iter().zip(responses).take(MOST_SHOWN);
        Verdict::Failed(Box::new(Failure {
            differences: wrong.into_iter().map(|line| format!("  {line}")).collect(),
            expected: self.expected(),
            got: Value::Null,
            exchanges: exchanges.map(|(request, response)| Exchange::of(request, response)).collect(),
            stderr: String::new(),
        }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
