//! Pages: bodies that were served before, kept around their request id until anything changes.

use std::borrow::Cow;
use std::collections::HashMap;

use bytes::Bytes;

use crate::format::Format;
use crate::operation::{Addressee, Encoded, RequestIdAt};

/// The pages that were served since the state last changed.
#[derive(Debug, Default)]
pub(super) struct Pages(HashMap<Key, Page>);

/// What a page was asked with: the operation, the encoding, the values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(&'static str, Format, String);

/// A body served before, around its request id.
#[derive(Debug)]
struct Page {
    before: Bytes,
    after: Bytes,
}

/// All pages are forgotten when there are more.
const MAX_PAGES: usize = 256;

/// A larger body, with what it was asked with, is not kept; in bytes. A full page of ListTasks has
/// some 25 kB.
const MAX_PAGE: usize = 128 << 10;

impl Key {
    /// What a call asks; none where two calls would not be told apart.
    pub(super) fn of(addressee: &Addressee<'_>) -> Option<Key> {
        Some(Key(addressee.operation.id, addressee.format, joined(&addressee.values)?))
    }
}

impl Pages {
    /// The page with another request id; none if it was not served, or the id would need escaping.
    pub(super) fn with_id(&self, key: &Key, id: &str) -> Option<Bytes> {
        if !is_plain(id) {
            return None;
        }
        self.0.get(key).map(|page| page.with_id(id))
    }

    /// Keeps a page that was served with a request id.
    pub(super) fn keep(&mut self, key: Key, encoded: &Encoded, body: &Bytes, id: &str) {
        if body.len() + key.2.len() > MAX_PAGE {
            return;
        }
        if let Some(page) = Page::of(body, encoded.request_id_at, id) {
            if self.0.len() >= MAX_PAGES {
                self.0.clear();
            }
            self.0.insert(key, page);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Page {
    /// Splits a body at its request id; none if it has to be built anew each time.
    fn of(body: &Bytes, at: RequestIdAt, id: &str) -> Option<Page> {
        match at {
            RequestIdAt::Nowhere => Some(Page { before: body.clone(), after: Bytes::new() }),
            RequestIdAt::Byte(start) if body.get(start..start + id.len()) == Some(id.as_bytes()) => {
                Some(Page { before: body.slice(..start), after: body.slice(start + id.len()..) })
            }
            // A request id that is escaped in the body, which only a test can give.
            RequestIdAt::Byte(_) | RequestIdAt::Unknown => None,
        }
    }

    /// The body with another id; ids that need escaping are never asked for, see `Pages::with_id`.
    fn with_id(&self, id: &str) -> Bytes {
        if self.after.is_empty() {
            return self.before.clone();
        }
        [&self.before, id.as_bytes(), &self.after].concat().into()
    }
}

/// The values of a call in one text; none where they would not be told apart.
fn joined(values: &[Option<Cow<'_, str>>]) -> Option<String> {
    let mut joined = String::with_capacity(128);
    for value in values {
        joined.push(if value.is_some() { '\x01' } else { '\0' });
        let value = value.as_deref().unwrap_or("");
        if value.contains(['\0', '\x01']) {
            return None;
        }
        joined.push_str(value);
    }
    Some(joined)
}

/// Whether an id, which a state can give, reads the same in JSON and XML as in itself.
fn is_plain(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'*' | b'_'))
}
