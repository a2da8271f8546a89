use theus_core::effect::Effect;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: u64,
}

trait Gateway: Send + Sync {
    fn charge(&self, amount: u64) -> u64;
}

struct Ports {
    gateway: Effect<dyn Gateway>,
}

#[process(outputs = [domain.total], effects = [gateway])]
fn charge(ctx: Ctx<Bank, (), Ports>, amount: u64) {
    let total = ctx.effects.gateway.charge(amount);
    ctx.domain.total.set(total);
}

struct World;
impl Gateway for World {
    fn charge(&self, amount: u64) -> u64 {
        amount
    }
}

fn main() {
    let _ = Ports { gateway: Effect::new(World) };
}
