//! Signals: what tells the command to end, awaited.

use std::io;

/// Interrupt and terminate, and if it is asked for the end of the terminal.
#[cfg(unix)]
pub(super) struct Signals(Vec<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Signals {
    /// From now on they do not end the process; to be called inside a runtime.
    pub(super) fn new(with_hangup: bool) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let wanted = if with_hangup { &kinds[..] } else { &kinds[..2] };
        wanted.iter().map(|kind| signal(*kind)).collect::<io::Result<_>>().map(Signals)
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        std::future::poll_fn(|context| {
            let came = self.0.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
            if came { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
}

#[cfg(not(unix))]
pub(super) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(super) fn new(_: bool) -> io::Result<Self> {
        Ok(Signals)
    }

    pub(super) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            // None can come.
            std::future::pending::<()>().await;
        }
    }
}
