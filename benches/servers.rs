//! What the servers cost over the libraries that they stand on: latency, rate, start, memory.

// Benchmarks measure.
#![allow(clippy::disallowed_methods)]

mod compare;
mod world;

use std::convert::Infallible;
use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, thread};

use bytes::Bytes;
use http_body_util::Full;
use httpmock::HttpMockResponse;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use taskmock::{Backend, Format, MockServer, Request, Response, State};
use tokio::net::TcpListener;
use tokio::runtime;

use compare::{Aim, Row, compare, criterion, median, resident_kib};
use taskmock::dialect::Dialect;
use world::{STEP, assert_built_anew, assert_same_page, cluster_of, page, read};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if let [_, word, kind] = arguments.as_slice()
        && word == "hold"
    {
        return hold(kind);
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        return; // `cargo test` wants to know only whether it compiles.
    }
    let rows = if cfg!(debug_assertions) { as_users_test() } else { as_built_for_speed() };
    compare::print(&rows);
}

/// In the dev profile.
fn as_users_test() -> Vec<Row> {
    let subject = MockServer::start_with(state());
    let mut client = Client::of(subject.address());
    let fixed = httpmock_static(&answer());
    let mut baseline = Client::of(*fixed.address());
    assert_same_answer(&client, &baseline);
    let dynamic = httpmock_dynamic(answer());
    let mut responder = Client::of(*dynamic.address());
    let criterion = &mut criterion();
    let name = "dev profile: MockServer, page served before; httpmock, static";
    let served_before = compare(criterion, name, Aim::AtMost(1.5), || client.ask(), || baseline.ask());
    let name = "dev profile: httpmock, respond_with; httpmock, static";
    let bare = compare(criterion, name, Aim::Nothing, || responder.ask(), || baseline.ask());
    let name = "dev profile: MockServer, page built anew; httpmock, static";
    let mut built_anew = built_anew(&subject);
    let built_anew = compare(criterion, name, Aim::Nothing, &mut built_anew, || baseline.ask());
    [served_before, bare, built_anew].into_iter().flatten().collect()
}

/// In the bench profile.
fn as_built_for_speed() -> Vec<Row> {
    let mut rows = vec![memory_over_requests()];
    rows.extend(latencies());
    rows.extend(rates());
    rows.extend(holdings("200 MockServers; bare hyper", "hyper", Aim::AtMost(3.0)));
    rows.extend(holdings("200 MockServers; bare httpmock", "httpmock", Aim::Nothing));
    rows
}

fn latencies() -> Vec<Row> {
    let subject = MockServer::start_with(state());
    let mut client = Client::of(subject.address());
    let bare = httpmock_dynamic(answer());
    let mut baseline = Client::of(*bare.address());
    assert_same_answer(&client, &baseline);
    let criterion = &mut criterion();
    let name = "MockServer, page served before; httpmock, respond_with";
    let served_before = compare(criterion, name, Aim::AtMost(1.1), || client.ask(), || baseline.ask());
    let name = "MockServer, page built anew; httpmock, respond_with";
    let mut built_anew = built_anew(&subject);
    let built_anew = compare(criterion, name, Aim::AtMost(1.1), &mut built_anew, || baseline.ask());
    [served_before, built_anew].into_iter().flatten().collect()
}

/// Asks a server for a page that it has to build, the clock having moved.
fn built_anew(server: &MockServer) -> impl FnMut() {
    let mut client = Client::of(server.address());
    let before = client.body().to_vec();
    server.advance(STEP);
    client.ask();
    assert_built_anew(&before, client.body(), Format::Json);
    move || {
        server.advance(STEP);
        client.ask();
    }
}

/// Answers a second under many connections, beside each other server.
fn rates() -> Vec<Row> {
    let subject = MockServer::start_with(state());
    let runtime = one_thread();
    let canned = bare_hyper(&runtime, answer());
    let building = building_hyper(&runtime, &answer());
    let httpmock = httpmock_dynamic(answer());
    let wiremock = runtime.block_on(wiremock(&answer()));
    let mut rows = Vec::new();
    for connections in [1, 8, 64] {
        let at_most = |aim| if connections == 64 { aim } else { Aim::Nothing };
        for (name, baseline, aim) in [
            ("bare hyper that builds its page", building, at_most(Aim::AtLeast(1.2))),
            ("bare hyper with one answer", canned, Aim::Nothing),
            ("httpmock, respond_with", *httpmock.address(), at_most(Aim::AtLeast(1.6))),
            ("wiremock", *wiremock.address(), at_most(Aim::AtLeast(2.0))),
        ] {
            rows.push(rate(
                &format!("MockServer, {connections} connections; {name}"),
                connections,
                subject.address(),
                baseline,
                aim,
            ));
        }
    }
    rows
}

/// Subject and baseline take turns; medians of the turns.
fn rate(name: &str, connections: usize, subject: SocketAddr, baseline: SocketAddr, aim: Aim) -> Row {
    let clients = |address| (0..connections).map(|_| Client::of(address)).collect::<Vec<_>>();
    let (mut subjects, mut baselines) = (clients(subject), clients(baseline));
    assert_same_answer(&subjects[0], &baselines[0]);
    for client in subjects.iter_mut().chain(&mut baselines) {
        client.stream.set_nonblocking(true).expect("a socket");
        client.send();
    }
    let mut turns = (Vec::new(), Vec::new());
    for _ in 0..15 {
        turns.0.push(answers_a_second(&mut subjects));
        turns.1.push(answers_a_second(&mut baselines));
    }
    Row {
        name: name.to_owned(),
        subject: median(turns.0) / 1000.0,
        baseline: median(turns.1) / 1000.0,
        unit: "k/s",
        aim,
    }
}

/// Every connection has a request under way at all times: each is asked again as soon as its
/// answer was read. The client never sleeps, or the servers would pay for waking it.
fn answers_a_second(clients: &mut [Client]) -> f64 {
    let most = 10_000;
    let mut answers = 0;
    let started = Instant::now();
    while answers < most {
        for client in &mut *clients {
            if client.has_received() {
                client.send();
                answers += 1;
            }
        }
    }
    f64::from(answers) / started.elapsed().as_secs_f64()
}

fn memory_over_requests() -> Row {
    let server = MockServer::start_with(state());
    let mut client = Client::of(server.address());
    let mut resident_after = |count| {
        for _ in 0..count {
            client.ask();
        }
        resident_kib()
    };
    let (baseline, subject) = (resident_after(20_000), resident_after(180_000));
    let name = "memory of a MockServer after 200,000 requests; after 20,000".to_owned();
    Row { name, subject, baseline, unit: "KiB", aim: Aim::AtMost(1.05) }
}

/// How many servers are held at once.
const HELD: usize = 200;

/// The time from none to all having answered, and the memory of each; a fresh process every time.
fn holdings(name: &str, baseline: &str, aim: Aim) -> [Row; 2] {
    let mut turns = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..5 {
        let (subject, baseline) = (hold_apart("taskmock"), hold_apart(baseline));
        turns.iter_mut().zip([subject.0, baseline.0, subject.1, baseline.1]).for_each(|(turn, value)| turn.push(value));
    }
    let [subject, baseline, subject_kib, baseline_kib] = turns.map(median);
    [
        Row { name: format!("start, ask and hold {name}"), subject, baseline, unit: "ms", aim },
        Row {
            name: format!("memory of each of {name}"),
            subject: subject_kib,
            baseline: baseline_kib,
            unit: "KiB",
            aim: Aim::Nothing,
        },
    ]
}

/// Runs [`hold`] in a process of its own.
fn hold_apart(kind: &str) -> (f64, f64) {
    let program = env::current_exe().expect("the path of this program");
    let limit = HELD.to_string();
    let output = Command::new(program).args(["hold", kind]).env("HTTPMOCK_MAX_SERVERS", limit).output();
    let output = output.expect("this program runs again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    let mut numbers = said.split_whitespace().map(|number| number.parse().expect("a number"));
    (numbers.next().expect("milliseconds"), numbers.next().expect("KiB"))
}

/// Starts servers of a kind, asks each once, and prints the milliseconds and the KiB of each.
fn hold(kind: &str) {
    let answer = Backend::documents().respond(&request());
    let before = resident_kib();
    let started = Instant::now();
    let runtime = one_thread();
    match kind {
        "taskmock" => ask_all((0..HELD).map(|_| MockServer::start()).collect(), MockServer::address),
        "hyper" => ask_all((0..HELD).map(|_| bare_hyper(&runtime, answer.clone())).collect(), |address| *address),
        "httpmock" => {
            let servers = (0..HELD).map(|_| httpmock_dynamic(answer.clone())).collect();
            ask_all(servers, |server: &httpmock::MockServer| *server.address());
        }
        _ => panic!("no kind of server: {kind}"),
    }
    println!("{} {}", started.elapsed().as_secs_f64() * 1e3, 0.0_f64.max(resident_kib() - before) / HELD as f64);
}

fn ask_all<S>(servers: Vec<S>, address: impl Fn(&S) -> SocketAddr) {
    for server in &servers {
        Client::of(address(server));
    }
}

fn state() -> State {
    cluster_of(100, true)
}

fn request() -> Request {
    page(1, true, Format::Json)
}

/// What the bare servers answer with: what ours do.
fn answer() -> Response {
    Backend::new(state()).respond(&request())
}

fn httpmock_static(answer: &Response) -> httpmock::MockServer {
    let server = httpmock::MockServer::start();
    server.mock(|_, then| {
        let mut then = then.status(answer.status().as_u16()).body(answer.body());
        for (name, value) in headers(answer) {
            then = then.header(name, value);
        }
    });
    server
}

fn httpmock_dynamic(answer: Response) -> httpmock::MockServer {
    let server = httpmock::MockServer::start();
    let answer = HttpMockResponse {
        status: Some(answer.status().as_u16()),
        headers: Some(headers(&answer)),
        body: Some(answer.into_body().into()),
    };
    server.mock(|_, then| {
        then.respond_with(move |_| answer.clone());
    });
    server
}

fn headers(answer: &Response) -> Vec<(String, String)> {
    let text = |value: &http::HeaderValue| value.to_str().expect("visible ASCII").to_owned();
    answer.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// A runtime of one thread, as our servers have.
fn one_thread() -> runtime::Handle {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let handle = runtime.handle().clone();
    let forever = move || runtime.block_on(std::future::pending::<()>());
    thread::Builder::new().name("bare hyper".to_owned()).spawn(forever).expect("a thread");
    handle
}

async fn wiremock(answer: &Response) -> wiremock::MockServer {
    let server = wiremock::MockServer::builder().disable_request_recording().start().await;
    let mut template = wiremock::ResponseTemplate::new(answer.status().as_u16()).set_body_bytes(answer.body().to_vec());
    for (name, value) in headers(answer) {
        template = template.append_header(name, value);
    }
    wiremock::Mock::given(wiremock::matchers::any()).respond_with(template).mount(&server).await;
    server
}

/// A server that encodes the same page for each request.
fn building_hyper(runtime: &runtime::Handle, answer: &Response) -> SocketAddr {
    let page = read(answer.body(), Format::Json);
    let answer = answer.clone();
    serve_by_hyper(runtime, move || {
        let mut built = answer.clone();
        *built.body_mut() = page.encode(Format::Json, &Dialect::default()).into();
        built
    })
}

fn bare_hyper(runtime: &runtime::Handle, answer: Response) -> SocketAddr {
    serve_by_hyper(runtime, move || answer.clone())
}

fn serve_by_hyper(
    runtime: &runtime::Handle,
    answer: impl Fn() -> Response + Clone + Send + Sync + 'static,
) -> SocketAddr {
    let socket = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    socket.set_nonblocking(true).expect("a socket");
    let address = socket.local_addr().expect("an address");
    runtime.spawn(async move {
        let socket = TcpListener::from_std(socket).expect("a runtime");
        while let Ok((stream, _)) = socket.accept().await {
            stream.set_nodelay(true).expect("a socket");
            let answer = answer.clone();
            tokio::spawn(async move {
                let service = service_fn(move |_| {
                    let answer: hyper::Response<Full<Bytes>> = answer().map(Full::new);
                    async { Ok::<_, Infallible>(answer) }
                });
                let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

/// A keep-alive connection that asks for the same page again and again.
///
/// It costs as little as can be, in the dev profile too: every answer is as long as the first.
struct Client {
    stream: TcpStream,
    request: Vec<u8>,
    answer: Vec<u8>,
    /// How much of the answer is there.
    received: usize,
}

impl Client {
    /// Connects and asks once.
    fn of(address: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(address).expect("a server");
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a socket");
        let head =
            format!("GET {} HTTP/1.1\r\nhost: {address}\r\naccept: */*\r\nuser-agent: bench\r\n\r\n", request().uri());
        stream.write_all(head.as_bytes()).expect("a request");
        let mut answer = Vec::new();
        while !is_whole(&answer) {
            let mut piece = [0; 65536];
            let length = stream.read(&mut piece).expect("an answer");
            assert_ne!(length, 0, "the server closed the connection");
            answer.extend(&piece[..length]);
        }
        Client { stream, request: head.into_bytes(), answer, received: 0 }
    }

    fn ask(&mut self) {
        self.send();
        self.receive();
    }

    fn send(&mut self) {
        self.stream.write_all(&self.request).expect("a request");
    }

    fn receive(&mut self) {
        self.stream.read_exact(&mut self.answer).expect("an answer as long as the first");
    }

    /// Reads what is there; whether that was the end of the answer.
    fn has_received(&mut self) -> bool {
        match self.stream.read(&mut self.answer[self.received..]) {
            Ok(0) => panic!("the server closed the connection"),
            Ok(length) => self.received += length,
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
        let is_whole = self.received == self.answer.len();
        self.received %= self.answer.len();
        is_whole
    }

    fn body(&self) -> &[u8] {
        split(&self.answer).expect("an answer").1
    }
}

/// The head of an answer in lower case, and its body.
fn split(answer: &[u8]) -> Option<(String, &[u8])> {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase(), &answer[end + 4..]))
}

fn is_whole(answer: &[u8]) -> bool {
    let Some((head, body)) = split(answer) else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    length.parse() == Ok(body.len())
}

/// Proves that two servers answer alike: the same page under the same headers, the request id and
/// the date apart.
fn assert_same_answer(one: &Client, other: &Client) {
    let head = |client: &Client| {
        let (head, _) = split(&client.answer).expect("an answer");
        let mut lines: Vec<String> = head.lines().map(str::to_owned).collect();
        lines.sort();
        let id = lines.iter().position(|line| line.starts_with("x-acs-request-id: ")).expect("a request id");
        lines.remove(id);
        lines.retain(|line| !line.starts_with("date: "));
        lines
    };
    assert_eq!(head(one), head(other));
    assert_eq!(one.answer.len(), other.answer.len());
    assert_same_page(one.body(), other.body(), Format::Json);
}
