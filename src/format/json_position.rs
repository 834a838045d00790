//! Finds the line on which a value stands in a JSON text, in one pass and without recursion.

use std::borrow::Cow;

/// One step from a JSON value to a value in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

/// Returns the line, from 1, on which the value at `path` starts, or else the innermost value on the
/// way there that exists.
///
/// The text may be any text: after what is not JSON the line is a good guess. Time grows with the
/// length of the text; memory does not grow.
pub(crate) fn line_of(json: &str, path: &[Step<'_>]) -> usize {
    let bytes = json.as_bytes();
    let (mut at, mut line, mut found) = (0, 1, 1);
    // How many steps are done, how many containers are open, and how many items of the innermost
    // container on the path came before.
    let (mut done, mut open, mut index) = (0, 0, 0);
    // Whether the next value is the one that the last step leads to; at first that is the whole text.
    let mut is_next = true;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        let starts_value = !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b']' | b'}');
        let is_on_path = is_next && starts_value;
        if is_on_path {
            found = line;
            is_next = false;
            match (path.get(done), byte) {
                (Some(Step::Key(_)), b'{') => {}
                (Some(Step::Index(first)), b'[') => is_next = *first == 0,
                _ => return found,
            }
            (done, open, index) = (done + 1, open + 1, 0);
            continue;
        }
        // `path[done - 1]` is what is looked for among the items of the innermost container on the path.
        let is_inside = open == done;
        match byte {
            b'\n' => line += 1,
            b'[' | b'{' => open += 1,
            b']' | b'}' if is_inside => return found,
            b']' | b'}' => open -= 1,
            b',' if is_inside => {
                index += 1;
                is_next = done > 0 && path[done - 1] == Step::Index(index);
            }
            b'"' => {
                at = end_of_string(bytes, at);
                if let (true, Some(Step::Key(key))) = (is_inside && done > 0, path.get(done.wrapping_sub(1))) {
                    let is_key = bytes[at..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                    is_next = is_key && json.get(start..at).is_some_and(|text| reads_as(text, key));
                }
                line += bytes[start..at].iter().filter(|byte| **byte == b'\n').count();
            }
            _ => {}
        }
    }
    found
}

/// The place after the quotation mark that ends the string in which `at` is.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Whether a JSON string, with its quotation marks, is a text.
fn reads_as(string: &str, text: &str) -> bool {
    string.trim_matches('"') == text || serde_json::from_str::<String>(string).is_ok_and(|read| read == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: &str) -> Step<'_> {
        Step::Key(Cow::Borrowed(key))
    }

    #[test]
    fn the_innermost_value_that_exists_is_found() {
        let json = "{\"a\": [\n{\"b\": \"]},\\\"\\n\"},\n[\n1,\n{\"c\" :\n\n2}]],\n\"d\": {\"a\": 1}\n}";
        for (path, expected) in [
            (&[][..], 1),
            (&[key("a")], 1),
            (&[key("a"), Step::Index(0)], 2),
            (&[key("a"), Step::Index(0), key("b")], 2),
            (&[key("a"), Step::Index(0), key("x"), key("y")], 2),
            (&[key("a"), Step::Index(1)], 3),
            (&[key("a"), Step::Index(1), Step::Index(0)], 4),
            (&[key("a"), Step::Index(1), Step::Index(1)], 5),
            (&[key("a"), Step::Index(1), Step::Index(1), key("c")], 7),
            (&[key("a"), Step::Index(1), Step::Index(1), key("c"), key("e")], 7),
            (&[key("a"), Step::Index(1), Step::Index(2)], 3),
            (&[key("a"), Step::Index(2)], 1),
            (&[key("a"), key("b")], 1),
            (&[key("d"), key("a")], 8),
            (&[key("c")], 1),
            (&[Step::Index(0)], 1),
        ] {
            assert_eq!(line_of(json, path), expected, "{path:?}");
        }
        assert_eq!(line_of("\n\n\"\\u0061\"", &[]), 3);
        assert_eq!(line_of("{\n\"\\u0061\": \n1}", &[key("a")]), 3);
    }

    #[test]
    fn any_text_has_a_line() {
        for text in ["", "\"", "\"\\", "]", "}", ",", "[,", "{\"a", "{\"a\":", "{:", "[[", "{\"é\\", "\u{feff}{"] {
            for path in [&[][..], &[key("a")], &[Step::Index(0), Step::Index(1)]] {
                assert_eq!(line_of(text, path), 1, "{text}");
            }
        }
    }
}
