//! Signals: seen by those who ask for them, told after the commit, at rest once dispatched.

use theus_core::prelude::*;
use theus_core::signal::Origin;

use super::LOCKINGS;
use super::plant::{Churn, End, built, engine};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Door {
    sig_open: bool,
    sig_bell: bool,
    seen: i64,
}

#[process(outputs = [domain.sig_open, domain.sig_bell])]
fn ring_then_open(ctx: Ctx<Door>) {
    ctx.domain.sig_bell.set(true);
    ctx.domain.sig_open.set(true);
}

#[process(outputs = [domain.sig_open, domain.sig_bell])]
fn open_then_ring(ctx: Ctx<Door>) {
    ctx.domain.sig_bell.set(true);
    ctx.domain.sig_open.set(true);
    ctx.domain.sig_bell.set(true);
}

#[process(outputs = [domain.sig_open, domain.sig_bell])]
#[allow(deprecated, reason = "one of the two signals is never raised")]
fn think_better_of_it(ctx: Ctx<Door>) {
    ctx.domain.sig_open.set(true);
    ctx.domain.sig_open.set(false);
}

#[process(inputs = [signal(domain.sig_open), domain.seen], outputs = [domain.seen])]
fn see(ctx: Ctx<Door>) -> bool {
    *ctx.domain.seen += i64::from(*ctx.domain.sig_open);
    *ctx.domain.sig_open
}

fn door(locking: Locking) -> Engine<Door> {
    Engine::builder(Door::default())
        .process::<RingThenOpen>()
        .process::<OpenThenRing>()
        .process::<ThinkBetterOfIt>()
        .process::<See>()
        .locking(locking)
        .build()
        .unwrap()
}

fn next(engine: &Engine<Door>) -> Option<(String, u64)> {
    engine.next_event().unwrap().map(|event| {
        let Origin::Signal { version, .. } = event.origin else { panic!("{event:?}") };
        (event.name.to_string(), version)
    })
}

#[test]
fn a_signal_is_seen_until_it_is_dispatched() {
    for locking in LOCKINGS {
        let engine = door(locking);
        assert!(!engine.run(See {}).unwrap());
        engine.run(RingThenOpen {}).unwrap();
        assert!(engine.run(See {}).unwrap() && engine.run(See {}).unwrap());
        assert_eq!(next(&engine), Some(("EVT_BELL".to_owned(), 2)));
        assert!(engine.run(See {}).unwrap(), "the bell was dispatched, the door not yet");
        assert_eq!(next(&engine), Some(("EVT_OPEN".to_owned(), 2)));
        assert!(!engine.run(See {}).unwrap());
        assert_eq!(next(&engine), None);
        let now = engine.snapshot().unwrap();
        assert_eq!(now.to_context(), Door { seen: 3, ..Door::default() });
        // Six runs and two resets that changed something.
        assert_eq!(now.version(), 6 + 2);
    }
}

#[test]
fn signals_leave_in_the_order_of_their_last_writes() {
    for locking in LOCKINGS {
        let engine = door(locking);
        engine.run(OpenThenRing {}).unwrap();
        assert_eq!(next(&engine), Some(("EVT_OPEN".to_owned(), 1)));
        assert_eq!(next(&engine), Some(("EVT_BELL".to_owned(), 1)));
        engine.run(ThinkBetterOfIt {}).unwrap();
        assert_eq!(next(&engine), None, "what is at rest at the commit is no event");
    }
}

#[test]
fn a_signal_raised_anew_outlives_the_older_event() {
    for locking in LOCKINGS {
        let engine = door(locking);
        engine.run(RingThenOpen {}).unwrap();
        engine.run(OpenThenRing {}).unwrap();
        assert_eq!(
            (next(&engine), next(&engine)),
            (Some(("EVT_BELL".to_owned(), 1)), Some(("EVT_OPEN".to_owned(), 1)))
        );
        assert!(engine.run(See {}).unwrap(), "the second event has not been told");
        assert_eq!(next(&engine), Some(("EVT_OPEN".to_owned(), 2)));
        assert!(!engine.run(See {}).unwrap());
    }
}

#[test]
fn nobody_hears_of_a_run_that_was_rolled_back() {
    for locking in LOCKINGS {
        let (engine, _) = engine(locking);
        for end in [End::Error, End::Panic] {
            assert!(engine.run(Churn { level: 1, end }).is_err());
            assert_eq!(engine.next_event().unwrap(), None);
        }
    }
}

/// Signals that say more than that they are raised.
#[derive(Clone, Default, Context)]
struct Alarm {
    sig_bell: bool,
    sig_heat: i64,
    cmd_call: Option<Call>,
    #[context(nested)]
    roof: Roof,
}

#[derive(Clone, Default, Context)]
struct Roof {
    sig_rain: Vec<u8>,
}

#[derive(Clone, Inspect, serde::Serialize, serde::Deserialize)]
struct Call {
    number: String,
    times: u8,
}

#[process(outputs = [domain.sig_bell, domain.sig_heat, domain.cmd_call, domain.roof.sig_rain])]
fn sound(ctx: Ctx<Alarm>, heat: i64) {
    ctx.domain.cmd_call.set(Some(Call { number: "112".to_owned(), times: 2 }));
    ctx.domain.sig_heat.set(heat);
    ctx.domain.sig_bell.set(true);
    ctx.domain.roof.sig_rain.set(vec![1, 2]);
}

#[test]
fn the_event_of_a_signal_brings_its_value() {
    let engine = Engine::builder(Alarm::default()).process::<Sound>().build().unwrap();
    engine.run(Sound { heat: 90 }).unwrap();
    let events: Vec<_> = std::iter::from_fn(|| engine.next_event().unwrap())
        .map(|event| (event.name.to_string(), event.payload.map(|payload| payload.value().clone())))
        .collect();
    let expected = [
        ("CMD_CALL", Some(serde_json::json!({ "number": "112", "times": 2 }))),
        ("EVT_HEAT", Some(serde_json::json!(90))),
        ("EVT_BELL", None),
        ("EVT_RAIN", Some(serde_json::json!([1, 2]))),
    ];
    assert_eq!(events, expected.map(|(name, payload)| (name.to_owned(), payload)));
    assert!(engine.snapshot().unwrap().cmd_call.is_none(), "it is at rest again");
}

#[test]
fn the_signal_of_an_event_that_was_dropped_is_put_to_rest_too() {
    use theus_core::signal::Overflow;
    let options = |overflow| {
        let builder = Engine::builder(Alarm::default()).process::<Sound>().signal_capacity(5);
        let engine = builder.signal_overflow(overflow).urgent(["EVT_BELL"]).unwrap().build().unwrap();
        engine.run(Sound { heat: 1 }).unwrap();
        engine
    };
    let refusing = options(Overflow::Refuse);
    assert!(matches!(refusing.run(Sound { heat: 2 }), Err(RunError::BusFull { .. })));
    assert_eq!((*refusing.snapshot().unwrap().sig_heat, refusing.bus().stats().refused), (1, 4));

    let dropping = options(Overflow::DropOldest);
    dropping.run(Sound { heat: 2 }).unwrap();
    dropping.run(Sound { heat: 3 }).unwrap();
    assert_eq!((dropping.bus().len(), dropping.bus().stats().dropped), (5, 7));
    let names: Vec<_> =
        std::iter::from_fn(|| dropping.next_event().unwrap()).map(|event| event.name.to_string()).collect();
    assert_eq!(names, ["EVT_BELL", "EVT_BELL", "EVT_BELL", "EVT_HEAT", "EVT_RAIN"]);
    let now = dropping.snapshot().unwrap();
    assert!(!*now.sig_bell && *now.sig_heat == 0 && now.cmd_call.is_none() && now.roof.sig_rain.is_empty());
}

#[test]
fn a_chain_whose_signals_have_no_room_fails_or_has_the_oldest_give_way() {
    use theus_core::signal::Overflow;
    use theus_core::workflow::WorkflowManager;

    let flow = "
initialised: [domain.level, domain.log]
states:
  S:
    entry: [{ run: churn, with: { level: 1, end: Well } }, { run: churn, with: { level: 2, end: Well } }]
    on_error: { Leak: LOST }
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }
  LOST: { events: { CMD_DRAIN: LOST } }
  E: { events: { CMD_DRAIN: E } }
";
    let wait = Overflow::Wait { at_most: std::time::Duration::from_secs(60) };
    for (overflow, state, level, dropped) in
        [(Overflow::Refuse, "LOST", 1, 0), (wait, "LOST", 1, 0), (Overflow::DropOldest, "E", 2, 2)]
    {
        let (engine, _) = built(Locking::ByKind, |builder| builder.signal_capacity(2).signal_overflow(overflow));
        let mut plant = WorkflowManager::from_text(&engine, "plant.yaml", flow).unwrap();
        plant.run_until_idle().unwrap();
        let now = engine.snapshot().unwrap().to_context();
        assert_eq!((plant.state(), now.level, engine.bus().stats().dropped), (state, level, dropped));
        assert!(!now.sig_full && now.cmd_drain.is_none() && engine.bus().is_empty(), "all signals are at rest");
    }
}

#[test]
fn signals_whose_events_gave_way_are_at_rest_after_the_next_event_whatever_that_is() {
    use theus_core::signal::Overflow;
    use theus_core::workflow::WorkflowManager;

    let (engine, _) =
        built(Locking::ByKind, |builder| builder.signal_capacity(1).signal_overflow(Overflow::DropOldest));
    let flow = "external: [CMD_GO]\nstates: { S: { events: { CMD_GO: S } } }";
    let mut plant = WorkflowManager::from_text(&engine, "plant.yaml", flow).unwrap();
    plant.run_until_idle().unwrap();
    engine.run(Churn { level: 1, end: End::Well }).unwrap();
    plant.emit("CMD_GO").unwrap();
    assert_eq!((engine.bus().len(), engine.bus().stats().dropped), (1, 2));
    plant.run_until_idle().unwrap();
    let now = engine.snapshot().unwrap().to_context();
    assert!(!now.sig_full && now.cmd_drain.is_none());
}
