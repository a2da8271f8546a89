//! What a session in a file costs, each measurement beside its baseline in one run: `cargo bench -p theus-sqlite`.
//!
//! Blocks of both alternate, so that what else the machine does meets both; of the times of each the median is told.
#![allow(missing_docs, clippy::expect_used, clippy::panic, reason = "benches")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};
use theus_core::prelude::*;
use theus_sqlite::{Durability, SqliteStore};

#[derive(Clone, Default, Context)]
struct Account {
    balance: i64,
    owner: String,
    deposits: u64,
}

#[process(inputs = [domain.balance, domain.deposits], outputs = [domain.balance, domain.deposits])]
fn deposit(ctx: Ctx<Account>, amount: i64) -> i64 {
    *ctx.domain.balance += amount;
    *ctx.domain.deposits += 1;
    *ctx.domain.balance
}

const ALL: [Durability; 3] = [Durability::PowerLoss, Durability::Crash, Durability::None];

fn engine(path: &Path, durability: Durability) -> Engine<Account> {
    let store = SqliteStore::open(path).expect("it opens").durability(durability);
    Engine::builder(Account::default()).process::<Deposit>().store(store).build().expect("it builds")
}

fn main() {
    // What `cargo test --benches` runs: once, to see that it works.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let blocks = if is_test { 1 } else { 40 };
    for durability in ALL {
        beside_bare(durability, blocks);
    }
    for durability in ALL {
        together(durability, if is_test { 1 } else { 6 });
    }
    hydrate(if is_test { 100 } else { 20_000 });
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn timed(times: &mut Vec<Duration>, one: impl FnOnce()) {
    let began = Instant::now();
    one();
    times.push(began.elapsed());
}

/// A run of an engine beside the rows that it writes, written by hand.
fn beside_bare(durability: Durability, blocks: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let (ours, bare) = (folder.path().join("ours.db"), folder.path().join("bare.db"));
    let engine_at = |path: &Path| {
        let engine = engine(path, durability);
        for _ in 0..100 {
            engine.run(Deposit { amount: 1 }).expect("it runs");
        }
        engine
    };
    let engine = engine_at(&ours);
    drop(engine_at(&bare));
    let mut bare = Bare::open(&bare, durability);
    let each = if durability == Durability::PowerLoss { 25 } else { 250 };
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..blocks {
        for _ in 0..each {
            timed(&mut of_ours, || {
                black_box(engine.run(Deposit { amount: black_box(1) }).expect("it runs"));
            });
        }
        for _ in 0..each {
            timed(&mut of_bare, || bare.commit());
        }
    }
    let (ours, bare) = (median(of_ours), median(of_bare));
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    println!("a durable run, {durability:?}: {ours:.1?}, the same rows by bare rusqlite {bare:.1?}: x{ratio:.3}");
}

/// The rows of one session, by hand.
struct Bare {
    connection: Connection,
    session: i64,
    step: i64,
    tail: i64,
    version: i64,
    command: Vec<u8>,
    parts: Vec<u8>,
    state: Vec<u8>,
}

impl Bare {
    fn open(path: &Path, durability: Durability) -> Self {
        let connection = Connection::open(path).expect("it opens");
        let synchronous = match durability {
            Durability::PowerLoss => 2,
            Durability::Crash => 1,
            Durability::None => 0,
        };
        connection.pragma_update(None, "journal_mode", "WAL").expect("it takes that");
        connection.pragma_update(None, "synchronous", synchronous).expect("it takes that");
        let sql = "SELECT s.id, s.step, s.tail, s.version, j.command, j.parts, s.state FROM session s \
                   JOIN journal j ON j.seq = s.tail WHERE s.name = 'main'";
        type Row = (i64, i64, i64, i64, Vec<u8>, Vec<u8>, Vec<u8>);
        let row: Row = connection
            .query_row(sql, [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?))
            })
            .expect("a session");
        let (session, step, tail, version, command, parts, state) = row;
        Self { connection, session, step, tail, version, command, parts, state }
    }

    fn commit(&mut self) {
        let run = |sql: &str| self.connection.prepare_cached(sql).expect("SQL").execute([]).expect("it runs");
        run("BEGIN IMMEDIATE");
        let (step, version, chain) = (self.step + 1, self.version + 1, [7_u8; 32]);
        let sql = "INSERT INTO journal(session, step, before, version, at, process, command, parts, raised, chain, seal) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let at = 1_764_000_000_000_000_000_i64 + step;
        let seal = i64::MAX - step;
        self.connection
            .prepare_cached(sql)
            .expect("SQL")
            .execute(params![
                self.session,
                step,
                self.tail,
                version,
                at,
                "deposit",
                self.command,
                self.parts,
                None::<String>,
                chain,
                seal
            ])
            .expect("it runs");
        let tail = self.connection.last_insert_rowid();
        let sql = "UPDATE session SET revision = ?1, step = ?2, version = ?3, chain = ?4, tail = ?5, state = ?6, seal = ?7 \
                   WHERE id = ?8 AND step = ?9";
        let rows = self
            .connection
            .prepare_cached(sql)
            .expect("SQL")
            .execute(params![step + 1, step, version, chain, tail, self.state, seal, self.session, self.step])
            .expect("it runs");
        assert_eq!(rows, 1);
        run("COMMIT");
        (self.step, self.version, self.tail) = (step, version, tail);
    }
}

/// 64 sessions on a thread each, beside one after the other.
fn together(durability: Durability, blocks: usize) {
    const SESSIONS: usize = 64;
    let folder = tempfile::tempdir().expect("a folder");
    let engine = engine(&folder.path().join("many.db"), durability);
    let sessions: Vec<_> = (0..SESSIONS)
        .map(|number| engine.hydrate_or(format!("s{number}"), Account::default).expect("a session"))
        .collect();
    let time = Duration::from_millis(if blocks == 1 { 20 } else { 700 });
    let run = |session: &Engine<Account>| {
        session.run(Deposit { amount: 1 }).expect("it runs");
    };
    let (mut alone, mut at_once) = ((0_u64, Duration::ZERO), (0_u64, Duration::ZERO));
    for _ in 0..blocks {
        let began = Instant::now();
        for session in sessions.iter().cycle() {
            if began.elapsed() > time {
                break;
            }
            run(session);
            alone.0 += 1;
        }
        alone.1 += began.elapsed();
        let barrier = Barrier::new(SESSIONS + 1);
        let began = thread::scope(|scope| {
            let threads: Vec<_> = sessions
                .iter()
                .map(|session| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        let (began, mut count) = (Instant::now(), 0);
                        while began.elapsed() < time {
                            run(session);
                            count += 1;
                        }
                        count
                    })
                })
                .collect();
            barrier.wait();
            let began = Instant::now();
            at_once.0 += threads.into_iter().map(|thread| thread.join().expect("it ends")).sum::<u64>();
            began
        });
        at_once.1 += began.elapsed();
    }
    let a_second = |(count, time): (u64, Duration)| count as f64 / time.as_secs_f64();
    let (alone, at_once) = (a_second(alone), a_second(at_once));
    println!(
        "{SESSIONS} sessions, {durability:?}: {at_once:.0} commits a second, one by one {alone:.0}: x{:.1}",
        at_once / alone
    );
}

/// Sessions opened again from the file.
fn hydrate(count: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cold.db");
    let names: Vec<String> = (0..count).map(|number| format!("account-{number}")).collect();
    {
        let engine = engine(&path, Durability::None);
        for name in &names {
            let session = engine.hydrate_or(name.as_str(), Account::default).expect("a session");
            session.run(Deposit { amount: 1 }).expect("it runs");
        }
    }
    let engine = engine(&path, Durability::PowerLoss);
    let mut order = names.clone();
    fastrand::Rng::with_seed(7).shuffle(&mut order);
    let began = Instant::now();
    for name in &order {
        black_box(engine.hydrate(name.as_str()).expect("it is read").expect("it is there"));
    }
    println!("hydrated, of {count} in random order: {:.0} a second", count as f64 / began.elapsed().as_secs_f64());
}
