//! An entry in words.

use std::fmt;
use std::time::SystemTime;

use super::entry::{Ended, Entry, Role, What};
use crate::signal::Origin;
use crate::source::printable;
use crate::workflow::chart::{Configuration, Definition, Place, State, StateId, TimerId};

/// An entry with the names of the states: displays as a line of a text in columns, serialises as an object.
#[derive(Clone, Copy)]
pub struct Line<'a> {
    pub(super) definition: &'a Definition,
    pub(super) entry: &'a Entry,
    pub(super) begin: Option<SystemTime>,
}

impl<'a> Line<'a> {
    /// The entry.
    #[must_use]
    pub const fn entry(&self) -> &'a Entry {
        self.entry
    }

    pub(super) fn name(&self, state: StateId) -> &'a str {
        self.definition.state(state).map_or("?", |state: &State| state.name.as_str())
    }

    /// A time, as pictures say it.
    pub(super) fn time(&self, timer: TimerId) -> String {
        self.definition.time(timer).map_or_else(|| "?".to_owned(), ToString::to_string)
    }

    pub(super) fn names(&self, at: &Configuration) -> Vec<&'a str> {
        at.leaves().iter().map(|leaf| self.name(*leaf)).collect()
    }

    /// What happened, in words.
    fn words(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entry.what {
            What::Started | What::Resumed | What::ChainDone | What::Paused | What::Unpaused => Ok(()),
            What::Event { name, origin } => match origin {
                Origin::External | Origin::Asked { .. } => write!(f, "{name} from outside"),
                Origin::Signal { path, version, process } => {
                    write!(f, "{name} from {path}, raised by {process} at version {version}")
                }
                Origin::Chain => write!(f, "{name}"),
            },
            What::Unused { name } | What::Deferred { name } | What::Recalled { name } | What::Discarded { name } => {
                write!(f, "{name}")
            }
            What::Dropped { name, most } => write!(f, "{name}: {most} are deferred already"),
            What::Timer { state, after, .. } => write!(f, "{} after {after:?}", self.name(*state)),
            What::Cycle { timer, late, missed, .. } => {
                write!(f, "{} {}", self.name(timer.state), self.time(*timer))?;
                if !late.is_zero() {
                    write!(f, ", late by {late:?}")?;
                }
                if *missed > 0 { write!(f, ", {missed} missed") } else { Ok(()) }
            }
            What::Done { state } | What::Finished { state } | What::Aside { state } => f.write_str(self.name(*state)),
            What::Invoked { state, id } | What::InvokeDone { state, id } | What::Stopped { state, id } => {
                write!(f, "{id} of {}", self.name(*state))
            }
            What::Undoes { state, compensating } => {
                write!(f, "{}; {compensating} to be made good", self.name(*state))
            }
            What::Moved { from, to, by } => {
                if let Some(from) = from {
                    write!(f, "{} -> ", self.names(from).join(" + "))?;
                }
                f.write_str(&self.names(to).join(" + "))?;
                write_places(f, by)
            }
            What::Stayed { at, by } => {
                f.write_str(&self.names(at).join(" + "))?;
                write_places(f, by)
            }
            What::Run { process, attempt, ended, version, took, .. } => {
                f.write_str(process)?;
                if *attempt > 1 {
                    write!(f, ", try {attempt}")?;
                }
                match ended {
                    Ended::Committed => write!(f, ": committed version {version} in {took:?}"),
                    Ended::RolledBack { error } => write!(f, ": rolled back after {took:?}: {error}"),
                    Ended::TimedOut => write!(f, ": rolled back: not done in time, after {took:?}"),
                    Ended::LetGo => write!(f, ": rolled back: let go of after {took:?}"),
                    Ended::NotStarted { reason } => write!(f, ": not started: {reason}"),
                }
            }
            What::Retry { process, attempt, at } => {
                let wait = at.duration_since(self.entry.at).unwrap_or_default();
                write!(f, "{process}, try {attempt} in {wait:?}")
            }
            What::ChainFailed { process, reason, compensating } => {
                // Many reasons name the process themselves.
                if let Some(process) = process.filter(|process| !reason.contains(&format!("`{process}`"))) {
                    write!(f, "{process}: ")?;
                }
                f.write_str(reason)?;
                if *compensating > 0 {
                    write!(f, "; {compensating} to be made good")?;
                }
                Ok(())
            }
            What::NoRetryAfter { process, reason } => write!(f, "{process}: {reason}"),
            What::NoValue { reason }
            | What::Failed { reason }
            | What::Aborted { reason }
            | What::Cancelled { reason } => f.write_str(reason),
            What::Runaway { limit } => write!(f, "more than {limit} steps, rounds and moves came of one event"),
        }
    }

    /// Whether it belongs to what a line above it tells.
    const fn is_part(&self) -> bool {
        matches!(
            self.entry.what,
            What::Run { role: Role::Step | Role::Compensation, .. }
                | What::Retry { .. }
                | What::NoRetryAfter { .. }
                | What::ChainDone
                | What::ChainFailed { .. }
        )
    }
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = self.begin.and_then(|begin| self.entry.at.duration_since(begin).ok()).unwrap_or_default();
        let indent = if self.is_part() { "  " } else { "" };
        let kind = format!("{indent}{}", self.entry.what.kind());
        let head =
            format!("{:>6} {:>5}.{:06}s  {kind:<14} ", self.entry.number, since.as_secs(), since.subsec_micros());
        let mut words = String::new();
        fmt::write(&mut words, format_args!("{}", Words(self)))?;
        // One line an entry, whatever an error says.
        f.write_str(format!("{head}{}", printable(&words)).trim_end())
    }
}

/// The lines of the file that say so.
fn write_places(f: &mut fmt::Formatter<'_>, by: &[Place]) -> fmt::Result {
    by.iter().enumerate().try_for_each(|(at, place)| write!(f, "{} {place}", if at == 0 { "  by" } else { "," }))
}

/// What happened, without the columns before it.
struct Words<'a>(&'a Line<'a>);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.words(f)
    }
}

impl fmt::Debug for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
