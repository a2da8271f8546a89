use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Till {
    total: i64,
}

#[derive(serde::Serialize)]
struct Receipt {
    total: i64,
}

#[derive(serde::Serialize)]
struct Alarm;

#[process(inputs = [domain.total], messages = [Receipt])]
fn tell(ctx: Ctx<Till>) {
    ctx.send(Receipt { total: *ctx.domain.total });
    ctx.send(Alarm);
}

fn main() {}
