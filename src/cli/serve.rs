//! `taskmock serve`: the listener in a terminal.

use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;

use taskmock::{Listener, Settings, State};

use super::{Failure, print};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Where to listen; port 0 takes any free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// A state file to serve; without it, the documents' world. `taskmock state` prints one.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Read the documents otherwise where they disagree; may be given again. `document=000` reads
    /// as the samples of that document show.
    #[arg(long, value_name = "NAME=VALUE")]
    dialect: Vec<String>,
    /// How many seconds of virtual time pass in a second; 0: the clock stands until it is moved.
    #[arg(long, value_name = "FACTOR", default_value_t = 0.0, value_parser = speed)]
    speed: f64,
}

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
fn address(text: &str) -> Result<SocketAddr, String> {
    let resolved = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    resolved.ok_or_else(|| "it should be HOST:PORT, such as 127.0.0.1:8080".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(factor) if (0.0..=1e9).contains(&factor) => Ok(factor),
        _ => Err("it should be a number from 0 to 1000000000, such as 60 for a minute a second".to_owned()),
    }
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut state = match &arguments.state {
        None => State::documents(),
        Some(path) => {
            let json = fs::read_to_string(path).map_err(|error| {
                Failure(format!(
                    "cannot read the state file {}: {error}; `taskmock state` prints one to start from",
                    path.display()
                ))
            })?;
            State::from_json(&json).map_err(|error| Failure(format!("{}, {error}", path.display())))?
        }
    };
    for assignment in &arguments.dialect {
        state.dialect.set(assignment).map_err(|error| Failure(format!("--dialect {assignment}: {error}")))?;
    }
    // First, so that a signal that comes early ends it cleanly too.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure(format!("cannot start: {error}")))?;
    let stop =
        runtime.block_on(async { Stop::new() }).map_err(|error| Failure(format!("cannot await signals: {error}")))?;

    let settings = Settings { address: arguments.listen, speed: arguments.speed, log: Some(Arc::new(log)) };
    let listener = Listener::bind(state, settings).map_err(|error| {
        Failure(format!(
            "cannot listen on {}: {error}; give another address, such as --listen 127.0.0.1:0",
            arguments.listen
        ))
    })?;
    print(&format!("listening on {}", listener.base_url()))?;
    runtime.block_on(stop.wait());
    Ok(())
}

/// A terminal that has gone must not end the server.
fn log(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The signals that end the server.
#[cfg(unix)]
struct Stop {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Stop { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(mut self) {
        std::future::poll_fn(|context| {
            let interrupted = self.interrupt.poll_recv(context).is_ready();
            let terminated = self.terminate.poll_recv(context).is_ready();
            if interrupted || terminated { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Stop;

#[cfg(not(unix))]
impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Stop)
    }

    async fn wait(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
