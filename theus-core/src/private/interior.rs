//! Fields that change without a commit.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::marker::PhantomData;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32,
    AtomicU64, AtomicUsize,
};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, RwLock};

/// Types that threads can share and that change through a shared reference, alone or inside of others.
///
/// What is not `Sync` is no field at all, so `Cell` and `RefCell` are not among them.
pub trait Interior {}

macro_rules! interior {
    ($([$($parameters:tt)*] $type:ty),* $(,)?) => {$( impl<$($parameters)*> Interior for $type {} )*};
}

interior!(
    [T: ?Sized] Mutex<T>,
    [T: ?Sized] RwLock<T>,
    [T: ?Sized] parking_lot::Mutex<T>,
    [T: ?Sized] parking_lot::RwLock<T>,
    [T] OnceLock<T>,
    [T, F] LazyLock<T, F>,
    [K, V, S] dashmap::DashMap<K, V, S>,
    [] AtomicBool,
    [] AtomicI8,
    [] AtomicI16,
    [] AtomicI32,
    [] AtomicI64,
    [] AtomicIsize,
    [T] AtomicPtr<T>,
    [] AtomicU8,
    [] AtomicU16,
    [] AtomicU32,
    [] AtomicU64,
    [] AtomicUsize,
    [T: Interior + ?Sized] Arc<T>,
    [T: Interior + ?Sized] Box<T>,
    [T: Interior] Option<T>,
    [T: Interior] Vec<T>,
    [T: Interior] [T],
    [T: Interior, const N: usize] [T; N],
    [T: Interior] VecDeque<T>,
    [K, V: Interior] BTreeMap<K, V>,
    [K, V: Interior, S] HashMap<K, V, S>,
);

/// The question about the type of a field.
#[derive(Debug)]
pub struct InteriorOf<T>(PhantomData<T>);

/// A field without the mark.
#[derive(Debug)]
pub struct Unmarked<'a>(PhantomData<&'a ()>);

/// Implemented by nothing: the words of the error.
#[diagnostic::on_unimplemented(
    message = "this field can be changed without a commit, through a shared reference",
    label = "a mutex, an atomic or the like is inside",
    note = "such a change is not rolled back, snapshots do not keep it, and replay does not see it: take the value itself, which the context lets change, or make the handle an effect; `#[context(interior_mutability)]` on the field says that it is meant"
)]
pub trait MayChangeWithoutACommit {}

impl<T: Interior> InteriorOf<T> {
    /// Refused.
    pub fn asked<'m>()
    where
        Unmarked<'m>: MayChangeWithoutACommit,
    {
    }
}

/// Answers for every other type.
pub trait NoInterior {
    /// It may be a field.
    fn asked() {}
}

impl<T> NoInterior for InteriorOf<T> {}
