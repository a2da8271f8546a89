//! Values and their places, made of the events of a parser within limits: depth, size behind aliases, duplicate keys, tags.

use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, Tag};

use super::code;
use super::error::MOST_PROBLEMS;
use super::failure::{Bracket, Failure, Slip, Stop};
use super::mapping::Mapping;
use super::margin::Margin;
use super::path::NodePath;
use super::problem::Problem;
use super::scalar;
use super::tree::{Leaf, NodeId, Tree};
use super::value::Value;

/// How deep lists and maps may be nested.
pub const MAX_DEPTH: usize = 64;

/// What aliases may add to a document at least, in nodes and bytes.
const ALIAS_ALLOWANCE: usize = 1_000_000;

/// How many aliases there may be behind aliases, for each node that is written.
const MOST_ALIASES: usize = 100;

const CORE_SCHEMA: &str = "tag:yaml.org,2002:";

pub(super) fn too_deep() -> String {
    format!("nested deeper than {MAX_DEPTH} levels")
}

/// Of a list or map in flow style, the bracket.
const fn bracket(range: Range<usize>) -> Range<usize> {
    if range.end > range.start { range.start..range.start + 1 } else { range }
}

/// A document that is being made.
#[derive(Default)]
pub(super) struct Build {
    tree: Tree,
    /// The lists and maps whose end has not been seen.
    open: Vec<Open>,
    /// What is in them so far: of maps keys and values in turn.
    values: Vec<Value>,
    nodes: Vec<NodeId>,
    /// What has an anchor, by its number; `None` while it is open.
    anchors: Vec<Option<Anchored>>,
    /// The nodes and the bytes of their texts, those behind aliases as often as they are meant.
    spent: usize,
    /// The aliases, those behind aliases as often as they are meant.
    aliases: usize,
    written: usize,
    first_alias: Option<Range<usize>>,
    documents: usize,
    pub(super) problems: Vec<(Problem, Range<usize>)>,
    margin: Margin,
}

/// A list or map whose end has not been seen.
struct Open {
    node: NodeId,
    is_map: bool,
    /// Where its bracket is in the text that is parsed, if it has one.
    bracket: Option<usize>,
    /// Where what is in it begins.
    base: usize,
    anchor: usize,
    /// What had been spent before it.
    spent: usize,
    aliases: usize,
    /// How deep what is in it is nested.
    height: usize,
}

/// What an alias can mean.
#[derive(Clone)]
struct Anchored {
    value: Value,
    spent: usize,
    aliases: usize,
    height: usize,
}

impl Build {
    pub(super) fn new(margin: Margin) -> Self {
        Self { margin, ..Self::default() }
    }

    /// Whether aliases have made too much of a text of so many bytes. Without them it has fewer than twice as many nodes and
    /// bytes of scalars.
    pub(super) fn is_too_large(&self, bytes: usize) -> bool {
        self.spent > bytes.saturating_mul(2).saturating_add(ALIAS_ALLOWANCE)
    }

    pub(super) fn report(&mut self, problem: Problem, at: Range<usize>) {
        self.problems.push((problem, at));
    }

    /// Whether there are enough problems: looking for more would cost more than it tells.
    fn is_full(&self) -> bool {
        self.problems.len() > MOST_PROBLEMS
    }

    /// Whether what comes next is a key.
    fn expects_key(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_map && (self.values.len() - open.base).is_multiple_of(2))
    }

    fn characters(&self, span: Span) -> Range<usize> {
        let (start, end) = (span.start.index(), span.end.index());
        if self.margin.is_empty() { start..end } else { self.margin.back(start)..self.margin.back(end) }
    }

    /// The characters of the next word.
    pub(super) fn first_word<'t>(&self, parser: &mut Parser<'t, impl saphyr_parser::Input>) -> Option<Range<usize>> {
        loop {
            match parser.next_event()?.ok()? {
                (Event::Scalar(..) | Event::Alias(_), span) => return Some(self.characters(span)),
                (Event::SequenceStart(..) | Event::MappingStart(..), span) if !span.is_empty() => {
                    return Some(bracket(self.characters(span)));
                }
                (Event::SequenceStart(..) | Event::MappingStart(..), _) => {}
                _ => return None,
            }
        }
    }

    pub(super) fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        let range = self.characters(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
                    self.margin.allow(span.start.index()..span.end.index());
                }
                let value = self.scalar(&text, style, tag.as_deref(), &range)?;
                self.spend(value.as_str().map_or(0, str::len));
                let is_value = self.open.last().is_some_and(|open| open.is_map) && !self.expects_key();
                let is_written = !text.is_empty() || !range.is_empty();
                self.leaf(if is_written || !is_value { Leaf::Scalar } else { Leaf::Unwritten }, &range);
                if anchor > 0 {
                    let spent = value.as_str().map_or(0, str::len) + 1;
                    self.anchor(anchor, Some(Anchored { value: value.clone(), spent, aliases: 0, height: 0 }));
                }
                self.values.push(value);
            }
            Event::Alias(anchor) => self.alias(anchor, range)?,
            Event::SequenceStart(anchor, tag) => self.start(false, anchor, tag.as_deref(), span)?,
            Event::MappingStart(anchor, tag) => self.start(true, anchor, tag.as_deref(), span)?,
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(Stop::Document(range));
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn spend(&mut self, bytes: usize) {
        self.spent = self.spent.saturating_add(bytes).saturating_add(1);
        self.written += 1;
    }

    fn leaf(&mut self, leaf: Leaf, range: &Range<usize>) -> NodeId {
        let parent = self.open.last().map_or(0, |open| open.node);
        let node = self.tree.add(range, parent, leaf);
        self.nodes.push(node);
        node
    }

    fn anchor(&mut self, number: usize, what: Option<Anchored>) {
        if self.anchors.len() <= number {
            self.anchors.resize(number + 1, None);
        }
        self.anchors[number] = what;
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        range: &Range<usize>,
    ) -> Result<Value, Stop> {
        if let Some(tag) = tag {
            let tag = format!("{}{}", tag.handle, tag.suffix);
            if let Some(schema) = tag.strip_prefix(CORE_SCHEMA) {
                return scalar::typed(schema, text)
                    .map_err(|said| Stop::Slip(Slip { said, at: range.start, open: None }));
            }
            if tag.starts_with('!') {
                self.tagged(&tag, range)?;
            } else {
                return Ok(Value::Text(text.to_owned()));
            }
        }
        Ok(match style {
            // Between brackets the parser takes these for words.
            ScalarStyle::Plain if text.starts_with(['|', '>']) => {
                let said = "unexpected character".to_owned();
                return Err(Stop::Slip(Slip { said, at: range.start, open: None }));
            }
            ScalarStyle::Plain => scalar::plain(text),
            _ => Value::Text(text.to_owned()),
        })
    }

    /// Refuses a tag of the file's own.
    fn tagged(&mut self, tag: &str, range: &Range<usize>) -> Result<(), Stop> {
        if self.expects_key() {
            return Err(Stop::UnusableKey(range.clone()));
        }
        if !self.is_full() {
            let name = tag.strip_prefix('!').filter(|name| !name.is_empty()).unwrap_or(tag);
            let problem =
                Problem::new(NodePath::root(), format!("the tag `!{name}` has no meaning here")).code(code::TAG);
            self.report(problem.help("remove it; a text that begins with `!` stands in quotes"), range.clone());
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Stop> {
        self.first_alias.get_or_insert_with(|| range.clone());
        // What contains itself has no end.
        let Some(what) = self.anchors.get(anchor).cloned().flatten() else { return Err(Stop::TooDeep(range)) };
        if matches!(what.value, Value::Sequence(_) | Value::Mapping(_)) && self.expects_key() {
            return Err(Stop::UnusableKey(range));
        }
        if what.height > 0 && self.open.len() + what.height > MAX_DEPTH {
            return Err(Stop::TooDeep(range));
        }
        self.spent = self.spent.saturating_add(what.spent);
        self.aliases = self.aliases.saturating_add(what.aliases).saturating_add(1);
        self.written += 1;
        if let Some(open) = self.open.last_mut() {
            open.height = open.height.max(what.height);
        }
        self.leaf(Leaf::Alias, &range);
        self.values.push(what.value);
        Ok(())
    }

    fn start(&mut self, is_map: bool, anchor: usize, tag: Option<&Tag>, span: Span) -> Result<(), Stop> {
        let range = bracket(self.characters(span));
        if self.expects_key() {
            return Err(Stop::UnusableKey(range));
        }
        if let Some(tag) = tag.map(|tag| format!("{}{}", tag.handle, tag.suffix)).filter(|tag| tag.starts_with('!')) {
            self.tagged(&tag, &range)?;
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Stop::TooDeep(range));
        }
        if anchor > 0 {
            self.anchor(anchor, None);
        }
        let (spent, aliases) = (self.spent, self.aliases);
        self.spend(0);
        let node = self.leaf(Leaf::Opens, &range);
        let bracket = (!span.is_empty()).then(|| span.start.index());
        let base = self.values.len();
        self.open.push(Open { node, is_map, bracket, base, anchor, spent, aliases, height: 0 });
        Ok(())
    }

    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        if let Some(bracket) = open.bracket {
            self.margin.allow(bracket..span.end.index());
        }
        self.written += 1;
        // The node of the list or map itself is before those of what is in it.
        let nodes = self.nodes.len() - (self.values.len() - open.base);
        let value = if open.is_map {
            let mut entries = Vec::with_capacity((self.values.len() - open.base) / 2);
            let mut parts = self.values.drain(open.base..);
            while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
                entries.push((key, value));
            }
            drop(parts);
            let (map, repeated) = Mapping::new(entries);
            for index in repeated {
                if self.is_full() {
                    break;
                }
                let name = map.keys().nth(index).map(name_of).unwrap_or_default();
                let at = self.nodes.get(nodes + 2 * index).map_or(0..0, |key| self.tree.range(*key));
                let problem = Problem::new(NodePath::root(), format!("the key `{name}` is given twice"));
                self.report(problem.code(code::REPEATED_KEY).label("given again"), at);
            }
            self.tree.close_map(open.node, map.clone(), self.nodes.drain(nodes..));
            Value::Mapping(map)
        } else {
            let list: Arc<[Value]> = self.values.drain(open.base..).collect();
            self.tree.close_list(open.node, self.nodes.drain(nodes..));
            Value::Sequence(list)
        };
        let height = open.height + 1;
        if let Some(outer) = self.open.last_mut() {
            outer.height = outer.height.max(height);
        }
        if open.anchor > 0 {
            let (spent, aliases) = (self.spent - open.spent, self.aliases - open.aliases);
            self.anchor(open.anchor, Some(Anchored { value: value.clone(), spent, aliases, height }));
        }
        self.values.push(value);
    }

    pub(super) fn too_many_aliases(self) -> Failure {
        let message = "the aliases of this file repeat too much";
        let problem = Problem::new(NodePath::root(), message).code(code::ALIASES);
        let at = self.first_alias.unwrap_or(0..0);
        Failure::Problems(vec![(problem.help("write out what is needed, without nested aliases"), at)])
    }

    pub(super) fn not_yaml(self, error: &ScanError) -> Failure {
        let at = self.margin.back(error.marker().index());
        if error.info() == "recursion limit exceeded" {
            // The parser has a limit of its own, above ours, which it may meet while looking ahead.
            return Failure::Problems(vec![(Problem::new(NodePath::root(), too_deep()).code(code::TOO_DEEP), at..at)]);
        }
        if !self.problems.is_empty() {
            return Failure::Problems(self.problems);
        }
        let open = self.open.iter().rev().find_map(|open| {
            let at = self.margin.back(open.bracket?);
            Some(Bracket { at, is_map: open.is_map })
        });
        Failure::Syntax(Slip { said: error.info().to_owned(), at, open })
    }

    pub(super) fn done(mut self) -> Result<(Value, Tree), Failure> {
        if self.aliases > self.written.saturating_mul(MOST_ALIASES) {
            return Err(self.too_many_aliases());
        }
        if !self.margin.is_harmless() {
            // What was guessed at is not what stands there.
            let said = "invalid indentation".to_owned();
            return Err(Failure::Syntax(Slip { said, at: self.margin.first(), open: None }));
        }
        if self.problems.is_empty() {
            Ok((self.values.pop().unwrap_or(Value::Null), self.tree))
        } else {
            Err(Failure::Problems(self.problems))
        }
    }
}

/// A key as it is shown; only scalars are keys.
fn name_of(key: &Value) -> String {
    match key {
        Value::Text(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        _ => "null".to_owned(),
    }
}
