//! The bytes of a record that are hashed: one encoding for each record, whatever it is written in.

use super::format::FORMAT;
use super::hash::Hash;
use crate::audit::AlarmEvent;
use crate::audit::Gate;
use crate::audit::Level;
use crate::audit::RuleMetadata;
use crate::audit::Text;
use crate::audit::change::{RecipeChange, RecipeIdentity};
use crate::audit::record::{AuditEvent, AuditRecord};
use crate::timestamp;

/// Fields one after another, each of a known length or led by its length, so that no two lists of fields are the same bytes.
#[derive(Debug, Default)]
pub(in crate::audit) struct Encoder(Vec<u8>);

impl Encoder {
    /// Seven bits a byte, the last byte without the eighth: the one way to write each number.
    pub(in crate::audit) fn number(&mut self, mut number: u64) -> &mut Self {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8)
    }

    pub(in crate::audit) fn text(&mut self, text: &str) -> &mut Self {
        self.number(text.len() as u64).raw(text.as_bytes())
    }

    fn byte(&mut self, byte: u8) -> &mut Self {
        self.0.push(byte);
        self
    }

    fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn texts(&mut self, texts: &[Text]) -> &mut Self {
        self.number(texts.len() as u64);
        for text in texts {
            self.text(text);
        }
        self
    }

    fn identity(&mut self, identity: &RecipeIdentity) -> &mut Self {
        self.text(&identity.recipe).number(identity.rules).raw(identity.digest.as_bytes())
    }

    pub(in crate::audit) fn hash(&self) -> Hash {
        Hash::of(&self.0)
    }
}

/// What a record is hashed from, besides the event.
pub(super) struct Head<'a> {
    pub(super) previous: Hash,
    pub(super) sequence: u64,
    /// Its seconds and nanoseconds.
    pub(super) time: (u64, u32),
    pub(super) session: &'a str,
    pub(super) version: u64,
}

/// The hash of a record that is there.
pub(crate) fn hash_of(record: &AuditRecord) -> Hash {
    let AuditRecord { sequence, time, ref session, version, previous, .. } = *record;
    let head = Head { previous, sequence, time: timestamp::parts(time), session, version };
    let digest = record.violation().map(|violation| rule_digest(session, violation));
    hash(&head, &record.event, digest.as_ref(), &mut Encoder::default())
}

/// The hash of a record to be. A violation is hashed through the digest of its metadata, which is the same for all records of
/// a rule.
pub(super) fn hash(head: &Head<'_>, event: &AuditEvent, digest: Option<&Hash>, encoder: &mut Encoder) -> Hash {
    encoder.0.clear();
    let (seconds, nanos) = head.time;
    encoder.raw(&[FORMAT, tag(event)]).number(head.sequence);
    encoder.number(seconds).raw(&nanos.to_le_bytes()).number(head.version);
    match event {
        AuditEvent::Violation(violation) => {
            match digest {
                Some(digest) => encoder.raw(digest.as_bytes()),
                None => encoder.raw(rule_digest(head.session, violation).as_bytes()),
            };
            encoder.number(violation.count.into()).byte(violation.action as u8).text(&violation.value);
            match &violation.message {
                Some(message) => encoder.byte(1).text(message),
                None => encoder.byte(0),
            };
            // Nothing where it is not said, as before it could be.
            if let Some(before) = &violation.before {
                encoder.byte(1).text(before);
            }
            if let Some(key) = &violation.key {
                encoder.byte(2).text(key);
            }
        }
        event => {
            encoder.text(head.session);
            encode(event, encoder);
        }
    }
    head.previous.then(&encoder.0)
}

fn encode(event: &AuditEvent, to: &mut Encoder) {
    match event {
        AuditEvent::Violation(_) => {}
        AuditEvent::Interlock { violation } => {
            to.number(*violation);
        }
        AuditEvent::InterlockReset { operator, reason } => {
            to.text(operator).text(reason);
        }
        AuditEvent::RecipeLoaded(identity) => {
            to.identity(identity);
        }
        AuditEvent::RecipeChanged(change) => {
            let RecipeChange { identity, before, kept, added, removed, changed, omitted } = &**change;
            to.identity(identity);
            match before {
                Some(before) => to.byte(1).text(before),
                None => to.byte(0),
            };
            to.number(*kept).texts(added).texts(removed).texts(changed).number(*omitted);
        }
        AuditEvent::RecipeRefused { recipe, reason } => {
            to.text(recipe).text(reason);
        }
        AuditEvent::Alarm(event) => {
            let AlarmEvent { change, state, rule, process, gate, level, key, violation, until, operator, reason } =
                &**event;
            to.byte(change.tag()).text(state.as_str()).text(rule).text(process).byte(gate_tag(*gate));
            to.byte(level_tag(*level)).number(*violation);
            for said in [key, operator, reason] {
                match said {
                    Some(text) => to.byte(1).text(text),
                    None => to.byte(0),
                };
            }
            match until.map(timestamp::parts) {
                Some((seconds, nanos)) => to.byte(1).number(seconds).raw(&nanos.to_le_bytes()),
                None => to.byte(0),
            };
        }
        AuditEvent::Anchor { position, head } => {
            to.number(*position).raw(head.as_bytes());
        }
        AuditEvent::SinkFailure { sink, message, first_missing } => {
            to.text(sink).text(message).number(*first_missing);
        }
    }
}

const fn tag(event: &AuditEvent) -> u8 {
    match event {
        AuditEvent::Violation(_) => 1,
        AuditEvent::Interlock { .. } => 2,
        AuditEvent::InterlockReset { .. } => 3,
        AuditEvent::RecipeLoaded(_) => 4,
        AuditEvent::RecipeChanged(_) => 5,
        AuditEvent::SinkFailure { .. } => 6,
        AuditEvent::RecipeRefused { .. } => 7,
        AuditEvent::Alarm(_) => 8,
        AuditEvent::Anchor { .. } => 9,
    }
}

/// The digest of what is the same for every violation of a rule in a session.
pub(in crate::audit) fn rule_digest(session: &str, metadata: &RuleMetadata) -> Hash {
    let RuleMetadata { process, gate, rule, path, condition, limit, .. } = metadata;
    let RuleMetadata { level, min_threshold, max_threshold, source, invariant, counting, alarm, .. } = metadata;
    let RuleMetadata { id, owner, priority, response, .. } = metadata;
    let mut encoder = Encoder::default();
    encoder.text(session).text(process).byte(gate_tag(*gate)).text(rule).text(path).text(condition).text(limit);
    encoder.byte(level_tag(*level)).number((*min_threshold).into()).number((*max_threshold).into()).text(source);
    // Nothing where it is none, as before there were invariants.
    if *invariant {
        encoder.byte(1);
    }
    // As above, and told from it by its first byte.
    if let Some(counting) = counting {
        encoder.byte(2).text(counting);
    }
    if let Some(alarm) = alarm {
        encoder.byte(3).text(alarm);
    }
    for (first, said) in [(4, id), (5, owner), (6, priority), (7, response)] {
        if let Some(said) = said {
            encoder.byte(first).text(said);
        }
    }
    encoder.hash()
}

const fn gate_tag(gate: Gate) -> u8 {
    match gate {
        Gate::Input => 0,
        Gate::Output => 1,
    }
}

fn level_tag(level: Level) -> u8 {
    // The letter: it stays the same whatever levels there are.
    level.as_str().bytes().next().unwrap_or_default()
}
