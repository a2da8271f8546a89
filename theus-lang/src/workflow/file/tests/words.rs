//! Words of statecharts: each wrong use is refused at its place, and the nearest thing to it that passes loads.

use super::{codes, load, sound};

/// What is said of each of some files, which all are refused.
fn told(files: &[&str]) -> String {
    let error = |yaml: &&str| match load(yaml) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("it loads: {yaml}"),
    };
    files.iter().map(error).collect::<Vec<_>>().join("\n\n")
}

/// Two regions, `L` with `L1` and `L2` and `R` with `R1`, `R2` and a history; `when` is the guard of the way from `L1` to `L2`.
fn asks(when: &str) -> String {
    format!(
        "external: [CMD_L, CMD_R, CMD_X]\nstates:\n  P:\n    done: Z\n    events: {{ CMD_X: Y }}\n    regions:\n      L: {{ states: {{ L1: {{ events: {{ CMD_L: {{ to: L2, when: {when} }} }} }}, L2: {{ final: true }} }} }}\n      R: {{ states: {{ R1: {{ events: {{ CMD_R: R2 }} }}, R2: {{ final: true }}, H: {{ history: shallow, default: R1 }} }} }}\n  Y: {{ events: {{ CMD_X: H }} }}\n  Z: {{ final: true }}\n"
    )
}

#[test]
fn a_condition_asks_for_a_state_that_there_is() {
    for when in
        ["\"in('R2')\"", "\"domain.ready && !in(\\\"R\\\")\"", "\"domain.items.all(x, x in ['a'] || in ('R1'))\""]
    {
        sound(&asks(when));
    }
    sound(
        "states: { A: { entry: [{ flux: if, when: \"in('A')\", then: count }], events: { EVT_CHAIN_DONE: B } }, B: { final: true, result: \"${ in('B') }\" } }",
    );
    let wrong = [
        "\"domain.ready && in('R3')\"",
        "\"in('H')\"",
        "\"in(R2)\"",
        "\"in(domain.name)\"",
        "\"In('R2')\"",
        "\"in('#P.R2')\"",
        "\"in('R2', 'R1')\"",
        "\"domain.name.in('R2')\"",
        "\"in 'R2'\"",
    ];
    let files = wrong.map(asks);
    insta::assert_snapshot!("in", told(&files.iter().map(String::as_str).collect::<Vec<_>>()));
    insta::assert_snapshot!(
        "in_steps",
        told(&[
            "steps: [{ flux: if, when: \"in('RUN')\", then: p_load }]",
            "states: { A: { entry: { flux: while, when: \"in('B')\", do: count }, events: { EVT_CHAIN_DONE: C } }, C: { final: true } }",
            "states: { A: { entry: { run: refund, with: { amount: \"${ in('A') }\" } }, events: { EVT_CHAIN_DONE: C } }, C: { final: true } }",
        ])
    );
}

#[test]
fn what_a_guard_asks_for_may_be_active_and_may_not() {
    for (state, is_decided) in
        [("L1", true), ("L2", true), ("L", true), ("P", true), ("Z", true), ("R", false), ("R2", false)]
    {
        let found = codes(&asks(&format!("\"domain.ready || in('{state}')\"")));
        assert_eq!(found.contains(&"W115"), is_decided, "{state}: {found:?}");
    }
}
