//! Makes something of what the model has said: pure, so that it can be judged and repeated.

use theus_core::prelude::*;

use super::Mind;
use crate::context::Call;
use crate::model::NotUnderstood;

/// A plan as the model writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    thought: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    formula: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    calls: Vec<Call>,
    #[serde(default)]
    hopeless: bool,
}

/// A review as the model writes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdict {
    score: u32,
    #[serde(default)]
    remark: String,
}

fn read<'a, T: Deserialize<'a>>(reply: &'a str) -> Result<T, NotUnderstood> {
    serde_json::from_str(reply).map_err(|error| NotUnderstood(error.to_string()))
}

/// Takes the model's words for a plan.
#[process(
    inputs = [domain.reply, domain.rounds],
    outputs = [
        domain.plan.query, domain.plan.formula, domain.plan.topic, domain.plan.calls, domain.rounds,
        domain.sig_hopeless, domain.meta_thought
    ],
    errors = [NotUnderstood],
)]
pub(crate) fn adopt_plan(ctx: Mind) -> Result<(), NotUnderstood> {
    let plan: Written = read(&ctx.domain.reply)?;
    *ctx.domain.rounds += 1;
    ctx.domain.plan.query.set(plan.query);
    ctx.domain.plan.formula.set(plan.formula);
    ctx.domain.plan.topic.set(plan.topic);
    ctx.domain.plan.calls.set(plan.calls);
    ctx.domain.meta_thought.set(plan.thought);
    if plan.hopeless {
        ctx.domain.sig_hopeless.set(true);
    }
    Ok(())
}

/// What is found in a draft. Whether it matters is for the recipe to say.
#[derive(Clone, Debug, Default, Context)]
pub(crate) struct Findings {
    /// The confidential words in it.
    pub(crate) confidential: Vec<String>,
}

/// Takes the model's words for the answer.
#[process(
    inputs = [global.confidential, domain.reply],
    outputs = [domain.answer],
    local = Findings,
)]
pub(crate) fn adopt_draft(ctx: Mind) {
    let answer = ctx.domain.reply.trim().to_owned();
    let folded = answer.to_lowercase();
    let told = ctx.global.confidential.iter().filter(|word| folded.contains(word.as_str()));
    ctx.local.confidential = told.cloned().collect();
    ctx.domain.answer.set(answer);
}

/// Takes the model's words for a review.
#[process(
    inputs = [domain.reply],
    outputs = [domain.review.score, domain.review.remark],
    errors = [NotUnderstood],
)]
pub(crate) fn adopt_review(ctx: Mind) -> Result<(), NotUnderstood> {
    let Verdict { score, remark } = read(&ctx.domain.reply)?;
    ctx.domain.review.score.set(score);
    ctx.domain.review.remark.set(remark);
    Ok(())
}
