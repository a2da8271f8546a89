//! The times of a session as they are stored, by the names of the states, and back.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use super::cycles::Figures;
use super::names::{known, name_of};
use super::position::{Position, PositionError};
use super::reckoning::Reckoning;
use super::stored::{StoredCycle, StoredExpression, StoredReckoning, StoredTime, StoredTimer};
use super::timers::Timers;
use crate::timestamp;
use crate::workflow::chart::{Definition, TimerId, Trigger};
use crate::workflow::clock::Moment;

/// Those of which the file says how long they are.
pub(super) fn timers(definition: &Definition, timers: &Timers) -> Vec<StoredTimer> {
    let stored = |timer: &super::timers::Timer| {
        let (every, time) = match definition.time(timer.id)? {
            Trigger::After(after) => (false, after),
            Trigger::Every(every) => (true, every),
            _ => return None,
        };
        let state = name_of(definition, timer.id.state);
        Some(StoredTimer { state, after_ns: nanos(*time), every, due: timer.date })
    };
    timers.iter().filter_map(stored).collect()
}

/// Those that the data say.
pub(super) fn reckoned(definition: &Definition, timers: &Timers) -> Vec<StoredReckoning> {
    if !timers.are_reckoned() {
        return Vec::new();
    }
    let dates: HashMap<TimerId, SystemTime> = timers.iter().map(|timer| (timer.id, timer.date)).collect();
    let stored = |one: &Reckoning| {
        let time = match definition.time(one.id)? {
            Trigger::AfterReckoned(time) => StoredExpression::After(time.value.text().to_owned()),
            Trigger::At(time) => StoredExpression::At(time.value.text().to_owned()),
            Trigger::Cron(cron) => StoredExpression::Cron(cron.text().to_owned()),
            _ => return None,
        };
        let due = dates.get(&one.id).map(|date| StoredTime(*date));
        Some(StoredReckoning { state: name_of(definition, one.id.state), time, entered: StoredTime(one.entered), due })
    };
    timers.reckonings().filter_map(stored).collect()
}

/// How the cycles have kept their time.
pub(super) fn cycles(definition: &Definition, timers: &Timers) -> Vec<StoredCycle> {
    let stored = |(id, figures): &(TimerId, Figures)| {
        let (state, time) = (name_of(definition, id.state), definition.time(*id)?.to_string());
        let Figures { handled, missed, late, latest } = *figures;
        Some(StoredCycle { state, time, handled, missed, late_ns: nanos(late), latest_ns: nanos(latest) })
    };
    timers.counted().iter().filter_map(stored).collect()
}

/// What a position says of them; true where they are known by their dates alone from now on.
pub(super) fn restore(
    definition: &Definition,
    position: &Position,
    timers: &mut Timers,
) -> Result<bool, PositionError> {
    // The next one comes last.
    for stored in position.timers.iter().rev() {
        timers.restore(stored.due, timer(definition, stored)?);
    }
    for stored in &position.reckoned {
        let id = reckoned_by(definition, stored)?;
        if let Some(StoredTime(due)) = stored.due {
            timers.restore(due, id);
        }
        // One that follows the data is worked out anew, for they may have changed meanwhile.
        let version = stored.due.is_some().then_some(u64::MAX);
        timers.reckon_later(id, (Moment::ZERO, stored.entered.0), version, definition);
    }
    timers.put_reckonings_in_order();
    for stored in &position.cycles {
        // Figures of one that is no more in the file are of no more use.
        timers.counted_mut().extend(figures(definition, stored));
    }
    if !position.cycles.is_empty() {
        // A file that was changed may have another order, and have made one of two.
        let counted = timers.counted_mut();
        counted.sort_by_key(|(id, _)| *id);
        counted.dedup_by_key(|(id, _)| *id);
    }
    Ok(!timers.is_empty())
}

fn timer(definition: &Definition, stored: &StoredTimer) -> Result<TimerId, PositionError> {
    let state = known(definition, &stored.state)?;
    let time = Duration::from_nanos(stored.after_ns);
    let sought = if stored.every { Trigger::Every(time) } else { Trigger::After(time) };
    if let Some((id, _)) = definition.timers(state).find(|(_, time)| **time == sought) {
        return Ok(id);
    }
    let (state, due) = (stored.state.clone(), timestamp::text(stored.due));
    Err(match stored.every {
        true => PositionError::Cycle { state, every: time, due },
        false => PositionError::Timer { state, after: time, due },
    })
}

fn reckoned_by(definition: &Definition, stored: &StoredReckoning) -> Result<TimerId, PositionError> {
    let state = known(definition, &stored.state)?;
    let is_sought = |trigger: &Trigger| match (&stored.time, trigger) {
        (StoredExpression::After(text), Trigger::AfterReckoned(time))
        | (StoredExpression::At(text), Trigger::At(time)) => time.value.text() == text,
        (StoredExpression::Cron(text), Trigger::Cron(cron)) => cron.text() == text,
        _ => false,
    };
    let found = definition.timers(state).find(|(_, trigger)| is_sought(trigger));
    found.map(|(id, _)| id).ok_or_else(|| {
        let time = match &stored.time {
            StoredExpression::After(text) => format!("after: ${{ {text} }}"),
            StoredExpression::At(text) => format!("at: ${{ {text} }}"),
            StoredExpression::Cron(text) => format!("cron: {text}"),
        };
        PositionError::Reckoned { state: stored.state.clone(), time }
    })
}

fn figures(definition: &Definition, stored: &StoredCycle) -> Option<(TimerId, Figures)> {
    let StoredCycle { handled, missed, late_ns, latest_ns, .. } = *stored;
    let state = definition.state_once_named(&stored.state)?;
    let (id, _) = definition.timers(state).find(|(_, time)| time.to_string() == stored.time)?;
    let (late, latest) = (Duration::from_nanos(late_ns), Duration::from_nanos(latest_ns));
    Some((id, Figures { handled, missed, late, latest }))
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
