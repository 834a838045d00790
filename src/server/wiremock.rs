//! A backend as a responder of wiremock.

use wiremock::{Request, Respond, ResponseTemplate};

use crate::backend::plain;
use crate::handle::Handle;
use crate::http::{Delivery, Response};

/// Answers what a mock of wiremock matches.
///
/// wiremock can perform a delay, and nothing else that a fault does to a connection: such a request
/// is answered with 501 and a sentence.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// # runtime.block_on(async {
/// use taskmock::{Backend, ClockSource, Handle};
/// use wiremock::{Mock, MockServer, matchers::any};
///
/// let cloud = Handle::new(Backend::documents(), ClockSource::Stands);
/// let server = MockServer::start().await;
/// Mock::given(any()).respond_with(cloud.clone()).mount(&server).await;
/// assert_eq!(cloud.requests().len(), 0);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
impl Respond for Handle {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut received = http::Request::new(bytes::Bytes::from(request.body.clone()));
        *received.method_mut() = request.method.clone();
        *received.headers_mut() = request.headers.clone();
        // A URL always is a valid target.
        let url = request.url.as_str();
        let target = &url[path_at(url)..];
        *received.uri_mut() = target.parse().unwrap_or_default();
        let mut answer = self.answer(&crate::http::Incoming::from(&received));
        let delivery = answer.delivery.take().map(|delivery| *delivery).unwrap_or_default();
        if (Delivery { delay: std::time::Duration::ZERO, ..delivery.clone() }) != Delivery::default() {
            answer = plain(
                501,
                "wiremock cannot perform this fault, which is about the connection; use taskmock::MockServer",
            );
        }
        let answer = Response::from(answer);
        let mut template = ResponseTemplate::new(answer.status().as_u16()).set_body_bytes(answer.body().to_vec());
        for (name, value) in answer.headers() {
            template = template.append_header(name, value);
        }
        if delivery.delay.is_zero() { template } else { template.set_delay(delivery.delay) }
    }
}

/// Where the path of a URL starts.
fn path_at(url: &str) -> usize {
    let authority = url.find("://").map_or(0, |at| at + 3);
    url[authority..].find(['/', '?']).map_or(url.len(), |at| authority + at)
}
