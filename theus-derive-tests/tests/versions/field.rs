//! The type of a field is another crate's, and everything else is the program's own.

use domain::Level;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Tank {
    level: Level,
}

#[process(inputs = [domain.level], outputs = [domain.level])]
fn fill(ctx: Ctx<Tank>, by: i64) {
    ctx.domain.level.litres += by;
}

theus_core::files! {
    mod desk;
    domain = Tank, processes = [Fill], types = [Level],
    recipes = ["audit.yaml"],
}

fn main() {
    assert!(desk::builder(Tank::default()).build().is_ok());
}
