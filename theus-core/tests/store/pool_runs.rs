//! Runs and events of a pool that a store keeps, under a key too.

use std::time::Duration;

use theus_core::RunError;
use theus_core::prelude::*;
use theus_core::store::{MemoryStore, StoreError};
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::{Among, SessionError, SessionRunError};

const LONG: Duration = Duration::from_secs(20);

#[derive(Clone, Default, Context)]
struct Card {
    spent: i64,
    sig_spent: bool,
    seen: u64,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is too much")]
struct TooMuch(i64);

#[process(inputs = [domain.spent], outputs = [domain.spent, domain.sig_spent], errors = [TooMuch])]
fn spend(ctx: Ctx<Card>, amount: i64) -> Result<i64, TooMuch> {
    *ctx.domain.spent += amount;
    ctx.domain.sig_spent.set(true);
    if *ctx.domain.spent > 100 { Err(TooMuch(amount)) } else { Ok(*ctx.domain.spent) }
}

#[process(inputs = [domain.spent], outputs = [domain.spent])]
async fn spend_later(ctx: Ctx<Card>, amount: i64) -> i64 {
    *ctx.domain.spent += amount;
    *ctx.domain.spent
}

#[process(inputs = [domain.seen], outputs = [domain.seen])]
fn see(ctx: Ctx<Card>) {
    *ctx.domain.seen += 1;
}

const FLOW: &str = "
external: [CMD_END]
states:
  OPEN: { events: { SIG_SPENT: { steps: see }, CMD_END: DONE } }
  DONE: { final: true }
";

fn pool(store: &MemoryStore, warm: usize) -> Sessions<Card> {
    let builder = Engine::builder(Card::default()).process::<Spend>().process::<SpendLater>().process::<See>();
    let engine = builder.store(store.clone()).build().unwrap();
    Sessions::of_text(&engine, "card.yaml", FLOW).unwrap().workers(2).warm(warm).start().unwrap()
}

fn spent(cards: &Sessions<Card>, name: &str) -> (i64, u64) {
    let snapshot = cards.engine(name).unwrap().snapshot().unwrap();
    (*snapshot.spent, *snapshot.seen)
}

#[test]
fn a_session_that_is_cold_is_warmed_for_a_run_and_its_workflow_hears_of_it() {
    let store = MemoryStore::new();
    let cards = pool(&store, 2);
    let names: Vec<String> = (0..20).map(|number| format!("card {number}")).collect();
    for name in &names {
        cards.open(name, Card::default()).unwrap();
    }
    assert!(cards.wait_until_idle(LONG));
    for round in 1..=3 {
        for name in &names {
            let total = cards.run(name, Spend { amount: 1 }).wait(LONG).unwrap();
            assert_eq!(total, round, "{name}");
        }
        assert!(cards.wait_until_idle(LONG));
        assert!(cards.census().open <= 4, "{:?}", cards.census());
    }
    for name in &names {
        let named = cards.run_named(name, "spend_later", &serde_json::json!({ "amount": 2 })).wait(LONG).unwrap();
        assert_eq!(named, Some(serde_json::json!(5)));
        assert_eq!(spent(&cards, name), (5, 3));
    }
    drop(cards);
    let cards = pool(&store, usize::MAX);
    assert_eq!(cards.run("card 7", SpendLater { amount: 1 }).wait(LONG).unwrap(), 6);
    // One that has no workflow is not the pool's.
    let unknown = cards.run("main", SpendLater { amount: 1 }).wait(LONG).unwrap_err();
    assert!(matches!(unknown, SessionRunError::Session(SessionError::Unknown { .. })), "{unknown:?}");
    cards.emit("card 7", "CMD_END").unwrap();
    cards.wait_for("card 7", "DONE", LONG).unwrap();
    drop(cards);
    let cards = pool(&store, usize::MAX);
    // In the next program it is known to be over as soon as a worker has had it.
    assert_eq!(cards.status("card 7").unwrap().to_string(), "finished");
    assert!(cards.wait_until_idle(LONG));
    let over = cards.run("card 7", SpendLater { amount: 1 }).wait(LONG).unwrap_err();
    assert!(matches!(over, SessionRunError::Session(SessionError::Over { .. })), "{over:?}");
    assert_eq!(spent(&cards, "card 7").0, 6);
}

#[test]
fn the_same_key_has_the_same_answer_in_whatever_program() {
    let store = MemoryStore::new();
    for program in 0..3 {
        let cards = pool(&store, 1);
        cards.open_or_go_on("ann", Card::default).unwrap();
        let once = |amount| cards.run("ann", Spend { amount }).once("request 8f2").wait(LONG);
        assert_eq!((once(5).unwrap(), once(5).unwrap()), (5, 5), "program {program}");
        assert_eq!(cards.run("ann", SpendLater { amount: 1 }).once("later").wait(LONG).unwrap(), 6);
        let reused = once(6).unwrap_err();
        assert!(matches!(reused.run_error(), Some(RunError::Store(StoreError::KeyReused { .. }))), "{reused:?}");
        // What was refused leaves nothing under its key.
        let refused = || cards.run("ann", Spend { amount: 500 }).once("refused").wait(LONG).unwrap_err();
        assert!(refused().process_error().is_some() && refused().process_error().is_some());
        assert!(cards.wait_until_idle(LONG));
        assert_eq!(spent(&cards, "ann"), (6, 1));
    }
}

#[test]
fn those_who_ask_at_once_under_one_key_run_it_once() {
    let store = MemoryStore::new();
    let cards = pool(&store, usize::MAX);
    cards.open("ann", Card::default()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for key in 0..10 {
                    let key = format!("key {key}");
                    cards.run("ann", SpendLater { amount: 1 }).once(&key).wait(LONG).unwrap();
                }
            });
        }
    });
    assert_eq!(spent(&cards, "ann").0, 10);
}

#[test]
fn a_key_needs_a_store_and_what_is_asked_of_a_pool_that_is_gone_opens_nothing() {
    let engine = Engine::builder(Card::default()).process::<Spend>().process::<See>().build().unwrap();
    let cards = Sessions::of_text(&engine, "card.yaml", FLOW).unwrap().workers(1).start().unwrap();
    cards.open("ann", Card::default()).unwrap();
    let not_kept = cards.run("ann", Spend { amount: 5 }).once("request").wait(LONG).unwrap_err();
    assert!(matches!(not_kept.run_error(), Some(RunError::Store(StoreError::NotKept { .. }))), "{not_kept:?}");
    assert_eq!(spent(&cards, "ann").0, 0);

    let cards = pool(&MemoryStore::new(), usize::MAX);
    cards.open("ann", Card::default()).unwrap();
    let (run, ask) = (cards.run("ann", SpendLater { amount: 5 }), cards.ask("ann", "CMD_END", serde_json::json!(null)));
    drop(cards);
    assert!(matches!(run.wait(LONG), Err(SessionRunError::Session(SessionError::ShutDown))));
    assert!(matches!(ask.wait(LONG), Err(SessionError::ShutDown)));
}

#[test]
fn who_waits_for_the_first_of_all_keeps_none_in_memory_and_hears_of_those_that_come_back() {
    let store = MemoryStore::new();
    let cards = pool(&store, 2);
    let names: Vec<String> = (0..20).map(|number| format!("card {number}")).collect();
    for name in &names {
        cards.open(name, Card::default()).unwrap();
    }
    std::thread::scope(|scope| {
        let of_all = scope.spawn(|| cards.wait_for_any(Among::All, &["DONE"], LONG).unwrap());
        let of_two = scope.spawn(|| cards.wait_for_any(&["card 3", "card 4"], &["DONE"], LONG).unwrap());
        for name in &names {
            cards.run(name, Spend { amount: 1 }).wait(LONG).unwrap();
        }
        // One that somebody still had when it was to go is let go of when the next comes to rest.
        let has_room = (0..50).any(|_| {
            cards.run("card 0", Spend { amount: 1 }).wait(LONG).unwrap();
            assert!(cards.wait_until_idle(LONG));
            cards.census().open <= 6
        });
        assert!(has_room, "{:?}", cards.census());
        assert!(!of_all.is_finished() && !of_two.is_finished());
        cards.emit("card 11", "CMD_END").unwrap();
        assert_eq!(of_all.join().unwrap().session, "card 11");
        cards.emit("card 4", "CMD_END").unwrap();
        assert_eq!(of_two.join().unwrap().session, "card 4");
    });
}

#[test]
fn events_that_a_store_has_take_their_places_and_give_them_back() {
    let store = MemoryStore::new();
    let bounded = || {
        let engine = Engine::builder(Card::default()).process::<Spend>().process::<SpendLater>().process::<See>();
        let engine = engine.store(store.clone()).build().unwrap();
        Sessions::of_text(&engine, "card.yaml", FLOW).unwrap().stepped(1).pending(2).start().unwrap()
    };
    let cards = bounded();
    for name in ["ann", "bob"] {
        cards.open(name, Card::default()).unwrap();
    }
    cards.step_until_idle(100);
    let end = |cards: &Sessions<Card>, name: &str| {
        cards.ask(name, "CMD_END", serde_json::json!(null)).once("end").wait(Duration::ZERO)
    };
    assert!(matches!(end(&cards, "ann"), Err(SessionError::NoAnswer { .. })));
    assert!(matches!(end(&cards, "ann"), Err(SessionError::NoAnswer { .. })), "it comes once");
    assert_eq!(cards.pending(), Some(1));
    cards.emit("bob", "CMD_END").unwrap();
    assert!(matches!(cards.emit("bob", "CMD_END"), Err(SessionError::Full { limit: 2, .. })));
    cards.step_until_idle(100);
    assert_eq!(cards.pending(), Some(0));
    drop(cards);
    let cards = bounded();
    assert!(end(&cards, "ann").unwrap().repeated.is_some());
    assert_eq!(cards.pending(), Some(0));
}
