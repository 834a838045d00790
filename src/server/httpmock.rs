//! httpmock: a user's own stubs behind a MockServer, and a backend on a server of httpmock.

use std::net::SocketAddr;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;
use std::{mem, thread};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use httpmock::{HttpMockRequest, HttpMockResponse, Mock, MockServer, Then, When};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::backend::{Backend, plain};
use crate::clock_source::ClockSource;
use crate::handle::Handle;
use crate::http::{Incoming, Outgoing, Request, Response};
use crate::services::State;

/// How long a start waits for another test to give a server back to httpmock's pool.
const PATIENCE: Duration = Duration::from_secs(10);

/// What marks the answer to a request that no stub matches.
const UNMATCHED: &str = "x-taskmock-unmatched";

/// A server of httpmock that holds the stubs of one MockServer.
pub(super) struct Stubs {
    /// None only while it is dropped.
    server: Option<MockServer>,
    /// The id of the mock that answers what no stub matches.
    unmatched: Mutex<usize>,
}

impl Stubs {
    /// # Panics
    ///
    /// If httpmock has no server left and none is given back in time.
    #[track_caller]
    pub(super) fn start() -> Self {
        let (sender, receiver) = mpsc::channel();
        // httpmock waits for ever, without a word, and blocks its thread: that must be neither a
        // test's nor an async runtime's. A server that comes too late goes back to its pool.
        thread::spawn(move || {
            let _ = sender.send(MockServer::start());
        });
        let server = match receiver.recv_timeout(PATIENCE) {
            Ok(server) => server,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!(
                "no stub can be mounted: httpmock's pool has 25 servers, or HTTPMOCK_MAX_SERVERS, and all of them \
                 are held; drop some, or set that environment variable to more"
            ),
            Err(mpsc::RecvTimeoutError::Disconnected) => panic!(
                "no stub can be mounted: httpmock handed out a server that a matcher of an earlier test broke by a \
                 panic"
            ),
        };
        let unmatched = Mutex::new(answer_unmatched(&server));
        Stubs { server: Some(server), unmatched }
    }

    fn server(&self) -> &MockServer {
        self.server.as_ref().expect("it is there until this is dropped")
    }

    /// Mounts a stub.
    pub(super) fn mount(&self, specify: impl FnOnce(When, Then)) -> Mock<'_> {
        // httpmock asks its mocks in the order in which they were mounted, so the one that takes
        // everything is mounted again behind the stub; no request falls in between.
        let stub = self.server().mock(specify);
        let mut unmatched = self.unmatched.lock().unwrap_or_else(PoisonError::into_inner);
        let before = mem::replace(&mut *unmatched, answer_unmatched(self.server()));
        Mock::new(before, self.server()).delete();
        stub
    }

    /// The answer of a stub; none if no stub matches.
    pub(super) async fn answer(&self, request: &Request) -> Option<Outgoing> {
        match forward(*self.server().address(), request).await {
            Ok(answer) if answer.headers().contains_key(UNMATCHED) => None,
            Ok(answer) => Some(answer.into()),
            // A stub whose matcher panics, for one.
            Err(error) => {
                Some(plain(502, &format!("httpmock, which has this server's stubs, did not answer: {error}")))
            }
        }
    }
}

impl Drop for Stubs {
    fn drop(&mut self) {
        // A matcher that panicked has broken the server for good: its lock is poisoned, and httpmock
        // would hand it to another test.
        if let Some(server) = self.server.take()
            && panic::catch_unwind(AssertUnwindSafe(|| server.reset())).is_err()
        {
            mem::forget(server);
        }
    }
}

fn answer_unmatched(server: &MockServer) -> usize {
    let unmatched = server.mock(|_, then| {
        then.status(404).header(UNMATCHED, "true");
    });
    unmatched.id()
}

/// Sends a request on, over a connection of its own.
async fn forward(to: SocketAddr, request: &Request) -> Result<Response, Box<dyn std::error::Error + Send + Sync>> {
    let stream = TcpStream::connect(to).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let mut request = request.clone().map(Full::new);
    // Both are about the connection of the client, not about this one.
    request.headers_mut().remove(http::header::CONNECTION);
    request.headers_mut().remove(http::header::TRANSFER_ENCODING);
    *request.version_mut() = http::Version::HTTP_11;
    let (parts, body) = sender.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(parts, body))
}

/// Mounts a backend on a server of httpmock that the caller already has, and returns the handle on
/// it. It answers every request that no mock mounted before it matches; httpmock asks the mock that
/// was mounted first, first.
///
/// httpmock cannot perform what a fault does to a connection: such a request is answered with 501
/// and a sentence. A delay holds up every request of that server, because httpmock has one thread
/// for it.
///
/// ```
/// use std::io::{Read, Write};
///
/// let server = httpmock::MockServer::start();
/// server.mock(|when, then| {
///     when.path("/token");
///     then.status(200).body("secret");
/// });
/// let cloud = taskmock::server::mount(&server, taskmock::State::documents());
/// let mut client = std::net::TcpStream::connect(server.address())?;
/// client.write_all(b"GET /tasks/T-5faa48fb31b6b8078d00**** HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// client.read_to_string(&mut answer)?;
/// assert!(answer.contains(r#""state":"running""#));
/// assert_eq!(cloud.count("ack.describe_task_info"), 1);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn mount(server: &MockServer, state: State) -> Handle {
    let handle = Handle::new(Backend::new(state), ClockSource::Stands);
    let cloud = handle.clone();
    // All logic is in the responder: httpmock matches mock by mock under one lock, and a panic in a
    // matcher would take the server down.
    let respond = move |request: &HttpMockRequest| {
        let body: Bytes = request.body_bytes();
        let headers = request.headers_vec();
        let incoming = Incoming::from_parts(request.method_str(), request.uri_str(), headers, &body);
        let mut answer = cloud.answer(&incoming);
        if answer.delivery.take().is_some_and(|delivery| *delivery != crate::http::Delivery::default()) {
            let sentence =
                "httpmock cannot perform this fault, which is about the connection; use taskmock::MockServer";
            answer = plain(501, sentence);
        }
        let headers = answer.headers.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned()));
        HttpMockResponse {
            status: Some(answer.status),
            headers: Some(headers.collect()),
            body: Some(answer.body.into()),
        }
    };
    server.mock(|_, then| {
        then.respond_with(respond);
    });
    handle
}
