//! Many sessions of a workflow: what is done with one, and what that does to others.

use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use serde_json::json;
use theus_core::prelude::*;
use theus_core::workflow::sessions::{SessionError, SessionStatus, SessionsBuilder};
use theus_core::workflow::{Sessions, VirtualClock};

use super::workflow_world::{Outside, Ports, Ring, Shop, shop, shop_with};

pub(super) type Shops = Sessions<Shop, (), Ports>;

pub(super) const LONG: Duration = Duration::from_secs(20);

pub(super) const FLOW: &str = r#"
name: shop
external: [CMD_NOTE, CMD_WAIT, CMD_END, CMD_ASK, CMD_BURST, CMD_PASS, CMD_OVER]
initialised: [domain.log, domain.total, domain.items, domain.open]
states:
  OPEN:
    events:
      CMD_NOTE: { steps: { run: note, with: { text: "${ event.text }" } } }
      CMD_WAIT: { steps: [a, wait] }
      CMD_BURST: { steps: burst }
      CMD_ASK: { steps: { run: ask, retry: { attempts: 5, backoff: 10ms, on: [Busy] } } }
      CMD_PASS: PASSED
      CMD_END: DONE
      EVT_RUNG: { steps: b }
    after: { 1m: LATE }
  PASSED: { always: OPEN }
  LATE: { events: { CMD_END: DONE } }
  DONE: { final: true, result: "${ size(domain.log) }" }
"#;

pub(super) fn shops() -> (SessionsBuilder<Shop, (), Ports>, Outside) {
    let (engine, outside) = shop(Shop::default());
    (of(&engine), outside)
}

fn of(engine: &Engine<Shop, (), Ports>) -> SessionsBuilder<Shop, (), Ports> {
    Shops::of_text(engine, "shop.yaml", FLOW).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn log(shops: &Shops, name: &str) -> Vec<String> {
    shops.engine(name).unwrap().snapshot().unwrap().to_context().log
}

#[test]
fn a_signal_of_a_run_by_hand_wakes_its_session() {
    let (builder, _) = shops();
    let shops = builder.workers(2).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    for rung in 1..200 {
        shops.engine("one").unwrap().run(Ring {}).unwrap();
        assert!(shops.wait_until_idle(LONG));
        assert_eq!(log(&shops, "one").len(), rung, "the signal was handled before it was idle");
    }
}

#[test]
fn an_observer_that_panics_stops_nothing() {
    let (builder, _) = shops();
    let shops = builder.workers(1).observe(|_, _| std::panic::resume_unwind(Box::new("observer"))).start().unwrap();
    for name in ["one", "two"] {
        shops.open(name, Shop::default()).unwrap();
        shops.emit_with(name, "CMD_NOTE", json!({ "text": "x" })).unwrap();
        shops.emit(name, "CMD_END").unwrap();
    }
    assert!(shops.wait_until_idle(LONG));
    let census = shops.census();
    assert_eq!((census.finished, census.broken), (2, 0));
    assert_eq!(census.troubles, census.handled, "each is counted");
    assert_eq!(shops.result("two").unwrap(), Some(json!(1)));
}

#[test]
fn what_cannot_be_done_says_why_and_changes_nothing() {
    let (builder, _) = shops();
    let shops = builder.stepped(1).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    let said = |result: Result<(), SessionError>| result.unwrap_err().to_string();
    assert_eq!(
        said(shops.open("one", Shop::default())),
        "the session `one` is open already: close it first, or choose another name"
    );
    assert_eq!(
        said(shops.emit("two", "CMD_END")),
        "there is no session `two`: open it first; a session that was closed is gone"
    );
    assert_eq!(
        said(shops.emit("one", "CMD_ENT")),
        "session `one`: no state of this workflow handles the event `CMD_ENT`; did you mean `CMD_END`?"
    );
    let name = theus_core::signal::EventName::parse("CMD_ENT").unwrap();
    assert_eq!(said(shops.emit("one", &name)), said(shops.emit("one", "CMD_ENT")));
    assert!(said(shops.emit("one", "end")).starts_with("session `one`: `end` is not the name of an event"));
    assert!(matches!(shops.emit("one", "EVT_CHAIN_DONE"), Err(SessionError::Emit { .. })));
    assert_eq!(said(shops.wait_for("one", "OPAN", LONG)), "the workflow has no state `OPAN`: did you mean `OPEN`?");
    assert!(shops.engine("one").unwrap().bus().is_empty());
    shops.emit("one", "CMD_END").unwrap();
    shops.step_until_idle(100);
    assert_eq!(said(shops.emit("one", "CMD_END")), "the session `one` is over: it takes no more events");
    assert_eq!(
        said(shops.wait_for("one", "LATE", LONG)),
        "the session `one` is not in LATE after 0ns: it is in DONE, finished"
    );
    shops.close("one").unwrap();
    assert!(matches!(shops.status("one"), Err(SessionError::Unknown { .. })));
}

#[test]
fn a_session_is_paused_and_goes_on_and_is_cancelled_while_others_do_not_care() {
    let (builder, _) = shops();
    let shops = builder.stepped(7).start().unwrap();
    for name in ["one", "two"] {
        shops.open(name, Shop::default()).unwrap();
    }
    shops.step_until_idle(100);
    shops.pause("one").unwrap();
    for name in ["one", "two"] {
        shops.emit_with(name, "CMD_NOTE", json!({ "text": name })).unwrap();
    }
    shops.step_until_idle(100);
    assert_eq!((shops.status("one").unwrap(), log(&shops, "one").len()), (SessionStatus::Paused, 0));
    assert_eq!((shops.status("two").unwrap(), log(&shops, "two").len()), (SessionStatus::Running, 1));
    shops.resume("one").unwrap();
    shops.step_until_idle(100);
    assert_eq!((shops.status("one").unwrap(), log(&shops, "one")), (SessionStatus::Running, vec!["one".to_owned()]));
    shops.cancel("one", "not wanted").unwrap();
    shops.step_until_idle(100);
    assert_eq!(shops.status("one").unwrap(), SessionStatus::Cancelled { reason: "not wanted".to_owned() });
    assert!(matches!(shops.emit("one", "CMD_END"), Err(SessionError::Over { .. })));
    let census = shops.census();
    assert_eq!((census.open, census.cancelled, census.running), (2, 1, 1));
}

#[test]
fn a_panic_and_an_interlock_touch_no_other_and_one_reset_lets_all_go_on() {
    let recipe = "process_recipes: { note: { outputs: [ { field: domain.log, max_len: 2, level: S } ] } }";
    let (engine, _) = shop_with(Shop::default(), recipe);
    let shops = of(&engine).workers(2).start().unwrap();
    for name in ["one", "two", "three"] {
        shops.open(name, Shop::default()).unwrap();
    }
    shops.emit("one", "CMD_BURST").unwrap();
    for _ in 0..3 {
        shops.emit_with("two", "CMD_NOTE", json!({ "text": "x" })).unwrap();
    }
    assert!(shops.wait_until_idle(LONG));
    shops.emit_with("three", "CMD_NOTE", json!({ "text": "y" })).unwrap();
    assert!(shops.wait_until_idle(LONG));
    assert!(matches!(shops.status("three").unwrap(), SessionStatus::Halted { .. }));
    assert_eq!((shops.census().halted, log(&shops, "three").len()), (3, 0));
    shops.reset_interlock("R. Lee", "looked at").unwrap();
    assert!(shops.wait_until_idle(LONG));
    assert_eq!((log(&shops, "three"), shops.census().running), (vec!["y".to_owned()], 3));
}

#[derive(Clone, Debug, Default, Context)]
struct Asker {
    answers: Vec<String>,
    cmd_asked: bool,
}

type Askers = Sessions<Asker, (), Reach>;

/// The pool, as a process of it reaches it.
#[derive(Default)]
struct Reach {
    pool: Arc<OnceLock<Weak<Askers>>>,
}

fn asked(pool: &Askers) -> Vec<String> {
    let status = pool.status("one").map_or_else(|error| error.to_string(), |status| status.to_string());
    let waited = pool.wait_until_idle(Duration::MAX);
    let late = pool.wait_for("one", "DONE", Duration::MAX).is_err();
    let emitted = pool.emit("one", "CMD_END").is_ok();
    vec![status, format!("{waited} {late} {emitted}"), format!("{} {}", pool.census().open, pool.step())]
}

#[process(outputs = [domain.answers], effects = [pool])]
fn ask_all(ctx: Ctx<Asker, (), Reach>) {
    if let Some(pool) = ctx.effects.pool.get().and_then(Weak::upgrade) {
        ctx.domain.answers.set(asked(&pool));
    }
}

#[process(outputs = [domain.answers], effects = [pool])]
async fn ask_all_awaiting(ctx: Ctx<Asker, (), Reach>) {
    if let Some(pool) = ctx.effects.pool.get().and_then(Weak::upgrade) {
        ctx.domain.answers.set(asked(&pool));
    }
}

/// Two threads that each have a session and wait for the other's would wait for ever.
#[test]
fn a_process_uses_the_pool_that_it_runs_in_and_waits_for_nothing() {
    for process in ["ask_all", "ask_all_awaiting"] {
        let reach = Arc::new(OnceLock::new());
        let engine = Engine::builder(Asker::default())
            .effects(Reach { pool: Arc::clone(&reach) })
            .process::<AskAll>()
            .process::<AskAllAwaiting>()
            .build()
            .unwrap();
        let flow = format!(
            "external: [CMD_GO, CMD_END]
states: {{ OPEN: {{ events: {{ CMD_GO: {{ steps: {process} }}, CMD_END: DONE }} }}, DONE: {{ final: true }} }}"
        );
        let pool = Arc::new(Askers::of_text(&engine, "asker.yaml", &flow).unwrap().workers(1).start().unwrap());
        reach.set(Arc::downgrade(&pool)).unwrap();
        pool.open("one", Asker::default()).unwrap();
        pool.emit("one", "CMD_GO").unwrap();
        pool.wait_for("one", "DONE", LONG).unwrap();
        assert_eq!(
            pool.engine("one").unwrap().snapshot().unwrap().to_context().answers,
            [
                "the session `one` is busy, and cannot be waited for from inside a process or an observer",
                "false true true",
                "1 false"
            ],
            "{process}"
        );
    }
}

#[test]
fn urgent_events_overtake_and_bring_what_others_bring() {
    let (builder, _) = shops();
    let clock = VirtualClock::new();
    let shops = builder.stepped(3).clock(clock).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    shops.step_until_idle(100);
    shops.emit_with("one", "CMD_NOTE", json!({ "text": "late" })).unwrap();
    shops.emit_urgent("one", "CMD_END").unwrap();
    shops.step_to_the_end(1_000);
    assert_eq!((shops.states("one").unwrap(), log(&shops, "one").len()), (vec!["DONE".to_owned()], 0));
}

#[test]
fn a_session_that_is_paused_and_cancelled_makes_good_what_its_chain_has_committed() {
    let flow = "
states:
  S:
    entry:
      - { run: charge, with: { amount: 10 }, compensate: { run: refund, with: { amount: 10 } } }
      - { run: ask, retry: { attempts: 9, backoff: 1h } }
    events: { EVT_CHAIN_DONE: S, EVT_CHAIN_FAIL: S }
";
    let (engine, outside) = shop(Shop::default());
    outside.refuse(100);
    let shops = Shops::of_text(&engine, "shop.yaml", flow).unwrap().workers(1).start().unwrap();
    shops.open("one", Shop::default()).unwrap();
    assert!(shops.wait_until_idle(LONG));
    shops.pause("one").unwrap();
    assert!(shops.wait_until_idle(LONG));
    assert_eq!(shops.status("one").unwrap(), SessionStatus::Paused);
    shops.cancel("one", "enough").unwrap();
    assert!(shops.wait_until_idle(LONG));
    assert_eq!(shops.status("one").unwrap(), SessionStatus::Cancelled { reason: "enough".to_owned() });
    assert_eq!(log(&shops, "one"), ["charge 10", "refund 10"]);
}

#[test]
fn a_session_that_is_busy_gives_way_to_others() {
    const ROUNDS: i64 = 20_000;
    let flow = format!(
        "
external: [CMD_GO, CMD_END]
initialised: [domain.total]
limit: 1000000
states:
  S:
    events:
      CMD_GO: {{ steps: [{{ flux: while, when: domain.total < {ROUNDS}, do: [{{ run: add, with: {{ n: 1 }} }}] }}] }}
      CMD_END: E
  E: {{ final: true }}
"
    );
    let (engine, _) = shop(Shop::default());
    let shops = Shops::of_text(&engine, "shop.yaml", &flow).unwrap().workers(1).start().unwrap();
    for name in ["busy", "other"] {
        shops.open(name, Shop::default()).unwrap();
    }
    assert!(shops.wait_until_idle(LONG));
    let done = || *shops.engine("busy").unwrap().snapshot().unwrap().total;
    shops.emit("busy", "CMD_GO").unwrap();
    while done() == 0 {
        std::thread::yield_now();
    }
    shops.emit("other", "CMD_END").unwrap();
    shops.wait_for("other", "E", LONG).unwrap();
    let by_then = done();
    assert!(by_then < ROUNDS, "the only worker went through all of the other one's steps first");
    assert!(shops.wait_until_idle(LONG));
    assert_eq!(done(), ROUNDS);
}
