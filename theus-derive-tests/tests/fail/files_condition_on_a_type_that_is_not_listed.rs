use theus_core::prelude::*;

#[derive(Clone, Default, Inspect)]
enum Mode {
    #[default]
    Idle,
    Filling,
}

#[derive(Clone, Default, Context)]
struct Tank {
    total: i64,
    mode: Mode,
}

#[process(outputs = [domain.total, domain.mode])]
fn fill(ctx: Ctx<Tank>, by: i64) {
    ctx.domain.total.set(by);
    ctx.domain.mode.set(if by > 0 { Mode::Filling } else { Mode::Idle });
}

theus_core::files! {
    mod desk;
    domain = Tank,
    processes = [Fill],
    recipes = ["../../../../theus-derive-tests/tests/files/mode_condition.yaml"],
}

fn main() {}
