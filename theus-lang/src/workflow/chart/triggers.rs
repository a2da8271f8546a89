//! Which transitions of a state an event concerns.

use super::event::Trigger;
use super::id::StateId;
use super::state::State;
use crate::signal::EventName;

/// What a transition is looked up by: an event's place, or one of the two after them.
pub(super) type Column = u32;

/// Columns with places among the state's transitions, in order.
type Entries = Box<[(Column, u32)]>;

/// For each state its transitions by column.
#[derive(Clone, Debug, Default)]
pub(super) struct Triggers {
    /// By state.
    states: Vec<Entries>,
    events: u32,
    /// The events that tell the end of a chain, and that one was not made good.
    ends: [Column; 3],
    /// Whether a state has transitions that wait for nothing, and whether one names the good end of a chain.
    has_always: bool,
    names_done: bool,
}

impl Triggers {
    pub(super) fn of(states: &[State], events: &[EventName]) -> Self {
        let count = u32::try_from(events.len()).unwrap_or(u32::MAX - 2);
        let place = |name: &EventName| events.binary_search(name).ok().and_then(|place| Column::try_from(place).ok());
        let ends = [EventName::CHAIN_DONE, EventName::CHAIN_FAIL, EventName::COMPENSATION_FAIL];
        let ends = ends.map(|end| place(&end).unwrap_or(count));
        let by_column = |state: &State| {
            let column = |trigger: &Trigger| match trigger {
                Trigger::Event { name, .. } => place(name),
                Trigger::Any => Some(count),
                Trigger::Always => Some(count + 1),
                Trigger::After(_)
                | Trigger::AfterReckoned(_)
                | Trigger::At(_)
                | Trigger::Every(_)
                | Trigger::Cron(_)
                | Trigger::Done
                | Trigger::DoneOf(_)
                | Trigger::Invoked(_) => None,
            };
            let mut entries: Vec<(Column, u32)> = state
                .transitions
                .iter()
                .zip(0..)
                .filter_map(|(way, place)| Some((column(&way.trigger)?, place)))
                .collect();
            entries.sort_unstable();
            entries.into_boxed_slice()
        };
        let states: Vec<Entries> = states.iter().map(by_column).collect();
        let has = |column| states.iter().any(|entries| !with(entries, column).is_empty());
        let (has_always, names_done) = (has(count + 1), has(ends[0]));
        Self { states, events: count, ends, has_always, names_done }
    }

    /// The column of an event that no transition names.
    pub(super) const fn other(&self) -> Column {
        self.events
    }

    /// The column of the transitions that wait for nothing.
    pub(super) const fn always(&self) -> Column {
        self.events + 1
    }

    pub(super) const fn has_always(&self) -> bool {
        self.has_always
    }

    pub(super) const fn names_done(&self) -> bool {
        self.names_done
    }

    /// The columns of the events that tell the end of a chain, well and badly, and that it was not made good.
    pub(super) const fn ends(&self) -> [Column; 3] {
        self.ends
    }

    pub(super) const fn columns(&self) -> u32 {
        self.events + 2
    }

    /// The state's own transitions for a column, in the order of the file: those that name the event; where none does, those
    /// for any event, unless the runtime tells it.
    pub(super) fn of_state(&self, state: StateId, column: Column) -> impl Iterator<Item = u32> {
        let entries = self.states.get(state.index()).map_or(&[][..], |entries| entries);
        let named = with(entries, column);
        let is_for_any = named.is_empty() && column < self.events && !self.ends.contains(&column);
        let found = if is_for_any { with(entries, self.events) } else { named };
        found.iter().map(|(_, place)| *place)
    }
}

fn with(entries: &[(Column, u32)], column: Column) -> &[(Column, u32)] {
    let from = entries.partition_point(|(known, _)| *known < column);
    let to = entries.partition_point(|(known, _)| *known <= column);
    &entries[from..to]
}
