use serde::{Deserialize, Serialize};
use theus_core::prelude::*;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Order {
    amount: i64,
}

#[derive(Clone, Default, Context)]
struct Shop {
    total: i64,
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn order(ctx: Ctx<Shop>, order: Order) {
    *ctx.domain.total += order.amount;
}

fn main() {}
