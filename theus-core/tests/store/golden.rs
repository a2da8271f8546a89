//! Journals that earlier versions of this library have written: every later one reads and replays them.
//!
//! `THEUS_GOLDEN=write` writes the one of this version anew: only where it is not yet in a release.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use theus_core::engine::Journal;
use theus_core::prelude::*;
use theus_core::store::{MemoryStore, SessionState};

use super::bank::*;

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "store", "golden"].iter().collect()
}

fn files(ending: &str) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|file| file.to_str().unwrap().ends_with(ending)).collect();
    files.sort();
    files
}

/// A session with something of everything that a journal has.
fn session() -> Desk {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let desk = builder(Locking::ByKind).clock(move || time).store(MemoryStore::new()).build().unwrap();
    for amount in 1..=5 {
        desk.run(booking("ä \"quoted\"", amount * 300)).unwrap();
        block_on(desk.run_async(Observe { name: format!("number {amount}") })).unwrap();
    }
    desk.run(Charge {}).unwrap();
    desk.run(booking("b", -1)).unwrap_err();
    desk.run(booking("b", 6_000)).unwrap();
    desk
}

/// These processes may be written otherwise one day: that is no other format.
fn without_code(lines: &str) -> String {
    let mut parts = lines.split(r#","code":{"#);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('}').unwrap().1)
}

#[test]
fn what_this_version_writes_is_what_it_wrote() {
    let desk = session();
    let mut lines = Vec::new();
    desk.journal("main").unwrap().write_lines(&mut lines).unwrap();
    let state = serde_json::to_string_pretty(&desk.dehydrate().unwrap()).unwrap();
    let (journal, session) = (folder().join("format-2.journal.jsonl"), folder().join("format-2.session.json"));
    if std::env::var("THEUS_GOLDEN").is_ok_and(|said| said == "write") {
        std::fs::write(&journal, &lines).unwrap();
        std::fs::write(&session, &state).unwrap();
    }
    let (now, then) = (String::from_utf8(lines).unwrap(), std::fs::read_to_string(journal).unwrap());
    assert_eq!(without_code(&now), without_code(&then));
    assert_eq!((now.matches(r#""code":{"#).count(), then.matches(r#""code":{"#).count()), (12, 12));
    assert_eq!(state, std::fs::read_to_string(session).unwrap());
}

#[test]
fn journals_of_every_version_verify_and_replay() {
    let desk = desk(&MemoryStore::new());
    let journals = files(".journal.jsonl");
    assert!(!journals.is_empty());
    for file in journals {
        let journal = Journal::read_lines(std::io::BufReader::new(std::fs::File::open(&file).unwrap())).unwrap();
        let steps = journal.verify().unwrap();
        let replay = desk.replay_of(&journal).unwrap();
        assert_eq!(replay.divergence, None, "{}", file.display());
        let taken: u64 = replay.taken_over.iter().map(|taken| taken.steps).sum();
        assert_eq!((replay.steps, replay.made + taken, taken), (steps, steps, 1), "{}", file.display());
    }
}

#[test]
fn sessions_of_every_version_go_on() {
    let desk = desk(&MemoryStore::new());
    let sessions = files(".session.json");
    assert!(!sessions.is_empty());
    for file in sessions {
        let state: SessionState = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let (version, events) = (state.version, state.events.len());
        let again = desk.open_state("again", Bank::default(), state).unwrap();
        assert_eq!((again.snapshot().unwrap().version(), again.bus().len()), (version, events), "{}", file.display());
        assert_eq!(again.run(booking("b", 1)).unwrap(), 10_501);
    }
}
