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

#[process(outputs = [domain.user.name])]
fn length(ctx: Ctx<Bank>) -> usize {
    ctx.domain.user.name.len()
}

fn main() {}
