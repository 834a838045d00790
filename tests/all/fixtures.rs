//! Fixture files: the tree in the repository, what the command does to a folder, and a test in
//! any language.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use taskmock::case::{self, Catalogue, ForOperation, for_operation};
use taskmock::{Fixtures, Format, OperationOutput, RawResponse, Seed, ServiceError, Shard, State};

fn taskmock(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_taskmock")).args(arguments).output().expect("it runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

/// A folder of its own that does not exist yet.
fn fresh(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fixtures").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.parent().expect("a parent")).expect("a folder");
    folder
}

/// Every file below a folder, by its path in it.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// Few files, so that the tests of the command are quick.
const FEW: [&str; 4] = ["--operation", "ack.describe_task_info", "--random", "3"];

fn write(folder: &Path, more: &[&str]) -> Output {
    taskmock(&[&["regenerate", "--dir", &folder.to_string_lossy()], &FEW[..], more].concat())
}

#[test]
fn the_tree_in_the_repository_is_what_the_code_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/generated");
    let (found, made) = (tree(&folder), Fixtures::default().files());
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&found).symmetric_difference(&names(&made)).collect::<Vec<_>>(), Vec::<&String>::new());
    for (name, content) in &made {
        assert!(found[name] == *content, "{name} differs; see `taskmock regenerate --check`");
    }
    // Some file systems do not tell letters by their case.
    let folded: BTreeSet<String> = made.keys().map(|name| name.to_lowercase()).collect();
    assert_eq!(folded.len(), made.len());
}

/// Reads every file with nothing but a JSON parser and a decoder: what a test in any language does.
struct Read<'a>(&'a BTreeMap<String, Vec<u8>>);

impl ForOperation for Read<'_> {
    type Output = usize;

    fn run<I: Catalogue>(self) -> usize {
        let mut count = 0;
        for (path, json) in self.0.iter().filter(|(path, _)| path.starts_with(&format!("{}/", I::ID))) {
            let case: Value = serde_json::from_slice(json).expect("JSON");
            assert_eq!(path.strip_suffix(".json"), case["id"].as_str());
            let given: Option<State> =
                case.get("given").map(|given| State::from_json(&given.to_string()).expect("a state"));
            let dialect = given.as_ref().map(|given| given.dialect).unwrap_or_default();
            for (format, answer) in case["answers"].as_object().expect("answers") {
                count += 1;
                let response: RawResponse = serde_json::from_value(answer["response"].clone()).expect("a response");
                let format: Format = format.parse().expect("a format");
                let read = match response.status {
                    200..=299 => I::Output::decode(&response.body, format, &dialect).map_err(|error| error.to_string()),
                    status => Err(status.to_string()),
                };
                let read = read.map(|output| serde_json::to_value(output).expect("JSON"));
                match (answer.get("expected_output"), answer.get("expected_error"), answer.get("acceptable_outputs")) {
                    (Some(output), None, None) => assert_eq!(read.as_ref(), Ok(output), "{path} {format}"),
                    (None, Some(error), None) => {
                        let error: ServiceError = serde_json::from_value(error.clone()).expect("an error");
                        let text = String::from_utf8_lossy(&response.body);
                        assert_eq!(response.status, error.status, "{path}");
                        assert!(text.contains(&error.code), "{path}: {text}");
                    }
                    (None, None, Some(outputs)) => {
                        let outputs = outputs.as_array().expect("a list");
                        let is_right =
                            read.map_or(answer["error_is_acceptable"] == true, |read| outputs.contains(&read));
                        assert!(is_right, "{path} {format}");
                    }
                    other => panic!("{path}: {other:?}"),
                }
            }
        }
        count
    }
}

#[test]
fn every_file_can_be_read_and_says_what_its_bodies_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/generated");
    let files = tree(&folder);
    let counts: Vec<usize> = taskmock::operations()
        .map(|operation| for_operation(operation.id, Read(&files)).expect("registered"))
        .collect();
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}

#[test]
fn the_manifest_has_the_hash_of_every_file() {
    let files = Fixtures::default().files();
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).expect("JSON");
    assert_eq!(manifest["generator_version"], taskmock::case::GENERATOR_VERSION);
    let hashes = manifest["files"].as_object().expect("a map");
    assert_eq!(hashes.len(), files.len() - 1);
    assert!(hashes.values().all(|hash| hash.as_str().is_some_and(|hash| hash.len() == 64)));
}

/// How many names a registry's operation has, each in one encoding or in both.
struct Names;

impl ForOperation for Names {
    type Output = [usize; 2];

    fn run<I: Catalogue>(self) -> [usize; 2] {
        let (mut cases, mut responses) = (BTreeSet::new(), BTreeSet::new());
        for format in Format::ALL.iter().filter(|format| I::OPERATION.formats.contains(format)) {
            cases.extend(case::catalogue::<I>(*format).into_iter().map(|case| case.name));
            cases.extend(case::raw_requests::<I>(*format).into_iter().map(|case| case.name));
            responses.extend(case::body_catalogue::<I>(*format).into_iter().map(|sample| sample.name));
        }
        [cases.len(), responses.len()]
    }
}

#[test]
fn the_counts_are_those_of_the_registry() {
    let files = Fixtures::default().files();
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).expect("JSON");
    let mut all = 2;
    for operation in taskmock::operations() {
        let [cases, responses] = for_operation(operation.id, Names).expect("registered");
        let expected = serde_json::json!({ "cases": cases, "responses": responses, "random": 20 });
        assert_eq!(manifest["counts"][operation.id], expected, "{}", operation.id);
        all += cases + responses + 20;
    }
    assert_eq!(files.len(), all);
}

#[test]
fn parts_are_deterministic_and_their_union_is_the_whole() {
    let part = |shard: &str| Fixtures { shard: shard.parse().expect("a part"), ..Fixtures::default() }.files();
    let mut union = BTreeMap::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let mut files = part(shard);
        assert_eq!(files, part(shard));
        let manifest: Value =
            serde_json::from_slice(&files.remove("manifest.json").expect("it is there")).expect("JSON");
        assert_eq!(manifest["shard"], shard);
        for (name, content) in files.into_iter().filter(|(name, _)| name != "case.schema.json") {
            assert!(union.insert(name.clone(), content).is_none(), "{name} is in two parts");
        }
    }
    let mut whole = Fixtures::default().files();
    whole.remove("manifest.json");
    whole.remove("case.schema.json");
    assert!(union == whole);
    for wrong in ["0/3", "4/3", "1/0", "1", "a/b", "1/3/3", "-1/3"] {
        assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
    }
}

#[test]
fn another_seed_changes_the_random_cases_only() {
    let names = |seed| {
        let files = Fixtures { seed: Seed(seed), ..Fixtures::default() }.files();
        files.into_iter().filter(|(name, _)| name != "manifest.json").collect::<BTreeMap<_, _>>()
    };
    let (first, second) = (names(1), names(2));
    let is_random = |name: &&String| name.contains("/random.");
    for (name, content) in first.iter().filter(|(name, _)| !is_random(name)) {
        assert!(second[name] == *content, "{name}");
    }
    assert!(first.keys().filter(is_random).all(|name| !second.contains_key(name)));
}

#[test]
fn regenerate_writes_and_check_finds_nothing() {
    let folder = fresh("new/and/deep");
    let output = write(&folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let first = tree(&folder);
    assert!(first.keys().any(|name| name.contains("/random.")));
    assert_eq!(write(&folder, &["--check"]).status.code(), Some(0));
    // Again, over what is there: the same bytes, and nothing is left beside it.
    assert_eq!(write(&folder, &[]).status.code(), Some(0));
    assert!(tree(&folder) == first);
    let beside: Vec<_> = fs::read_dir(folder.parent().expect("a parent")).expect("a folder").collect();
    assert_eq!(beside.len(), 1, "{beside:?}");
    // Fewer cases: what none makes any more is removed.
    let output = write(&folder, &["--format", "xml"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let only_xml = |(name, file): (&String, &Vec<u8>)| {
        let case: Value = serde_json::from_slice(file).expect("JSON");
        !name.contains('/') || case["answers"].as_object().is_some_and(|answers| answers.keys().eq(["xml"]))
    };
    assert!(tree(&folder).iter().all(only_xml));
}

#[test]
fn check_names_the_file_the_case_and_the_fact_and_shows_what_differs() {
    let folder = fresh("changed");
    assert_eq!(write(&folder, &[]).status.code(), Some(0));
    let changed = folder.join("ack.describe_task_info/state.fail.json");
    let case = fs::read_to_string(&changed).expect("a case");
    fs::write(&changed, case.replace(r#"\"state\":\"fail\""#, r#"\"state\":\"failed\""#)).expect("it is ours");
    fs::remove_file(folder.join("ack.describe_task_info/one.json")).expect("it is there");
    fs::write(folder.join("ack.describe_task_info/notes.txt"), "mine").expect("a file");
    let before = tree(&folder);
    let output = write(&folder, &["--check"]);
    assert_eq!(output.status.code(), Some(1));
    let said = said(&output);
    for expected in [
        "differs: ack.describe_task_info/state.fail.json\n  case ack.describe_task_info/state.fail\n  shows ack.describe_task_info.state.fail: ",
        "  -\\\"state\\\":\\\"failed\\\",\n",
        "  +\\\"state\\\":\\\"fail\\\",\n",
        "missing: ack.describe_task_info/one.json\n  case ack.describe_task_info/one\n",
        "no case makes: ack.describe_task_info/notes.txt\n",
        "error: 3 files differ in ",
    ] {
        assert!(said.contains(expected), "{expected}\n---\n{said}");
    }
    assert!(tree(&folder) == before, "it wrote something");
}

#[test]
fn what_it_did_not_write_is_never_touched() {
    let folder = fresh("foreign");
    fs::create_dir_all(folder.join("mine")).expect("a folder");
    fs::write(folder.join("mine/thesis.txt"), "years").expect("a file");
    for _ in 0..2 {
        let output = write(&folder, &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(
            said(&output).contains("holds what this command did not write: mine/thesis.txt; move it away"),
            "{}",
            said(&output)
        );
        assert_eq!(tree(&folder).len(), 1);
    }
    fs::remove_file(folder.join("mine/thesis.txt")).expect("it is there");
    let output = write(&folder, &[]);
    assert!(said(&output).contains("did not write: mine/; move"), "{}", said(&output));
    fs::remove_dir(folder.join("mine")).expect("it is empty");
    assert_eq!(write(&folder, &[]).status.code(), Some(0));
    fs::write(folder.join("new.txt"), "mine").expect("a file");
    let before = tree(&folder);
    assert_eq!(write(&folder, &["--seed", "9"]).status.code(), Some(2));
    assert!(tree(&folder) == before);
}

#[test]
fn bad_folders_are_one_sentence_and_exit_code_2() {
    let file = fresh("file");
    fs::write(&file, "mine").expect("a file");
    let broken = fresh("broken");
    fs::create_dir_all(&broken).expect("a folder");
    fs::write(broken.join("manifest.json"), "{\"files\": 7}").expect("a file");
    for (folder, expected) in [
        (file.join("below"), "nothing was changed"),
        (file.clone(), "nothing was changed"),
        (broken.clone(), "is not the manifest of a folder that this command wrote"),
        (PathBuf::from("/proc/taskmock"), "nothing was changed"),
        (PathBuf::from("/usr"), "holds what this command did not write"),
    ] {
        let output = write(&folder, &[]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{}: {said}", folder.display());
        assert!(said.contains(expected) && said.lines().count() == 1, "{}: {said}", folder.display());
    }
    assert_eq!(fs::read(&file).expect("it is there"), b"mine");
    let output = taskmock(&["regenerate", "--check", "--dir", &fresh("absent").to_string_lossy()]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    for (arguments, expected) in [
        (vec!["--operation", "ehpc.list"], "is no operation; there are ehpc.list_tasks"),
        (vec!["--shard", "3/2"], "`3/2` is no part such as 2/4"),
        (vec!["--format", "yaml"], "there are json and xml"),
        (vec!["--format", "xml", "--operation", "dws.list_logical_cluster_tasks"], "has no such encoding"),
    ] {
        let output = taskmock(&[&["regenerate"], &arguments[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(said(&output).contains(expected), "{arguments:?}: {}", said(&output));
    }
}

/// How many files are in the half-written trees beside a folder.
#[cfg(target_os = "linux")]
fn written_beside(folder: &Path) -> usize {
    fn files(folder: &Path) -> usize {
        let Ok(entries) = fs::read_dir(folder) else { return 0 };
        entries.flatten().map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
    }
    let name = format!(".{}.", folder.file_name().expect("a name").to_string_lossy());
    let beside = fs::read_dir(folder.parent().expect("a parent")).expect("a folder").flatten();
    beside
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&name))
        .map(|entry| files(&entry.path()))
        .sum()
}

/// A run that is killed at any moment leaves the old tree or the new one, whole.
#[test]
#[cfg(target_os = "linux")]
fn a_killed_run_leaves_the_old_tree_or_the_new_one() {
    let folder = fresh("killed");
    assert_eq!(write(&folder, &["--seed", "0"]).status.code(), Some(0));
    let trees = [tree(&folder), {
        let other = fresh("killed-other");
        assert_eq!(write(&other, &["--seed", "1"]).status.code(), Some(0));
        tree(&other)
    }];
    let mut outcomes = BTreeSet::new();
    for turn in 0..40u32 {
        let seed = ["1", "0"][turn as usize % 2];
        let mut child = Command::new(env!("CARGO_BIN_EXE_taskmock"))
            .args(["regenerate", "--dir", &folder.to_string_lossy(), "--seed", seed])
            .args(FEW)
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        // It is killed when it has written so many files, or at its end.
        while written_beside(&folder) < turn as usize * 8 && child.try_wait().expect("a child").is_none() {
            std::thread::yield_now();
        }
        let _ = child.kill();
        let _ = child.wait();
        let found = tree(&folder);
        let which = trees.iter().position(|tree| *tree == found);
        outcomes.insert(which.unwrap_or_else(|| panic!("half a tree after {turn} turns: {} files", found.len())));
    }
    // What killed runs left beside it is gone after one that ends.
    assert_eq!(write(&folder, &[]).status.code(), Some(0));
    let beside: Vec<String> = fs::read_dir(folder.parent().expect("a parent"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".killed."))
        .collect();
    assert_eq!(beside, Vec::<String>::new());
}

#[test]
fn requests_can_be_signed_and_then_verify() {
    use taskmock::{Backend, Credentials};
    let user = Credentials::new("testid", "testsecret");
    let files = Fixtures { signed_by: Some(user.clone()), random: 2, ..Fixtures::default() }.files();
    let case: Value = serde_json::from_slice(&files["ehpc.list_tasks/full.json"]).expect("JSON");
    let request = &case["answers"]["xml"]["request"];
    let given = State::from_json(&case["given"].to_string()).expect("a state");
    let mut signed = http::Request::get(request["target"].as_str().expect("a target"));
    for (name, value) in request["headers"].as_object().expect("headers") {
        signed = signed.header(name, value.as_str().expect("a text"));
    }
    let mut backend = Backend::new(given);
    backend.admit(user);
    let response = backend.respond(&signed.body(bytes::Bytes::new()).expect("a request"));
    assert_eq!(response.status(), 200, "{}", crate::support::text(&response));
    let case: Value = serde_json::from_slice(&files["dws.list_logical_cluster_tasks/full.json"]).expect("JSON");
    let authorization = case["answers"]["json"]["request"]["headers"]["authorization"].as_str().expect("a text");
    assert!(authorization.starts_with("SDK-HMAC-SHA256 Access=testid, SignedHeaders="), "{authorization}");
}

/// What is beside a folder under a name of a working folder.
fn working_folders(folder: &Path) -> Vec<String> {
    let name = format!(".{}.", folder.file_name().expect("a name").to_string_lossy());
    let beside = fs::read_dir(folder.parent().expect("a parent")).expect("a folder").flatten();
    beside
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|file| file.starts_with(&name))
        .collect()
}

/// The process ids of two containers may be the same, and a name made of one can be guessed.
#[test]
fn a_working_folder_that_somebody_planted_is_neither_used_nor_published() {
    let folder = fresh("planted");
    let expected = {
        let other = fresh("planted-not");
        assert_eq!(write(&other, &[]).status.code(), Some(0));
        tree(&other)
    };
    let parent = folder.parent().expect("a parent");
    // Every process id that the command could get, near those that are in use, and this one, which runs.
    for id in [1, std::process::id()].into_iter().chain((1..300).map(|more| std::process::id() + more)) {
        let planted = parent.join(format!(".planted.regenerating-{id}"));
        fs::create_dir_all(planted.join("ack.describe_task_info/evil")).expect("a folder");
        fs::write(planted.join("ack.describe_task_info/evil/one.json"), "evil").expect("a file");
    }
    let output = write(&folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(tree(&folder) == expected);
    #[cfg(unix)]
    assert_eq!(working_folders(&folder), Vec::<String>::new(), "they are taken for those of killed runs");
}

#[test]
fn runs_side_by_side_publish_one_tree_or_the_other() {
    let folder = fresh("side-by-side");
    let trees = ["0", "1"].map(|seed| {
        let alone = fresh(&format!("alone-{seed}"));
        assert_eq!(write(&alone, &["--seed", seed]).status.code(), Some(0));
        tree(&alone)
    });
    for _ in 0..3 {
        let started = ["0", "1", "0", "1"].map(|seed| {
            Command::new(env!("CARGO_BIN_EXE_taskmock"))
                .args(["regenerate", "--dir", &folder.to_string_lossy(), "--seed", seed])
                .args(FEW)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts")
        });
        for mut child in started {
            assert_eq!(child.wait().expect("it ends").code(), Some(0));
        }
        assert!(trees.contains(&tree(&folder)), "it is neither");
    }
    assert_eq!(working_folders(&folder), Vec::<String>::new());
}

/// In a namespace of its own, where a test may mount; where the system forbids that there is nothing to see.
#[test]
#[cfg(target_os = "linux")]
fn a_mount_point_is_refused_in_a_sentence() {
    let folder = fresh("mounted");
    fs::create_dir_all(&folder).expect("a folder");
    for mount in ["mount -t tmpfs none \"$0\"", "mount --bind \"$0\" \"$0\""] {
        let script = format!(
            "{mount} || exit 77; exec \"$1\" regenerate --operation ack.describe_task_info --random 0 --dir \"$0\""
        );
        let output = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
            .args([folder.as_os_str(), env!("CARGO_BIN_EXE_taskmock").as_ref()])
            .output();
        let Ok(output) = output else { return };
        let said = said(&output);
        if output.status.code() == Some(77) || said.contains("unshare failed") {
            eprintln!("this system does not let a test mount: {said}");
            return;
        }
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("is a mount point") && said.contains("nothing was changed"), "{said}");
        assert_eq!(working_folders(&folder), Vec::<String>::new());
        assert!(tree(&folder).is_empty());
    }
}

#[test]
fn credentials_come_from_a_file_or_the_environment_too() {
    let file = fresh("credentials.txt");
    fs::write(&file, "# mine\n\ntestid:testsecret\n").expect("a file");
    let file = file.to_string_lossy().into_owned();
    let trees = [
        (vec!["--credentials", "testid:testsecret"], ""),
        (vec!["--credentials-file", &file], "other:other"),
        (vec![], "testid:testsecret"),
    ]
    .map(|(arguments, variable)| {
        let folder = fresh("credentials");
        let output = Command::new(env!("CARGO_BIN_EXE_taskmock"))
            .args(["regenerate", "--dir", &folder.to_string_lossy()])
            .args(FEW)
            .args(arguments)
            .env("TASKMOCK_CREDENTIALS", variable)
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        tree(&folder)
    });
    assert!(trees[0] == trees[1] && trees[0] == trees[2]);
    let authorized =
        trees[0].values().filter(|file| file.windows(17).any(|bytes| bytes == b"Credential=testid")).count();
    assert!(authorized > 0);
    for (text, expected) in
        [("a:b\nc:d", "credentials of 2 users; give those of one"), ("topsecret", "credentials are AK:SECRET")]
    {
        let output = Command::new(env!("CARGO_BIN_EXE_taskmock"))
            .args(["regenerate", "--check"])
            .env("TASKMOCK_CREDENTIALS", text)
            .output()
            .expect("it runs");
        let said = said(&output);
        assert!(output.status.code() == Some(2) && said.contains(expected) && !said.contains("topsecret"), "{said}");
    }
}
