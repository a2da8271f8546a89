//! Whether the anchors of a shard are what it has written: all of them, one after the other.

use theus_core::audit::{AuditEvent, AuditRecord, Chain, Fault, Tail};

use super::told::{AnchorsAsk, Flaw, Whose};

/// The anchors of a shard, one after the other, for whoever asks about one of its sessions.
#[derive(Clone, Debug)]
pub struct AnchorWalk {
    session: String,
    /// What was known of the shard before.
    known: Tail,
    chain: Chain,
    /// How far the session has come by them.
    position: u64,
}

impl AnchorWalk {
    /// From the first on. `known` is what was the last at an earlier time, or [`Tail::START`].
    #[must_use]
    pub fn new(session: impl Into<String>, known: Tail) -> Self {
        Self { session: session.into(), known, chain: Chain::default(), position: 0 }
    }

    /// What the next page is asked by.
    #[must_use]
    pub fn next_ask(&self) -> AnchorsAsk {
        AnchorsAsk { after: self.tail().sequence }
    }

    /// The last that was followed.
    #[must_use]
    pub fn tail(&self) -> Tail {
        self.chain.tail()
    }

    /// The next line; an empty one where there is none.
    ///
    /// # Errors
    /// [`Flaw`].
    pub fn follow(&mut self, line: &str) -> Result<(), Flaw> {
        let number = self.tail().sequence.saturating_add(1);
        let wrong = |what: String| Flaw { whose: Whose::Anchors, number, what, may_pass: false };
        let read = match line {
            "" => Err(Fault::Missing { first: number, last: number }),
            line => AuditRecord::from_line(line, number),
        };
        let in_its_place = |anchor: AuditRecord| match anchor.sequence {
            sequence if sequence == number => Ok(anchor),
            sequence => Err(Fault::Reordered { sequence, expected: number }),
        };
        let followed = read.and_then(in_its_place).and_then(|anchor| self.chain.next(&anchor).map(|()| anchor));
        let anchor = followed.map_err(|fault| wrong(fault.to_string()))?;
        if number == self.known.sequence && anchor.hash != self.known.hash {
            let what = format!("anchor {number} is another one than was known: all of them may have been written anew");
            return Err(wrong(what));
        }
        if anchor.session == self.session.as_str()
            && let AuditEvent::Anchor { position, .. } = anchor.event
        {
            if position <= self.position {
                let what = format!("anchor {number} says that the session has come to record {position} once more");
                return Err(wrong(what));
            }
            self.position = position;
        }
        Ok(())
    }

    /// There are no more: the shard says that they end so, and the session's records were found to end there.
    ///
    /// # Errors
    /// [`Flaw`].
    pub fn ends(&self, end: Tail, records: Tail) -> Result<Tail, Flaw> {
        let tail = self.tail();
        let wrong = |what: String| Err(Flaw { whose: Whose::Anchors, number: tail.sequence, what, may_pass: false });
        let elsewhere = |expected: u64| wrong(Fault::EndsElsewhere { found: tail.sequence, expected }.to_string());
        if tail.sequence != end.sequence {
            return elsewhere(end.sequence);
        }
        if tail != end {
            return wrong(Fault::EndsOtherwise { sequence: tail.sequence }.to_string());
        }
        if tail.sequence < self.known.sequence {
            return elsewhere(self.known.sequence);
        }
        // More may have come since the records were read.
        if self.position < records.sequence {
            let what =
                format!("the session has records until {}, and anchors until {}", records.sequence, self.position);
            return wrong(what);
        }
        Ok(tail)
    }
}
