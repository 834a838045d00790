//! Every delivery, performed by the three transports: the same bytes, the same end, the same time.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

use super::socket::{Socket, TokioClock};
use crate::backend::Backend;
use crate::clock_source::ClockSource;
use crate::connection::pipe::pipe;
use crate::connection::{Action, Service, Wire, serve};
use crate::handle::Handle;
use crate::http::{Delivery, End, Framing, Outgoing, Request};

/// Answers each request with what comes next.
struct Scripted(Mutex<VecDeque<Outgoing>>);

impl Service for Scripted {
    async fn answer(&self, _: &Request) -> Outgoing {
        self.0.lock().expect("no panic").pop_front().expect("no more requests than answers")
    }

    fn refused(&self, _: &Request, _: u16) {}
}

fn answer(body: &'static str, delivery: Option<Delivery>) -> Outgoing {
    Outgoing { delivery: delivery.map(Box::new), ..Outgoing::new(200, "text/plain", body) }
}

/// The answer under test, then a plain one.
fn script(delivery: &Delivery) -> Scripted {
    Scripted(Mutex::new([answer("0123456789", Some(delivery.clone())), answer("two", None)].into()))
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

/// As hyper writes it.
const PLAIN: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 3\r\n\r\ntwo";

/// What the client does once it has what is expected.
#[derive(Clone, Copy)]
enum Then {
    Asks,
    Listens,
    Leaves,
}

/// What becomes of the connection.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Became {
    Answered,
    Closed,
    Reset,
}

type Row = (&'static str, Delivery, String, Duration, Then, Became);

fn rows() -> Vec<Row> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n";
    let whole = format!("{head}content-length: 10\r\n\r\n0123456789");
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n");
    let none = Duration::ZERO;
    let ms = Duration::from_millis;
    let plain = Delivery::default();
    let end = |end| Delivery { end, ..Delivery::default() };
    let cut = format!("{head}content-length: 10\r\n\r\n0123");
    vec![
        ("nothing", plain.clone(), whole.clone(), none, Then::Asks, Became::Answered),
        ("delay", Delivery { delay: ms(5000), ..plain.clone() }, whole.clone(), ms(5000), Then::Asks, Became::Answered),
        (
            "chunked",
            Delivery { framing: Framing::Chunked, ..plain.clone() },
            chunked,
            none,
            Then::Asks,
            Became::Answered,
        ),
        (
            "wrong length",
            Delivery { framing: Framing::WrongLength(20), ..plain.clone() },
            format!("{head}content-length: 20\r\n\r\n0123456789"),
            none,
            Then::Asks,
            Became::Answered,
        ),
        // One byte each quarter of a second, the first at once.
        (
            "4 bytes a second",
            Delivery { bytes_per_second: Some(4), ..plain.clone() },
            whole.clone(),
            ms(2250),
            Then::Asks,
            Became::Answered,
        ),
        // Two bytes each tenth of a second.
        (
            "20 bytes a second",
            Delivery { bytes_per_second: Some(20), ..plain.clone() },
            whole.clone(),
            ms(400),
            Then::Asks,
            Became::Answered,
        ),
        ("reset next", end(End::ResetNext), whole.clone(), none, Then::Asks, Became::Reset),
        ("reset next, closed", end(End::ResetNext), whole.clone(), none, Then::Leaves, Became::Closed),
        ("close after", end(End::CloseAfter), whole.clone(), none, Then::Listens, Became::Closed),
        ("end before head", end(End::BeforeHead { reset: false }), String::new(), none, Then::Listens, Became::Closed),
        ("reset before head", end(End::BeforeHead { reset: true }), String::new(), none, Then::Listens, Became::Reset),
        ("end in body", end(End::InBody { sent: 4, reset: false }), cut.clone(), none, Then::Listens, Became::Closed),
        ("reset in body", end(End::InBody { sent: 4, reset: true }), cut.clone(), none, Then::Listens, Became::Reset),
        (
            "end in chunked body",
            Delivery { framing: Framing::Chunked, ..end(End::InBody { sent: 4, reset: false }) },
            format!("{head}transfer-encoding: chunked\r\n\r\nA\r\n0123"),
            none,
            Then::Listens,
            Became::Closed,
        ),
        (
            "end in body that is shorter",
            end(End::InBody { sent: 400, reset: false }),
            whole.clone(),
            none,
            Then::Listens,
            Became::Closed,
        ),
        ("stall", end(End::Stall { sent: None }), String::new(), none, Then::Leaves, Became::Closed),
        ("stall in body", end(End::Stall { sent: Some(4) }), cut, none, Then::Leaves, Became::Closed),
        (
            "uninvited bytes",
            Delivery { after: Bytes::from_static(b"junk"), ..plain },
            format!("{whole}junk"),
            none,
            Then::Asks,
            Became::Answered,
        ),
    ]
}

/// What a client saw: the bytes, how long they took, what became of the connection.
type Seen = (String, Duration, Became);

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, expected: usize, then: Then) -> Seen {
    let started = Instant::now();
    stream.write_all(REQUEST).await.expect("a connection");
    let (mut bytes, mut room) = (Vec::new(), [0; 1024]);
    let mut ended = None;
    while bytes.len() < expected && ended.is_none() {
        match stream.read(&mut room).await {
            Ok(0) => ended = Some(Became::Closed),
            Ok(length) => bytes.extend_from_slice(&room[..length]),
            Err(_) => ended = Some(Became::Reset),
        }
    }
    let took = started.elapsed();
    match then {
        Then::Asks => stream.write_all(REQUEST).await.expect("a connection"),
        Then::Listens => {}
        Then::Leaves => stream.shutdown().await.expect("a connection"),
    }
    let became = match ended {
        Some(ended) => ended,
        None => match stream.read(&mut room).await {
            Ok(0) => Became::Closed,
            Ok(length) => {
                assert_eq!(String::from_utf8_lossy(&room[..length]), PLAIN);
                Became::Answered
            }
            Err(_) => Became::Reset,
        },
    };
    (String::from_utf8(bytes).expect("ASCII"), took, became)
}

async fn over_tcp(delivery: &Delivery, expected: usize, then: Then) -> Seen {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let client = TcpStream::connect(socket.local_addr().expect("an address")).await.expect("a connection");
    let (server, _) = socket.accept().await.expect("a connection");
    let service = script(delivery);
    let clock = TokioClock::of(ClockSource::FollowsTokio);
    let serving = tokio::spawn(async move { serve(Socket::new(server), &clock, &service, None).await });
    let seen = ask(client, expected, then).await;
    serving.await.expect("the connection ends");
    seen
}

async fn in_memory(delivery: &Delivery, expected: usize, then: Then) -> Seen {
    let (client, server) = pipe();
    let service = script(delivery);
    let clock = TokioClock::of(ClockSource::FollowsTokio);
    let serving = tokio::spawn(async move { serve(server, &clock, &service, None).await });
    let seen = ask(TokioIo::new(client), expected, then).await;
    serving.await.expect("the connection ends");
    seen
}

fn over_the_wire(delivery: &Delivery, then: Then) -> Seen {
    let handle = Handle::new(Backend::documents(), ClockSource::Given);
    let mut wire = Wire::serving(&handle, script(delivery));
    let started = Duration::from_secs(1000);
    let (mut now, mut bytes, mut ended) = (started, Vec::new(), None);
    let mut actions = wire.receive(now, REQUEST);
    loop {
        let mut wakes_at = None;
        for action in actions {
            assert_eq!(ended, None, "nothing follows the end");
            match action {
                Action::Write(piece) => bytes.extend_from_slice(&piece),
                Action::WakeAt(instant) => wakes_at = Some(instant),
                Action::Reset => ended = Some(Became::Reset),
                Action::Close => ended = Some(Became::Closed),
                Action::Ask(request) => panic!("nobody answers {request:?}"),
            }
        }
        let Some(instant) = wakes_at else { break };
        now = instant;
        actions = wire.wake(now);
    }
    let text = String::from_utf8(bytes).expect("ASCII");
    let actions = match then {
        Then::Asks => wire.receive(now, REQUEST),
        Then::Listens => Vec::new(),
        Then::Leaves => wire.closed(now),
    };
    let became = ended.unwrap_or_else(|| match &actions[..] {
        [Action::Close] => Became::Closed,
        [Action::Reset] => Became::Reset,
        [Action::Write(bytes)] => {
            assert_eq!(bytes, PLAIN);
            Became::Answered
        }
        others => panic!("{others:?}"),
    });
    (text, now - started, became)
}

#[test]
fn every_transport_performs_every_delivery_alike() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    for (name, delivery, expected, takes, then, became) in rows() {
        for (transport, seen) in [
            ("socket", runtime.block_on(over_tcp(&delivery, expected.len(), then))),
            ("pipe", runtime.block_on(in_memory(&delivery, expected.len(), then))),
            ("wire", over_the_wire(&delivery, then)),
        ] {
            let (bytes, took, end) = seen;
            assert_eq!((&*bytes, end), (&*expected, became), "{name}, {transport}");
            // Tokio's timers are exact to the millisecond, each.
            let is_exact = took >= takes && took < takes + Duration::from_millis(20);
            assert!(is_exact, "{name}, {transport}: {took:?}");
        }
    }
}

#[test]
fn pipelined_requests_are_answered_in_order_around_a_fault_and_byte_by_byte() {
    let chunked = Delivery { framing: Framing::Chunked, ..Delivery::default() };
    let expected = format!(
        "{PLAIN}HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n{PLAIN}"
    );
    let handle = Handle::new(Backend::documents(), ClockSource::Given);
    let requests = REQUEST.repeat(3);
    for size in [1, requests.len()] {
        let answers = [answer("two", None), answer("one", Some(chunked.clone())), answer("two", None)];
        let mut wire = Wire::serving(&handle, Scripted(Mutex::new(answers.into())));
        let mut bytes = Vec::new();
        for piece in requests.chunks(size) {
            for action in wire.receive(Duration::ZERO, piece) {
                let Action::Write(piece) = action else { panic!("{action:?}") };
                bytes.extend_from_slice(&piece);
            }
        }
        assert_eq!(String::from_utf8_lossy(&bytes), expected, "{size} bytes at once");
    }
}

#[test]
fn a_client_that_asks_for_the_end_or_speaks_http_1_0_is_told_how_the_answer_ends() {
    let chunked = Delivery { framing: Framing::Chunked, ..Delivery::default() };
    let handle = Handle::new(Backend::documents(), ClockSource::Given);
    for (request, delivery, expected) in [
        (
            "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            Delivery::default(),
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: 10\r\n\r\n0123456789",
        ),
        ("GET / HTTP/1.0\r\n\r\n", chunked.clone(), "HTTP/1.0 200 OK\r\ncontent-type: text/plain\r\n\r\n0123456789"),
        (
            "HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
            chunked,
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
        ),
    ] {
        let mut wire = Wire::serving(&handle, script(&delivery));
        let actions = wire.receive(Duration::ZERO, request.as_bytes());
        assert_eq!(actions, [Action::Write(Bytes::from(expected)), Action::Close], "{request}");
    }
}
