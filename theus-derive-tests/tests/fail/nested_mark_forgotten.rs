use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct User {
    name: String,
    age: i64,
}

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    user: User,
}

#[process(inputs = [domain.user.name, domain.total], outputs = [domain.user.age, domain.total])]
fn count(ctx: Ctx<Bank>) {
    let length = ctx.domain.user.name.len() as i64;
    ctx.domain.user.age.set(length);
    *ctx.domain.total += length;
}

fn main() {}
