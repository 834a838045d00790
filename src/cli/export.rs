//! `taskmock export`: every case and response sample as one JSON Lines file.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use taskmock::{Fixtures, JsonText};

use super::regenerate::{Chosen, each_file, fixtures};
use super::{Failure, print};

/// Each line is the value of one fixture file: the schema first, then every case and response sample, the
/// manifest last. Written with an indent of two and a line end, it is that file: `ID.json`, `case.schema.json` or
/// `manifest.json`.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The file to write; - is standard output.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    chosen: Chosen,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let fixtures = fixtures(&arguments.chosen)?;
    if arguments.file == Path::new("-") {
        return write(io::stdout().lock(), "standard output", &fixtures).map(|_| ());
    }
    let shown = arguments.file.display().to_string();
    let failed = |error: io::Error| failure(&shown, &error);
    let cases = match fs::canonicalize(&arguments.file) {
        // A pipe or a device is written to, not replaced.
        Ok(there) if !there.is_file() => write(File::create(there).map_err(failed)?, &shown, &fixtures)?,
        found => {
            // Where a link leads, so that the link stays.
            let file = found.unwrap_or_else(|_| arguments.file.clone());
            let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
            // Beside it and then in its place, so that nobody reads half of it.
            let beside = tempfile::Builder::new().prefix(".taskmock-export-").tempdir_in(parent).map_err(failed)?;
            let fresh = beside.path().join("fresh");
            let cases = write(File::create(&fresh).map_err(failed)?, &shown, &fixtures)?;
            fs::rename(&fresh, &file).map_err(failed)?;
            cases
        }
    };
    print(&format!("{cases} cases in {shown}"))
}

/// Writes all lines, and returns how many cases there are. A reader that has gone has seen enough.
fn write(to: impl Write, name: &str, fixtures: &Fixtures) -> Result<usize, Failure> {
    let mut out = BufWriter::new(to);
    let (mut lines, mut is_gone) = (0_usize, false);
    each_file(fixtures, |_, content| {
        let line: JsonText = serde_json::from_slice(content).expect("a fixture is JSON");
        lines += 1;
        match writeln!(out, "{line}") {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                is_gone = true;
                Err(failure(name, &error))
            }
            done => done.map_err(|error| failure(name, &error)),
        }
    })
    .or_else(|failure| if is_gone { Ok(()) } else { Err(failure) })?;
    match out.flush() {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(failure(name, &error)),
        // All but the schema and the manifest.
        _ => Ok(lines.saturating_sub(2)),
    }
}

fn failure(name: &str, error: &io::Error) -> Failure {
    Failure::usage(format!("cannot write {name}: {error}; nothing was changed"))
}
