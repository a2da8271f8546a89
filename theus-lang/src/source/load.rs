//! From text to values, within limits: depth, size behind aliases, duplicate keys, tags.
//!
//! The values are built by a visitor of our own, so that a limit is noticed before anything grows, and every
//! duplicate key is found with its path, not only the first.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_yaml::value::{Tag, TaggedValue};
use serde_yaml::{Mapping, Value};

use super::code;
use super::error::MOST_PROBLEMS;
use super::path::{NodePath, Step};
use super::problem::Problem;

/// How deep lists and maps may be nested.
pub const MAX_DEPTH: usize = 64;

pub(super) fn too_deep() -> String {
    format!("nested deeper than {MAX_DEPTH} levels")
}

/// What aliases may add to a document at least, in nodes and bytes; see [`Loading::spend`].
const ALIAS_ALLOWANCE: usize = 1_000_000;

/// The tag that marks an integer beyond 64 bits, which `serde_yaml`'s numbers cannot hold. Tags in files are refused.
const BIG_INTEGER: &str = "integer";

/// The digits of an integer beyond 64 bits. `serde_yaml`'s own numbers cannot hold one, so a [`Document`](super::Document)
/// keeps it as a tagged string.
///
/// ```
/// use theus_core::source::{Document, SourceFile, big_integer};
/// let document = Document::parse(SourceFile::new("n.yaml", "340282366920938463463374607431768211455"))?;
/// assert_eq!(big_integer(document.root()).and_then(|digits| digits.parse().ok()), Some(u128::MAX));
/// # Ok::<(), theus_core::source::SourceError>(())
/// ```
#[must_use]
pub fn big_integer(value: &Value) -> Option<&str> {
    match value {
        Value::Tagged(tagged) if tagged.tag == BIG_INTEGER => tagged.value.as_str(),
        _ => None,
    }
}

/// What makes a document unusable.
pub(super) enum Failure {
    /// Problems at nodes.
    Problems(Vec<Problem>),
    /// Aliases that blow the document up.
    Aliases,
    /// Not YAML: what `serde_yaml` says.
    Syntax(serde_yaml::Error),
}

pub(super) fn load(text: &str) -> Result<Value, Failure> {
    // Without aliases a text of n bytes has fewer than 2n nodes and bytes of scalars, so only aliases reach the limit.
    let budget = text.len().saturating_mul(2).saturating_add(ALIAS_ALLOWANCE);
    let loading = Loading { problems: RefCell::default(), budget: Cell::new(budget), aliases: Cell::new(false) };
    let node = Node { loading: &loading, trail: &Trail { up: None, step: None, depth: 0 } };
    let value = node.deserialize(serde_yaml::Deserializer::from_str(text));
    let problems = loading.problems.into_inner();
    match value {
        _ if loading.aliases.get() => Err(Failure::Aliases),
        Err(error) if problems.is_empty() => Err(Failure::Syntax(error)),
        Ok(value) if problems.is_empty() => Ok(value),
        _ => Err(Failure::Problems(problems)),
    }
}

/// The state of one load.
struct Loading {
    problems: RefCell<Vec<Problem>>,
    budget: Cell<usize>,
    aliases: Cell<bool>,
}

impl Loading {
    fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Whether there are enough problems: looking for more would cost more than it tells.
    fn is_full(&self) -> bool {
        self.problems.borrow().len() > MOST_PROBLEMS
    }

    /// Pays for one node and the bytes of its text.
    fn spend<E: serde::de::Error>(&self, bytes: usize) -> Result<(), E> {
        match self.budget.get().checked_sub(bytes.saturating_add(1)) {
            Some(left) => {
                self.budget.set(left);
                Ok(())
            }
            None => {
                self.aliases.set(true);
                Err(E::custom("too large"))
            }
        }
    }
}

/// The way from the root to a node, on the stack: a path is made of it only for a problem.
struct Trail<'a> {
    up: Option<&'a Trail<'a>>,
    step: Option<Step>,
    depth: usize,
}

impl Trail<'_> {
    fn path(&self) -> NodePath {
        let above = self.up.map_or_else(NodePath::root, Trail::path);
        self.step.as_ref().map_or(above.clone(), |step| above.then(step.clone()))
    }

    fn below(&self, step: Step) -> Trail<'_> {
        Trail { up: Some(self), step: Some(step), depth: self.depth + 1 }
    }
}

/// Reads one node.
#[derive(Clone, Copy)]
struct Node<'a> {
    loading: &'a Loading,
    trail: &'a Trail<'a>,
}

impl Node<'_> {
    fn enter<E: serde::de::Error>(&self) -> Result<(), E> {
        self.loading.spend(0)?;
        if self.trail.depth < MAX_DEPTH {
            return Ok(());
        }
        let problem = Problem::new(self.trail.path(), too_deep()).code(code::TOO_DEEP);
        self.loading.report(problem);
        Err(E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! scalars {
    ($($method:ident: $type:ty),*) => {$(
        fn $method<E: serde::de::Error>(self, value: $type) -> Result<Value, E> {
            self.loading.spend(0)?;
            Ok(Value::from(value))
        }
    )*};
}

macro_rules! big_integers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method<E: serde::de::Error>(self, value: $type) -> Result<Value, E> {
            self.loading.spend(0)?;
            let value = Value::String(value.to_string());
            Ok(Value::Tagged(Box::new(TaggedValue { tag: Tag::new(BIG_INTEGER), value })))
        }
    )*};
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64);
    big_integers!(visit_i128: i128, visit_u128: u128);

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        self.loading.spend(text.len())?;
        Ok(Value::String(text.to_owned()))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.loading.spend(0)?;
        Ok(Value::Null)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut list = Vec::new();
        loop {
            let trail = self.trail.below(Step::Index(list.len()));
            match items.next_element_seed(Node { loading: self.loading, trail: &trail })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Sequence(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        self.enter()?;
        let mut map = Mapping::new();
        let mut repeated: Vec<String> = Vec::new();
        while let Some(key) = pairs.next_key_seed(Key(self))? {
            let name = key_text(&key);
            if map.contains_key(&key) && !self.loading.is_full() {
                let nth = 1 + repeated.iter().filter(|earlier| **earlier == name).count();
                let at = self.trail.path().at_repeated_key(&name, nth);
                let problem = Problem::new(at, format!("the key `{name}` is given twice")).code(code::REPEATED_KEY);
                self.loading.report(problem.label("given again"));
                repeated.push(name.clone());
            }
            let trail = self.trail.below(Step::Key(name));
            let value = pairs.next_value_seed(Node { loading: self.loading, trail: &trail })?;
            // A repeated key is an error anyway: which of its values is kept does not matter.
            map.insert(key, value);
        }
        Ok(Value::Mapping(map))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (tag, content) = tagged.variant::<String>()?;
        if !self.loading.is_full() {
            let problem = Problem::new(self.trail.path(), format!("the tag `!{tag}` has no meaning here"));
            self.loading
                .report(problem.code(code::TAG).help("remove it; a text that begins with `!` stands in quotes"));
        }
        content.newtype_variant_seed(self)
    }
}

/// A key as it is written; only scalars are keys.
fn key_text(key: &Value) -> String {
    match key {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        other => big_integer(other).unwrap_or("null").to_owned(),
    }
}

/// Reads the key of a pair: like a node, but nothing that has parts.
struct Key<'a>(Node<'a>);

impl Key<'_> {
    fn refuse<T, E: serde::de::Error>(&self) -> Result<T, E> {
        let problem = Problem::new(self.0.trail.path(), "a key of this map is a list, a map or tagged");
        self.0.loading.report(problem.code(code::UNUSABLE_KEY).help("write the key as one word"));
        Err(E::custom("unusable key"))
    }
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! as_node {
    ($($method:ident: $type:ty),*) => {$(
        fn $method<E: serde::de::Error>(self, value: $type) -> Result<Value, E> {
            self.0.$method(value)
        }
    )*};
}

impl<'de> Visitor<'de> for Key<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    as_node!(
        visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_f64: f64, visit_i128: i128, visit_u128: u128, visit_str: &str
    );

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        self.0.visit_unit()
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Value, E> {
        self.0.visit_unit()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _items: A) -> Result<Value, A::Error> {
        self.refuse()
    }

    fn visit_map<A: MapAccess<'de>>(self, _pairs: A) -> Result<Value, A::Error> {
        self.refuse()
    }

    fn visit_enum<A: EnumAccess<'de>>(self, _tagged: A) -> Result<Value, A::Error> {
        self.refuse()
    }
}
