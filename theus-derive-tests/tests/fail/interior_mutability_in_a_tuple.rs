use theus_core::prelude::*;

use std::sync::{Arc, Mutex};

#[derive(Clone, Context)]
struct Bank {
    total: i64,
    seen: (i64, Arc<Mutex<i64>>, u8),
}

fn main() {}
