//! Messages leave with the commit that sends them, and are delivered at least once, in order.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use theus_core::engine::{Message, NotDelivered};
use theus_core::prelude::*;
use theus_core::store::{Fault, MemoryStore, Store, StoreError};
use theus_core::{BuildError, EngineBuilder};

use super::bank::block_on;

#[derive(Clone, Default, Context)]
struct Till {
    total: i64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Receipt {
    total: i64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Alarm(String);

#[derive(Debug, thiserror::Error)]
#[error("too much")]
struct TooMuch;

#[process(inputs = [domain.total], outputs = [domain.total], messages = [Receipt, Alarm], errors = [TooMuch])]
fn pay(ctx: Ctx<Till>, amount: i64) -> Result<(), TooMuch> {
    *ctx.domain.total += amount;
    ctx.send(Receipt { total: *ctx.domain.total });
    if amount > 100 {
        ctx.send(Alarm(format!("{amount} at once")));
    }
    if amount > 1_000 { Err(TooMuch) } else { Ok(()) }
}

#[process(inputs = [domain.total], outputs = [domain.total], messages = [Receipt])]
async fn pay_later(ctx: Ctx<Till>, amount: i64) {
    *ctx.domain.total += amount;
    ctx.send(Receipt { total: *ctx.domain.total });
}

/// It only sends.
#[process(inputs = [domain.total], messages = [Receipt])]
fn tell(ctx: Ctx<Till>) {
    ctx.send(Receipt { total: *ctx.domain.total });
}

fn builder() -> EngineBuilder<Till> {
    Engine::builder(Till::default()).process::<Pay>().process::<PayLater>().process::<Tell>()
}

fn till(store: &MemoryStore) -> Engine<Till> {
    builder().store(store.clone()).build().unwrap()
}

/// What is delivered in one go.
fn letters(till: &Engine<Till>) -> Vec<String> {
    let mut letters = Vec::new();
    let deliver = |message: &Message| {
        letters.push(format!("{} {} {}", message.key(), message.topic(), message.body()));
        Ok(())
    };
    till.outbox().unwrap().deliver(deliver).unwrap();
    letters
}

#[test]
fn a_message_leaves_with_the_commit_that_sends_it_and_with_no_other() {
    let store = MemoryStore::new();
    let till = till(&store);
    till.run(Pay { amount: 5 }).unwrap();
    till.run(Pay { amount: 5_000 }).unwrap_err();
    store.fail(store.calls() + 1, Fault::Full);
    till.run(Pay { amount: 6 }).unwrap_err();
    till.run(Pay { amount: 200 }).unwrap();
    block_on(till.run_async(PayLater { amount: 1 })).unwrap();
    till.run(Tell {}).unwrap();
    let expected = [
        r#"main/1 Receipt {"total":5}"#,
        r#"main/2 Receipt {"total":205}"#,
        r#"main/3 Alarm "200 at once""#,
        r#"main/4 Receipt {"total":206}"#,
        r#"main/5 Receipt {"total":206}"#,
    ];
    assert_eq!(letters(&till), expected);
    assert_eq!(letters(&till), Vec::<String>::new());
    // One that only sends is a step too, and replays; so do the others.
    let replay = till.replay("main").unwrap();
    assert_eq!((replay.steps, replay.made, replay.divergence), (4, 4, None));
    assert_eq!(till.journal("main").unwrap().verify().unwrap(), 4);
}

#[test]
fn what_follows_one_that_only_sends_goes_on_from_its_step() {
    let store = MemoryStore::new();
    let till = till(&store);
    for amount in 1..=3 {
        till.run(Tell {}).unwrap();
        till.run(Tell {}).unwrap();
        till.run(Pay { amount }).unwrap();
    }
    let receipts: Vec<String> = letters(&till).into_iter().map(|letter| letter.replace(" Receipt", "")).collect();
    let expected = [0, 0, 1, 1, 1, 3, 3, 3, 6];
    let expected: Vec<String> =
        (1..).zip(expected).map(|(number, total)| format!(r#"main/{number} {{"total":{total}}}"#)).collect();
    assert_eq!(receipts, expected);
    assert_eq!(till.journal("main").unwrap().verify().unwrap(), 9);
    // Whoever delivers hears of it, too.
    let (tell, told) = mpsc::channel();
    let courier = till.outbox().unwrap().start(move |message| tell.send(message.key()).map_err(Into::into)).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    till.run(Tell {}).unwrap();
    assert_eq!(
        told.recv_timeout(Duration::from_millis(500)).unwrap(),
        "main/10",
        "and not when it looks the next time"
    );
    drop(courier);
}

#[test]
fn numbers_go_on_in_the_next_program_though_all_were_delivered() {
    let store = MemoryStore::new();
    let one = till(&store);
    one.run(Pay { amount: 1 }).unwrap();
    assert_eq!(letters(&one).len(), 1);
    drop(one);
    let two = till(&store);
    two.run(Pay { amount: 1 }).unwrap();
    assert_eq!(letters(&two), [r#"main/2 Receipt {"total":2}"#]);
}

#[test]
fn one_that_fails_waits_and_holds_up_its_session_alone_until_it_is_given_up() {
    let store = MemoryStore::new();
    let clock = Arc::new(AtomicU64::new(1_000));
    let seconds = Arc::clone(&clock);
    let now = move || SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::Relaxed));
    let a = builder().store(store).clock(now).build().unwrap();
    let b = a.hydrate_or("other", Till::default).unwrap();
    a.run(Pay { amount: 101 }).unwrap();
    b.run(Pay { amount: 7 }).unwrap();
    let outbox = a.outbox().unwrap().attempts(3).backoff(Duration::from_secs(10), Duration::from_secs(15));
    let seen = Mutex::new(Vec::new());
    let deliver = |message: &Message| -> Result<(), NotDelivered> {
        seen.lock().unwrap().push((message.key(), message.tries()));
        match message.key().as_str() {
            "main/1" if message.tries() == 1 => panic!("the mail van is gone"),
            "main/1" => Err("nobody is there".into()),
            _ => Ok(()),
        }
    };
    let first = outbox.deliver(deliver).unwrap();
    assert_eq!((first.delivered, first.failed, first.waiting), (1, 1, 2), "the other session's; what follows waits");
    assert_eq!(first.next, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_010)));
    clock.store(1_009, Ordering::Relaxed);
    assert_eq!(outbox.deliver(deliver).unwrap().failed, 0, "not yet");
    clock.store(1_010, Ordering::Relaxed);
    let second = outbox.deliver(deliver).unwrap();
    assert_eq!(second.next, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_025)), "twice as long, and no longer");
    clock.store(1_025, Ordering::Relaxed);
    let third = outbox.deliver(deliver).unwrap();
    assert_eq!((third.died, third.delivered, third.waiting), (1, 1, 0), "what follows has its turn");
    let dead = outbox.dead_letters(None, 10).unwrap();
    assert_eq!((dead.len(), dead[0].key(), dead[0].dead()), (1, "main/1".to_owned(), Some("nobody is there")));
    assert_eq!(seen.lock().unwrap().iter().filter(|(key, _)| key == "main/1").count(), 3);
    // Looked at, and sent again by whoever has mended what was broken.
    outbox.again(&dead[0]).unwrap();
    assert_eq!(letters(&a), [r#"main/1 Receipt {"total":101}"#]);
    assert!(outbox.dead_letters(None, 10).unwrap().is_empty());
}

#[test]
fn one_whose_delivery_could_not_be_noted_comes_again() {
    let store = MemoryStore::new();
    let till = till(&store);
    till.run(Pay { amount: 1 }).unwrap();
    let outbox = till.outbox().unwrap();
    store.fail(store.calls() + 2, Fault::Unavailable);
    assert!(matches!(outbox.deliver(|_| Ok(())), Err(StoreError::Unavailable { .. })));
    assert_eq!(letters(&till), [r#"main/1 Receipt {"total":1}"#]);
}

#[test]
fn a_courier_delivers_what_comes_until_it_is_dropped() {
    let till = till(&MemoryStore::new());
    let (tell, told) = mpsc::channel();
    let courier = till.outbox().unwrap().start(move |message| Ok(tell.send(message.read::<Receipt>()?)?)).unwrap();
    for total in 1..=50 {
        till.run(Pay { amount: 1 }).unwrap();
        assert_eq!(told.recv_timeout(Duration::from_secs(20)).unwrap(), Receipt { total });
    }
    drop(courier);
    till.run(Pay { amount: 1 }).unwrap();
    assert!(told.recv().is_err(), "it is gone, and what it delivers by with it");
    assert_eq!(till.outbox().unwrap().waiting(None, 10).unwrap().len(), 1);
}

#[test]
fn a_message_of_another_type_is_told() {
    let till = till(&MemoryStore::new());
    till.run(Pay { amount: 1 }).unwrap();
    let waiting = till.outbox().unwrap().waiting(None, 10).unwrap();
    let error = waiting[0].read::<Alarm>().unwrap_err().to_string();
    assert!(error.starts_with("the message main/1: invalid type: map, expected"), "{error}");
    till.outbox().unwrap().discard(&waiting[0]).unwrap();
    assert!(till.outbox().unwrap().waiting(None, 10).unwrap().is_empty());
}

#[test]
fn without_a_store_there_is_nobody_who_keeps_what_is_sent() {
    let error = builder().build().unwrap_err();
    assert!(matches!(error, BuildError::NoOutbox { .. }), "{error}");
    assert!(error.to_string().contains("sends messages, which a store keeps"), "{error}");
    let till = till(&MemoryStore::new());
    let apart = till.open("apart", Till::default());
    let why = apart.run(Pay { amount: 1 }).unwrap_err().to_string();
    assert!(why.contains("`pay` sends messages, and the session `apart` is in memory alone"), "{why}");
}

#[test]
fn a_store_has_the_messages_of_all_sessions_in_order_page_by_page() {
    let store = MemoryStore::new();
    let till = till(&store);
    for name in ["b", "a", "c"] {
        let session = till.hydrate_or(name, Till::default).unwrap();
        for amount in 1..=3 {
            session.run(Pay { amount }).unwrap();
        }
    }
    let mut all = Vec::new();
    let mut after: Option<(String, u64)> = None;
    loop {
        let from = after.as_ref().map(|(session, number)| (session.as_str(), *number));
        let page = store.outbox(false, from, 2).unwrap();
        let Some((session, message)) = page.last() else { break };
        after = Some((session.clone(), message.number));
        all.extend(page.into_iter().map(|(session, message)| format!("{session}{}", message.number)));
    }
    assert_eq!(all, ["a1", "a2", "a3", "b1", "b2", "b3", "c1", "c2", "c3"]);
}
