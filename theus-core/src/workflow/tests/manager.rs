//! The interpreter: what each way of ending a step does to the workflow.

use crate::engine::Engine;
use crate::prelude::*;
use crate::workflow::{Handled, Status, WorkflowError, WorkflowManager};

#[derive(Clone, Default, Context)]
struct Desk {
    count: i64,
    log: Vec<String>,
    fail: bool,
    panic: bool,
    cmd_go: bool,
    sig_loop: bool,
    seen: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("asked to fail")]
struct Refused;

#[process(inputs = [domain.count, domain.fail, domain.panic], outputs = [domain.count], errors = [Refused])]
fn work(ctx: Ctx<Desk>) -> Result<(), Refused> {
    assert!(!*ctx.domain.panic, "asked to panic");
    if *ctx.domain.fail {
        return Err(Refused);
    }
    *ctx.domain.count += 1;
    Ok(())
}

#[process(inputs = [domain.log], outputs = [domain.log])]
async fn note(ctx: Ctx<Desk>) {
    ctx.domain.log.push("noted".to_owned());
}

#[process(inputs = [signal(domain.sig_loop)], outputs = [domain.sig_loop, domain.seen])]
fn again(ctx: Ctx<Desk>) {
    let seen = *ctx.domain.sig_loop;
    ctx.domain.seen.set(seen);
    ctx.domain.sig_loop.set(true);
}

#[process(outputs = [domain.cmd_go])]
fn go(ctx: Ctx<Desk>, raise: bool) {
    ctx.domain.cmd_go.set(raise);
}

const FLOW: &str = "
states:
  IDLE: { events: { CMD_GO: WORK, SIG_LOOP: IDLE } }
  WORK: { entry: [work, note], events: { EVT_CHAIN_DONE: DONE, EVT_CHAIN_FAIL: FAILED } }
  FAILED: { events: { CMD_GO: WORK } }
  DONE: {}
";

fn engine(desk: Desk, rules: &str) -> Engine<Desk> {
    let builder = Engine::builder(desk).process::<Work>().process::<Note>().process::<Again>().process::<Go>();
    let builder = if rules.is_empty() {
        builder
    } else {
        builder.recipe("audit.yaml", &format!("process_recipes: {{ work: {{ outputs: [{rules}] }} }}")).unwrap()
    };
    builder.build().unwrap()
}

fn desk(engine: &Engine<Desk>) -> WorkflowManager<Desk> {
    WorkflowManager::from_text(engine, "desk.yaml", FLOW).unwrap()
}

fn processes(handled: &[Handled]) -> Vec<&'static str> {
    handled.iter().flat_map(|handled| &handled.steps).map(|step| step.process).collect()
}

#[test]
fn a_chain_runs_in_order_async_steps_included_and_ends_in_the_final_state() {
    let engine = engine(Desk::default(), "");
    let mut desk = desk(&engine);
    desk.emit("CMD_GO").unwrap();
    let handled = desk.run_until_final().unwrap();
    assert_eq!(processes(&handled), ["work", "note"]);
    assert_eq!((desk.state(), desk.status()), ("DONE", Status::Finished));
    let snapshot = engine.snapshot().unwrap();
    assert_eq!((*snapshot.count, snapshot.log.len()), (1, 1));
}

#[test]
fn a_final_state_takes_no_event_and_no_command() {
    let engine = engine(Desk::default(), "");
    let mut desk = desk(&engine);
    desk.emit("CMD_GO").unwrap();
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    assert!(desk.process_event().unwrap().is_none());
    assert_eq!(engine.bus().len(), 1, "what it did not handle is still there");
    let error = desk.run(Go { raise: true }).unwrap_err();
    assert!(matches!(error, WorkflowError::Finished { .. }), "{error}");
}

#[test]
fn a_declared_error_a_panic_and_a_block_stop_the_chain_and_are_events() {
    let failing = Desk { fail: true, ..Desk::default() };
    let panicking = Desk { panic: true, ..Desk::default() };
    let blocked = "{ field: domain.count, max: 0, level: B }";
    for (domain, rules) in [(failing, ""), (panicking, ""), (Desk::default(), blocked)] {
        let engine = engine(domain, rules);
        let mut desk = desk(&engine);
        desk.emit("CMD_GO").unwrap();
        let handled = desk.run_until_idle().unwrap();
        assert_eq!(processes(&handled), ["work"], "the chain stops at the first failure");
        assert!(handled.iter().any(|handled| handled.failure().is_some()));
        assert_eq!((desk.state(), desk.status()), ("FAILED", Status::Running));
        assert_eq!(*engine.snapshot().unwrap().count, 0);
    }
}

#[test]
fn level_a_aborts_this_workflow_and_no_other() {
    let engine = engine(Desk::default(), "{ field: domain.count, max: 0, level: A }");
    let mut one = desk(&engine);
    one.emit("CMD_GO").unwrap();
    one.run_until_idle().unwrap();
    assert!(matches!(one.status(), Status::Aborted { .. }));
    let error = one.process_event().unwrap_err();
    assert!(error.to_string().starts_with("the workflow `desk` was aborted in state WORK: "), "{error}");
    let mut two = desk(&engine);
    assert!(two.process_event().is_ok());
    assert!(engine.run(Go { raise: false }).is_ok());
}

#[test]
fn level_s_halts_until_the_reset_and_loses_no_event() {
    let engine = engine(Desk::default(), "{ field: domain.count, max: 0, level: S }");
    let mut desk = desk(&engine);
    desk.emit("CMD_GO").unwrap();
    desk.emit("CMD_GO").unwrap();
    desk.run_until_idle().unwrap();
    assert!(matches!(desk.status(), Status::Halted { .. }));
    assert!(matches!(desk.process_event(), Err(WorkflowError::Halted(_))));
    assert!(matches!(engine.run(Go { raise: true }), Err(RunError::Halted(_))));
    engine.reset_interlock("R. Lee", "inspected the desk").unwrap();
    let next = desk.process_event().unwrap().unwrap();
    assert_eq!(next.event.unwrap().name.to_string(), "EVT_CHAIN_FAIL");
    assert_eq!((desk.state(), engine.bus().len()), ("FAILED", 1));
}

#[test]
fn a_command_run_for_the_workflow_is_heard_by_it() {
    let engine = engine(Desk { fail: true, ..Desk::default() }, "");
    let mut desk = WorkflowManager::from_text(
        &engine,
        "desk.yaml",
        "states: { IDLE: { events: { EVT_CHAIN_FAIL: LOST } }, LOST: {} }",
    )
    .unwrap();
    desk.run_until_idle().unwrap();
    assert!(desk.run(Work {}).unwrap().result.is_err());
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "LOST");
}

#[test]
fn a_signal_is_up_while_it_is_dispatched_and_at_rest_after() {
    let engine = engine(Desk { sig_loop: false, ..Desk::default() }, "");
    let mut desk = WorkflowManager::from_text(
        &engine,
        "desk.yaml",
        "states: { A: { events: { SIG_LOOP: B } }, B: { entry: again, events: { CMD_GO: A } } }",
    )
    .unwrap();
    engine.run(Again {}).unwrap();
    assert!(*engine.snapshot().unwrap().sig_loop && !*engine.snapshot().unwrap().seen);
    desk.process_event().unwrap();
    desk.process_event().unwrap();
    // `again` saw the signal, and raised it anew: the reset belongs to the old event only.
    let snapshot = engine.snapshot().unwrap();
    assert!(*snapshot.seen && *snapshot.sig_loop);
    // No state has a use for this one: it is taken all the same, and reset.
    desk.process_event().unwrap();
    assert!(!*engine.snapshot().unwrap().sig_loop && engine.bus().is_empty());
}

#[test]
fn states_that_chase_each_other_are_stopped() {
    let engine = engine(Desk::default(), "");
    let flow = "states: { A: { entry: again, events: { SIG_LOOP: A } } }";
    let mut desk = WorkflowManager::from_text(&engine, "desk.yaml", flow).unwrap().event_limit(50);
    let error = desk.run_until_idle().unwrap_err();
    let WorkflowError::Runaway { limit: 50, handled, .. } = error else { panic!("{error}") };
    assert_eq!(handled.len(), 51, "what was done is not lost");
}

#[test]
fn a_final_state_that_nothing_leads_to_is_told() {
    let engine = engine(Desk::default(), "");
    let mut desk = desk(&engine);
    let error = desk.run_until_final().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the workflow `desk` waits in state IDLE, which is not final, and no event is left: it waits for CMD_GO, SIG_LOOP"
    );
}

#[test]
fn an_event_without_use_is_taken_and_changes_nothing() {
    let engine = engine(Desk::default(), "");
    let mut desk = desk(&engine);
    engine.bus().emit("EVT_WEATHER").unwrap();
    let handled = desk.run_until_idle().unwrap();
    assert_eq!(handled.len(), 2);
    assert!(handled[1].to.is_none() && handled[1].steps.is_empty());
    assert_eq!(desk.state(), "IDLE");
}

#[test]
fn an_event_that_no_state_handles_is_not_emitted_for_the_workflow() {
    let engine = engine(Desk::default(), "");
    let desk = desk(&engine);
    let error = desk.emit("CMD_GOO").unwrap_err();
    assert_eq!(error.to_string(), "no state of this workflow handles the event `CMD_GOO`; did you mean `CMD_GO`?");
    assert!(engine.bus().is_empty());
}

#[test]
fn waiting_in_vain_tells_the_failure_that_led_there() {
    let engine = engine(Desk { fail: true, ..Desk::default() }, "");
    let flow = "states: { A: { entry: work, events: { EVT_CHAIN_DONE: B } }, B: {} }";
    let mut desk = WorkflowManager::from_text(&engine, "desk.yaml", flow).unwrap();
    let error = desk.run_until_final().unwrap_err();
    let text = "the workflow `desk` waits in state A, which is not final, and no event is left: \
                it waits for EVT_CHAIN_DONE, and `work` had failed: asked to fail";
    assert_eq!(error.to_string(), text);
    assert_eq!(format!("{error:?}"), text, "Debug is what a main that returns it shows");
}
