//! Where in a document something is.

/// Steps from the root of a document to one of its nodes; where several documents are read together, in one of them.
///
/// ```
/// use theus_core::source::NodePath;
/// let value = NodePath::root().key("states").index(0).key("entry");
/// let word = NodePath::root().at_key("states");
/// assert_ne!(value, word);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodePath {
    document: usize,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value under a key.
    Key(String),
    /// An element of a list.
    Index(usize),
    /// A key itself: the first of this name, or a later one that repeats it.
    KeyToken(String, usize),
}

impl NodePath {
    /// The whole document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// The whole of one of several documents that are read together, counted from 0.
    #[must_use]
    pub const fn of_document(document: usize) -> Self {
        Self { document, steps: Vec::new() }
    }

    /// Which of the documents it is in.
    #[must_use]
    pub const fn document(&self) -> usize {
        self.document
    }

    /// The node that this one is directly in; a root is in itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        let steps = self.steps.split_last().map_or(&[][..], |(_, above)| above);
        Self { document: self.document, steps: steps.to_vec() }
    }

    /// The value under `key`.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.then(Step::Key(key.to_owned()))
    }

    /// The element of a list, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.then(Step::Index(index))
    }

    /// The key itself, not its value.
    #[must_use]
    pub fn at_key(&self, key: &str) -> Self {
        self.then(Step::KeyToken(key.to_owned(), 0))
    }

    /// The `nth` key of this name in one map, counted from 0.
    pub(super) fn at_repeated_key(&self, key: &str, nth: usize) -> Self {
        self.then(Step::KeyToken(key.to_owned(), nth))
    }

    pub(super) fn then(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.steps.len() + 1);
        steps.extend_from_slice(&self.steps);
        steps.push(step);
        Self { document: self.document, steps }
    }

    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }
}
