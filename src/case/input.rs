//! Input and Output of any operation, for code that is generic over them, and requests to the letter.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Case, Field, Paging, Sketch};
use crate::dialect::Dialect;
use crate::draw::Draw;
use crate::format::{DecodeError, Format};
use crate::http::Request;
use crate::seed::Seed;

/// What the Input of every operation has in common; it names the operation in generic code. Only
/// types of this crate have it.
///
/// ```
/// use taskmock::{Format, OperationInput, ehpc::list_tasks::Input};
/// assert_eq!(Input::ID, "ehpc.list_tasks");
/// assert!(OperationInput::request(&Input::new("c"), Format::Json).uri().to_string().ends_with("&ClusterId=c"));
/// ```
pub trait OperationInput: Clone + Debug + PartialEq + Serialize + Send + Sync + Sized + 'static {
    /// What the operation answers with.
    type Output: OperationOutput;

    /// The id of the operation.
    const ID: &'static str;

    /// Whether it is a request to the letter.
    #[doc(hidden)]
    const IS_WIRE: bool = false;

    /// The request that carries this input, unsigned; an operation without XML ignores the format.
    fn request(&self, format: Format) -> Request;

    /// The catalogue, in the order from small to large; the encoding matters for texts that XML
    /// cannot carry.
    #[doc(hidden)]
    fn catalogue(format: Format) -> Vec<Case<Self>>;

    /// The catalogue of requests that no Input can say.
    #[doc(hidden)]
    fn raw_requests(format: Format) -> Vec<Case<RawRequest<Self>>>;

    /// How it pages, if it does.
    #[doc(hidden)]
    fn paging() -> Option<Paging<Self>> {
        None
    }

    /// A random case yet to be made.
    #[doc(hidden)]
    fn sketch(seed: Seed, kind: Kind, format: Format) -> Box<dyn Sketch<Self>>;
}

/// What the Output of every operation has in common. Only types of this crate have it.
///
/// ```
/// use taskmock::{Format, OperationOutput, dialect::Dialect, dws::list_logical_cluster_tasks::Output};
/// let output = Output { logical_cluster_tasks: vec![], count: 0 };
/// let body = OperationOutput::encode(&output, Format::Json, &Dialect::default());
/// assert_eq!(<Output as OperationOutput>::decode(&body, Format::Json, &Dialect::default()), Ok(output));
/// ```
pub trait OperationOutput: Clone + Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The body that carries it.
    fn encode(&self, format: Format, dialect: &Dialect) -> Vec<u8>;

    /// Reads a body.
    ///
    /// # Errors
    ///
    /// A body that is not this answer in this encoding and dialect.
    fn decode(body: &[u8], format: Format, dialect: &Dialect) -> Result<Self, DecodeError>;

    /// Its request id, if the operation's answers have one.
    #[doc(hidden)]
    fn request_id(&mut self) -> Option<&mut String>;

    /// Whether it lists nothing.
    #[doc(hidden)]
    fn is_empty(&self) -> bool;

    /// The fields that a body can have broken.
    #[doc(hidden)]
    fn fields() -> &'static [Field];
}

/// Which random cases are asked for.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Any,
    Accepted,
    Refused,
}

impl Kind {
    /// Whether a case of this kind is to be refused: one in so many if any will do.
    pub(crate) fn is_refused(self, draw: &mut Draw, one_in: usize) -> bool {
        match self {
            Kind::Accepted => false,
            Kind::Refused => true,
            Kind::Any => draw.one_in(one_in),
        }
    }
}

/// A request to the letter, for what the Input of an operation cannot say: a number that is none, a
/// parameter that is given twice, another method. It is sent as it is, with any HTTP client, or with
/// [`Case::curl`].
///
/// ```
/// use taskmock::{Format, raw_requests, ehpc::list_tasks::Input};
/// let cases = raw_requests::<Input>(Format::Json);
/// let case = cases.iter().find(|case| case.name == "wire.page_size.not_a_number").unwrap();
/// assert!(case.when.request.uri().query().unwrap().ends_with("PageSize=ten"));
/// ```
#[derive(Clone, Debug)]
pub struct RawRequest<I> {
    /// The request.
    pub request: Request,
    pub(crate) input: std::marker::PhantomData<I>,
}

impl<I: OperationInput> OperationInput for RawRequest<I> {
    type Output = I::Output;
    const ID: &'static str = I::ID;
    const IS_WIRE: bool = true;

    fn request(&self, _: Format) -> Request {
        self.request.clone()
    }

    fn catalogue(format: Format) -> Vec<Case<Self>> {
        I::raw_requests(format)
    }

    fn raw_requests(_: Format) -> Vec<Case<RawRequest<Self>>> {
        Vec::new()
    }

    fn sketch(seed: Seed, kind: Kind, format: Format) -> Box<dyn Sketch<Self>> {
        super::sketch::on_the_wire(I::sketch(seed, kind, format))
    }
}

impl<I> PartialEq for RawRequest<I> {
    fn eq(&self, other: &Self) -> bool {
        let parts = |request: &Request| (request.method().clone(), request.uri().clone(), request.body().clone());
        parts(&self.request) == parts(&other.request) && self.request.headers() == other.request.headers()
    }
}

impl<I> Serialize for RawRequest<I> {
    /// As `method`, `target`, `headers` and `body`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        parts(&self.request).serialize(serializer)
    }
}

impl<I> RawRequest<I> {
    pub(crate) fn new(request: Request) -> Self {
        RawRequest { request, input: std::marker::PhantomData }
    }
}

/// A request out of its parts, which the catalogue gives and the `http` crate can hold.
pub(crate) fn wire(method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> Request {
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
