use theus_core::prelude::*;

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::{Arc, Mutex, Weak};

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
    mine: Vec<(Arc<RwLock>, i64, u8)>,
}

/// The same holders, with what does not change.
#[derive(Clone, Context)]
struct Holders<T> {
    weak: Weak<Vec<i64>>,
    name: &'static str,
    pair: (i64, Arc<String>),
    range: Range<i64>,
    result: Result<i64, Arc<str>>,
    map: HashMap<String, BTreeMap<i64, (T, u8)>>,
    all: Vec<Arc<T>>,
    one: T,
    #[context(interior_mutability)]
    meant: Vec<Arc<Mutex<T>>>,
}

fn main() {}
