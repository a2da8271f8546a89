//! Where a workflow may not be driven, what it keeps while it waits, how it stands at the end.

use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context as Task, Poll, Waker};
use std::time::Duration;

use theus_core::prelude::*;
use theus_core::workflow::{Status, VirtualClock, WorkflowError};

use super::workflow_world::{Add, Shop, of, shop, shop_with};

#[derive(Clone, Default, Context)]
struct Small {
    done: u32,
}

type Manager = WorkflowManager<Small, (), Reach>;

/// The workflow, as a process of its own engine reaches it, and what that was told.
#[derive(Default)]
struct Shared {
    manager: OnceLock<Mutex<Manager>>,
    refused: Mutex<Vec<String>>,
}

#[derive(Clone, Default)]
struct Reach {
    shared: Arc<Shared>,
}

#[process(outputs = [domain.done], effects = [shared])]
fn meddle(ctx: Ctx<Small, (), Reach>) {
    let Shared { manager, refused } = &**ctx.effects.shared;
    let mut manager = manager.get().unwrap().lock().unwrap();
    let by_hand = manager.run(Meddle {}).map(|_| Vec::new());
    let at_once = manager.run_until_idle();
    let by_steps = manager.advance().map(|_| Vec::new());
    let clock = VirtualClock::new();
    let Poll::Ready(driven) = Box::pin(manager.drive(&clock)).as_mut().poll(&mut Task::from_waker(Waker::noop()))
    else {
        panic!("it is refused at once")
    };
    for result in [by_hand, at_once, by_steps, driven] {
        assert!(matches!(result, Err(WorkflowError::Nested)), "{result:?}");
        refused.lock().unwrap().push(result.unwrap_err().to_string());
    }
    ctx.domain.done.set(1);
}

#[test]
fn a_workflow_that_is_driven_from_inside_a_process_takes_nothing_off_the_bus() {
    let reach = Reach::default();
    let engine = Engine::builder(Small::default()).effects(reach.clone()).process::<Meddle>().build().unwrap();
    let flow = "external: [CMD_GO]\nstates: { S: { events: { CMD_GO: E } }, E: { final: true } }";
    let mut manager = Manager::from_text(&engine, "flow.yaml", flow).unwrap();
    manager.run_until_idle().unwrap();
    assert!(reach.shared.manager.set(Mutex::new(manager)).is_ok());
    engine.bus().emit("CMD_GO").unwrap();
    engine.run(Meddle {}).unwrap();
    assert_eq!((reach.shared.refused.lock().unwrap().len(), engine.bus().len()), (4, 1));
    let mut manager = reach.shared.manager.get().unwrap().lock().unwrap();
    manager.run_until_final().unwrap();
    assert_eq!(manager.state(), "E");
}

#[test]
fn a_workflow_that_waits_gives_back_what_it_keeps_for_the_next_run() {
    let flow = "
external: [CMD_GO]
states:
  S: { entry: think, events: { CMD_GO: S, EVT_CHAIN_DONE: T } }
  T: { events: { CMD_GO: S } }
";
    let kept = |wait: bool| {
        let (engine, _) = shop(Shop::default());
        let mut desk = of(&engine, flow).traced(0);
        let before = allocation_counter::measure(|| {
            desk.run_until_idle().unwrap();
            if wait {
                drop(desk.run_for(Duration::from_millis(1)).unwrap());
            }
        });
        before.bytes_current
    };
    // What a thread allocates once is none of it.
    kept(true);
    let (rested, ready) = (kept(true), kept(false));
    assert!(rested < ready, "{rested} and {ready} bytes");
}

#[test]
fn a_finished_workflow_is_finished_whatever_becomes_of_the_engine() {
    let recipe = "process_recipes: { add: { inputs: [ { field: n, max: 100, level: S } ] } }";
    let (engine, _) = shop_with(Shop::default(), recipe);
    let mut desk = of(&engine, "states: { S: { final: true } }");
    desk.run_until_final().unwrap();
    assert!(engine.run(Add { n: 1_000 }).is_err() && engine.interlock().is_some());
    assert_eq!(desk.status(), Status::Finished);
}
