//! Tokio's sockets as a transport of the engine, and tokio's time as its clock.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::clock_source::{ClockSource, Reader};
use crate::connection::{Clock, Transport};

/// A stream over a TCP connection.
pub(super) trait OverTcp: AsyncRead + AsyncWrite + Send + Unpin {
    /// The connection underneath.
    fn tcp(&self) -> &TcpStream;
}

impl OverTcp for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

#[cfg(feature = "tls")]
impl OverTcp for tokio_rustls::server::TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// A connection of a client.
pub(super) struct Socket<S>(TokioIo<S>);

impl<S: OverTcp> Socket<S> {
    pub(super) fn new(stream: S) -> Self {
        Socket(TokioIo::new(stream))
    }
}

/// How long, and how many bytes, a client that goes on sending is listened to after the end. Closed
/// before, the system would reset the connection, and what was sent last could be lost.
const LINGER: (Duration, usize) = (Duration::from_millis(500), 16 << 20);

impl<S: OverTcp> Transport for Socket<S> {
    async fn close(self) {
        let mut stream = self.0.into_inner();
        let listen = async {
            if stream.shutdown().await.is_err() {
                return;
            }
            let (mut room, mut left) = ([0; 4096], LINGER.1);
            while let Ok(length @ 1..) = stream.read(&mut room).await {
                left = left.saturating_sub(length);
                if left == 0 {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(LINGER.0, listen).await;
    }

    fn reset(self) {
        let stream = self.0.into_inner();
        // A socket that lingers for no time is reset when it is closed.
        let _ = stream.tcp().set_zero_linger();
    }
}

impl<S: OverTcp> Read for Socket<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl<S: OverTcp> Write for Socket<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// Returns what reads the time that a clock source needs; none if it needs none.
///
/// # Panics
///
/// With `FollowsTokio` outside a tokio runtime.
pub(super) fn reader(source: ClockSource) -> Option<Reader> {
    match source {
        ClockSource::Scaled(speed) if speed > 0.0 => {
            let started = std::time::Instant::now();
            Some(Box::new(move || started.elapsed()))
        }
        ClockSource::FollowsTokio => {
            let (runtime, started) = (tokio::runtime::Handle::current(), tokio::time::Instant::now());
            Some(Box::new(move || {
                // Another thread would see the real clock where the runtime's is paused.
                let _in_runtime = runtime.enter();
                started.elapsed()
            }))
        }
        _ => None,
    }
}

/// Tokio's time, by which a delay takes as long as the [`ClockSource`] says.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokioClock {
    speed: f64,
}

impl TokioClock {
    pub(super) fn of(source: ClockSource) -> Self {
        match source {
            ClockSource::Scaled(speed) if speed > 0.0 => TokioClock { speed },
            _ => TokioClock { speed: 1.0 },
        }
    }
}

impl Clock for TokioClock {
    async fn sleep(&self, span: Duration) {
        let span = Duration::try_from_secs_f64(span.as_secs_f64() / self.speed).unwrap_or(Duration::MAX);
        tokio::time::sleep(span).await;
    }
}
