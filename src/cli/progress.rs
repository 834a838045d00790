//! Progress: a bar on a terminal while the work is long, and nothing anywhere else.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar on stderr; hidden if that is no terminal, or if what is written goes to the same one.
pub(super) fn bar(length: u64, writes_to_stdout: bool) -> ProgressBar {
    if !io::stderr().is_terminal() || writes_to_stdout && io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len}, {eta} left").expect("a template");
    ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr_with_hz(10)).with_style(style)
}
