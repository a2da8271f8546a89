//! The report for people.

use std::path::Path;

use console::Style;
use theus_core::audit::Level;
use theus_core::workflow::Status;

use crate::chart::{self, Chart};
use crate::cli::Options;
use crate::guard::Outcome;
use crate::page::{Page, WIDTH, grouped, shortened};
use crate::tally::{RuleCount, RuleKey, Tally};
use crate::trend::Mark;

/// So many rules are listed; a recipe may have any number.
const MOST_RULES: usize = 20;
/// How wide a rule may be, with its process.
const RULE: usize = 50;

/// What happened, in a page or so.
pub(crate) fn report(outcome: &Outcome, options: &Options, broken_off: bool, colours: bool) -> String {
    let mut page = Page::new(colours);
    title(&mut page, options);
    ending(&mut page, outcome, broken_off);
    numbers(&mut page, outcome);
    rules(&mut page, &outcome.tally);
    failures(&mut page, &outcome.tally);
    course(&mut page, &outcome.tally);
    page.into_text()
}

fn title(page: &mut Page, options: &Options) {
    let input = match &options.input {
        Some(path) => name(path),
        None => format!("built-in simulation, seed {}", options.seed),
    };
    page.styled("machine_guard", Style::new().bold()).put("  ").put(shortened(&input, WIDTH - 15)).end();
    page.end();
}

/// Where and why it ended.
fn ending(page: &mut Page, outcome: &Outcome, broken_off: bool) {
    let tally = &outcome.tally;
    let place = match &tally.span {
        Some((_, last)) => format!("at reading {}, {last}", grouped(tally.readings)),
        None => "before the first reading".to_owned(),
    };
    let (headline, style) = match &outcome.status {
        Status::Failed { .. } => ("FAILED", Style::new().red()),
        Status::Aborted { .. } => ("ABORTED", Style::new().red()),
        Status::Cancelled { .. } => ("CANCELLED", Style::new().red()),
        Status::Halted { .. } => ("STOPPED", Style::new().red()),
        _ if broken_off => ("BROKEN OFF", Style::new().yellow()),
        Status::Finished => ("FINISHED", Style::new().green()),
        Status::Running => ("END OF INPUT", Style::new().green()),
    };
    let (headline, style) = (format!("{headline} {place}"), style.bold());
    page.line(format!("  {headline}"), style);
    if let Some(violation) = &tally.stop {
        if let Some(message) = &violation.message {
            page.line(format!("  {message}"), Style::new());
        }
        let count = match violation.max_threshold {
            1 => String::new(),
            most => format!(", violation {} of {most}", violation.count),
        };
        page.line(format!("  {} found {}{count}", violation.rule, violation.value), Style::new());
        page.line(format!("  level {} rule at {}", violation.level, violation.source), Style::new().dim());
    }
    page.end();
}

fn numbers(page: &mut Page, outcome: &Outcome) {
    let Outcome { tally, state, actuator, machine, .. } = outcome;
    let number = |page: &mut Page, name: &str, number: u64, style: Style| {
        let text = format!("{:>9}", grouped(number));
        page.put(format!("  {name:<11}"));
        if number == 0 { page.styled(text, Style::new().dim()) } else { page.styled(text, style) }.put("    ");
    };
    let (plain, yellow, red) = (Style::new(), Style::new().yellow(), Style::new().red());
    number(page, "readings", tally.readings, plain.clone());
    number(page, "committed", tally.committed, plain);
    number(page, "rejected", tally.rejected, red.clone());
    page.end();
    number(page, "violations", tally.violations, yellow.clone());
    number(page, "warnings", tally.warnings, yellow);
    number(page, "actions", tally.actions.len() as u64, red);
    page.end();
    page.put(format!("  state      {state:>9}"));
    if let Some(machine) = machine.as_ref().filter(|machine| !machine.meta_mode_since.is_empty()) {
        let alarms = times(machine.alarms, "alarm");
        let mode = format!("    {alarms}, {} since {}", machine.mode, machine.meta_mode_since);
        page.put(shortened(&mode, WIDTH - 22));
    }
    page.end();
    let cooling = if actuator.is_on() { "on" } else { "off" };
    page.put(format!("  cooling    {cooling:>9}    switched {}", times(actuator.switched(), "time"))).end();
    page.end();
}

fn times(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// What each violated rule found.
fn rules(page: &mut Page, tally: &Tally) {
    if tally.rules.is_empty() {
        return;
    }
    page.styled(format!("  {:<RULE$} {:>8} {:>8} {:>8}", "rules violated", "found", "warned", "acted"), dim()).end();
    for (key, count) in tally.rules.iter().take(MOST_RULES) {
        rule(page, key, *count);
    }
    if let Some(more) = tally.rules.len().checked_sub(MOST_RULES).filter(|more| *more > 0) {
        page.line(format!("  … and {more} more"), dim());
    }
    page.end();
}

fn rule(page: &mut Page, key: &RuleKey, count: RuleCount) {
    let text = shortened(&format!("{}: {}", key.process, key.rule), RULE - 2);
    let width = RULE - 2;
    page.put("  ").styled(key.level, level_style(key.level)).put(format!(" {text:<width$}"));
    for number in [count.found, count.warned, count.acted] {
        let style = if number == 0 { dim() } else { Style::new() };
        page.put(' ').styled(format!("{:>8}", grouped(number)), style);
    }
    page.end();
}

/// Steps that failed without the audit's doing.
fn failures(page: &mut Page, tally: &Tally) {
    for (process, (count, last)) in &tally.failures {
        page.line(format!("  {process} failed {}, at last: {last}", times(*count, "time")), Style::new().yellow());
    }
    if !tally.failures.is_empty() {
        page.end();
    }
}

/// The chart of the temperature, and what the audit did along it.
fn course(page: &mut Page, tally: &Tally) {
    let Some(Chart { rows, marks, margin }) = chart::draw(&tally.trend, WIDTH - 2) else {
        page.line("  No reading was recorded: there is nothing to draw.", dim());
        return;
    };
    page.line("  domain.temperature", dim());
    for (label, dots) in &rows {
        page.put("  ").styled(label, dim()).styled(if label.trim().is_empty() { " │" } else { " ┤" }, dim());
        page.styled(dots.trim_end(), Style::new().cyan()).end();
    }
    page.put(" ".repeat(margin + 3)).styled(format!("└{}", "─".repeat(marks.len())), dim()).end();
    if marks.iter().any(Option::is_some) {
        page.put(" ".repeat(margin + 4));
        for mark in &marks {
            match mark {
                Some(mark) => page.styled(sign(*mark).0, mark_style(*mark)),
                None => page.put(' '),
            };
        }
        page.end();
    }
    if let Some((first, last)) = &tally.span {
        let room = marks.len() / 2;
        let (first, last) = (shortened(first, room), shortened(last, room));
        let gap = marks.len().saturating_sub(first.chars().count());
        page.put(" ".repeat(margin + 4)).styled(format!("{first}{last:>gap$}"), dim()).end();
    }
    legend(page, &marks, margin);
}

/// The marks that occur, and what they mean.
fn legend(page: &mut Page, marks: &[Option<Mark>], margin: usize) {
    let all = [Mark::Warned, Mark::Recorded, Mark::Blocked, Mark::Aborted, Mark::Stopped];
    let mut occurring = all.into_iter().filter(|mark| marks.contains(&Some(*mark))).peekable();
    if occurring.peek().is_none() {
        return;
    }
    page.put(" ".repeat(margin + 4));
    for mark in occurring {
        let (sign, meaning) = sign(mark);
        page.styled(sign, mark_style(mark)).put(' ').styled(meaning, dim()).put("   ");
    }
    page.end();
}

const fn sign(mark: Mark) -> (char, &'static str) {
    match mark {
        Mark::Warned => ('!', "early warning"),
        Mark::Recorded => ('C', "recorded"),
        Mark::Blocked => ('B', "blocked"),
        Mark::Aborted => ('A', "aborted"),
        Mark::Stopped => ('S', "stopped"),
    }
}

fn mark_style(mark: Mark) -> Style {
    match mark {
        Mark::Warned => Style::new().yellow(),
        Mark::Recorded => level_style(Level::C),
        Mark::Blocked => level_style(Level::B),
        Mark::Aborted => level_style(Level::A),
        Mark::Stopped => level_style(Level::S),
    }
}

fn level_style(level: Level) -> Style {
    match level {
        Level::S | Level::A => Style::new().red().bold(),
        Level::B => Style::new().magenta().bold(),
        Level::C | Level::I => Style::new().blue().bold(),
    }
}

fn dim() -> Style {
    Style::new().dim()
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
