//! Where the nodes of a document are.

use std::ops::Range;

use super::mapping::Mapping;

/// The nodes of a document in the order of its text, each with the characters that it takes. They are made with the values,
/// in the same pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// The children of all nodes, those of one behind each other: of a map its keys and values in turn.
    children: Vec<NodeId>,
    /// Where the nodes of other documents begin that were put into this one: none, but where something is included.
    parts: Vec<NodeId>,
}

/// The number of a node. A file is limited to what 32 bits count.
pub(super) type NodeId = u32;

#[derive(Clone, Debug)]
struct Node {
    start: u32,
    end: u32,
    parent: NodeId,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Scalar,
    /// A value that is written as nothing at all: there is nothing to point at but its key, the node before it.
    Unwritten,
    /// What stands for another node: what is in that is, here, at this place.
    Alias,
    List(Range<u32>),
    /// The map itself knows where among the children a key is.
    Map(u32, Mapping),
    /// A list or map whose end has not been seen.
    Open,
}

impl Tree {
    /// Adds a node: of a list or map in flow style the bracket, of one in block style nothing.
    pub(super) fn add(&mut self, range: &Range<usize>, parent: NodeId, leaf: Leaf) -> NodeId {
        let kind = match leaf {
            Leaf::Scalar => Kind::Scalar,
            Leaf::Unwritten => Kind::Unwritten,
            Leaf::Alias => Kind::Alias,
            Leaf::Opens => Kind::Open,
        };
        self.nodes.push(Node { start: range.start as u32, end: range.end as u32, parent, kind });
        (self.nodes.len() - 1) as NodeId
    }

    /// Gives a list what is in it.
    pub(super) fn close_list(&mut self, list: NodeId, items: impl Iterator<Item = NodeId>) {
        let first = self.children.len() as u32;
        self.children.extend(items);
        self.close(list, Kind::List(first..self.children.len() as u32));
    }

    /// Gives a map what is in it: the nodes of its keys and values in turn.
    pub(super) fn close_map(&mut self, id: NodeId, map: Mapping, parts: impl Iterator<Item = NodeId>) {
        let first = self.children.len() as u32;
        self.children.extend(parts);
        self.close(id, Kind::Map(first, map));
    }

    fn close(&mut self, id: NodeId, kind: Kind) {
        if let Some(node) = self.nodes.get_mut(id as usize) {
            node.kind = kind;
        }
    }

    /// Adds the nodes of another document behind these, and gives its root: what is in it belongs to a document more.
    pub(super) fn append(&mut self, other: &Self) -> NodeId {
        let (base, children) = (self.nodes.len() as NodeId, self.children.len() as u32);
        self.parts.push(base);
        self.children.extend(other.children.iter().map(|child| child + base));
        self.nodes.extend(other.nodes.iter().map(|node| Node {
            parent: node.parent + base,
            kind: match &node.kind {
                Kind::List(items) => Kind::List(items.start + children..items.end + children),
                Kind::Map(first, map) => Kind::Map(first + children, map.clone()),
                other => other.clone(),
            },
            ..*node
        }));
        base
    }

    /// Gives a node other keys and values than it had, wherever those stand: from now on they are in it.
    pub(super) fn refill(&mut self, id: NodeId, map: Mapping, parts: &[(NodeId, NodeId)]) {
        for child in parts.iter().flat_map(|(key, value)| [*key, *value]).filter(|child| *child != id) {
            if let Some(node) = self.nodes.get_mut(child as usize) {
                node.parent = id;
            }
        }
        self.close_map(id, map, parts.iter().flat_map(|(key, value)| [*key, *value]));
    }

    /// Gives the keys of a map other names, in their order.
    pub(super) fn rename(&mut self, id: NodeId, other: &Mapping) {
        if let Some(Node { kind: Kind::Map(_, map), .. }) = self.nodes.get_mut(id as usize)
            && map.len() == other.len()
        {
            *map = other.clone();
        }
    }

    /// Which of the documents a node is of that were put together, counted from 0.
    pub(super) fn part(&self, id: NodeId) -> usize {
        self.parts.partition_point(|first| *first <= id)
    }

    fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    fn child(&self, at: u32) -> Option<NodeId> {
        self.children.get(at as usize).copied()
    }

    /// The node that this one is directly in; the root is in itself.
    pub(super) fn parent(&self, id: NodeId) -> NodeId {
        self.node(id).map_or(0, |node| node.parent)
    }

    /// The element of a list.
    pub(super) fn item(&self, list: NodeId, index: usize) -> Option<NodeId> {
        match &self.node(list)?.kind {
            Kind::List(items) if index < items.len() => self.child(items.start + index as u32),
            _ => None,
        }
    }

    /// The nodes of a key of a map and of its value.
    pub(super) fn entry(&self, map: NodeId, key: &str) -> Option<(NodeId, NodeId)> {
        match &self.node(map)?.kind {
            Kind::Map(first, map) => {
                let first = first + 2 * map.named(key)? as u32;
                Some((self.child(first)?, self.child(first + 1)?))
            }
            _ => None,
        }
    }

    /// The characters of a node.
    pub(super) fn range(&self, id: NodeId) -> Range<usize> {
        let Some(mut node) = self.node(id) else { return 0..0 };
        if let Kind::Unwritten = node.kind {
            return id.checked_sub(1).and_then(|key| self.node(key)).unwrap_or(node).range();
        }
        // A list or map in block style has no characters of its own: its first child stands for it.
        while node.is_empty() {
            let first = match &node.kind {
                Kind::List(items) if !items.is_empty() => self.child(items.start),
                Kind::Map(first, map) if !map.is_empty() => self.child(*first),
                _ => None,
            };
            match first.and_then(|child| self.node(child)) {
                Some(child) => node = child,
                None => break,
            }
        }
        node.range()
    }
}

impl Node {
    const fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    const fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// What a node is when it is added.
#[derive(Clone, Copy)]
pub(super) enum Leaf {
    Scalar,
    /// A value of a map that is written as nothing at all.
    Unwritten,
    Alias,
    /// A list or a map.
    Opens,
}
