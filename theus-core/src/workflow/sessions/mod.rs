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
//! | [`SessionError`] | why a session could not be reached |

mod alarm;
mod builder;
mod error;
mod handle;
mod rota;
mod slot;
mod stepped;
mod worker;

pub use builder::{Happening, SessionsBuilder};
pub use error::SessionError;
pub use handle::{Census, Sessions};
