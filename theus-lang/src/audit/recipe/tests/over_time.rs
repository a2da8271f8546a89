//! Bounds that go by the clock: what they are read as, and each refusal beside the nearest thing that loads.

use super::super::{ChangeKind, Recipe};
use super::*;

/// The first line of what is said, and the help.
fn said(entry: &str) -> String {
    let said = refused_entry(entry);
    let help = said.split("= help: ").nth(1).unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    format!("{} / {help}", said.trim_start().lines().next().unwrap_or_default())
}

fn name(entry: &str) -> String {
    let recipe = load_entry(entry).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(recipe.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    recipe.rules("transfer").unwrap().rules(Gate::Input)[0].name()
}

#[test]
fn a_rate_is_per_second_where_nothing_else_is_said() {
    assert_eq!(name("field: amount, max_rate: 2.5"), "amount max_rate 2.5 per 1s");
    assert_eq!(name("field: amount, max_rate: 2"), "amount max_rate 2 per 1s");
    assert_eq!(name("field: count, max_rate: 5 per 1m"), "count max_rate 5 per 1m");
    assert_eq!(name("field: count, max_rate: 0.5 per h"), "count max_rate 0.5 per 1h");
    assert_eq!(name("field: count, max_rate: '5 per 1m 30s', level: C, alarm: true"), "count max_rate 5 per 1m 30s");
    assert_eq!(name("field: count, stuck: 30m"), "count stuck 30m");
    assert_eq!(name("field: name, stuck: 1h 30m, when: count > 0"), "name stuck 1h 30m when count > 0");
    let rules = load_entry("field: count, max: 5, max_rate: 1, stuck: 1h").unwrap();
    assert_eq!(rules.rules("transfer").unwrap().rules(Gate::Input).len(), 3, "each is a rule");
}

#[test]
fn what_is_no_rate_is_refused() {
    let as_in = "as in `max_rate: 2` (per second), `max_rate: 5 per 1m`";
    let number = "must be a number above 0, and per how long, not";
    for (entry, expected) in [
        ("field: count, max_rate: fast", format!("error[R017]: `max_rate` of count {number} \"fast\" / {as_in}")),
        ("field: count, max_rate: x per 1s", format!("error[R017]: `max_rate` of count {number} \"x per 1s\" / {as_in}")),
        ("field: count, max_rate: 0", "error[R017]: `max_rate` of count must be above 0, not 0 / where it is never to move, write `unchanged: true`".into()),
        ("field: count, max_rate: -2", "error[R017]: `max_rate` of count must be above 0, not -2 / it bounds how fast the value rises and how fast it falls".into()),
        ("field: amount, max_rate: .inf", format!("error[R017]: `max_rate` of amount {number} .inf / {as_in}")),
        ("field: count, max_rate: 5 per 0s", format!("error[R017]: `max_rate` of count: what it is per is no time at all / {as_in}")),
        ("field: count, max_rate: 5 per 10", format!("error[R017]: `max_rate` of count: what it is per is no time: `10` has no unit / {as_in}")),
        ("field: count, max_rate: 5 per fortnight", format!("error[R017]: `max_rate` of count: what it is per is no time: `fortnight` is no unit of time / {as_in}")),
        ("field: count, max_rate: [1, 2]", format!("error[R017]: `max_rate` of count {number} a list / {as_in}")),
    ] {
        assert_eq!(said(entry), expected, "{entry}");
    }
    assert!(
        said("field: name, max_rate: 2").starts_with("error[R016]: `max_rate` does not fit name"),
        "{}",
        said("field: name, max_rate: 2")
    );
    assert!(said("field: items, max_rate: 2").starts_with("error[R016]: `max_rate` does not fit items"));
}

#[test]
fn what_is_no_time_to_be_stuck_for_is_refused() {
    let as_in = "as in `stuck: 30m`, `stuck: 1h 30m`";
    for (entry, expected) in [
        (
            "field: count, stuck: 30",
            "error[R017]: `stuck` of count has no unit / write `30s`, `30m` or `30h`".to_owned(),
        ),
        ("field: count, stuck: 0s", format!("error[R017]: `stuck` of count is no time at all / {as_in}")),
        ("field: count, stuck: true", format!("error[R017]: `stuck` of count must be a time, not true / {as_in}")),
        (
            "field: count, stuck: PT30M",
            "error[R017]: `stuck` of count is no time: `PT30M` does not begin with a whole number / write `30m`".into(),
        ),
        (
            "field: count, stuck: 30 lightyears",
            format!("error[R017]: `stuck` of count is no time: `lightyears` is no unit of time / {as_in}"),
        ),
    ] {
        assert_eq!(said(entry), expected, "{entry}");
    }
    assert!(said("field: items, stuck: 1h").starts_with("error[R016]: `stuck` does not fit items"));
}

#[test]
fn what_has_no_last_value_is_refused() {
    let configuration = said("field: global.max_transfer, stuck: 1h");
    assert_eq!(
        configuration,
        "error[R026]: `stuck` of global.max_transfer: the configuration never changes / it fits arguments, and paths that start with `domain.`"
    );
    let each = said("field: 'domain.accounts[*]', max_rate: 2");
    assert!(each.starts_with("error[R026]: `max_rate` compares with what was seen last: not each element"), "{each}");
    let beside = said("field: count, stuck: 1h, deadband: 3");
    assert!(beside.starts_with("error[R040]: `deadband` beside `stuck`"), "{beside}");
}

#[test]
fn a_review_says_which_is_stricter() {
    let kind = |old: &str, new: &str| {
        let load = |entry: &str| load_entry(&format!("field: count, {entry}")).unwrap();
        let changes = Recipe::compare(&load(old), &load(new)).changes;
        changes.first().map(|change| (change.kind, change.details.join("; ")))
    };
    assert_eq!(
        kind("max_rate: 2", "max_rate: 1"),
        Some((ChangeKind::Stricter, "bound 2 per 1s -> 1 per 1s".to_owned()))
    );
    assert_eq!(kind("max_rate: 2", "max_rate: 180 per 1m").map(|change| change.0), Some(ChangeKind::Looser));
    assert_eq!(kind("stuck: 1h", "stuck: 30m"), Some((ChangeKind::Stricter, "bound 1h -> 30m".to_owned())));
    assert_eq!(kind("stuck: 30m", "stuck: 1h").map(|change| change.0), Some(ChangeKind::Looser));
    assert_eq!(kind("stuck: 60m", "stuck: 1h"), None);
}

/// The same of an entry under the outputs.
fn output(entry: &str) -> Result<Recipe, String> {
    let recipe = format!("process_recipes:\n  transfer:\n    outputs:\n      - {{ {entry} }}\n");
    load(&recipe).map_err(|error| error.to_string())
}

#[test]
fn missing_runs_are_a_rule_of_their_process() {
    let recipe = output("missing: 10m, level: C").unwrap();
    let rule = &recipe.rules("transfer").unwrap().rules(Gate::Output)[0];
    assert_eq!((rule.name(), rule.source()), ("transfer missing 10m".to_owned(), "r.yaml:4:11"));
    for entry in [
        "missing: 1h 30m, level: S, message: 'nothing came: {value}'",
        "missing: 10m, level: I, max_threshold: 3, within: 1h, min_threshold: 2",
        "missing: 10m, level: C, alarm: true, off_delay: 1m, latched: true, id: FEED-1",
    ] {
        output(entry).unwrap();
    }
    let inherited =
        "process_recipes: { _watched: { outputs: [ { missing: 1h, level: C } ] }, transfer: { inherits: _watched } }";
    assert_eq!(
        load(inherited).unwrap().rules("transfer").unwrap().rules(Gate::Output)[0].name(),
        "transfer missing 1h"
    );
    let of_all = load("process_recipes: { '*': { outputs: [ { missing: 1h, level: C } ] } }").unwrap();
    assert!(of_all.processes().count() > 1);
    let kind = |old: &str, new: &str| {
        let changes = Recipe::compare(&output(old).unwrap(), &output(new).unwrap()).changes;
        changes.first().map(|change| change.kind)
    };
    assert_eq!(kind("missing: 10m, level: C", "missing: 5m, level: C"), Some(ChangeKind::Stricter));
    assert_eq!(kind("missing: 10m, level: C", "missing: 600s, level: C"), None);
}

#[test]
fn what_missing_runs_cannot_be_asked_is_refused() {
    let said = |entry: &str| {
        let said = output(entry).unwrap_err();
        let help = said.split("= help: ").nth(1).unwrap_or_default().lines().next().unwrap_or_default();
        format!("{} / {help}", said.trim_start().lines().next().unwrap_or_default())
    };
    let none = "there is no run that it could refuse / level C records it, I informs, S stops the engine";
    for (entry, expected) in [
        ("missing: 10m, level: B", format!("error[R044]: `missing` of level B: {none}")),
        ("missing: 10m, level: A", format!("error[R044]: `missing` of level A: {none}")),
        ("missing: 10m", format!("error[R044]: `missing` of level B, which holds where none is given: {none}")),
        ("field: domain.total, missing: 10m, level: C", "error[R044]: `field` beside `missing`: it is about runs, and not about a value / leave it out; a value that should move is `stuck`".into()),
        ("missing: 10m, when: domain.total > 3, level: C", "error[R044]: `when` beside `missing`: time finds it, and no run of which something could be asked / leave it out".into()),
        ("missing: 10m, per: domain.total, max_threshold: 2, level: C", "error[R044]: `per` beside `missing`: time finds it, and no run of which something could be asked / leave it out".into()),
        ("missing: 10m, of: 10, max_threshold: 2, level: C", "error[R044]: `of` beside `missing`: time finds it, and counts no judgements / `within: 1h` counts those of the last hour".into()),
        ("missing: 10m, on_delay: 1m, level: C", "error[R044]: `on_delay` beside `missing`: it waits by itself / make `missing` longer".into()),
        ("missing: 10m, max: 3, level: C", "error[R044]: `max` beside `missing`: it is about runs, and not about a value / give each of the two an entry of its own".into()),
        ("missing: 10, level: C", "error[R017]: `missing` has no unit / write `10s`, `10m` or `10h`".into()),
        ("missing: 0s, level: C", "error[R017]: `missing` is no time at all / as in `missing: 10m`, `missing: 1h 30m`".into()),
        ("missing: true, level: C", "error[R017]: `missing` must be a time, not true / as in `missing: 10m`, `missing: 1h 30m`".into()),
        ("missing: 10m, level: C, message: '{before}'", "error[R019]: `{before}` is the committed value of one field: missing runs have none / `{value}` tells for how long there was none".into()),
    ] {
        let found = said(entry);
        let (found, expected) = (found.split_once(']').unwrap().1, expected.split_once(']').unwrap().1);
        assert_eq!(found, expected, "{entry}");
    }
    let input = refused_entry("missing: 10m, level: C");
    assert!(
        input.contains("error[R044]: `missing` at the input gate") && input.contains("put the entry under `outputs`"),
        "{input}"
    );
    let invariant = load("invariants: [ { missing: 10m, level: C } ]").unwrap_err().to_string();
    assert!(invariant.contains("an invariant is about the domain: missing is not"), "{invariant}");
}
