use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Motor {
    speed: u8,
}

#[derive(Clone, Default, Context)]
struct Hatch {
    opened: u8,
}

#[derive(Clone, Default, Context)]
struct Tank {
    total: i64,
    #[context(nested)]
    motor: Motor,
    #[context(nested)]
    hatch: Hatch,
}

#[process(outputs = [domain.total, domain.motor.speed, domain.hatch.opened])]
fn fill(ctx: Ctx<Tank>, by: i64) {
    ctx.domain.total.set(by);
    ctx.domain.motor.speed.set(1);
    ctx.domain.hatch.opened.set(1);
}

theus_core::files! {
    mod desk;
    domain = Tank,
    processes = [Fill],
    recipes = ["../../../../theus-derive-tests/tests/files/right_total.yaml"],
}

fn main() {}
