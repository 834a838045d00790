//! Without sockets: a backend as a tower service, and a connector for hyper-util's client.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use tower_service::Service;

use super::socket::TokioClock;
use crate::backend::plain;
use crate::clock_source::ClockSource;
use crate::connection::pipe::{End, pipe};
use crate::connection::{Clock, Direct, serve};
use crate::handle::Handle;
use crate::http::{self as messages, Delivery, Incoming, MAX_BODY, Response};

type Pending<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// A connector for hyper-util's client: each connection is in memory, and leads to the backend of a
/// [`Handle`], whatever the host. It performs every fault. Its delays sleep on `tokio::time`.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// use http_body_util::Empty;
/// use hyper_util::{client::legacy::Client, rt::TokioExecutor};
/// use taskmock::{Backend, ClockSource, Handle, server::Connector};
///
/// let cloud = Handle::new(Backend::documents(), ClockSource::Stands);
/// let client: Client<_, Empty<bytes::Bytes>> =
///     Client::builder(TokioExecutor::new()).build(Connector::new(&cloud));
/// let response = client.get("http://cs.aliyuncs.com/tasks/T-1".parse()?).await?;
/// assert_eq!(response.status(), 400);
/// assert_eq!(cloud.requests().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Connector(Handle);

impl Connector {
    /// Returns a connector to the backend of a handle.
    ///
    /// ```
    /// use taskmock::{Backend, ClockSource, Handle, server::Connector};
    /// let connector = Connector::new(&Handle::new(Backend::documents(), ClockSource::Stands));
    /// ```
    pub fn new(handle: &Handle) -> Self {
        Connector(handle.clone())
    }
}

impl Service<::http::Uri> for Connector {
    type Response = MemoryConnection;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<MemoryConnection>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: ::http::Uri) -> Self::Future {
        let (client, server) = pipe();
        let service = Direct(self.0.clone());
        tokio::spawn(async move { serve(server, &TokioClock::of(ClockSource::Stands), &service, None).await });
        std::future::ready(Ok(MemoryConnection(client)))
    }
}

/// The client's end of a connection that a [`Connector`] made.
///
/// ```
/// # fn is_sent<T: Send>() {}
/// is_sent::<taskmock::server::MemoryConnection>();
/// ```
pub struct MemoryConnection(End);

impl std::fmt::Debug for MemoryConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryConnection")
    }
}

impl Connection for MemoryConnection {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for MemoryConnection {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl Write for MemoryConnection {
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

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// A backend as a tower service. There is no connection: it performs a delay, and a fault that ends
/// the connection is an error of the kind `ConnectionReset`. What else a fault does to a connection
/// is answered with 501 and a sentence; a [`Connector`] can do it.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// use http_body_util::Empty;
/// use taskmock::{Backend, ClockSource, Handle, server::TowerService};
/// use tower_service::Service;
///
/// let cloud = Handle::new(Backend::documents(), ClockSource::Stands);
/// let request = http::Request::get("/tasks/T-1").body(Empty::<bytes::Bytes>::new())?;
/// let response = TowerService::new(&cloud).call(request).await?;
/// assert_eq!(response.status(), 400);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TowerService(Handle);

impl TowerService {
    /// Returns a service that asks the backend of a handle.
    ///
    /// ```
    /// use taskmock::{Backend, ClockSource, Handle, server::TowerService};
    /// let service = TowerService::new(&Handle::new(Backend::documents(), ClockSource::Stands));
    /// ```
    pub fn new(handle: &Handle) -> Self {
        TowerService(handle.clone())
    }
}

impl<B> Service<::http::Request<B>> for TowerService
where
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = ::http::Response<Full<Bytes>>;
    type Error = io::Error;
    type Future = Pending<Self::Response, io::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: ::http::Request<B>) -> Self::Future {
        let handle = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = http_body_util::Limited::new(body, MAX_BODY).collect().await.map_err(io::Error::other)?;
            let request = ::http::Request::from_parts(parts, body.to_bytes());
            let mut answer = handle.answer(&Incoming::from(&request));
            if let Some(delivery) = answer.delivery.take() {
                TokioClock::of(ClockSource::Stands).sleep(delivery.delay).await;
                let others = Delivery { delay: Duration::ZERO, ..*delivery };
                match others.end {
                    messages::End::BeforeHead { .. } | messages::End::InBody { .. } => {
                        return Err(io::ErrorKind::ConnectionReset.into());
                    }
                    _ if others == Delivery::default() => {}
                    _ => {
                        let sentence = "a service has no connection to perform this fault on; use a Connector";
                        answer = plain(501, sentence);
                    }
                }
            }
            Ok(Response::from(answer).map(Full::new))
        })
    }
}
