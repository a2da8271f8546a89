//! Runs that happened at once, put into the order of their commits and run again on the reference.

use std::collections::BTreeMap;

use super::subject::{App, LIMITS, assert_same_state};
use crate::programs::{Call, Ledger, RuleSpec, World};
use crate::reference::{Failure, Happened, Ran, Record, Reference};

/// What happened: each run with what it gave, the events that were dispatched meanwhile, and runs that were cancelled.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) runs: Vec<(Call, Ran)>,
    pub(super) dispatched: Vec<Happened>,
    pub(super) cancelled: Vec<Call>,
}

/// Some order of the runs, one at a time, gives the same results and the same state: the order of the commits, with
/// each run that committed nothing at the version that it reports.
pub(super) fn assert_serialisable(
    engine: &App,
    ledger: &Ledger,
    (world, rules, capacity): (&World, &[RuleSpec], usize),
    history: &History,
) {
    let reference = Reference::new(world.clone(), LIMITS, rules, capacity);
    let mut commits: BTreeMap<u64, (&Call, &Ran)> = BTreeMap::new();
    let mut others: Vec<(&Call, &Ran)> = Vec::new();
    for (call, ran) in &history.runs {
        if ran.result.is_ok() && call.writes() {
            assert!(commits.insert(ran.version, (call, ran)).is_none(), "two commits of version {}", ran.version);
        } else {
            others.push((call, ran));
        }
    }

    let last = engine.snapshot().unwrap();
    let mut states = vec![reference.clone()];
    let mut events = Vec::new();
    for version in 1..=last.version() {
        if let Some((call, ran)) = commits.remove(&version) {
            assert_same_run(&reference.run(call), ran, call);
        } else {
            // A version without a commit is a signal put back to rest. Events that reset nothing then never will.
            while reference.version() < version {
                events.push(reference.next_event().expect("something made this version"));
            }
        }
        assert_eq!(reference.version(), version);
        states.push(reference.clone());
    }
    assert!(commits.is_empty(), "committed beyond the last version: {commits:?}");
    assert_same_state(&last, &reference);

    for (call, ran) in others {
        if ran.result == Err(Failure::Conflict) {
            continue;
        }
        let then = &states[usize::try_from(ran.version).unwrap()];
        assert_same_run(&then.clone().run(call), ran, call);
    }
    assert_same_events(engine, &reference, events, &history.dispatched);
    assert_effects_once(ledger, &states, history);
}

fn assert_same_run(expected: &Ran, found: &Ran, call: &Call) {
    assert_eq!((&found.result, found.version), (&expected.result, expected.version), "{call:?}");
    let unordered = |ran: &Ran| ran.violations.iter().map(Record::unordered).collect::<Vec<_>>();
    assert_eq!(unordered(found), unordered(expected), "a run counts once: {call:?}");
}

/// No event lost, none doubled, and all in the order of the commits.
fn assert_same_events(engine: &App, reference: &Reference, mut expected: Vec<Happened>, dispatched: &[Happened]) {
    expected.extend(std::iter::from_fn(|| reference.next_event()));
    let mut found = dispatched.to_vec();
    found.extend(std::iter::from_fn(|| engine.bus().try_next()).map(|event| Happened::of(&event)));
    assert_eq!(found, expected);
}

/// What each run told the world outside is what one execution of it tells.
fn assert_effects_once(ledger: &Ledger, states: &[Reference], history: &History) {
    let mut found: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (run, value) in ledger.posted() {
        found.entry(run).or_default().push(value);
    }
    for call in &history.cancelled {
        // How far it came is not known.
        found.remove(&call.arguments().1.run);
    }
    for (call, ran) in &history.runs {
        let committed = ran.result.is_ok() && call.writes();
        let before = usize::try_from(ran.version).unwrap() - usize::from(committed);
        let run = call.arguments().1.run;
        let then = states[before].clone();
        let already = then.posted().len();
        then.run(call);
        let expected: Vec<_> = then.posted()[already..].iter().map(|(_, value)| *value).collect();
        assert_eq!(found.remove(&run).unwrap_or_default(), expected, "effects of {call:?}");
    }
    assert!(found.is_empty(), "told by nobody: {found:?}");
}
