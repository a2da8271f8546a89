//! Tests of the ledger: tampering, files, sinks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod anchored;
mod corpus;
mod files;
mod formats;
mod messages;
mod mutations;
mod opening;
mod places;
mod ring;
mod sinks;
mod tampering;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::json;

use super::files::name_of_full;
use super::lines::write_line;
use super::{FileOptions, FileSink, RecordLog, Sink};
use crate::audit::record::{AuditEvent, AuditRecord};
use crate::audit::{Action, Gate, Level, RecipeChange, RecipeIdentity, RuleMetadata, Violation};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A folder of one test, which is removed when the test has passed.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("theus-ledger-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("audit.jsonl")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            std::fs::remove_dir_all(&self.0).unwrap();
        }
    }
}

fn text(random: &mut fastrand::Rng) -> String {
    (0..random.usize(0..8)).map(|_| *random.choice(&['a', '"', '\\', 'ü', '\n', '0', ' ']).unwrap()).collect()
}

/// What a rule says, of its fields.
fn rule(metadata: serde_json::Value) -> RuleMetadata {
    serde_json::from_value(metadata).unwrap()
}

fn violation(random: &mut fastrand::Rng) -> AuditEvent {
    let metadata = rule(json!({
        "process": text(random),
        "gate": if random.bool() { Gate::Input } else { Gate::Output },
        "rule": text(random),
        "path": "domain.x",
        "condition": "max",
        "limit": random.i64(..).to_string(),
        "level": *random.choice(&[Level::S, Level::A, Level::B, Level::C]).unwrap(),
        "min_threshold": random.u32(1..3),
        "max_threshold": random.u32(3..9),
        "source": "audit.yaml:4:5",
        "invariant": random.bool(),
        "counting": random.bool().then(|| text(random)),
    }));
    AuditEvent::Violation(Violation {
        sequence: 0,
        metadata: metadata.into(),
        before: random.bool().then(|| text(random).into()),
        value: text(random).into(),
        key: random.bool().then(|| text(random).into()),
        count: random.u32(..),
        action: *random.choice(&[Action::Counted, Action::Warned, Action::Blocked, Action::Interlocked]).unwrap(),
        message: random.bool().then(|| text(random).into()),
    })
}

/// An event of any kind.
fn event(random: &mut fastrand::Rng) -> AuditEvent {
    let identity = |random: &mut fastrand::Rng| RecipeIdentity {
        recipe: text(random).into(),
        rules: random.u64(..),
        digest: super::Hash::of(&[random.u8(..)]),
    };
    match random.u8(0..9) {
        0 => AuditEvent::Interlock { violation: random.u64(..) },
        1 => AuditEvent::InterlockReset { operator: text(random).into(), reason: text(random).into() },
        2 => AuditEvent::RecipeLoaded(identity(random)),
        3 => AuditEvent::RecipeChanged(Box::new(RecipeChange {
            identity: identity(random),
            before: random.bool().then(|| text(random).into()),
            kept: random.u64(..),
            added: vec![text(random).into(); random.usize(0..3)],
            removed: Vec::new(),
            changed: vec![text(random).into(); random.usize(0..2)],
            omitted: 0,
        })),
        4 => AuditEvent::SinkFailure {
            sink: text(random).into(),
            message: text(random).into(),
            first_missing: random.u64(..),
        },
        _ => violation(random),
    }
}

/// A random ledger of so many records.
fn ledger(random: &mut fastrand::Rng, records: usize) -> RecordLog {
    let mut log = RecordLog::new("desk", records);
    for _ in 0..records {
        let (seconds, version) = (random.u64(0..4_000_000_000), random.u64(..));
        let event = event(random);
        log.append(at(seconds), version, event);
    }
    log
}

fn records(log: &RecordLog) -> Vec<AuditRecord> {
    log.records().cloned().collect()
}

fn lines(log: &RecordLog) -> Vec<Vec<u8>> {
    log.records()
        .map(|record| {
            let mut line = Vec::new();
            write_line(record, &mut line).unwrap();
            line
        })
        .collect()
}

fn write_all(path: &Path, options: FileOptions, records: &[AuditRecord]) {
    let mut sink = FileSink::open(path, options).unwrap();
    for record in records {
        sink.write(record).unwrap();
    }
}
