//! The table of features (`chart/features.md`): what it says is not supported is refused when the file is loaded, and what is
//! written in its place loads.

use super::*;
use crate::signal::EventName;
use crate::workflow::condition::NoFacts;

const END: &str = "  B: { final: true }\n";

fn flow(states: &str) -> String {
    format!("external: [CMD_GO, CMD_TURN]\nstates:\n{states}{END}")
}

/// What is not supported, as SCXML or XState writes it, and beside it what serves.
const UNSUPPORTED: [(&str, &str, &str); 11] = [
    (
        "several targets of one transition",
        "  A: { events: { CMD_GO: { to: [B, C] } } }\n  C: { events: { CMD_GO: B } }\n",
        "  A: { events: { CMD_GO: B } }\n",
    ),
    (
        "an initial child with steps",
        "  A: { initial: { to: C, steps: [p_load] }, states: { C: { events: { CMD_GO: B } } } }\n",
        "  A: { initial: C, entry: [p_load], states: { C: { events: { CMD_GO: B } } } }\n",
    ),
    ("events raised by hand", "  A: { entry: [{ raise: CMD_GO }], events: { CMD_GO: B } }\n", "  A: { always: [B] }\n"),
    (
        "sending with delay",
        "  A: { entry: [{ send: CMD_GO, delay: 3s }], events: { CMD_GO: B } }\n",
        "  A: { after: { 3s: B } }\n",
    ),
    (
        "a data model in the chart",
        "  A: { entry: [{ assign: domain.total, value: 1 }], events: { CMD_GO: B } }\n",
        "  A: { entry: [count], events: { CMD_GO: B } }\n",
    ),
    (
        "a script in the chart",
        "  A: { entry: [{ script: domain.total = 1 }], events: { CMD_GO: B } }\n",
        "  A: { entry: [{ flux: if, when: domain.total > 1, then: [count] }], events: { CMD_GO: B } }\n",
    ),
    (
        "an invoked machine",
        "  A: { invoke: other, events: { CMD_GO: B } }\n",
        "  A: { entry: [fetch], on_error: { RateLimited: B }, events: { CMD_GO: B } }\n",
    ),
    (
        "the active state in a guard",
        "  A: { events: { CMD_GO: { to: B, when: \"In('A')\" } } }\n",
        "  A: { events: { CMD_GO: { to: B, when: domain.ready } } }\n",
    ),
    ("the beginning of an event's name", "  A: { events: { \"CMD_*\": B } }\n", "  A: { events: { \"*\": B } }\n"),
    (
        "one name for two states",
        "  A: { states: { B: { events: { CMD_GO: A } } } }\n",
        "  A: { states: { C: { events: { CMD_GO: B } } } }\n",
    ),
    (
        "the result of an inner final state",
        "  A: { done: B, states: { C: { final: true, result: 1 } } }\n",
        "  A: { done: B, states: { C: { final: true } } }\n",
    ),
];

#[test]
fn what_is_not_supported_is_refused_and_what_serves_loads() {
    let mut drawn = String::new();
    for (feature, wrong, right) in UNSUPPORTED {
        let error = load(&flow(wrong)).err().unwrap_or_else(|| panic!("{feature} loads"));
        drawn += &format!("== {feature}\n{error}\n\n");
        loads(&flow(right));
    }
    insta::assert_snapshot!(drawn);
}

#[test]
fn an_event_of_a_state_around_is_forbidden_by_a_transition_that_does_nothing() {
    let yaml = "  A:\n    events: { CMD_GO: B }\n    states:\n      C: { events: { CMD_GO: {}, CMD_TURN: D } }\n      D: { events: { CMD_TURN: C } }\n";
    let definition = sound(&flow(yaml));
    let go = definition.event(&EventName::parse("CMD_GO").unwrap());
    let turn = definition.event(&EventName::parse("CMD_TURN").unwrap());
    let take = |at: &_, event| definition.transition(at, event, &NoFacts).unwrap();
    let start = definition.start().to;
    let forbidden = take(&start, go).unwrap();
    assert_eq!((forbidden.to == start, forbidden.effects().chains().len()), (true, 0));
    let inside = take(&start, turn).unwrap().to;
    assert_eq!(take(&inside, go).unwrap().effects().finished(), definition.state_named("B"));
}
