//! The smallest process, an input, an output and one addition; and the same by hand.

use parking_lot::Mutex;
use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
pub(crate) struct Pair {
    pub(crate) a: i64,
    pub(crate) b: i64,
}

#[process(inputs = [domain.a], outputs = [domain.b])]
pub(crate) fn step(ctx: Ctx<Pair>, by: i64) {
    ctx.domain.b.set(ctx.domain.a.wrapping_add(by));
}

/// An engine for it, under a recipe; an empty one is none.
pub(crate) fn engine(locking: Locking, recipe: &str) -> Engine<Pair> {
    let builder = Engine::builder(Pair::default()).process::<Step>().locking(locking);
    let builder = if recipe.is_empty() { builder } else { builder.recipe("bench.yaml", recipe).expect("YAML") };
    builder.build().expect("a recipe that fits")
}

/// What a program without an engine would do: lock, work on a draft, commit it with the next version, or change nothing.
#[derive(Default)]
pub(crate) struct ByHand {
    state: Pair,
    version: u64,
}

impl ByHand {
    #[inline(never)]
    pub(crate) fn step(mutex: &Mutex<Self>, by: i64) -> Result<(), String> {
        let mut session = mutex.lock();
        let draft = session.state.a.wrapping_add(by);
        session.state.b = draft;
        session.version += 1;
        Ok(())
    }
}
