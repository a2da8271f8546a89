//! An event through the bus and the state machine.

use divan::{Bencher, black_box};
use theus_core::prelude::*;

use crate::shared::meter::{self, BESIDE, INVOKED};

#[derive(Clone, Default, Context)]
struct Lamp {
    lit: bool,
    switched: u64,
}

#[process(inputs = [domain.switched], outputs = [domain.switched])]
fn switch(ctx: Ctx<Lamp>) {
    *ctx.domain.switched += 1;
}

const FLOW: &str = "
external: [CMD_ON, CMD_OFF]
states:
  OFF: { events: { CMD_ON: ON } }
  ON: { events: { CMD_OFF: OFF } }
";

const WORKING: &str = "
external: [CMD_ON, CMD_OFF]
states:
  OFF: { entry: switch, events: { CMD_ON: ON } }
  ON: { entry: switch, events: { CMD_OFF: OFF } }
";

const GUARDED: &str = "
external: [CMD_ON, CMD_OFF]
states:
  OFF: { entry: switch, events: { CMD_ON: { to: ON, when: 'domain.switched > 0' } } }
  ON: { entry: switch, events: { CMD_OFF: { to: OFF, when: 'domain.switched > 0' } } }
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

    /// What an event costs on the way to a process and back, beside the process alone.
    fn with_one_process(bencher: Bencher<'_, '_>, flow: &str, traced: usize) {
        let engine = Engine::builder(Lamp::default()).process::<Switch>().build().expect("no recipe");
        let lamp = WorkflowManager::from_text(&engine, "lamp.yaml", flow).expect("a workflow that fits");
        let mut lamp = lamp.traced(traced);
        lamp.run_until_idle().expect("it starts");
        let mut events = ["CMD_ON", "CMD_OFF"].into_iter().cycle();
        bencher.bench_local(|| {
            let _ = lamp.emit(events.next().unwrap_or_default());
            lamp.process_event()
        });
        // Run once, as CI does, it has run once.
        assert!(engine.snapshot().expect("no run").switched.ge(&1), "the process has run");
    }

    #[divan::bench]
    fn through_bus_fsm_and_one_process_traced(bencher: Bencher<'_, '_>) {
        with_one_process(bencher, WORKING, 1_024);
    }

    #[divan::bench]
    fn through_bus_fsm_and_one_process_untraced(bencher: Bencher<'_, '_>) {
        with_one_process(bencher, WORKING, 0);
    }

    #[divan::bench]
    fn through_bus_a_guard_and_one_process_untraced(bencher: Bencher<'_, '_>) {
        with_one_process(bencher, GUARDED, 0);
    }

    /// Beside work of its state that waits: it costs what it does without, and a look at that.
    #[divan::bench]
    fn beside_an_idle_invoke_untraced(bencher: Bencher<'_, '_>) {
        of_the_meter(bencher, BESIDE, 1);
    }

    /// An event that enters a state, and what that invokes, from its beginning to its end.
    #[divan::bench]
    fn that_begins_and_ends_an_invoke_untraced(bencher: Bencher<'_, '_>) {
        of_the_meter(bencher, INVOKED, 2);
    }

    fn of_the_meter(bencher: Bencher<'_, '_>, flow: &str, calls: usize) {
        let flow = WorkflowManager::from_text(&meter::engine(), "meter.yaml", flow).expect("a workflow that fits");
        let mut flow = flow.traced(0);
        flow.run_until_idle().expect("it starts");
        bencher.bench_local(|| {
            let _ = flow.emit("CMD_GO");
            for _ in 0..calls {
                let _ = black_box(flow.process_event());
            }
        });
    }

    #[divan::bench]
    fn baseline_the_process_alone(bencher: Bencher<'_, '_>) {
        let engine = Engine::builder(Lamp::default()).process::<Switch>().build().expect("no recipe");
        bencher.bench_local(|| engine.run(Switch {}));
    }
}
