//! The server itself is killed while a program commits, and started again: the program goes on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use theus_core::prelude::*;
use theus_core::store::StoreError;
use theus_postgres::PostgresStore;

use super::cluster::{Cluster, own_cluster, schema};
use super::program::*;

/// How the server goes.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// `pg_ctl stop -m immediate`.
    AtOnce,
    /// `pg_ctl stop -m fast`: it tells its connections.
    Told,
    /// One of its processes is killed: it ends all the others, and starts again by itself.
    One,
}

/// Commits are on the disk from now on, and nobody hears of them: the server waits for a standby that there is none of, until it is
/// started again.
fn hold_answers(cluster: &Cluster, what: &str) {
    cluster.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    cluster.run("SELECT pg_reload_conf()");
    let until = Instant::now() + Duration::from_secs(30);
    while cluster.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == Some(0) {
        assert!(Instant::now() < until, "{what}: nobody commits");
        thread::sleep(Duration::from_millis(2));
    }
    cluster.run("ALTER SYSTEM RESET synchronous_standby_names");
}

/// Kills it, leaves it down for so long, starts it.
fn strike(cluster: &mut Cluster, way: Way, down: Duration) {
    match way {
        Way::One => {
            let sql = "SELECT pid::bigint FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' \
                       ORDER BY query_start DESC LIMIT 1";
            let pid = cluster.number(sql).expect("a program is connected");
            assert!(std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
        }
        Way::AtOnce | Way::Told => {
            if matches!(way, Way::Told) {
                cluster.stop()
            } else {
                cluster.stop_at_once()
            }
            thread::sleep(down);
            cluster.start();
        }
    }
}

/// Commands with numbers, each under its number as a key and until it is acknowledged, while the server is killed once.
#[derive(Default)]
struct Round {
    /// How many each session has done since the server was struck.
    since: [AtomicU64; SESSIONS.len()],
    is_patient: bool,
    is_over: AtomicBool,
    /// It has failed: nobody tries any more.
    is_lost: AtomicBool,
    /// What the program was told instead of an answer.
    errors: AtomicU64,
}

impl Round {
    /// The last command that is acknowledged of this session, which goes on after this one.
    fn work(&self, engine: &Engine<Bank>, session: usize, mut last: u64) -> u64 {
        let name = SESSIONS[session];
        let session = (engine.hydrate(name).unwrap().unwrap(), &self.since[session]);
        while !self.is_over.load(Ordering::Relaxed) {
            let number = last + 1;
            loop {
                let book = Book { number, amount: amount(number) };
                let done = match self.is_patient {
                    true => session.0.run(book),
                    // Whoever hears that something is in doubt asks under a key.
                    false => session.0.run_once(&number.to_string(), book),
                };
                match done {
                    Ok(_) => break,
                    Err(RunError::Store(StoreError::Unavailable { .. } | StoreError::InDoubt { .. })) => {
                        self.errors.fetch_add(1, Ordering::Relaxed);
                        thread::sleep(Duration::from_millis(2));
                    }
                    Err(error) => {
                        self.is_lost.store(true, Ordering::Relaxed);
                        panic!("{name}: {error}");
                    }
                }
                if self.is_lost.load(Ordering::Relaxed) {
                    return last;
                }
            }
            last = number;
            session.1.fetch_add(1, Ordering::Relaxed);
        }
        last
    }

    /// Until each session has done so many.
    fn wait_for(&self, each: u64, what: &str) {
        let until = Instant::now() + Duration::from_secs(60);
        while self.since.iter().any(|count| count.load(Ordering::Relaxed) < each) {
            if Instant::now() >= until || self.is_lost.load(Ordering::Relaxed) {
                [&self.is_over, &self.is_lost].iter().for_each(|flag| flag.store(true, Ordering::Relaxed));
                panic!("{what}: the program does not go on");
            }
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// So many kills of one program: all of its journal is read after each.
const A_PROGRAM: u64 = 50;

#[derive(Default)]
struct Sum {
    acknowledged: u64,
    /// Rounds of which the program heard nothing.
    quiet: u64,
    errors: u64,
}

#[test]
fn when_its_server_is_killed_a_program_loses_no_acknowledged_command_and_goes_on_by_itself() {
    let Some(mut cluster) = own_cluster() else { return };
    let (kills, (seed, mut random)) = (number("THEUS_KILLS", 6), chance());
    let mut sum = Sum::default();
    for first in (0..kills).step_by(A_PROGRAM as usize) {
        let what = format!("seed {seed}, kills from {first}");
        one_program(&mut cluster, &mut random, A_PROGRAM.min(kills - first), &what, &mut sum);
    }
    let Sum { acknowledged, quiet, errors } = sum;
    println!(
        "{kills} kills, {acknowledged} commands acknowledged; {quiet} were not heard of, the others were {errors} errors"
    );
    assert!(errors > 0 || kills < 3, "no program heard of a server that is down");
}

/// One engine, from the first kill to the last.
fn one_program(cluster: &mut Cluster, random: &mut fastrand::Rng, kills: u64, what: &str, sum: &mut Sum) {
    let place = schema();
    let store = PostgresStore::open_in(&cluster.url(), &place).unwrap();
    let desk = &engine(&store, true);
    SESSIONS.iter().for_each(|session| drop(desk.hydrate_or(*session, Bank::default).unwrap()));
    let mut last = [0; SESSIONS.len()];
    for kill in 0..kills {
        let way = [Way::One, Way::AtOnce, Way::AtOnce, Way::Told, Way::AtOnce][(kill % 5) as usize];
        // Patient it waits until the server is there again; else it hears that it is not.
        let is_patient = kill % 3 != 2;
        let (patience, down) = match is_patient {
            true => (Duration::from_secs(30), Duration::from_millis(random.u64(..60))),
            false => (Duration::from_millis(20), Duration::from_millis(150 + random.u64(..150))),
        };
        // What is done and not heard of is a moment, unless it is made to last.
        let is_held = kill % 2 == 1 && !matches!(way, Way::One);
        drop(store.clone().patience(patience));
        let what = format!("{what}, kill {kill}, {way:?}, answers held: {is_held}, patience {patience:?}");
        let round = &Round { is_patient, ..Round::default() };
        last = thread::scope(|scope| {
            let worker = |(session, last): (usize, &u64)| {
                let last = *last;
                scope.spawn(move || round.work(desk, session, last))
            };
            let workers: Vec<_> = last.iter().enumerate().map(worker).collect();
            round.wait_for(1, &what);
            if is_held {
                hold_answers(cluster, &what);
            } else {
                thread::sleep(Duration::from_micros(random.u64(..40_000)));
            }
            strike(cluster, way, down);
            round.since.iter().for_each(|count| count.store(0, Ordering::Relaxed));
            round.wait_for(2, &what);
            round.is_over.store(true, Ordering::Relaxed);
            let last: Vec<u64> = workers.into_iter().map(|worker| worker.join().unwrap()).collect();
            last.try_into().unwrap()
        });
        let errors = round.errors.load(Ordering::Relaxed);
        assert!(errors == 0 || !is_patient, "{what}: a patient program hears nothing of it: {errors} errors");
        (sum.quiet, sum.errors) = (sum.quiet + u64::from(errors == 0), sum.errors + errors);
        let expected: BTreeMap<&str, Vec<u64>> =
            SESSIONS.iter().zip(last).map(|(session, last)| (*session, (1..=last).collect())).collect();
        let fresh = PostgresStore::open_in(&cluster.url(), &place).unwrap();
        assert_eq!(is_whole(&fresh, &what), expected, "{what}");
    }
    sum.acknowledged += last.iter().sum::<u64>();
    for session in SESSIONS {
        assert_eq!(desk.replay(session).unwrap().divergence, None, "{what}, {session}");
    }
}
