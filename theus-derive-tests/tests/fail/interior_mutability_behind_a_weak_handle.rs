use theus_core::prelude::*;

use std::sync::{Mutex, Weak};

#[derive(Clone, Context)]
struct Bank {
    total: i64,
    seen: Weak<Mutex<i64>>,
}

fn main() {}
