//! RawResponse: a response given to the letter, with a body that is text, JSON or base64.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::http::{Framing, check_header};

/// A response given to the letter: any status, headers and bytes.
///
/// In JSON the body is a text, `{"json": …}`, which also sets the content type, or `{"base64": "…"}`.
/// `"framing"` says how the length of the body is announced: `"length"` (the default), `"chunked"`, or
/// `{"wrong_length": 20}`, after which the connection is closed.
///
/// ```
/// let response: taskmock::RawResponse =
///     serde_json::from_str(r#"{"status": 502, "headers": {"content-type": "text/html"}, "body": "<html>"}"#)?;
/// assert_eq!(response.body, b"<html>");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, from = "Read", into = "Written")]
#[cfg_attr(feature = "cli", schemars(!from, !into))]
#[non_exhaustive]
pub struct RawResponse {
    /// The HTTP status, from 200 to 599. Default 200.
    pub status: u16,
    /// The headers.
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[cfg_attr(feature = "cli", schemars(with = "Body"))]
    pub body: Vec<u8>,
    /// How the length of the body is announced. After a wrong length the connection is closed.
    #[serde(default)]
    pub framing: Framing,
    /// What follows a chunked body, by its name.
    #[serde(default)]
    pub trailers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Body,
    #[serde(default)]
    framing: Framing,
    #[serde(default)]
    trailers: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Written {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Body,
    #[serde(skip_serializing_if = "is_length")]
    framing: Framing,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    trailers: BTreeMap<String, String>,
}

fn is_length(framing: &Framing) -> bool {
    *framing == Framing::Length
}

fn ok() -> u16 {
    200
}

impl From<Read> for RawResponse {
    fn from(read: Read) -> Self {
        let Read { status, mut headers, body, framing, trailers } = read;
        if let Body::Coded(Coded::Json(_)) = &body
            && !headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"))
        {
            headers.insert("content-type".to_owned(), "application/json".to_owned());
        }
        RawResponse { status, headers, body: body.into_bytes(), framing, trailers }
    }
}

impl From<RawResponse> for Written {
    fn from(response: RawResponse) -> Self {
        let RawResponse { status, headers, body, framing, trailers } = response;
        Written { status, headers, body: Body::of(&body), framing, trailers }
    }
}

impl RawResponse {
    /// Returns a response with a body of a content type.
    ///
    /// ```
    /// let response = taskmock::RawResponse::new(200, "application/json", "{");
    /// assert_eq!(response.headers["content-type"], "application/json");
    /// ```
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = [("content-type".to_owned(), content_type.to_owned())].into();
        RawResponse { headers, ..RawResponse::empty(status, body) }
    }

    fn empty(status: u16, body: impl Into<Vec<u8>>) -> Self {
        RawResponse {
            status,
            headers: BTreeMap::new(),
            body: body.into(),
            framing: Framing::Length,
            trailers: BTreeMap::new(),
        }
    }

    /// Adds a header.
    ///
    /// ```
    /// let response = taskmock::RawResponse::new(503, "text/html", "<html>").header("retry-after", "5");
    /// assert_eq!(response.headers["retry-after"], "5");
    /// ```
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Announces the length of the body in another way.
    ///
    /// ```
    /// use taskmock::{Framing, RawResponse};
    /// let response = RawResponse::new(200, "application/json", "{}").framing(Framing::Chunked);
    /// assert_eq!(response.framing, Framing::Chunked);
    /// ```
    #[must_use]
    pub fn framing(self, framing: Framing) -> Self {
        RawResponse { framing, ..self }
    }

    /// Sends the body in chunks, and adds a trailer after them.
    ///
    /// ```
    /// let response = taskmock::RawResponse::new(200, "application/json", "{}").trailer("x-checksum", "0");
    /// assert_eq!(response.trailers["x-checksum"], "0");
    /// ```
    #[must_use]
    pub fn trailer(mut self, name: &str, value: &str) -> Self {
        self.trailers.insert(name.to_owned(), value.to_owned());
        RawResponse { framing: Framing::Chunked, ..self }
    }

    /// What is wrong with it: the field, and a sentence.
    pub(crate) fn check(&self) -> Result<(), (&'static str, String)> {
        if !(200..=599).contains(&self.status) {
            let sentence = format!("`{}` is no status of a response; give one from 200 to 599", self.status);
            return Err(("status", sentence));
        }
        if matches!(self.status, 204 | 205 | 304) && !self.body.is_empty() {
            let sentence =
                format!("a response with status {} has no body in HTTP/1.1; leave the body out", self.status);
            return Err(("body", sentence));
        }
        if matches!(self.status, 204 | 205 | 304) && self.framing != Framing::Length {
            let sentence = format!("a response with status {} has no body to frame; leave it out", self.status);
            return Err(("framing", sentence));
        }
        if !self.trailers.is_empty() && self.framing != Framing::Chunked {
            return Err(("trailers", "only a chunked body has trailers; give `\"framing\": \"chunked\"`".to_owned()));
        }
        for (name, value) in &self.trailers {
            check_header(name, value).map_err(|sentence| ("trailers", sentence))?;
        }
        for (name, value) in &self.headers {
            check_header(name, value).map_err(|sentence| ("headers", sentence))?;
            if matches!(name.to_ascii_lowercase().as_str(), "content-length" | "transfer-encoding" | "connection") {
                let sentence = format!(
                    "the header `{name}` is the server's to set; leave it out, and use `framing`, or the faults `cut` and `close_idle`"
                );
                return Err(("headers", sentence));
            }
        }
        Ok(())
    }
}

#[cfg(feature = "fixtures")]
impl From<&crate::http::Response> for RawResponse {
    /// A header value that is not visible ASCII is shown lossily.
    fn from(response: &crate::http::Response) -> Self {
        let header = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let headers = response.headers().iter().map(header).collect();
        RawResponse { headers, ..RawResponse::empty(response.status().as_u16(), response.body().to_vec()) }
    }
}

/// Bytes in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", schemars(rename = "RawBody"))]
#[serde(untagged, expecting = "expected a text, {\"json\": …} or {\"base64\": \"…\"}")]
pub(crate) enum Body {
    /// The bytes of a text.
    Text(String),
    /// Bytes in another form.
    Coded(Coded),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "cli", schemars(rename = "RawBodyForm"))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Coded {
    /// A JSON value, written without white space.
    Json(serde_json::Value),
    /// Bytes in base64, with padding.
    #[serde(with = "base64_text")]
    #[cfg_attr(feature = "cli", schemars(with = "String"))]
    Base64(Vec<u8>),
}

impl Default for Body {
    fn default() -> Self {
        Body::Text(String::new())
    }
}

impl Body {
    pub(crate) fn of(bytes: &[u8]) -> Body {
        match std::str::from_utf8(bytes) {
            Ok(text) => Body::Text(text.to_owned()),
            Err(_) => Body::Coded(Coded::Base64(bytes.to_vec())),
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self {
            Body::Text(text) => text.into_bytes(),
            Body::Coded(Coded::Json(value)) => value.to_string().into_bytes(),
            Body::Coded(Coded::Base64(bytes)) => bytes,
        }
    }
}

mod base64_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::{Engine, STANDARD};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_text_json_or_base64() {
        let body = |json: &str| serde_json::from_str::<RawResponse>(json).map(|response| response.body);
        assert_eq!(body(r#"{"body": "a"}"#).expect("text"), b"a");
        assert_eq!(body(r#"{"body": {"json": {"a": [1, null]}}}"#).expect("JSON"), br#"{"a":[1,null]}"#);
        assert_eq!(body(r#"{"body": {"base64": "/wA="}}"#).expect("base64"), [0xff, 0]);
        assert!(body(r#"{"body": {"base64": "/wA"}}"#).is_err());
        assert!(body(r#"{"body": [1]}"#).is_err());
    }

    #[test]
    fn bytes_that_are_no_text_are_written_as_base64() {
        let response = RawResponse::empty(200, [0xff, 0]);
        let json = serde_json::to_string(&response).expect("JSON");
        assert_eq!(json, r#"{"status":200,"headers":{},"body":{"base64":"/wA="}}"#);
        assert_eq!(serde_json::from_str::<RawResponse>(&json).expect("JSON"), response);
    }

    #[test]
    fn the_framing_is_written_where_it_is_not_the_ordinary_one() {
        let response = RawResponse::empty(200, "a").trailer("x-a", "b");
        let json = r#"{"status":200,"headers":{},"body":"a","framing":"chunked","trailers":{"x-a":"b"}}"#;
        assert_eq!(serde_json::to_string(&response).expect("JSON"), json);
        assert_eq!(serde_json::from_str::<RawResponse>(json).expect("JSON"), response);
        let short = RawResponse::empty(200, "ab").framing(Framing::WrongLength(1));
        let json = r#"{"status":200,"headers":{},"body":"ab","framing":{"wrong_length":1}}"#;
        assert_eq!(serde_json::to_string(&short).expect("JSON"), json);
        assert_eq!(serde_json::from_str::<RawResponse>(json).expect("JSON"), short);
        let untrue = RawResponse { framing: Framing::Length, ..response.clone() };
        assert_eq!(untrue.check().map_err(|(field, _)| field), Err("trailers"));
        let empty = RawResponse::empty(204, "").framing(Framing::Chunked);
        assert_eq!(empty.check().map_err(|(field, _)| field), Err("framing"));
        assert_eq!((response.check(), short.check()), (Ok(()), Ok(())));
    }

    #[test]
    fn a_json_body_says_its_type_unless_another_is_given() {
        let kind = |json: &str| {
            serde_json::from_str::<RawResponse>(json).expect("JSON").headers.into_iter().next().map(|(_, kind)| kind)
        };
        assert_eq!(kind(r#"{"body": {"json": 1}}"#).as_deref(), Some("application/json"));
        assert_eq!(kind(r#"{"headers": {"Content-Type": "a/b"}, "body": {"json": 1}}"#).as_deref(), Some("a/b"));
        assert_eq!(kind(r#"{"body": "1"}"#), None);
    }
}
