//! `taskmock serve`: the server in a terminal.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use taskmock::{ClockSource, MockServer, ServerConfig, SignatureClock, Span, StartClock, State, Timestamp};

use super::signals::Signals;
use super::{Failure, print};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Where to listen; port 0 takes any free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// A state file to serve, or `-` for standard input; without it, the documents' world. `taskmock
    /// state` prints one.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Read the documents otherwise where they disagree; may be given again. `document=000` reads
    /// as the samples of that document show.
    #[arg(long, value_name = "NAME=VALUE")]
    dialect: Vec<String>,
    /// Verify signatures, and let only these users ask: AK:SECRET, or AK:SECRET:TOKEN; may be given
    /// again. See --signature-clock for which clock their times are held to.
    #[arg(long, value_name = "AK:SECRET")]
    credentials: Vec<String>,
    #[command(flatten)]
    source: super::credentials::Source,
    /// Hold the times of signatures to the time of day (`real`), or to the virtual clock (`mock`).
    #[arg(long, value_name = "CLOCK", default_value = "real", value_parser = ["real", "mock"])]
    signature_clock: String,
    /// Set the virtual clock on: `now`, or a time such as 2026-11-21T20:21:00Z. A reset of one that
    /// was set to `now` sets it to the time of day anew.
    #[arg(long, value_name = "TIME", value_parser = clock)]
    clock: Option<StartClock>,
    /// How many seconds of virtual time pass in a second; 0: the clock stands until it is moved.
    #[arg(long, value_name = "FACTOR", default_value_t = 0.0, value_parser = speed, allow_negative_numbers = true)]
    speed: f64,
    /// Move the virtual clock by this span with each call to the cloud, before it is answered, so that
    /// a client that polls without sleeping sees time pass.
    #[arg(long, value_name = "SPAN", conflicts_with = "speed", value_parser = span)]
    step: Option<Span>,
    /// Speak HTTPS on the same port too, for localhost and 127.0.0.1.
    #[arg(long)]
    tls: bool,
    /// Write the certificate of the CA that a client must trust to this file, as PEM.
    #[arg(long, value_name = "PATH", requires = "tls")]
    ca_file: Option<PathBuf>,
    /// Want this token of everybody who uses the control interface, in the header `x-taskmock-token`.
    /// In the environment it is not seen in a list of processes.
    #[arg(long, value_name = "TOKEN", env = "TASKMOCK_CONTROL_TOKEN", hide_env_values = true)]
    control_token: Option<String>,
    /// Let the control interface answer to this name or address in `Host` too, without a port; may be
    /// given again.
    #[arg(long, value_name = "HOST")]
    control_host: Vec<String>,
    /// Put the control interface on a port of its own, and on that only.
    #[arg(long, value_name = "ADDR", value_parser = address)]
    control_address: Option<SocketAddr>,
    /// Switch the control interface off.
    #[arg(long, conflicts_with_all = ["control_host", "control_address"])]
    no_control: bool,
    /// End when standard input is closed, so that no server outlives the test that started it.
    #[arg(long)]
    until_stdin_closes: bool,
    /// Write no line about each request to standard error.
    #[arg(long)]
    quiet: bool,
}

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
fn address(text: &str) -> Result<SocketAddr, String> {
    let resolved = text.to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    resolved.ok_or_else(|| "it should be HOST:PORT, such as 127.0.0.1:8080".to_owned())
}

/// A span, or a number of seconds.
fn span(text: &str) -> Result<Span, String> {
    let seconds = text.parse().map(Span::seconds);
    seconds.or_else(|_| text.parse()).map_err(|error: taskmock::TimeError| format!("{error}, or a number of seconds"))
}

fn clock(text: &str) -> Result<StartClock, String> {
    text.parse().map_err(|error: taskmock::TimeError| format!("{error}, nor `now`"))
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(factor) if (0.0..=1e9).contains(&factor) => Ok(factor),
        _ => Err("it should be a number from 0 to 1000000000, such as 60 for a minute a second".to_owned()),
    }
}

pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    if arguments.until_stdin_closes && arguments.state.as_deref() == Some(Path::new("-")) {
        let sentence = "--state - reads standard input to its end, so --until-stdin-closes would end at once; give the state as a file";
        return Err(Failure::usage(sentence.to_owned()));
    }
    let mut state = match &arguments.state {
        None => State::documents(),
        Some(path) => {
            let json = read(path)?;
            State::from_json(&json).map_err(|error| Failure::usage(format!("{}, {error}", path.display())))?
        }
    };
    for assignment in &arguments.dialect {
        state.dialect.set(assignment).map_err(|error| Failure::usage(format!("--dialect {assignment}: {error}")))?;
    }
    let users = arguments.source.all(&arguments.credentials)?;
    let users = users.iter().map(|text| super::credentials::read(text)).collect::<Result<Vec<_>, _>>()?;
    if let Some(clock) = arguments.clock {
        if let StartClock::At(to) = clock
            && to < state.now()
        {
            return Err(Failure::usage(format!(
                "--clock {to}: the clock of the state stands at {} and only moves forward; give a later time",
                state.now()
            )));
        }
        if clock == StartClock::Now && arguments.state.is_none() {
            // The documents' tasks run in 2024; their age is what the samples show.
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            state.move_running(Timestamp::from_unix_millis(0).after(since));
        }
        state.clock = clock;
    }
    // First, so that a signal that comes early ends it cleanly too.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::usage(format!("cannot start: {error}")))?;
    let mut signals = runtime
        .block_on(async { Signals::new(false) })
        .map_err(|error| Failure::usage(format!("cannot await signals: {error}")))?;

    let (writer, log) = Writer::start().map_err(|error| Failure::usage(format!("cannot start: {error}")))?;
    let clock = match arguments.step {
        Some(span) => ClockSource::Stepped(span.duration()),
        None => ClockSource::Scaled(arguments.speed),
    };
    let mut config = ServerConfig::new().address(arguments.listen).clock(clock);
    if !arguments.quiet {
        config = config.log(log);
    }
    if arguments.tls {
        config = config.tls();
    }
    if let Some(token) = &arguments.control_token {
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Failure::usage(
                "--control-token: a token is sent in a header, so it should have visible ASCII characters only"
                    .to_owned(),
            ));
        }
        config = config.control_token(token);
    }
    config = arguments.control_host.iter().fold(config, ServerConfig::control_host);
    if let Some(address) = arguments.control_address {
        config = config.control_address(address);
    }
    if arguments.no_control {
        config = config.no_control();
    }
    if arguments.signature_clock == "mock" {
        config = config.signature_clock(SignatureClock::Mock);
    }
    config = users.into_iter().fold(config, ServerConfig::admit);
    let server = MockServer::bind(state, config).map_err(|error| {
        Failure::usage(format!(
            "cannot listen on {}: {error}; give another address, such as --listen 127.0.0.1:0",
            arguments.listen
        ))
    })?;
    if let (Some(path), Some(pem)) = (&arguments.ca_file, server.ca_pem()) {
        fs::write(path, pem)
            .map_err(|error| Failure::usage(format!("cannot write the CA file {}: {error}", path.display())))?;
    }
    print(&format!("listening on {}", server.base_url()))?;
    if let (Some(_), Some(address)) = (arguments.control_address, server.control_address()) {
        print(&format!("control interface on http://{address}"))?;
    }
    let stdin_closed = arguments.until_stdin_closes.then(stdin_closed).transpose()?;
    runtime.block_on(async {
        let mut signal = pin!(signals.next());
        let mut closed = pin!(async {
            match stdin_closed {
                Some(closed) => drop(closed.await),
                None => std::future::pending().await,
            }
        });
        std::future::poll_fn(|context| match signal.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => closed.as_mut().poll(context),
        })
        .await;
    });
    drop(server);
    writer.flush();
    Ok(())
}

/// Reads standard input to its end, on a thread of its own; what is returned is ready then.
fn stdin_closed() -> Result<tokio::sync::oneshot::Receiver<()>, Failure> {
    let (open, closed) = tokio::sync::oneshot::channel();
    let read = move || {
        let mut room = [0; 4096];
        while matches!(io::stdin().lock().read(&mut room), Ok(1..)) {}
        drop(open);
    };
    let thread = thread::Builder::new().name("taskmock-stdin".to_owned()).spawn(read);
    thread.map(|_| closed).map_err(|error| Failure::usage(format!("cannot read standard input: {error}")))
}

/// Reads a state file, or standard input for `-`.
fn read(path: &Path) -> Result<String, Failure> {
    let bytes = match path == Path::new("-") {
        true => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
        }
        false => fs::read(path),
    };
    let bytes = bytes.map_err(|error| {
        let path = path.display();
        Failure::usage(format!("cannot read the state file {path}: {error}; `taskmock state` prints one to start from"))
    })?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        Failure::usage(format!("{}, line {line}: the file is not UTF-8 there; save it as UTF-8", path.display()))
    })
}

/// Writes lines to stderr from a thread of its own: a reader that is slow, or has gone, must neither
/// hold up nor end the server. Lines that it cannot take are counted and left out.
struct Writer {
    queue: mpsc::SyncSender<Entry>,
}

enum Entry {
    Line(String),
    /// Answered when all lines before it are written.
    Flush(mpsc::Sender<()>),
}

/// As many lines wait to be written.
const LINES: usize = 1024;

impl Writer {
    /// Starts the thread; what is returned with it takes a line, and puts the time before it.
    fn start() -> io::Result<(Self, impl Fn(&str) + Send + Sync + use<>)> {
        let (queue, entries) = mpsc::sync_channel(LINES);
        let left_out = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&left_out);
        let write = move || {
            for entry in entries {
                let lost = left_out.swap(0, Ordering::Relaxed);
                if lost > 0 {
                    let _ = writeln!(io::stderr(), "({lost} lines were left out)");
                }
                let _ = match entry {
                    Entry::Line(line) => writeln!(io::stderr(), "{line}"),
                    Entry::Flush(done) => {
                        let _ = done.send(());
                        Ok(())
                    }
                };
            }
        };
        thread::Builder::new().name("taskmock-log".to_owned()).spawn(write)?;
        let lines = queue.clone();
        let log = move |line: &str| {
            let millis = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let time = Timestamp::from_unix_millis(0).after(millis);
            if lines.try_send(Entry::Line(format!("{time} {line}"))).is_err() {
                counted.fetch_add(1, Ordering::Relaxed);
            }
        };
        Ok((Writer { queue }, log))
    }

    /// Waits until everything is written, but not for a reader that has stopped reading.
    fn flush(self) {
        let (done, flushed) = mpsc::channel();
        if self.queue.try_send(Entry::Flush(done)).is_ok() {
            let _ = flushed.recv_timeout(Duration::from_millis(500));
        }
    }
}
