use theus_core::prelude::*;

use std::sync::{Arc, Condvar};

#[derive(Clone, Context)]
struct Bank {
    total: i64,
    seen: Arc<Condvar>,
}

fn main() {}
