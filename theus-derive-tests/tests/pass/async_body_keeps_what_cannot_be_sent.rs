use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
async fn count(ctx: Ctx<Bank>) {
    let shared = std::sync::Arc::new(1);
    std::future::ready(()).await;
    ctx.domain.total.set(*shared);
}

fn main() {}
