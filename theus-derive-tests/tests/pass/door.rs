//! The way through every door: a declared effect.
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

struct Ports {
    files: fn(&str) -> std::io::Result<String>,
    network: fn(&str) -> bool,
    environment: fn(&str) -> Option<String>,
    system: fn() -> u32,
    clock: fn() -> std::time::Instant,
    workers: fn(fn() -> i64) -> i64,
    log: fn(&str),
    random: fn() -> i64,
}

#[process(
    inputs = [domain.total],
    outputs = [domain.total],
    effects = [files, network, environment, system, clock, workers, log, random],
)]
fn guess(ctx: Ctx<Bank, (), Ports>) {
    let effects = &ctx.effects;
    let limit = (effects.files)("limit.txt").map_or(0, |text| text.len() as i64);
    let online = i64::from((effects.network)("127.0.0.1:1"));
    let given = (effects.environment)("LIMIT").map_or(0, |text| text.len() as i64);
    let started = (effects.clock)();
    let id = i64::from((effects.system)());
    *ctx.domain.total += limit + online + given + id + (effects.workers)(|| 1) + (effects.random)();
    (effects.log)(&format!("{} after {:?}", *ctx.domain.total, started.elapsed()));
}

/// With an effect declared the body is no longer read for doors: the process says that it is not pure.
#[process(inputs = [domain.total], effects = [log])]
fn show(ctx: Ctx<Bank, (), Ports>) {
    println!("the total is {}", *ctx.domain.total);
    (ctx.effects.log)("shown");
}

fn main() {}
