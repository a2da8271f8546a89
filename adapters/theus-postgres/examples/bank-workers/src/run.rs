//! The whole of it, from the first process to the last.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::clients::{ACCOUNTS, Booked, Client, account};
use crate::cluster::Cluster;
use crate::faults::{self, Faults};
use crate::fleet::Worker;
use crate::{Failure, How, books};

/// A call that takes longer fails the run.
const MOST: Duration = Duration::from_secs(30);

/// What the clients have done.
struct Load {
    books: Vec<Booked>,
    took: Vec<Duration>,
    faults: Faults,
}

pub(crate) fn run(workers: u32, seconds: u64, how: How, clients: u32) -> Result<(), Failure> {
    let seed = std::env::var("THEUS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("seed: {seed} (THEUS_SEED={seed} makes the same faults and transfers, at other moments)");
    let cluster = Cluster::start()?;
    let database = cluster.url();
    let fleet = (0..workers).map(|number| Worker::start(&database, number)).collect::<Result<Vec<_>, _>>()?;
    let fleet = Mutex::new(fleet);
    let done = runs_on(&fleet, &database, Duration::from_secs(seconds), how, clients, seed);
    let mut fleet = fleet.into_inner().map_err(|_| "somebody has panicked with the workers in hand")?;
    if done.is_err() {
        for worker in &fleet {
            eprintln!("{}", worker.last_words());
        }
    }
    let (load, ends, drained) = done?;
    for (number, worker) in fleet.iter_mut().enumerate() {
        if worker.has_ended() {
            return Err(format!("worker {number} has ended by itself: {}", worker.last_words()).into());
        }
        worker.end()?;
    }
    let found = books::audit(&database, &load.books, &ends)?;
    let mut by_end: BTreeMap<&str, u32> = BTreeMap::new();
    for end in ends.values() {
        *by_end.entry(end).or_default() += 1;
    }
    println!("the books balance: {} transfers, {by_end:?}; {ACCOUNTS} accounts", load.books.len());
    println!("each chain holds: {} steps, {} records of the ledger", found.steps, found.records);
    report(workers, seconds, how, clients, load, drained)
}

type Ended = (Load, BTreeMap<String, String>, Duration);

/// Moves money, and waits until all of it is where it belongs.
fn runs_on(
    fleet: &Mutex<Vec<Worker>>,
    database: &str,
    time: Duration,
    how: How,
    clients: u32,
    seed: u64,
) -> Result<Ended, Failure> {
    let addresses = fleet.lock().map_err(|_| "the workers are gone")?.iter().map(Worker::address).collect();
    let client = Client::of(addresses);
    let mut opens = client.clone();
    for number in 0..ACCOUNTS {
        opens.open("accounts", &account(number))?;
    }
    let mut random = fastrand::Rng::with_seed(seed);
    let (is_over, until) = (AtomicBool::new(false), Instant::now() + time);
    let load = thread::scope(|scope| {
        let of_faults = random.fork();
        let faults = (how == How::Faults).then(|| scope.spawn(|| faults::make(fleet, of_faults, &is_over)));
        let each = (0..clients).map(|number| {
            let (mut client, random) = (client.beside(number as usize), random.fork());
            scope.spawn(move || client.moves_money(number, random, until))
        });
        let each: Vec<_> = each.collect();
        let (mut books, mut took, mut failed) = (Vec::new(), Vec::new(), None);
        for one in each {
            match one.join() {
                Ok(Ok((own, own_took))) => {
                    books.extend(own);
                    took.extend(own_took);
                }
                Ok(Err(error)) => failed = Some(error),
                Err(_) => failed = Some("a client has panicked".into()),
            }
        }
        is_over.store(true, Ordering::Relaxed);
        let faults = match faults.map(thread::ScopedJoinHandle::join) {
            None => Faults::default(),
            Some(Ok(made)) => made?,
            Some(Err(_)) => return Err("who makes faults has panicked".into()),
        };
        match failed {
            None => Ok(Load { books, took, faults }),
            Some(error) => {
                faults.said.iter().for_each(|said| eprintln!("{said}"));
                Err(error)
            }
        }
    })?;
    let begun = Instant::now();
    let ends = books::ends(&client, &load.books).inspect_err(|_| {
        load.faults.said.iter().for_each(|said| eprintln!("{said}"));
        eprintln!("{}", books::left(database).unwrap_or_else(|error| error.to_string()));
    })?;
    Ok((load, ends, begun.elapsed()))
}

/// The figures, as a row of a table.
fn report(workers: u32, seconds: u64, how: How, clients: u32, load: Load, drained: Duration) -> Result<(), Failure> {
    let Load { mut took, faults, .. } = load;
    took.sort_unstable();
    let part =
        |of: usize| took.get((took.len() * of / 1_000).min(took.len().saturating_sub(1))).copied().unwrap_or_default();
    let (half, most, longest) = (part(500), part(990), part(1_000));
    let seconds_taken = Duration::from_secs(seconds).as_secs_f64().max(f64::MIN_POSITIVE);
    let calm = if how == How::Calm { " calm" } else { "" };
    println!("| | faults | transfers | a second | half of the calls | 99 in 100 | the longest |");
    println!("|---|---|---|---|---|---|---|");
    println!(
        "| `run {workers} {seconds}{calm}` | {} | {} | {:.0} | {half:.1?} | {most:.1?} | {longest:.1?} |",
        if how == How::Calm { "none".to_owned() } else { faults.to_string() },
        took.len(),
        took.len() as f64 / seconds_taken,
    );
    println!("{clients} clients; the last transfer was known to have ended {drained:.1?} after the last call");
    if longest > MOST {
        faults.said.iter().for_each(|said| eprintln!("{said}"));
        return Err(format!("a call took {longest:?}, which is longer than {MOST:?}").into());
    }
    Ok(())
}
