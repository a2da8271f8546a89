//! What an engine tells of itself: each run once, on whatever way; each event that a workflow handles; and that nobody who is told can harm it.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context as Task, Waker};
use std::time::Duration;

use theus_core::prelude::*;
use theus_core::telemetry::{EventBegins, EventEnded, RunBegins, RunEnded, Telemetry, TraceContext};
use theus_core::workflow::Sessions;

#[derive(Clone, Default, Context)]
struct Desk {
    sold: i64,
    sig_sold: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("none is left")]
struct NoneLeft;

#[derive(Debug, thiserror::Error)]
#[error("it is shut")]
struct Shut;

struct Ports {
    bell: fn(),
}

#[process(inputs = [domain.sold], outputs = [domain.sold, domain.sig_sold], errors = [NoneLeft, Shut])]
fn sell(ctx: Ctx<Desk, (), Ports>, amount: i64) -> Result<(), SellError> {
    if amount == 0 {
        return Err(Shut.into());
    }
    if amount > 50 {
        return Err(NoneLeft.into());
    }
    *ctx.domain.sold += amount;
    ctx.domain.sig_sold.set(true);
    Ok(())
}

#[process(outputs = [domain.sold])]
fn breaks(ctx: Ctx<Desk, (), Ports>) {
    ctx.domain.sold.set(1);
    #[allow(clippy::panic, reason = "what is tried")]
    {
        panic!("by intent")
    }
}

#[process(effects = [bell])]
fn ring(ctx: Ctx<Desk, (), Ports>) {
    (ctx.effects.bell)();
}

#[process(inputs = [domain.sold])]
async fn count(ctx: Ctx<Desk, (), Ports>) -> i64 {
    let mut gave_way = false;
    std::future::poll_fn(|task| {
        if std::mem::replace(&mut gave_way, true) {
            return std::task::Poll::Ready(());
        }
        task.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
    *ctx.domain.sold
}

#[process(effects = [bell], blocking)]
fn wait(ctx: Ctx<Desk, (), Ports>) {
    (ctx.effects.bell)();
}

const RECIPE: &str = "process_recipes: { sell: { outputs: [ { field: domain.sold, max: 60, level: B } ] } }";
const FLOW: &str = "
states:
  OPEN:
    events:
      CMD_SELL: { steps: [ { run: sell, with: { amount: '${ event.amount }' } }, count ] }
      EVT_SOLD: SOLD
  SOLD: { entry: [ { parallel: [ring, count] } ], events: { EVT_CHAIN_DONE: CLOSED } }
  CLOSED: { final: true }
";

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    fn note(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl Telemetry for Seen {
    fn run_begins(&self, run: &RunBegins<'_>) -> tracing::Span {
        self.note(format!("{}/{} begins", run.session, run.process));
        run.span()
    }

    fn run_ended(&self, run: &RunEnded<'_>) {
        let RunEnded { process, outcome, error, version, attempts, violations, took, .. } = *run;
        assert!(took < Duration::from_secs(60));
        let (error, violations) = (error.unwrap_or("-"), violations.len());
        self.note(format!("{process} {outcome} {error} v{version} x{attempts} violations {violations}"));
    }

    fn event_begins(&self, event: &EventBegins<'_>) -> tracing::Span {
        let name = event.event.map_or_else(|| "-".to_owned(), |event| event.name.to_string());
        let trace = event.trace.map_or_else(|| "no trace".to_owned(), |trace| format!("of span {}", trace.span_id()));
        self.note(format!("[{} {name} in {}, {trace}", event.cause.as_str(), event.from));
        event.span()
    }

    fn event_ended(&self, event: &EventEnded<'_>) {
        self.note(format!("] to {}{}", event.to.unwrap_or("-"), if event.handled.failed { ", failed" } else { "" }));
    }

    fn here(&self) -> Option<TraceContext> {
        // So many lines as there are: each place in the program is another one.
        TraceContext::new(1, self.0.lock().unwrap().len() as u64 + 1, 1)
    }
}

fn engine(telemetry: impl Telemetry) -> Engine<Desk, (), Ports> {
    builder(telemetry).build().unwrap()
}

fn builder(telemetry: impl Telemetry) -> theus_core::EngineBuilder<Desk, (), Ports> {
    Engine::builder(Desk::default())
        .effects(Ports { bell: || () })
        .process::<Sell>()
        .process::<Breaks>()
        .process::<Ring>()
        .process::<Count>()
        .process::<Wait>()
        .recipe("audit.yaml", RECIPE)
        .unwrap()
        .telemetry(telemetry)
}

#[test]
fn each_run_is_told_once_with_what_came_of_it() {
    let seen = Seen::default();
    let engine = engine(seen.clone());
    let told = |what: &str| {
        let lines = seen.take();
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].ends_with(" begins"), "{lines:?}");
        assert_eq!(lines[1], what);
    };
    engine.run(Sell { amount: 20 }).unwrap();
    told("sell committed - v1 x1 violations 0");
    assert!(engine.run(Sell { amount: 70 }).is_err());
    told("sell failed NoneLeft v1 x1 violations 0");
    assert!(engine.run_reported(Sell { amount: 0 }).result.is_err());
    told("sell failed Shut v1 x1 violations 0");
    assert!(engine.run(Sell { amount: 45 }).is_err());
    told("sell blocked - v1 x1 violations 1");
    assert!(engine.run_named("sell", &serde_json::json!({ "amount": 1 })).unwrap().result.is_ok());
    told("sell committed - v2 x1 violations 0");
    assert!(engine.run(Breaks {}).is_err());
    told("breaks panicked - v2 x1 violations 0");
    let mut counting = Box::pin(engine.run_async(Count {}));
    assert!(seen.take().is_empty(), "it has not begun");
    let mut task = Task::from_waker(Waker::noop());
    assert!(counting.as_mut().poll(&mut task).is_pending());
    assert!(counting.as_mut().poll(&mut task).is_ready());
    told("count committed - v2 x1 violations 0");
    let mut let_go = Box::pin(engine.run_async(Count {}));
    assert!(let_go.as_mut().poll(&mut task).is_pending());
    drop(let_go);
    told("count let_go - v0 x0 violations 0");
    assert!(pin!(engine.run_async(Sell { amount: 1 })).poll(&mut task).is_ready());
    told("sell committed - v3 x1 violations 0");
    assert!(engine.within(Duration::from_secs(5)).run(Ring {}).is_ok());
    told("ring committed - v3 x1 violations 0");
    engine.run(Wait {}).unwrap();
    told("wait committed - v3 x1 violations 0");
}

#[test]
fn runs_that_are_checked_and_runs_that_do_not_begin_are_told_too() {
    let seen = Seen::default();
    let engine = builder(seen.clone()).locking(Locking::Optimistic).build().unwrap();
    engine.run(Sell { amount: 20 }).unwrap();
    assert!(engine.run(Sell { amount: 45 }).is_err());
    assert_eq!(
        seen.take()[1..],
        ["sell committed - v1 x1 violations 0", "main/sell begins", "sell blocked - v1 x1 violations 1"]
    );

    #[process(inputs = [domain.sold])]
    fn unknown(ctx: Ctx<Desk, (), Ports>) -> i64 {
        *ctx.domain.sold
    }
    for locking in [Locking::ByKind, Locking::Optimistic] {
        let engine = builder(seen.clone()).locking(locking).build().unwrap();
        assert!(engine.run(Unknown {}).is_err());
        assert_eq!(seen.take(), ["main/unknown begins", "unknown unregistered - v0 x0 violations 0"], "{locking:?}");
    }
}

const WORK: &str = "
states:
  OPEN:
    invoke: { run: sell, with: { amount: 70 }, on_error: { NoneLeft: EMPTY }, done: EMPTY }
  EMPTY: { final: true }
";

#[test]
fn what_a_state_has_invoked_is_told_as_a_unit_of_its_own() {
    let seen = Seen::default();
    let desks = Sessions::of_text(&engine(seen.clone()), "desk.yaml", WORK).unwrap().stepped(1).start().unwrap();
    desks.open("a", Desk::default()).unwrap();
    desks.step_until_idle(100);
    insta::assert_snapshot!(seen.take().join("\n"), @r"
    [start - in OPEN, no trace
    ] to OPEN
    [invoked - in OPEN, of span 2
    a/sell begins
    sell failed NoneLeft v0 x1 violations 0
    ] to -, failed
    [error - in OPEN, of span 4
    ] to EMPTY
    ");
}

#[test]
fn what_a_workflow_handles_is_told_and_what_comes_of_it_is_in_the_trace_of_that() {
    let seen = Seen::default();
    let desks = Sessions::of_text(&engine(seen.clone()), "desk.yaml", FLOW).unwrap().stepped(1).start().unwrap();
    desks.open("a", Desk::default()).unwrap();
    desks.step_until_idle(100);
    desks.emit_with("a", "CMD_SELL", serde_json::json!({ "amount": 5 })).unwrap();
    desks.step_until_idle(100);
    let lines = seen.take();
    insta::assert_snapshot!(lines.join("\n"), @r"
    [start - in OPEN, no trace
    ] to OPEN
    [event CMD_SELL in OPEN, of span 3
    a/sell begins
    sell committed - v1 x1 violations 0
    a/count begins
    count committed - v1 x1 violations 0
    ] to OPEN
    [event EVT_SOLD in OPEN, of span 5
    a/count begins
    a/ring begins
    ring committed - v1 x1 violations 0
    count committed - v1 x1 violations 0
    ] to SOLD
    [event EVT_CHAIN_DONE in SOLD, of span 10
    ] to CLOSED
    ");
}

/// Every one of its calls panics, and so does its end.
struct Panics;

impl Drop for Panics {
    #[allow(clippy::panic, reason = "what is tried")]
    fn drop(&mut self) {
        panic!("drop")
    }
}

impl Telemetry for Panics {
    #[allow(clippy::panic, reason = "what is tried")]
    fn run_begins(&self, _: &RunBegins<'_>) -> tracing::Span {
        panic!("run_begins")
    }
    #[allow(clippy::panic, reason = "what is tried")]
    fn run_ended(&self, _: &RunEnded<'_>) {
        panic!("run_ended")
    }
    #[allow(clippy::panic, reason = "what is tried")]
    fn event_begins(&self, _: &EventBegins<'_>) -> tracing::Span {
        panic!("event_begins")
    }
    #[allow(clippy::panic, reason = "what is tried")]
    fn event_ended(&self, _: &EventEnded<'_>) {
        panic!("event_ended")
    }
    #[allow(clippy::panic, reason = "what is tried")]
    fn here(&self) -> Option<TraceContext> {
        panic!("here")
    }
}

#[test]
fn who_is_told_harms_nothing() {
    let engine = engine(Panics);
    engine.run(Sell { amount: 1 }).unwrap();
    let desks = Sessions::of_text(&engine, "desk.yaml", FLOW).unwrap().workers(1).start().unwrap();
    desks.open("a", Desk::default()).unwrap();
    let answer = desks.ask("a", "CMD_SELL", serde_json::json!({ "amount": 5 }));
    let answer = answer.wait(Duration::from_secs(20)).unwrap();
    assert_eq!((answer.states, answer.failure.is_none()), (vec!["CLOSED".to_owned()], true));
}
