//! What a commit survives.

/// What a commit survives, once it is acknowledged. Whatever is chosen, no commit is ever there by half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Durability {
    /// The power of the server goes: each commit, or each group of them, waits until its log is on the disk. The default.
    #[default]
    PowerLoss,
    /// The program is killed. When the server crashes, the last commits can be missing.
    Crash,
}

impl Durability {
    /// The value of `synchronous_commit`.
    pub(crate) const fn setting(self) -> &'static str {
        match self {
            Self::PowerLoss => "on",
            Self::Crash => "off",
        }
    }
}
