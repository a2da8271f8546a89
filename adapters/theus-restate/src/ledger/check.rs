//! Whether the records of a session are what was recorded: a page of them, apart from the SDK.

use std::future::Future;

use theus_core::audit::{AuditEvent, AuditRecord, Chain, Fault, Tail};

use super::shard::{Block, Head, anchor_key, block_key, head_key, read};
use super::told::{Cursor, Flaw, Page, VerifyAsk, Whose};

/// So much is verified in one page.
const MOST_BLOCKS: usize = 200;
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The entries of a shard, of which each is read by itself.
pub trait Kept: Sync {
    /// Why one cannot be read.
    type Error: Send;
    /// The entry of this key.
    fn get(&self, key: String) -> impl Future<Output = Result<Option<Vec<u8>>, Self::Error>> + Send;
}

/// Verifies a page of a session's records: each is what its hash was made of and follows the one before it, each part of them has its anchor in
/// the shard, which says the same and follows the anchor before it, and they end where the session's own entry says.
///
/// # Errors
/// Where an entry cannot be read; what is wrong with one is no error, but in the page.
pub async fn check<K: Kept>(kept: &K, ask: &VerifyAsk) -> Result<Page, K::Error> {
    let head_bytes = kept.get(head_key(&ask.session)).await?;
    let head: Option<Head> = match read(&head_key(&ask.session), head_bytes.as_deref()) {
        Ok(head) => head,
        Err(error) => return Ok(Page { flaw: flaw(Whose::Records, 0, error.to_string()), ..Page::default() }),
    };
    let head = head.unwrap_or_default();
    let from = ask.from.unwrap_or(Cursor { at: head.first, anchor: 0 });
    let mut page = Page { first: head.first.sequence.saturating_add(1), until: from.at, ..Page::default() };
    let mut walk = Walk { ask, chain: Chain::behind(from.at), anchor: from.anchor, records: 0 };
    if ask.from.is_none()
        && let Some(number) = head.forks.first()
    {
        let what = format!(
            "anchor {number} is of records in the place of others: the session was rolled back, and has gone on from an earlier state"
        );
        page.flaw = flaw(Whose::Anchors, *number, what);
        return Ok(page);
    }
    let (mut blocks, mut bytes) = (0, 0);
    while page.flaw.is_none() && walk.chain.tail().sequence < head.tail.sequence {
        if blocks == MOST_BLOCKS || bytes > MOST_BYTES {
            page.next = Some(Cursor { at: walk.chain.tail(), anchor: walk.anchor });
            break;
        }
        let first = walk.chain.tail().sequence.saturating_add(1);
        let key = block_key(&ask.session, first);
        page.flaw = match kept.get(key.clone()).await? {
            None => flaw(Whose::Records, first, format!("record {first} is missing, and what was recorded with it")),
            Some(kept_block) => {
                (blocks, bytes) = (blocks + 1, bytes + kept_block.len());
                match read::<Block>(&key, Some(&kept_block)) {
                    Ok(Some(block)) => walk.block(kept, &block).await?,
                    Ok(None) => None,
                    Err(error) => flaw(Whose::Records, first, error.to_string()),
                }
            }
        };
    }
    (page.records, page.until) = (walk.records, walk.chain.tail());
    if page.flaw.is_none() && page.next.is_none() {
        page.flaw = walk.ends(&head);
    }
    Ok(page)
}

/// From one part of the records to the next.
struct Walk<'a> {
    ask: &'a VerifyAsk,
    chain: Chain,
    anchor: u64,
    records: u64,
}

impl Walk<'_> {
    async fn block<K: Kept>(&mut self, kept: &K, block: &Block) -> Result<Option<Flaw>, K::Error> {
        let before = self.chain.tail();
        if block.recorded.before != before {
            let number = before.sequence.saturating_add(1);
            return Ok(flaw(Whose::Records, number, Fault::Replaced { sequence: number }.to_string()));
        }
        for line in &block.recorded.lines {
            let expected = self.chain.tail().sequence.saturating_add(1);
            let followed = AuditRecord::from_line(line, expected).and_then(|record| {
                let of = self.ask.session.split_once('/').map_or("", |(_, session)| session);
                if record.session != of {
                    let reason = format!("it is of the session `{}`", record.session);
                    return Err(Fault::Unreadable { expected, reason });
                }
                self.chain.next(&record)
            });
            if let Err(fault) = followed {
                return Ok(flaw(Whose::Records, expected, fault.to_string()));
            }
            self.records += 1;
            if let Some(flaw) = self.is_other_than_the_entry() {
                return Ok(Some(flaw));
            }
        }
        let until = self.chain.tail();
        if block.recorded.after != until {
            let what = format!(
                "what was recorded until record {until} is another than its shard was sent",
                until = until.sequence
            );
            return Ok(flaw(Whose::Records, until.sequence, what));
        }
        self.anchored(kept, block.anchor).await
    }

    /// The entry says how the last record was when it was written, which may be before the last that there is.
    fn is_other_than_the_entry(&self) -> Option<Flaw> {
        let (tail, head) = (self.chain.tail(), self.ask.head);
        if tail.sequence != head.sequence || tail.hash == head.hash {
            return None;
        }
        let what = format!("record {} is another than the entry knows: one of the two was written anew", tail.sequence);
        flaw(Whose::Session, tail.sequence, what)
    }

    /// The shard's own ledger says that the records have come to where they have, behind what it said before.
    async fn anchored<K: Kept>(&mut self, kept: &K, number: u64) -> Result<Option<Flaw>, K::Error> {
        let until = self.chain.tail();
        let wrong = |what: String| Ok(flaw(Whose::Anchors, number, what));
        if number <= self.anchor {
            return wrong(format!("record {} has an anchor before that of a record before it", until.sequence));
        }
        self.anchor = number;
        let anchor = match self.read_anchor(kept, number).await? {
            Ok(anchor) => anchor,
            Err(what) => return wrong(what),
        };
        let says = AuditEvent::Anchor { position: until.sequence, head: until.hash };
        if anchor.session != self.ask.session.as_str() || anchor.event != says {
            return wrong(format!("anchor {number} is not that of record {}: it says {anchor}", until.sequence));
        }
        if number > 1 {
            let before = match self.read_anchor(kept, number - 1).await? {
                Ok(before) => before,
                Err(what) => return Ok(flaw(Whose::Anchors, number - 1, what)),
            };
            if before.hash != anchor.previous {
                return wrong(Fault::Replaced { sequence: number }.to_string());
            }
        }
        Ok(None)
    }

    async fn read_anchor<K: Kept>(&self, kept: &K, number: u64) -> Result<Result<AuditRecord, String>, K::Error> {
        let Some(line) = kept.get(anchor_key(number)).await? else {
            return Ok(Err(format!("anchor {number} is missing")));
        };
        let line = String::from_utf8_lossy(&line);
        let anchor = AuditRecord::from_line(&line, number).and_then(|anchor| {
            let mut alone = Chain::default();
            alone.next(&anchor)?;
            if anchor.sequence != number {
                return Err(Fault::Reordered { sequence: anchor.sequence, expected: number });
            }
            Ok(anchor)
        });
        Ok(anchor.map_err(|fault| fault.to_string()))
    }

    /// All that the shard has was walked.
    fn ends(&self, head: &Head) -> Option<Flaw> {
        let (tail, entry) = (self.chain.tail(), self.ask.head);
        if tail != head.tail {
            let what = format!("record {} is not the last that the shard was sent", tail.sequence);
            return flaw(Whose::Records, tail.sequence, what);
        }
        let (number, what) = match tail.sequence.cmp(&entry.sequence) {
            std::cmp::Ordering::Equal if tail == entry => return None,
            std::cmp::Ordering::Equal => (tail.sequence, "it knows the last record as another one".to_owned()),
            std::cmp::Ordering::Less => {
                let what = format!(
                    "it ends at record {}, and the ledger at {}: {}, or on its way",
                    entry.sequence,
                    tail.sequence,
                    missing(tail, entry)
                );
                (tail.sequence.saturating_add(1), what)
            }
            std::cmp::Ordering::Greater => {
                let what = format!(
                    "it ends at record {}, and the ledger at {}: it was rolled back, or is being written",
                    entry.sequence, tail.sequence
                );
                (entry.sequence.saturating_add(1), what)
            }
        };
        Some(Flaw { whose: Whose::Session, number, what, may_pass: tail.sequence != entry.sequence })
    }
}

fn missing(tail: Tail, entry: Tail) -> String {
    match entry.sequence.saturating_sub(tail.sequence) {
        1 => format!("record {} is missing", entry.sequence),
        _ => format!("records {} to {} are missing", tail.sequence.saturating_add(1), entry.sequence),
    }
}

fn flaw(whose: Whose, number: u64, what: String) -> Option<Flaw> {
    Some(Flaw { whose, number, what, may_pass: false })
}
