//! The program that the tests run, here or as another program: this test binary, started again.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use serde::{Deserialize, Serialize};
use theus_core::prelude::*;
use theus_core::store::{Store, StoreError, shown};
use theus_postgres::PostgresStore;

use super::stopped;

const ROLE: &str = "THEUS_POSTGRES_ROLE";
const URL: &str = "THEUS_POSTGRES_URL";
const SCHEMA: &str = "THEUS_POSTGRES_SCHEMA";
const COUNT: &str = "THEUS_POSTGRES_COUNT";

/// Sessions that a program works on at once.
pub const SESSIONS: [&str; 3] = ["s0", "s1", "s2"];

#[derive(Clone, Debug, Default, Context)]
pub struct Bank {
    pub total: i64,
    pub last: u64,
    pub sig_round: bool,
}

#[derive(Serialize, Deserialize)]
pub struct Receipt {
    pub number: u64,
}

#[process(
    inputs = [domain.total, domain.last],
    outputs = [domain.total, domain.last, domain.sig_round],
    messages = [Receipt]
)]
pub fn book(ctx: Ctx<Bank>, number: u64, amount: i64) -> i64 {
    *ctx.domain.total += amount;
    *ctx.domain.last = number;
    ctx.domain.sig_round.set(number.is_multiple_of(5));
    ctx.send(Receipt { number });
    *ctx.domain.total
}

/// A record each time: the ledger goes along with the commits.
pub const RECIPE: &str = "process_recipes: { book: { inputs: [ { field: amount, max: 50, level: C } ] } }";

pub fn amount(number: u64) -> i64 {
    i64::try_from(number % 100).unwrap()
}

pub fn engine(store: &PostgresStore, recipe: bool) -> Engine<Bank> {
    let builder = Engine::builder(Bank::default()).process::<Book>().signal_capacity(1_000_000);
    let builder = if recipe { builder.recipe("audit.yaml", RECIPE).unwrap() } else { builder };
    builder.store(store.clone()).session_in_memory().build().unwrap()
}

pub fn start(role: &str, url: &str, schema: &str, count: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "program::as_another_program", "--nocapture", "--test-threads=1"])
        .envs([(ROLE, role), (URL, url), (SCHEMA, schema)])
        .env(COUNT, count.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

pub fn say(what: &str, session: &str, number: u64) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("said:{what} {session} {number};\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// What another program says.
pub struct Said(Lines<BufReader<ChildStdout>>);

impl Said {
    pub fn of(child: &mut Child) -> Self {
        Self(BufReader::new(child.stdout.take().unwrap()).lines())
    }
}

impl Iterator for Said {
    type Item = (String, String, u64);

    /// The next whole line, waited for; none where it has ended.
    fn next(&mut self) -> Option<Self::Item> {
        let words = |line: String| {
            let mut words = line.strip_prefix("said:")?.strip_suffix(';')?.split(' ').map(str::to_owned);
            Some((words.next()?, words.next()?, words.next()?.parse().ok()?))
        };
        self.0.by_ref().map_while(Result::ok).find_map(words)
    }
}

/// What it has said until its end.
pub fn said(child: &mut Child) -> Vec<(String, String, u64)> {
    Said::of(child).collect()
}

#[test]
fn as_another_program() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let of = |name: &str| std::env::var(name).unwrap();
    println!();
    let store = PostgresStore::open_in(&of(URL), &of(SCHEMA)).unwrap();
    match role.as_str() {
        "charges" => return stopped::charges(&store),
        "charges_on" => return stopped::charges_on(&store),
        _ => {}
    }
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

pub fn number(variable: &str, unless: u64) -> u64 {
    std::env::var(variable).ok().and_then(|number| number.parse().ok()).unwrap_or(unless)
}

/// What happens by chance, and the seed by which it happens again.
pub fn chance() -> (u64, fastrand::Rng) {
    let seed = number("THEUS_SEED", fastrand::u64(..));
    println!("seed: {seed}");
    (seed, fastrand::Rng::with_seed(seed))
}

/// What is there is one state: journal, replay, Data zone, events, messages and ledger say the same. The numbers of the commands.
pub fn is_whole(store: &PostgresStore, what: &str) -> BTreeMap<&'static str, Vec<u64>> {
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
