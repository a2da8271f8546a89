//! Faults injected: every place where a run calls or drops code of a user's types, panicking.
//!
//! [`hooks`] counts those calls in a run that ends as it should; then the same run is made again for each of them, with that
//! call panicking. Whatever happens, the run has told the truth, a run that writes nothing afterwards changes nothing, and
//! the engine goes on.
//!
//! Two faults in one run, all pairs of them: `THEUS_CASES=1 cargo test --release -p theus-core --test faults`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod hooks;
mod oracle;
mod ways;
mod world;

use std::collections::BTreeSet;

use hooks::{Faults, Payload};
use oracle::Bench;
use ways::{Ending, Way};

/// Whether pairs of faults are tried too.
fn in_full() -> bool {
    std::env::var_os("THEUS_CASES").is_some()
}

/// Every call of user code in this way to this ending, one panicking in each run. Returns which kinds of calls there are.
fn each_call(way: Way, ending: Ending) -> BTreeSet<&'static str> {
    let bench = Bench::new(way, ending);
    let (calls, sites) = bench.check(Faults::none());
    assert!(calls > 0, "{way:?}, {ending:?}: nothing is called");
    for first in 1..=calls {
        for payload in [Payload::Text, Payload::Bomb] {
            for loud in [false, true] {
                let (after, _) = bench.check(Faults { first, second: 0, payload, loud });
                for second in (first + 1..=after).filter(|_| in_full()) {
                    bench.check(Faults { first, second, payload, loud });
                }
            }
        }
    }
    sites
}

fn all(ways: &[Way], endings: &[Ending]) {
    let mut sites = BTreeSet::new();
    for way in ways {
        for ending in endings {
            sites.append(&mut hooks::logging(|| each_call(*way, *ending)));
        }
    }
    let kinds = ["body", "clone", "clock", "computed", "default", "drop", "inspect", "log", "raised", "sink", "wake"];
    for kind in kinds {
        assert!(sites.contains(kind), "nothing of this kind is called: {kind}, of {sites:?}");
    }
}

#[test]
fn a_fn_that_holds_the_session() {
    all(&[Way::Held], &Ending::OF_ALL);
}

#[test]
fn a_fn_that_is_checked_at_its_commit() {
    all(&[Way::Checked], &Ending::OF_ALL);
}

#[test]
fn an_async_fn_that_is_checked_at_its_commit() {
    all(&[Way::CheckedAsync], &Ending::OF_ALL);
    all(&[Way::CheckedAsync], &[Ending::Well, Ending::Cancelled, Ending::Stale]);
}

#[test]
fn an_async_fn_that_has_its_turn() {
    all(&[Way::Turn], &Ending::OF_ALL);
    all(&[Way::Turn], &[Ending::Well, Ending::Cancelled]);
}

#[test]
fn steps_side_by_side_that_share_a_turn() {
    all(&[Way::Within, Way::WithinAsync], &[Ending::Well, Ending::Error, Ending::Blocked]);
}
