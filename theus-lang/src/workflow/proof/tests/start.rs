//! What a start takes from an event that has not come.

use super::super::super::file::tests::{codes, load};

/// A workflow whose first state has this, with a state that leads back to it.
fn flow(first: &str) -> String {
    format!(
        "external: [CMD_A]\nstates:\n  FIRST: {{ {first} }}\n  AGAIN: {{ events: {{ CMD_A: FIRST }} }}\n  DONE: {{ final: true }}\n"
    )
}

const THEN: &str = "events: { EVT_CHAIN_DONE: AGAIN, EVT_CHAIN_FAIL: DONE }";

fn of(entry: &str) -> Vec<&'static str> {
    codes(&flow(&format!("entry: {entry}, {THEN}")))
}

fn refund(amount: &str) -> Vec<&'static str> {
    of(&format!("{{ run: refund, with: {{ amount: \"${{ {amount} }}\" }} }}"))
}

#[test]
fn a_strict_file_that_fails_at_every_start_is_refused() {
    let strict = |first: &str| format!("strict: true\n{}", flow(first));
    let wrong = strict(&format!("entry: {{ run: refund, with: {{ amount: \"${{ event.amount }}\" }} }}, {THEN}"));
    let error = load(&wrong).map(|_| ()).unwrap_err();
    let told: Vec<_> = error.problems().iter().map(|it| (it.code, it.line, it.column, it.message.as_str())).collect();
    let message = "`refund` takes its `amount` from an event, and nothing has been sent when the workflow starts";
    assert_eq!(told, [(Some("W117"), 4, 50, message)]);
    let shown = error.to_string();
    assert!(shown.contains("`event.amount` has no value then: the chain of `FIRST` fails at every start"), "{shown}");
    assert!(shown.contains("= help: take it from `domain`, say what stands for it"), "{shown}");
    // What stands for it makes it right, and so does a state that waits for the event.
    let right = wrong.replace("event.amount", "has(event.amount) ? event.amount : 7");
    assert!(load(&right).is_ok());
    assert!(load(&wrong.replace("states:", "initial: AGAIN\nstates:")).is_ok());
    assert!(load(&wrong.replace("strict: true\n", "")).is_ok(), "elsewhere it is a warning");
}

#[test]
fn only_what_surely_has_no_value_is_told() {
    for fails in [
        "event.amount",
        "event.order.amount",
        "event['amount']",
        "event.amount + 1",
        "1 + int(event.amount)",
        "domain.ready ? event.a : event.b",
        "has(event.order.amount) ? 1 : 2",
        "size(event)",
        "event",
        "[event.a, 1][1]",
        "event.a > 1 ? 1 : 2",
        "[1, 2].map(x, x + 1).size() + event.a",
    ] {
        assert_eq!(refund(fails), ["W117"], "{fails}");
    }
    for may_pass in [
        "has(event.amount) ? event.amount : 1",
        "domain.ready ? event.amount : 1",
        "domain.ready || event.is_small ? 1 : 2",
        "event == null ? 1 : 2",
        "[1].map(x, event.a)[0]",
    ] {
        assert_eq!(refund(may_pass), [""; 0], "{may_pass}");
    }
}

#[test]
fn steps_and_what_is_invoked_at_the_start_are_looked_at_and_no_others() {
    let event = "{ run: refund, with: { amount: \"${ event.amount }\" } }";
    for (entry, is_told) in [
        (format!("[p_load, {event}]"), true),
        (format!("{{ parallel: [p_load, {event}] }}"), true),
        (format!("{{ flux: if, when: domain.ready, then: {event} }}"), false),
        ("{ flux: if, when: event.is_new, then: p_load }".to_owned(), true),
        ("{ flux: if, when: has(event.is_new), then: p_load }".to_owned(), false),
        // What need not be there is nothing then.
        (
            "{ run: charge, with: { amount: 1, to: x, memo: \"${ event.memo }\" }, on_error: { '*': DONE } }"
                .to_owned(),
            false,
        ),
        ("{ run: charge, with: { amount: 1, to: \"${ event.to }\" }, on_error: { '*': DONE } }".to_owned(), true),
    ] {
        assert_eq!(of(&entry), if is_told { vec!["W117"] } else { vec![] }, "{entry}");
    }
    let inner = flow(&format!("states: {{ IN: {{ entry: {event}, {THEN} }} }}"));
    assert_eq!(codes(&inner), ["W117"]);
    let invoked = "invoke: { run: refund, with: { amount: \"${ event.amount }\" }, done: AGAIN }, events: { EVT_CHAIN_FAIL: DONE }";
    assert!(codes(&flow(invoked)).contains(&"W117"));
    // Steps of a transition have its event.
    assert_eq!(
        codes(
            &flow(&format!("events: {{ CMD_A: {{ to: DONE, steps: {event} }} }}"))
                .replace("AGAIN: {", "AGAIN: { always: DONE, ")
                .replace(", events: { CMD_A: FIRST }", "")
        ),
        ["W102"]
    );
}
