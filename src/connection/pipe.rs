//! An in-memory connection: two ends, each of which reads what the other one writes.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hyper::rt::{Read, ReadBufCursor, Write};

use super::Transport;

/// How many unread bytes one direction holds before its writer has to wait.
const CAPACITY: usize = 64 << 10;

/// One end of an in-memory connection.
pub(crate) struct End {
    shared: Arc<Mutex<Connection>>,
    side: usize,
}

#[derive(Default)]
struct Connection {
    /// What each side has still to read.
    lanes: [Lane; 2],
    is_reset: bool,
}

#[derive(Default)]
struct Lane {
    bytes: VecDeque<u8>,
    /// Whether the writer has ended it.
    has_ended: bool,
    /// Whether nobody will read it.
    is_deserted: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Lane {
    fn wake(&mut self) {
        [self.reader.take(), self.writer.take()].into_iter().flatten().for_each(Waker::wake);
    }
}

/// Makes a connection.
pub(crate) fn pipe() -> (End, End) {
    let shared = Arc::new(Mutex::new(Connection::default()));
    (End { shared: Arc::clone(&shared), side: 0 }, End { shared, side: 1 })
}

impl End {
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes without waiting, whatever the other end has still to read.
    pub(crate) fn push(&self, bytes: &[u8]) {
        let lane = &mut self.lock().lanes[1 - self.side];
        if !lane.is_deserted {
            lane.bytes.extend(bytes);
        }
        lane.wake();
    }

    /// How many bytes the other end has still to read.
    pub(crate) fn unread(&self) -> usize {
        self.lock().lanes[1 - self.side].bytes.len()
    }

    /// Ends this end's writing.
    pub(crate) fn end(&self) {
        let lane = &mut self.lock().lanes[1 - self.side];
        lane.has_ended = true;
        lane.wake();
    }

    /// Reads all that is there.
    pub(crate) fn drain(&self) -> Bytes {
        let lane = &mut self.lock().lanes[self.side];
        lane.wake();
        std::mem::take(&mut lane.bytes).into_iter().collect::<Vec<u8>>().into()
    }

    /// Whether the other end has ended the connection by a reset.
    pub(crate) fn is_reset(&self) -> bool {
        self.lock().is_reset
    }
}

impl Read for End {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, mut into: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let mut connection = self.lock();
        let is_reset = connection.is_reset;
        let lane = &mut connection.lanes[self.side];
        if lane.bytes.is_empty() {
            if is_reset {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            if lane.has_ended {
                return Poll::Ready(Ok(()));
            }
            lane.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        let (piece, _) = lane.bytes.as_slices();
        let length = piece.len().min(into.remaining());
        into.put_slice(&piece[..length]);
        lane.bytes.drain(..length);
        lane.writer.take().into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(()))
    }
}

impl Write for End {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut connection = self.lock();
        if connection.is_reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let lane = &mut connection.lanes[1 - self.side];
        if lane.is_deserted || lane.has_ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let length = bytes.len().min(CAPACITY.saturating_sub(lane.bytes.len()));
        if length == 0 && !bytes.is_empty() {
            lane.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        lane.bytes.extend(&bytes[..length]);
        lane.reader.take().into_iter().for_each(Waker::wake);
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.end();
        Poll::Ready(Ok(()))
    }
}

impl Transport for End {
    async fn close(self) {}

    fn reset(self) {
        self.lock().is_reset = true;
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let side = self.side;
        let mut connection = self.lock();
        connection.lanes[1 - side].has_ended = true;
        connection.lanes[side].is_deserted = true;
        connection.lanes[side].bytes.clear();
        connection.lanes.iter_mut().for_each(Lane::wake);
    }
}
