//! What stands in the place of the world in a test: who keeps the calls of many runs, or answers them.

use crate::store::EncodeError;

/// A call that a run is about to make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking<'a> {
    pub(crate) process: &'static str,
    /// Whether people are not shown what its process asks.
    pub(crate) is_hidden: bool,
    /// Empty for a key.
    pub(crate) effect: &'a str,
    pub(crate) call: &'a str,
    /// Its arguments.
    pub(crate) asked: &'a [u8],
}

/// What becomes of a call.
#[derive(Debug)]
pub(crate) enum Played {
    /// It is made, and this is its place.
    Made(usize),
    /// It is not made: it gives this, or nothing as long as the run waits.
    Gave(Option<Vec<u8>>),
}

/// Keeps the calls of many runs, or answers them.
pub(crate) trait Deck: Send + Sync {
    /// A call is about to be made. Where it must not be, the reason ends the run.
    fn begin(&self, asking: Asking<'_>) -> Result<Played, String>;
    /// A call that was made has given this.
    fn gave(&self, place: usize, gave: Result<Vec<u8>, EncodeError>);
    /// What a call was answered is of another type by now; the reason ends the run.
    fn unreadable(&self) -> String;
}
