//! Many sessions of one workflow, side by side in one process.
//!
//! ```text
//! emit ─► bus of the session ─► rota (who has something to do) ─► a worker ─► one step of the session, and the next …
//!                                   ▲
//!                 alarm (timers, retries), wakers of futures
//! ```
//!
//! Each session is strictly sequential: a worker has it alone for as long as it drives it. All of them are parallel over
//! the workers. What one does, a panic included, touches no other.
//!
//! | construct | for |
//! |---|---|
//! | [`Sessions`] | opens, drives, stops and asks sessions |
//! | [`SessionsBuilder`] | workers, clock, seed, what observers are told |
//! | [`SessionStatus`], [`Census`] | how a session stands, how all of them do |
//! | [`SessionWatch`] | what one of them, or all, do, as it happens |
//! | [`SessionError`] | why something could not be done with a session |

mod alarm;
mod apart;
mod ask;
mod awaited;
mod bell;
mod builder;
mod drive;
mod emit;
mod error;
mod feed;
mod handle;
mod happening;
mod inner;
mod panicked;
mod real;
mod rota;
#[cfg(test)]
mod rota_tests;
mod shared;
mod shutdown;
mod slot;
mod stage;
mod status;
mod stepped;
mod worker;

pub use builder::SessionsBuilder;
pub use emit::ToEvent;
pub use error::SessionError;
pub use feed::{SessionEntry, SessionWatch};
pub use handle::Sessions;
pub use happening::Happening;
pub use status::{Census, SessionStatus};
