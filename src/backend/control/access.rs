//! Access: who may use the control interface over a connection.

use crate::http::Incoming;

/// A status and a sentence.
pub(super) type Refusal = (u16, &'static str);

/// Where a call of the control interface comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CallOrigin<'a> {
    /// The program that holds the backend; nothing is checked.
    InProcess,
    /// A connection, which a web page in somebody's browser may have opened.
    #[cfg_attr(not(feature = "server"), allow(dead_code))]
    Connection(&'a Access),
}

/// What the control interface asks of a call over a connection.
#[derive(Clone, Default)]
pub(crate) struct Access {
    /// It is not on this port.
    pub(crate) is_off: bool,
    /// What the header `x-taskmock-token` has to say.
    pub(crate) token: Option<String>,
    /// Names and addresses in `Host` beside those of loopback: what the server is bound to, and what its
    /// user adds.
    pub(crate) hosts: Vec<String>,
    /// Any address in `Host` will do, because the server listens on all of them. A name can be made to
    /// mean this machine by whoever owns it, an address cannot.
    pub(crate) takes_addresses: bool,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Access { is_off, token, hosts, takes_addresses } = self;
        f.debug_struct("Access")
            .field("is_off", is_off)
            .field("token", &token.as_ref().map(|_| "…"))
            .field("hosts", hosts)
            .field("takes_addresses", takes_addresses)
            .finish()
    }
}

/// The hosts that always mean this machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

impl CallOrigin<'_> {
    /// Refuses a call that a web page could have made, or that lacks the token.
    pub(super) fn check(self, request: &Incoming<'_>) -> Result<(), Refusal> {
        let CallOrigin::Connection(access) = self else { return Ok(()) };
        let forbidden = |sentence: &'static str| Err((403, sentence));
        if access.is_off {
            return Err((404, "this port has no control interface"));
        }
        let (mut hosts, mut origin, mut site, mut token) = (Vec::new(), false, false, None);
        request.each_header(|name, value| match name {
            "host" => hosts.push(value.to_owned()),
            "origin" => origin = true,
            "sec-fetch-site" => site |= !matches!(value, "none" | "same-origin"),
            "x-taskmock-token" => token = Some(value.to_owned()),
            _ => {}
        });
        if hosts.is_empty() || !hosts.iter().all(|host| access.knows(host)) {
            return forbidden(
                "the control interface answers to the host names localhost, 127.0.0.1, [::1] and the address that it listens on",
            );
        }
        if origin || site {
            return forbidden(
                "the control interface answers no web page: the request has an `Origin`, or comes from another site",
            );
        }
        match (&access.token, token) {
            (None, _) => Ok(()),
            (Some(expected), Some(token)) if is_same(expected.as_bytes(), token.as_bytes()) => Ok(()),
            (Some(_), None) => Err((401, "the control interface wants its token in the header `x-taskmock-token`")),
            (Some(_), Some(_)) => Err((401, "the header `x-taskmock-token` has another token")),
        }
    }

    /// Refuses a body that does not say that it is JSON, as a form of a web page does not.
    pub(super) fn check_type(self, request: &Incoming<'_>) -> Result<(), Refusal> {
        let kind = request.header("content-type").and_then(|kind| kind.split(';').next()).map_or("", str::trim);
        match self {
            CallOrigin::Connection(_) if !request.body.is_empty() && !kind.eq_ignore_ascii_case("application/json") => {
                Err((415, "a body of the control interface has the header `content-type: application/json`"))
            }
            _ => Ok(()),
        }
    }
}

impl Access {
    fn knows(&self, host: &str) -> bool {
        let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((name, port)) => (name, port),
            None => host.split_at(host.find(':').unwrap_or(host.len())),
        };
        // No name has digits and dots only.
        let is_digit_or_dot = |byte: u8| byte.is_ascii_digit() || byte == b'.';
        let is_address = !name.is_empty() && (host.starts_with('[') || name.bytes().all(is_digit_or_dot));
        let is_port = port.is_empty()
            || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let known = LOOPBACK.into_iter().chain(self.hosts.iter().map(String::as_str));
        let is_known =
            known.into_iter().any(|known| known.eq_ignore_ascii_case(name)) || self.takes_addresses && is_address;
        is_port && is_known
    }
}

/// Compares in a time that depends on the lengths only.
fn is_same(expected: &[u8], given: &[u8]) -> bool {
    let difference = expected.iter().zip(given).fold(0, |sum, (left, right)| sum | (left ^ right));
    std::hint::black_box(difference) == 0 && expected.len() == given.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_known() {
        let access = Access { hosts: vec!["192.0.2.7".to_owned(), "Mock".to_owned()], ..Access::default() };
        for host in ["localhost", "LOCALHOST:80", "127.0.0.1:8080", "[::1]", "[::1]:1", "192.0.2.7:1", "mock:8080"] {
            assert!(access.knows(host), "{host}");
        }
        for host in [
            "",
            ":80",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "evil.example:80",
            "[::2]",
            "localhost:80:80",
            "[::1]x",
            "127.0.0.2",
        ] {
            assert!(!access.knows(host), "{host}");
        }
    }

    #[test]
    fn who_listens_on_all_addresses_answers_to_any_but_to_no_name() {
        let access = Access { takes_addresses: true, ..Access::default() };
        for (host, is_known) in
            [("172.17.0.2:8080", true), ("[2001:db8::1]:80", true), ("evil.example", false), ("1.2.3.4.evil", false)]
        {
            assert_eq!(access.knows(host), is_known, "{host}");
        }
    }

    #[test]
    fn a_token_is_the_same_or_not() {
        assert!(is_same(b"abc", b"abc"));
        for other in [&b"abd"[..], b"ab", b"abcd", b""] {
            assert!(!is_same(b"abc", other));
        }
    }
}
