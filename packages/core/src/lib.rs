//! The module: the mock behind the seven calls of `INTERFACE.md`, for a host in any language.
//!
//! One instance is one mock. It has one thread, so the locks never wait. The only unsafe code is the
//! names of the exports: each is one that no other library exports, which the linker would refuse.

mod message;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use message::{Options, Source};
use taskmock::{Action, Backend, Handle, State, Timestamp, Wire};

/// The version of the interface; a host that knows another one says so.
const VERSION: u32 = 1;

/// The longest message of a host: a state of 64 MiB, and its head.
const MAX_MESSAGE: usize = (64 << 20) + (64 << 10);

/// The most connections that are open at once.
const MAX_CONNECTIONS: usize = 10_000;

/// What is kept between two calls.
static HOST: Mutex<Host> = Mutex::new(Host { message: Vec::new(), reply: Vec::new(), mock: None });

struct Host {
    /// What the host has written for the next call.
    message: Vec<u8>,
    /// What the last call returned.
    reply: Vec<u8>,
    mock: Option<Mock>,
}

struct Mock {
    handle: Handle,
    has_handler: bool,
    wires: BTreeMap<u32, Wire>,
    last: u32,
}

fn host() -> MutexGuard<'static, Host> {
    HOST.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host {
    /// Takes the message out, so that its memory is given back.
    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.message)
    }

    /// Keeps a reply until the next call, and says where it is.
    fn reply(&mut self, reply: Vec<u8>) -> u64 {
        self.reply = reply;
        (self.reply.as_ptr() as u64) << 32 | self.reply.len() as u64
    }

    /// Lets a connection do something at an instant.
    fn act(
        &mut self,
        connection: u32,
        now: u64,
        signed: i64,
        act: impl FnOnce(&mut Wire, Duration) -> Vec<Action>,
    ) -> u64 {
        let Some(mock) = &mut self.mock else { return self.reply(Vec::new()) };
        let now = mock.is_at(now, signed);
        let Some(wire) = mock.wires.get_mut(&connection) else { return self.reply(Vec::new()) };
        let reply = message::actions(&act(wire, now));
        if !wire.is_open() {
            mock.wires.remove(&connection);
        }
        self.reply(reply)
    }
}

impl Mock {
    fn open(message: &[u8]) -> Result<Self, String> {
        let options = Options::read(message)?;
        let state = match options.state {
            Some(state) => State::from_json(state.get()).map_err(|error| format!("state: {error}"))?,
            None => State::documents(),
        };
        let mut backend = Backend::new(state);
        for credentials in options.credentials {
            backend.admit(credentials.parse().map_err(|error| format!("credentials: {error}"))?);
        }
        let handle = Handle::new(backend, options.clock.unwrap_or(Source::Stands).into());
        Ok(Mock { handle, has_handler: options.handler, wires: BTreeMap::new(), last: 0 })
    }

    /// Takes note of both instants.
    fn is_at(&self, now: u64, signed: i64) -> Duration {
        let now = Duration::from_nanos(now);
        self.handle.is_at(now);
        let signed = (signed != i64::MIN).then(|| Timestamp::from_unix_millis(signed));
        self.handle.with(|backend| backend.hold_signatures_to(signed));
        now
    }
}

/// The version of the interface.
// SAFETY: the name is the interface's, and nothing else in the module exports it.
#[unsafe(no_mangle)]
pub extern "C" fn version() -> u32 {
    VERSION
}

/// Makes room for a message of the host; returns where, or 0 for one that is too long.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: u32) -> u32 {
    if length as usize > MAX_MESSAGE {
        return 0;
    }
    let mut host = host();
    // Never empty, so that the place is a real one.
    host.message = vec![0; (length as usize).max(1)];
    host.message.truncate(length as usize);
    host.message.as_ptr() as u32
}

/// Makes the mock, or makes it anew: its connections are gone.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn open(now: u64, signed: i64) -> u64 {
    let mut host = host();
    let message = host.take();
    let opened = Mock::open(&message);
    let reply = match opened {
        Ok(mock) => {
            mock.is_at(now, signed);
            let clock = mock.handle.now().to_string();
            host.mock = Some(mock);
            message::answer(200, clock.as_bytes())
        }
        Err(sentence) => message::answer(400, sentence.as_bytes()),
    };
    host.reply(reply)
}

/// Opens a connection; returns its number, or 0 where there are too many.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn connect() -> u32 {
    let mut host = host();
    let Some(mock) = &mut host.mock else { return 0 };
    if mock.wires.len() >= MAX_CONNECTIONS {
        return 0;
    }
    let wire = if mock.has_handler { Wire::open_with_handler(&mock.handle) } else { Wire::open(&mock.handle) };
    mock.last += 1;
    mock.wires.insert(mock.last, wire);
    mock.last
}

/// Takes bytes of the client; returns actions.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn receive(connection: u32, now: u64, signed: i64) -> u64 {
    let mut host = host();
    let message = host.take();
    host.act(connection, now, signed, |wire, now| wire.receive(now, &message))
}

/// Goes on at the instant that an action named; returns actions.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn wake(connection: u32, now: u64, signed: i64) -> u64 {
    host().act(connection, now, signed, Wire::wake)
}

/// Takes note that the client sends nothing more, or that it is gone; returns actions.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn closed(connection: u32, is_gone: u32, now: u64, signed: i64) -> u64 {
    let mut host = host();
    let reply = host.act(connection, now, signed, Wire::closed);
    if is_gone == 0 {
        return reply;
    }
    if let Some(mock) = &mut host.mock {
        mock.wires.remove(&connection);
    }
    host.reply(Vec::new())
}

/// Calls the control interface; returns a status and a body.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn control(now: u64, signed: i64) -> u64 {
    let mut host = host();
    let message = host.take();
    let reply = match (message::request(&message), &host.mock) {
        (Err(sentence), _) => message::answer(400, sentence.as_bytes()),
        (_, None) => message::answer(409, b"the mock is not open: call `open` first"),
        (Ok(request), Some(mock)) => {
            mock.is_at(now, signed);
            match mock.handle.with(|backend| backend.control(&request)) {
                Some(answer) => message::answer(answer.status().as_u16(), answer.body()),
                None => message::answer(404, b"the path of a control message starts with /__taskmock__/"),
            }
        }
    };
    host.reply(reply)
}

/// Answers the request that the host was asked to answer; returns actions.
// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn answer(connection: u32, now: u64, signed: i64) -> u64 {
    let mut host = host();
    let message = host.take();
    let response = message::response(&message);
    host.act(connection, now, signed, |wire, now| wire.answer(now, response))
}
