//! An entry as JSON: one flat object, with the names of the states.

use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::entry::{Ended, What};
use super::line::Line;
use crate::timestamp;
use crate::workflow::chart::Place;

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.entry();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("number", &entry.number)?;
        map.serialize_entry("at", &timestamp::text(entry.at))?;
        map.serialize_entry("kind", entry.what.kind())?;
        self.fields(&mut map)?;
        map.end()
    }
}

impl Line<'_> {
    fn fields<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match &self.entry().what {
            What::Started | What::Resumed | What::ChainDone | What::Paused | What::Unpaused => Ok(()),
            What::Event { name, origin } => {
                map.serialize_entry("event", name)?;
                map.serialize_entry("origin", origin)
            }
            What::Unused { name } | What::Deferred { name } | What::Recalled { name } | What::Discarded { name } => {
                map.serialize_entry("event", name)
            }
            What::Dropped { name, most } => {
                map.serialize_entry("event", name)?;
                map.serialize_entry("most", most)
            }
            What::Timer { state, after, due } => {
                map.serialize_entry("state", self.name(*state))?;
                map.serialize_entry("after_ns", &nanos(*after))?;
                map.serialize_entry("due", &timestamp::text(*due))
            }
            What::Cycle { timer, due, late, missed } => {
                map.serialize_entry("state", self.name(timer.state))?;
                map.serialize_entry("time", &self.time(*timer))?;
                map.serialize_entry("due", &timestamp::text(*due))?;
                map.serialize_entry("late_ns", &nanos(*late))?;
                map.serialize_entry("missed", missed)
            }
            What::Done { state } | What::Finished { state } | What::Aside { state } => {
                map.serialize_entry("state", self.name(*state))
            }
            What::Invoked { state, id } | What::InvokeDone { state, id } | What::Stopped { state, id } => {
                map.serialize_entry("state", self.name(*state))?;
                map.serialize_entry("id", id)
            }
            What::Undoes { state, compensating } => {
                map.serialize_entry("state", self.name(*state))?;
                map.serialize_entry("compensating", compensating)
            }
            What::Moved { from, to, by } => {
                map.serialize_entry("from", &from.as_ref().map(|from| self.names(from)))?;
                map.serialize_entry("to", &self.names(to))?;
                map.serialize_entry("by", &places(by))
            }
            What::Stayed { at, by } => {
                map.serialize_entry("in", &self.names(at))?;
                map.serialize_entry("by", &places(by))
            }
            What::Run { process, attempt, ended, version, took, .. } => {
                map.serialize_entry("process", process)?;
                map.serialize_entry("try", attempt)?;
                map.serialize_entry("version", version)?;
                map.serialize_entry("took_ns", &nanos(*took))?;
                match ended {
                    Ended::Committed => map.serialize_entry("ended", "committed"),
                    Ended::TimedOut => map.serialize_entry("ended", "timed out"),
                    Ended::LetGo => map.serialize_entry("ended", "let go"),
                    Ended::RolledBack { error } => {
                        map.serialize_entry("ended", "rolled back")?;
                        map.serialize_entry("error", error)
                    }
                    Ended::NotStarted { reason } => {
                        map.serialize_entry("ended", "not started")?;
                        map.serialize_entry("error", reason)
                    }
                }
            }
            What::Retry { process, attempt, at } => {
                map.serialize_entry("process", process)?;
                map.serialize_entry("try", attempt)?;
                map.serialize_entry("due", &timestamp::text(*at))
            }
            What::ChainFailed { process, reason, compensating } => {
                map.serialize_entry("process", process)?;
                map.serialize_entry("reason", reason)?;
                map.serialize_entry("compensating", compensating)
            }
            What::NoRetryAfter { process, reason } => {
                map.serialize_entry("process", process)?;
                map.serialize_entry("reason", reason)
            }
            What::NoValue { reason }
            | What::Failed { reason }
            | What::Aborted { reason }
            | What::Cancelled { reason } => map.serialize_entry("reason", reason),
            What::Runaway { limit } => map.serialize_entry("limit", limit),
        }
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// The lines, as one text; nothing for none.
fn places(by: &[Place]) -> Option<String> {
    let all: Vec<String> = by.iter().map(ToString::to_string).collect();
    (!all.is_empty()).then(|| all.join(", "))
}
