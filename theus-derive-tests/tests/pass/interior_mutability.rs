use theus_core::prelude::*;

use std::sync::{Arc, Mutex};

/// A mutex of one's own changes nothing unseen.
#[derive(Clone, Default)]
struct RwLock(bool);

#[derive(Clone, Default, Context)]
struct Bank {
    total: i64,
    /// What the driver has seen: no part of the state.
    #[context(interior_mutability)]
    seen: Arc<Mutex<Vec<String>>>,
    door: RwLock,
    names: Arc<Vec<String>>,
}

fn main() {}
