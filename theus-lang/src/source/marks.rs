//! The marked parse: which characters of the text each node of a document takes.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser};

use super::path::{NodePath, Step};

/// Where the nodes of a document are, in characters from the start of the text.
pub(super) struct Marks {
    nodes: Vec<Node>,
    first_alias: Option<usize>,
    second_document: Option<Range<usize>>,
    /// The pairs of large maps by their keys, made when one is first searched.
    by_key: RefCell<HashMap<usize, Keys>>,
}

/// The pairs of one map, by key.
type Keys = HashMap<String, Vec<usize>>;

/// Maps of so many pairs are searched by an index: a file may ask for each of its keys.
const LARGE: usize = 32;

struct Node {
    range: Range<usize>,
    kind: Kind,
}

enum Kind {
    Scalar(String),
    Alias,
    List(Vec<usize>),
    /// Pairs of key and value.
    Map(Vec<(usize, usize)>),
}

/// A list or map whose end has not been seen.
struct Open {
    node: usize,
    key: Option<usize>,
}

impl Marks {
    /// Parses as far as it goes: behind an error of syntax there is nothing to point at.
    pub(super) fn parse(text: &str) -> Self {
        let mut marks =
            Self { nodes: Vec::new(), first_alias: None, second_document: None, by_key: RefCell::default() };
        let mut open: Vec<Open> = Vec::new();
        let mut documents = 0;
        let mut parser = Parser::new_from_str(text);
        while let Some(Ok((event, span))) = parser.next_event() {
            let mut range = span.start.index()..span.end.index();
            // Of a list or map in flow style, the bracket.
            if matches!(event, Event::SequenceStart(..) | Event::MappingStart(..)) {
                range.end = range.end.min(range.start + 1);
            }
            let kind = match event {
                Event::Scalar(text, ..) => Kind::Scalar(text.into_owned()),
                Event::Alias(_) => Kind::Alias,
                Event::SequenceStart(..) => Kind::List(Vec::new()),
                Event::MappingStart(..) => Kind::Map(Vec::new()),
                Event::SequenceEnd | Event::MappingEnd => {
                    open.pop();
                    continue;
                }
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        marks.second_document = Some(range);
                        break;
                    }
                    continue;
                }
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => continue,
            };
            marks.add(&mut open, Node { range, kind });
        }
        marks
    }

    fn add(&mut self, open: &mut Vec<Open>, node: Node) {
        let id = self.nodes.len();
        if matches!(node.kind, Kind::Alias) && self.first_alias.is_none() {
            self.first_alias = Some(id);
        }
        let opens = matches!(node.kind, Kind::List(_) | Kind::Map(_));
        self.nodes.push(node);
        if let Some(parent) = open.last_mut() {
            match &mut self.nodes[parent.node].kind {
                Kind::List(items) => items.push(id),
                Kind::Map(pairs) => match parent.key.take() {
                    Some(key) => pairs.push((key, id)),
                    None => parent.key = Some(id),
                },
                Kind::Scalar(_) | Kind::Alias => {}
            }
        }
        if opens {
            open.push(Open { node: id, key: None });
        }
    }

    /// The characters of a node, or of the nearest one on the way to it.
    pub(super) fn find(&self, path: &NodePath) -> Range<usize> {
        if self.nodes.is_empty() {
            return 0..0;
        }
        let mut here = 0;
        let mut range = self.range(0);
        for step in path.steps() {
            let (next, shown) = match (step, &self.nodes[here].kind) {
                (Step::Index(index), Kind::List(items)) => match items.get(*index) {
                    Some(item) => (*item, *item),
                    None => break,
                },
                (Step::Key(name), Kind::Map(pairs)) => match self.pair(here, pairs, name, 0) {
                    Some((key, value)) => (value, if self.is_blank(value) { key } else { value }),
                    None => break,
                },
                (Step::KeyToken(name, nth), Kind::Map(pairs)) => match self.pair(here, pairs, name, *nth) {
                    Some((key, _)) => (key, key),
                    None => break,
                },
                _ => break,
            };
            here = next;
            range = self.range(shown);
        }
        range
    }

    fn pair(&self, map: usize, pairs: &[(usize, usize)], name: &str, nth: usize) -> Option<(usize, usize)> {
        if pairs.len() >= LARGE {
            let mut by_key = self.by_key.borrow_mut();
            let keys = by_key.entry(map).or_insert_with(|| self.keys(pairs));
            return keys.get(name)?.get(nth).and_then(|index| pairs.get(*index)).copied();
        }
        let named = |(key, _): &&(usize, usize)| matches!(&self.nodes[*key].kind, Kind::Scalar(text) if text == name);
        pairs.iter().filter(named).nth(nth).copied()
    }

    fn keys(&self, pairs: &[(usize, usize)]) -> Keys {
        let mut keys = Keys::with_capacity(pairs.len());
        for (index, (key, _)) in pairs.iter().enumerate() {
            if let Kind::Scalar(text) = &self.nodes[*key].kind {
                keys.entry(text.clone()).or_default().push(index);
            }
        }
        keys
    }

    /// Whether a value is written as nothing at all, so that there is nothing to point at but its key.
    fn is_blank(&self, node: usize) -> bool {
        matches!(&self.nodes[node].kind, Kind::Scalar(text) if text.is_empty()) && self.nodes[node].range.is_empty()
    }

    /// A list or map in block style has no characters of its own: its first child stands for it.
    fn range(&self, node: usize) -> Range<usize> {
        let mut node = &self.nodes[node];
        while node.range.is_empty() {
            let child = match &node.kind {
                Kind::Map(pairs) => pairs.first().map(|(key, _)| *key),
                Kind::List(items) => items.first().copied(),
                Kind::Scalar(_) | Kind::Alias => None,
            };
            match child {
                Some(child) => node = &self.nodes[child],
                None => break,
            }
        }
        node.range.clone()
    }

    /// The first alias, for a document whose aliases are its problem.
    pub(super) fn first_alias(&self) -> Range<usize> {
        self.first_alias.map_or(0..0, |node| self.range(node))
    }

    /// Where a second document starts, for a file that must hold one.
    pub(super) fn second_document(&self) -> Range<usize> {
        self.second_document.clone().unwrap_or(0..0)
    }
}
