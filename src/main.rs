//! The `taskmock` command.

#![forbid(unsafe_code)]
// A command lives in real time.
#![allow(clippy::disallowed_methods)]

mod cli;
mod text;

fn main() -> std::process::ExitCode {
    cli::run()
}
