//! FaultKind: what goes wrong, as one step of a fault, and what is wrong with its description.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::raw::{Body, RawResponse};
use crate::clock::Span;
use crate::http::check_header;
use crate::operation::Operation;

/// What goes wrong in one call.
///
/// In JSON its name (`"reset"`), its name with its details (`{"cut": {"after": 10}}`), or a status:
/// 503 is `{"http_error": {"status": 503}}`, 200 is `"pass"`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields, remote = "Self")]
pub(crate) enum FaultKind {
    CloseIdle {},
    ResetIdle {},
    Close {
        #[serde(default, skip_serializing_if = "is_false")]
        processed: bool,
    },
    Reset {
        #[serde(default, skip_serializing_if = "is_false")]
        processed: bool,
    },
    Html {
        #[serde(default = "bad_gateway")]
        status: u16,
    },
    Throttle(Throttle),
    HttpError {
        status: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<RetryAfter>,
    },
    Cut {
        after: usize,
        #[serde(default, skip_serializing_if = "is_false")]
        chunked: bool,
        #[serde(default, skip_serializing_if = "is_false")]
        reset: bool,
    },
    Stall {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<usize>,
    },
    Dribble {
        bytes_per_second: u32,
    },
    Delay {
        by: Span,
    },
    Redirect {
        to: String,
        #[serde(default = "found")]
        status: u16,
    },
    Trailing {
        bytes: Body,
    },
    Gzip {
        #[serde(default, skip_serializing_if = "is_false")]
        broken: bool,
    },
    WrongLength {
        by: i64,
    },
    Error {
        code: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        argument: Option<String>,
    },
    Response(RawResponse),
    Pass {},
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn bad_gateway() -> u16 {
    502
}

fn found() -> u16 {
    302
}

/// A refusal for too many calls, and what it says about when to ask again. Without a header, the client
/// is not told.
///
/// ```
/// use taskmock::{RetryAfter, Throttle};
/// use std::time::Duration;
/// let throttle = Throttle::default().retry_after(RetryAfter::In(Duration::from_secs(5).into()));
/// assert_eq!(serde_json::to_string(&throttle)?, r#"{"retry_after":"5s"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// The header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after: Option<RetryAfter>,
    /// The header `x-acs-retry-after`, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acs_retry_after: Option<Span>,
    /// `TimeLeft` in the header `x-ratelimit-user-api`, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_left: Option<Span>,
    /// The HTTP status, where it is not the protocol's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

impl Throttle {
    /// Adds the header `Retry-After`, which plain HTTP clients and Huawei's SDKs read.
    ///
    /// ```
    /// use taskmock::{RetryAfter, Throttle};
    /// let throttle = Throttle::default().retry_after(RetryAfter::Text("soon".into()));
    /// assert_ne!(throttle, Throttle::default());
    /// ```
    #[must_use]
    pub fn retry_after(self, retry_after: RetryAfter) -> Self {
        Throttle { retry_after: Some(retry_after), ..self }
    }

    /// Adds the header `x-acs-retry-after`, which Alibaba's Tea SDK for Python reads, in milliseconds.
    ///
    /// ```
    /// use taskmock::{Span, Throttle};
    /// let throttle = Throttle::default().acs_retry_after(Span::seconds(2));
    /// assert_ne!(throttle, Throttle::default());
    /// ```
    #[must_use]
    pub fn acs_retry_after(self, span: impl Into<Span>) -> Self {
        Throttle { acs_retry_after: Some(span.into()), ..self }
    }

    /// Adds the header `x-ratelimit-user-api` with a `TimeLeft`, which Alibaba's Tea SDK for Go reads.
    ///
    /// ```
    /// use taskmock::{Span, Throttle};
    /// let throttle = Throttle::default().time_left(Span::seconds(2));
    /// assert_ne!(throttle, Throttle::default());
    /// ```
    #[must_use]
    pub fn time_left(self, span: impl Into<Span>) -> Self {
        Throttle { time_left: Some(span.into()), ..self }
    }

    /// Answers with another status than the protocol's own, such as 429 or 503.
    ///
    /// ```
    /// assert_ne!(taskmock::Throttle::default().status(429), taskmock::Throttle::default());
    /// ```
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        Throttle { status: Some(status), ..self }
    }

    /// The status, where it is not the protocol's.
    pub(crate) fn other_status(&self) -> Option<u16> {
        self.status
    }

    /// The headers that say when to ask again.
    pub(crate) fn headers(&self, now: crate::clock::Timestamp) -> Vec<(&'static str, String)> {
        let millis = |span: Span| span.duration().as_millis();
        let mut headers = Vec::new();
        if let Some(retry_after) = &self.retry_after {
            headers.push(("retry-after", retry_after.value(now)));
        }
        if let Some(span) = self.acs_retry_after {
            headers.push(("x-acs-retry-after", millis(span).to_string()));
        }
        if let Some(span) = self.time_left {
            headers.push(("x-ratelimit-user-api", format!("Limit:10,Remain:0,TimeLeft:{}", millis(span))));
        }
        headers
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        match (&self.retry_after, self.status) {
            (_, Some(status)) if !(400..=599).contains(&status) => {
                Err(("status", format!("`{status}` is no status of a refusal; give one from 400 to 599")))
            }
            (Some(retry_after), _) => retry_after.check(),
            (None, _) => Ok(()),
        }
    }
}

impl From<std::time::Duration> for Throttle {
    /// Throttling with `Retry-After` in seconds.
    fn from(span: std::time::Duration) -> Self {
        Throttle::default().retry_after(RetryAfter::In(span.into()))
    }
}

/// The value of a header `Retry-After`.
///
/// ```
/// use taskmock::{RetryAfter, Span};
/// let date: RetryAfter = serde_json::from_str(r#"{"date": "5s"}"#)?;
/// assert_eq!(date, RetryAfter::Date(Span::seconds(5)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase", remote = "Self")]
#[non_exhaustive]
pub enum RetryAfter {
    /// A number of seconds; in JSON a span, such as `"5s"` or 0. It has to be whole seconds.
    In(Span),
    /// The HTTP date that is so long after the virtual time; in JSON `{"date": "5s"}`.
    Date(Span),
    /// Any text, such as nonsense; in JSON `{"text": "soon"}`.
    Text(String),
}

impl Serialize for RetryAfter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            RetryAfter::In(span) => span.serialize(serializer),
            other => RetryAfter::serialize(other, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RetryAfter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = RetryAfter;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a span such as \"5s\", {\"date\": \"5s\"} or {\"text\": \"soon\"}")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RetryAfter, E> {
                text.parse().map(RetryAfter::In).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<RetryAfter, E> {
                Ok(RetryAfter::In(Span::seconds(seconds)))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<RetryAfter, A::Error> {
                RetryAfter::deserialize(de::value::MapAccessDeserializer::new(map))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl RetryAfter {
    pub(crate) fn value(&self, now: crate::clock::Timestamp) -> String {
        match self {
            RetryAfter::In(span) => span.duration().as_secs().to_string(),
            RetryAfter::Date(span) => now.after(span.duration()).rfc1123(),
            RetryAfter::Text(text) => text.clone(),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        match self {
            RetryAfter::In(span) if span.duration().subsec_nanos() > 0 => {
                let sentence =
                    format!("Retry-After counts whole seconds, and {span} is none; give {{\"text\": …}} for nonsense");
                Err(("retry_after", sentence))
            }
            RetryAfter::Text(text) => {
                check_header("retry-after", text).map_err(|sentence| ("retry_after.text", sentence))
            }
            RetryAfter::In(_) | RetryAfter::Date(_) => Ok(()),
        }
    }
}

impl Serialize for FaultKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        FaultKind::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for FaultKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

pub(super) struct KindVisitor;

impl<'de> de::Visitor<'de> for KindVisitor {
    type Value = FaultKind;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a fault such as \"reset\", {\"cut\": {\"after\": 10}} or 503")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<FaultKind, E> {
        FaultKind::deserialize(serde_json::json!({ name: {} })).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, status: u64) -> Result<FaultKind, E> {
        u16::try_from(status)
            .map(FaultKind::of_status)
            .map_err(|_| E::invalid_value(de::Unexpected::Unsigned(status), &"a status from 400 to 599, or 200"))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<FaultKind, A::Error> {
        FaultKind::deserialize(de::value::MapAccessDeserializer::new(map))
    }
}

/// The field inside a fault, and what is wrong with it.
type Wrong = (&'static str, String);

impl FaultKind {
    /// A status in place of an answer; with 200 the ordinary answer.
    pub(crate) fn of_status(status: u16) -> FaultKind {
        match status {
            200 => FaultKind::Pass {},
            _ => FaultKind::HttpError { status, retry_after: None },
        }
    }

    /// The name in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            FaultKind::CloseIdle {} => "close_idle",
            FaultKind::ResetIdle {} => "reset_idle",
            FaultKind::Close { .. } => "close",
            FaultKind::Reset { .. } => "reset",
            FaultKind::Html { .. } => "html",
            FaultKind::Throttle(_) => "throttle",
            FaultKind::HttpError { .. } => "http_error",
            FaultKind::Cut { .. } => "cut",
            FaultKind::Stall { .. } => "stall",
            FaultKind::Dribble { .. } => "dribble",
            FaultKind::Delay { .. } => "delay",
            FaultKind::Redirect { .. } => "redirect",
            FaultKind::Trailing { .. } => "trailing",
            FaultKind::Gzip { .. } => "gzip",
            FaultKind::WrongLength { .. } => "wrong_length",
            FaultKind::Error { .. } => "error",
            FaultKind::Response(_) => "response",
            FaultKind::Pass {} => "pass",
        }
    }

    /// What is wrong with it: the field inside it, and a sentence.
    pub(crate) fn check(&self, operation: Option<&Operation>) -> Result<(), Wrong> {
        let wrong = |field: &'static str, sentence: String| Err((field, sentence));
        match self {
            FaultKind::Html { status } if *status != 200 && !(400..=599).contains(status) => {
                wrong("status", format!("`{status}` is no status of such a page; give 200, or one from 400 to 599"))
            }
            FaultKind::HttpError { status, .. } if !(400..=599).contains(status) => {
                wrong("status", format!("`{status}` is no error; give a status from 400 to 599"))
            }
            FaultKind::HttpError { retry_after: Some(retry_after), .. } => retry_after.check(),
            FaultKind::Throttle(throttle) => throttle.check(),
            FaultKind::Dribble { bytes_per_second: 0 } => {
                wrong("bytes_per_second", "0 bytes a second never end; give at least 1, or use `stall`".to_owned())
            }
            FaultKind::Redirect { status, .. } if !matches!(status, 301 | 302 | 303 | 307 | 308) => {
                wrong("status", format!("`{status}` is no redirect; give 301, 302, 303, 307 or 308"))
            }
            FaultKind::Redirect { to, .. } if to.is_empty() => {
                wrong("to", "it is empty; give a URL such as http://127.0.0.1:1/".to_owned())
            }
            FaultKind::Redirect { to, .. } => check_header("location", to).map_err(|sentence| ("to", sentence)),
            FaultKind::Trailing { bytes } if bytes.clone().into_bytes().is_empty() => {
                wrong("bytes", "there are none; give a text, {\"json\": …} or {\"base64\": \"…\"}".to_owned())
            }
            FaultKind::WrongLength { by: 0 } => wrong(
                "by",
                "a length that is 0 wrong is right; give how much more or fewer bytes to announce".to_owned(),
            ),
            FaultKind::Error { code, .. } => match operation {
                None => wrong("code", format!("`{code}` is looked up in an operation's tables; give the `operation`")),
                Some(operation) if operation.fault_error(code).is_some() => Ok(()),
                Some(operation) => {
                    let codes: Vec<&str> = operation.fault_errors().map(|row| row.code).collect();
                    wrong("code", format!("`{code}` is no error of {}; there are {}", operation.id, codes.join(", ")))
                }
            },
            FaultKind::Response(response) => response.check(),
            _ => Ok(()),
        }
    }

    /// Whether the cloud's gateway gets to see the request, so that its nonce is used up.
    #[cfg_attr(not(feature = "signatures"), allow(dead_code))]
    pub(crate) fn reaches_gateway(&self) -> bool {
        match self {
            FaultKind::Close { processed } | FaultKind::Reset { processed } => *processed,
            FaultKind::Html { .. } | FaultKind::HttpError { .. } | FaultKind::Redirect { .. } => false,
            _ => true,
        }
    }
}
