//! What the tests share: requests in a line, answers as values, and a plain HTTP client.

use serde_json::Value;
use taskmock::{Backend, Request, Response};

/// The cluster that the documents of E-HPC name, percent-encoded as SDKs send it.
pub(crate) const CLUSTER: &str = "ehpc-hz-FYUr32%2A%2A%2A%2A";

/// The path of the DWS cluster that the document names.
pub(crate) const DWS_PATH: &str =
    "/v2/9b06d044ea4f49f1a58b2bed2b0084bd/clusters/9b7ff56b-47b3-4d00-a1fd-4c023d34404b/logical-clusters/tasks";

pub(crate) fn get(target: &str) -> Request {
    http::Request::get(target).body(bytes::Bytes::new()).expect("a target")
}

pub(crate) fn text(response: &Response) -> &str {
    std::str::from_utf8(response.body()).expect("UTF-8")
}

pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().expect("ASCII"))
}

/// The status and the JSON body of a GET.
pub(crate) fn ask(backend: &mut Backend, target: &str) -> (u16, Value) {
    let response = backend.respond(&get(target));
    let json = serde_json::from_slice(response.body()).unwrap_or_else(|_| panic!("no JSON: {}", text(&response)));
    (response.status().as_u16(), json)
}

/// ListTasks in JSON, with more parameters.
pub(crate) fn list_tasks(backend: &mut Backend, parameters: &str) -> (u16, Value) {
    ask(backend, &format!("/?Action=ListTasks&Version=2018-04-12&Format=JSON&{parameters}"))
}

/// The values of one field of every task of a page.
pub(crate) fn field<'a>(tasks: &'a Value, name: &str) -> Vec<&'a str> {
    tasks.as_array().expect("an array").iter().map(|task| task[name].as_str().expect("a text")).collect()
}

/// The leaves of an XML document as `path=text`, read by a parser that knows no model of ours.
pub(crate) fn leaves(xml: &str) -> Vec<String> {
    use quick_xml::events::Event;

    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut path, mut leaves, mut text, mut is_leaf) = (Vec::new(), Vec::new(), String::new(), false);
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) => {
                path.push(tag.name().as_ref().to_owned());
                (text, is_leaf) = (String::new(), true);
            }
            Event::Text(piece) => text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().expect("a reference") {
                Some(character) => text.push(character),
                None => {
                    text.push_str(quick_xml::escape::resolve_xml_entity(&reference.into_inner()).expect("an entity"))
                }
            },
            Event::End(_) => {
                if is_leaf {
                    leaves.push(format!("{}={text}", path.join("/")));
                }
                is_leaf = false;
                path.pop();
            }
            Event::Eof => return leaves,
            _ => {}
        }
    }
}

/// Sends bytes over a fresh connection and reads until the server closes it.
#[cfg(feature = "server")]
pub(crate) fn exchange(address: std::net::SocketAddr, request: &[u8]) -> String {
    use std::io::{Read, Write};

    let mut stream = std::net::TcpStream::connect(address).expect("a listening server");
    stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).expect("a timeout");
    // A server that refuses early may close before all is sent.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A GET over a fresh connection: the status and the body.
#[cfg(feature = "server")]
pub(crate) fn fetch(address: std::net::SocketAddr, target: &str) -> (u16, String) {
    send(address, "GET", target, "")
}

/// Any request over a fresh connection: the status and the body.
#[cfg(feature = "server")]
pub(crate) fn send(address: std::net::SocketAddr, method: &str, target: &str, body: &str) -> (u16, String) {
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{}content-length: {}\r\n\r\n{body}",
        if target.starts_with("/__taskmock__/") { "content-type: application/json\r\n" } else { "" },
        body.len()
    );
    let answer = exchange(address, request.as_bytes());
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}
