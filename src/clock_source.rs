//! ClockSource: what moves a mock's virtual clock, besides a test that moves it.

use std::time::{Duration, Instant};

/// What moves a mock's virtual clock. A test can always move it on too.
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

/// A clock source at work: how much virtual time has passed, and how much of it the backend knows.
#[derive(Debug)]
pub(crate) struct Pace {
    source: ClockSource,
    origin: Origin,
    /// What has passed on the backend's clock since then.
    passed: Duration,
}

/// Since when time is counted.
#[derive(Debug)]
enum Origin {
    Nothing,
    Real(Instant),
    #[cfg(feature = "server")]
    Tokio(tokio::runtime::Handle, tokio::time::Instant),
    /// The host's first and latest instants; none before the first.
    Given(Option<(Duration, Duration)>),
}

impl Pace {
    /// # Panics
    ///
    /// With `FollowsTokio` outside a tokio runtime.
    pub(crate) fn new(source: ClockSource) -> Self {
        let origin = match source {
            ClockSource::Scaled(speed) if speed > 0.0 => Origin::Real(Instant::now()),
            #[cfg(feature = "server")]
            ClockSource::FollowsTokio => Origin::Tokio(tokio::runtime::Handle::current(), tokio::time::Instant::now()),
            ClockSource::Given => Origin::Given(None),
            _ => Origin::Nothing,
        };
        Pace { source, origin, passed: Duration::ZERO }
    }

    /// What has passed since this was asked last.
    pub(crate) fn due(&mut self) -> Duration {
        let passed = match (&self.origin, self.source) {
            (Origin::Real(started), ClockSource::Scaled(speed)) => {
                Duration::try_from_secs_f64(started.elapsed().as_secs_f64() * speed).unwrap_or(Duration::MAX)
            }
            #[cfg(feature = "server")]
            (Origin::Tokio(runtime, started), _) => {
                // Another thread would see the real clock where the runtime's is paused.
                let _in_runtime = runtime.enter();
                started.elapsed()
            }
            (Origin::Given(Some((first, latest))), _) => *latest - *first,
            _ => return Duration::ZERO,
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
        if let Origin::Given(instants) = &mut self.origin {
            let (first, latest) = instants.unwrap_or((now, now));
            *instants = Some((first, latest.max(now)));
        }
    }
}
