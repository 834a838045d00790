//! Virtual time: instants and spans that move only when told.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant of virtual time, to the millisecond; in JSON an RFC 3339 text with any offset.
///
/// It reaches from year 1 to the end of year 9999 in China, which is what RFC 3339 can say.
///
/// ```
/// use taskmock::Timestamp;
/// let created: Timestamp = "2020-11-10T16:02:04+08:00".parse()?;
/// assert_eq!(created.to_string(), "2020-11-10T08:02:04Z");
/// # Ok::<(), taskmock::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is not an instant, or not a span, of virtual time.
///
/// ```
/// let error = "yesterday".parse::<taskmock::Timestamp>().unwrap_err();
/// assert!(error.to_string().contains("2026-11-21T20:21:00Z"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeError(String);

impl TimeError {
    pub(crate) fn backwards(now: Timestamp, to: Timestamp) -> Self {
        TimeError(format!(
            "the clock stands at {now} and only moves forward, so it cannot be set to {to}; load a state with that clock"
        ))
    }
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TimeError {}

/// Where the clock of the documents' world starts: 2024-03-03T00:00:00Z, the day of the newest
/// of the five documents.
pub(crate) const DOCUMENTS_START: Timestamp = Timestamp(1_709_424_000_000);

/// Where the clock of a state stands.
///
/// In JSON it is absent, `"now"`, or a time such as `"2026-11-21T20:21:00Z"`.
///
/// ```
/// use taskmock::{StartClock, State};
/// assert_eq!(State::from_json("{}")?.clock, StartClock::Kept);
/// assert_eq!(State::from_json(r#"{"clock": "now"}"#)?.clock, StartClock::Now);
/// # Ok::<(), taskmock::StateError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StartClock {
    /// Where the clock of the backend stands that loads it; of a new one, at 2024-03-03T00:00:00Z.
    #[default]
    Kept,
    /// At the time of day when it is loaded, which a server or the command knows; a backend alone,
    /// which sees no clock, takes it for [`Kept`](StartClock::Kept).
    Now,
    /// At an instant.
    At(Timestamp),
}

/// The start, as seen from another instant, of what has the age at that instant that it has now.
pub(crate) fn moved(started: Timestamp, now: Timestamp, to: Timestamp) -> Timestamp {
    let age = i64::try_from(now.since(started).as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_millis(to.unix_millis().saturating_sub(age))
}

impl StartClock {
    pub(crate) fn is_kept(&self) -> bool {
        *self == StartClock::Kept
    }
}

impl From<Timestamp> for StartClock {
    fn from(at: Timestamp) -> Self {
        StartClock::At(at)
    }
}

impl FromStr for StartClock {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if text == "now" { Ok(StartClock::Now) } else { text.parse().map(StartClock::At) }
    }
}

impl Serialize for StartClock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            StartClock::Kept => serializer.serialize_none(),
            StartClock::Now => serializer.serialize_str("now"),
            StartClock::At(at) => at.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for StartClock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_str(Text { expects: "a time such as \"2026-11-21T20:21:00Z\", or \"now\"", read: str::parse })
    }
}

const EARLIEST: i64 = -62_135_596_800_000;
/// Eight hours before the end of year 9999, so that China is still in it.
const LATEST: i64 = 253_402_271_999_999;

impl Timestamp {
    /// The instant that many milliseconds after 1970-01-01T00:00:00Z, held within years 1 to 9999.
    ///
    /// ```
    /// # use taskmock::Timestamp;
    /// assert_eq!(Timestamp::from_unix_millis(0).to_string(), "1970-01-01T00:00:00Z");
    /// ```
    pub fn from_unix_millis(millis: i64) -> Self {
        Timestamp(millis.clamp(EARLIEST, LATEST))
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, as in the `timestamp` of an ACK task event.
    ///
    /// ```
    /// # use taskmock::Timestamp;
    /// let event: Timestamp = "2022-11-29T07:17:09.286Z".parse()?;
    /// assert_eq!(event.unix_millis(), 1669706229286);
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    pub fn unix_millis(self) -> i64 {
        self.0
    }

    /// The instant a span later; it stops at the end of year 9999.
    ///
    /// ```
    /// # use taskmock::Timestamp;
    /// # use std::time::Duration;
    /// let start: Timestamp = "2026-11-21T20:21:00Z".parse()?;
    /// assert_eq!(start.after(Duration::from_secs(90)).to_string(), "2026-11-21T20:22:30Z");
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        let millis = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_unix_millis(self.0.saturating_add(millis))
    }

    /// How long it is since an earlier instant; nothing if that one is later.
    ///
    /// ```
    /// # use taskmock::Timestamp;
    /// # use std::time::Duration;
    /// let (start, end) = (Timestamp::from_unix_millis(0), Timestamp::from_unix_millis(1500));
    /// assert_eq!(end.since(start), Duration::from_millis(1500));
    /// assert_eq!(start.since(end), Duration::ZERO);
    /// ```
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_millis(u64::try_from(self.0 - earlier.0).unwrap_or(0))
    }

    /// RFC 3339 with China's offset, as in `created` of an ACK task: `2020-11-10T16:02:04+08:00`.
    ///
    /// ```
    /// # use taskmock::Timestamp;
    /// let created: Timestamp = "2020-11-10T08:02:04Z".parse()?;
    /// assert_eq!(created.rfc3339_china(), "2020-11-10T16:02:04+08:00");
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    pub fn rfc3339_china(self) -> String {
        self.china().to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// `YYYY-MM-DD HH:MM:SS` in China's time, as in `start_time` of an ACK task stage.
    ///
    /// ```
    /// # use taskmock::Timestamp;
    /// let start: Timestamp = "2022-12-15T15:00:00Z".parse()?;
    /// assert_eq!(start.datetime_china(), "2022-12-15 23:00:00");
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    pub fn datetime_china(self) -> String {
        self.china().format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// `YYYY-MM-DD HH:MM:SS` in UTC, as in `start_time` of a DWS task.
    ///
    /// ```
    /// # use taskmock::Timestamp;
    /// let start: Timestamp = "2023-06-05T01:58:43Z".parse()?;
    /// assert_eq!(start.datetime_utc(), "2023-06-05 01:58:43");
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    pub fn datetime_utc(self) -> String {
        self.utc().format("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// `2026-11-21T20:21:00Z`, without parts of a second.
    #[cfg(feature = "signatures")]
    pub(crate) fn iso(self) -> String {
        self.utc().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    /// `20261121T202100Z`, as Huawei signs it.
    #[cfg(feature = "signatures")]
    pub(crate) fn compact(self) -> String {
        self.utc().format("%Y%m%dT%H%M%SZ").to_string()
    }

    /// Reads what [`compact`](Self::compact) writes.
    #[cfg(feature = "signatures")]
    pub(crate) fn from_compact(text: &str) -> Option<Self> {
        let time = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()?;
        Some(Timestamp::from_unix_millis(time.and_utc().timestamp_millis()))
    }

    /// `Sat, 21 Nov 2026 20:21:00 GMT`, as HTTP has it.
    pub(crate) fn rfc1123(self) -> String {
        self.utc().format("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }

    /// Reads what [`rfc1123`](Self::rfc1123) writes.
    #[cfg(feature = "signatures")]
    pub(crate) fn from_rfc1123(text: &str) -> Option<Self> {
        let time = DateTime::parse_from_rfc2822(text).ok().filter(|_| text.ends_with("GMT"))?;
        Some(Timestamp::from_unix_millis(time.timestamp_millis()))
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or_default()
    }

    fn china(self) -> DateTime<FixedOffset> {
        let offset = FixedOffset::east_opt(8 * 3600).expect("eight hours are less than a day");
        self.utc().with_timezone(&offset)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        DateTime::parse_from_rfc3339(text)
            .map(|time| Timestamp::from_unix_millis(time.timestamp_millis()))
            .map_err(|_| TimeError(format!("`{text}` is not an RFC 3339 time such as 2026-11-21T20:21:00Z")))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text { expects: "a time such as \"2026-11-21T20:21:00Z\"", read: str::parse })
    }
}

/// A span of virtual time; in JSON a text such as `90s`, `20m`, `1h 30m` or `PT5M`, or a number of
/// seconds.
///
/// An ISO 8601 duration has days, hours, minutes and seconds; a year and a month have no fixed length.
///
/// ```
/// use std::time::Duration;
/// let takes: taskmock::Span = "1h 30m".parse()?;
/// assert_eq!(takes.duration(), Duration::from_secs(5400));
/// assert_eq!(takes.to_string(), "1h 30m");
/// assert_eq!("PT1H30M".parse(), Ok(takes));
/// # Ok::<(), taskmock::TimeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(Duration);

impl Span {
    /// A span of whole seconds.
    ///
    /// ```
    /// assert_eq!(taskmock::Span::seconds(90).to_string(), "1m 30s");
    /// ```
    pub const fn seconds(seconds: u64) -> Self {
        Span(Duration::from_secs(seconds))
    }

    /// The span as a [`Duration`].
    ///
    /// ```
    /// assert_eq!(taskmock::Span::seconds(2).duration().as_millis(), 2000);
    /// ```
    pub const fn duration(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Span(duration)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        humantime::format_duration(self.0).fmt(f)
    }
}

impl FromStr for Span {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        let read = if text.starts_with('P') { iso_8601(text) } else { humantime::parse_duration(text).ok() };
        read.map(Span)
            .ok_or_else(|| TimeError(format!("`{text}` is not a span of time such as 90s, 20m, 1h 30m or PT5M")))
    }
}

/// Reads an ISO 8601 duration such as `P1DT2H3M4.5S`, as the time libraries of Java, .NET and JavaScript
/// write it.
fn iso_8601(text: &str) -> Option<Duration> {
    let (date, time) =
        text.strip_prefix('P')?.split_once('T').map_or((&text[1..], None), |(date, time)| (date, Some(time)));
    let days = parts(date, &[('D', 86_400.0)])?;
    match time {
        None if date.is_empty() => None,
        None => Some(days),
        Some("") => None,
        Some(time) => days.checked_add(parts(time, &[('H', 3600.0), ('M', 60.0), ('S', 1.0)])?),
    }
}

/// Adds up numbers that are each followed by its unit, the largest unit first.
fn parts(mut text: &str, units: &[(char, f64)]) -> Option<Duration> {
    let mut sum = Duration::ZERO;
    for (unit, seconds) in units {
        if let Some((number, rest)) = text.split_once(*unit) {
            if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
                return None;
            }
            let part = Duration::try_from_secs_f64(number.parse::<f64>().ok()? * seconds).ok()?;
            sum = sum.checked_add(part)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SpanVisitor)
    }
}

struct SpanVisitor;

impl de::Visitor<'_> for SpanVisitor {
    type Value = Span;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span of time such as \"90s\", or a number of seconds")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Span, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Span, E> {
        Ok(Span::seconds(seconds))
    }

    fn visit_f64<E: de::Error>(self, seconds: f64) -> Result<Span, E> {
        let read = Duration::try_from_secs_f64(seconds);
        read.map(Span).map_err(|_| E::invalid_value(de::Unexpected::Float(seconds), &self))
    }
}

/// Reads a value from a text, and says what it expects where there is none.
struct Text<T> {
    expects: &'static str,
    read: fn(&str) -> Result<T, TimeError>,
}

impl<T> de::Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expects)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}

#[cfg(feature = "cli")]
mod schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    impl JsonSchema for super::Timestamp {
        fn schema_name() -> Cow<'static, str> {
            "Timestamp".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": "string", "format": "date-time", "description": "An instant, RFC 3339 with any offset."})
        }
    }

    impl JsonSchema for super::StartClock {
        fn schema_name() -> Cow<'static, str> {
            "StartClock".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({
                "type": "string",
                "description": "Where the clock stands: an instant, RFC 3339 with any offset, or `now`. Absent: it stays where it is."
            })
        }
    }

    impl JsonSchema for super::Span {
        fn schema_name() -> Cow<'static, str> {
            "Span".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"type": ["string", "number"], "examples": ["90s", "20m", "1h 30m", "PT5M", 90], "description": "A span of time; a number is seconds."})
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_formats_of_one_instant_cross_a_day_border() {
        let instant: Timestamp = "2023-12-31T16:00:00Z".parse().expect("a time");
        assert_eq!(instant.rfc3339_china(), "2024-01-01T00:00:00+08:00");
        assert_eq!(instant.datetime_china(), "2024-01-01 00:00:00");
        assert_eq!(instant.datetime_utc(), "2023-12-31 16:00:00");
        assert_eq!(instant.unix_millis(), 1_704_038_400_000);
    }

    #[test]
    fn a_span_is_words_iso_8601_or_seconds() {
        let millis = |json: &str| serde_json::from_str::<Span>(json).map(|span| span.duration().as_millis()).ok();
        for (json, expected) in [
            ("\"90s\"", Some(90_000)),
            ("\"PT5M\"", Some(300_000)),
            ("\"P1DT2H3M4.5S\"", Some(93_784_500)),
            ("\"P2D\"", Some(172_800_000)),
            ("\"PT0S\"", Some(0)),
            ("90", Some(90_000)),
            ("1.5", Some(1500)),
            ("\"P\"", None),
            ("\"PT\"", None),
            ("\"P1DT\"", None),
            ("\"P1Y\"", None),
            ("\"PT5\"", None),
            ("\"PT5S3M\"", None),
            ("\"PT-5M\"", None),
            ("\"PT1e9S\"", None),
            ("-1", None),
            ("1e300", None),
            ("null", None),
        ] {
            assert_eq!(millis(json), expected, "{json}");
        }
    }

    #[test]
    fn time_saturates_at_both_ends() {
        let last = Timestamp::from_unix_millis(i64::MAX);
        assert_eq!(last.to_string(), "9999-12-31T15:59:59.999Z");
        assert_eq!(last.after(Duration::MAX), last);
        assert_eq!(Timestamp::from_unix_millis(i64::MIN).to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(last.since(Timestamp::from_unix_millis(i64::MIN)).as_secs(), 315_537_868_799);
    }
}
