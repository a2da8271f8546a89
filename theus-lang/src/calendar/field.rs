//! One part of what `cron` says: which numbers it stands for.

/// The numbers that a part stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// A bit for each.
    pub(super) bits: u64,
    /// Whether it is `*`: nothing is said.
    pub(super) is_any: bool,
}

impl Field {
    pub(super) const fn has(self, number: i64) -> bool {
        0 <= number && number < 64 && self.bits >> number & 1 == 1
    }
}

/// The minutes of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Minutes(pub(super) Field);

impl Minutes {
    pub(super) fn each(self) -> impl Iterator<Item = i64> {
        (0..60).filter(move |minute| self.0.has(*minute))
    }
}
