//! The seeds of the fuzz target for ledgers: two whole ledgers, which it holds every other against, and what is none.

use super::super::lines::parse;
use super::super::{Fault, Hash, LedgerError, LedgerFiles, Tail, Verified};
use super::*;

fn seed(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus/ledger");
    std::fs::read(folder.join(name)).unwrap()
}

/// A record of every kind, the same in every run.
fn every_kind() -> RecordLog {
    let identity = |rules| RecipeIdentity { recipe: "1".repeat(64).into(), rules, digest: Hash::of(b"rules") };
    let metadata = rule(json!({
        "process": "withdraw", "gate": "output", "rule": "domain.balance min 0", "path": "domain.balance",
        "condition": "min", "limit": "0", "level": "S", "min_threshold": 1, "max_threshold": 2,
        "source": "audit.yaml:4:9",
    }));
    let violation = |count, action, message: Option<&str>| {
        let (metadata, before, message) = (metadata.clone().into(), Some("7".into()), message.map(Into::into));
        let (sequence, value, key) = (0, "-1".into(), None);
        AuditEvent::Violation(Violation { sequence, metadata, before, value, key, count, action, message })
    };
    let change = RecipeChange {
        identity: identity(3),
        before: Some("0".repeat(64).into()),
        kept: 2,
        added: vec!["withdraw: amount max 9".into()],
        removed: Vec::new(),
        changed: vec!["a \"quoted\"\nline\u{1F600}".into()],
        omitted: 0,
    };
    let (sink, message) = ("backup".into(), "the disk is full".into());
    let events = [
        AuditEvent::RecipeLoaded(identity(2)),
        violation(1, Action::Warned, None),
        violation(2, Action::Interlocked, Some("overdrawn")),
        AuditEvent::Interlock { violation: 3 },
        AuditEvent::InterlockReset { operator: "Ann".into(), reason: "seen to".into() },
        AuditEvent::RecipeChanged(Box::new(change)),
        AuditEvent::SinkFailure { sink, message, first_missing: 4 },
    ];
    let mut log = RecordLog::new("desk", events.len());
    for (event, second) in events.into_iter().zip(1_800_000_000..) {
        log.append(at(second) + Duration::from_nanos(1), second, event);
    }
    log
}

/// Another ledger, whose records have the same numbers.
fn another() -> RecordLog {
    let mut log = RecordLog::new("desk", 4);
    (1..=4).for_each(|violation| drop(log.append(at(0), 0, AuditEvent::Interlock { violation }).clone()));
    log
}

/// Verifies the files of a seed: 0x1E stands between two, and the last is the one that is written to.
fn verify(bytes: &[u8], known: Option<Tail>) -> Result<Verified, LedgerError> {
    verify_from(1, bytes, known)
}

fn verify_from(first: u64, bytes: &[u8], known: Option<Tail>) -> Result<Verified, LedgerError> {
    let folder = Folder::new();
    let mut files: Vec<&[u8]> = bytes.split(|byte| *byte == 0x1e).collect();
    std::fs::write(folder.file(), files.pop().unwrap()).unwrap();
    for file in files {
        let first = parse(file.split(|byte| *byte == b'\n').next().unwrap(), 0).unwrap().sequence;
        std::fs::write(name_of_full(&folder.file(), first), file).unwrap();
    }
    let files = LedgerFiles::at(folder.file());
    let files = if first > 1 { files.beginning_at(first) } else { files };
    known.map_or_else(|| files.verify(), |tail| files.verify_to(tail))
}

#[test]
fn a_ledger_is_written_as_it_was_when_its_seed_was() {
    for (name, log) in [("whole.jsonl", every_kind()), ("another.jsonl", another())] {
        let written = lines(&log).concat();
        assert_eq!(String::from_utf8(seed(name)).unwrap(), String::from_utf8(written).unwrap(), "{name}");
        assert_eq!(verify(&seed(name), Some(log.tail())).unwrap().records, log.len() as u64);
    }
}

#[test]
fn the_other_seeds_are_refused_each_for_its_own_fault() {
    let fault = |name| match verify(&seed(name), None) {
        Err(LedgerError::Tampered(tampered)) => tampered.fault,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(fault("altered.jsonl"), Fault::Altered { sequence: 3 });
    assert_eq!(fault("missing.jsonl"), Fault::Missing { first: 2, last: 2 });
    assert_eq!(fault("mixed.jsonl"), Fault::Replaced { sequence: 4 });
    assert_eq!(fault("swapped.jsonl"), Fault::Reordered { sequence: 5, expected: 4 });
    assert_eq!(fault("torn.jsonl"), Fault::Torn { expected: 7 });
    assert_eq!(fault("gap.seed"), Fault::Missing { first: 3, last: 3 });
    assert!(matches!(fault("foreign.jsonl"), Fault::Unreadable { expected: 1, .. }));
    let other = verify(&seed("format.jsonl"), None).unwrap_err();
    assert!(matches!(other, LedgerError::UnknownFormat { found: 2, ref place } if place.line == 3), "{other}");
}

#[test]
fn seeds_of_several_files_are_one_ledger() {
    let tail = every_kind().tail();
    for (name, first) in [("rotated.seed", 1), ("just_rotated.seed", 1), ("given_up.seed", 4)] {
        // Where the oldest were given up and nothing beside the files says so, one says where it begins.
        let verified = verify_from(first, &seed(name), Some(tail)).unwrap();
        assert_eq!((verified.first, verified.records), (first, 8 - first), "{name}");
    }
}
