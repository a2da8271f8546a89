use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    items: Vec<i64>,
    names: std::collections::BTreeMap<String, i64>,
    place: Place,
}

#[derive(Clone, Default)]
struct Place {
    row: i64,
    seats: Vec<i64>,
}

impl Place {
    fn step(&mut self) {
        self.row += 1;
    }
}

#[process(inputs = [domain.items])]
async fn change(ctx: Ctx<Bank>) {
    std::future::ready(()).await;
    ctx.domain.items.push(1);
}

fn main() {}
