use theus_core::prelude::*;

use std::sync::{Arc, Mutex};

#[derive(Clone, Context)]
struct Bank {
    total: i64,
    seen: std::ops::Range<Arc<Mutex<i64>>>,
}

fn main() {}
