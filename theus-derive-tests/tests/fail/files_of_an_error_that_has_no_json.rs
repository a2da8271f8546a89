use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Desk {
    calls: i64,
}

#[derive(Debug, Inspect)]
struct RateLimited {
    retry_after: f64,
}

impl std::fmt::Display for RateLimited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("too many calls")
    }
}

impl std::error::Error for RateLimited {}

#[process(outputs = [domain.calls], errors = [RateLimited])]
fn call(ctx: Ctx<Desk>) -> Result<(), RateLimited> {
    ctx.domain.calls.set(1);
    Err(RateLimited { retry_after: 0.0 })
}

theus_core::files! {
    mod desk;
    domain = Desk,
    processes = [Call],
    types = [RateLimited],
    workflows = ["../../../../theus-derive-tests/tests/files/retry_after.yaml"],
}

fn main() {}
