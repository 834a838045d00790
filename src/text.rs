//! Makes text from elsewhere safe to print: what a terminal or a reader's eye would obey is escaped.

use std::borrow::Cow;

/// Returns a text in which every character that changes how others are shown is escaped, as Rust
/// writes it: `\u{1b}`.
///
/// These are the control characters of C0 and C1 (a terminal obeys U+009B as it obeys ESC `[`), line
/// and paragraph separators, and the controls of bidirectional text, which make a line read otherwise
/// than it is (Unicode TR 36 and CVE-2021-42574). Letters of every script stay as they are.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_obeyed(character) { visible.extend(character.escape_default()) } else { visible.push(character) }
    }
    Cow::Owned(visible)
}

/// Returns a text made [`visible`]; of one of more than `longest` characters the beginning, and `…`.
pub(crate) fn shown(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", visible(&text[..end])),
        None => visible(text).into_owned(),
    }
}

fn is_obeyed(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_or_an_eye_obeys_is_escaped() {
        assert_eq!(visible("a\u{1b}[2J\u{9b}2J\u{7f}\r\n"), "a\\u{1b}[2J\\u{9b}2J\\u{7f}\\r\\n");
        assert_eq!(visible("\u{202e}txt\u{2066}\u{2069}\u{200f}\u{61c}\u{2028}"), {
            "\\u{202e}txt\\u{2066}\\u{2069}\\u{200f}\\u{61c}\\u{2028}"
        });
        assert!(matches!(visible("é 😀 עברית \u{200d}"), Cow::Borrowed(_)));
    }

    #[test]
    fn of_a_long_text_the_beginning_is_shown() {
        assert_eq!(shown("ééé", 3), "ééé");
        assert_eq!(shown("ééé\u{1b}", 3), "ééé…");
        assert_eq!(shown("\u{1b}é", 1), "\\u{1b}…");
    }
}
