//! What runs and time make of alarms, put on record.

use std::sync::Arc;
use std::time::SystemTime;

use super::event::{AlarmChange, AlarmEvent};
use super::standing::{Raised, Standing, Step};
use super::table::MOST;
use crate::audit::auditor::{Auditor, AuditorState};
use crate::audit::counted::CountedRule;
use crate::audit::key::{self, Key};
use crate::audit::outcomes::Saw;
use crate::audit::record::{AuditEvent, AuditRecord, Violation};
use crate::audit::{AlarmSettings, AuditSession, Text};
use crate::panics::tell;
use crate::timestamp;

/// When, and at which version of the state.
pub(in crate::audit) type At = (SystemTime, u64);

impl Auditor {
    /// A rule that is an alarm has looked at its value: whether a violation counts.
    pub(in crate::audit) fn alarm_saw(
        &self,
        state: &mut AuditorState,
        (session, process): (&AuditSession, &'static str),
        (rule, settings): (&Arc<CountedRule>, &AlarmSettings),
        (key, saw): (&Key, &Saw),
        (now, at): (u64, At),
        records: &mut Vec<AuditRecord>,
    ) -> bool {
        let seen = |standing: &mut Standing| {
            let (steps, begins) = match saw {
                Saw::Suppressed => (standing.suppressed(now).into_iter().collect(), false),
                _ => standing.saw(settings, saw.sight(), now),
            };
            if let Saw::Failed(seen) = saw {
                standing.shows(&seen.value);
            }
            standing.waits(match saw {
                Saw::Failed(seen) => Some((process, seen)),
                _ => None,
            });
            (steps, begins, standing.clone())
        };
        let Some((steps, begins, standing)) = self.alarms.change(session.name(), rule, key, seen) else {
            return true;
        };
        records.extend(state.record_alarm(session.name(), (&standing, key), steps, at, None));
        begins || !rule.counts_excursions()
    }

    /// Outside of every lock: a subscriber is user code.
    pub(in crate::audit) fn tell_of_too_many_alarms(&self, session: &Text) {
        if self.alarms.take_refused() {
            tell(|| {
                tracing::warn!(target: "theus::audit", %session, most = MOST, "there are too many alarms: the rule of one more counts every violation");
            });
        }
    }

    /// The level of a rule that is an alarm has acted.
    pub(in crate::audit) fn alarm_acts(
        &self,
        state: &mut AuditorState,
        session: &Text,
        (rule, key): (&Arc<CountedRule>, &Key),
        violation: &Violation,
        (now, at): (u64, At),
        records: &mut Vec<AuditRecord>,
    ) {
        let raised = Raised {
            at: now,
            process: violation.process.clone(),
            violation: violation.sequence,
            value: violation.value.clone(),
            is_back: false,
            acknowledged: None,
            is_told: true,
        };
        let acts = |standing: &mut Standing| (standing.acts(raised, now), standing.clone());
        if let Some((step, standing)) = self.alarms.change(session, rule, key, acts) {
            records.extend(state.record_alarm(session, (&standing, key), step, at, None));
        }
    }

    /// What time alone has changed of alarms by now is put on record: an `off_delay` is over, or the time for which one was put aside.
    pub fn look_at_alarms(&self) {
        self.alarms_by_now();
    }

    /// The same, and what was put on record.
    pub(in crate::audit) fn alarms_by_now(&self) -> Vec<AuditRecord> {
        if !self.alarms.has_any() {
            return Vec::new();
        }
        let time = self.clock.now();
        let now = timestamp::nanos(time);
        if !self.alarms.is_due(now) {
            return Vec::new();
        }
        // From inside of a sink: somebody else will look.
        let Ok(delivery) = self.sinks.open() else { return Vec::new() };
        let mut records = Vec::new();
        {
            let mut state = self.state.lock();
            if !self.alarms.take_due(now) {
                return Vec::new();
            }
            let version = state.log.records().last().map_or(0, |record| record.version);
            for ((session, _, key), standing) in self.alarms.all() {
                let (session, rule) = (Text::from(session), &standing.rule);
                let Some(settings) = rule.alarm() else { continue };
                let passes = |standing: &mut Standing| (standing.passes_time(settings, now), standing.clone());
                if let Some((steps, standing)) = self.alarms.change(&session, rule, &key, passes) {
                    records.extend(state.record_alarm(&session, (&standing, &key), steps, (time, version), None));
                }
            }
        }
        let recorded = records.clone();
        self.publish(delivery, &mut records);
        recorded
    }
}

impl AuditorState {
    /// Puts on record what has happened to an alarm.
    pub(in crate::audit) fn record_alarm(
        &mut self,
        session: &Text,
        (standing, key): (&Standing, &Key),
        steps: impl IntoIterator<Item = Step>,
        (time, version): At,
        by: Option<(&Text, &Text)>,
    ) -> Vec<AuditRecord> {
        let record = |Step { change, state }: Step| {
            let rule = &standing.rule;
            let (process, violation) = standing.origin.clone();
            let by = by.filter(|_| change.is_an_operators());
            let event = AlarmEvent {
                change,
                state,
                rule: rule.name().into(),
                process,
                gate: rule.gate(),
                level: rule.level(),
                key: key::shown(rule, key),
                violation,
                until: standing
                    .aside
                    .as_ref()
                    .filter(|_| change == AlarmChange::Shelved)
                    .map(|aside| aside.until_time()),
                operator: by.map(|(operator, _)| operator.clone()),
                reason: by.map(|(_, reason)| reason.clone()),
            };
            self.log.append_in(session, time, version, AuditEvent::Alarm(Box::new(event))).clone()
        };
        steps.into_iter().map(record).collect()
    }
}
