//! What may happen to the agent's memory: each process with its contract.
//!
//! The model's words are taken in by `ask` and read by the `adopt_…`: so what they cost is on the books, also where nothing
//! can be made of them. What reaches the world outside (`book`, `cancel`, `ask_human`, `deliver`) does one thing each, and is
//! judged by the recipe before it does it.

mod act;
mod adopt;
mod ask;
mod human;
mod look_up;

pub(crate) use act::{Book, Cancel, CountCalls, TakeNote};
pub(crate) use adopt::{AdoptDraft, AdoptPlan, AdoptReview, Findings};
pub(crate) use ask::Ask;
pub(crate) use human::{AskHuman, Deliver, HandOver, HeedRejection, TakeAdvice};
pub(crate) use look_up::{Calculate, Recall, Search};

use theus_core::prelude::*;

use crate::context::{Agent, Limits, Ports};

type Mind = Ctx<Agent, Limits, Ports>;

#[cfg(test)]
mod tests;
