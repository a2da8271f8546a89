//! `for x in &ctx.domain.items`: what can be gone through by a reference to its view or its cell.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};

use super::{Cell, DeclaredOutput, Input, Storage, Update};
use crate::context::zone::ZoneType;

/// A collection of the standard library.
///
/// They are listed, and not all that a reference to can be gone through: such an `impl` would hold for a view of a view of
/// a view, and rustc, asked whether a reference to a type not yet known can be gone through, would follow it for ever.
pub trait Collection {}

macro_rules! collections {
    ($([$($parameters:tt)*] $type:ty),* $(,)?) => {$( impl<$($parameters)*> Collection for $type {} )*};
}

collections!(
    [T] Vec<T>,
    [T] Box<[T]>,
    [T, const N: usize] [T; N],
    [T] VecDeque<T>,
    [T] LinkedList<T>,
    [T] BinaryHeap<T>,
    [T] BTreeSet<T>,
    [T, S] HashSet<T, S>,
    [K, V] BTreeMap<K, V>,
    [K, V, S] HashMap<K, V, S>,
    [T] Option<T>,
);

macro_rules! each {
    ($([$($parameters:tt)*] $view:ty;)*) => {$(
        impl<'i, T: Collection, $($parameters)*> IntoIterator for &'i $view
        where
            &'i T: IntoIterator,
        {
            type Item = <&'i T as IntoIterator>::Item;
            type IntoIter = <&'i T as IntoIterator>::IntoIter;
            fn into_iter(self) -> Self::IntoIter {
                <&'i T as IntoIterator>::into_iter(self)
            }
        }
    )*};
}

each! {
    [Path] Input<'_, T, Path>;
    [Z: ZoneType] Update<'_, T, Z>;
    [Z: ZoneType, S: Storage<T>] Cell<T, Z, S>;
}

macro_rules! each_mut {
    ($([$($parameters:tt)*] $view:ty;)*) => {$(
        impl<'i, T: Collection + Clone, $($parameters)*> IntoIterator for &'i mut $view
        where
            &'i mut T: IntoIterator,
        {
            type Item = <&'i mut T as IntoIterator>::Item;
            type IntoIter = <&'i mut T as IntoIterator>::IntoIter;
            fn into_iter(self) -> Self::IntoIter {
                <&'i mut T as IntoIterator>::into_iter(self)
            }
        }
    )*};
}

each_mut! {
    // Refused in the words of its path.
    [Path: DeclaredOutput] Input<'_, T, Path>;
    [Z: ZoneType] Update<'_, T, Z>;
}
