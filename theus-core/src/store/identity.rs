//! What tells one store from every other.

use std::hash::{BuildHasher, RandomState};

/// A number that is drawn by chance: the system's, since two machines that start alike must not draw the same.
pub(crate) fn by_chance() -> u128 {
    let half = || u128::from(RandomState::new().hash_one(std::process::id()));
    (half() << 64) | u128::from(RandomState::new().hash_one(half() as u64))
}
