//! Where fields of sessions in parts are: those that become short and long again, in calls of one step and of several.

use std::collections::BTreeMap;

use serde_json::json;
use theus_core::Engine;
use theus_core::context::Table;
use theus_core::engine::RunId;
use theus_core::prelude::*;
use theus_restate::drive::parts::{self, Change, PartName, SteppedInParts, Warm};
use theus_restate::drive::{Around, Ask, Entry, Host, RunAsk, StepInput};
use tokio::runtime::Runtime;

#[derive(Clone, Default, Context)]
struct Album {
    title: String,
    notes: Table<u64, String>,
}

#[process(outputs = [domain.title])]
fn name(ctx: Ctx<Album>, letters: usize) {
    ctx.domain.title.set("a".repeat(letters));
}

#[process(updates = [domain.notes])]
fn write(ctx: Ctx<Album>, note: u64, letters: usize) {
    ctx.domain.notes.insert(note, "b".repeat(letters));
}

#[process(updates = [domain.notes])]
fn keep(ctx: Ctx<Album>, notes: u64) {
    let gone: Vec<u64> = ctx.domain.notes.iter().map(|(note, _)| *note).filter(|note| *note >= notes).collect();
    for note in gone {
        ctx.domain.notes.remove(&note);
    }
}

/// One session, as a server has it, and as it is to be.
struct Shelf {
    host: Host<Album>,
    engine: Engine<Album>,
    runtime: Runtime,
    warm: Warm,
    entry: Option<Entry>,
    places: BTreeMap<String, Vec<u8>>,
    title: String,
    notes: BTreeMap<u64, String>,
}

impl Shelf {
    fn new() -> Self {
        let engine = Engine::builder(Album::default()).process::<Name>().process::<Write>().process::<Keep>();
        let engine = engine.carried().build().unwrap();
        Self {
            host: Host::new(engine.clone()).in_parts(),
            engine,
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            warm: Warm::new(1 << 20),
            entry: None,
            places: BTreeMap::new(),
            title: String::new(),
            notes: BTreeMap::new(),
        }
    }

    /// Something that changes it, by chance: often much of it goes at once.
    fn by_chance(&mut self, random: &mut fastrand::Rng) -> Ask {
        let letters = if random.u32(0..3) == 0 { 400 } else { random.usize(0..120) };
        let (process, with) = match random.u32(0..10) {
            0..=1 => {
                self.title = "a".repeat(letters);
                ("name", json!({ "letters": letters }))
            }
            2 => {
                let notes = if random.bool() { 0 } else { random.u64(0..60) };
                self.notes.retain(|note, _| *note < notes);
                ("keep", json!({ "notes": notes }))
            }
            _ => {
                let note = random.u64(0..80);
                self.notes.insert(note, "b".repeat(letters));
                ("write", json!({ "note": note, "letters": letters }))
            }
        };
        Ask::Run(RunAsk { process: process.to_owned(), with })
    }

    /// One call of these steps.
    fn call(&mut self, asks: Vec<Ask>) {
        let began = self.entry.as_ref().map_or(0, |entry| entry.turn);
        let began_with = self.entry.as_ref().and_then(|entry| entry.parts.clone()).unwrap_or_default();
        let (mut entry, mut change) = (self.entry.clone(), Change::default());
        for ask in asks {
            let around = Around { runtime: self.runtime.handle(), interlock: None, counters: None };
            let (session, invocation) = ("a".to_owned(), "inv".to_owned());
            let input = StepInput { session, entry, invocation, began, ask, counted: Vec::new() };
            let mut read = None;
            let stepped = loop {
                match parts::step(&self.host, input.clone(), read.take(), &self.warm, around).unwrap() {
                    SteppedInParts::Stepped { stepped, change: of_step } => {
                        change.then(of_step);
                        break *stepped;
                    }
                    SteppedInParts::Unread => {
                        let get = |name: &PartName| self.places.get(&name.key()).cloned();
                        read = Some(parts::now(&parts::fields("a", &began_with, get).unwrap(), &change));
                    }
                }
            };
            assert_eq!(stepped.refused, None);
            entry = Some(stepped.entry);
        }
        let entry = entry.unwrap();
        for (name, bytes) in change.written("a", &entry).unwrap() {
            match bytes {
                Some(bytes) => drop(self.places.insert(name.key(), bytes)),
                None => drop(self.places.remove(&name.key())),
            }
        }
        self.entry = Some(entry);
    }

    /// What is kept is what it is to be, and nothing else is.
    fn holds(&self, what: &str) {
        let mut entry = self.entry.clone().unwrap();
        let kept = entry.parts.clone().unwrap();
        let apart = parts::fields("a", &kept, |name| self.places.get(&name.key()).cloned()).unwrap();
        entry.state.fields = parts::together("a", &entry, apart).unwrap();
        let run = RunId { life: 0, turn: 0 };
        let session = self.engine.carry("a", Album::default(), Some(entry.state), run).unwrap();
        let found = session.snapshot().unwrap();
        assert_eq!(*found.title, self.title, "{what}");
        let notes: BTreeMap<u64, String> = found.notes.iter().map(|(note, text)| (*note, text.clone())).collect();
        assert_eq!(notes, self.notes, "{what}");
        let mut may_be = Vec::new();
        for kept in &kept {
            let Some(apart) = &kept.apart else { continue };
            may_be.extend((0..=apart.most).map(|call| PartName { path: kept.path.clone(), call }.key()));
        }
        let left: Vec<&String> = self.places.keys().filter(|key| !may_be.contains(key)).collect();
        assert!(left.is_empty(), "{what}: nobody knows of {left:?}");
    }
}

#[test]
fn a_field_that_becomes_short_and_long_again_leaves_nothing_behind() {
    let seed = std::env::var("THEUS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("THEUS_SEED={seed}");
    let (mut random, mut shelf) = (fastrand::Rng::with_seed(seed), Shelf::new());
    let (mut short, mut long) = ([0; 2], [0; 2]);
    for call in 0..1_500 {
        let asks = (0..random.u32(1..=4)).map(|_| shelf.by_chance(&mut random)).collect();
        shelf.call(asks);
        if random.u32(0..4) == 0 {
            shelf.warm = Warm::new(1 << 20);
        }
        shelf.holds(&format!("seed {seed}, call {call}"));
        for (place, kept) in shelf.entry.iter().flat_map(|entry| entry.parts.iter().flatten()).enumerate() {
            let seen = if kept.apart.is_some() { &mut long } else { &mut short };
            seen[place] += 1;
        }
    }
    assert!(short.iter().chain(&long).all(|times| *times > 20), "short {short:?}, long {long:?}");
}

#[test]
fn a_value_is_written_anew_before_who_reads_it_has_too_much_to_read() {
    let mut shelf = Shelf::new();
    let write = |note: u64, letters: usize| {
        let with = json!({ "note": note, "letters": letters });
        Ask::Run(RunAsk { process: "write".to_owned(), with })
    };
    shelf.call((0..80).map(|note| write(note, 100)).collect());
    let mut most = 0;
    for call in 0..200 {
        // Next to nothing each time: it is not their length.
        shelf.call(vec![write(call % 40, 0)]);
        let notes = shelf.entry.iter().flat_map(|entry| entry.parts.iter().flatten()).find(|kept| kept.path == "notes");
        most = most.max(notes.unwrap().apart.as_ref().unwrap().since.map_or(0, |since| since.calls));
    }
    assert_eq!(most, 64);
    assert_eq!(shelf.places.len(), 65);
}
