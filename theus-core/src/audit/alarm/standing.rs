//! How one alarm stands, and what changes it.

use std::sync::Arc;
use std::time::SystemTime;

use super::event::AlarmChange;
use super::excursion::{Excursion, Sight};
use super::state::AlarmState;
use crate::audit::counted::CountedRule;
use crate::audit::{AlarmSettings, Text};
use crate::timestamp;
use theus_lang::audit::message::Seen;

/// An alarm that was raised. Times are in nanoseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Raised {
    pub(in crate::audit) at: u64,
    /// The process that has violated it.
    pub(in crate::audit) process: Text,
    /// The record of the violation.
    pub(in crate::audit) violation: u64,
    /// The value that was seen outside.
    pub(in crate::audit) value: Text,
    /// Whether its value is back.
    pub(in crate::audit) is_back: bool,
    pub(in crate::audit) acknowledged: Option<Text>,
    /// Whether it was put on record that it was raised: not of one that was put aside.
    pub(in crate::audit) is_told: bool,
}

/// Put aside until a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Aside {
    pub(in crate::audit) until: u64,
    pub(in crate::audit) operator: Text,
    pub(in crate::audit) reason: Text,
}

impl Aside {
    pub(in crate::audit) fn until_time(&self) -> SystemTime {
        timestamp::of_nanos(self.until)
    }
}

/// What has happened to it, and how it stands from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Step {
    pub(in crate::audit) change: AlarmChange,
    pub(in crate::audit) state: AlarmState,
}

/// One alarm of one session.
#[derive(Clone, Debug)]
pub(in crate::audit) struct Standing {
    pub(in crate::audit) rule: Arc<CountedRule>,
    pub(in crate::audit) excursion: Excursion,
    pub(in crate::audit) raised: Option<Raised>,
    pub(in crate::audit) aside: Option<Aside>,
    pub(in crate::audit) is_suppressed: bool,
    /// Since when it stands as it does.
    pub(in crate::audit) since: u64,
    /// The process and the violation that it was raised by last.
    pub(in crate::audit) origin: (Text, u64),
    /// What was seen outside, and by which process, while its `on_delay` lasts: time counts it where no run does.
    pub(in crate::audit) outside: Option<Box<(&'static str, Seen)>>,
}

impl Standing {
    /// One of which nothing is to be seen.
    pub(in crate::audit) fn normal(rule: Arc<CountedRule>) -> Self {
        let origin = (Text::default(), 0);
        let (raised, aside, outside) = (None, None, None);
        Self { rule, excursion: Excursion::None, raised, aside, is_suppressed: false, since: 0, origin, outside }
    }

    /// Whether there is nothing to be kept of it.
    pub(in crate::audit) const fn is_over(&self) -> bool {
        matches!(self.excursion, Excursion::None) && !self.is_seen()
    }

    /// Whether a look at its value can change it though it passes: it is outside, or was not looked at.
    pub(in crate::audit) const fn is_watched(&self) -> bool {
        !matches!(self.excursion, Excursion::None) || self.is_suppressed
    }

    /// Whether an operator sees it.
    pub(in crate::audit) const fn is_seen(&self) -> bool {
        self.raised.is_some() || self.aside.is_some()
    }

    /// What of it an operator sees, and a store keeps.
    #[cfg(feature = "store")]
    pub(in crate::audit) fn seen(&self) -> (Option<Raised>, Option<Aside>, bool) {
        (self.raised.clone(), self.aside.clone(), self.is_suppressed)
    }

    /// When time alone changes it next.
    pub(in crate::audit) fn due(&self) -> u64 {
        let aside = self.aside.as_ref().map_or(u64::MAX, |aside| aside.until);
        let excursion = self.rule.alarm().map_or(u64::MAX, |settings| self.excursion.due(settings));
        aside.min(excursion)
    }

    pub(in crate::audit) fn state(&self) -> AlarmState {
        match &self.raised {
            _ if self.aside.is_some() => AlarmState::Shelved,
            None => AlarmState::Normal,
            Some(_) if self.is_suppressed => AlarmState::SuppressedByDesign,
            Some(Raised { acknowledged: Some(_), .. }) => AlarmState::Acknowledged,
            Some(Raised { is_back: true, .. }) if !self.is_latched() => AlarmState::ReturnedUnacknowledged,
            Some(_) => AlarmState::Unacknowledged,
        }
    }

    fn is_latched(&self) -> bool {
        self.rule.alarm().is_some_and(AlarmSettings::is_latched)
    }

    /// The value was seen: what comes of it, and whether an excursion begins that counts.
    pub(in crate::audit) fn saw(&mut self, settings: &AlarmSettings, sight: Sight, now: u64) -> (Vec<Step>, bool) {
        let mut changes = Vec::new();
        if std::mem::take(&mut self.is_suppressed) && self.raised.is_some() {
            changes.push(self.changed(AlarmChange::Unsuppressed, now));
        }
        let turn = self.excursion.seen(settings, sight, now);
        if turn.ends {
            changes.extend(self.returns(now));
        }
        let mut begins = turn.begins;
        // A latched one is the same until somebody has acknowledged it.
        if begins
            && settings.is_latched()
            && let Some(raised @ Raised { acknowledged: None, is_back: true, .. }) = &mut self.raised
        {
            raised.is_back = false;
            begins = false;
        }
        (changes, begins)
    }

    /// What time alone has ended.
    pub(in crate::audit) fn passes_time(&mut self, settings: &AlarmSettings, now: u64) -> Vec<Step> {
        let mut changes = Vec::new();
        if self.excursion.passes_time(settings, now) {
            changes.extend(self.returns(now));
        }
        if self.aside.as_ref().is_some_and(|aside| aside.until <= now) {
            changes.extend(self.taken_up(AlarmChange::ShelfEnded, now));
        }
        changes
    }

    /// What is to be counted when its `on_delay` is over, as long as it lasts.
    pub(in crate::audit) fn waits(&mut self, seen: Option<(&'static str, &Seen)>) {
        if !matches!(self.excursion, Excursion::Begins { .. }) {
            self.outside = None;
        } else if let Some((process, seen)) = seen {
            self.outside = Some(Box::new((process, seen.clone())));
        }
    }

    /// When its `on_delay` is over, of one that is outside for less.
    pub(in crate::audit) fn begins(&self) -> Option<u64> {
        let (Excursion::Begins { since }, Some(_)) = (self.excursion, &self.outside) else { return None };
        let delay = u64::try_from(self.rule.alarm()?.on_delay().as_nanos()).unwrap_or(u64::MAX);
        Some(since.saturating_add(delay))
    }

    /// The value that is outside at present, as it was seen.
    pub(in crate::audit) fn shows(&mut self, value: &Text) {
        if let Some(raised) = &mut self.raised {
            raised.value = value.clone();
        }
    }

    /// The level has acted.
    pub(in crate::audit) fn acts(&mut self, raised: Raised, now: u64) -> Option<Step> {
        match &self.raised {
            Some(Raised { is_back: false, .. }) => None,
            _ => {
                let is_told = self.aside.is_none();
                self.origin = (raised.process.clone(), raised.violation);
                self.raised = Some(Raised { is_told, ..raised });
                is_told.then(|| self.changed(AlarmChange::Raised, now))
            }
        }
    }

    fn returns(&mut self, now: u64) -> Option<Step> {
        let is_latched = self.is_latched();
        let raised = self.raised.as_mut()?;
        match raised {
            // An excursion that has not raised it again.
            Raised { is_back: true, .. } => None,
            // Nobody has been told of it.
            Raised { is_told: false, .. } => {
                self.raised = None;
                None
            }
            Raised { acknowledged: Some(_), .. } => {
                self.raised = None;
                Some(self.changed(AlarmChange::Returned, now))
            }
            Raised { is_back, .. } => {
                *is_back = true;
                (!is_latched).then(|| self.changed(AlarmChange::Returned, now))
            }
        }
    }

    /// `None` where there is nothing to acknowledge.
    pub(in crate::audit) fn acknowledged(&mut self, operator: &Text, now: u64) -> Option<Step> {
        let raised = self.raised.as_mut().filter(|raised| raised.acknowledged.is_none())?;
        if raised.is_back {
            self.raised = None;
        } else {
            raised.acknowledged = Some(operator.clone());
        }
        Some(self.changed(AlarmChange::Acknowledged, now))
    }

    pub(in crate::audit) fn put_aside(&mut self, aside: Aside, now: u64) -> Step {
        self.aside = Some(aside);
        self.changed(AlarmChange::Shelved, now)
    }

    /// Nothing where it is not put aside. What was raised meanwhile is raised now.
    pub(in crate::audit) fn taken_up(&mut self, by: AlarmChange, now: u64) -> Vec<Step> {
        if self.aside.take().is_none() {
            return Vec::new();
        }
        let mut changes = vec![self.changed(by, now)];
        if let Some(raised @ Raised { is_told: false, .. }) = &mut self.raised {
            raised.is_told = true;
            changes.push(self.changed(AlarmChange::Raised, now));
        }
        changes
    }

    /// Its rule is not judged at present.
    pub(in crate::audit) fn suppressed(&mut self, now: u64) -> Option<Step> {
        let is_outside = self.raised.as_ref().is_some_and(|raised| !raised.is_back);
        let is_new = is_outside && !std::mem::replace(&mut self.is_suppressed, true);
        is_new.then(|| self.changed(AlarmChange::Suppressed, now))
    }

    fn changed(&mut self, change: AlarmChange, now: u64) -> Step {
        self.since = now;
        Step { change, state: self.state() }
    }
}
