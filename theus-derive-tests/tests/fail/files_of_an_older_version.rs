use theus_core::prelude::*;

mod plant {
    use theus_core::prelude::*;

    #[derive(Clone, Default, Context)]
    pub(super) struct Tank {
        pub(super) total: i64,
    }
}

type Tank = plant::Tank;

/// What a type says of itself whose crate was built with another version.
macro_rules! Tank {
    ([$($ask:tt)*] { $($before:tt)* }) => { $($ask)* ! { $($before)* { 0u32 context Tank [] } } };
}

#[process(outputs = [domain.total])]
fn fill(ctx: Ctx<Tank>, by: i64) {
    ctx.domain.total.set(by);
}

theus_core::files! {
    mod desk;
    domain = Tank,
    processes = [Fill],
    recipes = ["../../../../theus-derive-tests/tests/files/doubtful.yaml"],
}

fn main() {}
