use theus_core::prelude::*;
use theus_core::store::MemoryStore;

#[derive(Clone, Default, serde::Serialize)]
struct Money(i64);

#[derive(Clone, Default, Context)]
struct Purse {
    coins: Money,
}

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    #[context(nested)]
    purse: Purse,
}

fn main() {
    let _ = Engine::builder(Bank::default()).store(MemoryStore::new());
}
