//! A workflow on a store, one promise each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore};
use theus_core::workflow::{ResumeError, Status, WorkflowError, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    booked: u64,
    paid: u64,
    undone: u64,
    cmd_go: bool,
    sig_paid: bool,
}

struct Ports {
    bank: Arc<AtomicU64>,
}

type App = Ctx<Desk, (), Ports>;

#[process(inputs = [domain.booked], outputs = [domain.booked])]
fn reserve(ctx: App) {
    *ctx.domain.booked += 1;
}

#[process(inputs = [domain.undone], outputs = [domain.undone])]
fn release(ctx: App) {
    *ctx.domain.undone += 1;
}

#[process(inputs = [domain.paid], outputs = [domain.paid, domain.sig_paid], effects = [bank])]
fn pay(ctx: App) {
    *ctx.domain.paid += ctx.effects.bank.fetch_add(1, Ordering::Relaxed) + 1;
    ctx.domain.sig_paid.set(true);
}

static IS_BUSY: AtomicBool = AtomicBool::new(true);

#[derive(Debug, thiserror::Error)]
#[error("busy")]
struct Busy;

#[process(inputs = [domain.paid], outputs = [domain.paid], errors = [Busy])]
fn hope(ctx: App) -> Result<(), Busy> {
    *ctx.domain.paid += 100;
    // What its contract does not say: so it can end otherwise the next time.
    if is_busy() { Err(Busy) } else { Ok(()) }
}

fn is_busy() -> bool {
    IS_BUSY.load(Ordering::Relaxed)
}

const FLOW: &str = "
name: desk
states:
  IDLE: { events: { CMD_GO: WORK } }
  WORK:
    entry: [{ run: reserve, compensate: release }, pay]
    events: { EVT_PAID: PAID, EVT_CHAIN_FAIL: BAD }
  PAID: { events: { CMD_GO: WORK } }
  BAD: {}
";

type Flow = WorkflowManager<Desk, (), Ports>;

fn life(store: &MemoryStore, bank: &Arc<AtomicU64>) -> Flow {
    let builder = Engine::builder(Desk::default()).effects(Ports { bank: Arc::clone(bank) });
    let builder = builder.process::<Reserve>().process::<Release>().process::<Pay>();
    let engine = builder.store(store.clone()).build().unwrap();
    WorkflowManager::from_text(&engine, "desk.yaml", FLOW).unwrap().hydrate().unwrap()
}

fn desk(flow: &Flow) -> Desk {
    flow.engine().snapshot().unwrap().to_context()
}

#[test]
fn an_effect_is_done_once_and_where_nobody_knows_the_chain_is_made_good() {
    let calls = {
        let (store, bank) = (MemoryStore::new(), Arc::default());
        let mut flow = life(&store, &bank);
        flow.emit("CMD_GO").unwrap();
        flow.run_until_idle().unwrap();
        assert_eq!((flow.state(), desk(&flow).paid), ("PAID", 1));
        store.calls()
    };
    let (mut paid, mut made_good) = (0, 0);
    for dies_at in 2..=calls {
        let (store, bank): (_, Arc<AtomicU64>) = (MemoryStore::new(), Arc::default());
        let mut flow = life(&store, &bank);
        (dies_at..dies_at + 100).for_each(|call| store.fail(call, Fault::Unavailable));
        let emitted = flow.emit("CMD_GO").is_ok();
        drop(flow.run_until_idle());
        drop(flow);
        let store = store.copy();
        let mut flow = life(&store, &bank);
        if !emitted {
            flow.emit("CMD_GO").unwrap();
        }
        flow.run_until_idle().unwrap();
        let Desk { booked, paid: sum, undone, .. } = desk(&flow);
        assert_eq!(booked, 1, "dies at {dies_at}");
        let asked = bank.load(Ordering::Relaxed);
        assert_eq!(asked, 1, "dies at {dies_at}: the bank is asked once, whatever happens");
        match flow.state() {
            "PAID" => {
                assert_eq!((sum, undone), (1, 0));
                paid += 1;
            }
            "BAD" => {
                assert_eq!((sum, undone), (0, 1), "dies at {dies_at}");
                made_good += 1;
            }
            other => panic!("{other}, dies at {dies_at}"),
        }
    }
    assert!(paid > 2 && made_good > 0, "{paid} {made_good}");
}

#[test]
fn what_was_told_stays_so_though_it_came_back_to_where_it_was() {
    const HOPES: &str =
        "{ name: hopes, states: { IDLE: { events: { CMD_GO: { to: IDLE, steps: [reserve, hope] } } } } }";
    let store = MemoryStore::new();
    let life = |store: &MemoryStore| {
        let builder = Engine::builder(Desk::default()).effects(Ports { bank: Arc::default() });
        let engine = builder.process::<Reserve>().process::<Hope>().store(store.clone()).build().unwrap();
        WorkflowManager::from_text(&engine, "hopes.yaml", HOPES).unwrap().hydrate().unwrap()
    };
    let mut flow = life(&store);
    for _ in 0..3 {
        flow.emit("CMD_GO").unwrap();
        let handled = flow.run_until_idle().unwrap();
        assert!(handled.last().is_some_and(|handled| handled.failed), "{handled:?}");
    }
    drop(flow);
    IS_BUSY.store(false, Ordering::Relaxed);
    let mut flow = life(&store.copy());
    flow.run_until_idle().unwrap();
    let Desk { booked, paid, .. } = desk(&flow);
    assert_eq!((booked, paid), (3, 0), "the step that failed, and was told to have, is not run again");
    flow.emit("CMD_GO").unwrap();
    flow.run_until_idle().unwrap();
    assert_eq!(desk(&flow).paid, 100);
}

#[test]
fn an_event_that_no_state_has_a_use_for_does_not_come_again() {
    const OFF: &str =
        "{ name: off, states: { IDLE: { events: { CMD_GO: { when: domain.paid > 0, to: BAD } } }, BAD: {} } }";
    let (store, bank) = (MemoryStore::new(), Arc::default());
    let life = |store: &MemoryStore| {
        let builder = Engine::builder(Desk::default()).effects(Ports { bank: Arc::clone(&bank) });
        let engine = builder.process::<Pay>().store(store.clone()).build().unwrap();
        WorkflowManager::from_text(&engine, "off.yaml", OFF).unwrap().hydrate().unwrap()
    };
    let mut flow = life(&store);
    for _ in 0..3 {
        flow.emit("CMD_GO").unwrap();
        flow.run_until_idle().unwrap();
    }
    flow.engine().run(Pay {}).unwrap();
    drop(flow);
    let mut flow = life(&store.copy());
    flow.run_until_idle().unwrap();
    assert_eq!(flow.state(), "IDLE");
    flow.emit("CMD_GO").unwrap();
    flow.run_until_idle().unwrap();
    assert_eq!(flow.state(), "BAD", "one that comes now is heard");
}

#[test]
fn a_store_that_is_away_for_a_while_fails_nothing() {
    let (store, bank) = (MemoryStore::new(), Arc::default());
    let mut flow = life(&store, &bank);
    flow.emit("CMD_GO").unwrap();
    store.fail(store.calls() + 1, Fault::Full);
    let error = flow.run_until_idle().unwrap_err();
    assert!(matches!(error, WorkflowError::Store(_)), "{error}");
    flow.run_until_idle().unwrap();
    assert_eq!((flow.state(), desk(&flow).booked), ("PAID", 1));
}

#[test]
fn a_commit_by_somebody_else_takes_along_where_the_workflow_is() {
    let (store, bank) = (MemoryStore::new(), Arc::default());
    let mut flow = life(&store, &bank);
    flow.emit("CMD_GO").unwrap();
    flow.run_until_idle().unwrap();
    let report = flow.run(Reserve {}).unwrap();
    assert!(report.result.is_ok());
    drop(flow);
    let mut flow = life(&store.copy(), &bank);
    flow.run_until_idle().unwrap();
    assert_eq!((flow.state(), desk(&flow).booked, bank.load(Ordering::Relaxed)), ("PAID", 2, 1));
    assert_eq!(flow.status(), Status::Running);
}

#[test]
fn a_workflow_of_another_name_or_with_other_states_is_refused() {
    let (store, bank) = (MemoryStore::new(), Arc::default());
    let mut flow = life(&store, &bank);
    flow.emit("CMD_GO").unwrap();
    flow.run_until_idle().unwrap();
    drop(flow);
    let again = |text: &str| {
        let builder = Engine::builder(Desk::default()).effects(Ports { bank: Arc::clone(&bank) });
        let builder = builder.process::<Reserve>().process::<Release>().process::<Pay>();
        let engine = builder.store(store.copy()).build().unwrap();
        WorkflowManager::from_text(&engine, "desk.yaml", text).unwrap().hydrate().map(|_| ())
    };
    // It is at the step `pay` of WORK, which has committed: what follows is worked out anew.
    let error = again(&FLOW.replace("WORK", "WORKS")).unwrap_err();
    assert!(matches!(error, ResumeError::Position { .. }), "{error}");
    assert!(error.to_string().contains("did you mean `WORKS`?"), "{error}");
    // Unless the file says which one has taken its place: with the chain that was under way in it.
    let moved = FLOW.replace("WORK", "WORKS").replace("name: desk", "name: desk\nmoved: { WORK: WORKS }");
    assert!(again(&moved).is_ok());
    assert!(again(&FLOW.replace("name: desk", "name: table")).is_err());
    assert!(again(FLOW).is_ok());
}

#[test]
fn what_restart_says_becomes_of_an_effect_that_was_cut_off() {
    // Its commit is what the store does not live to see: the bank was asked, and nobody knows.
    let lives = |restart: &str| {
        let flow = FLOW.replace("pay]", &format!("{{ run: pay{restart} }}]"));
        let (store, bank) = (MemoryStore::new(), Arc::default());
        let life = |store: &MemoryStore| {
            let builder = Engine::builder(Desk::default()).effects(Ports { bank: Arc::clone(&bank) });
            let builder = builder.process::<Reserve>().process::<Release>().process::<Pay>();
            let engine = builder.store(store.clone()).build().unwrap();
            WorkflowManager::from_text(&engine, "desk.yaml", &flow).unwrap().hydrate().unwrap()
        };
        // The store dies at each call in turn, until one is that of the commit.
        let mut came = Vec::new();
        for call in 1..100 {
            bank.store(0, Ordering::Relaxed);
            let store = store.copy();
            let mut flow = life(&store);
            (store.calls() + call..10_000).for_each(|call| store.fail(call, Fault::Unavailable));
            let is_through = flow.emit("CMD_GO").is_ok() && flow.run_until_idle().is_ok();
            drop(flow);
            let asked = bank.load(Ordering::Relaxed);
            let mut again = life(&store.copy());
            again.run_until_idle().unwrap();
            if asked == 1 && !is_through {
                let state = again.state().to_owned();
                came.push((state, bank.load(Ordering::Relaxed), desk(&again).undone));
            }
            if is_through {
                break;
            }
        }
        came
    };
    assert!(lives("").iter().any(|came| *came == ("BAD".to_owned(), 1, 1)), "{:?}", lives(""));
    assert!(lives(", restart: fail").contains(&("BAD".to_owned(), 1, 1)));
    let again = lives(", restart: again");
    assert!(again.iter().all(|(state, _, undone)| (state.as_str(), *undone) == ("PAID", 0)), "{again:?}");
    assert!(again.iter().any(|(_, asked, _)| *asked == 2), "{again:?}");
}

#[test]
fn without_a_store_there_is_nothing_to_hydrate() {
    let builder = Engine::builder(Desk::default()).effects(Ports { bank: Arc::default() });
    let engine = builder.process::<Reserve>().process::<Release>().process::<Pay>().build().unwrap();
    let flow = WorkflowManager::from_text(&engine, "desk.yaml", FLOW).unwrap();
    assert!(matches!(flow.hydrate(), Err(ResumeError::Store(theus_core::store::StoreError::NoStore))));
}
