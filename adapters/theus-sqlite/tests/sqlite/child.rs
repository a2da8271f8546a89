//! This test binary, started again as another program: what it does there is said by a variable.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use theus_core::prelude::*;
use theus_core::store::{StoreError, shown};
use theus_sqlite::{Durability, SqliteStore};

use super::desk::*;

const ROLE: &str = "THEUS_SQLITE_ROLE";
const FILE: &str = "THEUS_SQLITE_FILE";
const DURABILITY: &str = "THEUS_SQLITE_DURABILITY";
const COUNT: &str = "THEUS_SQLITE_COUNT";

/// Sessions that a child works on at once.
pub const SESSIONS: [&str; 3] = ["s0", "s1", "s2"];

/// Started again in this role, perhaps by another program that runs it.
pub fn start(runner: &[&str], role: &str, file: &Path, durability: Durability, count: u64) -> Child {
    let me = std::env::current_exe().unwrap();
    let mut command = match runner.split_first() {
        None => Command::new(me),
        Some((program, arguments)) => {
            let mut command = Command::new(program);
            command.args(arguments).arg(me);
            command
        }
    };
    command
        .args(["--exact", "child::as_another_program", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .env(FILE, file)
        .env(DURABILITY, format!("{durability:?}"))
        .env(COUNT, count.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What it has said so far: lines of three words, whole ones.
pub fn said(child: &mut Child) -> Vec<[String; 3]> {
    saying(child).collect()
}

/// The same, word by word as it comes.
pub fn saying(child: &mut Child) -> impl Iterator<Item = [String; 3]> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    // For whoever looks why a test has failed.
    let lines = lines.inspect(|line| {
        if line.starts_with("while it contends") {
            println!("{line}");
        }
    });
    let words = |line: String| {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        words.try_into().ok().filter(|[first, _, last]: &[String; 3]| first.starts_with("said:") && last.ends_with(';'))
    };
    lines.filter_map(words).map(|[what, session, number]| [what.replace("said:", ""), session, number.replace(';', "")])
}

pub fn say(what: &str, session: &str, number: u64) {
    let line = format!("said:{what} {session} {number};\n");
    let mut out = std::io::stdout().lock();
    out.write_all(line.as_bytes()).unwrap();
    out.flush().unwrap();
}

#[test]
fn as_another_program() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let of = |name: &str| std::env::var(name).unwrap();
    let durability = match of(DURABILITY).as_str() {
        "PowerLoss" => Durability::PowerLoss,
        "Crash" => Durability::Crash,
        _ => Durability::None,
    };
    println!();
    let store = match SqliteStore::open(of(FILE)) {
        Ok(store) => store.durability(durability),
        Err(error) => return say(kind(&error), "open", 0),
    };
    let count = of(COUNT).parse().unwrap();
    match role.as_str() {
        "books" => books(&store, count),
        "contends" => contends(&store, count),
        "looks" => looks(&store),
        "charges" => super::stopped::charges(&store),
        role => panic!("{role}"),
    }
}

pub fn amount(number: u64) -> i64 {
    i64::try_from(number % 100).unwrap()
}

pub const fn kind(error: &StoreError) -> &'static str {
    match error {
        StoreError::Full { .. } => "full",
        StoreError::InDoubt { .. } => "doubt",
        StoreError::Io { .. } => "io",
        StoreError::ReadOnly { .. } => "readonly",
        StoreError::Unavailable { .. } => "unavailable",
        StoreError::Corrupt { .. } => "corrupt",
        StoreError::Conflict { .. } => "conflict",
        _ => "other",
    }
}

/// Commands with numbers that go on from the last one in each session, until so many are done or it is killed.
fn books(store: &SqliteStore, count: u64) {
    let Ok(desk) = Engine::builder(Bank::default())
        .process::<Book>()
        .signal_capacity(1_000_000)
        .recipe("audit.yaml", RECIPE)
        .unwrap()
        .store(store.clone())
        .build()
    else {
        return say("nothing", "main", 0);
    };
    thread::scope(|scope| {
        for session in SESSIONS {
            let desk = &desk;
            scope.spawn(move || {
                let Ok(session_desk) = desk.hydrate_or(session, Bank::default) else { return };
                let Ok(last) = session_desk.snapshot().map(|state| *state.last) else { return };
                for number in last + 1..=last + count {
                    match session_desk.run(Book { number, amount: amount(number) }) {
                        Ok(_) => say("ok", session, number),
                        Err(RunError::Store(error)) => say(kind(&error), session, number),
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
    });
}

/// Adds one, so often, to sessions that another program adds to too.
fn contends(store: &SqliteStore, count: u64) {
    // Without a recipe: a ledger has one writer.
    let builder = Engine::builder(Bank::default()).process::<Book>().signal_capacity(1_000_000);
    let desk = builder.store(store.clone()).build().unwrap();
    thread::scope(|scope| {
        for session in SESSIONS {
            let desk = &desk;
            scope.spawn(move || {
                let session_desk = desk.hydrate(session).unwrap().unwrap();
                let (mut done, mut conflicts) = (0, 0);
                while done < count {
                    match session_desk.run(Book { number: 1, amount: 1 }) {
                        Ok(_) => done += 1,
                        Err(RunError::Store(StoreError::Conflict { .. })) => conflicts += 1,
                        Err(error) => {
                            println!("\nwhile it contends: {error}");
                            return;
                        }
                    }
                }
                say("done", session, done);
                say("conflicts", session, conflicts);
            });
        }
    });
}

/// Looks, and tries to write.
fn looks(store: &SqliteStore) {
    match theus_core::store::Store::load(store, "main") {
        Ok(Some(state)) => say("step", "main", state.step),
        Ok(None) => say("none", "main", 0),
        Err(error) => say(kind(&error), "load", 0),
    }
    match write(store, first("other", vec![])) {
        Ok(_) => say("ok", "write", 0),
        Err(error) => say(kind(&error), "write", 0),
    }
}

/// The numbers of the commands of a session, in the order of their commits: those of its journal, which holds together.
pub fn commands(desk: &Desk, session: &str) -> Vec<u64> {
    let Ok(journal) = desk.journal(session) else { return Vec::new() };
    journal.verify().unwrap();
    let entries = journal.entries(1, usize::MAX).unwrap();
    entries.iter().map(|entry| shown(&entry.command)["number"].as_u64().unwrap()).collect()
}

/// What is in the file is one state: journal, replay, ledger and Data zone say the same.
pub fn is_whole(file: &Path) -> BTreeMap<&'static str, Vec<u64>> {
    let store = quick(file);
    let desk = desk(&store);
    let ledger = theus_core::store::Store::ledger(&store, 1, usize::MAX).unwrap();
    assert!(ledger.windows(2).all(|pair| pair[1].previous == pair[0].hash && pair[1].sequence == pair[0].sequence + 1));
    let session = |session: &'static str| {
        let commands = commands(&desk, session);
        if let Some(session_desk) = desk.hydrate(session).unwrap() {
            let state = session_desk.snapshot().unwrap();
            assert_eq!(*state.last, commands.last().copied().unwrap_or(0), "{session}");
            let events = store_events(&store, session);
            assert_eq!(events, commands.iter().filter(|number| number.is_multiple_of(5)).count(), "{session}");
        }
        (session, commands)
    };
    SESSIONS.map(session).into()
}

fn store_events(store: &SqliteStore, session: &str) -> usize {
    theus_core::store::Store::load(store, session).unwrap().unwrap().events.len()
}
