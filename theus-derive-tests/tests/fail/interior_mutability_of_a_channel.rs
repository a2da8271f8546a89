use theus_core::prelude::*;

use std::sync::mpsc::Sender;

#[derive(Clone, Context)]
struct Bank {
    total: i64,
    seen: Option<Sender<i64>>,
}

fn main() {}
