use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct User {
    name: String,
    balance: i64,
}

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    #[context(nested)]
    user: User,
}

#[process(inputs = [domain.user.nmae])]
fn show(ctx: Ctx<Bank>) -> String {
    ctx.domain.user.nmae.clone()
}

fn main() {}
