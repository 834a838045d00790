//! What `Backend::respond` costs: a page built anew, one served before, one of a huge cluster, memory.

// Benchmarks measure.
#![allow(clippy::disallowed_methods)]

mod compare;
mod world;

use std::env;
use std::time::Instant;

use taskmock::{Backend, Format, Request, Span, State, ack, dws, ehpc};

use compare::{Aim, Row, compare, criterion, median, resident_kib};
use world::{CLUSTER, STEP, assert_built_anew, assert_same_page, cluster_of, page, read, task};

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
    #[cfg(feature = "signatures")]
    rows.extend(verifying());
    compare::print(&rows);
}

/// A signed request that is verified, beside the same one accepted unseen; the difference is what a
/// verification costs.
#[cfg(feature = "signatures")]
fn verifying() -> Vec<Row> {
    use taskmock::{Algorithm, Credentials};
    let user = Credentials::new("testid", "testsecret");
    let rows = [Algorithm::RpcV1, Algorithm::Acs3].into_iter().filter_map(|algorithm| {
        let [mut strict, mut lenient] = [(); 2].map(|()| Backend::documents());
        strict.admit(user.clone());
        let signed = |nonce: u32| user.sign(page(1, true, Format::Json), algorithm, strict_clock(), &nonce.to_string());
        // More than are asked for in a run, since a nonce is good once.
        let requests: Vec<Request> = (0..20_000).map(signed).collect();
        let (mut at, mut other) = (0, 0);
        let mut refused = 0;
        let row = compare(
            &mut criterion(),
            &format!("{algorithm} verified; unseen"),
            Aim::Nothing,
            || {
                at += 1;
                if at % requests.len() == 0 {
                    strict.reset();
                }
                refused += u32::from(strict.respond(&requests[at % requests.len()]).status() == 400);
            },
            || {
                other += 1;
                lenient.respond(&requests[other % requests.len()]);
            },
        )?;
        assert_eq!(refused, 0, "every signature is right and every nonce fresh");
        println!("verifying {algorithm}: {:.1} µs (aim: under 10)", row.subject - row.baseline);
        Some(row)
    });
    rows.collect()
}

/// Where the clock of the documents' world stands.
#[cfg(feature = "signatures")]
fn strict_clock() -> taskmock::Timestamp {
    State::documents().now()
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
        let (first, second) = (served_before.respond(request), served_before.respond(request));
        assert_ne!(first.body(), second.body(), "the request id is fresh");
        assert_same_page(first.body(), second.body(), format);
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
        compare(
            criterion,
            &name("JSON served before, serde_json"),
            Aim::Nothing,
            || served_before.respond(&json),
            to_vec,
        ),
        compare(
            criterion,
            &name("XML served before, serde_json"),
            Aim::Nothing,
            || served_before.respond(&xml),
            to_vec,
        ),
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
    let request = |number| page(number, archived, Format::Json);
    let last_of_few = total(&mut few, &request(1)) / 10;
    assert_eq!(total(many, &request(1)) / 10, last_of_few * (MANY / FEW));
    let mut rows = Vec::new();
    for (pages, of_many, of_few) in
        [("first", 1..=1, 1..=1), ("last", 999..=999, last_of_few..=last_of_few), ("each", 1..=999, 1..=last_of_few)]
    {
        let name = format!("{listed} of 1,000,000 tasks, of 100: {pages} page");
        let of_many: Vec<Request> = of_many.map(request).collect();
        let of_few: Vec<Request> = of_few.map(request).collect();
        let subject = built_anew(many, &of_many, Format::Json);
        let baseline = built_anew(&mut few, &of_few, Format::Json);
        rows.extend(compare(&mut criterion(), &name, Aim::AtMost(1.2), subject, baseline));
    }
    rows
}

fn total(backend: &mut Backend, request: &Request) -> u32 {
    read(backend.respond(request).body(), Format::Json).total_count
}

/// A cluster of `count` tasks that all run, one of which ends in each [`STEP`].
fn cluster_of_ending(count: u32) -> State {
    let mut state = State::default();
    state.ehpc.tasks = (0..count).map(|number| task(number).takes(Span::from(STEP * (number + 1)))).collect();
    state
}

/// Not for criterion: the tasks that end run out.
fn listing_as_tasks_end() -> Row {
    let request = page(1, false, Format::Json);
    let measure = |count, times| {
        let mut spent = Vec::new();
        for _ in 0..times {
            let mut backend = Backend::new(cluster_of_ending(count));
            backend.respond(&request);
            for ended in 1..=FEW / 2 {
                backend.advance(STEP);
                let (micros, running) = micros(|| backend.respond(&request));
                assert_eq!(read(running.body(), Format::Json).total_count, count - ended);
                spent.push(micros);
            }
        }
        median(spent)
    };
    Row {
        name: "running of 1,000,000 tasks, of 100: one ended since the last page".to_owned(),
        subject: measure(MANY, 1),
        baseline: measure(FEW, 20),
        unit: "µs",
        aim: Aim::AtMost(1.2),
    }
}

/// Not for criterion either: the cluster grows.
fn listing_after_a_submission() -> Row {
    let request = page(1, false, Format::Json);
    let measure = |count| {
        let mut backend = Backend::new(cluster_of(count, false));
        backend.respond(&request);
        let spent = (0..10).map(|_| {
            let id = backend.submit(ehpc::Task::new(CLUSTER, ehpc::TaskType::StopCluster));
            let (micros, page) = micros(|| backend.respond(&request));
            assert_eq!(read(page.body(), Format::Json).tasks[0].task_id, id);
            micros
        });
        median(spent.collect())
    };
    Row {
        name: "running of 1,000,000 tasks, of 100: one submitted since the last page".to_owned(),
        subject: measure(MANY),
        baseline: measure(FEW),
        unit: "µs",
        aim: Aim::Nothing,
    }
}

fn micros<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let started = Instant::now();
    let result = work();
    (started.elapsed().as_secs_f64() * 1e6, result)
}

/// What a task takes, on average, in a backend that has served a page of all and one of those that
/// run; the backend is returned too.
fn memory_of_a_task(name: &str, has_texts: bool) -> (Backend, Row) {
    let before = resident_kib();
    let mut backend = Backend::new(cluster_of(MANY, has_texts));
    for archived in [true, false] {
        read(backend.respond(&page(1, archived, Format::Json)).body(), Format::Json);
    }
    let subject = (resident_kib() - before) * 1024.0 / f64::from(MANY);
    (backend, Row { name: name.to_owned(), subject, baseline: 1024.0, unit: "B", aim: Aim::AtMost(1.0) })
}

/// Requests of every kind, and more pages than are kept.
fn memory_over_a_million_requests() -> Row {
    let mut backend = Backend::documents();
    let mut requests = vec![
        ehpc::list_invocation_status::Input::new(CLUSTER, "c-hz01v8x80o3****").request(Format::Xml),
        ack::describe_task_info::Input::new("T-5faa48fb31b6b8078d00****").request(Format::Json),
        dws::list_logical_cluster_tasks::Input::new("p", "c").request(),
        http::Request::post("/nowhere").body(vec![b'x'; 1000].into()).expect("a request"),
        Request::default(),
    ];
    requests.extend((1..=500).map(|number| page(number, true, Format::Json)));
    let mut requests = requests.iter().cycle();
    let mut resident_after = |count| {
        for request in requests.by_ref().take(count) {
            backend.respond(request);
        }
        resident_kib()
    };
    let (baseline, subject) = (resident_after(100_000), resident_after(900_000));
    let name = "memory after 1,000,000 requests, after 100,000".to_owned();
    Row { name, subject, baseline, unit: "KiB", aim: Aim::AtMost(1.05) }
}
