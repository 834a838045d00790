//! Process: a client under test as a child process: one line per case, killed when it hangs, started again when it
//! has ended.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{self, Child, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use taskmock::conformance::{ClientAnswer, NoAnswer, Reply};

use crate::cli::signals::Signals;
use crate::text;

/// A longer line is not an answer, in bytes.
const LONGEST_LINE: usize = 1 << 20;

/// So much of the end of a client's standard error is kept, in bytes.
const MOST_STDERR: usize = 16 << 10;

/// How long to wait for what a client that has ended left in its pipes.
const LAST_WORDS_WITHIN: Duration = Duration::from_millis(500);

/// How long a client has to end after its input ended.
const END_WITHIN: Duration = Duration::from_secs(5);

/// The time between two checks whether a client has ended.
const LOOK: Duration = Duration::from_millis(20);

/// The command, and how long it has for a case.
pub(super) struct Command {
    program: String,
    arguments: Vec<String>,
    timeout: Duration,
    /// The first copy, until somebody takes it.
    first: Mutex<Option<Running>>,
}

impl Command {
    /// Starts the first copy.
    pub(super) fn start(program: &str, arguments: &[String], timeout: Duration) -> io::Result<Self> {
        let first = Mutex::default();
        let command = Command { program: program.to_owned(), arguments: arguments.to_vec(), timeout, first };
        *lock(&command.first) = Some(Running::of(command.spawn()?));
        Ok(command)
    }

    fn spawn(&self) -> io::Result<Child> {
        let mut command = process::Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that what it starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn()
    }
}

/// One copy of the command, which runs when it is needed.
pub(super) struct Client<'a> {
    command: &'a Command,
    running: Option<Running>,
    /// Whether the one that runs has answered a case.
    has_answered: bool,
}

impl<'a> Client<'a> {
    pub(super) fn new(command: &'a Command) -> Self {
        Client { command, running: lock(&command.first).take(), has_answered: false }
    }

    /// Runs one case. A client that ended with status 0 after an earlier answer is started again: it may be a command
    /// that answers one line each time.
    pub(super) fn ask(&mut self, case: &str, line: &str) -> Reply {
        let had_answered = self.has_answered;
        let mut reply = self.ask_once(case, line);
        if reply.is_none() && had_answered {
            reply = self.ask_once(case, line);
        }
        reply.unwrap_or_else(|| {
            let reason = "it ended with status 0 and without an answer".to_owned();
            Reply::None { why: NoAnswer::Crashed, reason, stderr: String::new() }
        })
    }

    /// None if it ended with status 0 before it answered.
    fn ask_once(&mut self, case: &str, line: &str) -> Option<Reply> {
        let none = |why: NoAnswer, reason: String, stderr: String| Some(Reply::None { why, reason, stderr });
        self.has_answered = false;
        let mut running = match self.running.take().map_or_else(|| self.command.spawn().map(Running::of), Ok) {
            Ok(running) => running,
            Err(error) => return none(NoAnswer::Crashed, format!("it cannot be started: {error}"), String::new()),
        };
        if let Some(more) = running.printed_more() {
            let stderr = running.end();
            let reason = format!("it printed more after its answer to the previous case\nit printed {}", shown(&more));
            return none(NoAnswer::Garbled, reason, stderr);
        }
        let (why, reason) = match running.ask(line, self.command.timeout) {
            Ok(printed) => match ClientAnswer::of_line(&printed, case) {
                Ok(answer) => {
                    (self.running, self.has_answered) = (Some(running), true);
                    return Some(Reply::Answer(answer));
                }
                Err(said) => (NoAnswer::Garbled, format!("{said}\nit printed {}", shown(&printed))),
            },
            Err(Silence::Ended(status)) => {
                let stderr = running.end();
                return match status {
                    Some(status) if status.success() => None,
                    Some(status) => none(NoAnswer::Crashed, format!("it ended without an answer: {status}"), stderr),
                    None => {
                        none(NoAnswer::Crashed, "it closed its standard output without an answer".to_owned(), stderr)
                    }
                };
            }
            Err(Silence::TimedOut) => {
                (NoAnswer::Hung, format!("it did not answer within {} s", self.command.timeout.as_secs_f64()))
            }
            Err(Silence::LongLine) => {
                (NoAnswer::Garbled, format!("it printed a line of more than {} MiB", LONGEST_LINE >> 20))
            }
        };
        let stderr = running.end();
        none(why, reason, stderr)
    }
}

/// Why no line came.
enum Silence {
    TimedOut,
    Ended(Option<ExitStatus>),
    LongLine,
}

/// A process with the threads that read and write for it, so that neither can hold up the run.
struct Running {
    child: Child,
    lines_in: Sender<Vec<u8>>,
    lines_out: Receiver<Vec<u8>>,
    stderr: Arc<Mutex<VecDeque<u8>>>,
    /// Hangs up when all of its standard error is read.
    stderr_read: Receiver<()>,
    status: Option<ExitStatus>,
}

impl Running {
    fn of(mut child: Child) -> Self {
        children().push(child.id());
        let (lines_in, to_write) = mpsc::channel::<Vec<u8>>();
        if let Some(mut stdin) = child.stdin.take() {
            thread::spawn(move || {
                // A client that does not read any more is told by its silence.
                to_write.iter().all(|line| stdin.write_all(&line).and_then(|()| stdin.flush()).is_ok())
            });
        }
        // A client that prints without end waits for whoever reads.
        let (printed, lines_out) = mpsc::sync_channel(4);
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || read_lines(stdout, &printed));
        }
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        let (reading, stderr_read) = mpsc::channel();
        if let Some(from) = child.stderr.take() {
            let kept = Arc::clone(&stderr);
            thread::spawn(move || {
                keep_the_end(from, &kept);
                drop(reading);
            });
        }
        Running { child, lines_in, lines_out, stderr, stderr_read, status: None }
    }

    /// A line that answers no case.
    fn printed_more(&mut self) -> Option<Vec<u8>> {
        self.lines_out.try_recv().ok()
    }

    /// The line that it prints for a line. That it has ended is seen also if something that it started holds
    /// its pipes.
    fn ask(&mut self, line: &str, timeout: Duration) -> Result<Vec<u8>, Silence> {
        lock(&self.stderr).clear();
        // A client that has ended is told by the end of its output.
        let _ = self.lines_in.send(format!("{line}\n").into_bytes());
        let until = Instant::now() + timeout;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.lines_out.recv_timeout(left.min(LOOK)) {
                Ok(printed) if printed.len() >= LONGEST_LINE => return Err(Silence::LongLine),
                Ok(printed) => return Ok(printed),
                Err(RecvTimeoutError::Disconnected) => return Err(Silence::Ended(self.exit(LAST_WORDS_WITHIN))),
                Err(RecvTimeoutError::Timeout) if self.has_ended() => {
                    // What it printed before it ended.
                    return self.lines_out.recv_timeout(LOOK).map_err(|_| Silence::Ended(self.status));
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Err(Silence::TimedOut),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Whether the process has ended. What it started in its group ends then too, before its number is given
    /// to another.
    fn has_ended(&mut self) -> bool {
        if self.status.is_none() && has_ended(&self.child) {
            kill_group(self.child.id());
            self.status = self.child.try_wait().ok().flatten();
        }
        self.status.is_some()
    }

    fn exit(&mut self, within: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + within;
        while !self.has_ended() && Instant::now() < until {
            thread::sleep(Duration::from_millis(2));
        }
        self.status
    }

    /// Kills it, and returns the end of what it wrote to its standard error.
    fn end(mut self) -> String {
        self.kill();
        let _ = self.stderr_read.recv_timeout(LAST_WORDS_WITHIN);
        let stderr: Vec<u8> = lock(&self.stderr).iter().copied().collect();
        String::from_utf8_lossy(&stderr).into_owned()
    }

    fn kill(&mut self) {
        if !self.has_ended() {
            kill_group(self.child.id());
            let _ = self.child.kill();
            self.status = self.child.wait().ok();
        }
        children().retain(|id| *id != self.child.id());
    }
}

impl Drop for Running {
    /// The run is over: it is told so by the end of its input, and has time to end by itself.
    fn drop(&mut self) {
        let (nobody, _) = mpsc::channel();
        self.lines_in = nobody;
        self.exit(END_WITHIN);
        self.kill();
    }
}

/// Sends each line, without its end, until there are no more or nobody listens. A line that is too
/// long is sent cut.
fn read_lines(stdout: impl Read, printed: &mpsc::SyncSender<Vec<u8>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        match stdout.by_ref().take(LONGEST_LINE as u64).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        if printed.send(line).is_err() {
            return;
        }
    }
}

fn keep_the_end(mut from: impl Read, kept: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        let mut kept = lock(kept);
        kept.extend(&buffer[..count]);
        let too_many = kept.len().saturating_sub(MOST_STDERR);
        kept.drain(..too_many);
    }
}

/// Bytes for a person, the beginning of them if they are many.
fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 500;
    let text = String::from_utf8_lossy(bytes);
    let more = if text.chars().nth(MOST).is_some() { format!(" ({} bytes)", bytes.len()) } else { String::new() };
    text::shown(&text, MOST) + &more
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processes that run, for the signal that ends this one.
fn children() -> MutexGuard<'static, Vec<u32>> {
    static CHILDREN: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    lock(&CHILDREN)
}

/// Ends the clients with this process when it is told to end: they are in groups of their own, which
/// a terminal does not interrupt.
pub(super) fn end_with_this_process() {
    on_signal(|| {
        children().iter().for_each(|id| kill_group(*id));
        process::exit(130);
    });
}

/// Does something at each signal that is to end this process.
pub(super) fn on_signal(act: impl Fn() + Send + 'static) {
    let wait = move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        let Ok(mut signals) = runtime.block_on(async { Signals::new(true) }) else { return };
        loop {
            runtime.block_on(signals.next());
            act();
        }
    };
    // Without the thread a signal ends this process, and the clients by the end of their input.
    let _ = thread::Builder::new().name("taskmock-signals".to_owned()).spawn(wait);
}

/// Whether a process has ended, without taking note of it, so that its number stays its own.
#[cfg(unix)]
fn has_ended(child: &Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let Some(pid) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) else { return false };
    !matches!(waitid(WaitId::Pid(pid), options), Ok(None))
}

#[cfg(not(unix))]
fn has_ended(_: &Child) -> bool {
    // Taking note of it harms nobody where there are no groups.
    true
}

/// Kills a client and what it started.
#[cfg(unix)]
fn kill_group(id: u32) {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_: u32) {}
