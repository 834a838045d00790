//! The connection engine: reads requests off one connection, answers them, performs their faults.
//!
//! hyper reads every request and writes every plain answer. An answer with a [`Delivery`] never
//! reaches hyper: the engine takes the connection over, writes the answer itself, and gives the
//! connection back if it goes on. So faults cost nothing where there are none, and every transport
//! carries the same bytes, because the same code writes them.

mod deliver;
pub(crate) mod pipe;
mod wire;

use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Buf, Bytes};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming as Body};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::server::conn::http1;
use hyper::service::service_fn;

use crate::backend::{control, plain};
use crate::http::{MAX_BODY, Outgoing, Request, Response};
use deliver::{Ended, Exchange};

#[cfg(feature = "tower")]
pub(crate) use wire::Direct;
pub use wire::{Action, Wire};

/// The largest state that the control interface reads, in bytes.
const MAX_STATE: usize = 1 << 30;

/// The bytes of one connection, and the two ways to end it.
pub(crate) trait Transport: Read + Write + Send + Unpin {
    /// Ends the connection in order: the peer reads all that was written, then the end.
    fn close(self) -> impl Future<Output = ()> + Send;

    /// Ends the connection so that the peer meets a reset.
    fn reset(self);
}

/// What delays sleep on.
pub(crate) trait Clock: Send + Sync {
    /// Sleeps for a span of the mock's time.
    fn sleep(&self, span: Duration) -> impl Future<Output = ()> + Send;
}

/// Who answers the requests of a connection.
pub(crate) trait Service: Send + Sync {
    /// Answers a request.
    fn answer(&self, request: &Request) -> impl Future<Output = Outgoing> + Send;

    /// Takes note of a request that the engine refused, because its body cannot be read.
    fn refused(&self, request: &Request, status: u16);

    /// Takes note that the exchange is over and the connection idle.
    fn answered(&self) {}

    /// Takes note that the client went away before the answer to its last request was written.
    fn left(&self) {}
}

/// Serves a connection until it ends.
///
/// A request whose body has not come within `body_timeout` is refused.
pub(crate) async fn serve<T: Transport, C: Clock, S: Service>(
    transport: T,
    clock: &C,
    service: &S,
    body_timeout: Option<Duration>,
) {
    let takeover = Arc::new(Takeover::default());
    let mut io = Io { transport, unread: Bytes::new(), takeover: Arc::clone(&takeover) };
    loop {
        let answer = service_fn(|request| respond(clock, service, &takeover, body_timeout, request));
        let mut connection = http1::Builder::new()
            // Bytes are deterministic.
            .auto_date_header(false)
            // A client may end its side once it has asked, and still gets its answer.
            .half_close(true)
            .serve_connection(io, answer);
        // A connection that breaks is the client's affair.
        let is_broken = (&mut connection).await.is_err();
        let parts = connection.into_parts();
        io = parts.io;
        let Some(exchange) = takeover.exchange.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            if is_broken && !takeover.is_flushed.load(Ordering::Relaxed) {
                service.left();
            }
            return io.transport.close().await;
        };
        io.unread = parts.read_buf;
        let ended = exchange.perform(&mut io, clock).await;
        service.answered();
        match ended {
            Ended::Kept => {}
            Ended::InOrder => return io.transport.close().await,
            Ended::Left => {
                service.left();
                return io.transport.close().await;
            }
            Ended::Reset => return io.transport.reset(),
        }
    }
}

/// Answers one request, or takes the connection over if the answer has a delivery.
async fn respond<C: Clock, S: Service>(
    clock: &C,
    service: &S,
    takeover: &Takeover,
    body_timeout: Option<Duration>,
    request: hyper::Request<Body>,
) -> Result<hyper::Response<Full<Bytes>>, TakenOver> {
    let (parts, body) = request.into_parts();
    let is_state = parts.uri.path().strip_prefix(control::PREFIX) == Some("state");
    let most = if is_state { MAX_STATE } else { MAX_BODY };
    let read = read(clock, body, most, body_timeout).await;
    let request = http::Request::from_parts(parts, read.clone().unwrap_or_default());
    let mut answer = match read {
        Ok(_) => service.answer(&request).await,
        Err(status) => {
            service.refused(&request, status);
            plain(status, &format!("the body cannot be read, or has more than {most} bytes"))
        }
    };
    let Some(delivery) = answer.delivery.take() else {
        service.answered();
        takeover.is_flushed.store(false, Ordering::Relaxed);
        return Ok(Response::from(answer).map(Full::new));
    };
    takeover.await_flush().await;
    let exchange = Exchange::new(&request, answer, *delivery);
    *takeover.exchange.lock().unwrap_or_else(PoisonError::into_inner) = Some(exchange);
    Err(TakenOver)
}

/// Reads the whole body; an error is the status of the refusal.
async fn read<C: Clock>(clock: &C, body: Body, most: usize, timeout: Option<Duration>) -> Result<Bytes, u16> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    if body.size_hint().lower() > most as u64 {
        return Err(413);
    }
    let mut collected = pin!(Limited::new(body, most).collect());
    let mut late = pin!(async {
        match timeout {
            Some(timeout) => clock.sleep(timeout).await,
            None => std::future::pending().await,
        }
    });
    let body = poll_fn(|context| match collected.as_mut().poll(context) {
        Poll::Ready(body) => Poll::Ready(Some(body)),
        Poll::Pending => late.as_mut().poll(context).map(|()| None),
    });
    match body.await {
        Some(Ok(collected)) => Ok(collected.to_bytes()),
        Some(Err(error)) if error.is::<LengthLimitError>() => Err(413),
        Some(Err(_)) => Err(400),
        None => Err(408),
    }
}

/// How an answer gets from hyper's service to the engine.
#[derive(Default)]
struct Takeover {
    exchange: Mutex<Option<Exchange>>,
    /// Whether hyper has written everything since this was last unset.
    is_flushed: AtomicBool,
}

impl Takeover {
    /// Waits until hyper has written the answers before this one: they would be lost with it.
    async fn await_flush(&self) {
        self.is_flushed.store(false, Ordering::Relaxed);
        poll_fn(|context| {
            if self.is_flushed.load(Ordering::Relaxed) {
                return Poll::Ready(());
            }
            // hyper flushes each time before it waits, and flushes the transport once it has nothing left.
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

/// What tells hyper to give the connection back.
#[derive(Debug)]
struct TakenOver;

impl fmt::Display for TakenOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the engine has taken the connection over")
    }
}

impl std::error::Error for TakenOver {}

/// A transport that hyper and the engine hold in turns.
struct Io<T> {
    transport: T,
    /// What hyper had read and not used.
    unread: Bytes,
    takeover: Arc<Takeover>,
}

impl<T: Transport> Read for Io<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut into: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.unread.is_empty() {
            return Pin::new(&mut self.transport).poll_read(context, into);
        }
        let length = self.unread.len().min(into.remaining());
        into.put_slice(&self.unread[..length]);
        self.unread.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl<T: Transport> Write for Io<T> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.transport).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.transport).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.transport.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.takeover.is_flushed.store(true, Ordering::Relaxed);
        Pin::new(&mut self.transport).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_shutdown(context)
    }
}
