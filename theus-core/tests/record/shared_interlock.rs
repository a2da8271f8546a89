//! An interlock that several engines share: what stops one stops all, and what is not known lets nothing run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use parking_lot::Mutex;
use proptest::prelude::*;
use theus_core::RunError;
use theus_core::audit::{AuditEvent, Interlock, Look, ResetError, SharedInterlock, SinkOptions, Unreachable};
use theus_core::prelude::*;

use crate::oven::{Breakable, Heat, at_most, builder, kinds};

/// What all engines look at.
type Plant = Arc<Mutex<Option<Interlock>>>;

/// One engine's line to it.
#[derive(Clone, Default)]
struct Line {
    plant: Plant,
    is_cut: Arc<AtomicBool>,
    /// Whether it is cut just then when a stop is told.
    loses: Arc<AtomicBool>,
    panics: Arc<AtomicBool>,
    told: Arc<AtomicUsize>,
    /// So many looks later it is latched: 0 for never.
    latches_in: Arc<AtomicUsize>,
}

impl Line {
    fn to(plant: &Plant) -> Self {
        Self { plant: Arc::clone(plant), ..Self::default() }
    }
    fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::SeqCst);
    }
    fn reach(&self) -> Result<&Plant, Unreachable> {
        assert!(!self.panics.load(Ordering::SeqCst), "the line is on fire");
        if self.is_cut.load(Ordering::SeqCst) { Err(Unreachable("the line is cut".into())) } else { Ok(&self.plant) }
    }
    fn engine(&self) -> Engine<super::oven::Oven> {
        builder(&at_most("max: 90, level: S")).interlock(self.clone()).build().unwrap()
    }
}

impl SharedInterlock for Line {
    fn look(&self) -> Look {
        match self.reach() {
            Ok(plant) => plant.lock().clone().map_or(Look::Open, Look::Latched),
            Err(Unreachable(why)) => Look::Unknown(why),
        }
    }
    fn latch(&self, stop: &Interlock) -> Result<(), Unreachable> {
        self.told.fetch_add(1, Ordering::SeqCst);
        if self.loses.load(Ordering::SeqCst) {
            return Err(Unreachable("the line is cut".into()));
        }
        self.reach()?.lock().get_or_insert_with(|| stop.clone());
        Ok(())
    }
    fn reset(&self, operator: &str, reason: &str) -> Result<(), Unreachable> {
        assert!(!operator.is_empty() && !reason.is_empty());
        *self.reach()?.lock() = None;
        Ok(())
    }
}

const WELL: Heat = Heat { to: 20.0 };
const TOO_HOT: Heat = Heat { to: 95.0 };

fn halted<T, E>(answer: Result<T, RunError<E>>) -> String {
    match answer {
        Err(RunError::Halted(halted)) => halted.to_string(),
        _ => panic!("it is not halted"),
    }
}

#[test]
fn what_stops_one_stops_all_until_an_operator_anywhere_resets_it() {
    let plant = Plant::default();
    let [one, two, three] = [(); 3].map(|()| Line::to(&plant).engine());
    assert!(matches!(one.run(TOO_HOT), Err(RunError::Interlocked(_))));
    let why = halted(two.run(WELL));
    assert!(
        why.contains("interlocked by `heat` at its output gate: rule `domain.temperature max 90` (level S) found 95.0"),
        "{why}"
    );
    assert_eq!(two.interlock(), one.interlock());
    assert_eq!(two.status().interlock, one.interlock());
    assert!(two.explain(&WELL).unwrap().refusal().is_some());
    assert_eq!((two.status().version, kinds(&two.audit_records())), (0, vec!["recipe_loaded".to_owned()]));

    assert_eq!(three.reset_interlock("R. Lee", " "), Err(ResetError::NoReason));
    halted(three.run(WELL));
    three.reset_interlock("R. Lee", "the heater is off").unwrap();
    assert_eq!(three.reset_interlock("R. Lee", "again"), Err(ResetError::NotLatched));
    for engine in [&one, &two, &three] {
        engine.run(WELL).unwrap();
    }
    assert_eq!(kinds(&three.audit_records()), ["recipe_loaded", "interlock_reset"]);
    assert_eq!(kinds(&one.audit_records()), ["recipe_loaded", "violation", "interlock", "interlock_reset"]);
    let last = one.audit_records().pop().unwrap().event;
    assert!(matches!(last, AuditEvent::InterlockReset { operator, .. } if operator == "the shared interlock"));
}

#[test]
fn what_is_not_known_lets_nothing_run() {
    let line = Line::default();
    let engine = line.engine();
    line.cut(true);
    let why = halted(engine.run(WELL));
    assert!(why.contains("whether the shared interlock is latched is not known: the line is cut"), "{why}");
    assert_eq!((engine.status().version, engine.interlock()), (0, None));
    line.cut(false);
    line.panics.store(true, Ordering::SeqCst);
    let why = halted(engine.run(WELL));
    assert!(why.contains("it panicked: the line is on fire"), "{why}");
    line.panics.store(false, Ordering::SeqCst);
    engine.run(WELL).unwrap();
}

/// Latches the plant at the second look of a run, which is the one before its commit.
struct AtTheCommit(Line, Interlock);

impl SharedInterlock for AtTheCommit {
    fn look(&self) -> Look {
        if self.0.latches_in.fetch_add(1, Ordering::SeqCst) == 0 { Look::Open } else { Look::Latched(self.1.clone()) }
    }
    fn latch(&self, stop: &Interlock) -> Result<(), Unreachable> {
        self.0.latch(stop)
    }
    fn reset(&self, operator: &str, reason: &str) -> Result<(), Unreachable> {
        self.0.reset(operator, reason)
    }
}

#[test]
fn a_run_under_way_when_another_engine_stops_is_not_committed() {
    let other = Line::default().engine();
    other.run(TOO_HOT).unwrap_err();
    for locking in [Locking::Pessimistic, Locking::Optimistic] {
        let interlock = AtTheCommit(Line::default(), other.interlock().unwrap());
        let engine = builder("").locking(locking).interlock(interlock).build().unwrap();
        halted(engine.run(WELL));
        assert_eq!(engine.status().version, 0);
    }
}

#[test]
fn a_stop_that_cannot_be_told_is_told_later() {
    let line = Line::default();
    let (engine, other) = (line.engine(), Line::to(&line.plant).engine());
    line.loses.store(true, Ordering::SeqCst);
    assert!(matches!(engine.run(TOO_HOT), Err(RunError::Interlocked(_))), "who violated hears so");
    other.run(WELL).unwrap();
    halted(engine.run(WELL));
    assert_eq!(line.told.load(Ordering::SeqCst), 2, "a run that is refused tries again");
    assert_eq!(engine.spread_interlock(), Err(Unreachable("the line is cut".into())));
    line.loses.store(false, Ordering::SeqCst);
    engine.spread_interlock().unwrap();
    halted(other.run(WELL));
    assert_eq!(line.told.load(Ordering::SeqCst), 4);
    engine.spread_interlock().unwrap();
    halted(engine.run(WELL));
    assert_eq!(line.told.load(Ordering::SeqCst), 4, "it knows");
}

#[test]
fn a_reset_that_is_not_known_everywhere_is_none() {
    let line = Line::default();
    for sink in [false, true] {
        let mut ovens = builder(&at_most("max: 90, level: S")).interlock(line.clone());
        if sink {
            ovens = ovens.sink(Breakable::default(), SinkOptions::default());
        }
        let engine = ovens.build().unwrap();
        engine.run(TOO_HOT).unwrap_err();
        line.cut(true);
        let refused = engine.reset_interlock("R. Lee", "checked").unwrap_err();
        assert!(matches!(&refused, ResetError::Unreachable(_)), "{refused}");
        halted(engine.run(WELL));
        line.cut(false);
        halted(engine.run(WELL));
        line.panics.store(true, Ordering::SeqCst);
        assert!(matches!(engine.reset_interlock("R. Lee", "checked"), Err(ResetError::Unreachable(_))));
        line.panics.store(false, Ordering::SeqCst);
        engine.reset_interlock("R. Lee", "checked").unwrap();
        engine.run(WELL).unwrap();
        engine.ledger().verify().unwrap();
    }
}

#[test]
fn a_reset_elsewhere_waits_for_a_sink_that_must_have_it() {
    let (line, sink) = (Line::default(), Breakable::default());
    let ovens = builder(&at_most("max: 90, level: S")).interlock(line.clone());
    let engine = ovens.sink(sink.clone(), SinkOptions::new()).build().unwrap();
    engine.run(TOO_HOT).unwrap_err();
    sink.set_broken(true);
    Line::to(&line.plant).engine().reset_interlock("R. Lee", "checked").unwrap();
    halted(engine.run(WELL));
    let records = engine.audit_records().len();
    halted(engine.run(WELL));
    assert_eq!(engine.audit_records().len(), records, "not every run tries it");
    sink.set_broken(false);
    halted(engine.run(WELL));
    *line.plant.lock() = None;
    assert!(matches!(engine.reset_interlock("R. Lee", "the archive is back"), Ok(())));
    engine.run(WELL).unwrap();
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Run,
    Violate,
    Reset,
    Cut(bool),
    Lose(bool),
    Spread,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Three engines, one of which is reset while others are cut off, beside what they must do.
    #[test]
    fn engines_do_what_the_shared_interlock_says(acts in prop::collection::vec((0..3_usize, prop_oneof![
        3 => Just(Act::Run), 2 => Just(Act::Violate), 2 => Just(Act::Reset), 2 => any::<bool>().prop_map(Act::Cut),
        2 => any::<bool>().prop_map(Act::Lose),
        1 => Just(Act::Spread),
    ]), 1..40)) {
        let plant = Plant::default();
        let lines: Vec<Line> = (0..3).map(|_| Line::to(&plant)).collect();
        let engines: Vec<_> = lines.iter().map(Line::engine).collect();
        let mut is_latched = false;
        // Of each engine, whether it is cut off or loses what it tells, whether it has stopped by itself and whether the plant does not know.
        let (mut is_cut, mut loses, mut untold, mut own) = ([false; 3], [false; 3], [false; 3], [false; 3]);
        for (at, act) in acts {
            let (engine, line) = (&engines[at], &lines[at]);
            // Whatever asks: a stop is told where it can be, and one that was reset elsewhere is over.
            let mut ask = |is_latched: &mut bool, own: &mut [bool; 3]| {
                if own[at] && untold[at] && !is_cut[at] && !loses[at] {
                    (untold[at], *is_latched) = (false, true);
                } else if own[at] && !untold[at] && !is_cut[at] && !*is_latched {
                    own[at] = false;
                }
                own[at] || is_cut[at] || *is_latched
            };
            match act {
                Act::Run => prop_assert_eq!(engine.run(WELL).is_err(), ask(&mut is_latched, &mut own)),
                Act::Violate => {
                    let is_stopped = ask(&mut is_latched, &mut own);
                    let answer = engine.run(TOO_HOT);
                    if is_stopped {
                        prop_assert!(matches!(answer, Err(RunError::Halted(_))));
                    } else {
                        prop_assert!(matches!(answer, Err(RunError::Interlocked(_))));
                        // It is not cut off, or it had not begun.
                        (own[at], untold[at], is_latched) = (true, loses[at], is_latched || !loses[at]);
                    }
                }
                Act::Reset => {
                    let is_stopped = own[at] || is_latched && !is_cut[at];
                    let answer = engine.reset_interlock("R. Lee", "checked");
                    match (is_stopped, is_cut[at]) {
                        (false, _) => prop_assert_eq!(answer, Err(ResetError::NotLatched)),
                        (true, true) => prop_assert!(matches!(answer, Err(ResetError::Unreachable(_)))),
                        (true, false) => {
                            prop_assert_eq!(answer, Ok(()));
                            (own[at], untold[at], is_latched) = (false, false, false);
                        }
                    }
                }
                Act::Cut(cut) => {
                    line.cut(cut);
                    is_cut[at] = cut;
                }
                Act::Lose(lose) => {
                    line.loses.store(lose, Ordering::SeqCst);
                    loses[at] = lose;
                }
                Act::Spread => {
                    let is_needed = own[at] && untold[at];
                    let is_told = !is_cut[at] && !loses[at];
                    prop_assert_eq!(engine.spread_interlock().is_err(), is_needed && !is_told);
                    if is_needed && is_told {
                        (untold[at], is_latched) = (false, true);
                    }
                }
            }
            prop_assert_eq!(plant.lock().is_some(), is_latched);
        }
        for engine in &engines {
            engine.ledger().verify().unwrap();
        }
    }
}
