//! What a process does, step by step, as one of its arguments: so that a fixed set of contracts runs random programs.

use std::panic::resume_unwind;

use serde::{Deserialize, Serialize};

use super::view::{View, mixed};

/// One step. A member is meant by its position, counted round.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Op {
    /// Reads a member; what is written later depends on it.
    Read(usize),
    /// Writes a value made of what was read so far and of a number.
    Set(usize, i64),
    /// Changes a member in place, by what was read so far and a number.
    Edit(usize, i64),
    /// Takes a mutable reference for nothing.
    Touch(usize),
    /// Lets others run, where the process is `async`.
    Pause,
    /// Fails with the first declared error, or the second; goes on where the process declares none.
    Fail(bool),
    /// Panics.
    Panic,
}

/// A script; the second number tells this run from all others of its program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Script {
    pub ops: Vec<Op>,
    pub run: i64,
}

/// Where a script stops.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stop {
    /// It is at its end; the number tells everything that it read.
    Done(i64),
    /// Others may run now.
    Pause,
    /// It fails, with the second error where that is true.
    Fail(bool, i64),
}

/// A script being carried out.
pub(crate) struct Steps {
    script: Script,
    at: usize,
    read: i64,
}

impl Steps {
    pub(crate) fn of(script: Script) -> Self {
        Self { script, at: 0, read: 1 }
    }

    /// Goes on to the next stop.
    pub(crate) fn go(&mut self, members: &mut [&mut dyn View]) -> Stop {
        while let Some(op) = self.script.ops.get(self.at) {
            self.at += 1;
            let count = members.len();
            match *op {
                Op::Read(member) => {
                    if let Some(number) = members[member % count].read() {
                        self.read = mixed(self.read, number);
                    }
                }
                Op::Set(member, number) => members[member % count].set(mixed(self.read, number).abs()),
                Op::Edit(member, number) => members[member % count].edit(mixed(self.read, number).abs()),
                Op::Touch(member) => members[member % count].touch(),
                Op::Pause => return Stop::Pause,
                Op::Fail(second) => return Stop::Fail(second, self.read),
                // A panic like any other, but one that prints nothing.
                Op::Panic => resume_unwind(Box::new("scripted")),
            }
        }
        Stop::Done(self.read)
    }

    /// Goes on to the end; a pause gives other threads their chance.
    pub(crate) fn finish(&mut self, members: &mut [&mut dyn View]) -> Stop {
        loop {
            match self.go(members) {
                Stop::Pause => std::thread::yield_now(),
                stop => return stop,
            }
        }
    }

    /// Goes on to the end, for a process that declares no error.
    pub(crate) fn finish_without_errors(&mut self, members: &mut [&mut dyn View]) -> i64 {
        loop {
            if let Stop::Done(read) = self.finish(members) {
                return read;
            }
        }
    }
}
