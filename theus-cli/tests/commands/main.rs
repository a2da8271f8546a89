//! Each command on stores in memory, by the words that a user types.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod altered;
mod coverage;
mod desk;
mod history;
mod listing;
mod messages;
mod redacted;
mod retention;
mod soundness;
mod words;
