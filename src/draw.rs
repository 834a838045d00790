//! Draw: numbers, choices and texts drawn one after another from a seed.

use crate::format::Format;
use crate::seed::Seed;

/// Where a sequence of draws stands. The same seed draws the same for ever, in any process, since
/// nothing below it but [`Seed`] decides.
#[derive(Clone, Debug)]
pub struct Draw {
    seed: Seed,
    drawn: u64,
}

impl Draw {
    pub(crate) fn new(seed: Seed) -> Self {
        Draw { seed, drawn: 0 }
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.drawn += 1;
        self.seed.number(self.drawn - 1)
    }

    /// A number below `count`, which is at least 1.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.number()) * count as u128) >> 64) as usize
    }

    /// Whether one of `count` cases holds.
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// One of the choices, of which there is at least one.
    pub(crate) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// The length of a list: mostly short, now and then the longest.
    pub(crate) fn length(&mut self, longest: usize) -> usize {
        let most = match self.below(8) {
            0 => return 0,
            1 => return 1.min(longest),
            2 => 3,
            3..=5 => 12,
            _ => longest,
        };
        self.below(most.min(longest) + 1)
    }

    /// A text as people write it, or now and then one that hurts.
    pub(crate) fn text(&mut self) -> Text {
        match self.below(4) {
            0 => Text::Plain,
            1 => Text::Hurting(self.below(ADVERSARIAL.len())),
            _ => Text::Human(self.number()),
        }
    }
}

/// A text yet to be written, so that it can be made simpler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// `no`.
    Plain,
    /// A few words, by number.
    Human(u64),
    /// One of [`ADVERSARIAL`], by its place.
    Hurting(usize),
}

impl Text {
    /// The text, for an encoding: what is asked for in XML does without what XML cannot carry.
    pub(crate) fn write(self, format: Format) -> String {
        match self {
            Text::Plain => "no".to_owned(),
            Text::Human(number) => words(number),
            Text::Hurting(at) => match (ADVERSARIAL[at], format) {
                ((_, _, Some(carried)), Format::Xml) => carried.to_owned(),
                ((_, text, _), _) => text.to_owned(),
            },
        }
    }

    /// Whether it has broken clients.
    pub(crate) fn hurts(self) -> bool {
        matches!(self, Text::Hurting(_))
    }

    pub(crate) fn simpler(self) -> Option<Text> {
        (self != Text::Plain).then_some(Text::Plain)
    }
}

/// Texts that have broken clients: a name, the text, and how XML 1.0 carries it if not as it is.
pub(crate) const ADVERSARIAL: &[(&str, &str, Option<&str>)] = &[
    ("empty", "", None),
    ("blank", "  ", None),
    ("markup", "a<b>&c;\"d'", None),
    ("cdata_end", "]]>", None),
    ("entity", "&amp;&#13;&lt;", None),
    ("line_ends", "a\r\nb\rc\nd\te", None),
    ("astral", "😀 𝒳 👩‍👩‍👧", None),
    ("right_to_left", "abc \u{202e}שלום\u{202c} العربية", None),
    ("combining", "e\u{301} 가 Å ﬁ", None),
    ("backslashes", r#"C:\new\table "quoted" \u0041 \\"#, None),
    ("percent", "100% %41 %zz +", None),
    ("json", r#"{"a":[1,null,"b"]}"#, None),
    ("number_like", "0123", None),
    ("word_like", "null", None),
    ("byte_order_mark", "\u{feff}a", None),
    ("line_separators", "a\u{2028}b\u{2029}c\u{85}d", None),
    ("control", "a\u{0}b\u{1}c\u{8}d\u{b}e\u{1f}f\u{7f}", Some("a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}f\u{7f}")),
    ("noncharacters", "a\u{fffe}b\u{ffff}c", Some("a\u{fffd}b\u{fffd}c")),
];

/// A few human words. `fake` has the words, the number alone chooses, so that a seed gives the same
/// text whatever `fake` does with random numbers.
fn words(number: u64) -> String {
    let mut draw = Draw::new(Seed(number));
    let count = 1 + draw.below(5);
    let mut text = String::with_capacity(64);
    for at in 0..count {
        if at > 0 {
            text.push(' ');
        }
        text.push_str(draw.pick::<&str>(WORDS));
    }
    text
}

/// The name of a host, by number.
pub(crate) fn host(number: u64) -> String {
    let mut draw = Draw::new(Seed(number));
    let name = draw.pick(NAMES).to_ascii_lowercase();
    format!("{name}{}", draw.below(1000))
}

use fake::locales::{Data, EN};

const WORDS: &[&str] = first_100(EN::LOREM_WORD);
const NAMES: &[&str] = first_100(EN::NAME_FIRST_NAME);

/// What a later `fake` adds at the end of a list must not move a choice.
const fn first_100(words: &'static [&'static str]) -> &'static [&'static str] {
    words.split_at(100).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_the_same_for_ever() {
        let mut draw = Draw::new(Seed(0));
        let drawn: Vec<usize> = (0..6).map(|_| draw.below(100)).collect();
        assert_eq!(drawn, [88, 43, 2, 97, 10, 32]);
        assert_eq!(words(7), "consequatur commodi");
        assert_eq!(host(7), "adolphus16");
    }
}
