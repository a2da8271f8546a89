//! When an event came is stored: in the next life too, what came before a timer was due is handled before it, and what came after it after.

use std::time::Duration;

use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::{Clock, SystemClock, VirtualClock, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    rung: u64,
    sig_rung: bool,
}

type Flow = WorkflowManager<Desk>;

#[process(inputs = [domain.rung], outputs = [domain.rung, domain.sig_rung])]
fn ring(ctx: Ctx<Desk>) {
    *ctx.domain.rung += 1;
    ctx.domain.sig_rung.set(true);
}

const FLOW: &str = "
external: [CMD_GO]
states:
  WAITS: { after: { 1s: LATE }, events: { CMD_GO: GONE, SIG_RUNG: GONE } }
  LATE: { final: true }
  GONE: { final: true }
";

fn engine(store: &MemoryStore) -> Engine<Desk> {
    Engine::builder(Desk::default()).process::<Ring>().store(store.clone()).build().unwrap()
}

fn life(store: &MemoryStore, clock: &VirtualClock) -> Flow {
    let flow = WorkflowManager::from_text(&engine(store), "desk.yaml", FLOW).unwrap();
    flow.clock(clock.clone()).hydrate().unwrap()
}

/// What comes, so many milliseconds after the timer has begun, while nobody handles anything.
fn end(at: u64, comes: impl Fn(&mut Flow)) -> String {
    let (store, clock) = (MemoryStore::new(), VirtualClock::new());
    let mut desk = life(&store, &clock);
    desk.run_until_idle().unwrap();
    clock.advance(Duration::from_millis(at));
    comes(&mut desk);
    clock.advance(Duration::from_millis(3_000 - at));
    let copy = store.copy();
    drop(desk);
    let mut desk = life(&copy, &clock);
    desk.run_until_final().unwrap();
    desk.state().to_owned()
}

#[test]
fn what_came_before_a_timer_was_due_comes_before_it_in_the_next_life_and_what_came_after_it_after() {
    let emits = |desk: &mut Flow| desk.emit("CMD_GO").unwrap();
    let runs = |desk: &mut Flow| desk.engine().run(Ring {}).unwrap();
    for comes in [&emits as &dyn Fn(&mut Flow), &runs] {
        assert_eq!(end(500, comes), "GONE");
        assert_eq!(end(2_000, comes), "LATE");
    }
}

#[test]
fn what_another_program_has_emitted_came_when_it_emitted_it() {
    for (after, state) in [(Duration::ZERO, "GONE"), (Duration::from_millis(1_200), "LATE")] {
        let store = MemoryStore::new();
        let mut desk = life(&store, &VirtualClock::at(SystemClock.now()));
        desk.run_until_idle().unwrap();
        drop(desk);
        // A program that only emits has no clock of a workflow: it goes by that of its engine.
        std::thread::sleep(after);
        let other = engine(&store);
        other.bus().emit("CMD_GO").unwrap();
        drop(other);
        let clock = VirtualClock::at(SystemClock.now() + Duration::from_secs(3_600));
        let mut desk = life(&store, &clock);
        desk.run_until_final().unwrap();
        assert_eq!(desk.state(), state);
    }
}
