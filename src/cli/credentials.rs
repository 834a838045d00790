//! Where credentials come from: an option, a file, or the environment, which `ps` does not show.

use std::fs;
use std::path::PathBuf;

use taskmock::{Credentials, CredentialsError};

use super::Failure;

/// The variable that is read where neither option is given.
const VARIABLE: &str = "TASKMOCK_CREDENTIALS";

/// Where credentials come from that are not on the command line.
#[derive(clap::Args)]
pub(super) struct Source {
    /// Read credentials from a file, a user a line, so that no list of processes shows them; lines that
    /// start with # are comments. Without either option the variable TASKMOCK_CREDENTIALS is read.
    #[arg(long, value_name = "FILE", conflicts_with = "credentials")]
    credentials_file: Option<PathBuf>,
}

impl Source {
    /// Returns the texts of all users: of the options, else of the file, else of the environment.
    pub(super) fn all(&self, options: &[String]) -> Result<Vec<String>, Failure> {
        if !options.is_empty() {
            return Ok(options.to_vec());
        }
        let text = match &self.credentials_file {
            Some(path) => fs::read_to_string(path).map_err(|error| {
                Failure::usage(format!("cannot read the credentials in {}: {error}", path.display()))
            })?,
            None => std::env::var(VARIABLE).unwrap_or_default(),
        };
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        Ok(lines.map(str::to_owned).collect())
    }

    /// Returns the text of the one user, if there is one.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or more than one user.
    pub(super) fn one(&self, option: Option<&str>) -> Result<Option<String>, Failure> {
        let mut all = self.all(option.map(str::to_owned).as_slice())?;
        if all.len() > 1 {
            return Err(Failure::usage(format!("there are credentials of {} users; give those of one", all.len())));
        }
        Ok(all.pop())
    }
}

/// Reads credentials. Not by clap, which would repeat a wrong value: it may hold a secret.
pub(super) fn read(text: &str) -> Result<Credentials, Failure> {
    text.parse().map_err(|error: CredentialsError| Failure::usage(format!("--credentials: {error}")))
}
