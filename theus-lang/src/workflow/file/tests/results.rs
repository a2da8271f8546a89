//! What a process that is invoked returns is asked for where something can look at it, and only there.

use super::loads;
use crate::workflow::chart::Step;

/// What is asked of the one process that is invoked.
fn asked(invoke: &str, end: &str) -> Option<String> {
    let flow = format!(
        "states: {{ A: {{ invoke: {{ run: price, {invoke} }}, after: {{ 1h: B }} }}, B: {{ {end} }}, C: {{ final: true }} }}"
    );
    let definition = loads(&flow);
    let invoke = definition.states().iter().flat_map(|state| &state.invokes).next().unwrap();
    let [Step::Run(run)] = &invoke.steps[..] else { panic!("{:?}", invoke.steps) };
    assert_eq!(run.gives.is_some(), invoke.result.is_some());
    run.gives.as_deref().map(str::to_owned)
}

#[test]
fn a_return_that_nobody_looks_at_is_not_asked_for() {
    let ends = "events: { EVT_CHAIN_DONE: C }, always: { to: C, when: domain.total > 3 }";
    assert_eq!(asked("done: B", ends), None);
    assert_eq!(asked("done: { to: B, when: domain.total > 3 }", ends), None);
    assert_eq!(asked("done: { to: B, when: event.amount > 3 }", ends).as_deref(), Some("result"));
    let charges = "{ run: charge, with: { amount: '${ event.amount }', to: x }, on_error: { '*': C } }";
    assert_eq!(asked(&format!("done: {{ to: B, steps: {charges} }}"), ends).as_deref(), Some("result"));
    // What comes of entering the target sees it too.
    assert_eq!(
        asked("done: B", &format!("entry: {charges}, events: {{ EVT_CHAIN_DONE: C }}")).as_deref(),
        Some("result")
    );
    assert_eq!(
        asked("done: B", "always: { to: C, when: event.amount > 3 }, after: { 1h: C }").as_deref(),
        Some("result")
    );
    assert_eq!(asked("done: B", "final: true, result: '${ event.amount }'").as_deref(), Some("result"));
    // Another event's own guard does not.
    let own = "events: { SIG_OVERHEAT: { to: C, when: event == true } }, after: { 1h: C }";
    assert_eq!(asked("done: B", own), None);
}
