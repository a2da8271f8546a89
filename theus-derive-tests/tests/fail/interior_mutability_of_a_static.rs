use theus_core::prelude::*;

use std::sync::Mutex;

#[derive(Clone, Context)]
struct Bank {
    total: i64,
    seen: &'static Mutex<i64>,
}

fn main() {}
