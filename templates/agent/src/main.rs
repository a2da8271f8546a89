//! An agent that asks a model, tries again where it is told to wait, and gives up in good order.
#![forbid(unsafe_code)]

use serde::{Deserialize, Serialize};
use theus_core::effect::Effect;
use theus_core::prelude::*;

/// What the agent knows.
#[derive(Clone, Debug, Default, Context)]
pub struct Memory {
    /// What the model has said.
    pub answer: String,
    /// How often it was asked.
    pub asked: u32,
}

/// The model wants to be left alone for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("the model is asked too often")]
pub struct RateLimited;

/// The world outside, as a trait: what it answers is in the journal, and a test records or plays it.
#[theus_core::effect]
pub trait Model {
    /// An answer to a question.
    async fn complete(&self, question: &str) -> Result<String, RateLimited>;
}

/// What processes may use of it.
pub struct Ports {
    /// The model.
    pub model: Effect<dyn Model>,
}

type App = Ctx<Memory, (), Ports>;

/// Asks the model. Nothing is locked for others while it thinks, and nothing is kept where it fails.
#[process(updates = [domain.asked], outputs = [domain.answer], effects = [model], errors = [RateLimited])]
pub async fn ask(ctx: App, question: String) -> Result<(), RateLimited> {
    *ctx.domain.asked += 1;
    let answer = ctx.effects.model.complete(&question).await?;
    ctx.domain.answer.set(answer);
    Ok(())
}

theus_core::files! { // checked while the program is compiled
    pub mod desk;
    domain = Memory, effects = Ports, processes = [Ask],
    recipes = ["files/audit.yaml"], workflows = ["files/agent.yaml"],
}

/// Answers by itself. Next: one that calls a model over HTTP, in its place.
struct Parrot;

#[theus_core::effect]
impl Model for Parrot {
    async fn complete(&self, question: &str) -> Result<String, RateLimited> {
        Ok(format!("you said: {question}"))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let question = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "what is a transaction?".to_owned());
    let engine = desk::builder(
        Memory::default(),
        Ports {
            model: Effect::new(Parrot),
        },
    )
    .build()?;
    let mut agent = WorkflowManager::from_checked(&engine, desk::AGENT)?;
    agent.emit_with("CMD_ASK", serde_json::json!({ "question": question }))?;
    agent.run_until_idle()?;
    println!("{}", *engine.snapshot()?.answer);
    Ok(())
}

#[cfg(test)]
mod tests;
