//! Processes of every shape of contract.

use theus_core::prelude::*;

use crate::contexts::{Bank, Limits, Machine, Nothing, Plant, Ports, Scratch, Toolbox};

/// An alias of the context serves as well.
pub type App = Ctx<Bank, Limits, Ports>;

/// No inputs, no outputs, no arguments.
#[process]
pub fn idle(_: Ctx<Nothing>) {}

/// Input only; returns a value.
#[process(inputs = [domain.total])]
pub fn report(ctx: Ctx<Bank>) -> i64 {
    *ctx.domain.total
}

/// Output only.
#[process(outputs = [domain.total])]
pub fn settle(ctx: Ctx<Bank>, to: i64) {
    ctx.domain.total.set(to);
}

/// Input and output, with an argument that is changed in the body.
#[process(inputs = [domain.total, domain.accounts], outputs = [domain.total, domain.accounts])]
pub fn deposit(ctx: Ctx<Bank>, account: String, mut amount: i64) -> i64 {
    amount = amount.max(0);
    *ctx.domain.accounts.entry(account).or_default() += amount;
    *ctx.domain.total += amount;
    *ctx.domain.total
}

/// A global input beside the domain.
#[process(inputs = [global.most], outputs = [domain.total])]
pub fn fill_up(ctx: Ctx<Bank, Limits>) {
    ctx.domain.total.set(*ctx.global.most);
}

/// Every zone: bare, signal and meta inputs, and all of them as outputs.
#[process(
    inputs = [domain.total, signal(domain.sig_fraud), signal(domain.alarm), meta(domain.meta_runs), meta(domain.note), domain.sig_nature],
    outputs = [domain.sig_fraud, domain.alarm, domain.meta_runs, domain.note, domain.sig_nature, domain.cmd_close],
)]
pub fn watch(ctx: Ctx<Bank>) {
    *ctx.domain.meta_runs += 1;
    if *ctx.domain.total < 0 {
        ctx.domain.sig_fraud.set(true);
        *ctx.domain.alarm = *ctx.domain.sig_fraud;
        ctx.domain.cmd_close.set(Some("negative".to_owned()));
    }
    ctx.domain.sig_nature.push('.');
    *ctx.domain.note = format!("{} runs", *ctx.domain.meta_runs);
}

/// Nested paths, two deep, some of them update and some of them output.
#[process(
    inputs = [domain.machine.speed, domain.machine.sensor.reading],
    outputs = [domain.machine.speed, domain.machine.sensor.sig_hot, domain.pieces],
)]
pub fn regulate(ctx: Ctx<Plant>, limit: f64) {
    let hot = *ctx.domain.machine.sensor.reading > limit;
    if hot {
        *ctx.domain.machine.speed /= 2.0;
    }
    ctx.domain.machine.sensor.sig_hot.set(hot);
    ctx.domain.pieces.set(1);
}

/// A nested context is a domain of its own as well.
#[process(inputs = [domain.sensor.reading])]
pub fn measure(ctx: Ctx<Machine>) -> f64 {
    *ctx.domain.sensor.reading
}

/// Local scratch.
#[process(inputs = [domain.accounts], outputs = [domain.total], local = Scratch)]
pub fn add_up(ctx: Ctx<Bank>) {
    for balance in ctx.domain.accounts.values() {
        ctx.local.sum += balance;
    }
    ctx.domain.total.set(ctx.local.sum);
}

/// Effects.
#[process(outputs = [domain.total], effects = [clock, log])]
pub fn stamp(ctx: App) {
    let now = (ctx.effects.clock)();
    (ctx.effects.log)("stamped");
    ctx.domain.total.set(now);
}

/// A field whose type can do nothing.
#[process(inputs = [domain.tool], outputs = [domain.made])]
pub fn make(ctx: Ctx<Toolbox>, from: i64) {
    let made = (ctx.domain.tool.0)(from);
    ctx.domain.made.set(made);
}

/// Async and pure.
#[process(inputs = [domain.total], outputs = [domain.total])]
pub async fn double_later(ctx: Ctx<Bank>) -> i64 {
    let total = *ctx.domain.total;
    std::future::ready(()).await;
    *ctx.domain.total = total * 2;
    *ctx.domain.total
}

/// Async with effects.
#[process(inputs = [domain.total], outputs = [domain.total], effects = [clock])]
pub async fn stamp_later(ctx: App, plus: i64) {
    std::future::ready(()).await;
    let now = (ctx.effects.clock)();
    *ctx.domain.total = now + plus;
}
