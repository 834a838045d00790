//! What `Backend::respond` costs: to build a page, to serve it again, out of a huge cluster, in memory.

mod table;
mod world;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use std::{env, fs};

use criterion::Criterion;
use taskmock::ehpc::list_tasks::Output;
use taskmock::{Backend, Format, Request, Span, State, ack, dws, ehpc};

use table::{Aim, Row, median, resident_kib};
use world::{CLUSTER, STEP, assert_built_anew, cluster_of, page, read, task};

const MANY: u32 = 1_000_000;
const FEW: u32 = 100;

fn main() {
    if !env::args().any(|argument| argument == "--bench") {
        return; // `cargo test` wants to know only whether it compiles.
    }
    let run = Run { started: SystemTime::now() };
    // First, while the process is small.
    let mut memory = vec![memory_after_a_million_requests()];
    let (mut many, row) = memory_of_a_task("memory of a task of 1,000,000, with a Request and a Result of 240 B", true);
    memory.push(row);
    // Its memory must not be that of the first, given back.
    let (with_defaults, row) = memory_of_a_task("memory of a task of 1,000,000, with neither", false);
    memory.push(row);
    drop(with_defaults);

    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    for (group, own_texts) in [("page", true), ("page_of_defaults", false)] {
        measure_a_page(&mut criterion, group, own_texts);
    }
    let mut few = Backend::new(cluster_of(FEW, true));
    for (group, archived, last_of_few) in LISTINGS {
        measure_a_listing(&mut criterion, group, archived, last_of_few, &mut few, &mut many);
    }
    criterion.final_summary();

    let mut rows = run.rows_of_pages();
    rows.extend(run.rows_of_listings());
    drop((few, many));
    rows.push(listing_while_tasks_end());
    rows.push(listing_after_a_submission());
    rows.extend(memory);
    table::print(&rows);
}

/// A page of ten: built anew, served before, and what serde_json takes for the same bytes.
fn measure_a_page(criterion: &mut Criterion, group: &str, own_texts: bool) {
    let mut backend = Backend::new(cluster_of(FEW, own_texts));
    let mut group = criterion.benchmark_group(group);

    let json = page(1, true).request(Format::Json);
    let response = backend.respond(&json);
    let output: Output = read(response.body(), Format::Json);
    assert_eq!(serde_json::to_vec(&output).expect("JSON"), *response.body());
    println!("a page has {} bytes", response.body().len());
    group.bench_function("to_vec", |bencher| bencher.iter(|| serde_json::to_vec(&output)));

    for format in [Format::Json, Format::Xml] {
        let request = page(1, true).request(format);
        let first = read(backend.respond(&request).body(), format);
        assert_eq!(first.tasks, read(backend.respond(&json).body(), Format::Json).tasks);
        group.bench_function(format!("{format}_built_anew"), built_anew(&mut backend, &[request.clone()], format));

        let first = read(backend.respond(&request).body(), format);
        let second = read(backend.respond(&request).body(), format);
        assert_ne!(first.request_id, second.request_id);
        assert_eq!(Output { request_id: second.request_id.clone(), ..first }, second);
        group.bench_function(format!("{format}_served_before"), |bencher| bencher.iter(|| backend.respond(&request)));
    }
    group.finish();
}

/// Serves the requests in turn. The clock moves before each, so that no page was served before.
fn built_anew<'a>(
    backend: &'a mut Backend,
    requests: &'a [Request],
    format: Format,
) -> impl FnMut(&mut criterion::Bencher<'_>) + 'a {
    for request in requests {
        let before = backend.respond(request);
        backend.advance(STEP);
        assert_built_anew(before.body(), backend.respond(request).body(), format);
    }
    move |bencher| {
        let mut requests = requests.iter().cycle();
        bencher.iter(|| {
            backend.advance(STEP);
            requests.next().map(|request| backend.respond(request))
        });
    }
}

/// Name, Archived, and the last page of the few tasks.
const LISTINGS: [(&str, bool, u32); 2] = [("archived", true, FEW / 10), ("running", false, FEW / 20)];

/// Pages out of a small and a huge cluster, the huge one's last being the last that can be asked for.
fn measure_a_listing(
    criterion: &mut Criterion,
    group: &str,
    archived: bool,
    last_of_few: u32,
    few: &mut Backend,
    many: &mut Backend,
) {
    let mut group = criterion.benchmark_group(group);
    let request = |number| page(number, archived).request(Format::Json);
    let total = |body: &[u8]| read(body, Format::Json).total_count;
    let of_many = if archived { MANY } else { MANY / 2 };
    assert_eq!(total(few.respond(&request(1)).body()), last_of_few * 10);
    assert_eq!(total(many.respond(&request(1)).body()), of_many);
    for (pages, of_few, of_many) in
        [("first", 1..=1, 1..=1), ("last", last_of_few..=last_of_few, 999..=999), ("each", 1..=last_of_few, 1..=999)]
    {
        for (size, backend, numbers) in [("few", &mut *few, of_few), ("many", &mut *many, of_many)] {
            let requests: Vec<Request> = numbers.map(request).collect();
            group.bench_function(format!("{pages}_of_{size}"), built_anew(backend, &requests, Format::Json));
        }
    }
    group.finish();
}

/// Criterion's estimates of this run.
struct Run {
    started: SystemTime,
}

impl Run {
    /// The median of a benchmark in µs; none if it was filtered out.
    fn micros(&self, group: &str, function: &str) -> Option<f64> {
        let home = env::var_os("CRITERION_HOME").map(PathBuf::from);
        let home = home.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("criterion"));
        let path = home.join(group).join(function).join("new/estimates.json");
        let written = fs::metadata(&path).and_then(|metadata| metadata.modified()).ok()?;
        let estimates: serde_json::Value = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        (written >= self.started).then_some(estimates["median"]["point_estimate"].as_f64()? / 1000.0)
    }

    fn row(&self, name: &str, group: &str, subject: &str, baseline: &str, aim: Aim) -> Option<Row> {
        Some(Row::new(name, (self.micros(group, subject)?, self.micros(group, baseline)?), "µs", aim))
    }

    fn rows_of_pages(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (group, texts) in [("page", "own texts"), ("page_of_defaults", "default texts")] {
            for (what, subject, baseline, aim) in [
                ("JSON page against `to_vec`", "json_built_anew", "to_vec", Aim::AtMost(1.5)),
                ("XML page against JSON page", "xml_built_anew", "json_built_anew", Aim::AtMost(1.0)),
                ("JSON page served before against `to_vec`", "json_served_before", "to_vec", Aim::None),
                ("XML page served before against `to_vec`", "xml_served_before", "to_vec", Aim::None),
            ] {
                rows.extend(self.row(&format!("{what}, {texts}"), group, subject, baseline, aim));
            }
        }
        rows
    }

    fn rows_of_listings(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for (group, ..) in LISTINGS {
            for pages in ["first", "last", "each"] {
                let name = format!("1,000,000 tasks against 100, {group}, {pages} page");
                let (subject, baseline) = (format!("{pages}_of_many"), format!("{pages}_of_few"));
                rows.extend(self.row(&name, group, &subject, &baseline, Aim::AtMost(1.2)));
            }
        }
        rows
    }
}

/// A cluster of `count` tasks that all run, and of which one ends in each [`STEP`].
fn cluster_of_ending(count: u32) -> State {
    let mut state = State::default();
    state.ehpc.tasks = (0..count)
        .map(|number| ehpc::Task {
            submitted: Some(state.clock),
            takes: Span::from(STEP * (number + 1)),
            ..task(number)
        })
        .collect();
    state
}

/// Criterion cannot measure this one: there is an end to the tasks that end.
fn listing_while_tasks_end() -> Row {
    let request = page(1, false).request(Format::Json);
    let measure = |count, rounds| {
        let mut micros = Vec::new();
        for _ in 0..rounds {
            let mut backend = Backend::new(cluster_of_ending(count));
            backend.respond(&request);
            for ended in 1..=FEW / 2 {
                backend.advance(STEP);
                let started = Instant::now();
                let response = backend.respond(&request);
                micros.push(started.elapsed().as_secs_f64() * 1e6);
                assert_eq!(read(response.body(), Format::Json).total_count, count - ended);
            }
        }
        median(micros)
    };
    let measured = (measure(MANY, 2), measure(FEW, 20));
    Row::new("1,000,000 tasks against 100, running, one ended since the last page", measured, "µs", Aim::AtMost(1.2))
}

fn listing_after_a_submission() -> Row {
    let request = page(1, false).request(Format::Json);
    let measure = |count| {
        let mut backend = Backend::new(cluster_of(count, true));
        backend.respond(&request);
        let micros = (0..10).map(|_| {
            backend.submit(ehpc::Task::new(CLUSTER, ehpc::TaskType::StopCluster));
            let started = Instant::now();
            let response = backend.respond(&request);
            let micros = started.elapsed().as_secs_f64() * 1e6;
            read(response.body(), Format::Json);
            micros
        });
        median(micros.collect())
    };
    let measured = (measure(MANY), measure(FEW));
    Row::new("1,000,000 tasks against 100, running, one submitted since the last page", measured, "µs", Aim::None)
}

/// What a task takes in a backend that has served a page, against 1 KiB.
fn memory_of_a_task(name: &str, own_texts: bool) -> (Backend, Row) {
    let before = resident_kib();
    let mut backend = Backend::new(cluster_of(MANY, own_texts));
    for archived in [true, false] {
        read(backend.respond(&page(1, archived).request(Format::Json)).body(), Format::Json);
    }
    let bytes = (resident_kib() - before) * 1024.0 / f64::from(MANY);
    (backend, Row::new(name, (bytes, 1024.0), "B", Aim::AtMost(1.0)))
}

/// Requests of every kind, and more pages than are kept.
fn memory_after_a_million_requests() -> Row {
    let mut backend = Backend::documents();
    let mut requests = vec![
        ehpc::list_invocation_status::Input::new(CLUSTER, "c-hz01v8x80o3****").request(Format::Xml),
        ack::describe_task_info::Input::new("T-5faa48fb31b6b8078d00****").request(Format::Json),
        dws::list_logical_cluster_tasks::Input::new("p", "c").request(),
        http::Request::post("/nowhere").body(vec![b'x'; 1000].into()).expect("a request"),
        Request::default(),
    ];
    requests.extend((1..=999).map(|number| page(number, true).request(Format::Json)));
    let mut serve = |count| {
        for (number, request) in (0..count).zip(requests.iter().cycle()) {
            backend.respond(request);
            if number % 5000 == 0 {
                backend.advance(STEP);
            }
        }
        resident_kib()
    };
    let early = serve(100_000);
    let late = serve(900_000);
    Row::new("memory after 1,000,000 requests against after 100,000", (late, early), "KiB", Aim::AtMost(1.05))
}
