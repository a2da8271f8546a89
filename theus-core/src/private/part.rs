//! A path of several names goes through nested contexts. Where one of them is not marked as such, its fields are found all
//! the same, because a cell dereferences to its value: that is one error here, and none where the path is used.

use std::marker::PhantomData;

use super::accessors::Place;
use crate::context::zone::Whole;
use crate::transaction::{Cell, Shared};

/// What such a path names, by a reference.
#[derive(Debug)]
pub struct Part<R>(pub R);

impl<'a, F: Place> Part<&'a F> {
    /// A field of a nested context.
    #[inline]
    pub fn of_nested(self) -> &'a F {
        self.0
    }
}

impl<'a, F: Place> Part<&'a mut F> {
    /// A field of a nested context, to be written.
    #[inline]
    pub fn of_nested(self) -> &'a mut F {
        self.0
    }
}

/// A field without the mark.
#[derive(Debug)]
pub struct Unmarked<'a>(PhantomData<&'a ()>);

/// Implemented by nothing: the words of the error.
#[diagnostic::on_unimplemented(
    message = "this field is not marked as a nested context, and a path of a contract goes into it",
    label = "lacks `#[context(nested)]`",
    note = "where its type derives `Context`, put `#[context(nested)]` on the field, as in `#[context(nested)] user: User`; else list the whole field, as in `domain.user`, and use its parts in the body"
)]
pub trait IsNested {}

/// What stands in the place of a field, so that nothing else is wrong with it.
type Stand<T> = Cell<T, Whole, Shared>;

/// Answers for a part of a value.
pub trait PartOfValue {
    /// What stands in its place.
    type Stand;
    /// Refused.
    fn of_nested<'m>(self) -> Self::Stand
    where
        Unmarked<'m>: IsNested;
}

macro_rules! part_of_value {
    ($($reference:ty => $stand:ty;)*) => {$(
        impl<'a, T> PartOfValue for Part<$reference> {
            type Stand = $stand;
            fn of_nested<'m>(self) -> $stand
            where
                Unmarked<'m>: IsNested,
            {
                unreachable!("a part of a value is no field")
            }
        }
    )*};
}

part_of_value! {
    &'a T => &'a Stand<T>;
    &'a mut T => &'a mut Stand<T>;
}
