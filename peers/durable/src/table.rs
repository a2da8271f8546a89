//! What is printed.

use crate::player::Synchronous;
use crate::playing::Took;

/// A player's blocks, in microseconds a workflow.
pub struct Measured {
    title: &'static str,
    clock: Vec<f64>,
    processor: Vec<f64>,
    pub flushes: Option<f64>,
}

impl Measured {
    pub fn new(title: &'static str) -> Self {
        Self { title, clock: Vec::new(), processor: Vec::new(), flushes: None }
    }

    pub fn take(&mut self, took: Took, count: u64) {
        let each = 1000.0 * count as f64;
        self.clock.push(took.clock / each);
        self.processor.push(took.processor / each);
    }
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_unstable_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The ratios are to the first.
pub fn print(synchronous: Synchronous, all: &mut [Measured]) {
    let word = synchronous.word();
    println!(
        "\n| synchronous {word} | ratio | µs a workflow | CPU µs a workflow | steps a second | flushes a workflow |"
    );
    println!("|---|---|---|---|---|---|");
    let mut first = None;
    for Measured { title, clock, processor, flushes } in all {
        let (clock, processor) = (median(clock), median(processor));
        let ratio = clock / *first.get_or_insert(clock);
        let flushes = flushes.map_or_else(|| "no strace".to_owned(), |flushes| format!("{flushes:.2}"));
        println!("| {title} | {ratio:.1} | {clock:.0} | {processor:.0} | {:.0} | {flushes} |", 3e6 / clock);
    }
}
