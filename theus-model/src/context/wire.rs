//! How serde writes a type, and what its documentation says: for who describes it to other programs.

/// What is known of how a struct or an enum is written, beside its shape.
///
/// [`derive(Inspect)`](trait@crate::context::Inspect) notes it: the doc comments, and of `#[serde(..)]` the names and what may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WireForm {
    /// The type's doc comment.
    pub doc: &'static str,
    /// Whether it is written as its shape is: false where an attribute of serde says otherwise, as `tag` or `with`, and where nothing is
    /// known.
    pub as_shaped: bool,
    /// Whether what it has no field for is refused.
    pub is_closed: bool,
    /// The fields, or the variants, in order.
    pub parts: Vec<WirePart>,
}

/// How one field or one variant is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WirePart {
    /// The name that serde writes, where it is another one than the shape has; else empty.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// Whether it may be left out when it is read.
    pub may_be_missing: bool,
    /// Of a variant: its fields.
    pub fields: Vec<WirePart>,
}

impl WireForm {
    /// Nothing is known.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// As its shape, with nothing more to say.
    #[must_use]
    pub fn plain() -> Self {
        Self { as_shaped: true, ..Self::default() }
    }
}
