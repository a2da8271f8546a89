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

#[process(inputs = [domain.user.balance], outputs = [domain.user.balance])]
fn reset(ctx: Ctx<Bank>) {
    *ctx.domain.user.balance = 0;
}

fn main() {}
