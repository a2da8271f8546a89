//! What makes an alarm of an entry, and what of it makes no sense.

use std::time::Duration;

use super::*;

/// What is said of a rule with these settings.
fn first(entry: &str) -> String {
    let said = refused_entry(entry);
    let help = said.split("= help: ").nth(1).unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    format!("{} / {help}", said.trim_start().lines().next().unwrap_or_default())
}

fn alarm(entry: &str) -> String {
    let recipe = load_entry(entry).map_err(|error| error.to_string()).unwrap();
    assert_eq!(recipe.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    let rules = recipe.rules("transfer").unwrap().rules(Gate::Input).to_vec();
    rules[0].alarm().map_or("none".to_owned(), ToString::to_string)
}

#[test]
fn each_of_its_words_makes_an_alarm() {
    assert_eq!(alarm("field: count, max: 9"), "none");
    assert_eq!(alarm("field: count, max: 9, alarm: true"), "alarm");
    assert_eq!(alarm("field: count, max: 9, deadband: 3"), "alarm, deadband 3");
    assert_eq!(alarm("field: amount, between: [1, 9], deadband: 0.5"), "alarm, deadband 0.5");
    assert_eq!(
        alarm("field: count, max: 9, level: C, deadband: 3, on_delay: 90s, off_delay: 1m"),
        "alarm, deadband 3, on delay 1m 30s, off delay 1m"
    );
    assert_eq!(alarm("field: count, max: 9, latched: true"), "alarm, latched");
    assert_eq!(alarm("that: \"count < 9\", level: C, on_delay: 10s"), "alarm, on delay 10s");
    assert_eq!(alarm("field: items, unique: true, off_delay: 10s"), "alarm, off delay 10s");
    let recipe = load_entry("field: count, max: 9, level: I, on_delay: 10s").unwrap();
    let rule = &recipe.rules("transfer").unwrap().rules(Gate::Input)[0];
    assert_eq!(rule.alarm().unwrap().on_delay(), Duration::from_secs(10));
    assert!(rule.counts_excursions());
    assert!(
        !load_entry("field: count, max: 9, alarm: true").unwrap().rules("transfer").unwrap().rules(Gate::Input)[0]
            .counts_excursions()
    );
}

#[test]
fn a_deadband_is_a_number_of_the_fields_own_type() {
    assert_eq!(
        refused_entry("field: count, max: 9, deadband: 0"),
        "
error[R040]: `deadband` of count must be an integer above 0, not 0
 --> r.yaml:4:43
  |
4 |       - { field: count, max: 9, deadband: 0 }
  |                                           ^
  |
  = help: it is by how much the value must be back inside, as in `max: 100, deadband: 3`
"
    );
    for wrong in ["0.5", "-1", "three", "[3]"] {
        assert!(first(&format!("field: count, max: 9, deadband: {wrong}")).contains("must be an integer above 0"));
    }
    for wrong in ["0", "-0.5", ".nan", ".inf", "true"] {
        let said = first(&format!("field: amount, max: 9, deadband: {wrong}"));
        assert!(said.contains("`deadband` of amount must be a finite number above 0"), "{said}");
    }
    // `count` is one of 0 to 255.
    assert_eq!(
        first("field: count, max: 9, deadband: 10"),
        "error[R040]: no value of count is inside max 9 by 10: the alarm would never be over / make it smaller"
    );
    assert_eq!(alarm("field: count, max: 9, deadband: 9"), "alarm, deadband 9");
    assert!(first("field: count, min: 250, deadband: 6").contains("inside min 250 by 6"));
    assert_eq!(alarm("field: count, min: 250, deadband: 5"), "alarm, deadband 5");
    assert!(first("field: amount, between: [1, 5], deadband: 2.5").contains("inside between [1, 5] by 2.5"));
    assert_eq!(alarm("field: amount, between: [1, 5], deadband: 2"), "alarm, deadband 2");
    assert_eq!(
        first("field: amount, min: 1, max: 5, deadband: 5"),
        "error[R040]: no value of amount is inside both bounds by it: the alarm would never be over / make it smaller, or give \
         each bound an entry of its own"
    );
    assert_eq!(alarm("field: amount, min: 1, max: 5, deadband: 4"), "alarm, deadband 4");
}

#[test]
fn a_deadband_is_of_bounds() {
    assert_eq!(
        first("field: count, multiple_of: 3, deadband: 1"),
        "error[R040]: `deadband` beside `multiple_of`: it is by how much a value must be back inside `min`, `max` or `between` / \
         leave it out: `alarm: true` makes an alarm of any rule"
    );
    assert_eq!(
        first("field: count, max: 9, multiple_of: 3, deadband: 1").split(" / ").nth(1),
        Some("give `multiple_of` an entry of its own")
    );
    assert!(first("that: \"count < 9\", deadband: 1").contains("`deadband` beside `that`"));
}

#[test]
fn a_delay_is_a_time() {
    assert_eq!(
        first("field: count, max: 9, level: C, on_delay: 10"),
        "error[R040]: `on_delay` has no unit / write `10s`, `10m` or `10h`"
    );
    assert_eq!(
        first("field: count, max: 9, off_delay: 0s"),
        "error[R040]: `off_delay` does nothing: leave it out / as in `on_delay: 10s`, `off_delay: 1m 30s`"
    );
    assert!(first("field: count, max: 9, off_delay: [1]").starts_with("error[R002]: `off_delay` must be a time"));
    assert_eq!(
        first("field: count, max: 9, latched: 1"),
        "error[R002]: `latched` must be true, not 1 / leave it out where the alarm returns with its value"
    );
    assert_eq!(
        first("field: count, max: 9, alarm: false"),
        "error[R002]: `alarm` must be true, not false / leave it out where the rule is to be no alarm"
    );
}

#[test]
fn a_level_that_refuses_waits_for_nothing() {
    assert_eq!(
        refused_entry("field: count, max: 9, level: S, on_delay: 10s"),
        "
error[R040]: `on_delay` beside level S: it refuses every run that violates it, at once
 --> r.yaml:4:43
  |
4 |       - { field: count, max: 9, level: S, on_delay: 10s }
  |                                           ^^^^^^^^
  |
  = help: an alarm that waits is of level C or I; give level S an entry of its own
  = note: the level: r.yaml:4:40
"
    );
    assert!(
        first("field: count, max: 9, on_delay: 10s")
            .contains("`on_delay` beside level B, which holds where none is given")
    );
    assert_eq!(alarm("field: count, max: 9, level: S, off_delay: 10s"), "alarm, off delay 10s");
}

#[test]
fn what_counts_excursions_counts_no_runs_and_is_not_put_back_by_a_pass() {
    assert_eq!(
        first("field: count, max: 9, level: C, max_threshold: 3, of: 10, deadband: 1"),
        "error[R040]: `of` beside `deadband`: an alarm counts excursions, not runs / `within: 1h` counts the excursions of the \
         last hour"
    );
    assert_eq!(alarm("field: count, max: 9, level: C, max_threshold: 3, within: 1h, alarm: true"), "alarm");
    assert_eq!(alarm("field: count, max: 9, level: B, max_threshold: 3, of: 10, alarm: true"), "alarm");
    assert_eq!(
        first("field: count, max: 9, level: C, max_threshold: 3, reset_on_success: true, deadband: 1"),
        "error[R040]: `max_threshold: 3` beside `reset_on_success` of an alarm: every excursion ends with a pass, so that 3 are \
         never counted / say `reset_on_success: false`, or `within: 1h` for 3 excursions in an hour"
    );
    assert_eq!(alarm("field: count, max: 9, level: C, reset_on_success: true, deadband: 1"), "alarm, deadband 1");
    assert_eq!(
        first("field: count, max: 9, max_threshold: 3, across: engine, alarm: true"),
        "error[R040]: `across: engine` beside `alarm`: an excursion is of the value of one session / leave it out: each session \
         has an alarm of its own, and `engine.alarms()` lists all of them"
    );
    assert_eq!(alarm("field: count, max: 9, max_threshold: 3, across: session, alarm: true"), "alarm");
}

#[test]
fn words_of_other_alarm_systems_are_known() {
    let meant = |key: &str| first(&format!("field: count, max: 9, {key}: 3"));
    assert!(meant("hysteresis").ends_with("did you mean `deadband`?"), "{}", meant("hysteresis"));
    assert!(meant("debounce").ends_with("did you mean `on_delay`?"));
    assert!(meant("deadbnd").ends_with("did you mean `deadband`?"));
    let said =
        refused("defaults: { deadband: 3 }\nprocess_recipes:\n  transfer: { inputs: [{ field: amount, max: 9 }] }\n");
    assert!(said.contains("unknown key `deadband`") && said.contains("an alarm is an entry's own"), "{said}");
}

#[test]
fn a_review_says_that_an_alarm_counts_less() {
    let compared = |old: &str, new: &str| {
        let load = |entry: &str| load_entry(&format!("field: count, max: 90, {entry}")).unwrap();
        let changes = Recipe::compare(&load(old), &load(new));
        changes.changes.first().map(|change| format!("{:?} {}", change.kind, change.details.join("; ")))
    };
    let found = |old, new| compared(old, new).unwrap();
    assert_eq!(found("level: C", "level: C, deadband: 3"), "Looser no alarm -> alarm, deadband 3");
    assert_eq!(
        found("level: C, deadband: 3", "level: C, deadband: 2"),
        "Stricter alarm, deadband 3 -> alarm, deadband 2"
    );
    assert_eq!(
        found("level: C, on_delay: 1m, deadband: 2", "level: C, on_delay: 30s, deadband: 3"),
        "Otherwise alarm, deadband 2, on delay 1m -> alarm, deadband 3, on delay 30s"
    );
    assert_eq!(found("level: C, alarm: true", "level: C, latched: true"), "Otherwise alarm -> alarm, latched");
    assert_eq!(found("level: S", "level: S, deadband: 3"), "Otherwise no alarm -> alarm, deadband 3");
    assert_eq!(compared("level: C, on_delay: 60s", "level: C, on_delay: 1m"), None);
}
