//! HTTP: requests to the letter, over a connection that is kept.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use taskmock::{Request, Response};
use tokio::net::TcpStream;
use tokio::runtime::Runtime;

/// A connection to one server, opened when it is needed and opened again when it was closed.
pub(super) struct Connection {
    runtime: Runtime,
    authority: String,
    /// What stands before the path of every request.
    path: String,
    sender: Option<SendRequest<Full<Bytes>>>,
}

/// A response has to come within.
const WITHIN: Duration = Duration::from_secs(30);

impl Connection {
    /// Reads the URL; an error says what is wrong with it.
    pub(super) fn to(url: &str) -> Result<Connection, String> {
        let uri: http::Uri = url.parse().map_err(|error| format!("{error}; {EXAMPLE}"))?;
        let authority = match (uri.scheme_str(), uri.authority()) {
            (Some("http"), Some(authority)) => authority.clone(),
            (Some("https"), _) => {
                return Err("https is not supported; put a proxy that speaks http in front of it".to_owned());
            }
            _ => return Err(EXAMPLE.to_owned()),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let path = uri.path().trim_end_matches('/').to_owned();
        Ok(Connection { runtime, authority: authority.to_string(), path, sender: None })
    }

    /// Sends a request as it is, but for the header host. A connection that was closed meanwhile is
    /// opened again once.
    pub(super) fn send(&mut self, request: Request) -> Result<Response, String> {
        let was_open = self.sender.is_some();
        match self.try_send(request.clone()) {
            Err(_) if was_open => self.try_send(request),
            done => done,
        }
    }

    fn try_send(&mut self, mut request: Request) -> Result<Response, String> {
        let authority = self.authority.clone();
        if !request.headers().contains_key(http::header::HOST) {
            let host = authority.parse().map_err(|error| format!("{error}"))?;
            request.headers_mut().insert(http::header::HOST, host);
        }
        if !self.path.is_empty() {
            let target = format!("{}{}", self.path, request.uri());
            *request.uri_mut() = target.parse().map_err(|error| format!("{error}"))?;
        }
        let sender = self.sender.take();
        let exchange = async {
            let mut sender = match sender {
                Some(sender) => sender,
                None => connect(&authority).await?,
            };
            sender.ready().await.map_err(|error| error.to_string())?;
            let response = sender.send_request(request.map(Full::new)).await.map_err(|error| error.to_string())?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
            Ok((sender, Response::from_parts(parts, body)))
        };
        let within = async { tokio::time::timeout(WITHIN, exchange).await };
        let done: Result<_, String> = self
            .runtime
            .block_on(within)
            .unwrap_or_else(|_| Err(format!("it did not respond within {} s", WITHIN.as_secs())));
        let (sender, response) = done?;
        self.sender = Some(sender);
        Ok(response)
    }
}

const EXAMPLE: &str = "it should be like http://127.0.0.1:8080";

async fn connect(authority: &str) -> Result<SendRequest<Full<Bytes>>, String> {
    let address = if has_port(authority) { authority.to_owned() } else { format!("{authority}:80") };
    let stream = TcpStream::connect(&address).await.map_err(|error| format!("cannot connect: {error}"))?;
    let _ = stream.set_nodelay(true);
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    // It ends with the sender.
    tokio::spawn(connection);
    Ok(sender)
}

fn has_port(authority: &str) -> bool {
    authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}
