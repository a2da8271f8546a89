//! A program that is stopped for longer than its lease lasts, while another takes the session over, and goes on then.

use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command};
use std::thread;
use std::time::{Duration, Instant};

use theus_core::prelude::*;
use theus_core::store::{Store, StoreError, shown};
use theus_sqlite::{Durability, SqliteStore};

use super::child::{say, start};
use super::desk::{Folder, quick};

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

fn desk(store: &SqliteStore, lasting: Duration, charge: fn(i64)) -> Desk {
    let builder = Engine::builder(Card::default()).effects(Ports { gateway: Gateway { charge } }).process::<Charge>();
    builder.store(store.clone()).lease_sessions(lasting).build().unwrap()
}

const SHORT: Duration = Duration::from_millis(150);
const LONG: Duration = Duration::from_secs(3_600);

/// As another program: each effect tells of itself, and waits until it is told to go on. It begins anew where it was refused.
pub fn charges(store: &SqliteStore) {
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

fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

fn go_on(child: &mut Child) {
    child.stdin.as_mut().unwrap().write_all(b"go on\n").unwrap();
}

/// The next thing that it says, in three words.
fn hear(said: &mut BufReader<ChildStdout>) -> [String; 3] {
    loop {
        let mut line = String::new();
        assert!(said.read_line(&mut line).unwrap() > 0, "it has ended");
        let words: Vec<String> = line.trim_end().split(' ').map(str::to_owned).collect();
        if let Ok([what, session, number]) = <[String; 3]>::try_from(words)
            && let (Some(what), Some(number)) = (what.strip_prefix("said:"), number.strip_suffix(';'))
        {
            return [what.to_owned(), session, number.to_owned()];
        }
    }
}

#[test]
fn a_program_that_is_stopped_past_its_lease_commits_nothing_and_goes_on_from_what_another_has_done() {
    let folder = Folder::new();
    let store = quick(folder.path());
    let mut child = start(&[], "charges", &folder.path(), Durability::None, 0);
    let mut said = BufReader::new(child.stdout.take().unwrap());
    assert_eq!(hear(&mut said), ["inside", "main", "1"]);
    signal(&child, "-STOP");
    let other = desk(&store, LONG, |_| {});
    let until = Instant::now() + Duration::from_secs(30);
    while let Err(error) = other.run(Charge { amount: 100 }) {
        assert!(matches!(&error, RunError::Store(StoreError::Leased { .. })), "{error}");
        assert!(Instant::now() < until, "{error}");
        thread::sleep(Duration::from_millis(2));
    }
    let before = store.load("main").unwrap();
    go_on(&mut child);
    signal(&child, "-CONT");
    let [what, why, _] = hear(&mut said);
    let owner = format!("the_session_`main`_is_leased_to_the_program_with_the_process_id_{}", std::process::id());
    assert!(what == "refused" && why.starts_with(&owner), "{what} {why}");
    assert_eq!(store.load("main").unwrap(), before, "nothing of it is stored");
    drop(other);
    go_on(&mut child);
    assert_eq!(hear(&mut said), ["inside", "main", "2"]);
    go_on(&mut child);
    assert_eq!(hear(&mut said), ["ok", "main", "102"]);
    go_on(&mut child);
    assert!(child.wait().unwrap().success());
    let after = desk(&store, LONG, |_| {});
    let journal = after.journal("main").unwrap();
    journal.verify().unwrap();
    let charged: Vec<_> =
        journal.entries(1, 9).unwrap().iter().map(|entry| shown(&entry.command)["amount"].clone()).collect();
    assert_eq!((charged, *after.snapshot().unwrap().charged), (vec![100.into(), 2.into()], 102));
}
