//! What a threshold counts together: `within` and `of`, and what of it makes no sense.

use super::*;
use crate::audit::{Across, Window};

/// What is said of a rule with these settings.
fn with(settings: &str) -> String {
    refused_entry(&format!("field: count, max: 9, {settings}"))
}

fn window(settings: &str) -> Window {
    let recipe = load_entry(&format!("field: count, max: 9, {settings}")).map_err(|error| error.to_string()).unwrap();
    assert_eq!(recipe.warnings().iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    recipe.rules("transfer").unwrap().rules(Gate::Input)[0].counting().window()
}

#[test]
fn a_window_is_a_time_or_a_number_of_runs() {
    let time = |seconds| Window::Within(std::time::Duration::from_secs(seconds));
    assert_eq!(window("max_threshold: 3"), Window::Endless);
    assert_eq!(window("max_threshold: 3, within: 1h"), time(3_600));
    assert_eq!(window("max_threshold: 2, within: 1h 30m, reset_on_success: true"), time(5_400));
    assert_eq!(window("max_threshold: 3, of: 10"), Window::Of(10));
    assert_eq!(window("max_threshold: 3, of: 3, reset_on_success: false"), Window::Of(3));
    assert_eq!(window("max_threshold: 1000, of: 4294967295"), Window::Of(u32::MAX));
}

#[test]
fn what_is_no_time_is_told_where_it_stands() {
    assert_eq!(
        with("max_threshold: 3, within: 0s"),
        "
error[R034]: `within` leaves no time: no two violations lie in it
 --> r.yaml:4:59
  |
4 |       - { field: count, max: 9, max_threshold: 3, within: 0s }
  |                                                           ^^
  |
  = help: as in `within: 1h`, `within: 90s`, `within: 1h 30m`
"
    );
    let first = |settings: &str| {
        let said = with(settings);
        let help = said.split("= help: ").nth(1).unwrap_or_default().lines().next().unwrap_or_default().to_owned();
        format!("{} / {help}", said.trim_start().lines().next().unwrap_or_default())
    };
    assert_eq!(
        first("max_threshold: 3, within: 60"),
        "error[R034]: `within` has no unit / write `60s`, `60m` or `60h`"
    );
    assert_eq!(
        first("max_threshold: 3, within: 1.5h"),
        "error[R034]: `within` is no time: `1.5h` is a fraction: write it in a smaller unit / as in `within: 1h`, `within: 90s`, `within: 1h 30m`"
    );
    assert_eq!(
        first("max_threshold: 3, within: PT1H"),
        "error[R034]: `within` is no time: `PT1H` does not begin with a whole number / write `1h`"
    );
    assert_eq!(
        first("max_threshold: 3, within: [1, 5]"),
        "error[R002]: `within` must be a time, not a list / for two bounds write `between`"
    );
    assert!(
        first("max_threshold: 3, within:").starts_with("error[R002]: `within` must be a time, but is empty / as in")
    );
}

#[test]
fn a_number_of_runs_holds_the_threshold() {
    assert_eq!(
        with("max_threshold: 3, of: 2"),
        "
error[R034]: 3 violations do not fit into 2 runs: the level would never act
 --> r.yaml:4:55
  |
4 |       - { field: count, max: 9, max_threshold: 3, of: 2 }
  |                                                       ^
  |
  = help: let `of` be at least 3, or max_threshold at most 2
  = note: the max_threshold: r.yaml:4:48
"
    );
    assert_eq!(
        with("max_threshold: 3, of: 1h"),
        "
error[R002]: `of` must be a number of runs from 1 to 4294967295, not \"1h\"
 --> r.yaml:4:55
  |
4 |       - { field: count, max: 9, max_threshold: 3, of: 1h }
  |                                                       ^^
  |
  = help: for a time write `within: 1h`
"
    );
    for wrong in ["0", "-1", "2.5", "ten", "[3]"] {
        assert!(with(&format!("max_threshold: 1, of: {wrong}")).contains("`of` must be a number of runs"), "{wrong}");
    }
}

#[test]
fn a_window_has_one_measure_and_no_second_way_to_be_emptied() {
    assert_eq!(
        with("max_threshold: 3, within: 1h, of: 10"),
        "
error[R034]: `of` beside `within`: a window is so long, or so many runs
 --> r.yaml:4:63
  |
4 |       - { field: count, max: 9, max_threshold: 3, within: 1h, of: 10 }
  |                                                               ^^
  |
  = help: keep one of them; two entries can have a window each
  = note: the `within`: r.yaml:4:51
"
    );
    assert_eq!(
        with("max_threshold: 3, of: 10, reset_on_success: true"),
        "
error[R034]: `of` beside `reset_on_success`: a pass is one of the 10 runs, or it empties them
 --> r.yaml:4:55
  |
4 |       - { field: count, max: 9, max_threshold: 3, of: 10, reset_on_success: true }
  |                                                       ^^
  |
  = help: leave `of` out for 3 violations in a row, or say `reset_on_success: false` for 3 of 10
  = note: the reset_on_success: r.yaml:4:77
"
    );
    assert!(with("max_threshold: 1001, within: 1h").contains("max_threshold 1001 is too high for a window"));
}

#[test]
fn defaults_that_do_not_go_with_a_window_are_shown() {
    let file = |defaults: &str, own: &str| {
        format!(
            "defaults: {{ {defaults} }}\nprocess_recipes:\n  transfer: {{ inputs: [{{ field: amount, max: 9, {own} }}] }}\n"
        )
    };
    let said = refused(&file("max_threshold: 5", "of: 3"));
    assert!(
        said.contains("5 violations do not fit into 3 runs") && said.contains("the max_threshold: r.yaml:1:28"),
        "{said}"
    );
    let said = refused(&file("max_threshold: 2, reset_on_success: true", "of: 3"));
    assert!(said.contains("the reset_on_success: r.yaml:1:49"), "{said}");
    assert_eq!(warned(&file("max_threshold: 2, reset_on_success: true", "of: 3, reset_on_success: false")), "");
    let said = refused(&file("within: 1h", "max_threshold: 2"));
    assert!(said.contains("unknown key `within`") && said.contains("a window is an entry's own"), "{said}");
}

#[test]
fn a_window_of_a_rule_that_acts_at_once_does_nothing() {
    assert_eq!(
        warned("process_recipes: { transfer: { inputs: [ { field: count, max: 9, within: 1h } ] } }\n"),
        "
warning[R122]: `within: 1h` does nothing: the rule acts at every violation
 --> r.yaml:1:66
  |
1 | process_recipes: { transfer: { inputs: [ { field: count, max: 9, within: 1h } ] } }
  |                                                                  ^^^^^^
  |
  = help: give it a max_threshold of at least 2, or leave `within` out
"
    );
}

#[test]
fn a_counter_is_the_session_s_or_the_engine_s() {
    let across = |settings: &str| {
        let recipe = load_entry(&format!("field: count, max: 9, max_threshold: 3{settings}")).unwrap();
        recipe.rules("transfer").unwrap().rules(Gate::Input)[0].counting().across()
    };
    assert_eq!((across(""), across(", across: session")), (Across::Session, Across::Session));
    assert_eq!(across(", across: engine, within: 1h"), Across::Engine);
    assert_eq!(
        with("max_threshold: 3, across: engin"),
        "
error[R002]: `across` must be `session` or `engine`, not \"engin\"
 --> r.yaml:4:59
  |
4 |       - { field: count, max: 9, max_threshold: 3, across: engin }
  |                                                           ^^^^^
  |
  = help: did you mean `engine`?
"
    );
    assert!(with("max_threshold: 3, across: domain.total").contains("a counter for each value of a field is `per`"));
    assert!(with("max_threshold: 3, across: [engine]").contains("`engine` is one counter for all sessions"));
    assert!(
        warned("process_recipes: { transfer: { inputs: [ { field: count, max: 9, across: engine } ] } }\n")
            .contains("`across: engine` does nothing")
    );
}

#[test]
fn a_counter_for_each_value_is_of_something_that_can_be_told_apart() {
    let per = |path: &str| {
        let said = load_entry(&format!("field: count, max: 9, max_threshold: 3, per: {path}"));
        said.map_or_else(
            |error| error.to_string(),
            |recipe| recipe.rules("transfer").unwrap().rules(Gate::Input)[0].counting().to_string(),
        )
    };
    for path in ["name", "count", "flag", "tag", "note", "big", "domain.total", "domain.user.id", "global.max_transfer"]
    {
        assert_eq!(per(path), format!(" per {path}"));
    }
    assert_eq!(
        format!("\n{}\n", per("amount")),
        "
error[R035]: `per`: amount is a float: two that look alike may differ
 --> r.yaml:4:56
  |
4 |       - { field: count, max: 9, max_threshold: 3, per: amount }
  |                                                        ^^^^^^
  |
  = help: texts, integers, booleans, characters, UUIDs and enums fit
"
    );
    for (path, said) in [
        ("items", "`per`: items is a collection, not one value"),
        ("domain.accounts", "`per`: domain.accounts is a collection, not one value"),
        ("secret", "`per`: secret is of a type that the audit cannot look into"),
        ("local.steps", "`per: local.steps`: the scratch of a run is gone after it"),
        ("nam", "`per`: `transfer` has no argument `nam`"),
        ("nam", "did you mean `name`?"),
        ("domain.totl", "`per`: unknown field `totl` of Bank in `domain.totl`"),
        ("total", "did you mean `domain.total`?"),
        ("[name, tag]", "`per` must be the path of one value, not a list"),
        (
            "domain.sig_alarm",
            "`per: domain.sig_alarm`: `sig_alarm` is in the signal zone, which is not there again after a restart",
        ),
    ] {
        assert!(per(path).contains(said), "{}", per(path));
    }
    let invariant =
        |per: &str| format!("invariants: [ {{ field: domain.total, min: 0, max_threshold: 3, per: {per} }} ]\n");
    assert_eq!(warned(&invariant("domain.user.id")), "");
    let said = refused(&invariant("name"));
    assert!(said.contains("`per: name` of an invariant") && said.contains("judged after many processes"), "{said}");
    assert_eq!(said.matches("error[").count(), 1, "once, whichever processes it is judged after: {said}");
}

#[test]
fn a_message_names_the_value_that_is_counted_for_where_there_is_one() {
    assert_eq!(
        rules_of_entry("field: count, max: 9, max_threshold: 3, per: name, message: 'of {key}'"),
        ["count max 9"]
    );
    let said = with("max_threshold: 3, message: 'of {key}'");
    assert!(
        said.contains("error[R019]: `{key}` is the value that is counted for: there is none without `per`"),
        "{said}"
    );
}

#[test]
fn other_words_for_it_are_known() {
    for (word, meant) in
        [("window", "within"), ("during", "within"), ("runs", "of"), ("out_of", "of"), ("withn", "within")]
    {
        let said = with(&format!("max_threshold: 3, {word}: 1h"));
        assert!(said.contains(&format!("did you mean `{meant}`?")), "{said}");
    }
}

#[test]
fn two_windows_of_one_rule_stand_beside_each_other() {
    let two = |one: &str, two: &str| {
        format!(
            "process_recipes: {{ transfer: {{ inputs: [ {{ field: count, max: 9, {one} }}, {{ field: count, max: 9, {two} }} ] }} }}\n"
        )
    };
    assert_eq!(warned(&two("max_threshold: 3, within: 1m", "max_threshold: 10, within: 1d")), "");
    assert!(refused(&two("max_threshold: 3, within: 1m", "max_threshold: 10, within: 60s")).contains("given twice"));
}

#[test]
fn a_window_is_weighed_where_recipes_are_compared() {
    let of = |settings: &str| load_entry(&format!("field: count, max: 9, max_threshold: 3{settings}")).unwrap();
    let compared = |old: &str, new: &str| {
        let changes = Recipe::compare(&of(old), &of(new));
        changes.changes.first().map(|change| format!("{:?}: {}", change.kind, change.details.join("; ")))
    };
    assert_eq!(compared(", within: 60m", ", within: 1h"), None);
    assert_eq!(compared("", ", within: 1h").unwrap(), "Looser: counts all -> within 1h");
    assert_eq!(compared(", within: 1h", ", within: 2h").unwrap(), "Stricter: counts within 1h -> within 2h");
    assert_eq!(compared(", of: 10", ", of: 5").unwrap(), "Looser: counts in 10 runs -> in 5 runs");
    assert_eq!(compared(", of: 10", ", within: 1m").unwrap(), "Otherwise: counts in 10 runs -> within 1m");
    assert_eq!(
        compared(", within: 1h", ", within: 1h, across: engine").unwrap(),
        "Stricter: counts within 1h -> within 1h across the engine"
    );
    assert_eq!(compared(", across: engine", ", within: 1h").unwrap(), "Looser: counts across the engine -> within 1h");
    assert_eq!(
        compared("", ", within: 1h, across: engine").unwrap(),
        "Otherwise: counts all -> within 1h across the engine"
    );
    assert_eq!(compared("", ", per: name").unwrap(), "Looser: counts all -> per name");
    assert_eq!(compared(", per: name", ", per: tag").unwrap(), "Otherwise: counts per name -> per tag");
    assert_eq!(
        compared(", per: name, of: 5", ", per: name, of: 9").unwrap(),
        "Stricter: counts in 5 runs per name -> in 9 runs per name"
    );
    // A pass of another name, or of another session, would let violations go that counted before.
    for (old, new) in [
        (", per: name, of: 5", ", of: 9"),
        (", of: 9", ", of: 9, across: engine"),
        (", per: name, reset_on_success: true", ", reset_on_success: true"),
        (", reset_on_success: true", ", reset_on_success: true, across: engine"),
        (", reset_on_success: true, when: 'flag'", ", reset_on_success: true"),
        (", of: 9, when: 'flag'", ", of: 9"),
    ] {
        assert!(compared(old, new).unwrap().starts_with("Otherwise: "), "{old} -> {new}");
        assert!(compared(new, old).unwrap().starts_with("Otherwise: "), "{new} -> {old}");
    }
    assert!(compared(", when: 'flag'", "").unwrap().starts_with("Stricter: "));
    let text = Recipe::compare(&Recipe::default(), &of(", within: 1h")).to_string();
    assert!(text.contains("9 (level B, acts at violation 3 within 1h, warns from 1)"), "{text}");
}
