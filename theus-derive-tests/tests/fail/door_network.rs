use theus_core::prelude::*;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    limit: i64,
}

#[process(outputs = [domain.total])]
fn guess(ctx: Ctx<Bank>) {
    ctx.domain.total.set(std::net::TcpStream::connect("127.0.0.1:1").is_ok() as i64);
}

fn main() {}
