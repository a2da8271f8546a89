//! The ledger without a server: random runs are what a naive list of their records says, and whatever is done to an entry is found.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use serde_json::json;
use theus_core::audit::{AuditEvent, AuditRecord, RecordLog, Tail};
use theus_restate::Ledger;
use theus_restate::drive::{Ask, Entry, Recorded, RunAsk};
use theus_restate::ledger::{
    AnchorWalk, Cursor, Flaw, Kept, Shard, TakeAsk, TakeError, Taken, VerifyAsk, Whose, check,
};

use super::program::asks::random_ask;
use super::world::{Carrier, World};

const OBJECT: &str = "Tills";

/// One shard, as the server has it.
#[derive(Clone, Default)]
struct Entries(BTreeMap<String, Vec<u8>>);

impl Kept for Entries {
    type Error = Infallible;
    async fn get(&self, key: String) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(&key).cloned())
    }
}

impl Entries {
    fn take(&mut self, ask: &TakeAsk) -> Result<bool, TakeError> {
        let there = Shard::looks_at(ask).map(|key| self.0.get(&key).cloned());
        match Shard::take(ask, there.each_ref().map(Option::as_deref))? {
            Taken::New(writes) => {
                self.0.extend(writes);
                Ok(true)
            }
            Taken::Known => Ok(false),
        }
    }

    /// As a client does it.
    fn verify(&self, session: &str, head: Tail, known: Tail) -> Result<(u64, Tail), Flaw> {
        let (mut records, mut from, session) = (0, None::<Cursor>, format!("{OBJECT}/{session}"));
        let until = loop {
            let ask = VerifyAsk { session: session.clone(), head, from };
            let page = futures_now(check(self, &ask)).unwrap();
            if let Some(flaw) = page.flaw {
                return Err(flaw);
            }
            records += page.records;
            from = page.next;
            if from.is_none() {
                break page.until;
            }
        };
        let end = self.0.get("shard").map_or(Ok(Tail::START), |kept| {
            let shard: Result<Shard, _> = serde_json::from_slice(kept);
            let unreadable = |what: String| Flaw { whose: Whose::Anchors, number: 0, what, may_pass: false };
            shard.map(|shard| shard.tail).map_err(|error| unreadable(error.to_string()))
        })?;
        let mut walk = AnchorWalk::new(session, known);
        for number in 1..=end.sequence.min(100_000) {
            let line = self.0.get(&format!("anchor/{number}")).cloned().unwrap_or_default();
            walk.follow(&String::from_utf8_lossy(&line))?;
        }
        walk.ends(end, until).map(|anchors| (records, anchors))
    }
}

/// Nothing there waits.
fn futures_now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Sessions, their ledger, and the naive lists.
struct Books {
    carrier: Carrier,
    shards: BTreeMap<u32, Entries>,
    /// Of each session its records, each as a line.
    lists: BTreeMap<String, Vec<String>>,
    /// Of each shard which session has come how far, in order.
    anchored: BTreeMap<u32, Vec<(String, u64)>>,
}

impl Books {
    fn new() -> Self {
        let carrier = Carrier::new(Arc::new(World::default()));
        Self { carrier, shards: BTreeMap::new(), lists: BTreeMap::new(), anchored: BTreeMap::new() }
    }

    fn shard_of(session: &str) -> u32 {
        Ledger::new("Ledger", 3).shard_of(OBJECT, session)
    }

    fn ask(&mut self, session: &str, ask: Ask) {
        self.carrier.ask(session, ask).unwrap();
        for (session, recorded) in std::mem::take(&mut self.carrier.recorded) {
            self.deliver(&session, recorded);
        }
    }

    fn deliver(&mut self, session: &str, recorded: Recorded) {
        let shard = Self::shard_of(session);
        let list = self.lists.entry(session.to_owned()).or_default();
        list.extend(recorded.lines.iter().cloned());
        self.anchored.entry(shard).or_default().push((session.to_owned(), list.len() as u64));
        let ask = TakeAsk { session: format!("{OBJECT}/{session}"), recorded };
        let entries = self.shards.entry(shard).or_default();
        assert!(entries.take(&ask).unwrap());
        assert!(!entries.take(&ask).unwrap(), "it comes once, however often it comes");
    }

    fn charge(&mut self, session: &str) {
        self.ask(session, Ask::Run(RunAsk { process: "charge".to_owned(), with: json!({ "amount": 150 }) }));
    }

    fn head(&self, session: &str) -> Tail {
        self.carrier.entry(session).map(|entry| entry.state.recorded).unwrap_or_default()
    }

    fn verify(&self, session: &str) -> Result<(u64, Tail), Flaw> {
        let none = Entries::default();
        let shard = self.shards.get(&Self::shard_of(session)).unwrap_or(&none);
        shard.verify(session, self.head(session), Tail::START)
    }

    fn random(seed: u64, calls: u32) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut books = Self::new();
        for _ in 0..calls {
            let session = format!("s{}", random.u32(0..12));
            books.ask(&session, random_ask(&mut random, None));
        }
        books
    }
}

fn seed() -> u64 {
    let seed = std::env::var("THEUS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("THEUS_SEED={seed}");
    seed
}

#[test]
fn what_random_runs_record_is_there_once_and_verifies() {
    let books = Books::random(seed(), 1_500);
    let mut all = 0;
    for session in (0..12).map(|of| format!("s{of}")) {
        let list = books.lists.get(&session).cloned().unwrap_or_default();
        assert_eq!(books.verify(&session).unwrap().0, list.len() as u64, "{session}");
        assert_eq!(books.head(&session).sequence, list.len() as u64);
        let shard = &books.shards[&Books::shard_of(&session)];
        let mut kept = Vec::<String>::new();
        while let Some(block) = shard.0.get(&format!("records/{OBJECT}/{session}/{}", kept.len() + 1)) {
            let block: serde_json::Value = serde_json::from_slice(block).unwrap();
            kept.extend(serde_json::from_value::<Vec<String>>(block["recorded"]["lines"].clone()).unwrap());
        }
        assert_eq!(kept, list, "{session}");
        all += kept.len();
    }
    for (shard, anchored) in &books.anchored {
        for (number, (session, position)) in (1_u64..).zip(anchored) {
            let line = &books.shards[shard].0[&format!("anchor/{number}")];
            let anchor = AuditRecord::from_line(std::str::from_utf8(line).unwrap(), number).unwrap();
            assert_eq!(anchor.session, format!("{OBJECT}/{session}").as_str());
            assert!(matches!(anchor.event, AuditEvent::Anchor { position: at, .. } if at == *position), "{anchor}");
        }
    }
    assert!(all > 100, "{all} records");
    assert_eq!(books.verify("nobody").unwrap().0, 0);
}

#[test]
fn not_a_byte_of_any_entry_can_be_another() {
    let seed = seed();
    let mut random = fastrand::Rng::with_seed(seed);
    let mut books = Books::random(seed, 400);
    for round in 0..3_000 {
        let shard = *random.choice(books.shards.keys()).unwrap();
        let before = books.shards[&shard].clone();
        let (key, was) = random.choice(before.0.iter()).map(|(key, was)| (key.clone(), was.clone())).unwrap();
        let entries = books.shards.get_mut(&shard).unwrap();
        let what = match random.u32(0..10) {
            0 => {
                entries.0.remove(&key);
                "removed".to_owned()
            }
            1 => {
                let (other, there) = random.choice(before.0.iter()).unwrap();
                if *there == was || other.split('/').next() != key.split('/').next() {
                    continue;
                }
                entries.0.insert(key.clone(), there.clone());
                entries.0.insert(other.clone(), was);
                format!("exchanged with {other}")
            }
            _ => {
                let (at, byte) = (random.usize(0..was.len()), random.u8(..));
                if was[at] == byte {
                    continue;
                }
                entries.0.get_mut(&key).unwrap()[at] = byte;
                format!("byte {at} set to {byte}")
            }
        };
        let found = (0..12).any(|of| {
            let session = format!("s{of}");
            Books::shard_of(&session) == shard && books.verify(&session).is_err()
        });
        assert!(found, "seed {seed}, round {round}: {key} of shard {shard} {what}, and nobody has seen it");
        books.shards.insert(shard, before);
    }
}

#[test]
fn what_is_missing_is_told_by_its_number() {
    let mut books = Books::new();
    (0..4).for_each(|_| books.charge("a"));
    let shard = Books::shard_of("a");
    let clean = books.shards[&shard].clone();
    let verify = |entries: &Entries, head| entries.verify("a", head, Tail::START);
    let head = books.head("a");
    let mut entries = clean.clone();
    entries.0.remove(&format!("records/{OBJECT}/a/3")).unwrap();
    let flaw = verify(&entries, head).unwrap_err();
    assert_eq!((flaw.whose, flaw.number, flaw.may_pass), (Whose::Records, 3, false), "{flaw}");
    let mut entries = clean.clone();
    entries.0.remove("anchor/2").unwrap();
    let flaw = verify(&entries, head).unwrap_err();
    assert_eq!((flaw.whose, flaw.number), (Whose::Anchors, 2), "{flaw}");
    // A message that never came, and one that is on its way.
    books.carrier.ask("a", Ask::Run(RunAsk { process: "charge".to_owned(), with: json!({ "amount": 150 }) })).unwrap();
    let lost = std::mem::take(&mut books.carrier.recorded);
    let flaw = books.verify("a").unwrap_err();
    assert_eq!((flaw.whose, flaw.number, flaw.may_pass), (Whose::Session, head.sequence + 1, true), "{flaw}");
    books.charge("a");
    let flaw = books.verify("a").unwrap_err();
    assert_eq!((flaw.whose, flaw.number, flaw.may_pass), (Whose::Records, head.sequence + 1, false), "{flaw}");
    // One that comes in the end is out of its place, and said to be.
    for (session, recorded) in lost {
        let ask = TakeAsk { session: format!("{OBJECT}/{session}"), recorded };
        assert!(books.shards.get_mut(&shard).unwrap().take(&ask).unwrap());
    }
    assert_eq!(books.verify("a").unwrap_err().whose, Whose::Anchors);
}

#[test]
fn a_session_that_is_rolled_back_is_told_before_and_after_it_has_gone_on() {
    let mut books = Books::new();
    books.charge("a");
    let earlier = books.carrier.kept["a"].clone();
    books.charge("a");
    books.verify("a").unwrap();
    books.carrier.kept.insert("a".to_owned(), earlier.clone());
    let flaw = books.verify("a").unwrap_err();
    assert_eq!((flaw.whose, flaw.may_pass), (Whose::Session, true), "{flaw}");
    // Other records in the place of those that were.
    books.carrier.clock.advance(std::time::Duration::from_secs(1));
    books.charge("a");
    let flaw = books.verify("a").unwrap_err();
    assert!(flaw.whose == Whose::Anchors && flaw.what.contains("rolled back"), "{flaw}");
    // An entry that knows the last record as another.
    let mut entry = Entry::read("a", &earlier).unwrap();
    let mut books = Books::new();
    books.charge("a");
    entry.state.recorded = Tail { hash: theus_core::audit::Hash::START, ..books.head("a") };
    books.carrier.kept.insert("a".to_owned(), serde_json::to_vec(&entry).unwrap());
    let flaw = books.verify("a").unwrap_err();
    assert_eq!((flaw.whose, flaw.may_pass), (Whose::Session, false), "{flaw}");
}

#[test]
fn a_whole_shard_that_was_put_back_is_told_to_who_knew_an_anchor_of_it() {
    let mut books = Books::new();
    books.charge("a");
    let (earlier, entry) = (books.shards.clone(), books.carrier.kept["a"].clone());
    books.charge("a");
    let (_, known) = books.verify("a").unwrap();
    books.shards = earlier;
    books.carrier.kept.insert("a".to_owned(), entry);
    books.verify("a").unwrap();
    let shard = &books.shards[&Books::shard_of("a")];
    let flaw = shard.verify("a", books.head("a"), known).unwrap_err();
    assert_eq!(flaw.whose, Whose::Anchors, "{flaw}");
}

#[test]
fn what_is_no_part_of_a_ledger_is_not_taken() {
    let mut log = RecordLog::new("a", 9);
    for violation in 1..=3 {
        log.append(std::time::SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation });
    }
    let records: Vec<_> = log.records().cloned().collect();
    let good = Recorded::of(&records).unwrap().remove(0);
    let take = |recorded: Recorded| Entries::default().take(&TakeAsk { session: "Tills/a".to_owned(), recorded });
    assert!(take(good.clone()).unwrap());
    let wrong: [fn(&mut Recorded); 5] = [
        |recorded| recorded.lines.clear(),
        |recorded| recorded.lines.swap(0, 1),
        |recorded| drop(recorded.lines.pop()),
        |recorded| recorded.before.sequence = 1,
        |recorded| recorded.lines[1] = recorded.lines[1].replace("interlock", "interlocks"),
    ];
    for spoil in wrong {
        let mut recorded = good.clone();
        spoil(&mut recorded);
        assert!(matches!(take(recorded), Err(TakeError::Wrong { .. })));
    }
}

#[test]
fn what_goes_together_is_bounded() {
    let mut log = RecordLog::new("a", 2_000);
    let long = "x".repeat(30_000);
    for violation in 1..=1_000 {
        log.append(std::time::SystemTime::UNIX_EPOCH, 0, AuditEvent::Interlock { violation });
    }
    for _ in 0..20 {
        let event = AuditEvent::InterlockReset { operator: "R. Lee".into(), reason: long.as_str().into() };
        log.append(std::time::SystemTime::UNIX_EPOCH, 0, event);
    }
    let records: Vec<_> = log.records().cloned().collect();
    let all = Recorded::of(&records).unwrap();
    assert!(all.iter().all(|part| part.lines.len() <= 256));
    assert!(all.iter().all(|part| part.lines.iter().map(String::len).sum::<usize>() <= 300_000));
    assert_eq!(all.iter().map(|part| part.lines.len()).sum::<usize>(), 1_020);
    let mut entries = Entries::default();
    for recorded in all {
        entries.take(&TakeAsk { session: "Tills/a".to_owned(), recorded }).unwrap();
    }
    assert_eq!(entries.verify("a", log.tail(), Tail::START).unwrap().0, 1_020);
}
