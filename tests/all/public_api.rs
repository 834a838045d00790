//! The public API, held by a snapshot, so that a change of it is seen in review.
//!
//! The lint `unreachable_pub` makes every `pub` reachable from outside, so the `pub` items of the
//! sources are the public API.

use crate::source::{code, sources};

/// The declarations that start with `pub`, each in a line, with the variants of an enumeration and the
/// methods of a trait.
fn declarations(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_public = line.trim_start().starts_with("pub ");
        if !is_public {
            continue;
        }
        let mut declaration = line.trim().to_owned();
        while !declaration.contains(['{', ';']) && !declaration.ends_with(',') {
            match lines.next() {
                Some(more) => {
                    declaration.push(' ');
                    declaration.push_str(more.trim());
                }
                None => break,
            }
        }
        let indent = line.len() - line.trim_start().len();
        let has_body = ["pub enum", "pub trait"].iter().any(|word| declaration.starts_with(word));
        if declaration.ends_with('{') && has_body {
            let end = format!("{}}}", " ".repeat(indent));
            let body: Vec<&str> = lines
                .by_ref()
                .take_while(|line| *line != end)
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .collect();
            declaration = format!("{declaration} {} }}", body.join(" "));
        }
        let declaration = declaration.trim_end_matches(['{', ',']).trim_end().to_owned();
        found.push(declaration);
    }
    found
}

#[test]
fn the_public_api_is_what_the_snapshot_says() {
    let mut api = String::new();
    for (file, text) in sources() {
        if file.starts_with("cli/") || file == "main.rs" {
            continue;
        }
        let declarations = declarations(&code(&text));
        if !declarations.is_empty() {
            api.push_str(&format!("\n{file}\n"));
            declarations.iter().for_each(|line| api.push_str(&format!("    {line}\n")));
        }
    }
    crate::snapshots::hold("public_api", api);
}
