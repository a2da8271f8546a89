//! What has to do with people: asking them, heeding them, telling them.

use theus_core::prelude::*;

use super::Mind;

/// Keeps something in mind for the next plan.
#[process(
    inputs = [domain.advice],
    outputs = [domain.advice],
)]
pub(crate) fn take_advice(ctx: Mind, note: String) {
    ctx.domain.advice.push(note);
}

/// Keeps in mind why a human has said no.
#[process(
    inputs = [domain.advice, domain.rejections],
    outputs = [domain.advice, domain.rejections],
)]
pub(crate) fn heed_rejection(ctx: Mind, by: String, note: String) {
    *ctx.domain.rejections += 1;
    ctx.domain.advice.push(format!("{by} says: {note}"));
}

/// Shows the answer to a human and asks. The reply is an event, `CMD_APPROVE` or `CMD_REJECT`.
#[process(
    inputs = [domain.answer, domain.letters],
    outputs = [domain.letters],
    effects = [people],
)]
pub(crate) fn ask_human(ctx: Mind, reminder: bool) {
    let question = if reminder { "Still waiting. May this be sent" } else { "May this be sent" };
    let words = format!("{question}: {}", *ctx.domain.answer);
    let key = ctx.effects.key();
    ctx.effects.people.tell(&words, key.as_str());
    ctx.domain.letters.push(words);
}

/// Sends the answer to the team.
#[process(
    inputs = [domain.answer, domain.letters],
    outputs = [domain.letters],
    effects = [people],
)]
pub(crate) fn deliver(ctx: Mind, by: String) {
    let words = format!("Sent, approved by {by}: {}", *ctx.domain.answer);
    let key = ctx.effects.key();
    ctx.effects.people.tell(&words, key.as_str());
    ctx.domain.letters.push(words);
}

/// Says that somebody else has to do it.
#[process(
    inputs = [domain.task, domain.letters],
    outputs = [domain.letters],
    effects = [people],
)]
pub(crate) fn hand_over(ctx: Mind, reason: String) {
    let words = format!("Not done, {reason}: {}", *ctx.domain.task);
    let key = ctx.effects.key();
    ctx.effects.people.tell(&words, key.as_str());
    ctx.domain.letters.push(words);
}
