//! Asks the model.

use theus_core::prelude::*;

use super::Mind;
use crate::model::{Purpose, Question, RateLimited, Refused, Unavailable};
use crate::prompt::{Known, prompt};

impl From<Refused> for AskError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::RateLimited(error) => error.into(),
            Refused::Unavailable(error) => error.into(),
        }
    }
}

/// Asks the model for a plan, a draft or a review, and puts down what it says and what that costs.
#[process(
    inputs = [
        global.price, domain.task, domain.advice, domain.facts.passages, domain.facts.amount, domain.facts.recalled,
        domain.bookings, domain.answer, domain.usage.tokens, domain.usage.cost
    ],
    outputs = [domain.reply, domain.usage.tokens, domain.usage.cost],
    effects = [model],
    errors = [RateLimited, Unavailable],
    blocking,
)]
pub(crate) fn ask(ctx: Mind, purpose: Purpose) -> Result<(), AskError> {
    let known = Known {
        task: &ctx.domain.task,
        advice: &ctx.domain.advice,
        passages: &ctx.domain.facts.passages,
        amount: *ctx.domain.facts.amount,
        recalled: &ctx.domain.facts.recalled,
        bookings: &ctx.domain.bookings,
        answer: &ctx.domain.answer,
    };
    let question = Question { purpose, prompt: prompt(purpose, &known) };
    let answer = ctx.effects.model.answer(&question)?;
    ctx.domain.reply.set(answer.text);
    *ctx.domain.usage.tokens = ctx.domain.usage.tokens.saturating_add(answer.tokens);
    let cost = answer.tokens.saturating_mul(*ctx.global.price);
    *ctx.domain.usage.cost = ctx.domain.usage.cost.saturating_add(cost);
    Ok(())
}
