//! Body samples: a response as it should be, in another dialect, or broken in one known way.

mod errors;
mod fields;
mod json;
mod rewrite;
mod transfer;
pub(super) mod ways;
mod xml;

use std::fmt::{self, Debug};

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::name::{self, Name, Origin};
use super::sketch::{Kind, Sketched};
use super::{Catalogue, Class, Difference, Mismatch, catalogue, read, replay, shown, shown_facts, tell};
use crate::dialect::Dialect;
use crate::draw::Draw;
use crate::fault::RawResponse;
use crate::format::{DecodeError, Format};
use crate::http::Framing;
use crate::operation::{ErrorParts, OperationInput};
use crate::seed::Seed;
use crate::service_error::ServiceError;
use crate::services::State;
use ways::{Way, ways};

/// A response, what it is like, and what a sound client makes of it.
///
/// ```
/// use taskmock::{Format, case, ehpc::list_tasks::Input};
/// let bodies = case::body_catalogue::<Input>(Format::Json);
/// let truncated = bodies.iter().find(|body| body.name == "body.truncated").unwrap();
/// assert!(truncated.then.outputs.is_empty() && truncated.then.error);
/// assert!(truncated.check(Err("unexpected end")).is_ok());
/// ```
#[derive(Clone)]
pub struct BodySample<I: OperationInput> {
    /// Its name.
    pub name: String,
    /// The ids of the facts that it shows.
    pub facts: Vec<&'static str>,
    /// What it is like: valid, dialect or malformed.
    pub class: Class,
    /// The encoding that was asked for.
    pub format: Format,
    /// The response: its status, its headers, its body and how that is framed.
    pub response: RawResponse,
    /// What a sound client makes of it.
    pub then: Reading<I::Output>,
    /// What a client shows that shows that a field is not there.
    #[cfg_attr(not(feature = "conformance"), allow(dead_code))]
    pub(crate) absent: Option<Absent>,
}

/// An answer in which a field is not there.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "conformance"), allow(dead_code))]
pub(crate) struct Absent {
    /// With the field.
    pub(crate) whole: Value,
    /// Without it.
    pub(crate) rest: Value,
}

/// What a sound client makes of a response: one of some outputs, or an error if that is right too.
/// It never makes up a value, panics or waits for ever.
///
/// ```
/// use taskmock::{Format, case::{self, Reading}, dws::list_logical_cluster_tasks::Input};
/// let Reading { outputs, error, .. } = &case::body_catalogue::<Input>(Format::Json)[0].then;
/// assert!(outputs.len() == 1 && !error);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reading<O> {
    /// The outputs that are right; with `values` none: it has to be an error.
    pub outputs: Vec<O>,
    /// Outputs that are right as well and that our types cannot hold, such as a negative page number, as JSON.
    pub values: Vec<Value>,
    /// Whether an error is right.
    pub error: bool,
}

impl<O: Serialize> Serialize for Reading<O> {
    /// As `acceptable_outputs`, which has the values too, and `error_is_acceptable`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{Error, SerializeStruct};
        let outputs = self.outputs.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
        let outputs: Vec<Value> = outputs.map_err(S::Error::custom)?.into_iter().chain(self.values.clone()).collect();
        let mut fields = serializer.serialize_struct("Reading", 2)?;
        fields.serialize_field("acceptable_outputs", &outputs)?;
        fields.serialize_field("error_is_acceptable", &self.error)?;
        fields.end()
    }
}

impl<I: OperationInput> BodySample<I> {
    /// Whether a client read it as it should.
    ///
    /// # Errors
    ///
    /// What is different, and everything that helps to see why.
    ///
    /// ```
    /// use taskmock::{Format, case, dialect::Dialect, ehpc::list_tasks::{Input, Output}};
    /// for body in case::body_catalogue::<Input>(Format::Xml) {
    ///     let read = match body.response.status {
    ///         200 => Output::decode(&body.response.body, Format::Xml, &Dialect::default()),
    ///         _ => continue,
    ///     };
    ///     body.check(read)?;
    /// }
    /// # Ok::<(), taskmock::case::Mismatch>(())
    /// ```
    pub fn check<E: Debug>(&self, got: Result<I::Output, E>) -> Result<(), Mismatch> {
        Mismatch::unless_none("the client does not read the body as it should", self.differences(got), self)
    }

    /// What is wrong with a client's reading; nothing if it is right.
    pub(crate) fn differences<E: Debug>(&self, got: Result<I::Output, E>) -> Vec<Difference> {
        let value = |output: &I::Output| serde_json::to_value(output).unwrap_or_default();
        match (&got, self.then.outputs.first()) {
            (Err(_), _) if self.then.error => Vec::new(),
            (Ok(output), _) if self.then.outputs.contains(output) => Vec::new(),
            (Err(error), expected) => {
                vec![Difference::new("output", expected.map(value), None).note(format!("{error:?}"))]
            }
            (Ok(output), None) => vec![
                Difference::new("output", None, Some(value(output)))
                    .note("the body cannot be read, so the client should report an error"),
            ],
            (Ok(output), Some(expected)) => Difference::between("output", &value(expected), &value(output)),
        }
    }

    /// Reads the response as a client should, whose HTTP has the body whole.
    ///
    /// # Errors
    ///
    /// A body that is neither an answer nor a refusal.
    ///
    /// ```
    /// use taskmock::{Format, case, ehpc::list_tasks::Input};
    /// let sample = case::named_body::<Input>("body.error_unfilled", Format::Json).unwrap();
    /// assert!(sample.read()?.unwrap_err().message.contains("%s"));
    /// # Ok::<(), taskmock::DecodeError>(())
    /// ```
    pub fn read(&self) -> Result<Result<I::Output, ServiceError>, DecodeError> {
        let id = self.response.headers.get(I::OPERATION.protocol().request_id_header);
        read::<I>(
            &ErrorParts {
                status: self.response.status,
                header_id: id.map_or("", String::as_str),
                body: &self.response.body,
                format: self.format,
            },
            &Dialect::default(),
        )
    }

    /// A state in which every call of the operation is answered with this response, for a client that can only
    /// be tested over a socket.
    ///
    /// ```
    /// use taskmock::{Backend, Format, case, ehpc::list_tasks::Input};
    /// let body = &case::body_catalogue::<Input>(Format::Json)[0];
    /// let response = Backend::new(body.state()).respond(&Input::new("any").request(Format::Json));
    /// assert_eq!(response.body()[..], body.response.body[..]);
    /// ```
    pub fn state(&self) -> State {
        State::default().answering(I::ID, self.response.clone())
    }
}

impl<I: OperationInput> Serialize for BodySample<I> {
    /// As `kind` (`body`), `name`, `operation`, `class`, `format`, `facts` with their sources, the `response` as the
    /// fault `response` takes it, and `then`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("BodySample", 8)?;
        fields.serialize_field("kind", "body")?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("operation", I::ID)?;
        fields.serialize_field("class", &self.class)?;
        fields.serialize_field("format", &self.format)?;
        fields.serialize_field("facts", &shown_facts(&self.facts))?;
        fields.serialize_field("response", &self.response)?;
        fields.serialize_field("then", &self.then)?;
        fields.end()
    }
}

impl<I: OperationInput> Debug for BodySample<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} of {}, {}, {}", self.name, I::ID, self.format, self.class)?;
        writeln!(f, "  response {}{}", self.response.status, framed(&self.response))?;
        self.response.headers.iter().try_for_each(|(name, value)| writeln!(f, "  header   {name}: {value}"))?;
        writeln!(f, "  body     {}", shown(&self.response.body))?;
        let right = match (&self.then.outputs[..], self.then.error) {
            ([], _) => "an error".to_owned(),
            ([output, ..], error) => {
                let output = serde_json::to_string(output).unwrap_or_default();
                if error { format!("{output}, or an error") } else { output }
            }
        };
        writeln!(f, "  right    {}", shown(right.as_bytes()))?;
        write!(f, "  replay   {}", replay::<I>("named_body", &self.name, self.format))?;
        tell(f, &self.facts)
    }
}

/// How a body is framed, where that is not the ordinary way.
fn framed(response: &RawResponse) -> String {
    match response.framing {
        Framing::Length => String::new(),
        Framing::Chunked if response.trailers.is_empty() => ", chunked".to_owned(),
        Framing::Chunked => ", chunked, with trailers".to_owned(),
        Framing::WrongLength(length) => format!(", announced as {length} bytes of {}", response.body.len()),
    }
}

/// Returns the ways in which a response can be, each on an answer with one task if that shows it:
/// written otherwise but right, in a dialect of another shape, with a field that is missing, null, of
/// another type, large or unknown, cut off, nested, in the other encoding, coded or framed otherwise, or
/// no answer at all; and refusals that are not as they should be.
///
/// ```
/// use taskmock::{Format, case, ack::describe_task_info::Input};
/// let bodies = case::body_catalogue::<Input>(Format::Json);
/// assert!(bodies.iter().any(|body| body.name == "body.missing.state"));
/// ```
pub fn body_catalogue<I: Catalogue>(format: Format) -> Vec<BodySample<I>> {
    let made = catalogue::<I>(format).into_iter().filter(|case| case.makes_bodies);
    let outputs: Vec<I::Output> = made.filter_map(|case| case.then.ok()).collect();
    let of_way = |way: &Way<I>| outputs.iter().find_map(|output| way.body(output, format));
    ways::<I>().iter().filter_map(of_way).collect()
}

/// Returns the random body of a seed: a random answer, and one of the ways in which its body can be.
///
/// ```
/// use taskmock::{Format, Seed, case, ehpc::list_tasks::Input};
/// let again = case::random_body::<Input>(Seed(3), Format::Xml);
/// assert_eq!(case::random_body::<Input>(Seed(3), Format::Xml).response, again.response);
/// ```
pub fn random_body<I: Catalogue>(seed: Seed, format: Format) -> BodySample<I> {
    SketchedBody::of(seed, &ways::<I>(), format).body
}

/// Returns the body with a name, listed or random.
///
/// ```
/// use taskmock::{Format, case, ehpc::list_tasks::Input};
/// assert!(case::named_body::<Input>("body.truncated", Format::Json).is_some());
/// assert!(case::named_body::<Input>("body.random.4d2", Format::Json).is_some());
/// ```
pub fn named_body<I: Catalogue>(name: &str, format: Format) -> Option<BodySample<I>> {
    match Name::parse(name)? {
        Name::RandomBody(origin, way) => {
            let body = SketchedBody::at(&origin, &ways::<I>(), format)?.body;
            (way.is_none() || body.name == name).then_some(body)
        }
        Name::Listed(name) => body_catalogue(format).into_iter().find(|body| body.name == name),
        Name::Random(_) => None,
    }
}

/// A random body with what it is made from.
pub(crate) struct SketchedBody<I: Catalogue> {
    sketched: Sketched<I>,
    way: usize,
    pub(crate) body: BodySample<I>,
}

impl<I: Catalogue> Clone for SketchedBody<I> {
    fn clone(&self) -> Self {
        SketchedBody { sketched: self.sketched.clone(), way: self.way, body: self.body.clone() }
    }
}

impl<I: Catalogue> SketchedBody<I> {
    pub(crate) fn of(seed: Seed, ways: &[Way<I>], format: Format) -> Self {
        Self::at(&Origin::new(seed), ways, format).expect("some way fits every answer")
    }

    fn at(origin: &Origin, ways: &[Way<I>], format: Format) -> Option<Self> {
        let first = Sketched::<I>::of(&Origin::new(origin.seed), Kind::Accepted, format)?;
        let mut draw = Draw::new(Seed(!origin.seed.0));
        // A way that does not fit this answer is drawn again; the plain one always fits.
        let first = (0..ways.len() * 8)
            .map(|_| draw.below(ways.len()))
            .chain([0])
            .find_map(|way| Self::with(first.clone(), way, ways))?;
        let mut current = first;
        for step in &origin.steps {
            current =
                current.simpler(ways).into_iter().find(|body| body.sketched.origin().steps.last() == Some(step))?;
        }
        Some(current)
    }

    fn with(sketched: Sketched<I>, way: usize, ways: &[Way<I>]) -> Option<Self> {
        let case = sketched.case();
        let mut body = ways[way].body(&case.then.ok()?, case.format)?;
        body.name = Name::RandomBody(sketched.origin().clone(), Some(&ways[way].name)).to_string();
        Some(SketchedBody { sketched, way, body })
    }

    pub(crate) fn simpler(&self, ways: &[Way<I>]) -> Vec<Self> {
        let simpler = self.sketched.simpler().into_iter();
        simpler.filter_map(|sketched| Self::with(sketched, self.way, ways)).collect()
    }
}
