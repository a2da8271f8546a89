//! The audit of the reference: every rule looked at, one by one, with a counter beside it.

use std::collections::BTreeMap;

use theus_core::audit::{AuditEvent, AuditRecord, Violation};

use crate::programs::{AlarmSpec, Bound, Limits, RuleSpec, Window, World};

/// One record, as far as it does not depend on the clock.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Record {
    Violation {
        sequence: u64,
        process: String,
        gate: &'static str,
        rule: String,
        counting: Option<String>,
        key: Option<String>,
        value: String,
        level: char,
        count: u32,
        action: &'static str,
    },
    Interlock {
        sequence: u64,
        violation: u64,
    },
    Reset {
        sequence: u64,
        reason: String,
    },
    Alarm {
        sequence: u64,
        rule: String,
        key: Option<String>,
        violation: u64,
        change: &'static str,
        state: &'static str,
    },
}

impl Record {
    /// None for the one record that says which recipe is in force.
    pub(crate) fn of(record: &AuditRecord) -> Option<Self> {
        let sequence = record.sequence;
        match &record.event {
            AuditEvent::Violation(violation) => Some(Self::of_violation(violation)),
            AuditEvent::Interlock { violation } => Some(Self::Interlock { sequence, violation: *violation }),
            AuditEvent::InterlockReset { reason, .. } => Some(Self::Reset { sequence, reason: reason.to_string() }),
            AuditEvent::Alarm(event) => Some(Self::Alarm {
                sequence,
                rule: event.rule.to_string(),
                key: event.key.as_ref().map(ToString::to_string),
                violation: event.violation,
                change: event.change.as_str(),
                state: event.state.as_str(),
            }),
            AuditEvent::RecipeLoaded(_) if sequence == 1 => None,
            other => panic!("a record of a kind that the reference does not know: {other:?}"),
        }
    }

    pub(crate) fn of_violation(violation: &Violation) -> Self {
        Self::Violation {
            sequence: violation.sequence,
            process: violation.process.to_string(),
            gate: if violation.gate.to_string() == "input" { "input" } else { "output" },
            rule: violation.rule.to_string(),
            counting: violation.counting.as_ref().map(ToString::to_string),
            key: violation.key.as_ref().map(ToString::to_string),
            value: violation.value.to_string(),
            level: violation.level.as_str().chars().next().unwrap(),
            count: violation.count,
            action: ["counted", "warned", "campaign", "blocked", "aborted", "interlocked"]
                .into_iter()
                .find(|action| violation.action.to_string() == **action)
                .unwrap(),
        }
    }

    /// What is the same in whatever order the runs of several threads were counted.
    pub(crate) fn unordered(&self) -> (String, String, &'static str) {
        match self {
            Self::Violation { rule, value, action, .. } => (rule.clone(), value.clone(), *action),
            other => panic!("not a violation: {other:?}"),
        }
    }
}

/// What a rule looks at.
pub(super) struct Seen<'a> {
    pub(super) weight: i64,
    pub(super) world: &'a World,
    pub(super) limits: &'a Limits,
    pub(super) local: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Audit {
    rules: Vec<(RuleSpec, BTreeMap<i64, Counted>)>,
    /// Of an alarm, by its rule and what it counts by: where its value is.
    alarms: BTreeMap<(usize, i64), Excursion>,
    /// In seconds, from anywhere.
    pub(super) now: i64,
    sequence: u64,
    pub(super) records: Vec<Record>,
    pub(super) latched: bool,
}

/// What a rule has counted since its level acted, or since it was put back.
#[derive(Clone, Debug, Default)]
struct Counted {
    /// Of each judgement: whether it was a violation, and how long after the violation before, by the clock.
    judged: Vec<(bool, i64)>,
    last: Option<i64>,
}

impl Counted {
    /// How many violations are in the window.
    fn in_window(&self, window: Window) -> u32 {
        let violations = |judged: &[(bool, i64)]| judged.iter().filter(|(violated, _)| *violated).count() as u32;
        match window {
            Window::Endless => violations(&self.judged),
            Window::Of(runs) => violations(&self.judged[self.judged.len().saturating_sub(runs as usize)..]),
            Window::Within(seconds) => {
                let (mut count, mut ago) = (0, 0);
                for (_, gap) in self.judged.iter().rev().filter(|(violated, _)| *violated) {
                    if ago > seconds {
                        break;
                    }
                    count += 1;
                    ago += gap;
                }
                count
            }
        }
    }
}

/// The value of an alarm, as one would note it down: since when it has been outside, whether that was counted, since when it is back.
#[derive(Clone, Debug, Default)]
struct Excursion {
    outside_since: Option<i64>,
    is_counted: bool,
    back_since: Option<i64>,
    /// The violation by which it was raised, and whether its value is back: nobody acknowledges it.
    raised: Option<(u64, bool)>,
}

impl Excursion {
    /// It is over: whether one ends that was counted.
    fn over(&mut self) -> bool {
        std::mem::replace(self, Self { raised: self.raised, ..Self::default() }).is_counted
    }

    /// The value was seen: whether an excursion ends, and whether one counts now.
    fn sees(&mut self, alarm: AlarmSpec, look: &Look, now: i64) -> (bool, bool) {
        // A clock that was put back does not say how long ago it was.
        for since in [&mut self.outside_since, &mut self.back_since].into_iter().flatten() {
            *since = (*since).min(now);
        }
        let is_over = self.back_since.is_some_and(|since| now - since >= alarm.off_delay);
        let mut ends = is_over && self.over();
        let counts = match look {
            Look::Failed(_) => {
                self.back_since = None;
                let since = *self.outside_since.get_or_insert(now);
                let begins = !self.is_counted && now - since >= alarm.on_delay;
                self.is_counted |= begins;
                begins
            }
            Look::Near => false,
            Look::Passed if self.is_counted && alarm.off_delay > 0 => {
                self.back_since.get_or_insert(now);
                false
            }
            Look::Passed => {
                ends |= self.over();
                false
            }
        };
        (ends, counts)
    }
}

/// What a look at a rule found.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Look {
    /// The value, as records show it.
    Failed(String),
    /// It passes, and is not back inside by the deadband of its alarm.
    Near,
    Passed,
}

/// A rule that was looked at: its position, what it counts by, and what was found.
pub(super) type Finding = (usize, i64, Look);

impl Audit {
    pub(super) fn new(rules: &[RuleSpec]) -> Self {
        // A recipe is on record before anything that it finds.
        let sequence = u64::from(!rules.is_empty());
        let rules = rules.iter().map(|rule| (rule.clone(), BTreeMap::new())).collect();
        Self { rules, alarms: BTreeMap::new(), now: 0, sequence, records: Vec::new(), latched: false }
    }

    /// Looks at the rules of one gate.
    pub(super) fn judge(&self, process: &str, output_gate: bool, seen: &Seen<'_>) -> Vec<Finding> {
        self.rules
            .iter()
            .enumerate()
            .filter(|(_, (rule, _))| rule.process == process && rule.output_gate == output_gate)
            .map(|(at, (rule, _))| (at, if rule.is_per_weight { seen.weight } else { 0 }, look(rule, seen)))
            .collect()
    }

    /// Counts and records; the strongest level that refuses, if one acted.
    pub(super) fn settle(&mut self, findings: Vec<Finding>, report: &mut Vec<Record>) -> Option<char> {
        let mut strongest: Option<char> = None;
        let mut stop = None;
        for (at, key, failed) in findings {
            let (rule, counts) = &mut self.rules[at];
            let count = counts.entry(key).or_default();
            let (test, bound) = rule.bound.spelled();
            let alarm_record = |sequence: &mut u64, violation: u64, change: &'static str, state: &'static str| {
                *sequence += 1;
                Record::Alarm {
                    sequence: *sequence,
                    rule: format!("{} {test} {bound}", rule.field),
                    key: rule.is_per_weight.then(|| key.to_string()),
                    violation,
                    change,
                    state,
                }
            };
            let mut counts = true;
            if let Some(alarm) = rule.alarm {
                let excursion = self.alarms.entry((at, key)).or_default();
                let (ends, begins) = excursion.sees(alarm, &failed, self.now);
                if let (true, Some((violation, false))) = (ends, excursion.raised) {
                    excursion.raised = Some((violation, true));
                    let record = alarm_record(&mut self.sequence, violation, "returned", "returned unacknowledged");
                    self.records.push(record);
                }
                counts = begins || rule.level != 'C';
            }
            let Look::Failed(value) = failed else {
                count.judged.push((false, 0));
                if rule.reset_on_success {
                    *count = Counted::default();
                }
                continue;
            };
            if !counts {
                continue;
            }
            // The time that a clock which was put back does not tell is none.
            let gap = count.last.map_or(0, |last| (self.now - last).max(0));
            count.judged.push((true, gap));
            count.last = Some(self.now);
            let reached = count.in_window(rule.window);
            let acts = reached >= rule.max_threshold;
            if acts {
                *count = Counted::default();
            }
            self.sequence += 1;
            let action = match (acts, rule.level) {
                (false, _) if reached >= rule.min_threshold => "warned",
                (false, _) => "counted",
                (true, 'S') => "interlocked",
                (true, 'A') => "aborted",
                (true, 'B') => "blocked",
                (true, _) => "campaign",
            };
            let record = Record::Violation {
                sequence: self.sequence,
                process: rule.process.to_string(),
                gate: if rule.output_gate { "output" } else { "input" },
                rule: format!("{} {test} {bound}", rule.field),
                counting: rule.counting(),
                key: rule.is_per_weight.then(|| key.to_string()),
                value,
                level: rule.level,
                count: reached,
                action,
            };
            if acts && rule.level == 'S' && stop.is_none() {
                stop = Some(self.sequence);
            }
            // 'S' is the strongest, then 'A', then 'B'.
            if acts && rule.level != 'C' {
                let stronger = "SAB".chars().find(|level| Some(*level) == strongest || *level == rule.level);
                strongest = stronger;
            }
            report.push(record.clone());
            self.records.push(record);
            if acts && rule.alarm.is_some() {
                let raised = &mut self.alarms.entry((at, key)).or_default().raised;
                if raised.is_none_or(|(_, is_back)| is_back) {
                    *raised = Some((self.sequence, false));
                    let violation = self.sequence;
                    let record = alarm_record(&mut self.sequence, violation, "raised", "unacknowledged");
                    self.records.push(record);
                }
            }
        }
        if let Some(violation) = stop
            && !self.latched
        {
            self.sequence += 1;
            self.records.push(Record::Interlock { sequence: self.sequence, violation });
            self.latched = true;
        }
        strongest
    }

    /// Lets the engine go on. Says whether it was stopped.
    pub(super) fn reset(&mut self, reason: &str) -> bool {
        if self.latched {
            self.sequence += 1;
            self.records.push(Record::Reset { sequence: self.sequence, reason: reason.to_owned() });
        }
        std::mem::replace(&mut self.latched, false)
    }
}

/// What a rule finds: where it passes, whether it would with its bound further inside.
fn look(rule: &RuleSpec, seen: &Seen<'_>) -> Look {
    if let Some(value) = fails(rule, seen) {
        return Look::Failed(value);
    }
    let further = |bound| RuleSpec { bound, ..rule.clone() };
    let inside = match (rule.alarm, rule.bound) {
        (Some(alarm), Bound::Max(bound)) => further(Bound::Max(bound - alarm.deadband)),
        (Some(alarm), Bound::Min(bound)) => further(Bound::Min(bound + alarm.deadband)),
        _ => return Look::Passed,
    };
    if fails(&inside, seen).is_some() { Look::Near } else { Look::Passed }
}

/// The value as records show it, where it fails the rule.
fn fails(rule: &RuleSpec, seen: &Seen<'_>) -> Option<String> {
    let Seen { weight, world, limits, local } = *seen;
    match rule.field {
        "weight" => number(rule.bound, Some(weight)),
        "global.step" => number(rule.bound, Some(limits.step)),
        "domain.count" => number(rule.bound, Some(world.count)),
        "domain.limit" => number(rule.bound, world.limit),
        "domain.tank.level" => number(rule.bound, Some(world.tank.level)),
        "domain.meta_runs" => number(rule.bound, Some(world.meta_runs)),
        "local.steps" => number(rule.bound, Some(local)),
        "domain.flag" => truth(rule.bound, world.flag),
        "domain.sig_alarm" => truth(rule.bound, world.sig_alarm),
        "domain.name" => length(rule.bound, world.name.chars().count(), format!("{:?}", world.name)),
        "domain.items" => entries(rule.bound, world.items.len()),
        "domain.table" => entries(rule.bound, world.table.len()),
        other => panic!("the reference does not know the field {other}"),
    }
}

fn number(bound: Bound, value: Option<i64>) -> Option<String> {
    let Some(value) = value else { return Some("none".to_owned()) };
    let holds = match bound {
        Bound::Min(bound) => value >= bound,
        Bound::Max(bound) => value <= bound,
        Bound::Neq(bound) => value != bound,
        other => panic!("{other:?} is no bound of a number"),
    };
    (!holds).then(|| value.to_string())
}

fn truth(bound: Bound, value: bool) -> Option<String> {
    match bound {
        Bound::Is(bound) => (value != bound).then(|| value.to_string()),
        other => panic!("{other:?} is no bound of a boolean"),
    }
}

fn length(bound: Bound, length: usize, shown: String) -> Option<String> {
    let holds = match bound {
        Bound::MinLen(bound) => length >= bound,
        Bound::MaxLen(bound) => length <= bound,
        other => panic!("{other:?} is no bound of a length"),
    };
    (!holds).then_some(shown)
}

fn entries(bound: Bound, count: usize) -> Option<String> {
    length(bound, count, if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") })
}
