//! The catalogue and random cases, against our own backend.

use std::collections::HashSet;
use std::fmt::Write as _;

use taskmock::case::{self, Ask, BodySample, Case, Catalogue, body_catalogue, catalogue, random_body, raw_requests};
use taskmock::{Format, OperationOutput, Seed, fact};

/// Runs a case in memory: what is wrong, if anything.
pub(crate) fn run<I: Catalogue>(case: &Case<I>) -> Result<(), String> {
    let mut backend = case.backend();
    let response = backend.respond(&case.request());
    let read = case.read(&response).map_err(|error| format!("{error}\n{case:?}"))?;
    case.check(read).map_err(|mismatch| mismatch.to_string())?;
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
    let read = I::Output::decode(&body.bytes, body.format, &taskmock::dialect::Dialect::default());
    body.check(read).map_err(|mismatch| mismatch.to_string())
}

fn run_random<I: Catalogue>(formats: &[Format]) {
    for format in formats {
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

macro_rules! operations {
    ($($name:ident: $input:ty, $formats:expr;)*) => {$(
        mod $name {
            #[test]
            fn answers_every_case() {
                super::run_all::<$input>();
            }

            #[test]
            fn answers_random_cases() {
                super::run_random::<$input>($formats);
            }
        }
    )*};
}

operations! {
    list_tasks: taskmock::ehpc::list_tasks::Input, taskmock::Format::ALL;
    list_invocation_status: taskmock::ehpc::list_invocation_status::Input, taskmock::Format::ALL;
    describe_task_info: taskmock::ack::describe_task_info::Input, taskmock::Format::ALL;
    list_logical_cluster_tasks: taskmock::dws::list_logical_cluster_tasks::Input, &[taskmock::Format::Json];
}
