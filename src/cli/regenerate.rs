//! `taskmock regenerate`: writes the fixtures of all cases, or checks those that are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use taskmock::{Fixtures, Format, Seed, Shard, operation};

use super::{Failure, print, progress};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder to write, or to check; everything in it is the command's.
    #[arg(long, default_value = "fixtures/generated")]
    dir: PathBuf,
    /// What the random cases are drawn from; the same seed gives the same files on every machine.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = super::whole, allow_negative_numbers = true)]
    seed: u64,
    /// How many random cases there are of each operation.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = super::whole, allow_negative_numbers = true)]
    random: u64,
    /// Only this operation; may be given again.
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
    /// Only this encoding: json or xml.
    #[arg(long, value_parser = str::parse::<Format>)]
    format: Option<Format>,
    /// Only one of several equal parts, such as 2/4; each part goes to a folder of its own.
    #[arg(long, value_name = "K/N", value_parser = str::parse::<Shard>)]
    shard: Option<Shard>,
    /// Sign every request, as AK:SECRET or AK:SECRET:TOKEN, at the time of its case's clock.
    #[arg(long, value_name = "AK:SECRET")]
    credentials: Option<String>,
    /// Write nothing; say what differs from what would be written, and exit with 1 if anything does.
    #[arg(long)]
    check: bool,
}

type Files = BTreeMap<String, Vec<u8>>;

const MANIFEST: &str = "manifest.json";

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let fixtures = fixtures(arguments)?;
    let bar = progress::bar(fixtures.random * fixtures.operations.len() as u64, false);
    let files = fixtures.files_with_progress(|| bar.inc(1));
    bar.finish_and_clear();
    match arguments.check {
        true => check(&arguments.dir, &files),
        false => write(&arguments.dir, &files),
    }
}

fn fixtures(arguments: &Arguments) -> Result<Fixtures, Failure> {
    let mut fixtures = Fixtures { seed: Seed(arguments.seed), random: arguments.random, ..Fixtures::default() };
    if !arguments.operation.is_empty() {
        let ids = arguments.operation.iter().map(|id| match operation(id) {
            Some(operation) => Ok(operation.id),
            None => {
                let error = Fixtures::default().of_operation(id).expect_err("it does not exist");
                Err(Failure::usage(format!("--operation: {error}")))
            }
        });
        fixtures.operations = ids.collect::<Result<_, _>>()?;
        fixtures.operations.dedup();
    }
    if let Some(format) = arguments.format {
        fixtures.formats = vec![format];
        fixtures.operations.retain(|id| operation(id).is_some_and(|operation| operation.formats.contains(&format)));
        if fixtures.operations.is_empty() {
            return Err(Failure::usage(format!(
                "--format {format}: the operation has no such encoding; leave --format out"
            )));
        }
    }
    fixtures.shard = arguments.shard.unwrap_or_default();
    fixtures.signed_by = arguments.credentials.as_deref().map(super::credentials).transpose()?;
    Ok(fixtures)
}

/// The files in a folder, by their paths below it; none if there is no folder. An empty folder in it
/// counts as a file, because removing it would lose it. Looking ends when enough is found that is not
/// known, so that a wrong `--dir /` is told at once.
fn found(dir: &Path, is_known: impl Fn(&str) -> bool) -> io::Result<Option<BTreeMap<String, PathBuf>>> {
    const ENOUGH: usize = 1000;
    if !fs::exists(dir)? {
        return Ok(None);
    }
    let mut found = BTreeMap::new();
    let mut unknown = 0;
    let mut folders = vec![(dir.to_owned(), String::new())];
    while let Some((folder, path)) = folders.pop() {
        let mut is_empty = true;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            is_empty = false;
            let name = entry.file_name().to_string_lossy().into_owned();
            let below = if path.is_empty() { name } else { format!("{path}/{name}") };
            if entry.file_type()?.is_dir() {
                folders.push((entry.path(), below));
                continue;
            }
            unknown += usize::from(!is_known(&below));
            found.insert(below, entry.path());
            if unknown >= ENOUGH {
                return Ok(Some(found));
            }
        }
        if is_empty && !path.is_empty() {
            found.insert(format!("{path}/"), folder);
        }
    }
    Ok(Some(found))
}

/// The files that the manifest of a folder says this command wrote.
fn written(dir: &Path) -> Result<BTreeSet<String>, Failure> {
    #[derive(serde::Deserialize)]
    struct Manifest {
        files: BTreeMap<String, String>,
    }
    let path = dir.join(MANIFEST);
    let json = match fs::read(&path) {
        Ok(json) => json,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(failure("read", &path, &error)),
    };
    let manifest: Manifest = serde_json::from_slice(&json).map_err(|error| {
        Failure::usage(format!(
            "{}: {error}; it is not the manifest of a folder that this command wrote, so give another --dir",
            path.display()
        ))
    })?;
    Ok(manifest.files.into_keys().chain([MANIFEST.to_owned()]).collect())
}

fn failure(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot {what} {}: {error}; nothing was changed", path.display()))
}

/// Writes a tree beside the folder, then puts it in its place in one step.
fn write(dir: &Path, files: &Files) -> Result<(), Failure> {
    let ours = written(dir)?;
    let old = found(dir, |path| ours.contains(path)).map_err(|error| failure("read the folder", dir, &error))?;
    if let Some(old) = &old {
        let foreign: Vec<&str> = old.keys().map(String::as_str).filter(|path| !ours.contains(*path)).collect();
        if !foreign.is_empty() {
            let more = if foreign.len() > 5 { " and more" } else { "" };
            return Err(Failure::usage(format!(
                "{} holds what this command did not write: {}{more}; move it away, or give another --dir",
                dir.display(),
                foreign[..foreign.len().min(5)].join(", ")
            )));
        }
    }
    // Where a link leads, so that the link stays.
    let dir = if old.is_some() {
        fs::canonicalize(dir).map_err(|error| failure("find", dir, &error))?
    } else {
        dir.to_owned()
    };
    let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else {
        return Err(Failure::usage(format!("{} is no folder that can be replaced; give another --dir", dir.display())));
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    fs::create_dir_all(parent).map_err(|error| failure("make the folder", parent, &error))?;
    let fresh = parent.join(format!(".{}.regenerating-{}", name.to_string_lossy(), std::process::id()));
    let done = write_tree(&fresh, files)
        .map_err(|(path, error)| failure("write", &path, &error))
        .and_then(|()| put_in_place(&fresh, &dir, old.is_some()).map_err(|error| failure("replace", &dir, &error)));
    // What is left there is the old tree, or the half that could not be written.
    let _ = fs::remove_dir_all(&fresh);
    remove_left_over(parent, &name.to_string_lossy());
    done?;
    print(&summary(&dir.display().to_string(), files))
}

fn summary(dir: &str, files: &Files) -> String {
    let cases = files.keys().filter(|path| path.ends_with("/case.json")).count();
    format!("{cases} cases, {} files in {dir}", files.len())
}

fn write_tree(root: &Path, files: &Files) -> Result<(), (PathBuf, io::Error)> {
    let mut made = BTreeSet::new();
    for (path, content) in files {
        let path = root.join(path);
        let folder = path.parent().unwrap_or(root).to_owned();
        if made.insert(folder.clone()) {
            fs::create_dir_all(&folder).map_err(|error| (folder, error))?;
        }
        fs::write(&path, content).map_err(|error| (path, error))?;
    }
    Ok(())
}

/// Lets two folders change their names in one step, so that whoever looks, and a run that is killed,
/// finds the old tree or the new one.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn put_in_place(fresh: &Path, dir: &Path, replaces: bool) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    let flags = if replaces { RenameFlags::EXCHANGE } else { RenameFlags::NOREPLACE };
    match renameat_with(CWD, fresh, CWD, dir, flags) {
        // A file system that cannot: two steps, of which the first can be taken back.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
            in_two_steps(fresh, dir, replaces)
        }
        done => Ok(done?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn put_in_place(fresh: &Path, dir: &Path, replaces: bool) -> io::Result<()> {
    in_two_steps(fresh, dir, replaces)
}

fn in_two_steps(fresh: &Path, dir: &Path, replaces: bool) -> io::Result<()> {
    if !replaces {
        return fs::rename(fresh, dir);
    }
    let aside = fresh.with_extension("old");
    fs::rename(dir, &aside)?;
    if let Err(error) = fs::rename(fresh, dir) {
        fs::rename(&aside, dir)?;
        return Err(error);
    }
    fs::remove_dir_all(&aside)
}

/// Removes what runs that were killed left beside the folder; those that still run are left alone.
fn remove_left_over(parent: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let process = file_name.strip_prefix(&format!(".{name}.regenerating-"));
        let Some(process) = process.and_then(|process| process.parse::<u32>().ok()) else { continue };
        let runs = Path::new("/proc/self").exists() && Path::new(&format!("/proc/{process}")).exists();
        if !runs && Path::new("/proc/self").exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Says every file that differs, is missing or is there without a case.
fn check(dir: &Path, files: &Files) -> Result<(), Failure> {
    let found = found(dir, |path| files.contains_key(path));
    let found = found.map_err(|error| failure("read the folder", dir, &error))?.ok_or_else(|| {
        Failure::usage(format!("{} does not exist; run `taskmock regenerate --dir {0}` first", dir.display()))
    })?;
    let mut said = Vec::new();
    for (path, expected) in files {
        match found.get(path) {
            None => said.push(format!("missing: {path}{}", about(path, files))),
            Some(file) => {
                let content = fs::read(file).map_err(|error| failure("read", file, &error))?;
                if content != *expected && path != MANIFEST {
                    said.push(format!("differs: {path}{}\n{}", about(path, files), difference(&content, expected)));
                } else if content != *expected {
                    said.push(format!("differs: {path}, which follows from the rest"));
                }
            }
        }
    }
    said.extend(found.keys().filter(|path| !files.contains_key(*path)).map(|path| format!("no case makes: {path}")));
    match said.len() {
        0 => print(&format!("{} files in {} are as they should be", files.len(), dir.display())),
        count => {
            print(&said.join("\n"))?;
            let files = if count == 1 { "file differs" } else { "files differ" };
            Err(Failure::different(format!(
                "{count} {files} in {}; if that is meant, run `taskmock regenerate` and raise the generator version",
                dir.display()
            )))
        }
    }
}

/// The case that a file belongs to, and the facts that it shows.
fn about(path: &str, files: &Files) -> String {
    let Some((folder, _)) = path.rsplit_once('/') else { return String::new() };
    let case: serde_json::Value = files
        .get(&format!("{folder}/case.json"))
        .and_then(|json| serde_json::from_slice(json).ok())
        .unwrap_or_default();
    let facts: Vec<String> = case["facts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|fact| {
            let text = |name: &str| fact[name].as_str().unwrap_or("").to_owned();
            format!("\n  shows {}: {} [{}]", text("id"), text("says"), text("source"))
        })
        .collect();
    format!("\n  case {folder}{}", facts.concat())
}

/// The lines that differ, with a line end before each element of a body, which stands on one line.
fn difference(content: &[u8], expected: &[u8]) -> String {
    const MOST_LINES: usize = 40;
    let lines = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let is_one_line = !text.trim_end().contains('\n');
        if is_one_line { text.replace("><", ">\n<").replace(",\"", ",\n\"") } else { text }
    };
    let (found, expected) = (lines(content), lines(expected));
    let diff = TextDiff::from_lines(found.as_str(), expected.as_str());
    let diff =
        diff.unified_diff().context_radius(1).header("found", "expected").missing_newline_hint(false).to_string();
    let shown: Vec<String> = diff.lines().take(MOST_LINES).map(|line| format!("  {}", cut(line))).collect();
    shown.join("\n")
}

/// A line of which a person sees enough.
fn cut(line: &str) -> String {
    const LONGEST: usize = 200;
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} bytes)", &line[..end], line.len()),
        None => line.to_owned(),
    }
}
