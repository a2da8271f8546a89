use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    sig_fraud: bool,
    meta_note: String,
}

#[process(outputs = [domain.sig_fraud])]
fn alarm(ctx: Ctx<Bank>) {
    ctx.domain.sig_fraud.set(true);
}

fn main() {}
