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

#[process(outputs = [domain.user.name, domain.user.balance])]
fn reset(ctx: Ctx<Bank>) {
    let User { name, balance } = User::default();
    ctx.domain.user.name.set(name);
    ctx.domain.user.balance.set(balance);
}

fn main() {}
