//! Couriers that deliver side by side, and those of several programs on one store.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use theus_core::engine::{Courier, Message};
use theus_core::prelude::*;
use theus_core::store::MemoryStore;

#[derive(Clone, Default, Context)]
struct Till {
    total: i64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Receipt {
    total: i64,
}

#[process(inputs = [domain.total], outputs = [domain.total], messages = [Receipt])]
fn pay(ctx: Ctx<Till>, amount: i64) {
    *ctx.domain.total += amount;
    ctx.send(Receipt { total: *ctx.domain.total });
}

const IN_TIME: Duration = Duration::from_secs(20);

fn till(store: &MemoryStore, leased: bool) -> Engine<Till> {
    let builder = Engine::builder(Till::default()).process::<Pay>().store(store.clone()).session_in_memory();
    if leased { builder.lease_sessions(Duration::from_secs(3_600)).build() } else { builder.build() }.unwrap()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + IN_TIME;
    while !is_so() {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn sessions_are_delivered_side_by_side_and_each_in_order() {
    const SESSIONS: usize = 4;
    let store = MemoryStore::new();
    let till = till(&store, false);
    let sessions: Vec<Engine<Till>> =
        (0..SESSIONS).map(|number| till.hydrate_or(format!("s{number}"), Till::default).unwrap()).collect();
    for session in &sessions {
        session.run(Pay { amount: 1 }).unwrap();
    }
    // Nobody goes on before a message of each session is on its way.
    let (all_are_here, first) = (Barrier::new(SESSIONS), Mutex::new(SESSIONS));
    let letters: Arc<Mutex<BTreeMap<String, Vec<u64>>>> = Arc::default();
    let (book, failures) = (Arc::clone(&letters), AtomicU64::new(0));
    let outbox = till.outbox().unwrap().backoff(Duration::from_millis(5), Duration::from_millis(5)).attempts(1_000);
    let courier = outbox.start_side_by_side(SESSIONS, move |message: &Message| {
        let is_first = {
            let mut first = first.lock().unwrap();
            let is_first = *first > 0;
            *first = first.saturating_sub(1);
            is_first
        };
        if is_first {
            all_are_here.wait();
        }
        // One session is held up now and then: the others are not, and its order stays.
        if message.session() == "s1" && failures.fetch_add(1, Ordering::Relaxed).is_multiple_of(3) {
            return Err("nobody is there".into());
        }
        book.lock().unwrap().entry(message.session().to_owned()).or_default().push(message.number());
        Ok(())
    });
    let courier = courier.unwrap();
    for _ in 0..20 {
        for session in &sessions {
            session.run(Pay { amount: 1 }).unwrap();
        }
    }
    let each: Vec<u64> = (1..=21).collect();
    let expected: BTreeMap<String, Vec<u64>> =
        (0..SESSIONS).map(|number| (format!("s{number}"), each.clone())).collect();
    until("all are delivered", || letters.lock().unwrap().values().map(Vec::len).sum::<usize>() == 21 * SESSIONS);
    assert_eq!(*letters.lock().unwrap(), expected);
    drop(courier);
    assert!(till.outbox().unwrap().waiting(None, 10).unwrap().is_empty());
}

type Post = mpsc::Receiver<(&'static str, String)>;

/// Two programs that see the messages of both.
fn two(store: &MemoryStore) -> ([(Engine<Till>, Courier); 2], Post) {
    let (tell, told) = mpsc::channel();
    let program = |name: &'static str| {
        let (till, tell) = (till(store, true), tell.clone());
        let deliver = move |message: &Message| Ok(tell.send((name, message.key()))?);
        let courier = till.outbox().unwrap().start(deliver).unwrap();
        (till, courier)
    };
    ([program("one"), program("two")], told)
}

#[test]
fn what_a_program_has_sent_is_delivered_by_it_though_others_see_it() {
    let store = MemoryStore::new();
    let ([(one, _a), (other, _b)], post) = two(&store);
    let a = one.hydrate_or("a", Till::default).unwrap();
    let b = other.hydrate_or("b", Till::default).unwrap();
    for _ in 0..200 {
        // Both are awake all the time.
        a.run(Pay { amount: 1 }).unwrap();
        b.run(Pay { amount: 1 }).unwrap();
    }
    let mut found = Vec::new();
    for _ in 0..400 {
        found.push(post.recv_timeout(IN_TIME).unwrap());
    }
    let others: Vec<_> = found.iter().filter(|(by, key)| (*by == "one") != key.starts_with("a/")).collect();
    assert!(others.is_empty(), "{others:?}");
    assert!(post.recv_timeout(Duration::from_millis(50)).is_err(), "none comes twice");
}

#[test]
fn what_a_killed_program_has_sent_is_delivered_by_another_one() {
    let store = MemoryStore::new();
    let ([(one, courier), (other, _kept)], post) = two(&store);
    let a = one.hydrate_or("a", Till::default).unwrap();
    // It delivers nothing any more.
    drop(courier);
    let since = Instant::now();
    for _ in 0..3 {
        a.run(Pay { amount: 1 }).unwrap();
    }
    let b = other.hydrate_or("b", Till::default).unwrap();
    b.run(Pay { amount: 1 }).unwrap();
    let own = post.recv_timeout(IN_TIME).unwrap();
    assert_eq!(own, ("two", "b/1".to_owned()), "its own comes first");
    for number in 1..=3 {
        assert_eq!(post.recv_timeout(IN_TIME).unwrap(), ("two", format!("a/{number}")));
    }
    // It is looked for each second, and left for a second.
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
}
