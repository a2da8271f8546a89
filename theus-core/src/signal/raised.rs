//! What a field of the Signal zone must be able to say.

/// A type that can be a signal field: it can say whether there is something to tell, and `Default` resets it.
///
/// After a commit, every written signal that is raised becomes one event, and the field goes back to its default.
///
/// | type | raised when |
/// |---|---|
/// | `bool` | true |
/// | an integer | not 0 |
/// | `Option<T>` | `Some` |
/// | `String`, `Vec<T>` | not empty |
///
/// The default of a type must not be raised: a signal that is raised when reset would be told again and again.
///
/// ```
/// use theus_core::signal::Signal;
///
/// #[derive(Default, PartialEq)]
/// enum Alarm { #[default] None, Heat, Smoke }
///
/// impl Signal for Alarm {
///     fn is_raised(&self) -> bool { *self != Alarm::None }
/// }
/// assert!(Alarm::Heat.is_raised() && Alarm::Smoke.is_raised() && !Alarm::default().is_raised());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a signal field",
    label = "does not implement `Signal`",
    note = "use `bool` or `Option<..>`, or implement `theus_core::signal::Signal` for `{Self}`"
)]
pub trait Signal: Default {
    /// Whether there is something to tell.
    fn is_raised(&self) -> bool;
}

impl Signal for bool {
    #[inline]
    fn is_raised(&self) -> bool {
        *self
    }
}

impl<T> Signal for Option<T> {
    #[inline]
    fn is_raised(&self) -> bool {
        self.is_some()
    }
}

impl Signal for String {
    #[inline]
    fn is_raised(&self) -> bool {
        !self.is_empty()
    }
}

impl<T> Signal for Vec<T> {
    #[inline]
    fn is_raised(&self) -> bool {
        !self.is_empty()
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Signal for $type {
            #[inline]
            fn is_raised(&self) -> bool {
                *self != 0
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_default_is_raised() {
        assert!(!bool::default().is_raised());
        assert!(!Option::<String>::default().is_raised());
        assert!(!String::default().is_raised());
        assert!(!Vec::<u8>::default().is_raised());
        assert!(!i64::default().is_raised());
        assert!(!usize::default().is_raised());
    }

    #[test]
    fn anything_to_tell_is_raised() {
        assert!(true.is_raised());
        assert!(Some(false).is_raised(), "an option is raised by being there, whatever is in it");
        assert!("x".to_owned().is_raised());
        assert!(vec![0].is_raised());
        assert!((-1_i8).is_raised());
        assert!(u128::MAX.is_raised());
    }
}
