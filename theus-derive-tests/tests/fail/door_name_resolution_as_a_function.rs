use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
}

use std::net::ToSocketAddrs;

#[process(inputs = [domain.total], outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    *ctx.domain.total += 1;
    let _ = ToSocketAddrs::to_socket_addrs("localhost:80");
}

fn main() {}
