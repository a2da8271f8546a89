use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    sig_fraud: bool,
    meta_note: String,
}

#[process(inputs = [domain.sig_fraud])]
fn alarmed(ctx: Ctx<Bank>) -> bool {
    *ctx.domain.sig_fraud
}

fn main() {}
