//! Paging: how a list is asked for page by page, for code that is generic over operations.

use crate::services::State;

/// How an operation pages.
#[doc(hidden)]
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "conformance"), allow(dead_code))]
pub struct Paging<I> {
    /// A state in which the list has so many items, at most 59.
    pub(crate) given: fn(u32) -> State,
    /// Asks for a page, counted from 0, of a size.
    pub(crate) ask: fn(u32, u32) -> I,
    /// The list, as the answer names it.
    pub(crate) items: &'static str,
    /// The number of items on all pages.
    pub(crate) total: &'static str,
    /// Number and size of the page, if the answer repeats them, and the fact about that; the first
    /// page is 1.
    pub(crate) echo: Option<(&'static str, &'static str, &'static str)>,
    /// The facts about pages, about the total, and about a page past the end.
    pub(crate) facts: [&'static str; 3],
}
