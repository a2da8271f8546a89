//! A chart as a tree of named states, written in a test; and the definition that is made of it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use super::super::{Definition, Parts, Place, Recovery, State, StateId, StateKind, Step, Transition, Trigger};
use crate::condition::{Activation, EvaluationError, Expression};
use crate::context::Value;
use crate::signal::EventName;

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) kind: Shape,
    pub(super) inside: Vec<Node>,
    pub(super) ways: Vec<Way>,
    /// The error's name, `None` for any; the target.
    pub(super) on_error: Vec<(Option<&'static str>, String)>,
    pub(super) has_entry: bool,
    pub(super) has_exit: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Plain,
    Compound(String),
    Parallel,
    Final,
    History { deep: bool, default: String },
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Way {
    pub(super) on: On,
    /// Which of the facts must be true.
    pub(super) when: Option<usize>,
    /// Which state must be active.
    pub(super) within: Option<String>,
    /// None, one, or some in as many regions.
    pub(super) to: Vec<String>,
    pub(super) reenters: bool,
    pub(super) has_steps: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    Event(String),
    Any,
    Always,
    After(u64),
    Done,
    /// The end of another state.
    DoneOf(String),
}

pub(super) fn on(event: &str) -> On {
    match event {
        "*" => On::Any,
        "always" => On::Always,
        "done" => On::Done,
        _ if event.starts_with("done.state.") => On::DoneOf(event["done.state.".len()..].to_owned()),
        _ => event.strip_suffix('s').and_then(|text| text.parse().ok()).map_or(On::Event(event.to_owned()), On::After),
    }
}

fn node(name: &str, kind: Shape, inside: Vec<Node>) -> Node {
    let chains = !matches!(kind, Shape::History { .. });
    Node {
        name: name.to_owned(),
        kind,
        inside,
        ways: Vec::new(),
        on_error: Vec::new(),
        has_entry: chains,
        has_exit: chains,
    }
}

pub(super) fn state(name: &str) -> Node {
    node(name, Shape::Plain, Vec::new())
}

pub(super) fn end(name: &str) -> Node {
    node(name, Shape::Final, Vec::new())
}

pub(super) fn compound<const N: usize>(name: &str, initial: &str, inside: [Node; N]) -> Node {
    node(name, Shape::Compound(initial.to_owned()), inside.into())
}

pub(super) fn parallel<const N: usize>(name: &str, regions: [Node; N]) -> Node {
    node(name, Shape::Parallel, regions.into())
}

pub(super) fn shallow(name: &str, default: &str) -> Node {
    node(name, Shape::History { deep: false, default: default.to_owned() }, Vec::new())
}

pub(super) fn deep(name: &str, default: &str) -> Node {
    node(name, Shape::History { deep: true, default: default.to_owned() }, Vec::new())
}

impl Node {
    /// A transition; `event` may also be `*`, `always`, `done` or a time as `5s`.
    pub(super) fn to(self, event: &str, target: &str) -> Self {
        self.way(event, None, Some(target))
    }

    /// A transition that is taken where that fact is true.
    pub(super) fn guarded(self, event: &str, when: usize, target: &str) -> Self {
        self.way(event, Some(when), Some(target))
    }

    /// An internal transition.
    pub(super) fn inner(self, event: &str) -> Self {
        self.way(event, None, None)
    }

    fn way(mut self, event: &str, when: Option<usize>, to: Option<&str>) -> Self {
        let to = to.map(str::to_owned).into_iter().collect();
        self.ways.push(Way { on: on(event), when, within: None, to, reenters: true, has_steps: true });
        self
    }

    /// A transition into several regions.
    pub(super) fn into<const N: usize>(mut self, event: &str, targets: [&str; N]) -> Self {
        self = self.way(event, None, None);
        self.ways.last_mut().unwrap().to = targets.map(str::to_owned).into();
        self
    }

    /// A transition to inside of its own state, which is not left.
    pub(super) fn inside(mut self, event: &str, target: &str) -> Self {
        self = self.to(event, target);
        self.ways.last_mut().unwrap().reenters = false;
        self
    }

    /// A transition that is taken where another state is active.
    pub(super) fn with(mut self, event: &str, active: &str, target: &str) -> Self {
        self = self.way(event, None, Some(target));
        self.ways.last_mut().unwrap().within = Some(active.to_owned());
        self
    }

    pub(super) fn catches(mut self, error: Option<&'static str>, target: &str) -> Self {
        self.on_error.push((error, target.to_owned()));
        self
    }
}

/// What guards see: facts that are true, false, or (from 8 on) without a value.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bits(pub(super) u8);

impl Activation for Bits {
    fn domain(&self, path: &[usize]) -> Value<'_> {
        match path {
            [bit @ 0..8] => Value::Bool(self.0 & (1 << bit) != 0),
            _ => Value::Opaque,
        }
    }
    fn global(&self, _: &[usize]) -> Value<'_> {
        Value::Opaque
    }
    fn payload(&self) -> Option<&Json> {
        None
    }
    fn item(&self, _: &str) -> Option<&Json> {
        None
    }
}

fn fact(bit: usize) -> Expression {
    Expression::of(&format!("f{bit}"), move |activation| match activation.domain(&[bit]) {
        Value::Bool(holds) => Ok(Json::Bool(holds)),
        _ => Err(EvaluationError::no_value(format!("f{bit}"), "there is no such fact")),
    })
}

/// Whether a state is active, and a fact true.
fn is_active(state: StateId, bit: Option<usize>) -> Expression {
    let text = format!("in({}) && {bit:?}", state.index());
    let fact = bit.map(fact);
    let asked = move |activation: &dyn Activation| {
        if !activation.is_active(state.0) {
            return Ok(Json::Bool(false));
        }
        fact.as_ref().map_or(Ok(Json::Bool(true)), |fact| fact.evaluate(activation))
    };
    Expression::of(&text, asked).asking(state.0)
}

fn place() -> Place {
    Place { file: Arc::from("test.yaml"), line: 1, column: 1 }
}

/// A step that does nothing and is known by its text.
fn step(text: &str) -> Vec<Step> {
    vec![Step::While { when: Expression::of(text, |_| Ok(Json::Bool(false))), body: Vec::new(), place: place() }]
}

fn steps(is_there: bool, text: &str) -> Vec<Step> {
    if is_there { step(text) } else { Vec::new() }
}

/// The definition; the session begins in `initial`.
pub(super) fn definition(initial: &str, top: &[Node]) -> Definition {
    Definition::assemble(parts(initial, top))
}

/// The same where the one state at the top is the whole workflow.
pub(super) fn whole(root: &Node) -> Definition {
    let parts = parts(&root.name, std::slice::from_ref(root));
    Definition::assemble(Parts { root: Some(StateId::new(0)), ..parts })
}

pub(super) fn parts(initial: &str, top: &[Node]) -> Parts {
    let mut flat: Vec<(&Node, Option<u32>)> = Vec::new();
    flatten(top, None, &mut flat);
    let id = |name: &str| {
        let place = flat.iter().position(|(node, _)| node.name == name).unwrap_or_else(|| panic!("no state {name}"));
        StateId::new(u32::try_from(place).unwrap())
    };
    let make = |(node, parent): &(&Node, Option<u32>)| State {
        name: node.name.clone(),
        own: None,
        description: None,
        parent: parent.map(StateId::new),
        children: node.inside.iter().map(|child| id(&child.name)).collect(),
        kind: match &node.kind {
            Shape::Plain => StateKind::Simple,
            Shape::Compound(initial) => StateKind::Compound { initial: id(initial) },
            Shape::Parallel => StateKind::Parallel,
            Shape::Final => StateKind::Final { result: None },
            Shape::History { deep, default } => StateKind::History { deep: *deep, default: id(default) },
        },
        entry: steps(node.has_entry, &format!("+{}", node.name)),
        exit: steps(node.has_exit, &format!("-{}", node.name)),
        invokes: Vec::new(),
        transitions: (0..).zip(&node.ways).map(|(index, way)| transition(&node.name, index, way, &id)).collect(),
        defer: Vec::new(),
        saga: false,
        atomic: false,
        reply: None,
        on_error: node
            .on_error
            .iter()
            .map(|(error, target)| Recovery { error: *error, target: id(target), place: place() })
            .collect(),
        place: place(),
    };
    Parts {
        name: "test".to_owned(),
        description: None,
        initial: id(initial),
        external: Vec::new(),
        root: None,
        states: flat.iter().map(make).collect(),
        moved: Vec::new(),
        events: Vec::new(),
        limit: 10_000,
        strict: false,
        warnings: Vec::new(),
    }
}

pub(super) fn after(seconds: u64) -> Trigger {
    Trigger::After(Duration::from_secs(seconds))
}

fn transition(state: &str, index: usize, way: &Way, id: &dyn Fn(&str) -> StateId) -> Transition {
    Transition {
        trigger: match &way.on {
            On::Event(name) => Trigger::Event { name: EventName::parse(name).unwrap(), written: name.clone() },
            On::Any => Trigger::Any,
            On::Always => Trigger::Always,
            On::After(seconds) => after(*seconds),
            On::Done => Trigger::Done,
            On::DoneOf(state) => Trigger::DoneOf(id(state)),
        },
        guard: match &way.within {
            Some(state) => Some(is_active(id(state), way.when)),
            None => way.when.map(fact),
        },
        targets: way.to.iter().map(|target| id(target)).collect(),
        reenters: way.reenters,
        undo: None,
        steps: steps(way.has_steps, &format!("{state}:{index}")),
        place: place(),
    }
}

fn flatten<'a>(nodes: &'a [Node], parent: Option<u32>, into: &mut Vec<(&'a Node, Option<u32>)>) {
    for node in nodes {
        let place = u32::try_from(into.len()).unwrap();
        into.push((node, parent));
        flatten(&node.inside, Some(place), into);
    }
}
