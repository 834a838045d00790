//! Strategies for proptest: cases, body samples, and their parts. Each lists the catalogue first, then
//! goes on at random for ever, and shrinks as a person would.

mod hostile;
mod tree;

use std::sync::Arc;

use proptest::arbitrary::Arbitrary;
use proptest::strategy::{BoxedStrategy, Strategy};

use tree::Source;

use crate::case::{
    BodySample, Case, Catalogue, Kind, Sketched, SketchedBody, Way, body_catalogue, catalogue, sketched, ways,
};
use crate::format::Format;
use crate::http::Request;
use crate::seed::Seed;
use crate::service_error::ServiceError;
use crate::services::State;

/// The cases of an operation: first every case of the [`catalogue`] once, from small to large,
/// then random ones without end.
///
/// So a test of 256 cases, which is proptest's default, meets every bound, every combination and
/// every error code. Make the strategy once: one that is made anew for each case, as in
/// `prop_flat_map`, begins the catalogue anew each time; take [`random_cases`] there.
///
/// It has the dialects of a word or a value, such as `Failed` for `Fail`. It leaves out those that
/// change the shape of an answer, which no client has to read (they are in [`bodies`]), and
/// requests that no Input can say ([`raw_requests`](crate::case::raw_requests)). A failure shrinks to a
/// smaller case of the same kind, answered or refused with the same code, and is made again by
/// [`named`](crate::case::named) with its name; proptest's own files of failures do not find it, since which case comes
/// next depends on those before.
///
/// ```
/// use proptest::prelude::*;
/// use taskmock::{Format, ehpc::list_tasks::Input};
/// use taskmock::strategy::cases;
///
/// proptest! {
///     // In your tests: #[test]
///     fn my_client_gets_what_it_should(case in cases::<Input>(Format::Json)) {
///         let response = case.backend().respond(&case.request()); // your client, over a socket
///         case.check(case.read(&response)?)?;
///     }
/// }
/// my_client_gets_what_it_should();
/// ```
pub fn cases<I: Catalogue>(format: Format) -> impl Strategy<Value = Case<I>> + Clone {
    let all = catalogue(format).into_iter().filter(|case| !case.has_other_shape());
    Source::new(all.collect(), random(Kind::Any, format))
}

/// Random cases only: mostly lists of up to 60 tasks and pages that exist; one in four or five is
/// refused, by the input or by a fault. It leaves out exact bounds, which only the
/// catalogue is sure to have, and every dialect.
///
/// ```
/// use proptest::prelude::*;
/// use taskmock::{Format, ack::describe_task_info::Input};
/// use taskmock::strategy::random_cases;
/// proptest!(|(case in random_cases::<Input>(Format::Xml))| {
///     prop_assert!(case.name.starts_with("random."));
/// });
/// ```
pub fn random_cases<I: Catalogue>(format: Format) -> impl Strategy<Value = Case<I>> + Clone {
    only_random(Kind::Any, format)
}

fn only_random<I: Catalogue>(kind: Kind, format: Format) -> impl Strategy<Value = Case<I>> + Clone {
    Source::new(Arc::from([]), random(kind, format))
}

fn random<I: Catalogue>(kind: Kind, format: Format) -> impl Fn(Seed) -> Sketched<I> + Clone {
    move |seed| sketched(seed, kind, format)
}

/// States in which the operation has something to answer: up to 60 tasks of a cluster and one of
/// another (DescribeTaskInfo: one task and up to two others), coherent in every way that the documents speak of: the current step within the total,
/// ended tasks complete, results that fit their type, times in order, ids unique.
///
/// It covers the service of the operation; the others are empty. It leaves out dialects, faults and the ids of requests.
///
/// ```
/// use proptest::prelude::*;
/// use taskmock::{State, ehpc::list_tasks::Input};
/// use taskmock::strategy::states;
/// proptest!(|(state in states::<Input>())| {
///     prop_assert_eq!(State::from_json(&state.to_json()).unwrap(), state);
/// });
/// ```
pub fn states<I: Catalogue>() -> impl Strategy<Value = State> + Clone {
    only_random::<I>(Kind::Accepted, Format::Json).prop_map(|case| case.given)
}

/// Inputs that are within every bound, of a cluster, task or command that may or may not exist. It
/// leaves out what no Input can say, which is in [`raw_requests`](crate::case::raw_requests).
///
/// ```
/// use proptest::prelude::*;
/// use taskmock::{ehpc::list_tasks::Input};
/// use taskmock::strategy::inputs;
/// proptest!(|(input in inputs::<Input>())| {
///     prop_assert!(input.page_size.is_none_or(|size| (1..=50).contains(&size)));
/// });
/// ```
pub fn inputs<I: Catalogue>() -> impl Strategy<Value = I> + Clone {
    only_random::<I>(Kind::Accepted, Format::Json).prop_map(|case| case.into_input())
}

/// Inputs that are refused whatever tasks there are, with the refusal, without a request id.
///
/// ```
/// use proptest::prelude::*;
/// use taskmock::{ehpc::list_tasks::Input};
/// use taskmock::strategy::invalid_inputs;
/// proptest!(|((input, refused) in invalid_inputs::<Input>())| {
///     prop_assert_eq!(refused.code == "MissingClusterId", input.cluster_id.is_empty());
/// });
/// ```
pub fn invalid_inputs<I: Catalogue>() -> impl Strategy<Value = (I, ServiceError)> + Clone {
    only_random::<I>(Kind::Refused, Format::Json).prop_map(|case| {
        let refused = case.then.clone().err().unwrap_or_default();
        (case.into_input(), ServiceError { request_id: String::new(), ..refused })
    })
}

/// Bodies of an operation's answers: first every way of the [`body_catalogue`] once, then random
/// answers in a random way.
///
/// It leaves out refusals, which are in [`cases`], and what happens below HTTP: a connection that
/// is cut or slow.
///
/// ```
/// use proptest::prelude::*;
/// use taskmock::{Format, dialect::Dialect, ehpc::list_tasks::{Input, Output}};
/// use taskmock::strategy::bodies;
/// proptest!(|(body in bodies::<Input>(Format::Json))| {
///     body.check(Output::decode(&body.response.body, Format::Json, &Dialect::default()))?;
/// });
/// ```
pub fn bodies<I: Catalogue>(format: Format) -> impl Strategy<Value = BodySample<I>> + Clone {
    let all = ways::<I>();
    let random = {
        let all: Arc<[Way<I>]> = all.into();
        move |seed| (SketchedBody::<I>::of(seed, &all, format), Arc::clone(&all))
    };
    Source::new(body_catalogue(format).into(), random)
}

/// Requests for servers: right ones of the operation, wrong ones and rubbish, hostile ones
/// included. All of them can be held by the `http` crate; what cannot (bytes that are no HTTP) is
/// left out.
///
/// ```
/// use proptest::prelude::*;
/// use taskmock::{Backend, ehpc::list_tasks::Input};
/// use taskmock::strategy::requests;
/// proptest!(|(request in requests::<Input>())| {
///     Backend::documents().respond(&request); // it does not panic
/// });
/// ```
pub fn requests<I: Catalogue>() -> impl Strategy<Value = Request> + Clone {
    proptest::arbitrary::any::<u64>().prop_map(|seed| hostile::request::<I>(Seed(seed)))
}

/// Makes the Input and the Output of each operation `Arbitrary`.
macro_rules! arbitrary {
    ($($service:ident / $operation:ident,)+) => {$(
        /// Any Input: within the bounds, or refused.
        impl Arbitrary for crate::services::$service::$operation::Input {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;
            fn arbitrary_with((): ()) -> Self::Strategy {
                only_random::<Self>(Kind::Any, Format::Json).prop_map(Case::into_input).boxed()
            }
        }

        /// Any Output that a coherent state can show.
        impl Arbitrary for crate::services::$service::$operation::Output {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;
            fn arbitrary_with((): ()) -> Self::Strategy {
                only_random::<crate::services::$service::$operation::Input>(Kind::Accepted, Format::Json)
                    .prop_map(|case| case.then.expect("an accepted input is answered"))
                    .boxed()
            }
        }
    )+};
}

crate::services::for_each_operation!(arbitrary);
