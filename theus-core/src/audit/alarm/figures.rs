//! How many alarms there are for who has to see them: the figures of ISA-18.2 and EEMUA 191.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::event::AlarmChange;
use super::state::{Alarm, AlarmState};
use crate::audit::Text;
use crate::audit::record::{AuditEvent, AuditRecord};
use crate::timestamp;

/// What is counted together.
const TEN_MINUTES: Duration = Duration::from_secs(600);

/// More alarms than that for one operator in ten minutes are a flood.
pub const FLOOD: u64 = 10;

/// An alarm that is raised so often within a minute chatters.
pub const CHATTERS: usize = 3;

const A_MINUTE: Duration = Duration::from_secs(60);

/// An alarm that stands for longer is stale.
pub const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// An alarm that chattered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Chattering {
    /// The session.
    pub session: Text,
    /// The rule, as records name it.
    pub rule: Text,
    /// The value of its `per`, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<Text>,
    /// How often it was raised.
    pub raised: u64,
    /// How often at most within a minute: at least [three](CHATTERS) times.
    pub most_in_a_minute: u64,
}

/// How many alarms there are for each operator. Its `Display` is a few lines.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AlarmFigures {
    /// The time that they are about: from the first record that was looked at.
    #[serde(with = "timestamp")]
    pub from: SystemTime,
    /// To the moment at which they were asked for.
    #[serde(with = "timestamp")]
    pub to: SystemTime,
    /// For how many operators.
    pub operators: NonZeroU32,
    /// How many alarms were raised.
    pub raised: u64,
    /// How many of them are one operator's in ten minutes, on average; of less than ten minutes, in that time.
    pub per_operator: f64,
    /// How many are one operator's in the ten minutes in which there were most, rounded up.
    pub most_per_operator: u64,
    /// In how many spans of ten minutes, one behind the other from the beginning, there were more than [ten](FLOOD) for one operator.
    pub floods: u64,
    /// How many spans there are.
    pub spans: u64,
    /// The alarms that chattered, those that did most first.
    pub chattering: Vec<Chattering>,
    /// How many stand at present: unacknowledged or acknowledged, the value outside.
    pub standing: u64,
    /// How many of those have stood for more than [a day](STALE).
    pub stale: u64,
}

impl AlarmFigures {
    /// Of these records, oldest first, and of the alarms that are to be seen.
    pub(in crate::audit) fn of<'a>(
        records: impl Iterator<Item = &'a AuditRecord>,
        alarms: &[Alarm],
        to: SystemTime,
        operators: NonZeroU32,
    ) -> Self {
        let mut from = None;
        let mut raised = Vec::new();
        let mut by_alarm: BTreeMap<(&Text, &Text, &Option<Text>), Often> = BTreeMap::new();
        for record in records {
            from = from.or(Some(record.time));
            let AuditEvent::Alarm(event) = &record.event else { continue };
            if event.change == AlarmChange::Raised {
                raised.push(record.time);
                by_alarm.entry((&record.session, &event.rule, &event.key)).or_default().raised(record.time);
            }
        }
        let from = from.unwrap_or(to).min(to);
        let span = to.duration_since(from).unwrap_or_default();
        let spans = span.as_secs().div_ceil(TEN_MINUTES.as_secs()).max(1);
        let each = f64::from(operators.get());
        let is_outside = |alarm: &&Alarm| matches!(alarm.state, AlarmState::Unacknowledged | AlarmState::Acknowledged);
        let standing = || alarms.iter().filter(is_outside);
        let is_stale = |alarm: &&Alarm| {
            let stood = alarm.raised.and_then(|raised| to.duration_since(raised).ok());
            stood.is_some_and(|stood| stood > STALE)
        };
        let mut chattering: Vec<_> = by_alarm
            .into_iter()
            .filter(|(_, often)| often.most >= CHATTERS)
            .map(|((session, rule, key), often)| Chattering {
                session: session.clone(),
                rule: rule.clone(),
                key: key.clone(),
                raised: often.count,
                most_in_a_minute: often.most as u64,
            })
            .collect();
        chattering.sort_by_key(|alarm| std::cmp::Reverse(alarm.most_in_a_minute));
        Self {
            from,
            to,
            operators,
            raised: raised.len() as u64,
            per_operator: raised.len() as f64 / (span.as_secs_f64() / TEN_MINUTES.as_secs_f64()).max(1.0) / each,
            most_per_operator: most_within(&raised, TEN_MINUTES).div_ceil(u64::from(operators.get())),
            floods: floods(&raised, from, u64::from(operators.get())),
            spans,
            chattering,
            standing: standing().count() as u64,
            stale: standing().filter(is_stale).count() as u64,
        }
    }
}

/// How often one alarm was raised.
#[derive(Default)]
struct Often {
    count: u64,
    last: VecDeque<SystemTime>,
    most: usize,
}

impl Often {
    fn raised(&mut self, at: SystemTime) {
        self.count += 1;
        leave(&mut self.last, at, A_MINUTE);
        self.last.push_back(at);
        self.most = self.most.max(self.last.len());
    }
}

/// Lets go of the times that are as long ago. A time behind this one, of a clock that was put back, is not long ago.
fn leave(times: &mut VecDeque<SystemTime>, at: SystemTime, span: Duration) {
    while times.front().is_some_and(|first| at.duration_since(*first).is_ok_and(|ago| ago >= span)) {
        times.pop_front();
    }
}

fn most_within(times: &[SystemTime], span: Duration) -> u64 {
    let (mut last, mut most) = (VecDeque::new(), 0);
    for at in times {
        leave(&mut last, *at, span);
        last.push_back(*at);
        most = most.max(last.len());
    }
    most as u64
}

fn floods(times: &[SystemTime], from: SystemTime, operators: u64) -> u64 {
    let mut spans: BTreeMap<u64, u64> = BTreeMap::new();
    for at in times {
        let since = at.duration_since(from).unwrap_or_default();
        *spans.entry(since.as_secs() / TEN_MINUTES.as_secs()).or_default() += 1;
    }
    spans.values().filter(|count| **count > FLOOD.saturating_mul(operators)).count() as u64
}

/// What an operator's manager reads.
impl fmt::Display for AlarmFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, operators, raised, per_operator, most_per_operator, floods, spans, .. } = self;
        writeln!(f, "alarms from {} to {}: {raised} raised", timestamp::text(*from), timestamp::text(*to))?;
        writeln!(
            f,
            "for each of {operators}: {per_operator:.2} in ten minutes on average, {most_per_operator} at most; more than {FLOOD} in \
             {floods} of {spans} spans"
        )?;
        write!(f, "standing: {}, for more than a day: {}", self.standing, self.stale)?;
        for Chattering { session, rule, key, raised, most_in_a_minute } in &self.chattering {
            write!(f, "\nchattering: ")?;
            if !session.is_empty() {
                write!(f, "[{session}] ")?;
            }
            write!(f, "`{rule}`")?;
            if let Some(key) = key {
                write!(f, " for {key}")?;
            }
            write!(f, ", raised {raised} times, {most_in_a_minute} times within a minute")?;
        }
        Ok(())
    }
}
