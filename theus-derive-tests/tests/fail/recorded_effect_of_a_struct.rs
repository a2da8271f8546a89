#[theus_core::effect]
struct Gateway {
    account: u64,
}

fn main() {}
