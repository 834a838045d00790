//! What `Backend::respond` costs: a page built anew, one served before, one of a huge cluster, memory.

mod compare;
mod world;

use std::env;
use std::time::Instant;

use taskmock::{Backend, Format, Request, ack, dws, ehpc};

use compare::{Aim, Row, compare, criterion, median, resident_kib};
use world::{CLUSTER, STEP, assert_built_anew, assert_same_page, cluster_of, cluster_of_ending, page, read};

const MANY: u32 = 1_000_000;
const FEW: u32 = 100;

fn main() {
    if !env::args().any(|argument| argument == "--bench") {
        return; // `cargo test` wants to know only whether it compiles.
    }
    // While the process is small.
    let growth = memory_over_a_million_requests();
    // Both are held, or the second would get the memory that the first gave back.
    let (mut many, with_texts) = memory_of_a_task("memory of one of 1,000,000 tasks with texts of 240 B", true);
    let (without_texts, small) = memory_of_a_task("memory of one of 1,000,000 tasks without texts", false);
    drop(without_texts);

    let mut rows = Vec::new();
    rows.extend(pages("with texts", true));
    rows.extend(pages("without texts", false));
    rows.extend(listings("all", true, &mut many));
    rows.extend(listings("running", false, &mut many));
    drop(many);
    rows.push(listing_as_tasks_end());
    rows.push(listing_after_a_submission());
    rows.extend([with_texts, small, growth]);
    compare::print(&rows);
}

/// A page of ten: JSON against serde_json, XML against JSON, and each served before.
fn pages(tasks: &str, has_texts: bool) -> Vec<Row> {
    let state = cluster_of(FEW, has_texts);
    let [json, xml] = [Format::Json, Format::Xml].map(|format| page(1, true, format));
    let backend = || Backend::new(state.clone());

    let body = backend().respond(&json).into_body();
    let output = read(&body, Format::Json);
    let to_vec = || serde_json::to_vec(&output).expect("JSON");
    assert_eq!(to_vec(), body);
    let in_xml = backend().respond(&xml).into_body();
    assert_eq!(read(&in_xml, Format::Xml), output);
    println!("A page {tasks} has {} bytes in JSON, {} in XML.", body.len(), in_xml.len());

    let mut served_before = backend();
    for (request, format) in [(&json, Format::Json), (&xml, Format::Xml)] {
        let first = served_before.respond(request);
        assert_same_page(first.body(), served_before.respond(request).body(), format);
    }
    let name = |what| format!("page {tasks}: {what}");
    let (requests, xml_requests) = ([json.clone()], [xml.clone()]);
    let (mut a, mut b, mut c) = (backend(), backend(), backend());
    let mut json_anew = built_anew(&mut a, &requests, Format::Json);
    let mut json_beside_xml = built_anew(&mut b, &requests, Format::Json);
    let mut xml_anew = built_anew(&mut c, &xml_requests, Format::Xml);
    let criterion = &mut criterion();
    [
        compare(criterion, &name("JSON, serde_json"), Aim::AtMost(1.5), &mut json_anew, to_vec),
        compare(criterion, &name("XML, JSON"), Aim::AtMost(1.0), &mut xml_anew, &mut json_beside_xml),
        compare(criterion, &name("JSON served before, serde_json"), Aim::Nothing, || served_before.respond(&json), to_vec),
        compare(criterion, &name("XML served before, serde_json"), Aim::Nothing, || served_before.respond(&xml), to_vec),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Answers the requests in turn, the clock moving before each, so that no page was served before.
fn built_anew<'a>(
    backend: &'a mut Backend,
    requests: &'a [Request],
    format: Format,
) -> impl FnMut() -> Option<taskmock::Response> + 'a {
    for request in requests {
        let before = backend.respond(request);
        backend.advance(STEP);
        assert_built_anew(before.body(), backend.respond(request).body(), format);
    }
    let mut requests = requests.iter().cycle();
    move || {
        backend.advance(STEP);
        requests.next().map(|request| backend.respond(request))
    }
}

/// Pages out of a huge cluster against pages out of a small one: the first, the last (of the huge
/// one the last that can be asked for), and one after the other.
fn listings(listed: &str, archived: bool, many: &mut Backend) -> Vec<Row> {
    let mut few = Backend::new(cluster_of(FEW, true));
    let mut total = |backend: &mut Backend| read(backend.respond(&request(1)).body(), Format::Json).total_count;
    fn request_of(archived: bool) -> impl Fn(u32) -> Request {
        move |number| page(number, archived, Format::Json)
    }
    todo!()
}
