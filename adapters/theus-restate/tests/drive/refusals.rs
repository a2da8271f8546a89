//! What is refused is an answer, in the words of the HTTP adapter, and changes nothing.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_restate::drive::{Ask, ControlAsk, EmitAsk, ExplainAsk, RunAsk, StepError};
use theus_restate::{Counters, Counting, Ingress, Ledger, Object, ObjectError};

use super::program;
use super::world::{Carrier, Spoil, World};

fn run(process: &str, with: Value) -> Ask {
    Ask::Run(RunAsk { process: process.to_owned(), with })
}

fn ask(event: &str) -> Ask {
    Ask::Ask(EmitAsk { event: event.to_owned(), with: Value::Null, urgent: false })
}

fn carrier() -> Carrier {
    Carrier::new(Arc::new(World::default()))
}

#[test]
fn each_refusal_has_its_kind_and_leaves_the_state() {
    let mut carrier = carrier();
    carrier.ask("a", run("charge", json!({ "amount": 5 }))).unwrap();
    let refusals = [
        (run("charge", json!({ "amount": -1 })), "declared", 422),
        (run("pay", json!({ "amount": 901 })), "refused", 422),
        (run("chrage", json!({})), "unknown-process", 404),
        (run("charge", json!({ "amuont": 1 })), "arguments", 422),
        (run("charge", json!([1])), "arguments", 422),
        (ask("CMD_NONE"), "unknown-event", 404),
        (ask("CMD_STOP"), "not-taken", 409),
        (ask("no event at all"), "unknown-event", 404),
    ];
    for (asked, kind, status) in refusals {
        let told = carrier.ask("a", asked.clone()).unwrap().unwrap();
        assert_eq!(told.kind(), Some(kind), "{asked:?}: {told:?}");
        assert_eq!(told.refused.unwrap()["status"], status);
        assert_eq!((told.version, told.result), (1, None), "{asked:?}");
    }
    let declared = carrier.ask("a", run("charge", json!({ "amount": -1 }))).unwrap().unwrap().refused.unwrap();
    assert_eq!((&declared["error"], &declared["values"]), (&json!("Negative"), &json!({ "amount": -1 })));
}

#[test]
fn the_third_violation_is_refused_whatever_machine_counts() {
    let mut carrier = carrier();
    let large = || run("charge", json!({ "amount": 150 }));
    let told: Vec<_> = (0..4).map(|_| carrier.ask("a", large()).unwrap().unwrap()).collect();
    assert_eq!(told.iter().map(|told| told.kind()).collect::<Vec<_>>(), [None, None, Some("refused"), None]);
    assert!(carrier.ask("b", large()).unwrap().unwrap().refused.is_none(), "each session counts for itself");
}

#[test]
fn what_was_cancelled_is_over() {
    let mut carrier = carrier();
    let told = carrier.ask("a", Ask::Control(ControlAsk::Cancel("no more".to_owned()))).unwrap().unwrap();
    assert_eq!(told.status, "cancelled");
    for asked in [run("charge", json!({ "amount": 1 })), ask("CMD_COUNT")] {
        assert_eq!(carrier.ask("a", asked).unwrap().unwrap().kind(), Some("session-over"));
    }
}

#[test]
fn a_session_that_is_paused_keeps_what_comes() {
    let mut carrier = carrier();
    carrier.ask("a", Ask::Control(ControlAsk::Pause)).unwrap();
    let told = carrier.ask("a", ask("CMD_COUNT")).unwrap().unwrap();
    assert_eq!((told.status.as_str(), told.kind()), ("paused", None));
    let told = carrier.ask("a", Ask::Control(ControlAsk::Resume)).unwrap().unwrap();
    assert_eq!((told.status.as_str(), told.states), ("running", vec!["COUNTING".to_owned()]));
}

#[test]
fn what_is_kept_and_cannot_be_read_is_told_and_stays() {
    let mut carrier = carrier();
    carrier.ask("a", run("charge", json!({ "amount": 5 }))).unwrap();
    let good = carrier.entry("a").unwrap();
    let spoilt: [(&str, Spoil); 3] = [
        ("format", |entry| entry.format = 2),
        ("totel", |entry| entry.state.fields[0].path = "totel".to_owned()),
        ("position", |entry| entry.state.position = Some("{".to_owned())),
    ];
    for (word, spoil) in spoilt {
        let mut entry = good.clone();
        spoil(&mut entry);
        let bytes = serde_json::to_vec(&entry).unwrap();
        carrier.kept.insert("a".to_owned(), bytes.clone());
        let error = carrier.ask("a", run("charge", json!({ "amount": 5 }))).unwrap_err();
        assert!(matches!(error, StepError::Damaged { .. }) && error.to_string().contains(word), "{error}");
        assert_eq!(carrier.kept["a"], bytes);
    }
    carrier.kept.insert("a".to_owned(), b"{}".to_vec());
    assert!(matches!(carrier.ask("a", ask("CMD_COUNT")), Err(StepError::Damaged { .. })));
}

#[test]
fn who_looks_sees_the_session_and_who_asks_what_the_rules_would_say_changes_nothing() {
    let mut carrier = carrier();
    carrier.ask("a", run("charge", json!({ "amount": 5 }))).unwrap();
    let before = carrier.kept.clone();
    let look = carrier.hosted.look("a", carrier.entry("a")).unwrap();
    assert_eq!((&look["data"]["total"], &look["version"], &look["states"]), (&json!(5), &json!(1), &json!(["IDLE"])));
    let none = carrier.hosted.look("b", None).unwrap();
    assert_eq!((&none["exists"], &none["version"]), (&json!(false), &json!(0)));
    let explain = |amount: i64, process: &str| {
        let ask = ExplainAsk { process: process.to_owned(), with: json!({ "amount": amount }) };
        carrier.hosted.explain("a", carrier.entry("a"), &ask).unwrap()
    };
    assert!(explain(150, "charge").is_ok());
    assert!(explain(150, "pay").is_err(), "it was not said that it can be asked");
    assert_eq!(carrier.kept, before);
}

#[test]
fn what_cannot_be_served_is_refused_before_it_is() {
    let engine = || program::builder(Arc::new(World::default())).unwrap();
    let carried = || engine().carried().build().unwrap();
    let kept = engine().store(MemoryStore::new()).build().unwrap();
    assert!(matches!(
        Object::new("Tills", kept).route(|sent| program::route("Tills", sent)).build(),
        Err(ObjectError::NotCarried { .. })
    ));
    let no_route = Object::new("Tills", carried()).build();
    assert!(matches!(no_route, Err(ObjectError::NoRoute { process: "post", .. })));
    for name in ["", "a b", "ä", "-"] {
        let wrong = Object::new(name, carried()).route(|sent| program::route("Tills", sent)).build();
        assert!(matches!(wrong, Err(ObjectError::Name { .. })), "{name}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for name in ["a b", "Tills", "TillsLedger"] {
        let ingress = Ingress::at("http://127.0.0.1:8080").unwrap();
        let counters = Counters::at(ingress, name, Duration::ZERO, runtime.handle());
        let tills = Object::new("Tills", carried()).route(|sent| program::route("Tills", sent));
        let wrong = tills.ledger(Ledger::new("TillsLedger", 4)).counting(Counting::Late(counters)).build();
        assert!(matches!(wrong, Err(ObjectError::Name { .. })), "{name}");
    }
    let flow = "states: { IDLE: { events: { CMD_A: IDEL } } }";
    let wrong = Object::new("Tills", carried()).workflow_text("a.yaml", flow).unwrap_err();
    assert!(wrong.to_string().contains("did you mean"), "{wrong}");
    assert!(Object::new("Tills", carried()).route(|sent| program::route("Tills", sent)).build().is_ok());
}

#[test]
fn sessions_without_a_workflow_run_processes_and_hear_no_events() {
    let engine = program::builder(Arc::new(World::default())).unwrap().carried().build().unwrap();
    let served = Object::new("Tills", engine).route(|sent| program::route("Tills", sent)).build().unwrap();
    let mut carrier = Carrier::of(served.hosted(), theus_core::workflow::VirtualClock::new());
    let told = carrier.ask("a", run("charge", json!({ "amount": 5 }))).unwrap().unwrap();
    assert_eq!((told.result, told.status.as_str()), (Some(json!(5)), "running"));
    assert_eq!(carrier.ask("a", ask("CMD_COUNT")).unwrap().unwrap().kind(), Some("not-found"));
    carrier.ask("a", run("pay", json!({ "amount": 1 }))).unwrap();
    assert_eq!(carrier.steps, 3, "nothing comes after a run");
}

#[derive(Clone, Default, Context)]
struct Slow {
    done: u32,
}

/// What is waited for.
struct Timer {
    timer: fn(u64) -> tokio::time::Sleep,
}

#[process(inputs = [domain.done], outputs = [domain.done], effects = [timer])]
async fn wait(ctx: Ctx<Slow, (), Timer>, millis: u64) -> u32 {
    (ctx.effects.timer)(millis).await;
    *ctx.domain.done += 1;
    *ctx.domain.done
}

#[test]
fn what_awaits_something_is_waited_for() {
    let timer = |millis| tokio::time::sleep(std::time::Duration::from_millis(millis));
    let engine = Engine::builder(Slow::default()).effects(Timer { timer }).process::<Wait>().carried().build().unwrap();
    let flow = "states: { IDLE: { events: { CMD_GO: WORK } }, WORK: { entry: { run: wait, with: { millis: 5 } }, events: { EVT_CHAIN_DONE: IDLE } } }";
    let served = Object::new("Slow", engine).workflow_text("slow.yaml", flow).unwrap().build().unwrap();
    let mut carrier = Carrier::of(served.hosted(), theus_core::workflow::VirtualClock::new());
    assert_eq!(carrier.ask("a", run("wait", json!({ "millis": 5 }))).unwrap().unwrap().result, Some(json!(1)));
    let told = carrier.ask("a", ask("CMD_GO")).unwrap().unwrap();
    assert_eq!((told.states, told.version), (vec!["IDLE".to_owned()], 2));
}
