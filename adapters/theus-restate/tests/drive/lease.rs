//! The interlock's lease, searched exhaustively: two processes, an object, messages that take their time or are lost, clocks that count
//! alike. Whatever the order, nothing begins after a latch was acknowledged and before the next reset.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use theus_restate::interlock::{Found, Seen, Status};

/// How long an answer is good for, in ticks of the model.
const LASTING: u64 = 2;
/// How long the model runs.
const END: u64 = 4;

/// What the model is given to be right, or wrong.
#[derive(Clone, Copy)]
struct Rules {
    /// How long a latch waits until it is acknowledged.
    waits: u64,
    /// Whether an answer counts from when it was asked for, and not from when it came.
    from_asked: bool,
}

const RIGHT: Rules = Rules { waits: LASTING, from_asked: true };

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Answer {
    to: usize,
    asked: u64,
    is_latched: bool,
    epoch: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    now: u64,
    is_latched: bool,
    epoch: u64,
    /// When it was latched, until it is acknowledged.
    since: Option<u64>,
    is_acknowledged: bool,
    /// What each process knows, as the code has it.
    known: [Seen<()>; 2],
    under_way: BTreeSet<Answer>,
}

fn status(is_latched: bool, epoch: u64) -> Status<()> {
    Status { epoch, latched: is_latched.then_some(()) }
}

impl State {
    fn may_begin(&self, process: usize) -> bool {
        let lasting = Duration::from_millis(LASTING);
        matches!(self.known[process].at(Duration::from_millis(self.now), lasting), Found::Open)
    }

    fn next(&self, rules: Rules) -> Vec<Self> {
        let mut next = Vec::new();
        let mut step = |change: &dyn Fn(&mut Self)| {
            let mut state = self.clone();
            change(&mut state);
            next.push(state);
        };
        if self.now < END {
            step(&|state| state.now += 1);
        }
        for process in 0..2 {
            // It asks: what it is answered is as the object is now, and comes at any later time, or never.
            // Two at a time: one that is late, and one that is not.
            if self.under_way.iter().filter(|answer| answer.to == process).count() < 2 {
                let (asked, is_latched, epoch) = (self.now, self.is_latched, self.epoch);
                step(&|state| {
                    state.under_way.insert(Answer { to: process, asked, is_latched, epoch });
                });
            }
        }
        for answer in &self.under_way {
            step(&|state| {
                state.under_way.remove(answer);
                let Answer { to, asked, is_latched, epoch } = *answer;
                let asked = if rules.from_asked { asked } else { state.now };
                state.known[to].answered(Duration::from_millis(asked), status(is_latched, epoch));
            });
        }
        match (self.is_latched, self.since) {
            (false, _) if self.epoch == 0 => step(&|state| {
                (state.is_latched, state.since) = (true, Some(state.now));
                state.epoch += 1;
            }),
            (true, Some(since)) if self.now >= since + rules.waits => {
                step(&|state| (state.since, state.is_acknowledged) = (None, true));
            }
            (true, None) => step(&|state| {
                (state.is_latched, state.is_acknowledged) = (false, false);
                state.epoch += 1;
            }),
            _ => {}
        }
        next
    }
}

/// The states that were come to, and whether something could begin in one of them after the acknowledgement.
fn search(rules: Rules) -> (usize, bool) {
    let first = State {
        now: 0,
        is_latched: false,
        epoch: 0,
        since: None,
        is_acknowledged: false,
        known: [Seen::default(), Seen::default()],
        under_way: BTreeSet::new(),
    };
    let (mut found, mut open, mut is_broken) = (HashSet::from([first.clone()]), vec![first], false);
    while let Some(state) = open.pop() {
        is_broken |= state.is_acknowledged && (state.may_begin(0) || state.may_begin(1));
        if is_broken {
            return (found.len(), true);
        }
        for next in state.next(rules) {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    (found.len(), false)
}

#[test]
fn nothing_begins_after_a_latch_was_acknowledged() {
    let (states, is_broken) = search(RIGHT);
    println!("{states} states");
    assert!(!is_broken && states > 10_000, "{states}");
}

#[test]
fn each_rule_is_needed() {
    for (what, rules) in [
        ("a latch waits for less than a lease", Rules { waits: LASTING - 1, ..RIGHT }),
        ("an answer counts from when it came", Rules { from_asked: false, ..RIGHT }),
    ] {
        assert!(search(rules).1, "{what}, and nothing has come of it");
    }
}

#[test]
fn an_answer_is_good_until_its_time_is_over_and_not_at_its_end() {
    let (lasting, at) = (Duration::from_millis(300), |millis| Duration::from_millis(millis));
    let mut known = Seen::<()>::default();
    assert_eq!(known.at(at(0), lasting), Found::Unknown(None));
    known.answered(at(100), status(false, 0));
    assert_eq!(known.at(at(399), lasting), Found::Open);
    assert_eq!(known.at(at(400), lasting), Found::Unknown(Some(at(0))));
    known.answered(at(150), status(true, 1));
    assert!(matches!(known.at(at(9_999), lasting), Found::Latched(_)), "that it is latched does not pass by itself");
    known.answered(at(140), status(false, 0));
    assert!(matches!(known.at(at(160), lasting), Found::Latched(_)), "what was asked for before says nothing now");
    known.answered(at(200), status(false, 2));
    assert_eq!((known.at(at(201), lasting), known.epoch()), (Found::Open, 2));
}
