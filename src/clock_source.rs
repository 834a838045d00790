//! ClockSource: what moves a mock's virtual clock, besides a test that moves it.

use std::time::Duration;

/// What moves a mock's virtual clock. A test can always move it on too.
///
/// Real time is a server's. Where a host moves the bytes of a [`Wire`](crate::Wire), the instants that it gives
/// stand in its place.
///
/// | source | the clock moves | a fault's delay takes |
/// |---|---|---|
/// | `Stands` | when a test moves it | as long in real time |
/// | `Scaled(60.0)` | a minute each second | a sixtieth of it in real time |
/// | `Stepped(span)` | by the span with each call to the cloud, before it is answered | as long in real time |
/// | `FollowsTokio` | as `tokio::time` of the runtime that started the server | as long in `tokio::time` |
/// | `Given` | to the instant that comes with each message | as long in the host's time |
///
/// ```
/// use taskmock::{Backend, ClockSource, Handle};
/// assert_eq!(ClockSource::default(), ClockSource::Stands);
/// let handle = Handle::new(Backend::documents(), ClockSource::Stands);
/// assert_eq!(handle.now().to_string(), "2024-03-03T00:00:00Z");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ClockSource {
    /// It stands until a test moves it.
    #[default]
    Stands,
    /// This many seconds pass in a second of real time. 0 or less: it stands.
    Scaled(f64),
    /// Each call to the cloud moves it by this span, so that a client that polls without sleeping
    /// sees time pass. Calls to the control interface do not.
    Stepped(Duration),
    /// It follows `tokio::time`; for `MockServer::start_local`.
    FollowsTokio,
    /// It follows the instants that a host gives; for [`Wire`](crate::Wire).
    Given,
}

/// Returns how much time has passed since a server started, by the clock that it lives on.
pub(crate) type Reader = Box<dyn Fn() -> Duration + Send + Sync>;

/// A clock source at work: how much virtual time has passed, and how much of it the backend knows.
pub(crate) struct Pace {
    source: ClockSource,
    /// Where the time comes from; none: a host gives it.
    reader: Option<Reader>,
    /// The host's first and latest instants; none before the first.
    given: Option<(Duration, Duration)>,
    /// What has passed on the backend's clock since then.
    passed: Duration,
}

impl Pace {
    pub(crate) fn new(source: ClockSource, reader: Option<Reader>) -> Self {
        Pace { source, reader, given: None, passed: Duration::ZERO }
    }

    /// What has passed since this was asked last.
    pub(crate) fn due(&mut self) -> Duration {
        let speed = match self.source {
            ClockSource::Scaled(speed) if speed > 0.0 => speed,
            ClockSource::FollowsTokio | ClockSource::Given => 1.0,
            _ => return Duration::ZERO,
        };
        let elapsed = match (&self.reader, self.given) {
            (Some(reader), _) => reader(),
            (None, Some((first, latest))) => latest - first,
            (None, None) => Duration::ZERO,
        };
        let passed = match speed {
            1.0 => elapsed,
            _ => Duration::try_from_secs_f64(elapsed.as_secs_f64() * speed).unwrap_or(Duration::MAX),
        };
        // The backend counts milliseconds; the rest is due the next time.
        let passed = Duration::from_millis(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX));
        let due = passed.saturating_sub(self.passed);
        self.passed = passed.max(self.passed);
        due
    }

    /// By how much each call to the cloud moves the clock.
    pub(crate) fn step(&self) -> Duration {
        match self.source {
            ClockSource::Stepped(span) => span,
            _ => Duration::ZERO,
        }
    }

    /// Takes note of the instant that a host gives.
    pub(crate) fn is_at(&mut self, now: Duration) {
        let (first, latest) = self.given.unwrap_or((now, now));
        self.given = Some((first, latest.max(now)));
    }
}

impl std::fmt::Debug for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pace").field("source", &self.source).field("passed", &self.passed).finish_non_exhaustive()
    }
}
