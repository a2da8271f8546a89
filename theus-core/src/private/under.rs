//! A type that mentions another one and is none of it.

/// `T` itself. A command whose parameter is in its context alone has it in the type of its first field, for rustc wants it in one.
pub type Under<T, P> = <T as Beneath<P>>::Itself;

/// A type, under any other.
#[doc(hidden)]
pub trait Beneath<P: ?Sized> {
    /// It.
    type Itself;
}

impl<T, P: ?Sized> Beneath<P> for T {
    type Itself = T;
}
