//! Many sessions of one workflow, side by side in one process.
//!
//! ```text
//! emit ─► bus of the session ─► run queue (who has something to do) ─► a worker ─► one step of the session, and the next …
//!                                   ▲
//!                 timer queue (timers, retries), wakers of futures
//! ```
//!
//! Each session is strictly sequential: a worker has it alone for as long as it drives it. All of them are parallel over
//! the workers. What one does, a panic included, touches no other.
//!
//! | construct | for |
//! |---|---|
//! | [`Sessions`] | opens, drives, stops and asks sessions |
//! | [`SessionsBuilder`] | workers, clock, seed, what observers are told |
//! | [`Ask`] | an event, and what has come of it when nothing follows from it any more |
//! | [`EmitLater`] | an event that waits for room |
//! | [`SessionRun`], [`NamedRun`] | a run in a session, beside its workflow |
//! | [`Among`], [`Reached`] | which sessions are waited for, and which came first |
//! | [`SessionLook`] | how a session stands and what it holds, of one moment |
//! | [`SessionStatus`], [`Census`] | how a session stands, how all of them do |
//! | [`SessionWatch`] | what one of them, or all, do, as it happens |
//! | [`SessionError`], [`SessionRunError`] | why something could not be done with a session |

mod apart;
mod ask;
mod asking;
mod awaited;
mod builder;
mod channel;
#[cfg(feature = "store")]
mod cold;
mod drive;
mod emit;
mod error;
mod first;
mod firsts;
mod handle;
mod happening;
#[cfg(feature = "store")]
mod held;
mod inner;
mod keys;
mod later;
mod look;
mod names;
mod once;
mod panicked;
mod pending;
mod question;
mod real;
mod rooms;
mod run;
mod run_error;
mod run_queue;
#[cfg(test)]
mod run_queue_tests;
mod running;
mod runs;
mod session_waker;
mod shared;
mod shutdown;
mod slot;
mod stage;
mod status;
mod stepped;
mod timer_queue;
mod worker;

pub use builder::SessionsBuilder;
pub use channel::{SessionEntry, SessionWatch};
pub use emit::ToEvent;
pub use error::SessionError;
pub use first::{Among, Reached};
pub use handle::Sessions;
pub use happening::Happening;
pub use later::EmitLater;
pub use look::SessionLook;
pub use question::Ask;
pub use run::{NamedRun, SessionRun};
pub use run_error::SessionRunError;
pub use status::{Census, SessionStatus};
