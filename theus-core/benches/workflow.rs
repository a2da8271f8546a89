//! An event through the bus and the state machine.

use divan::{Bencher, black_box};
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Lamp {
    lit: bool,
}

const FLOW: &str = "
external: [CMD_ON, CMD_OFF]
states:
  OFF: { events: { CMD_ON: ON } }
  ON: { events: { CMD_OFF: OFF } }
";

#[divan::bench_group(sample_count = 200, sample_size = 1000)]
mod an_event {
    use super::*;

    #[derive(Clone, Copy)]
    enum State {
        Off,
        On,
    }

    #[divan::bench]
    fn baseline_match_by_hand(bencher: Bencher<'_, '_>) {
        let mut state = State::Off;
        let mut events = ["CMD_ON", "CMD_OFF"].into_iter().cycle();
        bencher.bench_local(|| {
            let event = events.next().unwrap_or_default();
            state = match (black_box(state), black_box(event)) {
                (State::Off, "CMD_ON") => State::On,
                (State::On, "CMD_OFF") => State::Off,
                (state, _) => state,
            };
            state
        });
    }

    /// Emitted, queued, taken, looked up, the new state entered with an empty chain.
    #[divan::bench]
    fn through_bus_and_fsm_with_an_empty_chain(bencher: Bencher<'_, '_>) {
        let engine = Engine::builder(Lamp::default()).build().expect("no recipe");
        let mut lamp = WorkflowManager::from_text(&engine, "lamp.yaml", FLOW).expect("a workflow that fits");
        lamp.run_until_idle().expect("it starts");
        let mut events = ["CMD_ON", "CMD_OFF"].into_iter().cycle();
        bencher.bench_local(|| {
            let _ = lamp.emit(events.next().unwrap_or_default());
            lamp.process_event()
        });
    }
}
