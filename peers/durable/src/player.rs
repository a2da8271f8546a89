//! What a program that plays the workflow is asked for, a line at a time, and answers: both programs have it.

use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::Instant;

use rustix::time::{ClockId, clock_gettime};

pub type Failure = Box<dyn std::error::Error>;

/// What `PRAGMA synchronous` is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    Full,
    Normal,
}

impl Synchronous {
    /// As it is written on the command line and in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Normal => "NORMAL",
        }
    }

    /// As SQLite tells it.
    pub fn number(self) -> i64 {
        match self {
            Self::Full => 2,
            Self::Normal => 1,
        }
    }
}

/// What is written after the program's name: who plays, how, and in which file.
pub struct Asked {
    pub player: String,
    pub synchronous: Synchronous,
    pub file: PathBuf,
}

impl Asked {
    /// Nothing where the command line has something else.
    pub fn of_command_line() -> Option<Self> {
        let mut words = std::env::args_os().skip(1);
        let player = words.next()?.into_string().ok()?;
        let word = words.next()?;
        let synchronous = [Synchronous::Full, Synchronous::Normal].into_iter().find(|one| word == one.word())?;
        Some(Self { player, synchronous, file: words.next()?.into() })
    }
}

/// For each line of the input, which is a number, plays so many workflows and says how many nanoseconds they took, by the clock and of
/// processors. What plays one is told its number, and has seen to it that the sums are right.
pub fn serve(mut play: impl FnMut(u64) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut number = 0;
    for line in io::stdin().lock().lines() {
        let count: u64 = line?.trim().parse()?;
        let (began, used) = (Instant::now(), processor_time());
        for _ in 0..count {
            number += 1;
            play(number)?;
        }
        let (took, used) = (began.elapsed().as_nanos(), processor_time() - used);
        let mut out = io::stdout().lock();
        writeln!(out, "{took} {used}")?;
        out.flush()?;
    }
    Ok(())
}

/// Of all threads of this process, in nanoseconds.
fn processor_time() -> i64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// That a sum is what it should be: who is fast and wrong is not measured.
pub fn expect(found: i64, expected: i64) -> Result<(), Failure> {
    if found == expected { Ok(()) } else { Err(format!("the balance is {found}, and should be {expected}").into()) }
}
