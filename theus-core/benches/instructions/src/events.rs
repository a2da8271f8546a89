//! An event through the bus, the chart and one process.

use theus_core::prelude::*;
use theus_core::signal::EventName;
use theus_core::workflow::Sessions;

use super::Scenario;
use crate::shared::meter::{BESIDE, FLOW, INVOKED, Meter, engine};

pub(super) const SCENARIOS: &[Scenario] = &[
    Scenario { name: "event_untraced", go: |count| many(count, 0) },
    Scenario { name: "event_traced", go: |count| many(count, 1_024) },
    Scenario { name: "event_through_a_pool", go: through_a_pool },
    Scenario { name: "event_beside_an_invoke", go: |count| of(BESIDE, count, 0, 1) },
    Scenario { name: "invoke_begun_and_ended", go: |count| of(INVOKED, count, 0, 2) },
];

fn many(count: usize, traced: usize) {
    of(FLOW, count, traced, 1);
}

/// So many calls take up one event, with all that comes of it.
fn of(text: &str, count: usize, traced: usize, calls: usize) {
    let flow = WorkflowManager::from_text(&engine(), "meter.yaml", text).expect("a workflow that fits");
    let mut flow = flow.traced(traced);
    flow.run_until_idle().expect("it starts");
    for _ in 0..count {
        let _ = flow.emit("CMD_GO");
        for _ in 0..calls {
            let _ = flow.process_event();
        }
    }
}

/// The session is found by its name, woken, driven, and rests.
fn through_a_pool(count: usize) {
    let pool = Sessions::of_text(&engine(), "meter.yaml", FLOW).expect("a workflow that fits").stepped(1);
    let pool = pool.start().expect("no threads");
    pool.open("one", Meter::default()).expect("a new name");
    pool.step_until_idle(100);
    let go = EventName::parse("CMD_GO").expect("a name");
    for _ in 0..count {
        let _ = pool.emit("one", &go);
        pool.step_until_idle(100);
    }
}
