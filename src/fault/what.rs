//! The constructors of Fault: one for each way in which a call goes wrong.

use super::{Fault, FaultKind, RawResponse, RetryAfter, Throttle, raw};
use crate::clock::Span;

/// Writes the constructors: the documentation, and what goes wrong.
macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $type:ty),*) => $kind:expr;)*) => {
        /// What goes wrong. `taskmock faults` prints the real-world problem that each reproduces.
        impl Fault {$(
            $(#[$doc])*
            pub fn $name($($argument: $type),*) -> Fault {
                Fault::of_steps(vec![$kind])
            }
        )*}
    };
}

constructors! {
    /// The answer is sent, and then the connection is closed without a word beforehand.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::close_idle().name(), "close_idle");
    /// ```
    close_idle() => FaultKind::CloseIdle {};
    /// The answer is sent, and the next request on its connection meets a reset.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::reset_idle().name(), "reset_idle");
    /// ```
    reset_idle() => FaultKind::ResetIdle {};
    /// The connection ends before a byte is answered, and the cloud never saw the request.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::close().name(), "close");
    /// ```
    close() => FaultKind::Close { processed: false };
    /// The connection is reset before a byte is answered, and the cloud never saw the request.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::reset().name(), "reset");
    /// ```
    reset() => FaultKind::Reset { processed: false };
    /// The cloud does what the request asks for; then the connection is reset before a byte is answered.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::lost_answer().name(), "reset");
    /// ```
    lost_answer() => FaultKind::Reset { processed: true };
    /// An HTML page with a status: 200, or 400 to 599.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::html(502).name(), "html");
    /// ```
    html(status: u16) => FaultKind::Html { status };
    /// A refusal for too many calls, in the protocol's own words. A [`Duration`](std::time::Duration)
    /// becomes `Retry-After`.
    ///
    /// ```
    /// use std::time::Duration;
    /// assert_eq!(taskmock::Fault::throttle(Duration::from_secs(5)).name(), "throttle");
    /// ```
    throttle(throttle: impl Into<Throttle>) => FaultKind::Throttle(throttle.into());
    /// A status from 400 to 599 with a body that is not JSON, as a load balancer answers.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::http_error(503).name(), "http_error");
    /// ```
    http_error(status: u16) => FaultKind::HttpError { status, retry_after: None };
    /// A status from 400 to 599 with a body that is not JSON, and `Retry-After`.
    ///
    /// ```
    /// use taskmock::{Fault, RetryAfter, Span};
    /// let fault = Fault::http_error_with(503, RetryAfter::In(Span::seconds(2)));
    /// assert_eq!(fault.name(), "http_error");
    /// ```
    http_error_with(status: u16, retry_after: RetryAfter) => FaultKind::HttpError { status, retry_after: Some(retry_after) };
    /// The body ends, with its connection, after so many bytes; all but the last if it is shorter.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::cut(10).name(), "cut");
    /// ```
    cut(after: usize) => FaultKind::Cut { after, chunked: false, reset: false };
    /// The same for a body in chunks, of which the last never comes.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::cut_chunked(10).name(), "cut");
    /// ```
    cut_chunked(after: usize) => FaultKind::Cut { after, chunked: true, reset: false };
    /// Nothing is answered, and the connection stays open.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::stall().name(), "stall");
    /// ```
    stall() => FaultKind::Stall { after: None };
    /// Nothing more comes after the head and so many bytes of the body, and the connection stays open.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::stall_after(10).name(), "stall");
    /// ```
    stall_after(bytes: usize) => FaultKind::Stall { after: Some(bytes) };
    /// The body comes at so many bytes a second of the virtual clock.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::dribble(10).name(), "dribble");
    /// ```
    dribble(bytes_per_second: u32) => FaultKind::Dribble { bytes_per_second };
    /// The answer comes so much later by the virtual clock.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::delay(std::time::Duration::from_secs(5)).name(), "delay");
    /// ```
    delay(by: impl Into<Span>) => FaultKind::Delay { by: by.into() };
    /// A redirect (302) to a URL.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::redirect("http://127.0.0.1:1/").name(), "redirect");
    /// ```
    redirect(to: &str) => FaultKind::Redirect { to: to.to_owned(), status: 302 };
    /// The answer, followed by bytes that nobody asked for.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::trailing("\r\n").name(), "trailing");
    /// ```
    trailing(bytes: impl Into<Vec<u8>>) => FaultKind::Trailing { bytes: raw::Body::of(&bytes.into()) };
    /// The answer in gzip, whether or not the request accepts that.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::gzip().name(), "gzip");
    /// ```
    gzip() => FaultKind::Gzip { broken: false };
    /// The answer in gzip that cannot be unpacked.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::broken_gzip().name(), "gzip");
    /// ```
    broken_gzip() => FaultKind::Gzip { broken: true };
    /// A `content-length` that is so many bytes more, or fewer, than there are.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::wrong_length(-1).name(), "wrong_length");
    /// ```
    wrong_length(by: i64) => FaultKind::WrongLength { by };
    /// An error of the operation's tables by its code.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::error("DbError").on("ehpc.list_tasks").name(), "error");
    /// ```
    error(code: &str) => FaultKind::Error { code: code.to_owned(), argument: None };
    /// An error of the operation's tables, and what `%s` in its code or message becomes.
    ///
    /// ```
    /// let fault = taskmock::Fault::error_with("InvalidParams", "PageNumber").on("ehpc.list_tasks");
    /// assert_eq!(fault.name(), "error");
    /// ```
    error_with(code: &str, argument: &str) => FaultKind::Error { code: code.to_owned(), argument: Some(argument.to_owned()) };
    /// A response to the letter.
    ///
    /// ```
    /// use taskmock::{Fault, RawResponse};
    /// assert_eq!(Fault::response(RawResponse::new(200, "text/html", "<html>")).name(), "response");
    /// ```
    response(response: RawResponse) => FaultKind::Response(response);
    /// The ordinary answer: a step of a sequence in which nothing goes wrong.
    ///
    /// ```
    /// use taskmock::Fault;
    /// let fault = Fault::reset().then(Fault::pass()).then(Fault::reset());
    /// assert_eq!(fault.name(), "reset");
    /// ```
    pass() => FaultKind::Pass {};
}
