//! What Theus itself takes of a call: all but the SDK and the server.

use std::hint::black_box;
use std::time::Instant;

use serde_json::json;
use theus_restate::Served;
use theus_restate::drive::parts::{self, Change, SteppedInParts, Warm};
use theus_restate::drive::{Around, Ask, Entry, Stepped, Turn};

use crate::program;

pub fn measure() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let large = program::ledgers("Ledgers").build().unwrap();
    for (name, served, process) in [("small", program::tallies(), "count"), ("100 KB", large, "note")] {
        let mut kept = None;
        let times = if process == "count" { 20_000 } else { 500 };
        for _ in 0..times / 10 {
            kept = Some(turn(&served, process, kept, runtime.handle()));
        }
        let begun = Instant::now();
        for _ in 0..times {
            kept = Some(turn(&served, process, kept, runtime.handle()));
        }
        let each = begun.elapsed() / times;
        println!("a turn of Theus alone, {name}: {each:?}; {} bytes are kept", kept.map_or(0, |kept| kept.len()));
    }
    let large = program::ledgers("LedgersInParts").in_parts(256 << 20).build().unwrap();
    let (warm, times) = (Warm::new(256 << 20), 1_000);
    let (mut kept, mut begun) = (None, Instant::now());
    for time in 0..times + 100 {
        if time == 100 {
            begun = Instant::now();
        }
        kept = Some(turn_in_parts(&large, &warm, kept, runtime.handle()));
    }
    println!("a turn of Theus alone, 100 KB in parts: {:?}", begun.elapsed() / times);
}

/// The same of a session in parts, which this process has seen last.
fn turn_in_parts(served: &Served, warm: &Warm, kept: Option<Vec<u8>>, runtime: &tokio::runtime::Handle) -> Vec<u8> {
    let hosted = served.hosted();
    let entry = kept.map(|kept| Entry::read("a", &kept).unwrap());
    let ask: Ask = Ask::Run(serde_json::from_value(json!({ "process": "note", "with": { "by": 1 } })).unwrap());
    let mut turn = Turn::new("a", "inv", entry, ask);
    let mut changed = Change::default();
    while let Some(input) = turn.next_step() {
        let stepped =
            parts::step(&*hosted, input, None, warm, Around { runtime, interlock: None, counters: None }).unwrap();
        let journaled = serde_json::to_vec(&stepped).unwrap();
        drop(black_box(journaled));
        let SteppedInParts::Stepped { stepped, change } = stepped else { panic!("it is known here") };
        changed.then(change);
        turn.has_stepped(&*hosted, *stepped);
    }
    let after = turn.over().unwrap();
    black_box(serde_json::to_vec(&after.told).unwrap());
    let entry = after.entry.unwrap();
    black_box(changed.written("a", &entry).unwrap());
    serde_json::to_vec(&entry).unwrap()
}

/// Read, driven, its result written and read as the journal does, and what is kept.
fn turn(served: &Served, process: &str, kept: Option<Vec<u8>>, runtime: &tokio::runtime::Handle) -> Vec<u8> {
    let hosted = served.hosted();
    let entry = kept.map(|kept| Entry::read("a", &kept).unwrap());
    let ask: Ask = Ask::Run(serde_json::from_value(json!({ "process": process, "with": { "by": 1 } })).unwrap());
    let mut turn = Turn::new("a", "inv", entry, ask);
    while let Some(input) = turn.next_step() {
        let stepped = hosted.step(input, Around { runtime, interlock: None, counters: None }).unwrap();
        let journaled = serde_json::to_vec(&stepped).unwrap();
        drop(black_box(journaled));
        turn.has_stepped(&*hosted, stepped);
    }
    let after = turn.over().unwrap();
    black_box(serde_json::to_vec(&after.told).unwrap());
    serde_json::to_vec(&after.entry.unwrap()).unwrap()
}

#[allow(dead_code, reason = "for its size")]
fn journaled(stepped: &Stepped) -> usize {
    serde_json::to_vec(stepped).unwrap().len()
}
