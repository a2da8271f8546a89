use theus_core::prelude::*;

#[derive(Clone)]
enum Alarm {
    Fire,
    Flood,
}

#[derive(Clone, Context)]
struct Bank {
    sig_alarm: Option<Alarm>,
}

#[process(outputs = [domain.sig_alarm])]
fn raise(ctx: Ctx<Bank>) {
    ctx.domain.sig_alarm.set(Some(Alarm::Fire));
}

fn main() {}
