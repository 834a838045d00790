//! Facts: unique, sourced, and named by every rule that refers to one.

use std::collections::HashSet;

use taskmock::dialect::SWITCHES;
use taskmock::{FactKind, fact, facts, operations};

#[test]
fn every_fact_has_its_own_id_and_a_source() {
    let mut ids = HashSet::new();
    for fact in facts() {
        assert!(ids.insert(fact.id), "{} is there twice", fact.id);
        assert!(!fact.source.is_empty() && !fact.says.is_empty(), "{}", fact.id);
        if fact.kind == FactKind::Documented {
            let names_a_document =
                ["000", "001", "002", "003", "004"].iter().any(|number| fact.source.contains(number));
            assert!(names_a_document, "{}: {}", fact.id, fact.source);
        }
    }
}

#[test]
fn every_error_code_and_every_switch_names_a_fact() {
    for operation in operations() {
        for row in operation.all_errors() {
            assert!(fact(row.fact).is_some(), "{} {}: {}", operation.id, row.code, row.fact);
        }
    }
    for (name, _, id) in SWITCHES {
        assert!(fact(id).is_some(), "{name}: {id}");
    }
}

#[test]
fn a_fact_of_an_operation_bears_its_name() {
    for operation in operations() {
        for fact in operation.facts {
            assert!(fact.id.starts_with(&format!("{}.", operation.id)), "{}", fact.id);
        }
    }
}
