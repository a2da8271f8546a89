//! The report for people: a page of 80 columns.

use std::fmt::Display;

use console::Style;
use theus_core::audit::Level;
use theus_core::source::printable;
use theus_core::workflow::Status;

use crate::cli::Options;
use crate::counter::Outcome;
use crate::tally::{RuleCount, RuleKey};

const WIDTH: usize = 80;
/// How wide a rule may be, with its process.
const RULE: usize = 50;
/// So many rules are listed; a recipe may have any number.
const MOST_RULES: usize = 20;

/// What happened, in a page or so.
pub(crate) fn report(outcome: &Outcome, options: &Options, broken_off: bool, colours: bool) -> String {
    let mut page = Page { text: String::new(), colours };
    page.line(format!("bank  {} accounts, seed {}", crate::orders::ACCOUNTS, options.seed), bold());
    page.gap();
    ending(&mut page, outcome, broken_off);
    numbers(&mut page, outcome);
    rules(&mut page, outcome);
    for (process, (count, last)) in &outcome.tally.failures {
        page.line(format!("  {process} failed {}, at last: {last}", times(*count)), Style::new().yellow());
    }
    ledger(&mut page, outcome, options);
    page.text
}

/// Where and why it ended.
fn ending(page: &mut Page, outcome: &Outcome, broken_off: bool) {
    let (headline, style) = match &outcome.status {
        Status::Failed { .. } => ("FAILED", Style::new().red()),
        Status::Aborted { .. } => ("ABORTED", Style::new().red()),
        Status::Cancelled { .. } => ("CANCELLED", Style::new().red()),
        Status::Halted { .. } => ("STOPPED", Style::new().red()),
        _ if broken_off => ("BROKEN OFF", Style::new().yellow()),
        Status::Finished | Status::Running => (outcome.state.as_str(), Style::new().green()),
    };
    let (day, transfers) = (outcome.bank.day, grouped(outcome.tally.transfers));
    page.line(format!("  {headline} on day {day}, after {transfers} transfers"), style.bold());
    if let Some(violation) = &outcome.tally.stop {
        if let Some(message) = &violation.message {
            page.line(format!("  {message}"), Style::new());
        }
        page.line(format!("  {}: {} found {}", violation.process, violation.rule, violation.value), Style::new());
        page.line(format!("  level {} rule at {}", violation.level, violation.source), dim());
    }
    page.gap();
}

fn numbers(page: &mut Page, outcome: &Outcome) {
    let Outcome { tally, bank, total_before, total_after, .. } = outcome;
    page.row("committed", grouped(tally.committed), "");
    page.row("blocked", grouped(tally.blocked), "by an audit rule");
    page.row("declined", grouped(tally.declined), "by a declared error");
    for (name, count) in &tally.declined_by {
        page.row("", "", &format!("{:>9} {name}", grouped(*count)));
    }
    page.gap();
    page.row("money before", apart(total_before), "");
    let verdict = if total_before == total_after { "to the cent" } else { "NOT what there was before" };
    page.row("money after", apart(total_after), verdict);
    page.row("moved", apart(bank.books.debits), "");
    page.gap();
    page.row("suspicions", grouped(bank.watch.frozen + bank.watch.cleared), "reviewed");
    page.row("frozen", grouped(bank.watch.frozen), "until the next morning");
    page.gap();
}

/// What each violated rule found.
fn rules(page: &mut Page, outcome: &Outcome) {
    let rules = &outcome.tally.rules;
    if rules.is_empty() {
        return;
    }
    page.line(format!("  {:<RULE$} {:>8} {:>8} {:>8}", "rules violated", "found", "warned", "acted"), dim());
    for (key, count) in rules.iter().take(MOST_RULES) {
        page.line(rule(key, *count), if key.level <= Level::A { Style::new().red() } else { Style::new() });
    }
    if rules.len() > MOST_RULES {
        page.line(format!("  … and {} more", rules.len() - MOST_RULES), dim());
    }
    page.gap();
}

fn rule(key: &RuleKey, count: RuleCount) -> String {
    let RuleCount { found, warned, acted } = count;
    let (text, width) = (format!("{}: {}", key.process, key.rule), RULE - 2);
    let [found, warned, acted] = [found, warned, acted].map(grouped);
    format!("  {} {:<width$} {found:>8} {warned:>8} {acted:>8}", key.level, shortened(&text, width))
}

fn ledger(page: &mut Page, outcome: &Outcome, options: &Options) {
    let ledger = &outcome.ledger;
    let verdict = if ledger.fault.is_none() { "chained, and verified to the last" } else { "NOT as they were made" };
    page.row("records", grouped(ledger.records), verdict);
    if ledger.dropped > 0 {
        page.row("", "", &format!("the first {} are no longer in memory", grouped(ledger.dropped)));
    }
    if let Some(path) = &options.ledger {
        page.row("", "", &format!("in {}", path.display()));
    }
    page.line(format!("  last  {}", ledger.tail.hash), dim());
}

/// A page being written.
struct Page {
    text: String,
    colours: bool,
}

impl Page {
    fn gap(&mut self) {
        self.text.push('\n');
    }

    /// A line, shortened to the page. What would steer a terminal is shown: it has words of the user's files.
    fn line(&mut self, text: impl Display, style: Style) {
        let text = shortened(&printable(text.to_string().trim_end()), WIDTH);
        self.text.push_str(&style.force_styling(self.colours).apply_to(text).to_string());
        self.text.push('\n');
    }

    /// A name, a number, and what is to be said of it.
    fn row(&mut self, name: &str, number: impl Display, remark: &str) {
        self.line(format!("  {name:<14}{:>18}  {remark}", number.to_string()), Style::new());
    }
}

/// The text in at most so many characters; where it is longer, its end is left out.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

fn times(count: u64) -> String {
    format!("{} time{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
fn grouped(number: u64) -> String {
    apart(number)
}

/// What is written as a decimal, with its thousands apart.
fn apart(number: impl Display) -> String {
    let text = number.to_string();
    let (whole, cents) = text.split_at(text.find('.').unwrap_or(text.len()));
    let (sign, digits) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut grouped = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + cents
}

fn bold() -> Style {
    Style::new().bold()
}

fn dim() -> Style {
    Style::new().dim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        let numbers = ["0", "999", "1000", "-123456.78", "1234567.00"];
        assert_eq!(numbers.map(apart), ["0", "999", "1,000", "-123,456.78", "1,234,567.00"]);
    }

    #[test]
    fn what_is_too_long_is_shortened_and_only_that() {
        assert_eq!((shortened("twelve chars", 12), shortened("ünïcödé", 4)), ("twelve chars".into(), "ünï…".into()));
    }

    #[test]
    fn a_line_of_the_report_steers_no_terminal() {
        let mut page = Page { text: String::new(), colours: false };
        page.line("FINISHED\r\n\u{9b}2J\u{202e}\0", Style::new());
        assert_eq!(page.text, "FINISHED\\r\\n\\u{9b}2J\\u{202e}\\u{0}\n");
    }

    #[test]
    fn colours_are_there_only_where_they_are_wanted() {
        let page = |colours| {
            let mut page = Page { text: String::new(), colours };
            page.line("red", Style::new().red());
            page.text
        };
        assert_eq!((page(false), page(true)), ("red\n".into(), "\u{1b}[31mred\u{1b}[0m\n".into()));
    }
}
