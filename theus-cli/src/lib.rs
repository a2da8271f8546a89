#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod check;
mod command;
mod error;
mod fork;
mod journal;
mod out;
mod outbox;
mod replay;
mod retention;
mod sessions;
mod show;
mod verify;

pub use command::{StoreCommand, Verdict};
pub use error::CliError;
