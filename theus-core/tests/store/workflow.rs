//! A workflow on a store, one promise each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
    assert!(again(&FLOW.replace("name: desk", "name: table")).is_err());
    assert!(again(FLOW).is_ok());
}

#[test]
fn without_a_store_there_is_nothing_to_hydrate() {
    let builder = Engine::builder(Desk::default()).effects(Ports { bank: Arc::default() });
    let engine = builder.process::<Reserve>().process::<Release>().process::<Pay>().build().unwrap();
    let flow = WorkflowManager::from_text(&engine, "desk.yaml", FLOW).unwrap();
    assert!(matches!(flow.hydrate(), Err(ResumeError::Store(theus_core::store::StoreError::NoStore))));
}
