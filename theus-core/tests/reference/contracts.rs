//! The contracts of the processes of [`programs`](crate::programs), by hand: what each may read and write, in order.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::state::Failure;
use crate::programs::{Call, Limits, Script, Steps, Stop, Value, View, World};

/// What a run did, besides changing the domain.
#[derive(Default)]
pub(super) struct Trace {
    clock: u32,
    /// The fields that were written, each with the number of its last write.
    pub(super) written: BTreeMap<&'static str, u32>,
    pub(super) local: i64,
    pub(super) posted: Vec<i64>,
}

/// One member of a guard: a plain reference, and what is allowed with it.
struct Member<'a, T> {
    field: &'static str,
    value: &'a mut T,
    reads: bool,
    writes: bool,
    trace: &'a Mutex<Trace>,
}

impl<T> Member<'_, T> {
    fn note(&self) {
        let mut trace = self.trace.lock().unwrap();
        trace.clock += 1;
        let now = trace.clock;
        trace.written.insert(self.field, now);
    }
}

impl<T: Value> View for Member<'_, T> {
    fn read(&self) -> Option<i64> {
        self.reads.then(|| self.value.number())
    }
    fn set(&mut self, number: i64) {
        if self.writes {
            *self.value = T::made(number);
            self.note();
        }
    }
    fn edit(&mut self, number: i64) {
        if self.reads && self.writes {
            self.value.edit(number);
            self.note();
        }
    }
    fn touch(&mut self) {
        if self.reads && self.writes {
            self.note();
        }
    }
}

struct Scratchpad<'a>(&'a Mutex<Trace>);

impl View for Scratchpad<'_> {
    fn read(&self) -> Option<i64> {
        Some(self.0.lock().unwrap().local)
    }
    fn set(&mut self, number: i64) {
        self.0.lock().unwrap().local = number % 10;
    }
    fn edit(&mut self, number: i64) {
        let mut trace = self.0.lock().unwrap();
        trace.local = (trace.local + number) % 10;
    }
}

struct Book<'a>(&'a Mutex<Trace>);

impl View for Book<'_> {
    fn set(&mut self, number: i64) {
        self.0.lock().unwrap().posted.push(number);
    }
    fn edit(&mut self, number: i64) {
        self.set(number);
    }
}

/// The name of the process, and whether it has outputs.
pub(super) fn process(call: &Call) -> (&'static str, bool) {
    match call {
        Call::Look(_) => ("look", false),
        Call::Stamp(_) => ("stamp", true),
        Call::Bump(_) => ("bump", true),
        Call::Gather(_) => ("gather", true),
        Call::Tanks(_) => ("tanks", true),
        Call::Ring(_) => ("ring", true),
        Call::Answer(_) => ("answer", true),
        Call::Trace(_) => ("trace", true),
        Call::Scribe(_) => ("scribe", true),
        Call::Shelve(_) => ("shelve", true),
        Call::Post(_) => ("post", true),
        Call::Glance(_) => ("glance", false),
        Call::Drift(_) => ("drift", true),
        Call::Deliver(_) => ("deliver", true),
    }
}

/// Carries a call out on the domain itself.
pub(super) fn execute(call: &Call, w: &mut World, limits: &mut Limits, trace: &Mutex<Trace>) -> Result<i64, Failure> {
    macro_rules! reads {
        ($field:literal, $value:expr) => {
            &mut Member { field: $field, value: &mut $value, reads: true, writes: false, trace }
        };
    }
    macro_rules! writes {
        ($field:literal, $value:expr) => {
            &mut Member { field: $field, value: &mut $value, reads: false, writes: true, trace }
        };
    }
    macro_rules! updates {
        ($field:literal, $value:expr) => {
            &mut Member { field: $field, value: &mut $value, reads: true, writes: true, trace }
        };
    }
    let (weight, script) = call.arguments();
    let read = match call {
        Call::Look(_) => infallible(
            script,
            &mut [
                reads!("count", w.count),
                reads!("name", w.name),
                reads!("items", w.items),
                reads!("tank.level", w.tank.level),
                reads!("step", limits.step),
            ],
        ),
        Call::Stamp(_) => {
            one_error(script, &mut [writes!("flag", w.flag), writes!("limit", w.limit), writes!("name", w.name)])?
        }
        Call::Bump(_) => one_error(script, &mut [updates!("count", w.count)])?,
        Call::Gather(_) => {
            two_errors(script, &mut [reads!("count", w.count), updates!("items", w.items), updates!("table", w.table)])?
        }
        Call::Tanks(_) => infallible(
            script,
            &mut [updates!("tank.level", w.tank.level), writes!("tank.label", w.tank.label), reads!("flag", w.flag)],
        ),
        Call::Ring(_) => one_error(
            script,
            &mut [
                writes!("sig_alarm", w.sig_alarm),
                writes!("cmd_move", w.cmd_move),
                writes!("tank.sig_spill", w.tank.sig_spill),
                writes!("sig_note", w.sig_note),
                updates!("count", w.count),
            ],
        )?,
        Call::Answer(_) => infallible(
            script,
            &mut [
                updates!("sig_alarm", w.sig_alarm),
                updates!("sig_note", w.sig_note),
                reads!("cmd_move", w.cmd_move),
                writes!("count", w.count),
            ],
        ),
        Call::Trace(_) => infallible(
            script,
            &mut [updates!("meta_trace", w.meta_trace), writes!("meta_runs", w.meta_runs), reads!("name", w.name)],
        ),
        Call::Scribe(_) => {
            one_error(script, &mut [&mut Scratchpad(trace), updates!("count", w.count), writes!("name", w.name)])?
        }
        Call::Shelve(_) => infallible(script, &mut [updates!("shelf", w.shelf), reads!("step", limits.step)]),
        Call::Post(_) => one_error(
            script,
            &mut [
                &mut Book(trace),
                updates!("count", w.count),
                writes!("items", w.items),
                writes!("sig_alarm", w.sig_alarm),
            ],
        )?,
        Call::Glance(_) => infallible(
            script,
            &mut [
                reads!("count", w.count),
                reads!("table", w.table),
                reads!("tank.level", w.tank.level),
                reads!("sig_alarm", w.sig_alarm),
            ],
        ),
        Call::Drift(_) => one_error(
            script,
            &mut [
                updates!("count", w.count),
                updates!("table", w.table),
                reads!("flag", w.flag),
                writes!("cmd_move", w.cmd_move),
                writes!("meta_trace", w.meta_trace),
            ],
        )?,
        Call::Deliver(_) => one_error(
            script,
            &mut [
                &mut Book(trace),
                updates!("items", w.items),
                reads!("count", w.count),
                writes!("cmd_move", w.cmd_move),
            ],
        )?,
    };
    Ok(read + weight)
}

fn infallible(script: &Script, members: &mut [&mut dyn View]) -> i64 {
    Steps::of(script.clone()).finish_without_errors(members)
}

fn one_error(script: &Script, members: &mut [&mut dyn View]) -> Result<i64, Failure> {
    match Steps::of(script.clone()).finish(members) {
        Stop::Fail(_, read) => Err(Failure::Refused(read)),
        Stop::Done(read) => Ok(read),
        Stop::Pause => unreachable!("`finish` goes on"),
    }
}

fn two_errors(script: &Script, members: &mut [&mut dyn View]) -> Result<i64, Failure> {
    match Steps::of(script.clone()).finish(members) {
        Stop::Fail(true, read) => Err(Failure::Broken(read)),
        Stop::Fail(false, read) => Err(Failure::Refused(read)),
        Stop::Done(read) => Ok(read),
        Stop::Pause => unreachable!("`finish` goes on"),
    }
}
