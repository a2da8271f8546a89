use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

#[process(outputs = [domain.total], blocking)]
async fn count(ctx: Ctx<Bank>) {
    std::future::ready(()).await;
    ctx.domain.total.set(1);
}

fn main() {}
