//! The ledger of one session that is carried as a value: its records in a chain by themselves, whatever machine has made them.

use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::encode;
use super::sink::Tail;
use crate::audit::record::{AuditEvent, AuditRecord};

impl AuditRecord {
    /// Behind this one, in another chain than it was made in. What it says of the number of an earlier one goes by `numbers`, to which
    /// its own is added.
    pub(super) fn put_behind(&mut self, tail: Tail, numbers: &mut BTreeMap<u64, u64>) -> Tail {
        numbers.insert(self.sequence, tail.sequence + 1);
        (self.previous, self.sequence) = (tail.hash, tail.sequence + 1);
        self.event.number(self.sequence);
        let violation = match &mut self.event {
            AuditEvent::Interlock { violation } => Some(violation),
            AuditEvent::Alarm(event) => Some(&mut event.violation),
            _ => None,
        };
        if let Some(violation) = violation {
            *violation = numbers.get(violation).copied().unwrap_or(*violation);
        }
        self.hash = encode::hash_of(self);
        Tail { sequence: self.sequence, hash: self.hash }
    }
}

/// The records of one session since it was opened, behind those of before.
#[derive(Debug)]
pub(in crate::audit) struct OwnLedger(Mutex<Own>);

#[derive(Debug)]
struct Own {
    tail: Tail,
    /// Which number each has that the engine's ledger has under another.
    numbers: BTreeMap<u64, u64>,
    records: Vec<AuditRecord>,
}

impl OwnLedger {
    pub(in crate::audit) const fn behind(tail: Tail) -> Self {
        Self(Mutex::new(Own { tail, numbers: BTreeMap::new(), records: Vec::new() }))
    }

    /// What the engine's ledger has got.
    pub(in crate::audit) fn copies(&self, records: &[AuditRecord]) {
        let mut own = self.0.lock();
        for record in records {
            let Own { tail, numbers, records } = &mut *own;
            let mut record = record.clone();
            *tail = record.put_behind(*tail, numbers);
            records.push(record);
        }
    }

    pub(in crate::audit) fn tail(&self) -> Tail {
        self.0.lock().tail
    }

    pub(in crate::audit) fn take(&self) -> Vec<AuditRecord> {
        std::mem::take(&mut self.0.lock().records)
    }
}
