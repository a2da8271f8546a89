use theus_core::prelude::*;

type Seen = std::sync::Arc<std::sync::OnceLock<String>>;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    seen: Option<Seen>,
}

fn main() {}
