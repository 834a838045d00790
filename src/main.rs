//! The `taskmock` command.

#![forbid(unsafe_code)]

mod cli;
mod text;

fn main() -> std::process::ExitCode {
    cli::run()
}
