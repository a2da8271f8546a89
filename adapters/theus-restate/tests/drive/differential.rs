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
    for seed in (0..3).map(|more| seed.wrapping_add(more)) {
        let mut carrier = Some(Carrier::in_parts(Arc::new(World::default()), seed));
        if let Some(different) = difference_of(&mut carrier, seed, calls(), 8) {
            panic!("{different}");
        }
        let parts = carrier.unwrap().parts.unwrap();
        // Both ways were gone, and both kinds of parts are there.
        assert!(parts.read > 10 && parts.known > 100, "{} read, {} known", parts.read, parts.known);
        for kind in ["value:marks", "since:marks"] {
            assert!(parts.kept.keys().any(|(_, key)| key == kind), "{kind}");
        }
    }
}

#[test]
fn parts_that_are_not_of_one_time_are_told() {
    let mut carrier = Carrier::in_parts(Arc::new(World::default()), 1);
    let count = || Ask::Run(RunAsk { process: "count".to_owned(), with: serde_json::Value::Null });
    carrier.ask("a", count()).unwrap();
    let before = carrier.parts.as_ref().unwrap().kept.clone();
    carrier.ask("a", count()).unwrap();
    let parts = |carrier: &mut Carrier| std::mem::take(&mut carrier.parts.as_mut().unwrap().kept);
    let after = parts(&mut carrier);
    assert_eq!(after.len(), before.len() + 1, "the entries of the table that are another since");
    for (key, bytes) in &after {
        let wrong = [None, Some(bytes[..4].to_vec()), before.get(key).filter(|before| *before != bytes).cloned()];
        // That which was never another has no older one.
        for bytes in wrong.into_iter().enumerate().filter(|(at, wrong)| *at == 0 || wrong.is_some()).map(|(_, it)| it) {
            let mut spoilt = after.clone();
            match bytes {
                Some(bytes) => drop(spoilt.insert(key.clone(), bytes)),
                None => drop(spoilt.remove(key)),
            }
            carrier.forgets();
            carrier.parts.as_mut().unwrap().kept = spoilt;
            let told = carrier.ask("a", count()).unwrap_err();
            assert!(matches!(&told, StepError::Damaged { session, .. } if session == "a"), "{told}");
            assert!(told.to_string().contains(&key.1), "{told}");
        }
    }
    carrier.parts.as_mut().unwrap().kept = after;
    assert_eq!(carrier.ask("a", count()).unwrap().unwrap().version, 3);
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
