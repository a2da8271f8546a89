use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    sig_fraud: bool,
    meta_note: String,
}

#[process(inputs = [meta(domain.meta_note)])]
fn note(ctx: Ctx<Bank>) -> String {
    ctx.domain.meta_note.clone()
}

fn main() {}
