use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Desk {
    total: i64,
}

#[derive(serde::Serialize, Inspect)]
struct Quote {
    price: i64,
    ok: bool,
}

#[process(inputs = [domain.total])]
fn ask(ctx: Ctx<Desk>) -> Quote {
    Quote { price: *ctx.domain.total, ok: true }
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn book(ctx: Ctx<Desk>, price: i64) {
    *ctx.domain.total += price;
}

#[process(inputs = [domain.total])]
fn whisper(ctx: Ctx<Desk>) {
    let _ = *ctx.domain.total;
}

theus_core::files! {
    mod desk;
    domain = Desk,
    processes = [Ask, Book, Whisper],
    types = [],
    workflows = ["../../../../theus-derive-tests/tests/files/results.yaml"],
}

fn main() {}
