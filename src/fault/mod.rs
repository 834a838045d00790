//! Fault: what goes wrong on purpose, and when; a value without behaviour.

mod errors;
mod facts;
mod kind;
mod raw;
mod table;
mod what;

pub use kind::{RetryAfter, Throttle};
#[cfg(feature = "fixtures")]
pub(crate) use raw::Body as RawBody;
pub use raw::RawResponse;
pub use table::{FaultDescription, fault_kinds};

pub(crate) use facts::FACTS;
pub(crate) use kind::FaultKind;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::clock::Timestamp;
use crate::operation::Operation;

/// The most faults that a backend holds.
///
/// ```
/// assert_eq!(taskmock::MAX_FAULTS, 1000);
/// ```
pub const MAX_FAULTS: usize = 1000;

/// The most steps of one fault.
const MAX_STEPS: usize = 1000;

/// What goes wrong on purpose, and when.
///
/// A call *matches* a fault if it is for its operation, has its parameters, and comes within its virtual
/// time. Of the matching calls, `nth`, `after`, `every`, `times` and `probability` choose the ones that the
/// fault hits. Without any of these, it hits the first. Of several faults that could hit a call, the one
/// that was injected first does. The constructors name *what*, the methods say *when*.
///
/// ```
/// use taskmock::{Backend, Fault, Format, ehpc::list_tasks::Input};
///
/// let mut backend = Backend::documents();
/// backend.inject(Fault::http_errors([503, 503]).on("ehpc.list_tasks"))?;
/// let request = Input::new("ehpc-hz-FYUr32****").request(Format::Json);
/// let statuses = [(); 3].map(|()| backend.respond(&request).status().as_u16());
/// assert_eq!(statuses, [503, 503, 200]);
///
/// // The same, as data.
/// let fault: Fault = serde_json::from_str(r#"{"operation": "ehpc.list_tasks", "fault": [503, 503]}"#)?;
/// assert_eq!(fault, Fault::http_errors([503, 503]).on("ehpc.list_tasks"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "cli", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Names the fault once it is injected; 0 before.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) id: u64,
    /// The id of the operation; absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
    /// Parameters of the call, and the value that each must have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) when: BTreeMap<String, String>,
    /// Only the nth matching call, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nth: Option<u64>,
    /// How many matching calls pass first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) after: u64,
    /// Every nth matching call of those after `after`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) every: Option<u64>,
    /// How many calls are hit: a number, or `"always"`. Absent: one, or as many as there are steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<Times>,
    /// The first instant of virtual time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<Timestamp>,
    /// The first instant of virtual time that is too late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Timestamp>,
    /// With which probability a call that could be hit is, above 0 and at most 1; drawn from the state's
    /// seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) probability: Option<f64>,
    /// What goes wrong: one fault, or one for each call that is hit.
    #[serde(rename = "fault")]
    pub(crate) steps: Steps,
    /// How many calls matched.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) matched: u64,
    /// How many calls were hit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) hits: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How often a fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    Count(u64),
    Always,
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Times::Count(count) => serializer.serialize_u64(*count),
            Times::Always => serializer.serialize_str("always"),
        }
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Times;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of calls, or \"always\"")
            }

            fn visit_u64<E: de::Error>(self, count: u64) -> Result<Times, E> {
                Ok(Times::Count(count))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Times, E> {
                match text {
                    "always" => Ok(Times::Always),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// One fault, or one for each call that is hit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Steps(pub(crate) Vec<FaultKind>);

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [one] => one.serialize(serializer),
            steps => steps.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Steps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Steps;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a fault such as \"reset\", {\"cut\": {\"after\": 10}} or 503, or a list of them")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Steps, E> {
                kind::KindVisitor.visit_str(name).map(|kind| Steps(vec![kind]))
            }

            fn visit_u64<E: de::Error>(self, status: u64) -> Result<Steps, E> {
                kind::KindVisitor.visit_u64(status).map(|kind| Steps(vec![kind]))
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Steps, A::Error> {
                kind::KindVisitor.visit_map(map).map(|kind| Steps(vec![kind]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Steps, A::Error> {
                let mut steps = Vec::new();
                while let Some(step) = list.next_element()? {
                    steps.push(step);
                    if steps.len() > MAX_STEPS {
                        return Err(de::Error::custom(format!("at most {MAX_STEPS} faults can follow one another")));
                    }
                }
                Ok(Steps(steps))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "cli")]
mod schema {
    use std::borrow::Cow;

    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

    impl JsonSchema for super::Times {
        fn schema_name() -> Cow<'static, str> {
            "FaultTimes".into()
        }
        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            json_schema!({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "always"}]})
        }
    }

    impl JsonSchema for super::Steps {
        fn schema_name() -> Cow<'static, str> {
            "FaultSteps".into()
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let kind = generator.subschema_for::<super::FaultKind>();
            let names: Vec<&str> = super::fault_kinds().iter().map(|kind| kind.name).collect();
            let one = serde_json::json!({"anyOf": [kind, {"enum": names}, {"type": "integer", "minimum": 200, "maximum": 599}]});
            json_schema!({"anyOf": [one, {"type": "array", "items": one}]})
        }
    }
}

/// Names a fault that was injected, in its backend and until it is reset.
///
/// ```
/// let mut backend = taskmock::Backend::documents();
/// let id = backend.inject(taskmock::Fault::reset())?;
/// assert_eq!(id.to_string(), "1");
/// assert!(backend.withdraw(id));
/// # Ok::<(), taskmock::FaultError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct FaultId(pub(crate) u64);

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A fault that cannot be injected: the field, what is wrong with it, and what would be right.
///
/// ```
/// use taskmock::{Backend, Fault};
/// let error = Backend::documents().inject(Fault::error("Nope").on("ehpc.list_tasks")).unwrap_err();
/// assert!(error.to_string().starts_with("fault.error.code: `Nope` is no error of ehpc.list_tasks; there are InvalidParams"));
/// assert_eq!(error.field(), "fault.error.code");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultError {
    field: String,
    sentence: String,
}

impl FaultError {
    pub(crate) fn new(field: impl Into<String>, sentence: impl Into<String>) -> Self {
        FaultError { field: field.into(), sentence: sentence.into() }
    }

    /// Returns the field, such as `fault.throttle.retry_after`.
    ///
    /// ```
    /// let error = taskmock::Backend::documents().inject(taskmock::Fault::reset().on("ehpc.x")).unwrap_err();
    /// assert_eq!(error.field(), "operation");
    /// ```
    pub fn field(&self) -> &str {
        &self.field
    }

    pub(crate) fn into_parts(self) -> (String, String) {
        (self.field, self.sentence)
    }
}

impl fmt::Display for FaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.sentence)
    }
}

impl std::error::Error for FaultError {}

impl Fault {
    /// How many calls are hit at most; none: no bound.
    pub(crate) fn most_hits(&self) -> Option<u64> {
        match self.times {
            _ if self.nth.is_some() => Some(1),
            Some(Times::Always) => None,
            Some(Times::Count(count)) => Some(count),
            None => Some(self.steps.0.len() as u64),
        }
    }

    /// Whether it can still hit a call.
    pub(crate) fn is_spent(&self) -> bool {
        self.most_hits().is_some_and(|most| self.hits >= most)
    }

    /// Checks it against the operations that exist.
    ///
    /// # Errors
    ///
    /// The first field that is wrong.
    pub(crate) fn check(&self, operations: &[&'static Operation]) -> Result<(), FaultError> {
        let wrong = |field: &str, sentence: String| Err(FaultError::new(field, sentence));
        let operation = match &self.operation {
            None => None,
            Some(id) => match operations.iter().find(|operation| operation.id == *id) {
                Some(operation) => Some(*operation),
                None => {
                    let ids: Vec<&str> = operations.iter().map(|operation| operation.id).collect();
                    return wrong("operation", format!("`{id}` is no operation; there are {}", ids.join(", ")));
                }
            },
        };
        let asked: Vec<&str> = match operation {
            Some(operation) => operation.parameters.iter().map(|parameter| parameter.name).collect(),
            None => {
                operations.iter().flat_map(|operation| operation.parameters).map(|parameter| parameter.name).collect()
            }
        };
        if let Some(name) = self.when.keys().find(|name| !asked.contains(&name.as_str())) {
            let of = operation.map_or("any operation", |operation| operation.id);
            return wrong("when", format!("`{name}` is no parameter of {of}; there are {}", asked.join(", ")));
        }
        for (field, number) in [("nth", self.nth), ("every", self.every)] {
            if number == Some(0) {
                return wrong(field, format!("`{field}` counts from 1; give at least 1"));
            }
        }
        if self.nth.is_some() && (self.after > 0 || self.every.is_some() || self.times.is_some()) {
            return wrong("nth", "`nth` is one call; give it without `after`, `every` and `times`".to_owned());
        }
        if self.times == Some(Times::Count(0)) {
            return wrong("times", "`times` is 0; give at least 1, or \"always\"".to_owned());
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && from >= until
        {
            return wrong("until", format!("{until} is not after `from`, {from}"));
        }
        if let Some(probability) = self.probability
            && !(probability > 0.0 && probability <= 1.0)
        {
            return wrong("probability", format!("`{probability}` is no probability; give one above 0 and up to 1"));
        }
        let steps = &self.steps.0;
        if steps.is_empty() || steps.len() > MAX_STEPS {
            return wrong(
                "fault",
                format!("there are {} faults; give 1 to {MAX_STEPS}, such as [503, 503]", steps.len()),
            );
        }
        for (at, step) in steps.iter().enumerate() {
            if let Err((field, sentence)) = step.check(operation) {
                let place = if steps.len() == 1 { String::new() } else { format!("[{at}]") };
                return wrong(&format!("fault{place}.{}.{field}", step.name()), sentence);
            }
        }
        Ok(())
    }
}

/// When it goes wrong.
impl Fault {
    fn of_steps(steps: Vec<FaultKind>) -> Fault {
        Fault {
            id: 0,
            operation: None,
            when: BTreeMap::new(),
            nth: None,
            after: 0,
            every: None,
            times: None,
            from: None,
            until: None,
            probability: None,
            steps: Steps(steps),
            matched: 0,
            hits: 0,
        }
    }

    /// Returns a fault for each of the next calls: its status with a body that is not JSON, or the
    /// ordinary answer for 200.
    ///
    /// ```
    /// use taskmock::Fault;
    /// let fault = Fault::http_errors([503, 200, 503]);
    /// assert_eq!(fault, Fault::http_error(503).then(Fault::pass()).then(Fault::http_error(503)));
    /// ```
    pub fn http_errors(statuses: impl IntoIterator<Item = u16>) -> Fault {
        Fault::of_steps(statuses.into_iter().map(FaultKind::of_status).collect())
    }

    /// Adds what goes wrong in the next call that is hit. Only what goes wrong is taken of `next`; when is
    /// said once, for the whole.
    ///
    /// ```
    /// use taskmock::Fault;
    /// let fault = Fault::reset().then(Fault::http_error(503)).on("ehpc.list_tasks");
    /// assert_eq!(serde_json::to_value(&fault)?["fault"][1]["http_error"]["status"], 503);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn then(mut self, next: Fault) -> Self {
        self.steps.0.extend(next.steps.0);
        self
    }

    /// Hits only calls of an operation, by its id. Default: of any.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::reset().on("ehpc.list_tasks").operation(), Some("ehpc.list_tasks"));
    /// ```
    #[must_use]
    pub fn on(self, operation: &str) -> Self {
        Fault { operation: Some(operation.to_owned()), ..self }
    }

    /// Hits only calls in which a parameter has a value, decoded. May be given again for another one.
    ///
    /// ```
    /// let fault = taskmock::Fault::reset().on("ehpc.list_tasks").when("PageNumber", "2");
    /// assert_eq!(serde_json::to_value(&fault)?["when"]["PageNumber"], "2");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn when(mut self, parameter: &str, value: &str) -> Self {
        self.when.insert(parameter.to_owned(), value.to_owned());
        self
    }

    /// Hits only the nth matching call, from 1.
    ///
    /// ```
    /// assert_eq!(serde_json::to_value(taskmock::Fault::reset().nth(3))?["nth"], 3);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn nth(self, nth: u64) -> Self {
        Fault { nth: Some(nth), ..self }
    }

    /// Lets so many matching calls pass first.
    ///
    /// ```
    /// assert_eq!(serde_json::to_value(taskmock::Fault::reset().after(1))?["after"], 1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn after(self, calls: u64) -> Self {
        Fault { after: calls, ..self }
    }

    /// Hits only every nth of the matching calls that are not let pass.
    ///
    /// ```
    /// assert_eq!(serde_json::to_value(taskmock::Fault::reset().every(3).always())?["every"], 3);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn every(self, nth: u64) -> Self {
        Fault { every: Some(nth), ..self }
    }

    /// Hits so many calls. With more than there are steps, the steps begin again.
    ///
    /// ```
    /// assert_eq!(serde_json::to_value(taskmock::Fault::reset().times(2))?["times"], 2);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Fault { times: Some(Times::Count(times)), ..self }
    }

    /// Hits until it is withdrawn.
    ///
    /// ```
    /// assert_eq!(serde_json::to_value(taskmock::Fault::reset().always())?["times"], "always");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn always(self) -> Self {
        Fault { times: Some(Times::Always), ..self }
    }

    /// Hits only from an instant of virtual time on.
    ///
    /// ```
    /// let fault = taskmock::Fault::reset().from("2026-11-21T20:21:00Z".parse()?);
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    #[must_use]
    pub fn from(self, instant: Timestamp) -> Self {
        Fault { from: Some(instant), ..self }
    }

    /// Hits only before an instant of virtual time.
    ///
    /// ```
    /// let fault = taskmock::Fault::reset().until("2026-11-21T20:21:00Z".parse()?);
    /// # Ok::<(), taskmock::TimeError>(())
    /// ```
    #[must_use]
    pub fn until(self, instant: Timestamp) -> Self {
        Fault { until: Some(instant), ..self }
    }

    /// Hits with a probability above 0 and up to 1. The draws come from the state's seed, in a sequence of
    /// their own, so a run can be repeated.
    ///
    /// ```
    /// let fault = taskmock::Fault::reset().always().probability(0.1);
    /// assert_eq!(serde_json::to_value(fault)?["probability"], 0.1);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn probability(self, probability: f64) -> Self {
        Fault { probability: Some(probability), ..self }
    }

    /// Returns the name of what goes wrong first, as in JSON.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::http_errors([503, 200]).name(), "http_error");
    /// ```
    pub fn name(&self) -> &'static str {
        self.steps.0.first().map_or("", FaultKind::name)
    }

    /// Returns the operation; none: any.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::reset().operation(), None);
    /// ```
    pub fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// Returns its id; none before it is injected.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::reset().id(), None);
    /// ```
    pub fn id(&self) -> Option<FaultId> {
        (self.id > 0).then_some(FaultId(self.id))
    }

    /// Returns how many calls it has hit.
    ///
    /// ```
    /// assert_eq!(taskmock::Fault::reset().hits(), 0);
    /// ```
    pub fn hits(&self) -> u64 {
        self.hits
    }
}
