//! What operators do to alarms, each with a reason, and all of it on record.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use super::event::AlarmChange;
use super::figures::AlarmFigures;
use super::standing::{Aside, Standing, Step};
use super::state::{Alarm, AlarmId, AlarmState, Shelf};
use crate::audit::auditor::{Auditor, AuditorState};
use crate::audit::counted::CountedRule;
use crate::audit::difference::stable_names;
use crate::audit::interlock::{Unsaid, said};
use crate::audit::key::Key;
use crate::audit::ledger::{self, InsideASink};
use crate::audit::{RuleMetadata, Text};
use crate::timestamp;

/// For so long an alarm is put aside at most: a rule that is not wanted is taken out of the recipe.
pub const LONGEST_SHELVED: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Why nothing was done to an alarm. It stands as before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AlarmError {
    /// Nobody would know later who did it.
    #[error("an alarm is acknowledged, shelved and unshelved only by somebody: say who")]
    NoOperator,
    /// Nobody would know later why.
    #[error("an alarm is acknowledged, shelved and unshelved only with a reason: say what was found")]
    NoReason,
    /// A record of it could be too long to be kept.
    #[error(
        "the operator and the reason are longer than {most} bytes together: be brief, and say where more is written"
    )]
    TooLong {
        /// How long they may be.
        most: usize,
    },
    /// There is no rule of that name in the recipe in force that is an alarm.
    #[error("there is no alarm {0} in the recipe in force: `engine.alarms()` lists those that are to be seen")]
    Unknown(AlarmId),
    /// There is nothing to acknowledge: it is not raised, or somebody has acknowledged it.
    #[error("there is nothing to acknowledge of the alarm {alarm}: it is {state}")]
    NotRaised {
        /// Which.
        alarm: AlarmId,
        /// How it stands.
        state: AlarmState,
    },
    /// It is not put aside.
    #[error("the alarm {alarm} is not shelved: it is {state}")]
    NotShelved {
        /// Which.
        alarm: AlarmId,
        /// How it stands.
        state: AlarmState,
    },
    /// It is put aside for some time, and not for ever.
    #[error("an alarm is shelved for a time above 0, and at most for 30 days")]
    ShelfTime,
    /// There are as many alarms as are kept.
    #[error("there are too many alarms: one more is not kept")]
    TooMany,
    /// A sink that must have the record of it did not take it.
    #[error(
        "the alarm stands as before: what was to be done could not be put on record, the sink `{sink}` does not take it: {reason}"
    )]
    Unrecorded {
        /// The sink.
        sink: String,
        /// What it said.
        reason: String,
    },
    /// It was asked for by a sink, while that was given a record.
    #[error("an alarm cannot be acknowledged or shelved from inside of a sink: do it from elsewhere")]
    InsideASink,
}

impl From<Unsaid> for AlarmError {
    fn from(unsaid: Unsaid) -> Self {
        match unsaid {
            Unsaid::Operator => Self::NoOperator,
            Unsaid::Reason => Self::NoReason,
            Unsaid::TooLong { most } => Self::TooLong { most },
        }
    }
}

impl Auditor {
    /// The alarms that are not normal, by session and rule.
    #[must_use]
    pub fn alarms(&self) -> Vec<Alarm> {
        self.look_at_alarms();
        let all = self.alarms.all();
        if all.is_empty() {
            return Vec::new();
        }
        let state = self.state.lock();
        let names: BTreeMap<_, _> =
            stable_names(&state.recipe).map(|(name, rule)| (rule.counter, Text::from(name.as_str()))).collect();
        drop(state);
        let seen = all.into_iter().filter(|(_, standing)| standing.is_seen());
        let mut alarms: Vec<_> = seen
            .filter_map(|((session, counter, key), standing)| {
                let id =
                    AlarmId { session: session.into(), rule: names.get(&counter)?.clone(), key: key.map(Text::from) };
                Some(listed(id, &standing))
            })
            .collect();
        alarms.sort_by(|one, other| one.id.cmp(&other.id));
        alarms
    }

    /// How many alarms there are for so many operators, by the records in memory.
    #[must_use]
    pub fn alarm_figures(&self, operators: NonZeroU32) -> AlarmFigures {
        let alarms = self.alarms();
        let now = timestamp::kept(self.clock.now());
        let state = self.state.lock();
        AlarmFigures::of(state.log.records(), &alarms, now, operators)
    }

    /// Somebody has seen an alarm: on record with a reason.
    ///
    /// # Errors
    /// [`AlarmError`]: then it stands as before.
    pub fn acknowledge(&self, alarm: &AlarmId, operator: &str, reason: &str) -> Result<AlarmState, AlarmError> {
        self.operates(alarm, (operator, reason), |standing, operator, now| {
            let state = standing.state();
            let step = standing.acknowledged(operator, now);
            step.map(|step| vec![step]).ok_or_else(|| AlarmError::NotRaised { alarm: alarm.clone(), state })
        })
    }

    /// Puts an alarm aside for a time: on record with a reason.
    ///
    /// # Errors
    /// As [`acknowledge`](Self::acknowledge).
    pub fn shelve(
        &self,
        alarm: &AlarmId,
        time: Duration,
        operator: &str,
        reason: &str,
    ) -> Result<AlarmState, AlarmError> {
        if time.is_zero() || time > LONGEST_SHELVED {
            return Err(AlarmError::ShelfTime);
        }
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let why = Text::from(reason.trim());
        self.operates(alarm, (operator, reason), |standing, operator, now| {
            let until = now.saturating_add(nanos);
            Ok(vec![standing.put_aside(Aside { until, operator: operator.clone(), reason: why }, now)])
        })
    }

    /// Takes an alarm up again before its time: on record with a reason.
    ///
    /// # Errors
    /// As [`acknowledge`](Self::acknowledge).
    pub fn unshelve(&self, alarm: &AlarmId, operator: &str, reason: &str) -> Result<AlarmState, AlarmError> {
        self.operates(alarm, (operator, reason), |standing, _, now| {
            let state = standing.state();
            match standing.taken_up(AlarmChange::Unshelved, now) {
                steps if steps.is_empty() => Err(AlarmError::NotShelved { alarm: alarm.clone(), state }),
                steps => Ok(steps),
            }
        })
    }

    fn operates(
        &self,
        alarm: &AlarmId,
        (operator, reason): (&str, &str),
        act: impl FnOnce(&mut Standing, &Text, u64) -> Result<Vec<Step>, AlarmError>,
    ) -> Result<AlarmState, AlarmError> {
        let (operator, reason) = said(operator, reason)?;
        let (operator, reason) = (Text::from(operator), Text::from(reason));
        self.look_at_alarms();
        let time = self.clock.now();
        let now = timestamp::nanos(time);
        let delivery = self.sinks.open().map_err(|InsideASink| AlarmError::InsideASink)?;
        let (rule, key, before, mut records, stands) = {
            let mut state = self.state.lock();
            let (rule, key) = alarm_of(&state, alarm).ok_or_else(|| AlarmError::Unknown(alarm.clone()))?;
            let before = self.alarms.get(&alarm.session, &rule, &key);
            let acts = |standing: &mut Standing| {
                let done = act(standing, &operator, now);
                (done, standing.clone())
            };
            let (done, standing) = self.alarms.change(&alarm.session, &rule, &key, acts).ok_or(AlarmError::TooMany)?;
            let version = state.log.records().last().map_or(0, |record| record.version);
            let by = Some((&operator, &reason));
            let records = state.record_alarm(&alarm.session, (&standing, &key), done?, (time, version), by);
            (rule, key, before, records, standing.state())
        };
        let Some(mut delivery) = delivery else {
            records.iter().for_each(ledger::tell);
            return Ok(stands);
        };
        // It is done only when the sinks have it: until then nobody else puts anything on record.
        let refused = records.first().and_then(|record| self.offer(&mut delivery, record));
        if refused.is_some() {
            let mut state = self.state.lock();
            let back = |standing: &mut Standing| {
                *standing = before.unwrap_or_else(|| Standing::normal(Arc::clone(&rule)));
                (Step { change: AlarmChange::Undone, state: standing.state() }, standing.clone())
            };
            if let Some((step, standing)) = self.alarms.change(&alarm.session, &rule, &key, back) {
                let version = records.last().map_or(0, |record| record.version);
                records.extend(state.record_alarm(&alarm.session, (&standing, &key), [step], (time, version), None));
            }
        }
        self.publish(Some(delivery), &mut records);
        refused.map_or(Ok(stands), |(sink, reason)| Err(AlarmError::Unrecorded { sink, reason }))
    }
}

/// The rule of an alarm, where the recipe in force has it.
fn alarm_of(state: &AuditorState, alarm: &AlarmId) -> Option<(Arc<CountedRule>, Key)> {
    let mut named = stable_names(&state.recipe).filter(|(_, rule)| rule.alarm().is_some());
    let (_, rule) = named.find(|(name, _)| *name == *alarm.rule)?;
    let key: Key = alarm.key.as_ref().map(|key| key.as_str().into());
    (key.is_some() == rule.counting().per().is_some()).then(|| (Arc::clone(rule), key))
}

fn listed(id: AlarmId, standing: &Standing) -> Alarm {
    let Standing { rule, raised, aside, since, origin, .. } = standing;
    let RuleMetadata { gate, path, rule: name, level, source, .. } = rule.metadata("");
    Alarm {
        id,
        process: raised.as_ref().map(|raised| raised.process.clone()).unwrap_or_default(),
        gate,
        path,
        rule: name,
        level,
        state: standing.state(),
        since: timestamp::of_nanos(*since),
        raised: raised.as_ref().map(|raised| timestamp::of_nanos(raised.at)),
        violation: if raised.is_some() { origin.1 } else { 0 },
        value: raised.as_ref().map(|raised| raised.value.clone()).unwrap_or_default(),
        operator: raised.as_ref().and_then(|raised| raised.acknowledged.clone()),
        shelf: aside.as_ref().map(|aside| Shelf {
            until: aside.until_time(),
            operator: aside.operator.clone(),
            reason: aside.reason.clone(),
        }),
        source,
    }
}
