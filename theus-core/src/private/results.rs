//! What a process returns. Refuses a `Result` behind an alias: a process without declared errors would commit even when it holds an error.

/// Every type has one of these to infer; a `Result` has two, and rustc says that it cannot choose.
pub trait ReturnsResultSoListItsErrors<Marker> {
    /// Asked for by generated code.
    fn checked() {}
}

impl<T: ?Sized> ReturnsResultSoListItsErrors<()> for T {}

/// The enum of a process with several errors: which one it holds.
pub trait ErrorEnum {
    /// That error.
    fn inner(&self) -> &(dyn std::error::Error + 'static);
}

/// What tells a `Result` from other types.
pub trait HasResult {}

impl<T, E> HasResult for Result<T, E> {}

/// The second marker.
#[derive(Debug)]
pub enum IsResult {}

impl<T: HasResult> ReturnsResultSoListItsErrors<IsResult> for T {}
