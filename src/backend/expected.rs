//! Expected: what a test expects of the request log, and how it tells what is missing.

use std::fmt::{self, Write as _};

use crate::backend::request_log::ReceivedRequest;

/// Calls that a test expects.
///
/// Without a number, at least one.
///
/// ```
/// use taskmock::{Backend, Expected, Format, ehpc::list_tasks::Input};
/// let mut backend = Backend::documents();
/// backend.respond(&Input::new("ehpc-hz-FYUr32****").request(Format::Json));
///
/// let call = || Expected::call("ehpc.list_tasks").with("ClusterId", "ehpc-hz-FYUr32****");
/// assert!(backend.verify(&call().times(1)).is_ok());
/// let unmet = backend.verify(&call().with("PageNumber", "2")).unwrap_err();
/// assert_eq!(
///     unmet.to_string(),
///     "expected at least 1 call of ehpc.list_tasks with ClusterId=ehpc-hz-FYUr32****, PageNumber=2; got 0 of 1 request\n\
///      nearest: request 1, ehpc.list_tasks, answered with 200\n  \
///        PageNumber: expected `2`, it is absent\n",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    operation: String,
    parameters: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    status: Option<u16>,
    least: u64,
    most: Option<u64>,
}

/// What a test expected and the request log does not show: the nearest request, and each criterion that it
/// missed.
///
/// ```
/// use taskmock::{Backend, Expected};
/// let unmet = Backend::documents().verify(&Expected::call("ehpc.list_tasks")).unwrap_err();
/// assert_eq!(unmet.to_string(), "expected at least 1 call of ehpc.list_tasks; got 0 of 0 requests\n");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet(String);

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unmet {}

impl Expected {
    /// Returns the expectation of at least one call of an operation, by its id.
    ///
    /// # Panics
    ///
    /// On an unknown operation, which nobody could call.
    ///
    /// ```
    /// taskmock::Expected::call("ehpc.list_tasks");
    /// ```
    #[track_caller]
    pub fn call(operation: &str) -> Expected {
        assert!(crate::services::operation(operation).is_some(), "`{operation}` is no operation");
        Expected {
            operation: operation.to_owned(),
            parameters: Vec::new(),
            headers: Vec::new(),
            status: None,
            least: 1,
            most: None,
        }
    }

    /// Counts only calls in which a parameter has a value, decoded. May be given again.
    ///
    /// ```
    /// taskmock::Expected::call("ehpc.list_tasks").with("PageNumber", "2");
    /// ```
    #[must_use]
    pub fn with(mut self, parameter: &str, value: &str) -> Self {
        self.parameters.push((parameter.to_owned(), value.to_owned()));
        self
    }

    /// Counts only calls with a header of a value. May be given again.
    ///
    /// ```
    /// taskmock::Expected::call("ehpc.list_tasks").with_header("accept", "application/json");
    /// ```
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.to_owned()));
        self
    }

    /// Counts only calls that were answered with a status.
    ///
    /// ```
    /// taskmock::Expected::call("ehpc.list_tasks").answered(503).times(2);
    /// ```
    #[must_use]
    pub fn answered(self, status: u16) -> Self {
        Expected { status: Some(status), ..self }
    }

    /// Expects exactly so many.
    ///
    /// ```
    /// taskmock::Expected::call("ehpc.list_tasks").times(2);
    /// ```
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Expected { least: count, most: Some(count), ..self }
    }

    /// Expects at least so many.
    ///
    /// ```
    /// taskmock::Expected::call("ehpc.list_tasks").at_least(2);
    /// ```
    #[must_use]
    pub fn at_least(self, count: u64) -> Self {
        Expected { least: count, ..self }
    }

    /// Expects at most so many, and none is enough.
    ///
    /// ```
    /// taskmock::Expected::call("ehpc.list_tasks").at_most(2);
    /// ```
    #[must_use]
    pub fn at_most(self, count: u64) -> Self {
        Expected { least: 0, most: Some(count), ..self }
    }

    /// Expects none.
    ///
    /// ```
    /// taskmock::Expected::call("ehpc.list_tasks").with("Archived", "true").never();
    /// ```
    #[must_use]
    pub fn never(self) -> Self {
        self.times(0)
    }

    pub(crate) fn operation(&self) -> &str {
        &self.operation
    }

    /// What a request lacks to be counted.
    fn missed(&self, request: &ReceivedRequest) -> Vec<String> {
        let mut missed = Vec::new();
        if request.operation != Some(&self.operation) {
            let got = request.operation.unwrap_or("none");
            missed.push(format!("operation: expected `{}`, it is `{got}`", self.operation));
        }
        let mut compare = |name: &str, expected: &str, got: Option<&str>| match got {
            Some(got) if got == expected => {}
            Some(got) => missed.push(format!("{name}: expected `{expected}`, it is `{got}`")),
            None => missed.push(format!("{name}: expected `{expected}`, it is absent")),
        };
        self.parameters.iter().for_each(|(name, value)| compare(name, value, request.parameter(name)));
        self.headers.iter().for_each(|(name, value)| compare(name, value, request.header(name)));
        if let Some(status) = self.status
            && status != request.status
        {
            missed.push(format!("status: expected {status}, it is {}", request.status));
        }
        missed
    }

    /// Compares with the requests that are known. What was dropped from the log can still be counted if the
    /// operation is all that counts.
    pub(crate) fn check(&self, requests: &[ReceivedRequest], dropped: u64, count: u64) -> Result<(), Unmet> {
        let is_plain = self.parameters.is_empty() && self.headers.is_empty() && self.status.is_none();
        let got = match is_plain {
            true => count,
            false => requests.iter().filter(|request| self.missed(request).is_empty()).count() as u64,
        };
        if got >= self.least && self.most.is_none_or(|most| got <= most) {
            return Ok(());
        }
        let total = requests.len() as u64 + dropped;
        let mut text = format!("expected {self}; got {got} of {}\n", counted(total, "request"));
        if dropped > 0 && !is_plain {
            let _ = writeln!(text, "the log has dropped the oldest {dropped}; raise its limit to judge them too");
        }
        if got < self.least
            && let Some((missed, nearest)) = self.nearest(requests)
        {
            tell(&mut text, "nearest", nearest);
            missed.iter().for_each(|missed| _ = writeln!(text, "  {missed}"));
        } else if let Some(surplus) = requests.iter().rfind(|request| self.missed(request).is_empty()) {
            tell(&mut text, "last", surplus);
        }
        Err(Unmet(text))
    }

    /// The request that misses the least, and what it misses; of several the last.
    fn nearest<'a>(&self, requests: &'a [ReceivedRequest]) -> Option<(Vec<String>, &'a ReceivedRequest)> {
        let all = requests.iter().map(|request| (self.missed(request), request));
        all.filter(|(missed, _)| !missed.is_empty())
            .rev()
            .min_by_key(|(missed, request)| (request.operation != Some(&self.operation), missed.len()))
    }

    /// Compares the order: each has a request after the one before.
    pub(crate) fn check_order(expected: &[Expected], requests: &[ReceivedRequest]) -> Result<(), Unmet> {
        let mut rest = requests;
        let mut before: Option<&ReceivedRequest> = None;
        for (at, one) in expected.iter().enumerate() {
            match rest.iter().position(|request| one.missed(request).is_empty()) {
                Some(place) => {
                    before = rest.get(place);
                    rest = &rest[place + 1..];
                }
                None => {
                    let after = before.map_or_else(String::new, |before| format!(" after request {}", before.number));
                    let mut text =
                        format!("expected {} in order; number {} is not there{after}: {one}\n", expected.len(), at + 1);
                    if let Some((missed, nearest)) = one.nearest(rest) {
                        tell(&mut text, "nearest", nearest);
                        missed.iter().for_each(|missed| _ = writeln!(text, "  {missed}"));
                    }
                    return Err(Unmet(text));
                }
            }
        }
        Ok(())
    }
}

fn tell(text: &mut String, what: &str, request: &ReceivedRequest) {
    let of = request.operation.unwrap_or("no operation");
    let _ = writeln!(text, "{what}: request {}, {of}, answered with {}", request.number, request.status);
}

fn counted(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (_, Some(0)) => f.write_str("no call")?,
            (least, None) => write!(f, "at least {}", counted(least, "call"))?,
            (least, Some(most)) if least == most => f.write_str(&counted(most, "call"))?,
            (0, Some(most)) => write!(f, "at most {}", counted(most, "call"))?,
            (least, Some(most)) => write!(f, "{least} to {}", counted(most, "call"))?,
        }
        write!(f, " of {}", self.operation)?;
        let mut separator = " with ";
        for (name, value) in self.parameters.iter().chain(&self.headers) {
            write!(f, "{separator}{name}={value}")?;
            separator = ", ";
        }
        match self.status {
            Some(status) => write!(f, ", answered with {status}"),
            None => Ok(()),
        }
    }
}
