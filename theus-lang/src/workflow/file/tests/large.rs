//! Limits, and files that are large on purpose.

use std::time::{Duration, Instant};

use super::{codes, load, loads};

/// That it ends; how its cost grows is for `growth`.
const LONGEST: Duration = Duration::from_secs(90);

fn within_time<T>(what: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let given = what();
    assert!(start.elapsed() < LONGEST, "{:?}", start.elapsed());
    given
}

#[test]
fn states_are_nested_sixteen_deep() {
    let nested = |depth: usize| {
        let opened: String = (1..depth).map(|level| format!("states: {{ S{level}: {{ ")).collect();
        format!("{opened}states: {{ END: {{ final: true }} }} {}", "} }".repeat(depth - 1))
    };
    loads(&nested(16));
    assert_eq!(codes(&nested(17)), ["W026"]);
}

#[test]
fn steps_are_nested_sixteen_deep() {
    let nested = |depth: usize| {
        let opened = "{ flux: if, when: domain.ready, then: ".repeat(depth - 1);
        format!("states: {{ A: {{ final: true, entry: {opened}p_load{} }} }}", " }".repeat(depth - 1))
    };
    loads(&nested(16));
    assert_eq!(codes(&nested(17)), ["W026"]);
}

#[test]
fn a_workflow_has_at_most_ten_thousand_states() {
    let chain = |count: usize| {
        let mut yaml = "states:\n".to_owned();
        for state in 1..count {
            yaml += &format!("  S{state}: {{ entry: draft, events: {{ CMD_START: S{} }} }}\n", state + 1);
        }
        yaml + &format!("  S{count}: {{ entry: [review, publish], final: true }}\n")
    };
    within_time(|| loads(&chain(10_000)));
    assert!(within_time(|| codes(&chain(10_001))).contains(&"W026"));
}

#[test]
fn a_file_with_problems_without_end_is_refused_soon() {
    let states: String =
        (0..9_000).map(|n| format!("  S{n}: {{ entry: x{n}, events: {{ EVT_{n}: T{n} }} }}\n")).collect();
    let error = within_time(|| load(&format!("states:\n{states}"))).unwrap_err();
    assert!(error.problems().len() >= 100);
}

#[test]
fn many_regions_and_targets_are_proved_soon() {
    let regions: String = (0..1_500)
        .map(|n| {
            format!(
                "      R{n}: {{ states: {{ A{n}: {{ events: {{ CMD_START: B{n} }} }}, B{n}: {{ final: true }} }} }}\n"
            )
        })
        .collect();
    within_time(|| {
        loads(&format!("states:\n  ALL:\n    done: END\n    regions:\n{regions}  END: {{ final: true }}\n"))
    });
    let events: String = (0..500).map(|n| format!("EVT_{n}: S{n}, ")).collect();
    let states: String = (0..500).map(|n| format!("    S{n}: {{ entry: [draft, review], exit: publish }}\n")).collect();
    let nested = format!("states:\n OUTER:\n  events: {{ {events} }}\n  states:\n{states}");
    within_time(|| loads(&nested));
}

#[test]
fn what_is_told_apart_by_stored_numbers_is_bounded() {
    let invokes = |count: usize| {
        let invokes: String = (0..count).map(|n| format!("      - {{ run: review, id: i{n} }}\n")).collect();
        format!("states:\n  S:\n    invoke:\n{invokes}    events: {{ CMD_START: E }}\n  E: {{ final: true }}\n")
    };
    let states = |count: usize| {
        let of = |n: usize| format!("  S{n}: {{ invoke: review, events: {{ CMD_START: S{} }} }}\n", n + 1);
        let states: String = (0..count).map(of).collect();
        format!("states:\n{states}  S{count}: {{ entry: [draft, publish], final: true }}\n")
    };
    for yaml in [invokes(10_001), invokes(6_000) + &states(5_000).replace("states:\n", "").replace("S0:", "T:")] {
        assert_eq!(within_time(|| codes(&yaml)).iter().filter(|code| **code == "W026").count(), 1);
    }
    within_time(|| loads(&states(9_000)));

    let parallel = |count: usize| {
        let runs = vec!["review"; count].join(", ");
        format!("states: {{ S: {{ entry: [draft, {{ parallel: [{runs}] }}, publish], final: true }} }}")
    };
    assert!(within_time(|| codes(&parallel(10_001))).contains(&"W026"));
    assert!(!within_time(|| codes(&parallel(100))).contains(&"W026"));
}
