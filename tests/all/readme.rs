//! The README tells the truth: its state file, its table of switches, its list of operations.

use taskmock::State;
use taskmock::dialect::SWITCHES;

const README: &str = include_str!("../../README.md");

/// A documentation test would compile the example but not run it.
#[test]
fn the_test_in_the_readme_is_the_one_that_runs_here() {
    assert!(README.contains(include_str!("readme_example.rs")));
}

#[test]
fn the_property_test_in_the_readme_is_the_one_that_runs_here() {
    let (shown, _) = include_str!("readme_cases.rs").split_once("\n/// In place of your client.").expect("a client");
    assert!(README.contains(shown) && shown.lines().count() < 20);
}

#[test]
fn the_conformance_test_in_the_readme_is_the_one_that_runs_here() {
    let (shown, _) =
        include_str!("readme_conformance.rs").split_once("\n/// In place of your client.").expect("a client");
    assert!(README.contains(shown));
}

#[test]
fn the_tests_of_fixtures_in_the_readme_are_the_ones_that_run() {
    let python = include_str!("../fixtures/test_my_client.py");
    let (shown, _) = python.split_once("\n\nif __name__").expect("a main");
    assert!(README.contains(shown.trim_end()));
    assert!(README.contains(include_str!("../fixtures/my_client.test.mjs").trim_end()));
    assert!(README.contains(include_str!("readme_fixtures.rs").trim_end()));
}

#[test]
fn the_state_file_in_the_readme_is_a_state() {
    let (_, after) = README.split_once("```json\n").expect("a state file");
    let (json, _) = after.split_once("```").expect("its end");
    let state = State::from_json(json).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        (state.ehpc.tasks.len(), state.ehpc.commands.len(), state.ack.tasks.len(), state.dws.tasks.len()),
        (1, 1, 1, 1)
    );
}

#[test]
fn the_readme_lists_every_switch_with_its_values() {
    for (name, values, _) in SWITCHES {
        let row =
            README.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).unwrap_or_else(|| panic!("{name}"));
        let places: Vec<Option<usize>> = values.iter().map(|value| row.find(&format!("`{value}`"))).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{row}");
    }
}

#[test]
fn the_readme_lists_every_operation() {
    for operation in taskmock::operations() {
        let row = README.lines().find(|line| line.starts_with(&format!("| `{}` |", operation.id)));
        assert!(row.is_some_and(|row| row.contains(operation.name)), "{}", operation.id);
    }
}

#[test]
fn the_readme_names_the_five_documents() {
    for document in taskmock::DOCUMENTS {
        let row = README.lines().find(|line| line.starts_with(&format!("| `{}` |", document.number))).expect("a row");
        for cell in
            [document.vendor, document.operation, document.language, document.date.unwrap_or(""), document.address]
        {
            assert!(row.contains(cell), "{row} lacks {cell}");
        }
    }
}
