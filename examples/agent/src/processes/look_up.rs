//! Tools that only look: pure, and of different parts of the memory, so that they can run side by side.

use theus_core::prelude::*;
use thiserror::Error;

use super::Mind;
use crate::tools::{self, NotAFormula};

/// The handbook has nothing on it.
#[derive(Debug, Error)]
#[error("the handbook has nothing on `{0}`")]
pub(crate) struct NothingFound(String);

/// Looks something up in the handbook.
#[process(
    inputs = [global.handbook],
    outputs = [domain.facts.passages],
    errors = [NothingFound],
)]
pub(crate) fn search(ctx: Mind, query: String) -> Result<(), NothingFound> {
    let passages = tools::best_lines(&ctx.global.handbook, &query);
    if passages.is_empty() {
        return Err(NothingFound(query));
    }
    ctx.domain.facts.passages.set(passages);
    Ok(())
}

/// Works a formula out.
#[process(
    outputs = [domain.facts.amount],
    errors = [NotAFormula],
)]
pub(crate) fn calculate(ctx: Mind, formula: String) -> Result<(), NotAFormula> {
    ctx.domain.facts.amount.set(tools::calculate(&formula)?);
    Ok(())
}

/// Reads its own notes on a topic again.
#[process(
    inputs = [domain.notes],
    outputs = [domain.facts.recalled],
)]
pub(crate) fn recall(ctx: Mind, topic: String) {
    let fitting = ctx.domain.notes.iter().filter(|(path, _)| !topic.is_empty() && path.contains(&topic));
    ctx.domain.facts.recalled.set(fitting.map(|(path, text)| format!("{path}: {text}")).collect());
}
