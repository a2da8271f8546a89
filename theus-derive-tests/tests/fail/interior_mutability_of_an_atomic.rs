use theus_core::prelude::*;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    seen: Vec<Arc<AtomicU64>>,
}

fn main() {}
