use theus_core::prelude::*;

use std::sync::{Arc, Mutex};

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    seen: Arc<Mutex<Vec<String>>>,
}

fn main() {}
