//! What is wrong once is told once: nothing is told besides that only follows from it.

use std::collections::BTreeSet;

use super::codes;
use crate::errors::PAGES;

/// Workflows of which nothing is told.
fn examples() -> Vec<&'static str> {
    let pages = PAGES.iter().filter(|(code, _)| code.starts_with('W')).map(|(_, page)| *page);
    let texts = pages.chain([include_str!("../../constructs.md")]);
    let yaml =
        texts.flat_map(|text| text.split("```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)));
    yaml.filter(|yaml| codes(yaml).is_empty()).collect()
}

/// The text with one of the places changed at which this word stands: one for each.
fn each_changed(yaml: &str, word: &str, to: &str) -> Vec<String> {
    let is_part = |text: Option<char>| text.is_some_and(|it| it.is_ascii_alphanumeric() || "_.".contains(it));
    let places = yaml.match_indices(word).map(|(at, _)| at);
    let places = places
        .filter(|at| !is_part(yaml[..*at].chars().next_back()) && !is_part(yaml[at + word.len()..].chars().next()));
    places.map(|at| format!("{}{to}{}", &yaml[..at], &yaml[at + word.len()..])).collect()
}

/// What is told of each change of one of these words, where one of these codes is among it.
fn told(words: &[&str], to: &str, one_of: &[&str]) -> (usize, BTreeSet<String>) {
    let (mut count, mut besides) = (0, BTreeSet::new());
    for yaml in examples() {
        for word in words {
            for changed in each_changed(yaml, word, to) {
                let codes = codes(&changed);
                if !codes.iter().any(|code| one_of.contains(code)) {
                    continue;
                }
                count += 1;
                for code in codes.iter().filter(|code| !one_of.contains(code)) {
                    besides.insert(format!("{code} in\n{changed}"));
                }
            }
        }
    }
    (count, besides)
}

#[test]
fn an_unknown_process() {
    let processes = [
        "p_load",
        "p_analyze",
        "fetch",
        "draft",
        "review",
        "publish",
        "count",
        "sum",
        "watch",
        "scan",
        "p_record",
        "charge",
        "refund",
        "paint",
        "price",
    ];
    let (count, besides) = told(&processes, "p_nowhere", &["W005"]);
    assert!(count > 50, "{count}");
    assert_eq!(besides, BTreeSet::new(), "{}", besides.iter().cloned().collect::<Vec<_>>().join("\n---\n"));
}

#[test]
fn an_unknown_argument_and_one_that_is_missing() {
    let arguments = ["timestamp", "value", "amount", "to", "colour"];
    let (count, besides) = told(&arguments, "zzz", &["W008", "W009"]);
    assert!(count > 5, "{count}");
    assert_eq!(besides, BTreeSet::new(), "{}", besides.iter().cloned().collect::<Vec<_>>().join("\n---\n"));
}

#[test]
fn what_only_follows_is_not_told_and_what_is_wrong_besides_is() {
    let saga = |run: &str, error: &str| {
        format!(
            "external: [CMD_A]\nstates:\n  PAYING:\n    saga: true\n    entry: {{ run: charge, with: {{ amount: 1, to: x }}, compensate: {run} }}\n    on_error: {{ {error}: UNPAID, '*': UNPAID }}\n    events: {{ EVT_CHAIN_DONE: DONE }}\n  UNPAID: {{ final: true }}\n  DONE: {{ final: true }}\n"
        )
    };
    assert_eq!(codes(&saga("{ run: refund, with: { amount: 1 } }", "AccountClosed")), [""; 0]);
    // A saga in which nothing can be undone follows from a compensation that could not be read.
    assert_eq!(codes(&saga("refnud", "AccountClosed")), ["W005"]);
    assert_eq!(codes(&saga("refund", "AccountClosed")), ["W008"]);
    // An error that is declared nowhere may be one of a process that is not known, and not of one whose argument is missing.
    let other = |run: &str| {
        saga("{ run: refund, with: { amount: 1 } }", "RateLimited")
            .replace("entry: {", &format!("entry: [{run}, {{"))
            .replace("} }\n    on_error", "} }]\n    on_error")
    };
    assert_eq!(codes(&other("fetsh")), ["W005"]);
    assert_eq!(codes(&other("p_load")), ["W025"]);
    assert_eq!(codes(&other("refund")), ["W008", "W025"]);
    assert_eq!(codes(&other("fetch")), [""; 0]);
    // One of another state is no excuse.
    let elsewhere = other("p_load").replace("UNPAID: { final", "UNPAID: { entry: fetsh, final");
    assert_eq!(codes(&elsewhere), ["W025", "W005"]);
}
