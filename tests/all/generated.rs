//! Laws over the public strategies, and the values that a seed gives for ever.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use taskmock::case::{self, Catalogue, GENERATOR_VERSION, body_catalogue, catalogue, random_body, raw_requests};
use taskmock::dialect::Dialect;
use taskmock::dws::list_logical_cluster_tasks as dws_tasks;
use taskmock::ehpc::list_tasks;
use taskmock::strategy::{inputs, invalid_inputs, random_cases, requests, states};
use taskmock::{Backend, Format, OperationOutput, Seed, State, ack, operations};

use crate::support::for_every_operation;

/// Output → bytes → Output is the identity, and both encodings hold the same values.
fn encodings_agree<I: Catalogue>() {
    let formats = I::OPERATION.formats;
    // What XML can carry, which is less.
    let format = *formats.last().expect("an encoding");
    proptest!(|(case in random_cases::<I>(format))| {
        let Ok(output) = case.then else { return Ok(()) };
        for format in formats {
            let body = output.encode(*format, &Dialect::default());
            let read = I::Output::decode(&body, *format, &Dialect::default());
            prop_assert_eq!(read.as_ref(), Ok(&output));
        }
    });
    proptest!(|(case in random_cases::<I>(Format::Json))| {
        let Ok(output) = case.then else { return Ok(()) };
        let body = output.encode(Format::Json, &Dialect::default());
        prop_assert_eq!(I::Output::decode(&body, Format::Json, &Dialect::default()), Ok(output));
    });
}

/// Whatever an Input is made for, the backend says so in every state.
fn inputs_are_what_they_say<I: Catalogue>() {
    proptest!(|(input in inputs::<I>(), state in states::<I>())| {
        let mut backend = Backend::new(state);
        let status = backend.respond(&input.request(Format::Json)).status().as_u16();
        prop_assert_eq!(status, 200);
    });
    proptest!(|((input, refused) in invalid_inputs::<I>(), state in states::<I>())| {
        let mut backend = Backend::new(state);
        let response = backend.respond(&input.request(Format::Json));
        let body = crate::support::text(&response);
        prop_assert_eq!(response.status().as_u16(), refused.status);
        prop_assert!(body.contains(&refused.code) && body.contains(&refused.message), "{body}");
    });
}

/// Nothing of a generated state contradicts itself, and it survives being written down.
fn states_are_coherent<I: Catalogue>() {
    proptest!(|(state in states::<I>())| {
        let read = State::from_json(&state.to_json()).expect("every generated state is right");
        prop_assert_eq!(&read, &state);
        let mut ids = HashSet::new();
        for task in &state.ehpc.tasks {
            prop_assert!(ids.insert((&task.cluster_id, &task.task_id)));
            prop_assert!(task.started.is_none_or(|started| started <= state.now()) && task.steps >= 1);
        }
        for task in &state.ack.tasks {
            prop_assert!(task.started.is_none_or(|started| started <= state.now()));
            prop_assert!(task.reasons.is_empty() || task.ends == taskmock::Ending::Fail);
        }
        for task in &state.dws.tasks {
            prop_assert!(task.started.is_some_and(|started| started <= state.now()));
        }
    });
}

fn no_request_makes_a_backend_panic<I: Catalogue>() {
    proptest!(ProptestConfig::with_cases(1000), |(request in requests::<I>(), state in states::<I>())| {
        let answer = |state: State| {
            let response = Backend::new(state).respond(&request);
            (response.status(), response.headers().clone(), response.into_body())
        };
        prop_assert_eq!(answer(state.clone()), answer(state));
    });
}

for_every_operation! {
    encodings_hold_the_same_values: encodings_agree;
    generated_inputs_are_what_they_say: inputs_are_what_they_say;
    generated_states_are_coherent: states_are_coherent;
    generated_requests_make_no_backend_panic: no_request_makes_a_backend_panic;
}

fn ask<I: Catalogue>(backend: &mut Backend, input: &I) -> I::Output {
    let response = backend.respond(&input.request(Format::Json));
    I::Output::decode(response.body(), Format::Json, &Dialect::default()).expect("an answer")
}

/// All pages one after another, the clock moving on between them: the ids, and each page's total.
fn walk(backend: &mut Backend, input: &list_tasks::Input, pause: Duration) -> (Vec<String>, Vec<u32>) {
    let (mut ids, mut totals) = (Vec::new(), Vec::new());
    for page_number in 1.. {
        let page = ask(backend, &list_tasks::Input { page_number: Some(page_number), ..input.clone() });
        assert!(page.tasks.len() <= input.page_size.unwrap_or(10) as usize);
        totals.push(page.total_count);
        if page.tasks.is_empty() {
            break;
        }
        ids.extend(page.tasks.into_iter().map(|task| task.task_id));
        backend.advance(pause);
    }
    (ids, totals)
}

proptest! {
    #[test]
    fn pages_partition_a_list_also_when_tasks_end_between_them(
        state in states::<list_tasks::Input>(), size in 1u32..=50, minutes in 0u64..300,
    ) {
        let mut expected: Vec<String> =
            state.ehpc.tasks.iter().filter(|task| task.cluster_id == "c").map(|task| task.task_id.clone()).collect();
        expected.sort();
        let mut backend = Backend::new(state);
        let input = |archived| list_tasks::Input { archived, page_size: Some(size), ..list_tasks::Input::new("c") };
        // A task that ends stays in the history, so nothing moves.
        let (mut history, totals) = walk(&mut backend, &input(Some(true)), Duration::from_secs(60 * minutes));
        prop_assert!(totals.iter().all(|total| *total as usize == expected.len()), "{:?}", totals);
        history.sort();
        prop_assert_eq!(&history, &expected);
        // Running tasks partition while the clock stands; what ends between pages is never seen twice.
        let (running, totals) = walk(&mut backend, &input(None), Duration::ZERO);
        prop_assert!(totals.iter().all(|total| *total as usize == running.len()));
        prop_assert!(running.iter().all(|id| history.contains(id)), "Archived=true lists all that false lists");
        let (seen, _) = walk(&mut backend, &input(Some(false)), Duration::from_secs(60 * minutes));
        let once: HashSet<&String> = seen.iter().collect();
        prop_assert_eq!(once.len(), seen.len());
        prop_assert!(seen.iter().all(|id| running.contains(id)));
    }

    #[test]
    fn a_task_id_makes_archived_void(case in random_cases::<list_tasks::Input>(Format::Json), number in 0usize..70) {
        let ids: Vec<String> = case.given.ehpc.tasks.iter().map(|task| task.task_id.clone()).collect();
        let task_id = Some(ids.get(number).cloned().unwrap_or_else(|| "unknown".to_owned()));
        let answers = [None, Some(false), Some(true)].map(|archived| {
            let input = list_tasks::Input { archived, task_id: task_id.clone(), ..list_tasks::Input::new("c") };
            let mut state = case.given.clone();
            state.faults.clear();
            ask(&mut Backend::new(state), &input)
        });
        prop_assert_eq!(&answers[0], &answers[1]);
        prop_assert_eq!(&answers[1], &answers[2]);
    }

    #[test]
    fn filters_commute_with_paging(
        state in states::<dws_tasks::Input>(), limit in 1u32..12, kind in 0usize..3, descends in any::<bool>(),
    ) {
        let Some(task) = state.dws.tasks.first() else { return Ok(()) };
        let (name, r#type) = (task.logical_cluster_name.clone(), task.r#type.clone());
        let all = dws_tasks::Input {
            limit: Some(i32::MAX as u32),
            order: descends.then_some(dws_tasks::Order::Desc),
            ..dws_tasks::Input::new("p", &task.cluster_id)
        };
        let mut backend = Backend::new(state.clone());
        let whole = ask(&mut backend, &all);
        let filtered = dws_tasks::Input {
            logical_cluster_name: (kind != 1).then(|| name.clone()),
            r#type: (kind != 0).then(|| r#type.clone()),
            ..all
        };
        let kept: Vec<_> = whole.logical_cluster_tasks.into_iter().filter(|task| {
            (kind == 1 || task.logical_cluster_name.as_ref() == Some(&name))
                && (kind == 0 || task.r#type.as_ref() == Some(&r#type))
        }).collect();
        let mut paged = Vec::new();
        for offset in 0.. {
            let page = ask(&mut backend, &dws_tasks::Input { offset: Some(offset), limit: Some(limit), ..filtered.clone() });
            prop_assert_eq!(page.count as usize, kept.len());
            if page.logical_cluster_tasks.is_empty() {
                break;
            }
            paged.extend(page.logical_cluster_tasks);
        }
        prop_assert_eq!(paged, kept);
    }

    #[test]
    fn the_clock_only_moves_tasks_forward(
        state in states::<list_tasks::Input>(), steps in prop::collection::vec(0u64..100_000, 1..5),
    ) {
        let input = list_tasks::Input { archived: Some(true), page_size: Some(50), ..list_tasks::Input::new("c") };
        let mut backend = Backend::new(state);
        let mut before = ask(&mut backend, &input);
        for step in steps {
            backend.advance(Duration::from_secs(step));
            let now = ask(&mut backend, &input);
            for (before, now) in before.tasks.iter().zip(&now.tasks) {
                prop_assert_eq!(&before.task_id, &now.task_id);
                prop_assert!(now.current_step >= before.current_step && now.current_step <= now.total_steps);
                prop_assert!(before.status.as_str() == "Processing" || now == before, "an end is final");
            }
            before = now;
        }
    }

    #[test]
    fn any_gives_inputs_and_outputs(input in any::<list_tasks::Input>(), output in any::<ack::describe_task_info::Output>()) {
        prop_assert!(serde_json::to_value(&input).expect("JSON").is_object());
        prop_assert_eq!(&output.created[10..11], "T");
    }
}

/// FNV-1a, which is the same for ever.
fn hash(bytes: &[u8], before: u64) -> u64 {
    bytes.iter().fold(before, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

const EMPTY: u64 = 0xcbf2_9ce4_8422_2325;

struct Values;

impl taskmock::case::ForOperation for Values {
    type Output = String;

    fn run<I: Catalogue>(self) -> String {
        let mut lines = String::new();
        for format in operations().find(|operation| operation.id == I::ID).expect("registered").formats {
            let random =
                (0..200).fold(EMPTY, |before, seed| hash(&written(&case::random::<I>(Seed(seed), *format)), before));
            let bodies =
                (0..200).fold(EMPTY, |before, seed| hash(&random_body::<I>(Seed(seed), *format).response.body, before));
            let listed = catalogue::<I>(*format).iter().fold(EMPTY, |before, case| hash(&written(case), before));
            let wire = raw_requests::<I>(*format).iter().fold(EMPTY, |before, case| hash(&written(case), before));
            let shaped =
                body_catalogue::<I>(*format).iter().fold(EMPTY, |before, body| hash(&body.response.body, before));
            let _ = writeln!(
                lines,
                "{} {format}: catalogue {listed:016x}, wire {wire:016x}, bodies {shaped:016x}, 200 random cases {random:016x}, 200 random bodies {bodies:016x}",
                I::ID
            );
        }
        lines
    }
}

/// What a case gives, asks and expects; its name and the words of its facts may change.
fn written<I: Catalogue>(case: &taskmock::case::Case<I>) -> Vec<u8> {
    let then = case.then.as_ref().map_err(ToString::to_string);
    serde_json::to_vec(&(&case.given, &case.when, then)).expect("JSON")
}

/// If this changes, what users have written down changes with it: raise `GENERATOR_VERSION`, and say
/// in CHANGELOG.md what is different.
#[test]
fn a_seed_gives_the_same_values_for_ever() {
    let mut shown = format!("generator version {GENERATOR_VERSION}\n");
    for operation in operations() {
        shown.push_str(&taskmock::case::for_operation(operation.id, Values).expect("registered"));
    }
    crate::snapshots::hold("generator_values", shown);
}

#[test]
fn a_case_is_told_as_a_person_needs_it() {
    let case = taskmock::case::named::<list_tasks::Input>("page_size.max_plus_1", Format::Json).expect("it is listed");
    let mut told = format!("{case:?}\n\n");
    let _ = writeln!(
        told,
        "{}\n",
        case.check(Err(taskmock::ServiceError::new(400, "InvalidParam", "no"))).expect_err("wrong")
    );
    let body =
        taskmock::case::named_body::<list_tasks::Input>("body.truncated_by_one", Format::Xml).expect("it is listed");
    let _ = writeln!(
        told,
        "{body:?}\n\n{}",
        body.check::<String>(body.then.outputs.first().cloned().ok_or_else(String::new)).is_ok()
    );
    crate::snapshots::hold("told", told);
}

struct Coverage<'a>(&'a mut HashSet<String>);

impl taskmock::case::ForOperation for Coverage<'_> {
    type Output = ();

    fn run<I: Catalogue>(self) {
        let operation = operations().find(|operation| operation.id == I::ID).expect("registered");
        for format in operation.formats {
            let mut codes = HashSet::new();
            let mut note = |state: &State, code: Option<&str>| {
                let Value::Object(dialect) = serde_json::to_value(state.dialect).expect("JSON") else { unreachable!() };
                self.0.extend(
                    dialect.into_iter().map(|(name, value)| format!("{name}={}", value.as_str().expect("a text"))),
                );
                codes.extend(code.map(str::to_owned));
            };
            for case in catalogue::<I>(*format) {
                note(&case.given, case.then.as_ref().err().map(|refused| refused.code.as_str()));
            }
            for case in raw_requests::<I>(*format) {
                note(&case.given, case.then.as_ref().err().map(|refused| refused.code.as_str()));
            }
            for row in operation.all_errors() {
                let is_there = match row.code.strip_suffix("%s") {
                    Some(start) => codes.iter().any(|code| code.starts_with(start)),
                    None => codes.contains(row.code),
                };
                assert!(is_there, "no case of {} in {format} is refused with {}", I::ID, row.code);
            }
        }
    }
}

#[test]
fn every_error_code_in_every_encoding_and_every_dialect_is_in_the_catalogue() {
    let mut switched = HashSet::new();
    for operation in operations() {
        taskmock::case::for_operation(operation.id, Coverage(&mut switched)).expect("registered");
    }
    for (name, values, _) in taskmock::dialect::SWITCHES {
        for value in *values {
            assert!(switched.contains(&format!("{name}={value}")), "no case has the dialect {name}={value}");
        }
    }
}

#[test]
fn bounds_are_all_in_the_catalogue() {
    let cases = catalogue::<list_tasks::Input>(Format::Json);
    let sizes: HashSet<Option<u32>> = cases.iter().map(|case| case.input().page_size).collect();
    let numbers: HashSet<Option<u32>> = cases.iter().map(|case| case.input().page_number).collect();
    assert!(
        [None, Some(0), Some(1), Some(2), Some(49), Some(50), Some(51), Some(u32::MAX)]
            .iter()
            .all(|size| sizes.contains(size))
    );
    assert!(
        [None, Some(0), Some(1), Some(2), Some(998), Some(999), Some(1000), Some(u32::MAX)]
            .iter()
            .all(|number| numbers.contains(number))
    );
}
