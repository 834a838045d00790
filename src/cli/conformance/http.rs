//! HTTP: requests to the letter, over a connection that is kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::uri::Authority;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use taskmock::{Request, Response};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// A connection to one server, opened when it is needed and opened again when it was closed.
pub(super) struct Connection {
    runtime: Runtime,
    authority: Authority,
    sender: Option<Sender>,
    /// A response has to come within.
    within: Duration,
    /// Whether this process was told to end: the server gets its state back first.
    interrupted: Arc<AtomicBool>,
}

/// A longer answer is not read, in bytes. The longest of the catalogue has less than 1 MiB.
const LONGEST: usize = 16 << 20;

/// The state of a `taskmock serve`, which it gets back at the end, may be longer.
const LONGEST_STATE: usize = 1 << 30;

impl Connection {
    /// Reads the URL; an error says what is wrong with it.
    pub(super) fn to(url: &str, within: Duration) -> Result<Connection, String> {
        let uri: http::Uri = url.parse().map_err(|error| format!("{error}; {EXAMPLE}"))?;
        let authority = match (uri.scheme_str(), uri.authority()) {
            (Some("http"), Some(authority)) if !authority.as_str().contains('@') => authority.clone(),
            (Some("https"), _) => {
                return Err("https is not supported; put a proxy that speaks http in front of it".to_owned());
            }
            _ => return Err(EXAMPLE.to_owned()),
        };
        if !uri.path().trim_matches('/').is_empty() || uri.query().is_some() || url.contains('#') {
            return Err(format!("it has something after the port; {EXAMPLE}"));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        Ok(Connection { runtime, authority, sender: None, within, interrupted: Arc::default() })
    }

    /// What the server is called in the header Host.
    pub(super) fn host(&self) -> &str {
        self.authority.as_str()
    }

    /// Whether this process was told to end.
    pub(super) fn was_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Relaxed)
    }

    /// From the first interrupt on nothing is sent but what gives the server its state back; a second one ends at
    /// once.
    pub(super) fn until_interrupted(self) -> Self {
        let interrupted = Arc::clone(&self.interrupted);
        super::process::on_signal(move || {
            if interrupted.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
        self
    }

    /// Sends a request as it is, but for the header host. One that could not be sent, because the server had
    /// closed the connection, is sent again over another.
    pub(super) fn send(&mut self, mut request: Request) -> Result<Response, String> {
        let is_control = request.uri().path().starts_with("/__taskmock__/");
        let longest = if is_control { LONGEST_STATE } else { LONGEST };
        if self.interrupted.load(Ordering::Relaxed) && !is_control {
            return Err("interrupted".to_owned());
        }
        if !request.headers().contains_key(http::header::HOST) {
            let host = self.authority.as_str().parse().map_err(|error| format!("{error}"))?;
            request.headers_mut().insert(http::header::HOST, host);
        }
        let (authority, sender) = (&self.authority, self.sender.take());
        let exchange = async {
            let mut request = request.map(Full::new);
            if let Some(mut sender) = sender
                && sender.ready().await.is_ok()
            {
                match sender.try_send_request(request).await {
                    Ok(response) => return read(sender, response, longest).await,
                    Err(mut error) => match error.take_message() {
                        Some(unsent) => request = unsent,
                        None => return Err(error.into_error().to_string()),
                    },
                }
            }
            let mut sender = connect(authority).await?;
            let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
            read(sender, response, longest).await
        };
        let within = async { tokio::time::timeout(self.within, exchange).await };
        let done: Result<_, String> = self
            .runtime
            .block_on(within)
            .unwrap_or_else(|_| Err(format!("it did not respond within {} s", self.within.as_secs_f64())));
        let (sender, response) = done?;
        self.sender = Some(sender);
        Ok(response)
    }
}

type Sender = SendRequest<Full<Bytes>>;

async fn read(
    sender: Sender,
    response: hyper::Response<Incoming>,
    longest: usize,
) -> Result<(Sender, Response), String> {
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, longest).collect().await.map_err(|error| match error.is::<LengthLimitError>() {
        true => format!("its response has more than {} MiB", longest >> 20),
        false => error.to_string(),
    })?;
    let body = body.to_bytes();
    Ok((sender, Response::from_parts(parts, body)))
}

const EXAMPLE: &str = "it should be like http://127.0.0.1:8080";

async fn connect(authority: &Authority) -> Result<Sender, String> {
    let address = format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80));
    let stream = TcpStream::connect(&address).await.map_err(|error| format!("cannot connect: {error}"))?;
    let _ = stream.set_nodelay(true);
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    // It ends with the sender.
    tokio::spawn(connection);
    Ok(sender)
}
