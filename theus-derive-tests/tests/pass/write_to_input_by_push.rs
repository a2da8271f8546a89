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

#[process(
    inputs = [domain.items, domain.names, domain.place],
    outputs = [domain.items, domain.names, domain.place],
)]
fn change(ctx: Ctx<Bank>) {
    ctx.domain.items.push(1);
    ctx.domain.items[0] += 1;
    ctx.domain.place.row = 1;
    ctx.domain.place.seats.push(1);
    ctx.domain.place.step();
    *ctx.domain.names.entry(String::new()).or_default() += 1;
    for item in &mut ctx.domain.items {
        *item = 0;
    }
    let items = &mut ctx.domain.items;
    items.push(1);
}

/// An input is read in every way that a value is.
#[process(inputs = [domain.total, domain.items, domain.names, domain.place], outputs = [domain.total])]
fn read(ctx: Ctx<Bank>) -> i64 {
    let mut sum = 0;
    for item in &ctx.domain.items {
        sum += item;
    }
    for (name, number) in &ctx.domain.names {
        sum += number + name.len() as i64;
    }
    let items: &[i64] = &ctx.domain.items;
    let has = |number: &i64| ctx.domain.items.contains(number);
    sum += items.iter().filter(|item| has(item)).sum::<i64>() + ctx.domain.items[0] + ctx.domain.place.row;
    if ctx.domain.items == vec![1] && ctx.domain.total == 5 && ctx.domain.total < 6 {
        *ctx.domain.total += sum;
    }
    sum
}

#[process(inputs = [domain.items])]
async fn read_later(ctx: Ctx<Bank>) -> usize {
    std::future::ready(()).await;
    ctx.domain.items.len()
}

fn a_snapshot_compares_with_values() {
    let engine = Engine::builder(Bank::default()).process::<Read>().build().unwrap();
    let snapshot = engine.snapshot().unwrap();
    assert_eq!(snapshot.total, 0);
    assert_eq!(snapshot.items, Vec::<i64>::new());
    assert!(snapshot.total < 1 && snapshot.items != [1]);
    for item in &snapshot.items {
        assert_eq!(*item, 1);
    }
}

fn main() {}
