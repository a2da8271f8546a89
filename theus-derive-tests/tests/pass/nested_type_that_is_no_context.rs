use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Machine {
    speed: f64,
}

#[derive(Clone, Default, Context)]
struct Plant {
    pieces: u64,
    #[context(nested)]
    machine: Machine,
}

#[process(inputs = [domain.machine.speed], outputs = [domain.pieces])]
fn work(ctx: Ctx<Plant>) {
    if *ctx.domain.machine.speed > 0.0 {
        ctx.domain.pieces.set(1);
    }
}

fn main() {
    let engine = Engine::builder(Plant::default()).process::<Work>().build().unwrap();
    engine.run(Work {}).unwrap();
}
