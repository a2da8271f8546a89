//! Programs that are killed in their work, and programs beside each other: this test binary, started again as another program.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use theus_core::prelude::*;
use theus_core::store::{Store, StoreError, shown};
use theus_postgres::PostgresStore;

use super::cluster::{cluster, schema};

const ROLE: &str = "THEUS_POSTGRES_ROLE";
const URL: &str = "THEUS_POSTGRES_URL";
const SCHEMA: &str = "THEUS_POSTGRES_SCHEMA";
const COUNT: &str = "THEUS_POSTGRES_COUNT";

/// Sessions that a program works on at once.
const SESSIONS: [&str; 3] = ["s0", "s1", "s2"];

#[derive(Clone, Debug, Default, Context)]
struct Bank {
    total: i64,
    last: u64,
    sig_round: bool,
}

#[derive(Serialize, Deserialize)]
struct Receipt {
    number: u64,
}

#[process(
    inputs = [domain.total, domain.last],
    outputs = [domain.total, domain.last, domain.sig_round],
    messages = [Receipt]
)]
fn book(ctx: Ctx<Bank>, number: u64, amount: i64) -> i64 {
    *ctx.domain.total += amount;
    *ctx.domain.last = number;
    ctx.domain.sig_round.set(number.is_multiple_of(5));
    ctx.send(Receipt { number });
    *ctx.domain.total
}

/// A record each time: the ledger goes along with the commits.
const RECIPE: &str = "process_recipes: { book: { inputs: [ { field: amount, max: 50, level: C } ] } }";

fn amount(number: u64) -> i64 {
    i64::try_from(number % 100).unwrap()
}

fn engine(store: &PostgresStore, recipe: bool) -> Engine<Bank> {
    let builder = Engine::builder(Bank::default()).process::<Book>().signal_capacity(1_000_000);
    let builder = if recipe { builder.recipe("audit.yaml", RECIPE).unwrap() } else { builder };
    builder.store(store.clone()).session_in_memory().build().unwrap()
}

fn start(role: &str, url: &str, schema: &str, count: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::as_another_program", "--nocapture", "--test-threads=1"])
        .envs([(ROLE, role), (URL, url), (SCHEMA, schema)])
        .env(COUNT, count.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn say(what: &str, session: &str, number: u64) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("said:{what} {session} {number};\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// What it has said so far: whole lines.
fn said(child: &mut Child) -> Vec<(String, String, u64)> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let words = |line: String| {
        let mut words = line.strip_prefix("said:")?.strip_suffix(';')?.split(' ').map(str::to_owned);
        Some((words.next()?, words.next()?, words.next()?.parse().ok()?))
    };
    lines.filter_map(words).collect()
}

#[test]
fn as_another_program() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let of = |name: &str| std::env::var(name).unwrap();
    println!();
    let store = PostgresStore::open_in(&of(URL), &of(SCHEMA)).unwrap();
    let count: u64 = of(COUNT).parse().unwrap();
    let engine = engine(&store, role == "books");
    thread::scope(|scope| {
        for session in SESSIONS {
            let (engine, role) = (&engine, role.as_str());
            scope.spawn(move || match role {
                "books" => books(engine, session, count),
                _ => contends(engine, session, count),
            });
        }
    });
}

/// Commands with numbers that go on from the last one, until so many are done or it is killed.
fn books(engine: &Engine<Bank>, name: &str, count: u64) {
    let session = engine.hydrate_or(name, Bank::default).unwrap();
    let last = *session.snapshot().unwrap().last;
    for number in last + 1..=last + count {
        match session.run(Book { number, amount: amount(number) }) {
            Ok(_) => say("ok", name, number),
            Err(error) => return say("failed", &format!("{name}:{error}").replace([' ', '\n'], "_"), number),
        }
    }
}

/// Adds one, so often, to a session that another program adds to too.
fn contends(engine: &Engine<Bank>, name: &str, count: u64) {
    let session = engine.hydrate(name).unwrap().unwrap();
    let (mut done, mut conflicts) = (0, 0);
    while done < count {
        match session.run(Book { number: 1, amount: 1 }) {
            Ok(_) => done += 1,
            Err(RunError::Store(StoreError::Conflict { .. })) => conflicts += 1,
            Err(error) => return say("failed", &format!("{error}").replace([' ', '\n'], "_"), done),
        }
    }
    say("done", name, done);
    say("conflicts", name, conflicts);
}

fn number(variable: &str, unless: u64) -> u64 {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(unless)
}

/// The server goes on with what a program has sent that is dead: until nothing of it is left.
fn has_gone(url: &str, program: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
            let left: i64 = client.query_one(sql, &[&program]).await.unwrap().get(0);
            if left == 0 {
                return;
            }
            assert!(Instant::now() < until, "{left} connections of a dead program are left");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

/// What is there is one state: journal, replay, Data zone, events, messages and ledger say the same. The numbers of the commands.
fn is_whole(store: &PostgresStore, what: &str) -> BTreeMap<&'static str, Vec<u64>> {
    let engine = engine(store, false);
    engine.verify_stored_ledger().unwrap();
    let outbox = store.outbox(false, None, usize::MAX).unwrap();
    let session = |session: &'static str| {
        let Some(state) = store.load(session).unwrap() else { return (session, Vec::new()) };
        let journal = engine.journal(session).unwrap();
        assert_eq!(journal.verify().unwrap(), state.step, "{what}, {session}");
        let entries = journal.entries(1, usize::MAX).unwrap();
        let commands: Vec<u64> =
            entries.iter().map(|entry| shown(&entry.command)["number"].as_u64().unwrap()).collect();
        let live = engine.hydrate(session).unwrap().unwrap();
        assert_eq!(*live.snapshot().unwrap().last, commands.last().copied().unwrap_or(0), "{what}, {session}");
        let sent: Vec<u64> = outbox
            .iter()
            .filter(|(of, _)| of == session)
            .map(|(_, message)| message.body["number"].as_u64().unwrap())
            .collect();
        assert_eq!(sent, commands, "{what}, {session}: its messages");
        let rounds = commands.iter().filter(|number| number.is_multiple_of(5)).count();
        assert_eq!(state.events.len(), rounds, "{what}, {session}: its events");
        (session, commands)
    };
    SESSIONS.map(session).into()
}

#[test]
fn whenever_it_is_killed_each_acknowledged_command_is_there_once_and_none_by_half() {
    let Some(cluster) = cluster() else { return };
    let (kills, seed) = (number("THEUS_KILLS", 12), number("THEUS_SEED", u64::from(std::process::id())));
    println!("seed: {seed}");
    let mut random = seed;
    let mut next = move |below: u64| {
        // xorshift: what is needed of chance here is little.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random % below
    };
    let (mut acknowledged, mut one_more) = (0, 0);
    let (mut place, mut expected) = (schema(), BTreeMap::<&str, Vec<u64>>::new());
    for kill in 0..kills {
        if kill % 25 == 0 {
            (place, expected) = (schema(), SESSIONS.map(|session| (session, Vec::new())).into());
        }
        let what = format!("seed {seed}, kill {kill}");
        let program = format!("killed_{place}_{kill}");
        let url = format!("{}?application_name={program}", cluster.url());
        let mut child = start("books", &url, &place, u64::MAX >> 1);
        thread::sleep(Duration::from_millis(40 + next(260)));
        child.kill().unwrap();
        child.wait().unwrap();
        for (told, session, number) in said(&mut child) {
            assert_eq!(told, "ok", "{what}, {session}");
            expected.get_mut(session.as_str()).unwrap().push(number);
            acknowledged += 1;
        }
        has_gone(&cluster.url(), &program);
        let store = PostgresStore::open_in(&cluster.url(), &place).unwrap();
        for (session, found) in is_whole(&store, &what) {
            let expected = expected.get_mut(session).unwrap();
            if found.len() == expected.len() + 1 {
                expected.push(found.len() as u64);
                one_more += 1;
            }
            assert_eq!(found, *expected, "{what}, {session}");
            assert!(found.iter().zip(1..).all(|(found, number)| *found == number), "{what}, {session}");
        }
        if kill + 1 == kills {
            let engine = engine(&store, false);
            for session in SESSIONS {
                assert_eq!(engine.replay(session).unwrap().divergence, None, "{what}, {session}");
            }
        }
    }
    println!("{kills} kills, {acknowledged} commands acknowledged, {one_more} done that were not");
    assert!(acknowledged > kills, "it was killed before it did anything: {acknowledged}");
}

#[test]
fn two_programs_on_the_same_sessions_lose_no_update_and_leave_no_gap() {
    let Some(cluster) = cluster() else { return };
    let (each, place) = (number("THEUS_COMMITS", 600) / 6, schema());
    let store = PostgresStore::open_in(&cluster.url(), &place).unwrap();
    let begun = engine(&store, false);
    let _ = SESSIONS.map(|session| drop(begun.hydrate_or(session, Bank::default).unwrap()));
    drop(begun);
    let children = [(); 2].map(|()| start("contends", &cluster.url(), &place, each));
    let mut conflicts = 0;
    for mut child in children {
        let said = said(&mut child);
        assert!(child.wait().unwrap().success());
        assert_eq!(said.iter().filter(|(what, _, count)| what == "done" && *count == each).count(), 3, "{said:?}");
        conflicts += said.iter().filter(|(what, ..)| what == "conflicts").map(|(_, _, count)| count).sum::<u64>();
    }
    println!("{conflicts} conflicts");
    let engine = engine(&store, false);
    for session in SESSIONS {
        assert_eq!(engine.journal(session).unwrap().verify().unwrap(), 2 * each);
        let total = *engine.hydrate(session).unwrap().unwrap().snapshot().unwrap().total;
        assert_eq!(total, 2 * i64::try_from(each).unwrap());
    }
}
