use theus_core::prelude::*;

use std::sync::{Arc, Mutex};

#[derive(Clone, Context)]
struct Bank {
    total: i64,
    seen: Vec<(Arc<Mutex<i64>>, Arc<Mutex<u8>>)>,
}

fn main() {}
