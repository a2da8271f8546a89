use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    ctx.domain.total.set(std::thread::spawn(|| 1).join().unwrap_or(0));
}

fn main() {}
