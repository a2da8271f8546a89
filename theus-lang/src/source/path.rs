//! Where in a document something is.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::tree::{NodeId, Tree};

/// A place in a document: one of its nodes; where several documents are read together, in one of them. A step from a node to
/// one in it costs next to nothing, and a clone as little.
///
/// ```
/// use theus_core::source::{Document, SourceFile};
/// let document = Document::parse(SourceFile::new("f.yaml", "states:\n  - entry: fill\n"))?;
/// let value = document.path().key("states").index(0).key("entry");
/// let word = document.path().at_key("states");
/// assert_ne!(value, word);
/// let place = document.positions([&value])[0];
/// assert_eq!((place.line, place.column), (2, 12));
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
#[derive(Clone, Default)]
pub struct NodePath {
    tree: Option<Arc<Tree>>,
    document: usize,
    node: NodeId,
    /// How many steps it goes on from the node to what is not there, or stands where an alias points to.
    beyond: usize,
}

impl PartialEq for NodePath {
    fn eq(&self, other: &Self) -> bool {
        (self.document, self.node, self.beyond) == (other.document, other.node, other.beyond)
    }
}

impl Eq for NodePath {}

impl fmt::Debug for NodePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { document, node, beyond, .. } = self;
        f.debug_struct("NodePath")
            .field("document", document)
            .field("node", node)
            .field("beyond", beyond)
            .finish_non_exhaustive()
    }
}

impl NodePath {
    /// The beginning of a document, whichever it is: there is no way from it to what is in the document, as there is from
    /// [`Document::path`](super::Document::path).
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    pub(super) const fn of(tree: Arc<Tree>) -> Self {
        Self { tree: Some(tree), document: 0, node: 0, beyond: 0 }
    }

    /// The same place in one of several documents that are read together, counted from 0.
    #[must_use]
    pub const fn in_document(mut self, document: usize) -> Self {
        self.document = document;
        self
    }

    /// Which of the documents it is in.
    #[must_use]
    pub fn document(&self) -> usize {
        self.document + self.tree.as_ref().map_or(0, |tree| tree.part(self.node))
    }

    /// The node that this one is directly in; a root is in itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        match self.beyond {
            0 => self.to(self.tree.as_ref().map_or(0, |tree| tree.parent(self.node))),
            beyond => Self { beyond: beyond - 1, ..self.clone() },
        }
    }

    /// The value under `key`.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        self.step(|tree| tree.entry(self.node, key).map(|(_, value)| value))
    }

    /// The element of a list, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.step(|tree| tree.item(self.node, index))
    }

    /// The key itself, not its value.
    #[must_use]
    pub fn at_key(&self, key: &str) -> Self {
        self.step(|tree| tree.entry(self.node, key).map(|(key, _)| key))
    }

    fn step(&self, to: impl FnOnce(&Tree) -> Option<NodeId>) -> Self {
        let there = self.tree.as_deref().filter(|_| self.beyond == 0).and_then(to);
        there.map_or_else(|| Self { beyond: self.beyond + 1, ..self.clone() }, |node| self.to(node))
    }

    fn to(&self, node: NodeId) -> Self {
        Self { tree: self.tree.clone(), document: self.document, node, beyond: 0 }
    }

    /// The characters that it takes in this document; where it is not there, those of the nearest node on the way to it.
    pub(super) fn range(&self, document: &Tree) -> Range<usize> {
        self.tree.as_deref().unwrap_or(document).range(self.node)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Document, SourceFile};
    use super::*;

    #[test]
    fn a_path_may_be_longer_than_the_stack_is_deep() {
        let long = (0..1_000_000).fold(NodePath::root(), |path, index| path.index(index));
        assert_eq!(long.parent().index(999_999), long);
        assert_ne!(long.parent(), long);
        drop(long);
    }

    #[test]
    fn there_and_back_again() -> Result<(), super::super::SourceError> {
        let root = Document::parse(SourceFile::new("f.yaml", "a: [{ b: 1 }]\n"))?.path();
        let list = root.key("a");
        assert_eq!(list.index(0).key("b").parent().parent(), list);
        assert_eq!((list.parent(), root.at_key("a").parent()), (root.clone(), root.clone()));
        assert_eq!(list.key("no").index(7).parent().parent(), list, "what is not there has its way back too");
        assert_eq!(root.parent(), root);
        Ok(())
    }
}
