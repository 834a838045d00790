//! `taskmock export`: one JSON Lines file with every case and response sample.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use taskmock::Fixtures;

fn taskmock(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_taskmock")).args(arguments).output().expect("it runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// A folder of its own, which is empty.
fn fresh(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("export").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A line as the file that it is the value of: an indent of two, and a line end.
fn unpacked(line: &str) -> String {
    let (mut out, mut depth, mut in_text, mut is_escaped) = (String::new(), 0, false, false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        if in_text {
            in_text = is_escaped || character != '"';
            is_escaped = !is_escaped && character == '\\';
            out.push(character);
            continue;
        }
        match character {
            '{' | '[' => {
                out.push(character);
                match characters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => out.push(end),
                    None => {
                        depth += 1;
                        out.push_str(&format!("\n{}", "  ".repeat(depth)));
                    }
                }
            }
            '}' | ']' => {
                depth -= 1;
                out.push_str(&format!("\n{}{character}", "  ".repeat(depth)));
            }
            ',' => out.push_str(&format!(",\n{}", "  ".repeat(depth))),
            ':' => out.push_str(": "),
            '"' => {
                in_text = true;
                out.push('"');
            }
            other => out.push(other),
        }
    }
    out.push('\n');
    out
}

/// The path of the file that a value is of.
fn path(value: &Value) -> String {
    match (value["$id"].as_str(), value["id"].as_str()) {
        (Some(schema), _) => schema.to_owned(),
        (None, Some(id)) => format!("{id}.json"),
        (None, None) => "manifest.json".to_owned(),
    }
}

#[test]
fn its_lines_are_the_values_of_the_fixture_files_and_unpacked_they_are_the_same_bytes() {
    let folder = fresh("all");
    let file = folder.join("cases.jsonl");
    let output = taskmock(&["export", &file.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let (text, made) = (fs::read_to_string(&file).expect("an export"), Fixtures::default().files());
    let lines: BTreeMap<String, &str> =
        text.lines().map(|line| (path(&serde_json::from_str(line).expect("JSON")), line)).collect();
    assert_eq!(lines.len(), text.lines().count());
    assert!(lines.keys().eq(made.keys()));
    assert!(said(&output).starts_with(&format!("{} cases in ", made.len() - 2)), "{}", said(&output));
    assert!(text.lines().next_back().is_some_and(|line| line.contains("\"generator_version\"")), "it may be cut");
    let tree = folder.join("tree");
    for (path, line) in &lines {
        let content = unpacked(line);
        assert!(content.as_bytes() == made[path], "{path}");
        let file = tree.join(path);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, content).expect("a file");
    }
    let output = taskmock(&["regenerate", "--check", "--dir", &tree.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let beside: Vec<_> = fs::read_dir(&folder).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(beside.len(), 2, "{beside:?}");
}

#[test]
fn standard_output_has_the_same_lines_and_a_part_has_some() {
    let folder = fresh("out");
    let file = folder.join("cases.jsonl");
    let few = ["--operation", "ack.describe_task_info", "--random", "3"];
    assert_eq!(taskmock(&[&["export", &file.to_string_lossy()], &few[..]].concat()).status.code(), Some(0));
    let whole = fs::read(&file).expect("an export");
    for arguments in [&["export"][..], &["export", "-"]] {
        let output = taskmock(&[arguments, &few[..]].concat());
        assert!(output.status.success() && output.stdout == whole, "{}", String::from_utf8_lossy(&output.stderr));
    }
    let parts = ["1/2", "2/2"].map(|part| taskmock(&[&["export", "--shard", part], &few[..]].concat()).stdout);
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    // Each part has the schema and a manifest of its own.
    assert_eq!(lines(&parts[0]) + lines(&parts[1]), lines(&whole) + 2);
    let output = taskmock(&["export", &folder.join("absent/cases.jsonl").to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output).starts_with("error: cannot write ") && said(&output).lines().count() == 1,
        "{}",
        said(&output)
    );
}

/// The examples of the documentation, where their interpreters are.
#[test]
fn tests_in_python_and_in_node_read_an_export_and_the_files() {
    let folder = fresh("languages");
    let file = folder.join("cases.jsonl").to_string_lossy().into_owned();
    assert_eq!(taskmock(&["export", &file]).status.code(), Some(0));
    for (interpreter, arguments) in [
        ("python3", vec!["tests/fixtures/test_my_client.py"]),
        ("python3", vec!["tests/fixtures/test_my_export.py", &file]),
        ("node", vec!["tests/fixtures/my_client.test.mjs"]),
        ("node", vec!["tests/fixtures/my_client.test.mjs", &file]),
    ] {
        match Command::new(interpreter).args(&arguments).output() {
            Ok(output) => assert!(output.status.success(), "{interpreter} {arguments:?}: {}", said(&output)),
            Err(error) => eprintln!("{interpreter} is not here: {error}"),
        }
    }
}
