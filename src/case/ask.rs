//! Ask: what a case asks, an input of the operation or a request given byte by byte.

use serde::{Serialize, Serializer};

use super::Case;
use crate::http::Request;
use crate::operation::OperationInput;

/// What a case asks.
///
/// ```
/// use taskmock::Format;
/// use taskmock::case::{Ask, raw_requests};
/// use taskmock::ehpc::list_tasks::Input;
/// let cases = raw_requests::<Input>(Format::Json);
/// let case = cases.iter().find(|case| case.name == "wire.page_size.not_a_number").unwrap();
/// let Ask::Raw(request) = &case.when else { panic!("raw_requests has nothing else") };
/// assert!(request.uri().query().unwrap().ends_with("PageSize=ten"));
/// ```
#[derive(Clone, Debug)]
pub enum Ask<I> {
    /// An input of the operation, for clients and servers.
    Input(I),
    /// A request given byte by byte, for servers only: a number that is not one, a parameter given
    /// twice, another method. It is sent unsigned and unchanged.
    Raw(Box<Request>),
}

impl<I: Serialize> Serialize for Ask<I> {
    /// As the parameters of the input, or as `method`, `target`, `headers` and `body`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Ask::Input(input) => input.serialize(serializer),
            Ask::Raw(request) => parts(request).serialize(serializer),
        }
    }
}

impl<I: OperationInput> Case<I> {
    /// Returns the input that a client is to send.
    ///
    /// # Panics
    ///
    /// If the case asks a raw request. Only [`raw_requests`](super::raw_requests) has such cases.
    ///
    /// ```
    /// use taskmock::{Format, case, ehpc::list_tasks::Input};
    /// let case = case::named::<Input>("page_size.max", Format::Json).unwrap();
    /// assert_eq!(case.input().page_size, Some(50));
    /// ```
    pub fn input(&self) -> &I {
        match &self.when {
            Ask::Input(input) => input,
            Ask::Raw(_) => panic!("the case {} asks a raw request, not an input; send case.request()", self.name),
        }
    }

    /// The same as a value.
    #[cfg(feature = "proptest")]
    pub(crate) fn into_input(self) -> I {
        match self.when {
            Ask::Input(input) => input,
            Ask::Raw(_) => unreachable!("random cases ask an input"),
        }
    }

    /// Whether the case asks a raw request.
    #[cfg(any(feature = "conformance", feature = "fixtures"))]
    #[cfg_attr(not(feature = "signatures"), allow(dead_code))]
    pub(crate) fn is_raw(&self) -> bool {
        matches!(self.when, Ask::Raw(_))
    }
}

/// A request out of its parts, which the catalogue gives and the `http` crate can hold.
pub(crate) fn raw_request(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
    let request = http::Request::builder().method(method).uri(target);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body.to_owned().into()).expect("a request that HTTP can carry")
}

/// A request as plain data: `method`, `target`, `headers` and `body`.
pub(crate) fn parts(request: &Request) -> serde_json::Value {
    serde_json::json!({
        "method": request.method().as_str(),
        "target": request.uri().to_string(),
        "headers": headers(request.headers()),
        "body": String::from_utf8_lossy(request.body()),
    })
}

/// Headers as plain data; a value that is not UTF-8 is shown lossily.
pub(crate) fn headers(map: &http::HeaderMap) -> serde_json::Map<String, serde_json::Value> {
    map.iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into())).collect()
}
