//! The records in memory: the chain, and the ring that keeps the last of them.

#[cfg(feature = "store")]
use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::time::SystemTime;

use super::encode::{self, Encoder, Head};
#[cfg(feature = "store")]
use super::error::LedgerError;
use super::format::Format;
use super::hash::Hash;
use super::sink::Tail;
use crate::audit::RuleMetadata;
use crate::audit::Text;
use crate::audit::record::{AuditEvent, AuditRecord};
use crate::timestamp;

/// A ring of records, each chained to the one before it.
///
/// The engine has one; it is public so that its cost can be measured.
///
/// ```
/// use std::time::SystemTime;
/// use theus_core::audit::{AuditEvent, RecordLog, Excerpt};
///
/// let mut log = RecordLog::new("desk", 2);
/// for violation in 1..=3 {
///     log.append(SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation });
/// }
/// assert_eq!((log.len(), log.dropped()), (2, 1));
/// assert!(Excerpt::of(&log).verify().is_ok());
/// ```
#[derive(Debug)]
pub struct RecordLog {
    session: Text,
    tail: Tail,
    ring: VecDeque<AuditRecord>,
    /// About how many bytes the ring holds.
    bytes: usize,
    capacity: usize,
    dropped: u64,
    encoder: Encoder,
    /// The records that a store has not got yet, where there is one.
    #[cfg(feature = "store")]
    unsaved: Option<VecDeque<AuditRecord>>,
}

/// So many bytes of records are kept, whatever their number: the oldest make room.
const MOST_BYTES: usize = 64 * 1024 * 1024;

impl RecordLog {
    /// An empty log for a session, that keeps at most `capacity` records, and at least one; fewer where they are large: about
    /// 64 MB.
    #[must_use]
    pub fn new(session: impl Into<Text>, capacity: usize) -> Self {
        let (tail, ring, encoder) = (Tail::START, VecDeque::new(), Encoder::default());
        Self {
            session: session.into(),
            tail,
            ring,
            bytes: 0,
            capacity: capacity.max(1),
            dropped: 0,
            encoder,
            #[cfg(feature = "store")]
            unsaved: None,
        }
    }

    /// One that goes on behind a record which is kept elsewhere.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use theus_core::audit::{AuditEvent, RecordLog, Tail};
    ///
    /// let mut log = RecordLog::behind("desk", Tail::START);
    /// let first = log.append(SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation: 1 }).clone();
    /// let mut later = RecordLog::behind("desk", log.tail());
    /// let second = later.append(SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation: 2 });
    /// assert_eq!((second.sequence, second.previous), (2, first.hash));
    /// ```
    #[must_use]
    pub fn behind(session: impl Into<Text>, tail: Tail) -> Self {
        let mut log = Self::new(session, 1);
        log.continue_from(tail);
        log
    }

    /// Goes on where an earlier ledger ended.
    pub(in crate::audit) const fn continue_from(&mut self, tail: Tail) {
        self.tail = tail;
    }

    pub(in crate::audit) fn set_session(&mut self, session: Text) {
        self.session = session;
    }

    pub(in crate::audit) const fn set_capacity(&mut self, capacity: usize) {
        self.capacity = if capacity == 0 { 1 } else { capacity };
    }

    /// Adds a record in the name of the log's own session; the oldest makes room.
    pub fn append(&mut self, time: SystemTime, version: u64, event: AuditEvent) -> &AuditRecord {
        let session = self.session.clone();
        self.append_as(session, time, version, event, None)
    }

    /// As [`append`](Self::append), for another session than the log's own.
    pub(in crate::audit) fn append_in(
        &mut self,
        session: &Text,
        time: SystemTime,
        version: u64,
        event: AuditEvent,
    ) -> &AuditRecord {
        self.append_as(session.clone(), time, version, event, None)
    }

    /// The part of a violation's hash that is the same for all violations of its rule: a digest of what the rule brings.
    #[must_use]
    pub fn digest(session: &str, metadata: &RuleMetadata) -> Hash {
        encode::rule_digest(session, metadata)
    }

    /// As [`append`](Self::append), for a violation whose rule's digest is known already.
    #[doc(hidden)]
    pub fn append_digested(
        &mut self,
        session: &Text,
        time: SystemTime,
        version: u64,
        event: AuditEvent,
        rule: &Hash,
    ) -> &AuditRecord {
        self.append_as(session.clone(), time, version, event, Some(rule))
    }

    fn append_as(
        &mut self,
        session: Text,
        time: SystemTime,
        version: u64,
        mut event: AuditEvent,
        rule: Option<&Hash>,
    ) -> &AuditRecord {
        while self.ring.len() >= self.capacity || (self.bytes > MOST_BYTES && !self.ring.is_empty()) {
            if let Some(oldest) = self.ring.pop_front() {
                self.bytes -= oldest.size();
                self.dropped += 1;
            }
        }
        let (previous, sequence, time) = (self.tail.hash, self.tail.sequence + 1, timestamp::parts(time));
        let head = Head { previous, sequence, time, session: &session, version };
        let hash = encode::hash(&head, &event, rule, &mut self.encoder);
        self.tail = Tail { sequence, hash };
        event.number(sequence);
        let time = timestamp::of(time);
        self.ring.push_back(AuditRecord { format: Format, sequence, time, session, version, event, previous, hash });
        self.bytes += self.ring.back().map_or(0, AuditRecord::size);
        #[cfg(feature = "store")]
        if let (Some(unsaved), Some(record)) = (&mut self.unsaved, self.ring.back()) {
            unsaved.push_back(record.clone());
        }
        // Just pushed.
        &self.ring[self.ring.len() - 1]
    }

    /// Where the ledger goes on, beside a store: the sinks end where it does, or there are none.
    ///
    /// # Errors
    /// Where they end elsewhere: nobody knows which of them is right.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn in_store(&self, sinks: Tail) -> Result<Tail, LedgerError> {
        match self.unsaved {
            Some(_) if sinks != Tail::START && sinks != self.tail => {
                Err(LedgerError::BesideStore { sinks: sinks.sequence, store: self.tail.sequence })
            }
            Some(_) => Ok(self.tail),
            None => Ok(sinks),
        }
    }

    /// From now on records are kept until a store has them.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn keep_for_store(&mut self) {
        self.unsaved.get_or_insert_default();
    }

    /// What the store has not got follows this record from now on, which another program has written: under other numbers, of which
    /// it tells what each was before. What was kept before it is kept no longer: the numbers between are not here.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn follow(&mut self, tail: Tail) -> BTreeMap<u64, u64> {
        let mut numbers = BTreeMap::new();
        self.tail = tail;
        for record in self.unsaved.iter_mut().flatten() {
            self.tail = record.put_behind(self.tail, &mut numbers);
        }
        let unsaved = self.unsaved.as_ref();
        self.dropped += self.ring.len().saturating_sub(unsaved.map_or(0, VecDeque::len)) as u64;
        let most = unsaved.map_or(0, VecDeque::len).saturating_sub(self.capacity);
        self.ring = unsaved.map(|unsaved| unsaved.iter().skip(most).cloned().collect()).unwrap_or_default();
        self.bytes = self.ring.iter().map(AuditRecord::size).sum();
        numbers
    }

    /// The records that a store has not got yet.
    #[cfg(feature = "store")]
    pub(in crate::audit) const fn unsaved(&mut self) -> Option<&mut VecDeque<AuditRecord>> {
        self.unsaved.as_mut()
    }

    /// The last record's number and hash.
    #[must_use]
    pub const fn tail(&self) -> Tail {
        self.tail
    }

    /// The session in whose name everything is recorded that belongs to no other.
    #[must_use]
    pub const fn session(&self) -> &Text {
        &self.session
    }

    /// The records that are kept, oldest first.
    pub fn records(&self) -> impl ExactSizeIterator<Item = &AuditRecord> {
        self.ring.iter()
    }

    /// The kept records from this number on.
    pub(in crate::audit) fn from(&self, sequence: u64) -> impl Iterator<Item = &AuditRecord> {
        let first = self.ring.front().map_or(0, |record| record.sequence);
        self.ring.iter().skip(usize::try_from(sequence.saturating_sub(first)).unwrap_or(usize::MAX))
    }

    /// How many records are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Whether nothing was recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// How many records had to make room for later ones.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}
