//! Facts: unique, sourced, shown by a case, and named by every rule that refers to one.

use std::collections::HashSet;

use serde_json::Value;
use taskmock::case::{Catalogue, ForOperation, body_catalogue, catalogue, for_operation, raw_requests};
use taskmock::dialect::SWITCHES;
use taskmock::{FactKind, Format, fact, facts, operations};

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

/// Each case's name and the facts that it shows.
struct Shown;

impl ForOperation for Shown {
    type Output = Vec<(String, Vec<&'static str>)>;

    fn run<I: Catalogue>(self) -> Self::Output {
        let mut shown = Vec::new();
        for format in Format::ALL {
            shown.extend(catalogue::<I>(*format).into_iter().map(|case| (case.name, case.facts)));
            shown.extend(raw_requests::<I>(*format).into_iter().map(|case| (case.name, case.facts)));
            shown.extend(body_catalogue::<I>(*format).into_iter().map(|body| (body.name, body.facts)));
        }
        shown
    }
}

#[test]
fn every_fact_is_shown_by_a_case_and_every_case_shows_a_fact() {
    let mut shown = HashSet::new();
    for operation in operations() {
        for (name, ids) in for_operation(operation.id, Shown).expect("it is registered") {
            assert!(!ids.is_empty(), "{} {name} shows no fact", operation.id);
            for id in ids {
                let fact = fact(id).unwrap_or_else(|| panic!("{} {name} shows {id}, which is no fact", operation.id));
                shown.insert(fact.id);
            }
        }
    }
    // What is stated of faults is shown by their tests, which name it.
    let tests = include_str!("faults.rs");
    let is_shown = |id: &str| shown.contains(id) || id.starts_with("fault.") && tests.contains(id);
    let without: Vec<&str> = facts().map(|fact| fact.id).filter(|id| !is_shown(id)).collect();
    assert!(without.is_empty(), "no case shows {without:?}");
}

/// Each field of an answer and each parameter rests on a fact of its own.
struct Fields;

impl ForOperation for Fields {
    type Output = Vec<String>;

    fn run<I: Catalogue>(self) -> Vec<String> {
        let mut fields = Vec::new();
        for case in catalogue::<I>(Format::Json) {
            if let Ok(output) = &case.then {
                leaves("", &serde_json::to_value(output).expect("JSON"), &mut fields);
            }
        }
        fields
    }
}

/// The paths of all fields, without places in lists and without what is inside a free-form map.
fn leaves(path: &str, value: &Value, fields: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                fields.push(path.clone());
                if !matches!(name.as_str(), "parameters" | "outputs") {
                    leaves(&path, value, fields);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(path, item, fields)),
        _ => {}
    }
}

/// `CurrentStep` is `current_step` in the id of a fact.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with(['_', '.']) {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

#[test]
fn every_parameter_and_every_field_of_an_answer_rests_on_a_fact() {
    for operation in operations() {
        for parameter in operation.parameters {
            let id = format!("{}.input.{}", operation.id, snake(parameter.name));
            assert!(fact(&id).is_some(), "{id}");
        }
        let fields: HashSet<String> =
            for_operation(operation.id, Fields).expect("it is registered").into_iter().collect();
        assert!(fields.len() >= 4, "{fields:?}");
        for field in fields {
            let path = snake(&field);
            let leaf = path.rsplit('.').next().expect("a name");
            let ids = [&path, leaf].map(|name| format!("{}.output.{name}", operation.id));
            let also = format!("{}.{path}", operation.id);
            let is_there = ids.iter().any(|id| fact(id).is_some()) || fact(&also).is_some();
            // The element around the items of InvokeInstances.
            assert!(is_there || leaf == "invoke_instance", "{} {field}", operation.id);
        }
    }
}

/// The points where the documents disagree, each with words of both of its sources.
const DISAGREEMENTS: &[(&str, &str, &str)] = &[
    ("ehpc.list_tasks.tasks.json", "000", "001"),
    ("ehpc.list_tasks.tasks.xml.repeated", "000", "one task"),
    ("ehpc.list_invocation_status.json.root", "vendor page", "003"),
    ("ehpc.list_invocation_status.invoke_instances.nested", "003", "XML, JSON"),
    ("ack.describe_task_info.xml.root", "002", "without a root"),
    ("ehpc.list_tasks.json_text.depth", "000, 001", "twice"),
    ("ehpc.list_tasks.result.other", "001, response parameters", "samples of 000 and 001"),
    ("ehpc.list_tasks.error.invalid_params", "001", "absent from 000"),
    ("ehpc.list_invocation_status.error.invalid_params", "003", "001 says"),
    ("ehpc.list_tasks.status.fail", "001", "SDK 4.0.0"),
    ("ehpc.list_tasks.task_type.reset", "001", "SDKs say"),
    ("ehpc.list_tasks.sample.abridged", "TotalCount 10", "one task"),
    ("ehpc.list_tasks.error.not_authorized.proxy", "000, 001", "HTTP"),
    ("ehpc.list_tasks.error.db_error", "000, error codes", "HTTP"),
    ("ack.describe_task_info.state.fail", "vendor page", "3.3.5 to 6.0.0"),
    ("ack.describe_task_info.created", "002", "stages"),
    ("ack.describe_task_info.output.error.code", "002", "String"),
    ("alibaba.roa.service_error", "issue 476", "gateway"),
    ("dws.list_logical_cluster_tasks.offset.unit", "004", "rows"),
    ("dws.list_logical_cluster_tasks.order_by.alias", "start_time", "startTime"),
    ("dws.list_logical_cluster_tasks.filter.exact", "Expand", "Grow, Create"),
    ("dws.list_logical_cluster_tasks.log", "004, sample", "backslash"),
    ("dws.list_logical_cluster_tasks.error.body", "terraform-provider-huaweicloud", "004"),
    ("dws.list_logical_cluster_tasks.task.running", "004", "sibling"),
    ("alibaba.rpc.format.default", "older vendor pages", "newer ones"),
];

#[test]
fn every_disagreement_is_a_fact_with_both_sources() {
    for (id, one, other) in DISAGREEMENTS {
        let fact = fact(id).unwrap_or_else(|| panic!("{id}"));
        for words in [one, other] {
            assert!(fact.source.contains(words), "{id} does not name `{words}`: {}", fact.source);
        }
    }
}
