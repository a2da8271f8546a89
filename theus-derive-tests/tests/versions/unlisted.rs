//! The type of a field is another crate's and is not listed: the rule asks about it.

use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Tank {
    level: domain::Level,
}

#[process(inputs = [domain.level], outputs = [domain.level])]
fn fill(ctx: Ctx<Tank>, by: i64) {
    ctx.domain.level.litres += by;
}

theus_core::files! {
    mod desk;
    domain = Tank, processes = [Fill],
    recipes = ["audit.yaml"],
}

fn main() {}
