//! `taskmock regenerate`: writes the fixtures of all cases, or checks those that are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use similar::TextDiff;
use taskmock::{Fixtures, Format, Seed, Shard, operation};

use super::credentials::Source;
use super::{Failure, print, progress, working};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder to write, or to check; everything in it is the command's.
    #[arg(long, default_value = "fixtures/generated")]
    dir: PathBuf,
    #[command(flatten)]
    chosen: Chosen,
    /// Write nothing; say what differs from what would be written, and exit with 1 if anything does.
    #[arg(long)]
    check: bool,
}

/// Which cases to write.
#[derive(clap::Args)]
pub(super) struct Chosen {
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
    /// Only one of several equal parts, such as 2/4; each part goes to a folder or a file of its own.
    #[arg(long, value_name = "K/N", value_parser = str::parse::<Shard>)]
    shard: Option<Shard>,
    /// Sign every request, as AK:SECRET or AK:SECRET:TOKEN, at the time of its case's clock.
    #[arg(long, value_name = "AK:SECRET")]
    credentials: Option<String>,
    #[command(flatten)]
    source: Source,
}

const MANIFEST: &str = "manifest.json";

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let fixtures = fixtures(&arguments.chosen)?;
    match arguments.check {
        true => check(&arguments.dir, &fixtures),
        false => write(&arguments.dir, &fixtures),
    }
}

/// Makes one file after the other, and shows how far it is.
pub(super) fn each_file(
    fixtures: &Fixtures,
    mut take: impl FnMut(&str, &[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let bar = progress::bar(fixtures.random * fixtures.operations.len() as u64, false);
    let done = fixtures.each_file(|path, content| {
        bar.inc(u64::from(path.contains("/random.")));
        take(path, content)
    });
    bar.finish_and_clear();
    done
}

pub(super) fn fixtures(arguments: &Chosen) -> Result<Fixtures, Failure> {
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
    let signed_by = arguments.source.one(arguments.credentials.as_deref())?;
    fixtures.signed_by = signed_by.as_deref().map(super::credentials::read).transpose()?;
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
    let path = dir.join(MANIFEST);
    let json = match fs::read(&path) {
        Ok(json) => json,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(error) => return Err(failure("read", &path, &error)),
    };
    let hashes = hashes(&json).map_err(|error| {
        Failure::usage(format!(
            "{}: {error}; it is not the manifest of a folder that this command wrote, so give another --dir",
            path.display()
        ))
    })?;
    Ok(hashes.into_keys().chain([MANIFEST.to_owned()]).collect())
}

/// The SHA-256 of each file, as a manifest has it.
fn hashes(manifest: &[u8]) -> Result<BTreeMap<String, String>, serde_json::Error> {
    #[derive(serde::Deserialize)]
    struct Manifest {
        files: BTreeMap<String, String>,
    }
    serde_json::from_slice(manifest).map(|Manifest { files }| files)
}

fn failure(what: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot {what} {}: {error}; nothing was changed", path.display()))
}

/// Writes a tree beside the folder, checks what was written, then puts it in its place in one step.
fn write(dir: &Path, fixtures: &Fixtures) -> Result<(), Failure> {
    // Where a link leads, so that the link stays.
    let dir = &match fs::canonicalize(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => dir.to_owned(),
        found => found.map_err(|error| failure("find", dir, &error))?,
    };
    let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else {
        return Err(Failure::usage(format!("{} is no folder that can be replaced; give another --dir", dir.display())));
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    refuse_foreign(dir)?;
    if working::is_mount_point(dir, parent) {
        return Err(mount_point(dir));
    }
    fs::create_dir_all(parent).map_err(|error| failure("make the folder", parent, &error))?;
    let folder = working::Folder::beside(parent, &name.to_string_lossy());
    let folder = folder.map_err(|error| failure("make a folder in", parent, &error))?;
    // Again, now that no other run can change it.
    let replaces = refuse_foreign(dir)?;
    let fresh = folder.path().join("new");
    let (mut files, mut manifest) = (0, Vec::new());
    each_file(fixtures, |path, content| {
        files += 1;
        write_file(&fresh, path, content).map_err(|(path, error)| failure("write", &path, &error))?;
        if path == MANIFEST {
            manifest = content.to_vec();
        }
        Ok(())
    })?;
    is_whole(&fresh, &manifest).map_err(|why| {
        Failure::usage(format!("{}: {why}, so another process writes there; nothing was changed", fresh.display()))
    })?;
    folder.put_in_place(&fresh, dir, replaces).map_err(|error| match error.kind() {
        io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => mount_point(dir),
        _ => failure("replace", dir, &error),
    })?;
    drop(folder);
    // All but the manifest and the schema are a case each.
    print(&format!("{} cases in {}", files - 2, dir.display()))
}

/// Whether there is a folder; one with files that this command did not write is refused.
fn refuse_foreign(dir: &Path) -> Result<bool, Failure> {
    let ours = written(dir)?;
    let old = found(dir, |path| ours.contains(path)).map_err(|error| failure("read the folder", dir, &error))?;
    let Some(old) = old else { return Ok(false) };
    let foreign: Vec<&str> = old.keys().map(String::as_str).filter(|path| !ours.contains(*path)).collect();
    if foreign.is_empty() {
        return Ok(true);
    }
    let more = if foreign.len() > 5 { " and more" } else { "" };
    Err(Failure::usage(format!(
        "{} holds what this command did not write: {}{more}; move it away, or give another --dir",
        dir.display(),
        foreign[..foreign.len().min(5)].join(", ")
    )))
}

fn mount_point(dir: &Path) -> Failure {
    Failure::usage(format!(
        "{0} is a mount point, which cannot be replaced in one step; give a folder in it, such as --dir {0}/generated; \
         nothing was changed",
        dir.display()
    ))
}

fn write_file(root: &Path, path: &str, content: &[u8]) -> Result<(), (PathBuf, io::Error)> {
    let path = root.join(path);
    let folder = path.parent().unwrap_or(root).to_owned();
    fs::create_dir_all(&folder).map_err(|error| (folder, error))?;
    fs::write(&path, content).map_err(|error| (path, error))
}

/// Checks that a tree holds what its manifest says and nothing else, and that the manifest is ours.
fn is_whole(root: &Path, manifest: &[u8]) -> Result<(), String> {
    let hashes = hashes(manifest).map_err(|error| error.to_string())?;
    let found = found(root, |_| true).map_err(|error| error.to_string())?.unwrap_or_default();
    for (path, file) in &found {
        let content = fs::read(file).map_err(|error| format!("{path}: {error}"))?;
        let is_right = match hashes.get(path) {
            Some(hash) => {
                Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect::<String>() == *hash
            }
            None => path == MANIFEST && content == manifest,
        };
        if !is_right {
            return Err(format!("{path} is not what was written"));
        }
    }
    match hashes.keys().find(|path| !found.contains_key(*path)) {
        Some(path) => Err(format!("{path} is missing")),
        None => Ok(()),
    }
}

/// Says every file that differs, is missing or is there without a case.
fn check(dir: &Path, fixtures: &Fixtures) -> Result<(), Failure> {
    // A manifest that is not one is told below, as a file that differs.
    let ours = written(dir).unwrap_or_default();
    let found = found(dir, |path| ours.contains(path));
    let mut more = found.map_err(|error| failure("read the folder", dir, &error))?.ok_or_else(|| {
        Failure::usage(format!("{} does not exist; run `taskmock regenerate --dir {0}` first", dir.display()))
    })?;
    let mut said = BTreeMap::new();
    let mut files = 0;
    each_file(fixtures, |path, expected| {
        files += 1;
        more.remove(path);
        let file = dir.join(path);
        let line = match fs::read(&file) {
            Ok(content) if content == *expected => return Ok(()),
            Ok(_) if path == MANIFEST => format!("differs: {path}, which follows from the rest"),
            Ok(content) => format!("differs: {path}{}\n{}", about(expected), difference(&content, expected)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => format!("missing: {path}{}", about(expected)),
            Err(error) => return Err(failure("read", &file, &error)),
        };
        said.insert(path.to_owned(), line);
        Ok(())
    })?;
    let said: Vec<String> =
        said.into_values().chain(more.keys().map(|path| format!("no case makes: {path}"))).collect();
    match said.len() {
        0 => print(&format!("{files} files in {} are as they should be", dir.display())),
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

/// The case that a file is, and the facts that it shows.
fn about(file: &[u8]) -> String {
    let case: serde_json::Value = serde_json::from_slice(file).unwrap_or_default();
    let Some(id) = case["id"].as_str() else { return String::new() };
    let facts: Vec<String> = case["facts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|fact| {
            let text = |name: &str| fact[name].as_str().unwrap_or("").to_owned();
            format!("\n  shows {}: {} [{}]", text("id"), text("says"), text("source"))
        })
        .collect();
    format!("\n  case {id}{}", facts.concat())
}

/// The lines that differ, with a line end before each field or element of a body, which is a text in one line.
fn difference(content: &[u8], expected: &[u8]) -> String {
    const MOST_LINES: usize = 40;
    let lines = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.replace("><", ">\n<").replace(",\\\"", ",\n\\\"")
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
