//! The whole system: many sessions of a till, and everything that can happen to them, in virtual time from a seed.
//!
//! | module | what it is |
//! |---|---|
//! | [`till`] | the domain, the processes, the world outside, the workflow |
//! | [`checker`] | the invariants, looked at while it runs and at the end |
//! | [`world`] | what happens: a seed decides all of it, and the same seed twice does the same, byte by byte |
//! | [`threads`] | the same invariants with workers and producers that are threads |
//!
//! The long run: `THEUS_CASES=2000 cargo test --release -p theus-core --test main simulation`.

mod checker;
mod threads;
mod till;
mod world;

use world::World;

/// How many seeds, without more said.
const SEEDS: u64 = 30;

fn seeds() -> u64 {
    std::env::var("THEUS_CASES").ok().map_or(SEEDS, |text| text.parse().expect("THEUS_CASES is a number"))
}

#[test]
fn whatever_happens_the_invariants_hold() {
    let mut all = checker::Tally::default();
    for seed in 0..seeds() {
        let outcome = World::run(seed);
        assert!(outcome.wrong.is_empty(), "seed {seed}: {}", outcome.wrong.join("\n"));
        all.add(&outcome.tally);
    }
    assert!(all.is_rich(), "what happened is too little to show anything: {all:?}");
    println!("{all:?}");
}

#[test]
fn the_same_seed_does_the_same_byte_by_byte() {
    let mut traces = Vec::new();
    for seed in [3, 1_000_003] {
        let (first, second) = (World::run(seed), World::run(seed));
        assert!(first.trace.len() > 100_000, "{} bytes", first.trace.len());
        let line = first.trace.lines().zip(second.trace.lines()).position(|(one, other)| one != other);
        assert_eq!(line, None, "seed {seed}: they differ first in that line");
        assert_eq!(first.trace.len(), second.trace.len(), "seed {seed}");
        traces.push(first.trace);
    }
    assert_ne!(traces[0], traces[1], "another seed does something else");
}
