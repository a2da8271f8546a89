//! The codes of what can be wrong with any YAML file, whatever it is for. Their pages are in [`errors`](crate::errors).

/// The file cannot be read.
pub(super) const UNREADABLE: &str = "Y001";
/// The file is not UTF-8.
pub(super) const NOT_TEXT: &str = "Y002";
/// The file is too long.
pub(super) const TOO_LONG: &str = "Y003";
/// The text is not YAML.
pub(super) const SYNTAX: &str = "Y004";
/// A second document.
pub(super) const SECOND_DOCUMENT: &str = "Y005";
/// Nested too deep.
pub(super) const TOO_DEEP: &str = "Y006";
/// Aliases that repeat too much.
pub(super) const ALIASES: &str = "Y007";
/// A key that is given twice.
pub(super) const REPEATED_KEY: &str = "Y008";
/// A key that is no word.
pub(super) const UNUSABLE_KEY: &str = "Y009";
/// A tag.
pub(super) const TAG: &str = "Y010";
