use theus_core::prelude::*;

use std::sync::{Arc, Mutex};

#[derive(Clone, Context)]
struct Bank {
    total: i64,
    seen: Result<i64, Arc<Mutex<String>>>,
}

fn main() {}
