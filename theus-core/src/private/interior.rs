//! Fields that change without a commit.

use std::collections::{BTreeMap, HashMap, LinkedList, VecDeque};
use std::marker::PhantomData;
use std::ops::{Range, RangeInclusive};
use std::pin::Pin;
use std::sync::atomic::{
    AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32,
    AtomicU64, AtomicUsize,
};
use std::sync::mpsc::{Sender, SyncSender};
use std::sync::{Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, Weak};

/// Types that threads can share and that change through a shared reference, alone or inside of others.
///
/// What is not `Sync` is no field at all, so `Cell` and `RefCell` are not among them. `Where` says in which of its parts a
/// type has it: a tuple or a map may have it in several, each of which is an `impl` of its own.
pub trait Interior<Where> {}

/// The type itself.
#[derive(Debug)]
pub enum Itself {}

/// The part of this number.
#[derive(Debug)]
pub struct Part<const N: usize, Where>(PhantomData<Where>);

macro_rules! interior {
    ($([$($parameters:tt)*] $type:ty),* $(,)?) => {$( impl<$($parameters)*> Interior<Itself> for $type {} )*};
}

macro_rules! inside {
    ($([$($parameters:tt)*] $type:ty),* $(,)?) => {$(
        impl<T: Interior<Where> + $($parameters)*, Where> Interior<Where> for $type {}
    )*};
}

macro_rules! parts {
    ($($number:literal: $part:ident of [$($others:ident)*] $type:ty),* $(,)?) => {$(
        impl<$part: Interior<Where>, $($others,)* Where> Interior<Part<$number, Where>> for $type {}
    )*};
}

interior!(
    [T: ?Sized] Mutex<T>,
    [T: ?Sized] RwLock<T>,
    [T: ?Sized] parking_lot::Mutex<T>,
    [T: ?Sized] parking_lot::RwLock<T>,
    [T] OnceLock<T>,
    [T, F] LazyLock<T, F>,
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
    [] Condvar,
    [] Barrier,
    [] Once,
    [T] Sender<T>,
    [T] SyncSender<T>,
);

#[cfg(feature = "workflow")]
interior!([K, V, S] dashmap::DashMap<K, V, S>);

impl<T: Interior<Where>, Where, const N: usize> Interior<Where> for [T; N] {}

inside!(
    [?Sized] Arc<T>,
    [?Sized] Weak<T>,
    [?Sized] Box<T>,
    [?Sized] &'static T,
    [] Pin<T>,
    [] Option<T>,
    [] Vec<T>,
    [] [T],
    [] VecDeque<T>,
    [] LinkedList<T>,
    [] Range<T>,
    [] RangeInclusive<T>,
);

parts!(
    0: K of [V] BTreeMap<K, V>,
    1: V of [K] BTreeMap<K, V>,
    0: K of [V S] HashMap<K, V, S>,
    1: V of [K S] HashMap<K, V, S>,
    0: T of [E] Result<T, E>,
    1: E of [T] Result<T, E>,
    0: A of [] (A,),
    0: A of [B] (A, B),
    1: B of [A] (A, B),
    0: A of [B C] (A, B, C),
    1: B of [A C] (A, B, C),
    2: C of [A B] (A, B, C),
    0: A of [B C D] (A, B, C, D),
    1: B of [A C D] (A, B, C, D),
    2: C of [A B D] (A, B, C, D),
    3: D of [A B C] (A, B, C, D),
);

/// The question about the type of a field.
#[derive(Debug)]
pub struct InteriorOf<T, Where>(PhantomData<(T, Where)>);

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

impl<T: Interior<Where>, Where> InteriorOf<T, Where> {
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

// Of no part, or it would be open of which.
impl<T> NoInterior for InteriorOf<T, ()> {}
