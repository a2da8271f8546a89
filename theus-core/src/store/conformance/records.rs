//! Records of an audit: a chain, as a ledger has it.

use serde_json::{Value, json};

use crate::audit::{AuditEvent, AuditRecord, Hash, hash_of};

/// The first so many of the chain of this name: violations, each after the one before.
pub(super) fn records(ledger: &str, count: u64) -> Result<Vec<AuditRecord>, String> {
    let mut previous = Hash::START;
    let record = |sequence| {
        let record = record(ledger, sequence, previous)?;
        previous = record.hash;
        Ok(record)
    };
    (1..=count).map(record).collect()
}

fn record(ledger: &str, sequence: u64, previous: Hash) -> Result<AuditRecord, String> {
    let record: Value = json!({
        "format": 1, "sequence": sequence, "time": "2026-01-02T03:04:05.000000006Z", "session": "ä \"b\"", "version": sequence,
        "record": "violation", "process": "book", "gate": "input", "rule": "amount max 5000", "path": "amount",
        "condition": "max", "limit": "5000", "level": "S", "min_threshold": 1, "max_threshold": 1,
        "source": "audit.yaml:5:26", "value": "5001", "count": 1, "action": "interlocked", "message": ledger,
        "previous": previous, "hash": previous,
    });
    let mut record: AuditRecord = serde_json::from_value(record).map_err(|error| error.to_string())?;
    if let AuditEvent::Violation(violation) = &mut record.event {
        violation.sequence = sequence;
    }
    record.hash = hash_of(&record);
    Ok(record)
}
