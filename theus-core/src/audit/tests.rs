//! Judging and settling: thresholds against a naive oracle, records, the interlock, threads.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::ops::Deref;
use std::sync::{Arc, Barrier};
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

use super::fake::Fake;
use super::fixture::load;
use super::*;
use crate::context::Value;

mod alarms;
mod together;
mod windows;

/// One rule on `domain.total` (the first field): `min: 0`.
fn recipe(gate: &str, settings: &str) -> Recipe {
    let yaml =
        format!("process_recipes:\n  refund:\n    {gate}:\n      - {{ field: domain.total, min: 0, {settings} }}\n");
    load(&yaml).unwrap()
}

/// An auditor with that rule.
fn auditor(gate: &str, settings: &str) -> One {
    One::new(recipe(gate, settings))
}

/// An auditor and one session.
struct One {
    auditor: Auditor,
    session: AuditSession,
}

impl One {
    fn new(recipe: Recipe) -> Self {
        let auditor = Auditor::new(recipe);
        let session = auditor.session("");
        Self { auditor, session }
    }

    fn with_clock(self, clock: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> Self {
        Self { auditor: self.auditor.with_clock(clock), ..self }
    }

    fn would_refuse(&self, outcomes: &RuleOutcomes) -> bool {
        self.auditor.would_refuse(&self.session, outcomes)
    }

    fn settle(
        &self,
        process: &'static str,
        outcomes: RuleOutcomes,
        report: &mut Vec<Violation>,
    ) -> Result<(), Refusal> {
        self.auditor.settle(&self.session, process, 0, outcomes, report)
    }

    fn count(&self, process: &str) -> u32 {
        self.session.count(&self.rules(process).unwrap().rules(Gate::Input)[0])
    }
}

impl Deref for One {
    type Target = Auditor;
    fn deref(&self) -> &Auditor {
        &self.auditor
    }
}

fn total(value: i128) -> Fake<'static> {
    Fake { domain: vec![Value::Int(value)], ..Fake::default() }
}

fn run(auditor: &One, gate: Gate, value: i128) -> (Vec<Violation>, Result<(), Refusal>) {
    let outcomes = auditor.rules("refund").unwrap().judge(gate, &total(value), &auditor.session);
    let would = auditor.would_refuse(&outcomes);
    let mut report = Vec::new();
    let settled = auditor.settle("refund", outcomes, &mut report);
    assert_eq!(would, settled.is_err(), "the question and the deed must agree");
    (report, settled)
}

/// What DESIGN's table says, one step at a time, with nothing clever in it.
struct Oracle {
    count: u32,
    min: u32,
    max: u32,
    reset: bool,
    level: Level,
}

impl Oracle {
    fn step(&mut self, violated: bool) -> Option<(u32, Action)> {
        if !violated {
            if self.reset {
                self.count = 0;
            }
            return None;
        }
        self.count += 1;
        let count = self.count;
        if count == self.max {
            self.count = 0;
            return Some((
                count,
                match self.level {
                    Level::S => Action::Interlocked,
                    Level::A => Action::Aborted,
                    Level::B => Action::Blocked,
                    Level::C => Action::Campaign,
                    Level::I => Action::Informed,
                },
            ));
        }
        Some((count, if count >= self.min { Action::Warned } else { Action::Counted }))
    }
}

#[test]
fn thresholds_follow_the_table_for_every_setting() {
    let mut steps = 0;
    for (gate, key) in [(Gate::Input, "inputs"), (Gate::Output, "outputs")] {
        for level in [Level::S, Level::A, Level::B, Level::C, Level::I] {
            for max in 1..=4 {
                for (min, reset) in (1..=max).flat_map(|min| [(min, false), (min, true)]) {
                    let settings = format!(
                        "level: {level}, min_threshold: {min}, max_threshold: {max}, reset_on_success: {reset}"
                    );
                    let recipe = recipe(key, &settings);
                    // Every sequence of seven passes and violations.
                    for sequence in 0_u32..128 {
                        // The recipe is loaded once for each setting; a fresh count comes from a fresh auditor.
                        let auditor = One::new(recipe.clone());
                        let mut oracle = Oracle { count: 0, min, max, reset, level };
                        for step in 0..7 {
                            let violated = sequence >> step & 1 == 1;
                            let (report, settled) = run(&auditor, gate, if violated { -1 } else { 1 });
                            let expected = oracle.step(violated);
                            let seen = report.first().map(|violation| (violation.count, violation.action));
                            assert_eq!(seen, expected, "{settings}, sequence {sequence:b}, step {step}");
                            let acted = expected.is_some_and(|(_, action)| action.is_acting());
                            assert_eq!(settled.is_err(), acted && !matches!(level, Level::C | Level::I));
                            if let Err(refusal) = settled {
                                assert_eq!(refusal.level(), level);
                                assert_eq!(matches!(refusal, Refusal::Block(_)), level == Level::B);
                            }
                            steps += 1;
                        }
                        let records = auditor.records();
                        assert!(records.iter().map(|record| record.sequence).eq(1..=records.len() as u64));
                    }
                }
            }
        }
    }
    assert_eq!(steps, 2 * 5 * 20 * 128 * 7);
}

#[test]
fn all_violations_are_reported_in_order_and_the_strongest_level_reacts() {
    let recipe = load(
        "process_recipes:
  refund:
    outputs:
      - { field: domain.total, min: 0, max: 10, level: C, message: odd }
      - { field: domain.temperature, max: 90, level: B }
      - { field: domain.accounts, min_len: 1, level: A, message: nobody left }
      - { field: domain.user.id, eq: 1, level: S, max_threshold: 2, min_threshold: 2 }
",
    );
    let auditor = One::new(recipe.unwrap());
    let rules = auditor.rules("refund").unwrap();
    let values = vec![Value::Int(-5), Value::Float(f64::NAN), Value::Count(0), Value::Int(7)];
    let subject = Fake { domain: values, ..Fake::default() };
    let mut report = vec![];
    let refusal =
        auditor.settle("refund", rules.judge(Gate::Output, &subject, &auditor.session), &mut report).unwrap_err();
    let seen: Vec<_> = report.iter().map(|it| (it.sequence, it.rule.as_str(), it.value.as_str(), it.action)).collect();
    assert_eq!(
        seen,
        [
            (1, "domain.total min 0", "-5", Action::Campaign),
            (2, "domain.temperature max 90", "NaN", Action::Blocked),
            (3, "domain.accounts min_len 1", "0 entries", Action::Aborted),
            (4, "domain.user.id eq 1", "7", Action::Counted),
        ]
    );
    assert_eq!(
        refusal.to_string(),
        "audit aborted `refund`: output gate, rule `domain.accounts min_len 1` (level A) found 0 entries, \
         violation 1 of 1: nobody left [r.yaml:6:35], and 1 more"
    );
    assert_eq!(refusal.violations().len(), 2, "those that acted and refuse");
    assert!(!auditor.is_latched());
    let records: Vec<_> = auditor.records().into_iter().map(|record| record.event).collect();
    assert_eq!(records, report.into_iter().map(AuditEvent::Violation).collect::<Vec<_>>());
}

#[test]
fn a_blocked_run_names_rule_value_count_message_and_line() {
    let auditor = auditor("inputs", "max_threshold: 2, message: \"the books must balance\"");
    assert!(run(&auditor, Gate::Input, -1).1.is_ok());
    let (report, settled) = run(&auditor, Gate::Input, -2);
    assert_eq!(
        settled.unwrap_err().to_string(),
        "audit blocked `refund`: input gate, rule `domain.total min 0` (level B) found -2, violation 2 of 2: \
         the books must balance [r.yaml:4:32]"
    );
    assert_eq!(report[0].source, "r.yaml:4:32");
}

#[test]
fn judging_changes_nothing_and_missing_values_satisfy_nothing() {
    let auditor = auditor("inputs", "reset_on_success: true");
    let rules = auditor.rules("refund").unwrap();
    for _ in 0..5 {
        assert!(
            !rules.judge(Gate::Input, &Fake::default(), &auditor.session).is_empty(),
            "a missing value is a violation"
        );
        assert!(rules.judge(Gate::Output, &Fake::default(), &auditor.session).is_empty(), "no rules at this gate");
        assert!(
            rules.judge(Gate::Input, &total(0), &auditor.session).is_empty(),
            "a pass with nothing to put back is no finding"
        );
    }
    assert_eq!((auditor.session.count(&rules.rules(Gate::Input)[0]), auditor.records().len()), (0, 0));
    assert!(rules.is_empty(Gate::Output) && !rules.is_empty(Gate::Input) && !rules.reads_arguments(Gate::Input));
}

#[test]
fn both_gates_of_one_run_are_settled_together() {
    let yaml = "process_recipes:
  transfer:
    inputs: [{ field: amount, max: 5, level: C }]
    outputs: [{ field: domain.total, min: 0 }]
";
    let auditor = One::new(load(yaml).unwrap());
    let rules = auditor.rules("transfer").unwrap();
    assert!(rules.reads_arguments(Gate::Input) && !rules.reads_arguments(Gate::Output));
    let subject = Fake { arguments: vec![Value::Float(6.0)], domain: vec![Value::Int(-1)], ..Fake::default() };
    let mut outcomes = rules.judge(Gate::Input, &subject, &auditor.session);
    assert!(!auditor.would_refuse(&outcomes), "level C refuses nothing");
    outcomes.append(rules.judge(Gate::Output, &subject, &auditor.session));
    assert!(auditor.would_refuse(&outcomes));
    let mut report = Vec::new();
    assert!(auditor.settle("transfer", outcomes, &mut report).is_err());
    assert_eq!(report.iter().map(|violation| violation.gate).collect::<Vec<_>>(), [Gate::Input, Gate::Output]);
}

#[test]
fn each_process_counts_an_inherited_rule_for_itself() {
    let yaml = "process_recipes:
  _a: { inputs: [{ field: domain.total, min: 0, max_threshold: 2 }] }
  transfer: { inherits: _a }
  refund: { inherits: _a }
";
    let auditor = One::new(load(yaml).unwrap());
    assert!(run(&auditor, Gate::Input, -1).1.is_ok());
    assert_eq!(auditor.count("transfer"), 0);
    assert_eq!(auditor.count("refund"), 1);
}

#[test]
fn level_s_latches_until_a_reset_with_a_reason() {
    let second = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let auditor = auditor("outputs", "level: S, message: too cold").with_clock(Arc::new(move || second(7)));
    assert_eq!(auditor.reset_interlock("R. Lee", "why not", 0), Err(ResetError::NotLatched));
    assert_eq!(auditor.interlock(), None);
    let (report, settled) = run(&auditor, Gate::Output, -3);
    assert!(matches!(&settled, Err(Refusal::Interlock(error)) if error.level() == Level::S));
    assert_eq!(
        settled.unwrap_err().to_string(),
        "audit interlocked the engine at `refund`: output gate, rule `domain.total min 0` (level S) found -3, \
         violation 1 of 1: too cold [r.yaml:4:32]"
    );
    let interlock = auditor.interlock().unwrap();
    assert!(auditor.is_latched());
    assert_eq!((interlock.since, &interlock.violation), (second(7), &report[0]));
    assert!(run(&auditor, Gate::Output, -4).1.is_err());
    assert_eq!(auditor.interlock().unwrap().violation.value, "-3", "the first one stays the reason");

    assert_eq!(auditor.reset_interlock("R. Lee", " \n", 0), Err(ResetError::NoReason));
    assert_eq!(auditor.reset_interlock("\t", "heater repaired", 0), Err(ResetError::NoOperator));
    assert!(auditor.is_latched());
    auditor.reset_interlock(" R. Lee ", " heater repaired ", 7).unwrap();
    assert!(!auditor.is_latched() && auditor.interlock().is_none());
    let kinds: Vec<_> =
        auditor.records().iter().map(|record| serde_json::to_value(record).unwrap()["record"].clone()).collect();
    assert_eq!(kinds, ["violation", "interlock", "violation", "interlock_reset"]);
    let reset = auditor.records().pop().unwrap();
    let event = AuditEvent::InterlockReset { operator: "R. Lee".into(), reason: "heater repaired".into() };
    assert_eq!((reset.sequence, reset.time, reset.version, reset.event), (4, second(7), 7, event));
}

#[test]
fn a_violation_serialises_with_the_words_of_the_recipe() {
    let auditor = auditor("inputs", "level: C").with_clock(Arc::new(|| SystemTime::UNIX_EPOCH));
    assert!(run(&auditor, Gate::Input, -1).1.is_ok());
    let hash = auditor.tail().hash.to_string();
    let expected = serde_json::json!([{
        "format": 1, "sequence": 1, "time": "1970-01-01T00:00:00.000000000Z", "session": "", "version": 0, "record": "violation",
        "process": "refund", "gate": "input", "rule": "domain.total min 0", "path": "domain.total", "condition": "min",
        "limit": "0", "value": "-1", "level": "C", "count": 1, "min_threshold": 1, "max_threshold": 1,
        "action": "campaign", "message": null, "source": "r.yaml:4:32", "previous": "0".repeat(64), "hash": hash,
    }]);
    assert_eq!(serde_json::to_value(auditor.records()).unwrap(), expected);
}

#[test]
fn records_are_bounded_and_the_dropped_ones_counted() {
    let auditor = auditor("inputs", "level: C");
    for _ in 0..MAX_RECORDS + 5 {
        assert!(run(&auditor, Gate::Input, -1).1.is_ok());
    }
    let records = auditor.records();
    assert_eq!((records.len(), records[0].sequence, auditor.dropped_records()), (MAX_RECORDS, 6, 5));
}

#[test]
fn when_threads_violate_at_once_the_threshold_acts_exactly_once() {
    for _ in 0..200 {
        let auditor = Arc::new(auditor("inputs", "level: S, max_threshold: 2"));
        let barrier = Arc::new(Barrier::new(2));
        let threads = [(); 2].map(|()| {
            let (auditor, barrier) = (Arc::clone(&auditor), Arc::clone(&barrier));
            std::thread::spawn(move || {
                let outcomes = auditor.rules("refund").unwrap().judge(Gate::Input, &total(-1), &auditor.session);
                barrier.wait();
                auditor.settle("refund", outcomes, &mut Vec::new()).is_err()
            })
        });
        let refused = threads.map(|thread| thread.join().unwrap());
        assert_eq!(refused.into_iter().filter(|refused| *refused).count(), 1);
        assert!(auditor.is_latched());
        assert_eq!(auditor.count("refund"), 0);
        assert!(auditor.records().iter().map(|record| record.sequence).eq(1..=3));
    }
}

#[test]
fn many_threads_lose_no_count() {
    let auditor = Arc::new(auditor("inputs", "level: B, max_threshold: 3"));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let auditor = Arc::clone(&auditor);
            std::thread::spawn(move || {
                let rules = auditor.rules("refund").unwrap();
                let settle = || {
                    auditor.settle("refund", rules.judge(Gate::Input, &total(-1), &auditor.session), &mut Vec::new())
                };
                (0..300).filter(|_| settle().is_err()).count()
            })
        })
        .collect();
    let refused: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(refused, 4 * 300 / 3);
}

/// Keeps what is logged, and asks the auditor back: settling must not hold its lock while it logs.
struct Listener {
    auditor: Arc<One>,
    heard: Mutex<Vec<String>>,
}

/// The level, the target and the fields that matter of one event.
#[derive(Default)]
struct Heard(String);

impl tracing::field::Visit for Heard {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        if ["action", "count", "reason"].contains(&field.name()) {
            self.0 += &format!(" {}={value:?}", field.name());
        }
    }
}

impl tracing::Subscriber for Listener {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut heard = Heard::default();
        event.record(&mut heard);
        let (level, target) = (event.metadata().level(), event.metadata().target());
        self.heard.lock().push(format!("{level} {target}{}", heard.0));
        assert!(!self.auditor.records().is_empty());
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

/// What is heard of three violations of a rule and a reset.
fn heard_of_three() -> Vec<String> {
    let auditor = Arc::new(auditor("inputs", "level: S, min_threshold: 2, max_threshold: 3"));
    let listener = Arc::new(Listener { auditor: Arc::clone(&auditor), heard: Mutex::default() });
    tracing::subscriber::with_default(Arc::clone(&listener), || {
        for _ in 0..3 {
            let _refused_at_last = run(&auditor, Gate::Input, -1);
        }
        auditor.reset_interlock("R. Lee", "checked", 0).unwrap();
    });
    let mut heard = listener.heard.lock();
    std::mem::take(&mut *heard)
}

#[test]
fn warnings_actions_and_resets_are_logged_outside_the_lock() {
    let expected = [
        "DEBUG theus::audit count=1 action=counted",
        "WARN theus::audit count=2 action=warned",
        "ERROR theus::audit count=3 action=interlocked",
        "ERROR theus::audit",
        "INFO theus::audit reason=checked",
    ];
    // A place that logs, and that another test reaches for the first time at the very moment when a listener comes, can be
    // missed by that listener: `tracing` then asks it no more. The next one is asked anew.
    let heard = (0..3).map(|_| heard_of_three()).find(|heard| *heard == expected);
    assert!(heard.is_some(), "{:?}", heard_of_three());
}

#[test]
fn messages_are_filled_in_when_a_record_is_made() {
    let recipe = load(
        "process_recipes:
  refund:
    inputs:
      - { field: domain.total, min: 5, level: I, max_threshold: 2, message: '{process}: {field} is {value}, {{under}} {limit} ({level}, {count} of {max_threshold})' }
",
    );
    let (auditor, session) = (Auditor::new(recipe.unwrap()), AuditSession::new(""));
    let rules = auditor.rules("refund").unwrap();
    let subject = Fake { domain: vec![Value::Int(3)], ..Fake::default() };
    let mut report = Vec::new();
    for _ in 0..2 {
        assert!(
            auditor.settle(&session, "refund", 0, rules.judge(Gate::Input, &subject, &session), &mut report).is_ok(),
            "level I refuses nothing"
        );
    }
    let messages: Vec<_> = report.iter().map(|violation| violation.message.as_deref().unwrap()).collect();
    assert_eq!(
        messages,
        ["refund: domain.total is 3, {under} 5 (I, 1 of 2)", "refund: domain.total is 3, {under} 5 (I, 2 of 2)"]
    );
    assert_eq!(report[1].action, Action::Informed);
}
