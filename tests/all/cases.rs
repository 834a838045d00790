//! The catalogue and random cases, against our own backend.

use std::collections::HashSet;
use std::fmt::Write as _;

use taskmock::case::{self, Ask, BodySample, Case, Catalogue, body_catalogue, catalogue, random_body, raw_requests};
use taskmock::{Access, Format, Seed, fact};

use crate::support::for_every_operation;

/// Runs a case in memory: what is wrong, if anything.
pub(crate) fn run<I: Catalogue>(case: &Case<I>) -> Result<(), String> {
    let mut backend = case.backend();
    let response = backend.respond(&case.request());
    let read = case.read(&response).map_err(|error| format!("{error}\n{case:?}"))?;
    case.check(read).map_err(|mismatch| mismatch.to_string())?;
    case.check_after(backend.state()).map_err(|mismatch| mismatch.to_string())?;
    if I::OPERATION.access == Access::Change && case.after.is_none() {
        return Err(format!("{} does not say what it leaves", case.name));
    }
    match case.when {
        Ask::Raw(_) => Ok(()),
        Ask::Input(_) => case.check_requests(&backend.requests()).map_err(|mismatch| mismatch.to_string()),
    }
}

fn run_all<I: Catalogue>() {
    let mut wrong = String::new();
    let mut count = 0;
    for format in Format::ALL {
        let mut names = HashSet::new();
        let cases = catalogue::<I>(*format);
        let wire = raw_requests::<I>(*format);
        for (name, facts, result) in cases
            .iter()
            .map(|case| (&case.name, &case.facts, run(case)))
            .chain(wire.iter().map(|case| (&case.name, &case.facts, run(case))))
        {
            count += 1;
            if let Err(said) = result {
                let _ = writeln!(wrong, "{said}\n");
            }
            if !names.insert(name.clone()) {
                let _ = writeln!(wrong, "{name} is there twice");
            }
            for id in facts.iter().filter(|id| fact(id).is_none()) {
                let _ = writeln!(wrong, "{name} shows {id}, which is no fact");
            }
        }
        for body in body_catalogue::<I>(*format) {
            count += 1;
            if let Err(said) = read(&body) {
                let _ = writeln!(wrong, "{said}\n");
            }
            for id in body.facts.iter().filter(|id| fact(id).is_none()) {
                let _ = writeln!(wrong, "{} shows {id}, which is no fact", body.name);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 100, "only {count} cases of {}", I::ID);
    println!("{} {count}", I::ID);
}

pub(crate) fn read<I: Catalogue>(body: &BodySample<I>) -> Result<(), String> {
    let read =
        body.read().map_err(|error| error.to_string()).and_then(|read| read.map_err(|refused| refused.to_string()));
    body.check(read).map_err(|mismatch| mismatch.to_string())
}

fn run_random<I: Catalogue>() {
    for format in I::OPERATION.formats {
        let (mut answered, mut refused) = (0, 0);
        for seed in 0..800 {
            let case = case::random::<I>(Seed(seed), *format);
            run(&case).unwrap_or_else(|said| panic!("{said}"));
            match case.then {
                Ok(_) => answered += 1,
                Err(_) => refused += 1,
            }
            if seed % 3 == 0 {
                read(&random_body::<I>(Seed(seed), *format)).unwrap_or_else(|said| panic!("{said}"));
            }
        }
        assert!(answered > 400 && refused > 80, "{answered} {refused}");
    }
}

for_every_operation! {
    every_case_is_answered_as_it_says: run_all;
    random_cases_are_answered_as_they_say: run_random;
}
