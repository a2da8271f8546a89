//! What a commit survives.

/// What a commit survives, once it is acknowledged. Whatever is chosen, no commit is ever there by half.
///
/// ```
/// use theus_sqlite::{Durability, SqliteStore};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("desk.db");
/// let store = SqliteStore::open(path)?.durability(Durability::Crash);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Durability {
    /// The power goes: each commit, or each group of them, waits until the disk says that it has it. The default.
    #[default]
    PowerLoss,
    /// The program is killed: the system has each commit, and writes it to the disk when it likes. When the power goes, or the system
    /// crashes, the last commits can be missing.
    Crash,
    /// The program is killed, as above. When the power goes the file can be damaged. For what can be made again, such as tests.
    None,
}

impl Durability {
    /// The value of `PRAGMA synchronous`.
    pub(crate) const fn synchronous(self) -> i64 {
        match self {
            Self::PowerLoss => 2,
            Self::Crash => 1,
            Self::None => 0,
        }
    }
}
