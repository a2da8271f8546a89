//! What a session in PostgreSQL costs, each measurement beside its baseline in one run: `cargo bench -p theus-postgres`.
//!
//! On a server of its own. Blocks of both alternate, so that what else the machine does meets both; of the times of each the median is
//! told.
#![allow(missing_docs, unreachable_pub, clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "benches")]

#[path = "../tests/postgres/cluster.rs"]
#[allow(dead_code, reason = "the tests need more of it")]
mod cluster;

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use cluster::{Cluster, own_cluster, schema};
use theus_core::prelude::*;
use theus_postgres::{Durability, PostgresStore};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls, Statement};

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

const BOTH: [Durability; 2] = [Durability::PowerLoss, Durability::Crash];

fn main() {
    // What `cargo test --benches` runs: once, to see that it works.
    let is_test = std::env::args().any(|argument| argument == "--test");
    // It says so where there is no PostgreSQL.
    let Some(cluster) = own_cluster() else { return };
    for durability in BOTH {
        beside_bare(&cluster, durability, if is_test { 1 } else { 40 });
    }
    for durability in BOTH {
        for sessions in [16, 64, 256] {
            together(&cluster, durability, sessions, if is_test { 1 } else { 6 });
        }
    }
}

/// An engine in a schema of its own, whose name it tells.
fn engine(cluster: &Cluster, durability: Durability) -> (Engine<Account>, String) {
    let place = schema();
    let store = PostgresStore::open_in(&cluster.url(), &place).expect("it opens").durability(durability);
    let builder = Engine::builder(Account::default()).process::<Deposit>();
    (builder.store(store).build().expect("it builds"), place)
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

/// A run of an engine beside one `INSERT` of as many bytes.
fn beside_bare(cluster: &Cluster, durability: Durability, blocks: usize) {
    let (engine, place) = engine(cluster, durability);
    let run = || {
        black_box(engine.run(Deposit { amount: black_box(1) }).expect("it runs"));
    };
    (0..200).for_each(|_| run());
    let bytes = format!(
        "SELECT (SELECT pg_column_size(s.*) FROM {place}.session s) \
         + (SELECT pg_column_size(j.*) FROM {place}.journal j ORDER BY step DESC LIMIT 1)::bigint"
    );
    let bytes = usize::try_from(cluster.number(&bytes).expect("a step")).expect("a size");
    let bare = Bare::open(cluster, durability, bytes);
    (0..200).for_each(|_| bare.insert());
    let each = if durability == Durability::PowerLoss { 25 } else { 100 };
    let (mut of_ours, mut of_bare) = (Vec::new(), Vec::new());
    for _ in 0..blocks {
        (0..each).for_each(|_| timed(&mut of_ours, run));
        (0..each).for_each(|_| timed(&mut of_bare, || bare.insert()));
    }
    let (ours, bare) = (median(of_ours), median(of_bare));
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    println!("a durable run, {durability:?}: {ours:.1?}, one INSERT of its {bytes} bytes {bare:.1?}: x{ratio:.3}");
}

/// A table with one column, and a connection as the store's.
struct Bare {
    runtime: Runtime,
    client: Client,
    insert: Statement,
    body: Vec<u8>,
}

impl Bare {
    fn open(cluster: &Cluster, durability: Durability, bytes: usize) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("it starts");
        let (client, insert) = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&cluster.url(), NoTls).await.expect("it connects");
            tokio::spawn(connection);
            let table = schema();
            let commit = if durability == Durability::PowerLoss { "on" } else { "off" };
            let set = format!(
                "SET synchronous_commit = {commit}; CREATE TABLE {table}(step bigint PRIMARY KEY \
                GENERATED ALWAYS AS IDENTITY, body bytea NOT NULL)"
            );
            client.batch_execute(&set).await.expect("it takes that");
            let insert = client.prepare(&format!("INSERT INTO {table}(body) VALUES ($1)")).await.expect("SQL");
            (client, insert)
        });
        Self { runtime, client, insert, body: vec![7; bytes] }
    }

    fn insert(&self) {
        self.runtime.block_on(self.client.execute(&self.insert, &[&self.body])).expect("it is written");
    }
}

/// So many sessions on a thread each, beside one after the other.
fn together(cluster: &Cluster, durability: Durability, count: usize, blocks: usize) {
    let (engine, _) = engine(cluster, durability);
    let sessions: Vec<_> = (0..count)
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
        let barrier = Barrier::new(count + 1);
        let began = thread::scope(|scope| {
            let work = |session| {
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
            };
            let threads: Vec<_> = sessions.iter().map(work).collect();
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
        "{count} sessions, {durability:?}: {at_once:.0} commits a second, one by one {alone:.0}: x{:.1}",
        at_once / alone
    );
}
