//! RawResponse: a response given to the letter, with a body that is text, JSON or base64.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::http::check_header;

/// A response given to the letter: any status, headers and bytes.
///
/// In JSON the body is a text, `{"json": …}`, which also sets the content type, or `{"base64": "…"}`.
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
pub struct RawResponse {
    /// The HTTP status, from 200 to 599. Default 200.
    pub status: u16,
    /// The headers.
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[cfg_attr(feature = "cli", schemars(with = "Body"))]
    pub body: Vec<u8>,
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
}

#[derive(Serialize)]
struct Written {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Body,
}

fn ok() -> u16 {
    200
}

impl From<Read> for RawResponse {
    fn from(read: Read) -> Self {
        let Read { status, mut headers, body } = read;
        if let Body::Coded(Coded::Json(_)) = &body
            && !headers.keys().any(|name| name.eq_ignore_ascii_case("content-type"))
        {
            headers.insert("content-type".to_owned(), "application/json".to_owned());
        }
        RawResponse { status, headers, body: body.into_bytes() }
    }
}

impl From<RawResponse> for Written {
    fn from(response: RawResponse) -> Self {
        let RawResponse { status, headers, body } = response;
        Written { status, headers, body: Body::of(&body) }
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
        RawResponse { status, headers, body: body.into() }
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
        for (name, value) in &self.headers {
            check_header(name, value).map_err(|sentence| ("headers", sentence))?;
            if matches!(name.to_ascii_lowercase().as_str(), "content-length" | "transfer-encoding" | "connection") {
                let sentence = format!(
                    "the header `{name}` is the server's to set; leave it out, or use the faults `wrong_length`, `cut` and `close_idle`"
                );
                return Err(("headers", sentence));
            }
        }
        Ok(())
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
        let response = RawResponse { status: 200, headers: BTreeMap::new(), body: vec![0xff, 0] };
        let json = serde_json::to_string(&response).expect("JSON");
        assert_eq!(json, r#"{"status":200,"headers":{},"body":{"base64":"/wA="}}"#);
        assert_eq!(serde_json::from_str::<RawResponse>(&json).expect("JSON"), response);
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
