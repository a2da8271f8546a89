//! What a workflow's own steps raise is heard in the order of the commits, before the end of their chain and before the bus.

use std::sync::{Arc, OnceLock};

use serde_json::json;
use theus_core::EngineBuilder;
use theus_core::prelude::*;
use theus_core::signal::{Overflow, SignalBus};
use theus_core::workflow::{Cause, Handled, Sessions, Status, VirtualClock, WorkflowError};

#[derive(Clone, Default, Context)]
struct Bell {
    ready: bool,
    count: i64,
    log: Vec<String>,
    sig_one: Option<i64>,
    sig_two: bool,
    sig_stop: bool,
}

/// The way to the bus from inside a process.
#[derive(Clone, Default)]
struct Line(Arc<OnceLock<SignalBus>>);

#[derive(Clone, Default)]
struct Ports {
    line: Line,
}

type App = Ctx<Bell, (), Ports>;

#[derive(Debug, thiserror::Error)]
#[error("no")]
struct No;

#[process(outputs = [domain.sig_one])]
fn one(ctx: App, n: i64) {
    ctx.domain.sig_one.set(Some(n));
}

#[process(outputs = [domain.sig_two])]
fn two(ctx: App) {
    ctx.domain.sig_two.set(true);
}

#[process(outputs = [domain.sig_stop])]
fn stop(ctx: App) {
    ctx.domain.sig_stop.set(true);
}

#[process(inputs = [domain.log], outputs = [domain.log])]
fn note(ctx: App, text: String) {
    ctx.domain.log.push(text);
}

#[process(errors = [No])]
fn refuse(_: App) -> Result<(), No> {
    Err(No)
}

#[process(outputs = [domain.ready])]
fn set_ready(ctx: App) {
    ctx.domain.ready.set(true);
}

#[process(inputs = [domain.count], outputs = [domain.count])]
fn add(ctx: App) {
    *ctx.domain.count += 1;
}

/// Somebody outside answers at once: that is no event of the workflow's own.
#[process(effects = [line])]
fn call_out(ctx: App, event: String) {
    if let Some(bus) = ctx.effects.line.0.get() {
        bus.emit(&event).unwrap();
    }
}

type Bells = Engine<Bell, (), Ports>;

fn built(of: impl FnOnce(EngineBuilder<Bell, (), Ports>) -> EngineBuilder<Bell, (), Ports>) -> Bells {
    let ports = Ports::default();
    let builder = Engine::builder(Bell::default())
        .effects(ports.clone())
        .process::<One>()
        .process::<Two>()
        .process::<Stop>()
        .process::<Note>()
        .process::<Refuse>()
        .process::<SetReady>()
        .process::<Add>()
        .process::<CallOut>();
    let engine = of(builder).build().unwrap();
    ports.line.0.set(engine.bus().clone()).unwrap_or_default();
    engine
}

fn desk(engine: &Bells, flow: &str) -> WorkflowManager<Bell, (), Ports> {
    let flow =
        format!("external: [CMD_OUT, CMD_GO]\ninitialised: [domain.log, domain.count, domain.ready]\nstates:\n{flow}");
    let desk = WorkflowManager::from_text(engine, "flow.yaml", &flow).unwrap_or_else(|error| panic!("{error}"));
    desk.clock(VirtualClock::new())
}

fn heard(handled: &[Handled]) -> Vec<String> {
    let name = |it: &Handled| match (&it.event, it.cause) {
        (Some(event), _) => event.name.to_string(),
        (None, cause) => format!("{cause:?}"),
    };
    handled.iter().map(name).collect()
}

const ONE: &str = "{ run: one, with: { n: 1 } }";

#[test]
fn what_is_raised_comes_before_done_and_the_end_of_the_chain_and_the_bus() {
    // As the W3C's tests 189, 421 and 495 have it: what is raised before what is sent, whatever was first.
    let flow = format!(
        "
  S:
    initial: A
    done: {{ steps: [{{ run: note, with: {{ text: done }} }}] }}
    events:
      EVT_CHAIN_DONE: {{ steps: [] }}
      SIG_ONE: {{ steps: [{{ run: note, with: {{ text: one }} }}] }}
      SIG_TWO: {{ steps: [{{ run: note, with: {{ text: two }} }}] }}
      CMD_OUT: {{ steps: [{{ run: note, with: {{ text: out }} }}] }}
    states:
      A: {{ final: true, entry: [{{ run: call_out, with: {{ event: CMD_OUT }} }}, two, {ONE}] }}
"
    );
    let engine = built(|builder| builder);
    let mut desk = desk(&engine, &flow);
    desk.emit("CMD_OUT").unwrap();
    let handled = desk.run_until_idle().unwrap();
    assert_eq!(engine.snapshot().unwrap().to_context().log, ["two", "one", "done", "out", "out"], "{}", desk.trace());
    let first: Vec<String> = heard(&handled).into_iter().filter(|name| !name.contains("CHAIN")).collect();
    assert_eq!(first, ["Start", "EVT_TWO", "EVT_ONE", "Done", "CMD_OUT", "CMD_OUT"]);
    let now = engine.snapshot().unwrap().to_context();
    assert!(now.sig_one.is_none() && !now.sig_two, "at rest again");
}

#[test]
fn a_signal_of_a_states_own_chain_is_heard_in_it_and_the_end_of_that_chain_not_elsewhere() {
    let flow = format!(
        "
  A: {{ entry: [{ONE}], events: {{ EVT_CHAIN_DONE: LOST, EVT_CHAIN_FAIL: LOST, SIG_ONE: B }} }}
  B: {{ events: {{ EVT_CHAIN_DONE: LOST, EVT_CHAIN_FAIL: LOST, CMD_GO: END }} }}
  LOST: {{ final: true }}
  END: {{ final: true, result: '${{ event == null }}' }}
"
    );
    for failing in ["", ", refuse"] {
        let engine = built(|builder| builder);
        let mut desk = desk(&engine, &flow.replace("}],", &format!("}}{failing}],")));
        assert_eq!(desk.definition().warnings().iter().filter(|it| it.code == Some("W111")).count(), 0);
        desk.run_until_idle().unwrap();
        assert_eq!(desk.state(), "B", "{}", desk.trace());
        desk.emit("CMD_GO").unwrap();
        desk.run_until_final().unwrap();
        assert_eq!(desk.state(), "END");
    }
    // The state around stays, and hears it; one that begins anew does not hear the end of the time before.
    let flow = format!(
        "
  OUT:
    initial: A
    events: {{ EVT_CHAIN_DONE: {{ steps: [add] }} }}
    states: {{ A: {{ entry: [{ONE}], events: {{ SIG_ONE: B }} }}, B: {{}} }}
"
    );
    let engine = built(|builder| builder);
    let mut nested = desk(&engine, &flow);
    nested.process_event().unwrap();
    nested.process_event().unwrap();
    nested.process_event().unwrap();
    assert_eq!(*engine.snapshot().unwrap().count, 1, "{}", nested.trace());
    let flow = format!(
        "
  A: {{ entry: [{ONE}], events: {{ SIG_ONE: {{ to: A, when: 'domain.count < 0' }}, EVT_CHAIN_DONE: B }} }}
  B: {{ entry: [two], events: {{ SIG_TWO: {{ to: B, when: 'domain.count == 0', steps: [add] }}, EVT_CHAIN_DONE: C }} }}
  C: {{}}
"
    );
    let engine = built(|builder| builder);
    let mut again = desk(&engine, &flow);
    again.run_until_idle().unwrap();
    // B is left for B by its own signal; the end of the chain of the first time would lead to C before the signal of the second.
    let trace = again.trace().to_string();
    assert_eq!((again.state(), trace.matches("unused         EVT_TWO").count()), ("C", 1), "{trace}");
    assert!(trace.rfind("EVT_TWO") < trace.find("B -> C"), "{trace}");
}

#[test]
fn urgent_events_overtake_what_is_raised_and_the_end_of_the_chain() {
    let flow = format!(
        "
  A: {{ entry: [{ONE}, two, stop], events: {{ SIG_ONE: LOST, SIG_TWO: LOST, EVT_CHAIN_DONE: LOST, SIG_STOP: END }} }}
  LOST: {{ final: true }}
  END: {{ final: true }}
"
    );
    let engine = built(|builder| builder.urgent(["SIG_STOP"]).unwrap());
    let mut desk_of = desk(&engine, &flow);
    desk_of.run_until_final().unwrap();
    assert_eq!(desk_of.state(), "END", "{}", desk_of.trace());
    // One from outside that came while the chain ran.
    let flow = flow.replace(", stop]", "]").replace("SIG_STOP: END", "CMD_GO: END");
    let engine = built(|builder| builder);
    let mut desk_of = desk(&engine, &flow);
    desk_of.emit_urgent("CMD_GO").unwrap();
    desk_of.run_until_final().unwrap();
    assert_eq!(desk_of.state(), "END", "{}", desk_of.trace());
    let mut normal = desk(&built(|builder| builder), &flow);
    normal.emit("CMD_GO").unwrap();
    normal.run_until_final().unwrap();
    assert_eq!(normal.state(), "LOST");
}

#[test]
fn what_is_raised_has_room_of_its_own_and_no_more() {
    let flow = "
  A:
    entry: [two, two, two]
    events: { SIG_TWO: { steps: [add] }, EVT_CHAIN_DONE: B, EVT_CHAIN_FAIL: FAILED }
  B: { events: { CMD_GO: B } }
  FAILED: { events: { CMD_GO: FAILED } }
";
    for (overflow, capacity, state, count, dropped) in
        [(Overflow::Refuse, 3, "B", 3, 0), (Overflow::Refuse, 2, "FAILED", 2, 0), (Overflow::DropOldest, 2, "B", 2, 1)]
    {
        let engine = built(|builder| builder.signal_capacity(capacity).signal_overflow(overflow));
        let mut desk = desk(&engine, flow);
        // What waits on the bus takes no room from it.
        for _ in 0..capacity {
            desk.emit("CMD_GO").unwrap();
        }
        desk.run_until_idle().unwrap();
        let now = engine.snapshot().unwrap().to_context();
        assert_eq!(
            (desk.state(), now.count, engine.bus().stats().dropped),
            (state, count, dropped),
            "{}",
            desk.trace()
        );
        assert!(!now.sig_two && engine.bus().is_empty());
    }
}

#[test]
fn what_was_heard_leaves_its_room_to_what_is_raised_later() {
    let flow = "
  A:
    entry: [two, two]
    events: { SIG_TWO: { steps: [add] }, CMD_GO: A, EVT_CHAIN_FAIL: FAILED }
  FAILED: { events: { CMD_GO: FAILED } }
";
    let engine = built(|builder| builder.signal_capacity(2));
    let mut desk = desk(&engine, flow);
    desk.run_until_idle().unwrap();
    for _ in 0..5 {
        desk.emit("CMD_GO").unwrap();
        desk.run_until_idle().unwrap();
    }
    let now = engine.snapshot().unwrap().to_context();
    assert_eq!((desk.state(), now.count), ("A", 12), "{}", desk.trace());
}

#[test]
fn the_end_of_a_workflow_puts_to_rest_what_it_had_raised() {
    let flow = "
  A: { events: { CMD_GO: END } }
  END: { final: true, entry: [two], exit: [two] }
";
    let engine = built(|builder| builder);
    let mut desk = desk(&engine, flow);
    desk.emit("CMD_GO").unwrap();
    desk.run_until_final().unwrap();
    assert_eq!(desk.status(), Status::Finished);
    assert!(!engine.snapshot().unwrap().to_context().sig_two && engine.bus().is_empty());
    assert_eq!(desk.trace().to_string().matches("discarded").count(), 2, "{}", desk.trace());
}

#[test]
fn a_position_keeps_what_was_raised() {
    let flow = format!(
        "
  A: {{ entry: [two, {ONE}], events: {{ SIG_TWO: B, EVT_CHAIN_DONE: LOST }} }}
  B: {{ events: {{ SIG_ONE: {{ to: END, when: 'event == 1' }}, EVT_CHAIN_DONE: LOST }} }}
  LOST: {{ final: true }}
  END: {{ final: true }}
"
    );
    let engine = built(|builder| builder);
    let mut before = desk(&engine, &flow);
    let mut restarts = 0;
    let (mut state, mut definition) = (String::new(), before.shared_definition());
    while state != "END" {
        assert!(before.process_event().unwrap().is_some(), "{}", before.trace());
        state = before.state().to_owned();
        let stored = serde_json::to_string(&before.position()).unwrap();
        let engine = built(|builder| builder);
        before = WorkflowManager::restore(&engine, definition, &serde_json::from_str(&stored).unwrap()).unwrap();
        definition = before.shared_definition();
        restarts += 1;
    }
    assert_eq!(restarts, 3);
}

#[test]
fn a_command_of_the_workflow_raises_before_its_end() {
    let flow = "
  A: { events: { EVT_CHAIN_DONE: LOST, SIG_TWO: END } }
  LOST: { final: true }
  END: { final: true }
";
    let engine = built(|builder| builder);
    let mut desk_of = desk(&engine, flow);
    desk_of.run_until_idle().unwrap();
    drop(desk_of.run(Two {}).unwrap());
    desk_of.run_until_final().unwrap();
    assert_eq!(desk_of.state(), "END");
    // Whoever else runs it puts it on the bus.
    let engine = built(|builder| builder);
    engine.run(Two {}).unwrap();
    assert_eq!(engine.bus().len(), 1);
}

#[test]
fn signals_that_chase_each_other_come_to_the_limit() {
    let flow = "
  A: { entry: [two], events: { SIG_TWO: B, EVT_CHAIN_FAIL: LOST } }
  B: { entry: [two], events: { SIG_TWO: A, EVT_CHAIN_FAIL: LOST } }
  LOST: { final: true }
";
    let engine = built(|builder| builder);
    let mut desk = desk(&engine, flow);
    let error = desk.run_until_idle().unwrap_err();
    assert!(error.to_string().contains("more than 10000 moves"), "{error}");
    desk.run_until_final().unwrap();
    assert_eq!(desk.state(), "LOST");
}

#[test]
fn events_from_outside_that_chase_each_other_are_a_runaway() {
    let flow = "  A: { events: { CMD_OUT: { steps: [{ run: call_out, with: { event: CMD_OUT } }] } } }\n";
    let mut desk = desk(&built(|builder| builder), flow).event_limit(20);
    desk.emit("CMD_OUT").unwrap();
    let error = desk.run_until_idle().unwrap_err();
    assert!(matches!(error, WorkflowError::Runaway { limit: 20, .. }), "{error}");
    let clock = VirtualClock::new();
    let error = crate::executor::block_on(desk.drive(&clock)).unwrap_err();
    assert!(matches!(error, WorkflowError::Runaway { limit: 20, .. }), "{error}");
}

#[test]
fn a_guard_that_waits_for_no_event_is_asked_again_after_one_that_nobody_takes() {
    let flow = "
  A: { always: { to: B, when: 'event != null && has(event.x) && event.x == 1' }, events: { CMD_GO: { to: LOST, when: 'false' } } }
  B: { final: true }
  LOST: { final: true }
";
    let engine = built(|builder| builder);
    let mut desk = desk(&engine, flow);
    desk.emit_with("CMD_OUT", json!({ "x": 2 })).unwrap();
    desk.emit_with("CMD_GO", json!({ "x": 3 })).unwrap();
    desk.run_until_idle().unwrap();
    assert_eq!(desk.state(), "A");
    desk.emit_with("CMD_OUT", json!({ "x": 1 })).unwrap();
    let handled = desk.run_until_final().unwrap();
    assert_eq!((desk.state(), heard(&handled)), ("B", vec!["CMD_OUT".to_owned(), "Always".to_owned()]));
    assert_eq!(handled[1].cause, Cause::Always);
}

const READY: &str = "
  A: { initial: IN, always: { to: B, when: domain.ready }, after: { 1h: LOST }, states: { IN: {} } }
  B: { final: true }
  LOST: { final: true }
";

#[test]
fn a_guard_is_asked_again_after_somebody_elses_commit() {
    let engine = built(|builder| builder);
    let mut desk_of = desk(&engine, READY);
    desk_of.run_until_idle().unwrap();
    engine.run(Add {}).unwrap();
    assert!(desk_of.run_until_idle().unwrap().is_empty());
    engine.run(SetReady {}).unwrap();
    let handled = desk_of.run_until_idle().unwrap();
    assert_eq!((desk_of.state(), heard(&handled)), ("B", vec!["Always".to_owned()]));
}

#[test]
fn a_thread_that_waits_sees_somebody_elses_commit() {
    let engine = built(|builder| builder);
    let mut waiting = desk(&engine, READY).clock(theus_core::workflow::SystemClock);
    let other = engine.clone();
    let thread = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(30));
        other.run(SetReady {}).unwrap();
    });
    assert!(waiting.wait_for("B", std::time::Duration::from_secs(60)).unwrap());
    thread.join().unwrap();
}

#[test]
fn a_task_that_waits_is_woken_by_somebody_elses_commit_and_by_no_more() {
    use std::future::Future;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context as Task, Wake, Waker};

    #[derive(Default)]
    struct Woken(AtomicUsize);
    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    /// Never is the time.
    struct Never;
    impl theus_core::workflow::Sleep for Never {
        fn until(&self, _: std::time::SystemTime) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
            Box::pin(std::future::pending())
        }
    }
    let deaf = READY.replace("always: { to: B, when: domain.ready }, ", "");
    for (flow, woken, is_over) in [(READY, 1, true), (deaf.as_str(), 0, false)] {
        let engine = built(|builder| builder);
        let mut desk = desk(&engine, flow);
        let mut drive = Box::pin(desk.drive(&Never));
        let wakes = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&wakes));
        assert!(drive.as_mut().poll(&mut Task::from_waker(&waker)).is_pending());
        engine.run(SetReady {}).unwrap();
        assert_eq!(wakes.0.load(Ordering::SeqCst), woken);
        assert_eq!(drive.as_mut().poll(&mut Task::from_waker(&waker)).is_ready(), is_over);
    }
}

#[test]
fn a_session_of_a_pool_is_woken_by_somebody_elses_commit() {
    let engine = built(|builder| builder);
    let flow = format!("states:{READY}");
    let bells =
        Sessions::of_text(&engine, "flow.yaml", &flow).unwrap().stepped(1).clock(VirtualClock::new()).start().unwrap();
    bells.open("a", Bell::default()).unwrap();
    bells.step_until_idle(100);
    assert_eq!(bells.states("a").unwrap(), ["IN"]);
    bells.engine("a").unwrap().run(Add {}).unwrap();
    bells.step_until_idle(100);
    bells.engine("a").unwrap().run(SetReady {}).unwrap();
    bells.step_until_idle(100);
    assert_eq!(bells.states("a").unwrap(), ["B"]);
}
