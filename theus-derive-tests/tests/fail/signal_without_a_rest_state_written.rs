use theus_core::prelude::*;

#[derive(Clone)]
enum Alarm {
    Fire,
    Flood,
}

#[derive(Clone, Context)]
struct Bank {
    sig_alarm: Alarm,
}

#[process(outputs = [domain.sig_alarm])]
fn raise(ctx: Ctx<Bank>) {
    ctx.domain.sig_alarm.set(Alarm::Fire);
}

fn main() {}
