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

#[process(inputs = [domain.items, domain.names, domain.place])]
fn change(ctx: Ctx<Bank>) {
    let _ = (ctx.domain.items.len(), ctx.domain.names.len(), ctx.domain.place.row);
    let mut change = || ctx.domain.items.push(1);
    change();
}

fn main() {}
