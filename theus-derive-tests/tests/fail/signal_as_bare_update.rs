use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    sig_fraud: bool,
    meta_note: String,
}

#[process(inputs = [domain.sig_fraud], outputs = [domain.sig_fraud])]
fn toggle(ctx: Ctx<Bank>) {
    *ctx.domain.sig_fraud = !*ctx.domain.sig_fraud;
}

fn main() {}
