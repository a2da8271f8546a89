use theus_core::prelude::*;

type Seen = std::sync::Arc<String>;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    seen: Option<Seen>,
}

fn main() {}
