//! Sessions that count, small ones and large ones, under a recipe.

use theus_core::context::Table;
use theus_core::prelude::*;
use theus_restate::{Counting, Object, Served};

/// What a large one has: so many notes of so many letters.
const NOTES: u64 = 400;
const LETTERS: usize = 240;

#[derive(Clone, Default, Context)]
pub struct Tally {
    count: u64,
    owner: String,
    last: Option<u64>,
}

#[process(updates = [domain.count], outputs = [domain.last])]
pub fn count(ctx: Ctx<Tally>, by: u64) -> u64 {
    *ctx.domain.count += by;
    ctx.domain.last.set(Some(by));
    *ctx.domain.count
}

#[derive(Clone, Default, Context)]
pub struct Ledger {
    count: u64,
    notes: Table<u64, String>,
}

#[process(updates = [domain.count, domain.notes])]
pub fn note(ctx: Ctx<Ledger>, by: u64) -> u64 {
    *ctx.domain.count += by;
    let number = *ctx.domain.count % NOTES;
    ctx.domain.notes.insert(number, text(*ctx.domain.count));
    *ctx.domain.count
}

fn text(number: u64) -> String {
    format!("{number:0>LETTERS$}")
}

const RECIPE: &str = "
process_recipes:
  count:
    inputs: [ { field: by, min: 1, max: 1000, level: B } ]
    outputs: [ { field: domain.count, max: 1000000000, level: A } ]
";

/// The first rule counts over machines.
const TOGETHER: &str = "
process_recipes:
  count:
    inputs: [ { field: by, min: 1, max: 1000, level: C, max_threshold: 1000000000, across: engine } ]
    outputs: [ { field: domain.count, max: 1000000000, level: A } ]
";

pub fn tallies() -> Served {
    tallies_under("Tallies", RECIPE).build().unwrap()
}

/// Those that count a rule together.
pub fn tallies_together(name: &str, counting: Counting) -> Served {
    tallies_under(name, TOGETHER).counting(counting).build().unwrap()
}

fn tallies_under(name: &str, recipe: &str) -> Object<Tally> {
    let engine = Engine::builder(Tally::default()).process::<Count>().recipe("tally.yaml", recipe).unwrap();
    Object::new(name, engine.carried().build().unwrap())
        .first(|name| Tally { owner: name.to_owned(), ..Tally::default() })
}

/// Large sessions, of 100 KB.
pub fn ledgers(name: &str) -> Object<Ledger> {
    let engine = Engine::builder(Ledger::default()).process::<Note>().carried().build().unwrap();
    Object::new(name, engine).first(|_| {
        let notes = (0..NOTES).map(|number| (number, text(number))).collect();
        Ledger { count: 0, notes }
    })
}
