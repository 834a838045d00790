//! Planted bugs: each mutant client is caught within 256 cases or bodies, which shrink to one of one
//! task or none; the sound client passes them all.

use std::fmt::Debug;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use taskmock::ack::describe_task_info;
use taskmock::case::{BodySample, Case, Catalogue};
use taskmock::dws::list_logical_cluster_tasks;
use taskmock::ehpc::{list_invocation_status, list_tasks};
use taskmock::strategy::{bodies, cases, random_cases};
use taskmock::{Format, State};

use crate::mutants::{self, Client, Found, Mutant, sound};

/// Runs a client on a case.
fn run<I: Catalogue>(client: &Client<I>, case: &Case<I>) -> Result<(), TestCaseError> {
    let mut backend = case.backend();
    let response = backend.respond(&(client.ask)(case.input(), case.format));
    let got = match response.status().is_success() {
        true => Ok((client.read)(response.body(), case.format).map_err(TestCaseError::fail)?),
        false => Err((client.refused)(&response, case.format).map_err(TestCaseError::fail)?),
    };
    case.check(got)?;
    case.check_requests(&backend.requests())?;
    Ok(())
}

fn runner(cases: u32) -> TestRunner {
    let config = Config { failure_persistence: None, ..Config::with_cases(cases) };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The smallest value on which a client fails; none if it does not within so many.
fn smallest<S>(strategy: S, count: u32, test: impl Fn(S::Value) -> Result<(), TestCaseError>) -> Option<S::Value>
where
    S: Strategy,
    S::Value: Debug,
{
    match runner(count).run(&strategy, test) {
        Ok(()) => None,
        Err(TestError::Fail(_, value)) => Some(value),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

/// How many tasks and commands a state holds.
fn size(state: &State) -> usize {
    state.ehpc.tasks.len() + state.ehpc.commands.len() + state.ack.tasks.len() + state.dws.tasks.len()
}

/// Lets both strategies find a bug: the catalogue with what follows it, and random cases alone.
fn caught<I: Catalogue>(name: &str, format: Format, client: Client<I>, also_at_random: bool) {
    let found = smallest(cases::<I>(format), 256, |case| run(&client, &case))
        .unwrap_or_else(|| panic!("nothing in 256 cases finds that it {name}"));
    assert!(size(&found.given) <= 1, "{name}: {} things\n{found:?}", size(&found.given));
    assert_replays(name, &client, &found);
    if also_at_random {
        let found = smallest(random_cases::<I>(format), 256, |case| run(&client, &case))
            .unwrap_or_else(|| panic!("nothing in 256 random cases finds that it {name}"));
        assert!(size(&found.given) <= 1, "{name}: {} things\n{found:?}", size(&found.given));
        assert_replays(name, &client, &found);
    }
}

/// The name alone makes the same case again, and the client fails on it again.
fn assert_replays<I: Catalogue>(name: &str, client: &Client<I>, found: &Case<I>) {
    let again =
        taskmock::case::named::<I>(&found.name, found.format).unwrap_or_else(|| panic!("{name}: {}", found.name));
    assert_eq!((&again.given, again.input(), &again.then), (&found.given, found.input(), &found.then), "{name}");
    assert!(run(client, &again).is_err(), "{name}: {again:?}");
}

fn caught_by_bodies<I: Catalogue>(name: &str, format: Format, client: Client<I>, marker: &str) {
    let found = smallest(bodies::<I>(format), 256, |body| read(&client, &body))
        .unwrap_or_else(|| panic!("nothing in 256 bodies finds that it {name}"));
    let tasks = String::from_utf8_lossy(&found.response.body).matches(marker).count();
    assert!(tasks <= 2, "{name}: {tasks} times {marker}\n{found:?}");
    let again =
        taskmock::case::named_body::<I>(&found.name, format).unwrap_or_else(|| panic!("{name}: {}", found.name));
    assert_eq!(again.response, found.response, "{name}");
}

fn read<I: Catalogue>(client: &Client<I>, body: &BodySample<I>) -> Result<(), TestCaseError> {
    // A status that is not one of success is an error, whatever the body is.
    let read = match body.response.status {
        200..=299 => (client.read)(&body.response.body, body.format),
        _ => return Ok(body.check(Err(body.response.status))?),
    };
    Ok(body.check(read)?)
}

fn sound_passes<I: Catalogue>(format: Format) {
    let client = sound::<I>();
    if let Some(found) = smallest(cases::<I>(format), 1000, |case| run(&client, &case)) {
        panic!("{:?}", run(&client, &found));
    }
    if let Some(found) = smallest(bodies::<I>(format), 1000, |body| read(&client, &body)) {
        panic!("{:?}", read(&client, &found));
    }
}

#[test]
fn a_sound_client_passes() {
    for format in Format::ALL {
        sound_passes::<list_tasks::Input>(*format);
        sound_passes::<list_invocation_status::Input>(*format);
        sound_passes::<taskmock::ehpc::add_nodes::Input>(*format);
        sound_passes::<describe_task_info::Input>(*format);
    }
    sound_passes::<list_logical_cluster_tasks::Input>(Format::Json);
}

fn all_caught<I: Catalogue>(mutants: Vec<Mutant<I>>) {
    for Mutant { name, formats, found, client } in mutants {
        for format in formats {
            match found {
                Found::ByBodies(marker) => caught_by_bodies(name, *format, client, marker),
                Found::ByCases | Found::AtRandom => caught(name, *format, client, found == Found::AtRandom),
            }
        }
    }
}

#[test]
fn mutants_of_list_tasks_are_caught() {
    all_caught(mutants::of_list_tasks());
}

#[test]
fn mutants_of_add_nodes_are_caught() {
    all_caught(mutants::of_add_nodes());
}

#[test]
fn mutants_of_list_invocation_status_are_caught() {
    all_caught(mutants::of_list_invocation_status());
}

#[test]
fn mutants_of_describe_task_info_are_caught() {
    all_caught(mutants::of_describe_task_info());
}

#[test]
fn mutants_of_list_logical_cluster_tasks_are_caught() {
    all_caught(mutants::of_list_logical_cluster_tasks());
}
