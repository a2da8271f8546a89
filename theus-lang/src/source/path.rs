//! Where in a document something is.

use std::fmt;
use std::sync::Arc;

/// Steps from the root of a document to one of its nodes; where several documents are read together, in one of them.
///
/// ```
/// use theus_core::source::NodePath;
/// let value = NodePath::root().key("states").index(0).key("entry");
/// let word = NodePath::root().at_key("states");
/// assert_ne!(value, word);
/// ```
#[derive(Clone, Default)]
pub struct NodePath {
    document: usize,
    last: Option<Arc<Link>>,
}

/// A step and those before it, which all paths that begin alike share: a path costs no more than its last step, however long
/// the keys on it are.
struct Link {
    up: Option<Arc<Self>>,
    step: Step,
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

impl Drop for Link {
    fn drop(&mut self) {
        // One after the other: a path may be longer than the stack is deep.
        let mut up = self.up.take();
        while let Some(mut link) = up.and_then(Arc::into_inner) {
            up = link.up.take();
        }
    }
}

impl PartialEq for NodePath {
    fn eq(&self, other: &Self) -> bool {
        self.document == other.document && self.backwards().eq(other.backwards())
    }
}

impl Eq for NodePath {}

impl fmt::Debug for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodePath").field("document", &self.document).field("steps", &self.steps()).finish()
    }
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
        Self { document, last: None }
    }

    /// Which of the documents it is in.
    #[must_use]
    pub const fn document(&self) -> usize {
        self.document
    }

    /// The node that this one is directly in; a root is in itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self { document: self.document, last: self.last.as_ref().and_then(|link| link.up.clone()) }
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
        Self { document: self.document, last: Some(Arc::new(Link { up: self.last.clone(), step })) }
    }

    fn backwards(&self) -> impl Iterator<Item = &Step> {
        std::iter::successors(self.last.as_deref(), |link| link.up.as_deref()).map(|link| &link.step)
    }

    /// The steps from the root on.
    pub(super) fn steps(&self) -> Vec<&Step> {
        let mut steps: Vec<&Step> = self.backwards().collect();
        steps.reverse();
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_be_longer_than_the_stack_is_deep() {
        let long = (0..1_000_000).fold(NodePath::root(), |path, index| path.index(index));
        assert_eq!(long.steps().len(), 1_000_000);
        assert_eq!(long.parent().index(999_999), long);
        assert_ne!(long.parent(), long);
        drop(long);
    }
}
