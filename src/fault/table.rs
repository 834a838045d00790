//! The table of faults: how each is written, what happens, and which real-world problem it reproduces.

use serde::Serialize;

/// One way in which a call can go wrong.
///
/// ```
/// let reset = taskmock::fault_kinds().iter().find(|kind| kind.name == "reset").unwrap();
/// assert!(!reset.reaches_gateway);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FaultDescription {
    /// The name in JSON.
    pub name: &'static str,
    /// An example, in JSON: the value of `fault`.
    pub example: &'static str,
    /// What happens to the call.
    pub happens: &'static str,
    /// The real-world problem that it reproduces.
    pub problem: &'static str,
    /// Where that was seen.
    pub source: &'static str,
    /// Whether the cloud's gateway sees the request, so that its nonce is used up (assumed).
    pub reaches_gateway: bool,
}

/// Returns every way in which a call can go wrong, in the order of how often it breaks real clients.
///
/// ```
/// assert_eq!(taskmock::fault_kinds()[0].name, "reset_idle");
/// ```
pub fn fault_kinds() -> &'static [FaultDescription] {
    TABLE
}

/// Writes the table: `name, reaches the gateway, example, what happens, the problem, its source`.
macro_rules! table {
    ($($name:literal, $reaches:literal, $example:literal, $happens:literal, $problem:literal, $source:literal;)*) => {
        &[$(FaultDescription {
            name: $name,
            example: $example,
            happens: $happens,
            problem: $problem,
            source: $source,
            reaches_gateway: $reaches,
        }),*]
    };
}

const TABLE: &[FaultDescription] = table! {
    "reset_idle", true, r#""reset_idle""#,
        "The answer is sent; the next request on its connection meets a reset.",
        "A load balancer forgets an idle connection, and the client's pool hands it out once more.",
        "terraform-provider-alicloud#10635";
    "close_idle", true, r#""close_idle""#,
        "The answer is sent; then the connection is closed without a word beforehand.",
        "A server closes an idle connection just as the client sends its next request.",
        "RFC 9112, section 9.6";
    "reset", false, r#""reset""#,
        "The connection is reset before a byte is answered. With `processed` the cloud carries out the request first.",
        "A proxy or a node goes away; with `processed`, only the answer is lost, and a client that repeats asks twice.",
        "providers that retry connection errors of POST only end a wait that polls by GET";
    "close", false, r#"{"close": {"processed": true}}"#,
        "The connection ends before a byte is answered. With `processed` the cloud carries out the request first.",
        "A server is restarted; the client sees an unexpected end of file.",
        "Go net/http: EOF, which it repeats for idempotent methods only";
    "html", false, r#"{"html": {"status": 502}}"#,
        "An HTML page with status 200, or 400 to 599.",
        "A proxy, or the sign-in page of a network, answers in place of the cloud.",
        "Tea Go, client.go:2045: `invalid character '<'`, and the status is lost";
    "throttle", true, r#"{"throttle": {"retry_after": "5s", "acs_retry_after": "2s", "time_left": "2s"}}"#,
        "The protocol's refusal for too many calls, with the headers that are asked for: `Retry-After` in seconds, as `{\"date\": \"5s\"}` or as `{\"text\": \"soon\"}`; `x-acs-retry-after` in milliseconds; `x-ratelimit-user-api` with `TimeLeft` in milliseconds.",
        "A client polls too often, or reads when to ask again from the wrong header.",
        "terraform-provider-alicloud#4678; terraform-provider-huaweicloud#1351; azure-sdk-for-java#11814";
    "http_error", false, r#"{"http_error": {"status": 503, "retry_after": "2s"}}"#,
        "A status from 400 to 599 with a line of plain text.",
        "A load balancer has no healthy server behind it, and its body is not JSON.",
        "terraform-provider-alicloud#7183; OkHttp repeats a 503 with `Retry-After: 0`";
    "cut", true, r#"{"cut": {"after": 10, "chunked": true, "reset": true}}"#,
        "The body ends, with its connection, after so many bytes; all but the last if it is not longer. `chunked`: no length is announced, and the last chunk never comes. `reset`: by a reset.",
        "A connection breaks in the middle of an answer, and a client takes half of it for the whole.",
        "classic Java, JsonReader.java:213: an endless loop on cut JSON";
    "stall", true, r#"{"stall": {"after": 10}}"#,
        "Nothing more is sent after so many bytes of the body, or after nothing at all; the connection stays open.",
        "A server hangs, and a client without a time-out for reading waits for ever.",
        "net/http, requests and OkHttp's call have no such time-out by default";
    "dribble", true, r#"{"dribble": {"bytes_per_second": 10}}"#,
        "The body comes at so many bytes a second of the virtual clock.",
        "A link is slow, and a time-out for each read never fires.",
        "requests: its time-out is between bytes, not for the whole";
    "delay", true, r#"{"delay": {"by": "5s"}}"#,
        "The answer comes so much later by the virtual clock.",
        "A service is slow, and the deadline of a wait passes during a call.",
        "waiters that take a slow answer for a gap between polls";
    "redirect", false, r#"{"redirect": {"to": "http://127.0.0.1:1/", "status": 302}}"#,
        "A redirect: 301, 302, 303, 307 or 308.",
        "A gateway sends a client elsewhere, and the client follows with its signature, or does not follow.",
        "Tea Python follows up to 30; others do not";
    "trailing", true, r#"{"trailing": {"bytes": "HTTP/1.1 200 OK\r\n\r\n"}}"#,
        "The answer, followed on its connection by bytes that nobody asked for: text, `{\"json\": …}` or `{\"base64\": \"…\"}`.",
        "A proxy miscounts a body, and its rest is taken for the next answer.",
        "Go net/http: `Unsolicited response received on idle HTTP channel`";
    "gzip", true, r#"{"gzip": {"broken": true}}"#,
        "The answer in gzip, whether or not the request accepts that; with `broken` it cannot be unpacked.",
        "A proxy compresses what passes, and a client that asked for nothing reads bytes for JSON.",
        "RFC 9110, section 12.5.3: without Accept-Encoding any coding is acceptable";
    "wrong_length", true, r#"{"wrong_length": {"by": 5}}"#,
        "A `content-length` that is so many bytes more, or fewer, than there are.",
        "A proxy rewrites a body and not its length.",
        "RFC 9112, section 8: an incomplete message";
    "error", true, r#"{"error": {"code": "InvalidParams", "argument": "PageNumber"}}"#,
        "An error of the operation's tables, or of its gateway's, in its own envelope.",
        "The cloud refuses, and a client polls on, or stops for what would have passed.",
        "the error tables; waiters that take every error for `not yet`";
    "response", true, r#"{"response": {"status": 200, "headers": {"content-type": "text/plain"}, "body": "not JSON"}}"#,
        "Any response to the letter; the body is a text, `{\"json\": …}` or `{\"base64\": \"…\"}`.",
        "Anything that was once seen on the wire.",
        "a capture of one's own";
    "pass", true, r#""pass""#,
        "The ordinary answer: a step of a sequence in which nothing goes wrong.",
        "A problem that comes and goes.",
        "waiters that see the end once, and then not";
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::FaultKind;

    #[test]
    fn each_example_is_what_its_row_says() {
        for row in fault_kinds() {
            let kind: FaultKind = serde_json::from_str(row.example).expect(row.name);
            assert_eq!(kind.name(), row.name);
            let bare = match row.name {
                "close" => FaultKind::Close { processed: false },
                _ => kind,
            };
            assert_eq!(bare.reaches_gateway(), row.reaches_gateway, "{}", row.name);
        }
        let names: std::collections::BTreeSet<_> = fault_kinds().iter().map(|row| row.name).collect();
        assert_eq!(names.len(), 18);
    }
}
