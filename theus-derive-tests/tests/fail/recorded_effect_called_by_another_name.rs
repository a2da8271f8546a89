use theus_core::effect::Effect;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: u64,
}

#[theus_core::effect]
trait Gateway {
    fn charge(&self, amount: u64) -> u64;
}

struct Ports {
    gateway: Effect<dyn Gateway>,
}

#[process(outputs = [domain.total], effects = [gateway])]
fn charge(ctx: Ctx<Bank, (), Ports>, amount: u64) {
    let total = ctx.effects.gateway.chrage(amount);
    ctx.domain.total.set(total);
}

fn main() {}
