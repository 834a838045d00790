//! Delivery performed: the bytes of an answer, when they are sent, and how the connection ends.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use hyper::rt::{Read, ReadBuf, Write};

use super::{Clock, Io, Transport};
use crate::http::{Delivery, End, Framing, Outgoing, Request, Response};

/// An answer that the engine writes itself.
pub(super) struct Exchange {
    answer: Response,
    delivery: Delivery,
    version: http::Version,
    is_head: bool,
    /// Whether the client wants to go on using the connection.
    is_kept: bool,
}

/// How an exchange left its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It goes on.
    Kept,
    /// It is to be closed in order.
    InOrder,
    /// It is to be reset.
    Reset,
    /// The client has ended it; it is to be closed.
    Left,
}

/// A dribbled body is sent in this many pieces a second, or in single bytes if it has fewer.
const PIECES_PER_SECOND: u32 = 10;

impl Exchange {
    pub(super) fn new(request: &Request, answer: Outgoing, delivery: Delivery) -> Self {
        let mut connection = request.headers().get_all(http::header::CONNECTION).iter();
        let mut says = |word: &str| {
            let has_word = |value: &http::HeaderValue| {
                value.to_str().is_ok_and(|text| text.split(',').any(|token| token.trim().eq_ignore_ascii_case(word)))
            };
            connection.any(has_word)
        };
        let version = request.version();
        let is_kept = if version == http::Version::HTTP_10 { says("keep-alive") } else { !says("close") };
        Exchange { answer: answer.into(), delivery, version, is_head: request.method() == http::Method::HEAD, is_kept }
    }

    /// Sends the answer as the delivery says. A client that has gone away ends it.
    pub(super) async fn perform<T: Transport, C: Clock>(self, io: &mut Io<T>, clock: &C) -> Ended {
        if !self.delivery.delay.is_zero() {
            clock.sleep(self.delivery.delay).await;
        }
        // What cannot be written any more has nobody to miss it.
        self.send(io, clock).await.unwrap_or(Ended::Left)
    }

    async fn send<T: Transport, C: Clock>(&self, io: &mut Io<T>, clock: &C) -> io::Result<Ended> {
        let body = self.body();
        let sent = match self.delivery.end {
            End::BeforeHead { reset } => return Ok(if reset { Ended::Reset } else { Ended::InOrder }),
            End::Stall { sent: None } => {
                await_end(io).await;
                return Ok(Ended::Left);
            }
            End::InBody { sent, .. } | End::Stall { sent: Some(sent) } => Some(sent.min(body.len())),
            End::Whole | End::ResetNext | End::CloseAfter => None,
        };
        let mut bytes = self.head(body.len());
        let cut = &body[..sent.unwrap_or(body.len())];
        match self.delivery.bytes_per_second.filter(|_| !cut.is_empty()) {
            None => bytes.extend_from_slice(cut),
            Some(rate) => {
                write(io, &bytes).await?;
                bytes.clear();
                dribble(io, clock, cut, rate).await?;
            }
        }
        if sent.is_none() {
            bytes.extend_from_slice(&self.tail(body.len()));
            bytes.extend_from_slice(&self.delivery.after);
        }
        write(io, &bytes).await?;
        Ok(match self.delivery.end {
            End::InBody { reset: true, .. } => Ended::Reset,
            End::InBody { .. } | End::CloseAfter | End::BeforeHead { .. } => Ended::InOrder,
            End::Stall { .. } => {
                await_end(io).await;
                Ended::Left
            }
            End::ResetNext => match read(io).await {
                Ok(0) | Err(_) => Ended::InOrder,
                Ok(_) => Ended::Reset,
            },
            End::Whole if self.is_kept && self.framing() != Framed::ByTheEnd => Ended::Kept,
            End::Whole => Ended::InOrder,
        })
    }

    /// The body as it is sent: none where HTTP has none.
    fn body(&self) -> Bytes {
        let has_none = self.is_head || matches!(self.answer.status().as_u16(), 204 | 304);
        if has_none { Bytes::new() } else { self.answer.body().clone() }
    }

    fn framing(&self) -> Framed {
        match self.delivery.framing {
            _ if self.answer.status().as_u16() == 204 => Framed::NotAtAll,
            Framing::Length => Framed::Length(self.answer.body().len() as u64),
            Framing::WrongLength(length) => Framed::Length(length),
            // HTTP/1.0 knows no chunks.
            Framing::Chunked if self.version == http::Version::HTTP_10 => Framed::ByTheEnd,
            Framing::Chunked => Framed::Chunked,
        }
    }

    /// Everything before the body, in the form in which hyper writes it.
    fn head(&self, length: usize) -> Vec<u8> {
        let status = self.answer.status();
        let version = if self.version == http::Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" };
        let reason = status.canonical_reason().unwrap_or("<none>");
        let mut head = format!("{version} {} {reason}\r\n", status.as_str()).into_bytes();
        let mut header = |name: &str, value: &[u8]| {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        };
        for (name, value) in self.answer.headers() {
            // The delivery says how the length is announced.
            if name != http::header::CONTENT_LENGTH && name != http::header::TRANSFER_ENCODING {
                header(name.as_str(), value.as_bytes());
            }
        }
        // An end that is a fault is not announced; one that the client asked for is.
        if !self.is_kept && self.version == http::Version::HTTP_11 {
            header("connection", b"close");
        } else if self.is_kept && self.version == http::Version::HTTP_10 && self.framing() != Framed::ByTheEnd {
            header("connection", b"keep-alive");
        }
        match self.framing() {
            Framed::Length(length) => header("content-length", length.to_string().as_bytes()),
            Framed::Chunked => {
                header("transfer-encoding", b"chunked");
                if !self.delivery.trailers.is_empty() {
                    let names: Vec<&str> = self.delivery.trailers.iter().map(|(name, _)| name.as_str()).collect();
                    header("trailer", names.join(", ").as_bytes());
                }
            }
            Framed::ByTheEnd | Framed::NotAtAll => {}
        }
        head.extend_from_slice(b"\r\n");
        if self.framing() == Framed::Chunked && length > 0 {
            head.extend_from_slice(format!("{length:X}\r\n").as_bytes());
        }
        head
    }

    /// What follows the body.
    fn tail(&self, length: usize) -> Vec<u8> {
        if self.framing() != Framed::Chunked || self.is_head {
            return Vec::new();
        }
        let mut tail = if length == 0 { "0\r\n" } else { "\r\n0\r\n" }.to_owned();
        for (name, value) in &self.delivery.trailers {
            tail.extend([name, ": ", value, "\r\n"]);
        }
        tail.push_str("\r\n");
        tail.into_bytes()
    }
}

/// How the client knows where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framed {
    Length(u64),
    Chunked,
    ByTheEnd,
    NotAtAll,
}

/// Sends a body slowly: the first piece at once, each other one when it is due.
async fn dribble<T: Transport, C: Clock>(io: &mut Io<T>, clock: &C, body: &[u8], rate: u32) -> io::Result<()> {
    let rate = rate.max(1);
    let pieces = rate.min(PIECES_PER_SECOND);
    let size = rate.div_ceil(pieces) as usize;
    let pause = Duration::from_secs(1).mul_f64(size as f64 / f64::from(rate));
    for (number, piece) in body.chunks(size).enumerate() {
        if number > 0 {
            clock.sleep(pause).await;
        }
        write(io, piece).await?;
    }
    Ok(())
}

async fn write<T: Transport>(io: &mut Io<T>, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let length = poll_fn(|context| Pin::new(&mut *io).poll_write(context, bytes)).await?;
        if length == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[length..];
    }
    poll_fn(|context| Pin::new(&mut *io).poll_flush(context)).await
}

/// Reads and forgets what is there; how many bytes it was.
async fn read<T: Transport>(io: &mut Io<T>) -> io::Result<usize> {
    let mut room = [0; 4096];
    poll_fn(|context| {
        let mut into = ReadBuf::new(&mut room);
        Pin::new(&mut *io).poll_read(context, into.unfilled()).map_ok(|()| into.filled().len())
    })
    .await
}

/// Waits until the client ends the connection.
async fn await_end<T: Transport>(io: &mut Io<T>) {
    while matches!(read(io).await, Ok(1..)) {}
}
