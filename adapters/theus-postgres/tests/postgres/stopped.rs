//! A program that is stopped for longer than its lease lasts, while another takes the session over, and goes on then.

use std::io::{BufRead, Write as _};
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use theus_core::prelude::*;
use theus_core::store::{Store, StoreError, shown};
use theus_postgres::PostgresStore;

use super::cluster::{cluster, schema};
use super::program::{Said, chance, number, say, start};

#[derive(Clone, Default, Context)]
struct Card {
    charged: i64,
}

struct Gateway {
    charge: fn(i64),
}

impl Gateway {
    fn charge(&self, amount: i64) {
        (self.charge)(amount);
    }
}

struct Ports {
    gateway: Gateway,
}

#[process(inputs = [domain.charged], outputs = [domain.charged], effects = [gateway])]
fn charge(ctx: Ctx<Card, (), Ports>, amount: i64) -> i64 {
    ctx.effects.gateway.charge(amount);
    *ctx.domain.charged += amount;
    *ctx.domain.charged
}

type Desk = Engine<Card, (), Ports>;

fn desk(store: &PostgresStore, lasting: Duration, charge: fn(i64)) -> Desk {
    let builder = Engine::builder(Card::default()).effects(Ports { gateway: Gateway { charge } }).process::<Charge>();
    builder.store(store.clone()).lease_sessions(lasting).build().unwrap()
}

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(3_600);

/// As another program: each effect tells of itself, and waits until it is told to go on. It begins anew where it was refused.
pub fn charges(store: &PostgresStore) {
    let desk = desk(store, SHORT, |amount| {
        say("inside", "main", amount.unsigned_abs());
        std::io::stdin().lock().read_line(&mut String::new()).unwrap();
    });
    for amount in 1..=2 {
        match desk.run(Charge { amount }) {
            Ok(charged) => say("ok", "main", charged.unsigned_abs()),
            Err(error) => say("refused", &error.to_string().replace([' ', '\n'], "_"), amount.unsigned_abs()),
        }
        std::io::stdin().lock().read_line(&mut String::new()).unwrap();
    }
}

/// As another program: one charge after the other, until nobody holds the other end of its input.
pub fn charges_on(store: &PostgresStore) {
    let desk = desk(store, SHORT, |_| {});
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while std::io::stdin().lock().read_line(&mut String::new()).unwrap() > 0 {}
            is_over.store(true, Ordering::Relaxed);
        });
        let mut amount = 1;
        while !is_over.load(Ordering::Relaxed) {
            match desk.run(Charge { amount }) {
                Ok(_) => {
                    say("ok", "main", amount.unsigned_abs());
                    amount += 1;
                }
                // Nothing was done: once more.
                Err(RunError::Store(StoreError::Leased { .. })) => say("leased", "main", amount.unsigned_abs()),
                Err(error) => return say("failed", &error.to_string().replace([' ', '\n'], "_"), 0),
            }
        }
    });
}

fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn go_on(child: &mut Child) {
    child.stdin.as_mut().unwrap().write_all(b"go on\n").unwrap();
}

/// Runs it as soon as the lease of the other program has run out.
fn take_over(desk: &Desk, amount: i64) {
    let until = Instant::now() + Duration::from_secs(30);
    while let Err(error) = desk.run(Charge { amount }) {
        assert!(matches!(&error, RunError::Store(StoreError::Leased { .. })), "{error}");
        assert!(Instant::now() < until, "{error}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// What was charged, step by step.
fn charged(desk: &Desk) -> Vec<i64> {
    let journal = desk.journal("main").unwrap();
    journal.verify().unwrap();
    let entries = journal.entries(1, usize::MAX).unwrap();
    entries.iter().map(|entry| shown(&entry.command)["amount"].as_i64().unwrap()).collect()
}

#[test]
fn a_program_that_is_stopped_past_its_lease_commits_nothing_and_goes_on_from_what_another_has_done() {
    let Some(cluster) = cluster() else { return };
    let place = schema();
    let store = PostgresStore::open_in(&cluster.url(), &place).unwrap();
    let mut child = start("charges", &cluster.url(), &place, 0);
    let mut said = Said::of(&mut child);
    assert_eq!(said.next().unwrap(), ("inside".to_owned(), "main".to_owned(), 1));
    signal(&child, "-STOP");
    let other = desk(&store, LONG, |_| {});
    take_over(&other, 100);
    let before = store.load("main").unwrap();
    go_on(&mut child);
    signal(&child, "-CONT");
    let (what, why, _) = said.next().unwrap();
    let owner = format!("the_session_`main`_is_leased_to_the_program_with_the_process_id_{}", std::process::id());
    assert!(what == "refused" && why.starts_with(&owner), "{what} {why}");
    assert_eq!(store.load("main").unwrap(), before, "nothing of it is stored");
    assert_eq!(charged(&other), [100]);
    drop(other);
    go_on(&mut child);
    assert_eq!(said.next().unwrap(), ("inside".to_owned(), "main".to_owned(), 2));
    go_on(&mut child);
    assert_eq!(said.next().unwrap(), ("ok".to_owned(), "main".to_owned(), 102));
    go_on(&mut child);
    assert!(child.wait().unwrap().success());
    let after = desk(&store, LONG, |_| {});
    assert_eq!((charged(&after), *after.snapshot().unwrap().charged), (vec![100, 2], 102));
}

#[test]
fn whenever_a_program_is_stopped_and_another_takes_over_each_charge_is_there_once() {
    let Some(cluster) = cluster() else { return };
    let (stops, (seed, mut random)) = (number("THEUS_KILLS", 8), chance());
    let place = schema();
    let store = PostgresStore::open_in(&cluster.url(), &place).unwrap();
    let mut child = start("charges_on", &cluster.url(), &place, 0);
    let mut said = Said::of(&mut child);
    let (mut ok, mut leased) = (Vec::new(), 0);
    let mut hear = |said: Option<(String, String, u64)>| match said {
        Some((what, _, number)) if what == "ok" => {
            ok.push(number as i64);
            true
        }
        Some((what, ..)) if what == "leased" => {
            leased += 1;
            true
        }
        Some(other) => panic!("seed {seed}: {other:?}"),
        None => false,
    };
    let mut others = Vec::new();
    for stop in 1..=stops as i64 {
        for _ in 0..2 + random.usize(..3) {
            assert!(hear(said.next()), "seed {seed}, stop {stop}");
        }
        thread::sleep(Duration::from_micros(random.u64(..8_000)));
        signal(&child, "-STOP");
        let other = desk(&store, LONG, |_| {});
        take_over(&other, -stop);
        others.push(-stop);
        signal(&child, "-CONT");
        // While the other has it, and a little later.
        thread::sleep(Duration::from_millis(random.u64(..10)));
        drop(other);
    }
    drop(child.stdin.take());
    while hear(said.next()) {}
    assert!(child.wait().unwrap().success());
    let after = desk(&store, LONG, |_| {});
    let (own, of_others): (Vec<i64>, Vec<i64>) = charged(&after).into_iter().partition(|amount| *amount > 0);
    assert_eq!((&own, &of_others), (&ok, &others), "seed {seed}");
    assert_eq!(own, (1..=own.len() as i64).collect::<Vec<_>>(), "seed {seed}");
    assert_eq!(*after.snapshot().unwrap().charged, own.iter().chain(&of_others).sum::<i64>());
    println!("{stops} stops, {} charges acknowledged, {leased} refused", ok.len());
}
