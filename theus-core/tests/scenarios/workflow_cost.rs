//! What an event costs that is handled as the one before it was.

use allocation_counter::measure;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Meter {
    level: i64,
    other: i64,
}

#[process(inputs = [domain.level], outputs = [domain.level])]
fn rise(ctx: Ctx<Meter>) {
    *ctx.domain.level += 1;
}

#[process(inputs = [domain.other], outputs = [domain.other])]
fn turn(ctx: Ctx<Meter>) {
    *ctx.domain.other += 1;
}

const FLOW: &str = "
external: [CMD_GO, EVT_STEP, CMD_SLOW]
initialised: [domain.level, domain.other]
states:
  LOW: { entry: turn, events: { CMD_GO: { steps: rise }, EVT_STEP: HIGH } }
  HIGH: { entry: rise, events: { EVT_STEP: LOW } }
";

fn engine() -> Engine<Meter> {
    Engine::builder(Meter::default()).process::<Rise>().process::<Turn>().build().unwrap()
}

fn flow(engine: &Engine<Meter>) -> WorkflowManager<Meter> {
    let mut flow = WorkflowManager::from_text(engine, "meter.yaml", FLOW).unwrap().traced(0);
    flow.run_until_idle().unwrap();
    flow
}

#[test]
fn an_event_that_is_handled_as_the_one_before_it_allocates_nothing() {
    for events in [["CMD_GO"; 4], ["EVT_STEP"; 4], ["SIG_STEP"; 4]] {
        let engine = engine();
        let mut flow = flow(&engine);
        let mut handle = |event: &str| {
            flow.emit(event).unwrap();
            let handled = flow.process_event().unwrap().unwrap();
            assert!(handled.steps.len() == 1 && handled.steps[0].result.is_ok(), "{handled:?}");
        };
        // Room is made by the first.
        events.iter().for_each(|event| handle(event));
        let allocated = measure(|| events.iter().for_each(|event| handle(event)));
        assert_eq!(allocated.count_total, 0, "{events:?}");
    }
}

#[test]
fn what_an_event_leaves_for_the_next_says_nothing_of_itself() {
    let engine = engine();
    let mut flow = flow(&engine);
    flow.emit("CMD_GO").unwrap();
    let first = flow.process_event().unwrap().unwrap();
    flow.emit("EVT_STEP").unwrap();
    let second = flow.process_event().unwrap().unwrap();
    let ran =
        |handled: &theus_core::workflow::Handled| handled.steps.iter().map(|step| step.process).collect::<Vec<_>>();
    assert_eq!((ran(&first), ran(&second)), (vec!["rise"], vec!["rise"]));
    assert_ne!(first.event, second.event);
    flow.emit("EVT_STEP").unwrap();
    let third = flow.process_event().unwrap().unwrap();
    assert_eq!(ran(&third), ["turn"]);
    let engine_state = engine.snapshot().unwrap();
    assert_eq!((*engine_state.level, *engine_state.other), (2, 2));
}

#[test]
fn a_run_allocates_nothing() {
    let engine = engine();
    engine.run(Rise {}).unwrap();
    let allocated = measure(|| engine.run(Rise {}).unwrap());
    assert_eq!(allocated.count_total, 0);
}

#[test]
fn an_event_is_found_by_its_name_only_where_that_is_well_formed() {
    let engine = engine();
    let mut flow = flow(&engine);
    for wrong in ["CMD_go", "cmd_go", "EVT_GO", "CMD_", "CMD_GÖ", "CMD_G O"] {
        assert!(flow.emit(wrong).is_err(), "{wrong}");
    }
    assert!(flow.process_event().unwrap().is_none(), "nothing came of it");
    assert!(flow.emit("CMD_GO").is_ok() && flow.emit("CMD_SLOW").is_ok());
}
