//! The crate that others have programs of: a context, a type of its field and a process.

use theus_core::prelude::*;

#[derive(Clone, Debug, Default, Inspect)]
pub struct Level {
    pub litres: i64,
}

#[derive(Clone, Debug, Default, Context)]
pub struct Tank {
    pub level: Level,
}

#[process(inputs = [domain.level], outputs = [domain.level])]
pub fn fill(ctx: Ctx<Tank>, by: i64) {
    ctx.domain.level.litres += by;
}
