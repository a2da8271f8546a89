//! The slowest of a million runs: the smallest `fn`, held and optimistic, beside a mutex by hand, all in one program.
//!
//! `cargo bench -p theus-core --bench latency` prints one table in nanoseconds. Each run is timed by itself, so the clock is a
//! part of what is measured: its row says what two looks at it take with nothing between, and the middle of that is subtracted
//! from the other rows. The rows take turns of a few thousand runs, so that what else the machine does meets all of them alike.
#![allow(missing_docs, clippy::expect_used, clippy::print_stdout, reason = "a bench")]

#[path = "shared/pair.rs"]
mod pair;

use std::hint::black_box;
use std::time::Instant;

use parking_lot::Mutex;
use theus_core::prelude::*;

use pair::{ByHand, Pair, Step, engine};

/// How many runs of each; as a test, a few.
const RUNS: usize = 1_000_000;
const RUNS_AS_A_TEST: usize = 10_000;
/// How many runs of one kind are made before the next kind has its turn.
const TURN: usize = 5_000;

/// The columns: how many of ten thousand runs are no slower.
const COLUMNS: [(&str, usize); 5] =
    [("p50", 5_000), ("p99", 9_900), ("p99.9", 9_990), ("p99.99", 9_999), ("max", 10_000)];

/// One kind of run, and how long each took.
struct Row<'a> {
    name: &'static str,
    run: Box<dyn Fn() + 'a>,
    took: Vec<u64>,
}

impl<'a> Row<'a> {
    fn new(name: &'static str, runs: usize, run: impl Fn() + 'a) -> Self {
        Self { name, run: Box::new(run), took: Vec::with_capacity(runs + TURN) }
    }

    /// Times a turn, each run by itself.
    fn turn(&mut self) {
        let Self { run, took, .. } = self;
        for _ in 0..TURN {
            let begun = Instant::now();
            run();
            took.push(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
    }

    /// The slowest of so many of ten thousand; the times are in order.
    fn at(&self, of_ten_thousand: usize) -> u64 {
        let place = (self.took.len() * of_ten_thousand).div_ceil(10_000).max(1);
        self.took.get(place - 1).copied().expect("it has run")
    }
}

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let runs = if is_test { RUNS_AS_A_TEST } else { RUNS };
    let (mutex, held, optimistic) =
        (Mutex::new(ByHand::default()), engine(Locking::Pessimistic, ""), engine(Locking::Optimistic, ""));
    let by_hand = || black_box(ByHand::step(black_box(&mutex), black_box(7))).expect("it cannot fail");
    let run = |engine: &Engine<_>| black_box(black_box(engine).run(Step { by: black_box(7) })).expect("it commits");
    let mut rows = [
        Row::new("the clock alone", runs, || ()),
        Row::new("a mutex by hand", runs, by_hand),
        Row::new("held", runs, || run(&held)),
        Row::new("optimistic", runs, || run(&optimistic)),
    ];
    for row in &mut rows {
        // Not counted: the memory of the times is touched for the first time, and so is everything that the runs use.
        row.took.resize(runs, u64::MAX);
        row.took.clear();
        row.turn();
        row.took.clear();
    }
    for _ in 0..runs / TURN {
        rows.iter_mut().for_each(Row::turn);
    }
    rows.iter_mut().for_each(|row| row.took.sort_unstable());
    print(&rows);
    let sum = |engine: &Engine<Pair>| *engine.snapshot().expect("nobody is inside it").b;
    assert_eq!((sum(&held), sum(&optimistic)), (7, 7), "they have committed");
}

fn print(rows: &[Row<'_>]) {
    print!("| ns, the slowest of {:>9} runs ", rows[0].took.len());
    COLUMNS.iter().for_each(|(name, _)| print!("| {name:>7} "));
    println!("|");
    println!("|---|---|---|---|---|---|");
    let clock = rows[0].at(5_000);
    for (place, row) in rows.iter().enumerate() {
        print!("| {:<32}", row.name);
        for (_, of_ten_thousand) in COLUMNS {
            let took = row.at(of_ten_thousand).saturating_sub(if place == 0 { 0 } else { clock });
            print!("| {took:>7} ");
        }
        println!("|");
    }
}
