//! A part of files that a crate ships.

/// A part of recipes or of workflows that a crate ships, for files that include it by its name: a constant that `fragment!` makes.
///
/// ```
/// use theus_core::Fragment;
///
/// const RULES: Fragment = Fragment::new("motor", "rules/motor.yaml", "process_recipes: {}");
/// assert_eq!(RULES.name(), "motor");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment {
    name: &'static str,
    file: &'static str,
    text: &'static str,
}

impl Fragment {
    /// One by the name by which files include it, the file in which it is written, and its text.
    #[must_use]
    pub const fn new(name: &'static str, file: &'static str, text: &'static str) -> Self {
        Self { name, file, text }
    }

    /// What files call it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The file in which it is written, in its crate.
    #[must_use]
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// Its text.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }
}
