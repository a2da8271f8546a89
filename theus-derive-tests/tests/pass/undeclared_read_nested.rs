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

#[process(inputs = [domain.user.name, domain.user.balance])]
fn show(ctx: Ctx<Bank>) -> String {
    format!("{} has {}", *ctx.domain.user.name, *ctx.domain.user.balance)
}

fn main() {}
