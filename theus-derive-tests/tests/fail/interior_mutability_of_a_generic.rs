use theus_core::prelude::*;

use std::sync::{Arc, Mutex};

#[derive(Clone, Context)]
struct Bank<T> {
    total: i64,
    seen: Vec<Arc<Mutex<T>>>,
}

fn main() {}
