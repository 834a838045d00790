//! Process: a client under test as a child process, asked line by line, killed when it hangs and
//! started anew when it has ended.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{self, Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use taskmock::conformance::{Answer, Reply};

/// A longer line is rubbish, in bytes.
const LONGEST_LINE: u64 = 16 << 20;

/// As much of what a client writes to its standard error is kept, in bytes.
const MOST_STDERR: usize = 16 << 10;

/// A command that has answered nothing in its first cases is not asked the others.
const FIRST_CASES: u32 = 5;

/// An exit that follows the end of a client's output is awaited so long.
const EXIT_WITHIN: Duration = Duration::from_millis(500);

/// The command, and whether it is any good.
pub(super) struct Command {
    program: String,
    arguments: Vec<String>,
    timeout: Duration,
    /// Cases in which it did not answer, until it answers one for the first time.
    unanswered: AtomicU32,
    over: Mutex<Option<String>>,
}

/// More than any number of cases that are unanswered: it has answered one.
const HAS_ANSWERED: u32 = u32::MAX;

impl Command {
    pub(super) fn new(program: &str, arguments: &[String], timeout: Duration) -> Self {
        Command {
            program: program.to_owned(),
            arguments: arguments.to_vec(),
            timeout,
            unanswered: AtomicU32::new(0),
            over: Mutex::default(),
        }
    }

    fn spawn(&self) -> io::Result<Child> {
        let mut command = process::Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, so that what it starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn()
    }

    /// Why the run was given up, if it was.
    pub(super) fn why_over(&self) -> Option<String> {
        self.over.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn give_up(&self, why: String) -> Reply {
        self.over.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        Reply::Over
    }
}

/// One copy of the command, which runs when it is needed.
pub(super) struct Client<'a> {
    command: &'a Command,
    running: Option<Running>,
}

impl<'a> Client<'a> {
    pub(super) fn new(command: &'a Command) -> Self {
        Client { command, running: None }
    }

    /// Asks for one case.
    pub(super) fn ask(&mut self, case: &str, line: &str) -> Reply {
        let mut running = match self.running.take().map_or_else(|| self.command.spawn().map(Running::of), Ok) {
            Ok(running) => running,
            Err(error) => return self.command.give_up(format!("cannot start {}: {error}", self.command.program)),
        };
        let said = match running.ask(line, self.command.timeout) {
            Ok(printed) => match Answer::of_line(&printed, case) {
                Ok(answer) => {
                    self.command.unanswered.store(HAS_ANSWERED, Ordering::Relaxed);
                    self.running = Some(running);
                    return Reply::Answer(answer);
                }
                Err(said) => format!("{said}\n  it printed {}", shown(&printed)),
            },
            Err(said) => said,
        };
        let stderr = running.end();
        let counted = |count: u32| if count == HAS_ANSWERED { None } else { Some(count + 1) };
        match self.command.unanswered.fetch_update(Ordering::Relaxed, Ordering::Relaxed, counted) {
            Ok(before) if before + 1 >= FIRST_CASES => {
                let stderr = stderr.trim();
                let stderr = if stderr.is_empty() { String::new() } else { format!("; it wrote to stderr: {stderr}") };
                self.command.give_up(format!(
                    "{} answered none of the first {FIRST_CASES} cases: {}{stderr}; `taskmock conformance protocol` says how a client answers",
                    self.command.program,
                    said.lines().next().unwrap_or_default()
                ))
            }
            _ => Reply::Nothing { said, stderr },
        }
    }
}

/// A process with the threads that read and write for it, so that neither can hold up the run.
struct Running {
    child: Child,
    lines_in: Sender<Vec<u8>>,
    lines_out: Receiver<Vec<u8>>,
    stderr: Arc<Mutex<VecDeque<u8>>>,
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
        let (printed, lines_out) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || read_lines(stdout, &printed));
        }
        let stderr = Arc::new(Mutex::new(VecDeque::new()));
        if let Some(from) = child.stderr.take() {
            let kept = Arc::clone(&stderr);
            thread::spawn(move || keep_the_end(from, &kept));
        }
        Running { child, lines_in, lines_out, stderr }
    }

    /// The line that it prints for a line, or what happened in place of it.
    fn ask(&mut self, line: &str, timeout: Duration) -> Result<Vec<u8>, String> {
        self.stderr.lock().unwrap_or_else(PoisonError::into_inner).clear();
        // A client that has ended is told by the end of its output.
        let _ = self.lines_in.send(format!("{line}\n").into_bytes());
        match self.lines_out.recv_timeout(timeout) {
            Ok(printed) if printed.len() as u64 >= LONGEST_LINE => {
                Err(format!("it printed a line of more than {} MiB", LONGEST_LINE >> 20))
            }
            Ok(printed) => Ok(printed),
            Err(RecvTimeoutError::Timeout) => Err(format!("it did not answer within {} s", timeout.as_secs_f64())),
            Err(RecvTimeoutError::Disconnected) => Err(match self.exit() {
                Some(status) => format!("it ended without an answer: {status}"),
                None => "it closed its standard output without an answer".to_owned(),
            }),
        }
    }

    fn exit(&mut self) -> Option<ExitStatus> {
        let until = Instant::now() + EXIT_WITHIN;
        while Instant::now() < until {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(2));
        }
        None
    }

    /// Kills it, and returns the end of what it wrote to its standard error.
    fn end(mut self) -> String {
        self.kill();
        let stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&stderr.iter().copied().collect::<Vec<_>>()).into_owned()
    }

    fn kill(&mut self) {
        kill_group(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
        children().retain(|id| *id != self.child.id());
    }
}

impl Drop for Running {
    /// The run is over: it is told so by the end of its input, and has a moment to end by itself.
    fn drop(&mut self) {
        let (nobody, _) = mpsc::channel();
        self.lines_in = nobody;
        if self.exit().is_none() {
            self.kill();
        }
        children().retain(|id| *id != self.child.id());
    }
}

/// Sends each line, without its end, until there are no more or nobody listens. A line that is too
/// long is sent cut.
fn read_lines(stdout: impl Read, printed: &Sender<Vec<u8>>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        match stdout.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
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
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend(&buffer[..count]);
        let too_many = kept.len().saturating_sub(MOST_STDERR);
        kept.drain(..too_many);
    }
}

/// Bytes for a person, the beginning of them if they are many.
fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 500;
    let text = bytes[..bytes.len().min(MOST)].escape_ascii();
    if bytes.len() > MOST { format!("{text}… ({} bytes)", bytes.len()) } else { text.to_string() }
}

/// The processes that run, for the signal that ends this one.
fn children() -> std::sync::MutexGuard<'static, Vec<u32>> {
    static CHILDREN: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    CHILDREN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the clients with this process when it is interrupted: they are in groups of their own, which
/// a terminal does not interrupt.
pub(super) fn end_with_this_process() {
    let wait = || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            children().iter().for_each(|id| kill_group(*id));
            process::exit(130);
        }
    };
    // Without the thread an interrupt ends this process, and the clients by the end of their input.
    let _ = thread::Builder::new().name("taskmock-signals".to_owned()).spawn(wait);
}

/// Kills a client and what it started.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn kill_group(id: u32) {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(id) = id {
        let _ = rustix::process::kill_process_group(id, rustix::process::Signal::KILL);
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn kill_group(_: u32) {}
