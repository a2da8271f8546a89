//! Expressions within texts.

/// What stands in `${ }`, where the whole text is that.
pub(super) fn inside(text: &str) -> Option<&str> {
    text.trim().strip_prefix("${")?.strip_suffix('}')
}
