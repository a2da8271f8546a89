//! What is carried, beside what stays in one process: after each random call answer, state, counters, chain and what is sent are equal.

use std::collections::BTreeMap;
use std::sync::Arc;

use theus_core::workflow::VirtualClock;
use theus_restate::drive::{Ask, Entry, RunAsk, StepError, Told};

use super::program::asks::random_ask;
use super::program::reference::{Reference, comparable, essence};
use super::world::{Carrier, Spoil, World};

/// Two that are compared, call by call.
struct Two {
    carrier: Carrier,
    reference: Reference<VirtualClock>,
    /// A signal that waits while its session is put away is at rest in the next step, as after a restart: the version is not raised by
    /// putting it to rest. How often that was so, of each session.
    at_rest: BTreeMap<String, u64>,
}

impl Two {
    /// What is different after a call.
    fn differ(
        &mut self,
        session: &str,
        signal_waited: bool,
        told: Option<&Told>,
        mut expected: Told,
    ) -> Option<String> {
        let (entry, kept) = (self.carrier.entry(session).unwrap(), self.reference.kept(session).unwrap());
        let at_rest = self.at_rest.entry(session.to_owned()).or_default();
        let behind = kept.version.checked_sub(entry.state.version)?;
        if signal_waited && (*at_rest..*at_rest + 3).contains(&behind) {
            *at_rest = behind;
        }
        expected.version -= *at_rest;
        let (step, version, chain, rest) = essence(&kept);
        let kept = (step, version - *at_rest, chain, rest);
        if let Some(told) = told.filter(|told| comparable(told) != comparable(&expected)) {
            return Some(format!("{told:?}\n{expected:?}"));
        }
        let carried = essence(&entry.state);
        (carried != kept).then(|| format!("{carried:?}\n{kept:?}"))
    }

    fn has_signal(&self, session: &str) -> bool {
        self.carrier.kept.get(session).is_some_and(|kept| String::from_utf8_lossy(kept).contains("EVT_BIG"))
    }
}

/// The first difference.
fn first_difference(seed: u64, calls: u32, sessions: u32, spoil: fn(&mut Entry)) -> Option<String> {
    let mut carrier = Carrier::new(Arc::new(World::default()));
    carrier.spoil = spoil;
    difference_of(&mut Some(carrier), seed, calls, sessions)
}

/// The same, of what is carried in this way, which is there again afterwards.
fn difference_of(carrier_of: &mut Option<Carrier>, seed: u64, calls: u32, sessions: u32) -> Option<String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let there = Arc::new(World::default());
    let carrier = carrier_of.take().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let reference = Reference::new(there, carrier.clock.clone(), runtime.handle());
    let mut two = Two { carrier, reference, at_rest: BTreeMap::new() };
    for call in 0..calls {
        let session = format!("s{}", random.u32(0..sessions));
        let ask = random_ask(&mut random, None);
        let place = format!("seed {seed}, call {call}, {session}: {ask:?}");
        let signal_waited = two.has_signal(&session);
        let told = match two.carrier.ask(&session, ask.clone()) {
            Ok(told) => told.unwrap(),
            Err(error) => return Some(format!("{place}: {error}")),
        };
        let expected = two.reference.ask(&session, &ask);
        if let Some(different) = two.differ(&session, signal_waited, Some(&told), expected) {
            return Some(format!("{place}:\n{different}"));
        }
        if random.u32(0..20) == 0 {
            let end = two.carrier.now() + random.u64(1..5_000);
            loop {
                let signals: Vec<String> =
                    (0..sessions).map(|of| format!("s{of}")).filter(|of| two.has_signal(of)).collect();
                let Some((session, told)) = two.carrier.next_due(end) else { break };
                let expected = two.reference.ask(&session, &Ask::Tick(0));
                let signal_waited = signals.contains(&session);
                if let Some(different) = two.differ(&session, signal_waited, told.as_ref(), expected) {
                    return Some(format!("after {place}: {session}, when its time came:\n{different}"));
                }
            }
        }
    }
    let sent: usize = (0..sessions).map(|session| two.reference.sent(&format!("s{session}")).len()).sum();
    let differs = (sent != two.carrier.sent.len())
        .then(|| format!("seed {seed}: {} were sent, and not {sent}", two.carrier.sent.len()));
    *carrier_of = Some(two.carrier);
    differs
}

/// How many calls each seed makes; more by `THEUS_CALLS`.
fn calls() -> u32 {
    std::env::var("THEUS_CALLS").ok().and_then(|calls| calls.parse().ok()).unwrap_or(500)
}

#[test]
fn so_is_what_is_kept_in_parts_on_two_machines_whatever_is_lost() {
    let seed = std::env::var("THEUS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("THEUS_SEED={seed}");
    for (more, sessions) in [(0, 8), (1, 8), (2, 1)] {
        let seed = seed.wrapping_add(more);
        let mut carrier = Some(Carrier::in_parts(Arc::new(World::default()), seed));
        if let Some(different) = difference_of(&mut carrier, seed, calls(), sessions) {
            panic!("{different}");
        }
        let parts = carrier.unwrap().parts.unwrap();
        // Both ways were gone, and all kinds of parts are there.
        assert!(parts.read > 10 && parts.known > 100, "{} read, {} known", parts.read, parts.known);
        for kind in ["value:marks", "since:marks:1", "since:marks:2"] {
            assert!(parts.kept.keys().any(|(_, key)| key == kind), "{kind}");
        }
    }
}

fn count() -> Ask {
    Ask::Run(RunAsk { process: "count".to_owned(), with: serde_json::Value::Null })
}

/// What is kept of one session, after so many calls that change its table.
fn counted(carrier: &mut Carrier, calls: u32) -> BTreeMap<(String, String), Vec<u8>> {
    for _ in 0..calls {
        carrier.ask("a", count()).unwrap();
    }
    carrier.parts.as_ref().unwrap().kept.clone()
}

#[test]
fn a_call_writes_what_it_has_changed_and_seldom_a_value() {
    let mut carrier = Carrier::in_parts(Arc::new(World::default()), 1);
    let (mut before, mut values, mut bytes) = (counted(&mut carrier, 100), 0, 0);
    for call in 0..500 {
        let after = counted(&mut carrier, 1);
        let is_gone = before.keys().any(|key| !after.contains_key(key));
        let written: Vec<_> = after.iter().filter(|(key, kept)| before.get(*key) != Some(*kept)).collect();
        assert!(written.len() == 1 && !is_gone, "call {call}: {written:?}");
        values += u32::from(written[0].0.1 == "value:marks");
        bytes += written[0].1.len();
        if call % 10 == 0 {
            // Who has not seen it finds it as it is.
            carrier.forgets();
        }
        before = after;
    }
    assert!((500 / 65..=500 / 55).contains(&values), "the value was written {values} times");
    let value = before[&("a".to_owned(), "value:marks".to_owned())].len();
    assert!(value > 4_000 && bytes < 500 * value / 10, "{bytes} bytes were written of a value of {value}");
    assert_eq!(carrier.entry("a").unwrap().state.version, 600);
    // Many changes of what is there are no more than few.
    let places = before.keys().filter(|(_, key)| key.starts_with("since:marks:")).count();
    assert!((50..=64).contains(&places), "{places} places");
}

#[test]
fn parts_that_are_not_of_one_time_are_told() {
    let mut carrier = Carrier::in_parts(Arc::new(World::default()), 1);
    let early = counted(&mut carrier, 40);
    // The value was written anew since, and places are used again.
    let before = counted(&mut carrier, 60);
    let after = counted(&mut carrier, 1);
    let place = |key: &str| ("a".to_owned(), key.to_owned());
    let is_another = |key: &str| early[&place(key)] != after[&place(key)];
    assert!(is_another("value:marks") && is_another("since:marks:1"));
    let entry = carrier.entry("a").unwrap();
    let marks = entry.parts.iter().flatten().find(|kept| kept.path == "marks").unwrap();
    let since = marks.apart.as_ref().unwrap().since.unwrap();
    let used = (1..=since.calls).map(|call| place(&format!("since:marks:{call}"))).chain([place("value:marks")]);
    for key in used {
        let bytes = &after[&key];
        let neighbour =
            after.get(&place(&format!("since:marks:{}", since.calls - 1))).filter(|_| key.1 != "value:marks");
        let others = [early.get(&key), before.get(&key), neighbour].into_iter().flatten();
        let others = others.filter(|other| *other != bytes).cloned().map(Some);
        // Of another turn, with all the rest as it should be.
        let mut of_another_turn = bytes.clone();
        of_another_turn[7] ^= 1;
        for wrong in [None, Some(bytes[..4].to_vec()), Some(of_another_turn)].into_iter().chain(others) {
            let mut spoilt = after.clone();
            match wrong {
                Some(bytes) => drop(spoilt.insert(key.clone(), bytes)),
                None => drop(spoilt.remove(&key)),
            }
            carrier.forgets();
            carrier.parts.as_mut().unwrap().kept = spoilt;
            let told = carrier.ask("a", count()).unwrap_err();
            assert!(matches!(&told, StepError::Damaged { session, .. } if session == "a"), "{told}");
            assert!(told.to_string().contains("marks"), "{told}");
        }
    }
    // A short field that is not in the entry is nowhere.
    let whole = carrier.kept.clone();
    let mut lacks = Entry::read("a", &whole["a"]).unwrap();
    let lost = lacks.state.fields.remove(0).path;
    carrier.kept.insert("a".to_owned(), serde_json::to_vec(&lacks).unwrap());
    (carrier.parts.as_mut().unwrap().kept, carrier.kept) = (after.clone(), carrier.kept.clone());
    let told = carrier.ask("a", count()).unwrap_err();
    assert!(matches!(&told, StepError::Damaged { .. }) && told.to_string().contains(&lost), "{told}");
    carrier.kept = whole;
    // What is left of earlier calls is asked by nobody.
    let left = place(&format!("since:marks:{}", since.calls + 1));
    assert!(after.contains_key(&left));
    carrier.forgets();
    carrier.parts.as_mut().unwrap().kept = after.into_iter().filter(|(key, _)| *key != left).collect();
    assert_eq!(carrier.ask("a", count()).unwrap().unwrap().version, 102);
}

#[test]
fn what_is_carried_is_what_stays_in_one_process() {
    let seed = std::env::var("THEUS_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("THEUS_SEED={seed}");
    for seed in (0..3).map(|more| seed.wrapping_add(more)) {
        if let Some(different) = first_difference(seed, calls(), 40, |_| {}) {
            panic!("{different}");
        }
    }
}

#[test]
fn the_test_sees_what_is_not_carried() {
    let spoils: [(&str, Spoil); 5] = [
        ("counters", |entry| entry.state.counts.clear()),
        ("events that wait", |entry| entry.state.events.clear()),
        ("the position", |entry| entry.state.position = None),
        ("the chain", |entry| entry.state.chain = Default::default()),
        ("the version", |entry| entry.state.version = 0),
    ];
    assert_eq!(first_difference(7, 1_000, 5, |_| {}), None);
    for (what, spoil) in spoils {
        // Few sessions: so that each comes to its thresholds.
        assert!(first_difference(7, 1_000, 5, spoil).is_some(), "{what} are dropped, and nobody has seen it");
    }
}
