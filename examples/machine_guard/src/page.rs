//! Text for people: colours where they are wanted, columns that line up, nothing wider than a page.

use std::fmt::Display;

use console::Style;
use theus_core::source::printable_lines;

/// How wide a page is.
pub(crate) const WIDTH: usize = 80;

/// A page being written.
pub(crate) struct Page {
    text: String,
    colours: bool,
}

impl Page {
    pub(crate) const fn new(colours: bool) -> Self {
        Self { text: String::new(), colours }
    }

    /// Ends the line, which has no blanks at its end.
    pub(crate) fn end(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// Adds text, of which what would steer a terminal is shown as an escape: it has words of the user's files.
    pub(crate) fn put(&mut self, text: impl Display) -> &mut Self {
        self.text.push_str(&printable_lines(&text.to_string()));
        self
    }

    /// Adds text in a style.
    pub(crate) fn styled(&mut self, text: impl Display, style: Style) -> &mut Self {
        let text = text.to_string();
        let styled = style.force_styling(self.colours).apply_to(printable_lines(&text)).to_string();
        self.text.push_str(&styled);
        self
    }

    /// A line of its own, shortened to the page.
    pub(crate) fn line(&mut self, text: impl Display, style: Style) {
        self.styled(shortened(&text.to_string(), WIDTH), style).end();
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// The text in at most so many characters; where it is longer, its end is left out.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        let numbers = [0, 7, 999, 1_000, 22_695, 1_234_567];
        assert_eq!(numbers.map(grouped), ["0", "7", "999", "1,000", "22,695", "1,234,567"]);
    }

    #[test]
    fn what_is_too_long_is_shortened_and_only_that() {
        assert_eq!(shortened("twelve chars", 12), "twelve chars");
        assert_eq!(shortened("twelve chars", 8), "twelve…");
        assert_eq!(shortened("ünïcödé", 4), "ünï…");
    }

    #[test]
    fn colours_are_there_only_where_they_are_wanted() {
        let page = |colours| {
            let mut page = Page::new(colours);
            page.line("red", Style::new().red());
            page.into_text()
        };
        assert_eq!(page(false), "red\n");
        assert_eq!(page(true), "\u{1b}[31mred\u{1b}[0m\n");
    }
}
