//! The table of features (`chart/features.md`): what it says is not supported is refused when the file is loaded, and what is
//! written in its place loads.

use super::*;
use crate::condition::EmptyActivation;
use crate::signal::EventName;

const END: &str = "  B: { final: true }\n";

fn flow(states: &str) -> String {
    format!("external: [CMD_GO, CMD_TURN]\nstates:\n{states}{END}")
}

/// What is not supported, as SCXML or XState writes it, and beside it what serves.
const UNSUPPORTED: [(&str, &str, &str); 8] = [
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
        "  A: { invoke: { src: other }, events: { CMD_GO: B } }\n",
        "  A: { invoke: { run: fetch, on_error: { RateLimited: B }, done: B }, events: { CMD_GO: B } }\n",
    ),
    ("the beginning of an event's name", "  A: { events: { \"CMD_*\": B } }\n", "  A: { events: { \"*\": B } }\n"),
    (
        "one name for two states",
        "  A: { states: { B: { events: { CMD_GO: A } } } }\n",
        "  A: { states: { C: { events: { CMD_GO: B } } } }\n",
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

/// The names of the states whose transitions an event takes, and those that are active after it.
fn taken(yaml: &str, event: &str) -> (Vec<String>, Vec<String>) {
    let definition = loads(&flow(yaml));
    let event = definition.event(&EventName::parse(event).unwrap());
    let it = definition.transition(&definition.start().to, event, &EmptyActivation).unwrap().unwrap();
    let name = |id| definition.state(id).unwrap().name.clone();
    let sources = it.effects().taken().map(|(source, _)| name(source)).collect();
    (sources, definition.active(&it.to).into_iter().map(name).collect())
}

#[test]
fn what_one_region_takes_another_may_leave_to_the_state_around_them() {
    let with = |outer: &str| {
        format!(
            "  P:\n    events: {{ CMD_GO: {outer} }}\n    regions:\n      L: {{ states: {{ A: {{ events: {{ CMD_GO: C }} }}, C: {{ events: {{ CMD_TURN: B }} }} }} }}\n      R: {{ states: {{ D: {{ events: {{ CMD_TURN: D }} }} }} }}\n"
        )
    };
    assert_eq!(taken(&with("{ steps: p_load }"), "CMD_GO").0, ["A", "P"], "neither leaves what the other leaves");
    let (sources, active) = taken(&with("B"), "CMD_GO");
    assert_eq!((sources, active), (vec!["A".to_owned()], ["P", "L", "C", "R", "D"].map(str::to_owned).to_vec()));
}

#[test]
fn a_way_from_region_to_region_leaves_the_parallel_state() {
    let yaml = "  P:\n    regions:\n      L: { states: { A: { events: { CMD_TURN: C } }, C: { events: { CMD_GO: F } } } }\n      R: { initial: D, states: { D: { events: { CMD_GO: E } }, E: { events: { CMD_TURN: B } }, F: { events: { CMD_TURN: C } } } }\n";
    let definition = loads(&flow(yaml));
    let event = |name| definition.event(&EventName::parse(name).unwrap());
    let turned =
        definition.transition(&definition.start().to, event("CMD_TURN"), &EmptyActivation).unwrap().unwrap().to;
    let crossed = definition.transition(&turned, event("CMD_GO"), &EmptyActivation).unwrap().unwrap();
    let p = definition.state_named("P").unwrap();
    assert!(crossed.effects().exited().contains(&p) && crossed.effects().entered().contains(&p));
    let active = definition.active(&crossed.to).into_iter().map(|id| definition.state(id).unwrap().name.as_str());
    assert_eq!(active.collect::<Vec<_>>(), ["P", "L", "A", "R", "F"], "the other region begins anew");
}

#[test]
fn a_leaf_without_a_way_on_is_final() {
    let definition = loads("external: [CMD_GO]\nstates: { A: { events: { CMD_GO: B } }, B: {} }");
    let go = definition.event(&EventName::parse("CMD_GO").unwrap());
    let moved = definition.transition(&definition.start().to, go, &EmptyActivation).unwrap().unwrap();
    assert_eq!(moved.effects().finished(), definition.state_named("B"));
    assert_eq!(definition.warnings()[0].code, Some("W101"));
}

#[test]
fn an_event_of_a_state_around_is_forbidden_by_a_transition_that_does_nothing() {
    let yaml = "  A:\n    events: { CMD_GO: B }\n    states:\n      C: { events: { CMD_GO: {}, CMD_TURN: D } }\n      D: { events: { CMD_TURN: C } }\n";
    let definition = sound(&flow(yaml));
    let go = definition.event(&EventName::parse("CMD_GO").unwrap());
    let turn = definition.event(&EventName::parse("CMD_TURN").unwrap());
    let take = |at: &_, event| definition.transition(at, event, &EmptyActivation).unwrap();
    let start = definition.start().to;
    let forbidden = take(&start, go).unwrap();
    assert_eq!((forbidden.to == start, forbidden.effects().chains().len()), (true, 0));
    let inside = take(&start, turn).unwrap().to;
    assert_eq!(take(&inside, go).unwrap().effects().finished(), definition.state_named("B"));
}
