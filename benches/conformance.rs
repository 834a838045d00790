//! What a conformance run costs over the bare exchanges of HTTP that are in it: rate, memory, start.

// Benchmarks measure.
#![allow(clippy::disallowed_methods)]

#[allow(dead_code)]
mod compare;

use std::cell::RefCell;
use std::convert::Infallible;
use std::env;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use taskmock::conformance::{ClientAnswer, ClientRun, Results, Selection};
use taskmock::dialect::Dialect;
use taskmock::ehpc::list_tasks::{Input, Output};
use taskmock::{Backend, Format, ServiceError};
use tokio::net::TcpListener;

use compare::{Aim, Row, median, resident_kib};

/// As many random cases are asked in a round.
const CASES: u64 = 20_000;

const ROUNDS: usize = 5;

fn main() {
    if !env::args().any(|argument| argument == "--bench") {
        return; // `cargo test` wants to know only whether it compiles.
    }
    assert_eq!(run(200).tally().failed, 0, "the client is sound");
    compare::print(&[rate(), memory(), start()]);
}

/// A second's cases against a client in this process, beside a second's exchanges of one page between
/// the same client and a bare server, by as many threads.
fn rate() -> Row {
    let address = bare_hyper();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut cases, mut exchanges) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        assert_eq!(run(CASES).tally().failed, 0);
        cases.push(CASES as f64 / started.elapsed().as_secs_f64());
        let started = Instant::now();
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    (0..CASES as usize / threads)
                        .for_each(|_| drop(get(&address.to_string(), b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")))
                });
            }
        });
        exchanges.push(CASES as f64 / started.elapsed().as_secs_f64());
    }
    let name = "random cases of ListTasks against a Rust client; its bare exchanges of a page";
    row(name, median(cases), median(exchanges), "a second", Aim::SubjectAtLeast(2000.0))
}

fn memory() -> Row {
    run(10_000);
    let few = resident_kib();
    run(100_000);
    row("memory after 100,000 random cases, after 10,000", resident_kib(), few, "KiB", Aim::AtMost(1.05))
}

/// From the start of the command to its end, with one case asked.
fn start() -> Row {
    let client = "read -r line; echo '{\"case\":\"ehpc.list_tasks/json/page_size.max\",\"unsupported\":\"\"}'";
    let of = |program: &str, arguments: &[&str]| {
        let times = (0..20).map(|_| {
            let started = Instant::now();
            Command::new(program).args(arguments).output().expect("it runs");
            started.elapsed().as_secs_f64() * 1000.0
        });
        median(times.collect())
    };
    let arguments = ["conformance", "client", "--case", "ehpc.list_tasks/json/page_size.max", "--", "sh", "-c", client];
    let subject = of(env!("CARGO_BIN_EXE_taskmock"), &arguments);
    let baseline = of("sh", &["-c", "true"]);
    row("taskmock conformance client, one case; sh -c true", subject, baseline, "ms", Aim::SubjectAtMost(50.0))
}

fn row(name: &str, subject: f64, baseline: f64, unit: &'static str, aim: Aim) -> Row {
    Row { name: name.to_owned(), subject, baseline, unit, aim }
}

fn run(random: u64) -> Results {
    let run = ClientRun::new(Selection::new().cases(["random.*"]).random(random));
    run.run(client)
}

fn client(endpoint: &str, input: &Input) -> ClientAnswer<Output> {
    let host = &endpoint["http://".len()..];
    let request = input.request(Format::Json);
    let head = format!("GET {} HTTP/1.1\r\nhost: {host}\r\n\r\n", request.uri());
    let (status, body) = get(host, head.as_bytes());
    if status == 200 {
        return match Output::decode(&body, Format::Json, &Dialect::default()) {
            Ok(output) => ClientAnswer::Output(output),
            Err(error) => ClientAnswer::unreadable(error.to_string()),
        };
    }
    let envelope: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    let text = |name: &str| envelope[name].as_str().unwrap_or("").to_owned();
    let refused = ServiceError::new(status, &text("Code"), &text("Message"));
    ClientAnswer::Error(ServiceError { request_id: text("RequestId"), ..refused })
}

/// Status and body, over the connection that this thread keeps to a host.
fn get(host: &str, request: &[u8]) -> (u16, Vec<u8>) {
    thread_local!(static KEPT: RefCell<Option<(String, TcpStream)>> = const { RefCell::new(None) });
    KEPT.with_borrow_mut(|kept| {
        if kept.as_ref().is_none_or(|(to, _)| to != host) {
            let stream = TcpStream::connect(host).expect("a server");
            stream.set_nodelay(true).expect("a socket");
            *kept = Some((host.to_owned(), stream));
        }
        let (_, stream) = kept.as_mut().expect("it was opened");
        stream.write_all(request).expect("a request");
        let (mut answer, mut piece) = (Vec::new(), [0; 65536]);
        loop {
            let length = stream.read(&mut piece).expect("an answer");
            assert_ne!(length, 0, "the server closed the connection");
            answer.extend_from_slice(&piece[..length]);
            if let Some(end) = answer.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = std::str::from_utf8(&answer[..end]).expect("ASCII");
                let body = head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
                let body: usize = body.and_then(|length| length.parse().ok()).expect("a length");
                if answer.len() >= end + 4 + body {
                    let status = head[9..12].parse().expect("a status");
                    return (status, answer.split_off(end + 4));
                }
            }
        }
    })
}

/// A server that answers whatever it is asked with a page of the documents' world.
fn bare_hyper() -> SocketAddr {
    let page = Backend::documents().respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json)).into_body();
    let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = socket.local_addr().expect("an address");
    socket.set_nonblocking(true).expect("a socket");
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let socket = TcpListener::from_std(socket).expect("a socket");
            loop {
                let (stream, _) = socket.accept().await.expect("a connection");
                let _ = stream.set_nodelay(true);
                let page = page.clone();
                let service = service_fn(move |_| {
                    let page: Bytes = page.clone();
                    async move { Ok::<_, Infallible>(hyper::Response::new(Full::new(page))) }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
    });
    thread::sleep(Duration::from_millis(10));
    address
}
