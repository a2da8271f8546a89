//! The semantics read directly, and slowly, over the tree of names: from the top down, with sets.

use std::collections::{BTreeMap, BTreeSet};

use super::sketch::{Node, On, Shape, Way};
use super::walker::{Group, Seen};

/// What happens.
#[derive(Clone, Debug)]
pub(super) enum Happens {
    Event(String),
    Eventless,
    /// The end of a chain, for that state and those around it alone.
    End(String, String),
    After(String, u64),
    Done(String),
    Fault(String, &'static str),
    Goto(String, String),
}

/// A guard had no value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoValue;

pub(super) struct Naive {
    /// In the order of the file.
    states: Vec<(Node, Vec<String>)>,
    active: BTreeSet<String>,
    remembered: BTreeMap<String, Vec<String>>,
    /// The state that is the whole.
    root: Option<String>,
}

/// One transition that is taken.
#[derive(Clone)]
struct Chosen {
    source: String,
    way: Option<(usize, Way)>,
    targets: Vec<String>,
    domain: Option<String>,
}

impl Naive {
    pub(super) fn new(top: &[Node], root: Option<&str>) -> Self {
        let mut states = Vec::new();
        fn list(nodes: &[Node], around: &[String], states: &mut Vec<(Node, Vec<String>)>) {
            for node in nodes {
                states.push((node.clone(), around.to_vec()));
                let around: Vec<String> = around.iter().chain([&node.name]).cloned().collect();
                list(&node.inside, &around, states);
            }
        }
        list(top, &[], &mut states);
        Self { states, active: BTreeSet::new(), remembered: BTreeMap::new(), root: root.map(str::to_owned) }
    }

    fn node(&self, name: &str) -> &Node {
        &self.states.iter().find(|(node, _)| node.name == name).expect("a state").0
    }

    /// The states around it, the outermost first.
    fn around(&self, name: &str) -> &[String] {
        &self.states.iter().find(|(node, _)| node.name == name).expect("a state").1
    }

    fn is_inside(&self, name: &str, other: &str) -> bool {
        self.around(name).iter().any(|around| around == other)
    }

    fn in_order(&self, names: impl Fn(&str) -> bool) -> Vec<String> {
        self.states.iter().map(|(node, _)| node.name.clone()).filter(|name| names(name)).collect()
    }

    fn leaves(&self) -> Vec<String> {
        self.in_order(|name| self.active.contains(name) && !self.active.iter().any(|other| self.is_inside(other, name)))
    }

    pub(super) fn start(&mut self, initial: &str) -> Seen {
        let way = Chosen { source: initial.to_owned(), way: None, targets: vec![initial.to_owned()], domain: None };
        self.microstep(&[way])
    }

    /// What it does; `activation` are what guards see.
    pub(super) fn happens(&mut self, what: &Happens, activation: u8) -> Result<Option<Seen>, NoValue> {
        let chosen = match what {
            Happens::Event(event) => self.choose(activation, |node| {
                let named = of(node, &On::Event(event.clone()));
                let is_end_of_chain = event == "EVT_CHAIN_DONE" || event == "EVT_CHAIN_FAIL";
                if named.is_empty() && !is_end_of_chain { of(node, &On::Any) } else { named }
            })?,
            Happens::End(state, event) => {
                let mut line = self.around(state).to_vec();
                line.push(state.clone());
                let mut found = Vec::new();
                for name in line.iter().rev().filter(|_| self.active.contains(state)) {
                    if let Some(way) = self.first(of(self.node(name), &On::Event(event.clone())), activation)? {
                        found.push(self.chosen(name, way));
                        break;
                    }
                }
                found
            }
            Happens::Eventless => self.choose(activation, |node| of(node, &On::Always))?,
            Happens::After(state, seconds) => self.own(state, &On::After(*seconds), activation)?,
            Happens::Done(state) if !self.active.contains(state) => Vec::new(),
            Happens::Done(state) => self.choose(activation, |node| {
                let is_of = |on: &On| match on {
                    On::Done => node.name == *state,
                    On::DoneOf(other) => other == state,
                    _ => false,
                };
                node.ways.iter().cloned().enumerate().filter(|(_, way)| is_of(&way.on)).collect()
            })?,
            Happens::Fault(state, error) => {
                let mut way = self.around(state).to_vec();
                way.push(state.clone());
                let caught = way.iter().rev().find_map(|state| {
                    let on_error = &self.node(state).on_error;
                    let with = |wanted| on_error.iter().find(|(error, _)| *error == wanted);
                    Some((state.clone(), with(Some(*error)).or(with(None))?.1.clone()))
                });
                caught.map(|(from, target)| self.goto(&from, &target)).into_iter().collect()
            }
            Happens::Goto(from, target) => vec![self.goto(from, target)],
        };
        Ok(if chosen.is_empty() { None } else { Some(self.microstep(&chosen)) })
    }

    fn own(&self, state: &str, on: &On, activation: u8) -> Result<Vec<Chosen>, NoValue> {
        if !self.active.contains(state) {
            return Ok(Vec::new());
        }
        let first = self.first(of(self.node(state), on), activation)?;
        Ok(first.map(|way| self.chosen(state, way)).into_iter().collect())
    }

    fn choose(&self, activation: u8, ways: impl Fn(&Node) -> Vec<(usize, Way)>) -> Result<Vec<Chosen>, NoValue> {
        let mut chosen: Vec<Chosen> = Vec::new();
        for leaf in self.leaves() {
            for state in self.around(&leaf).iter().chain([&leaf]).rev() {
                if let Some(way) = self.first(ways(self.node(state)), activation)? {
                    let is_same = |other: &Chosen| other.source == *state && other.way.as_ref() == Some(&way);
                    if !chosen.iter().any(is_same) {
                        chosen.push(self.chosen(state, way));
                    }
                    break;
                }
            }
        }
        let mut kept: Vec<Chosen> = Vec::new();
        for way in chosen {
            let leaves = self.left_by(&way);
            let (rivals, others): (Vec<Chosen>, Vec<Chosen>) =
                kept.iter().cloned().partition(|other| !self.left_by(other).is_disjoint(&leaves));
            if rivals.iter().all(|rival| self.is_inside(&way.source, &rival.source)) {
                kept = others;
                kept.push(way);
            }
        }
        Ok(kept)
    }

    fn chosen(&self, source: &str, way: (usize, Way)) -> Chosen {
        let targets = way.1.to.clone();
        let is_compound = matches!(self.node(source).kind, Shape::Compound(_));
        let is_root = self.is_root(source);
        let stays = (is_root || (!way.1.reenters && is_compound))
            && targets.iter().all(|target| self.is_inside(target, source));
        let domain = match targets.is_empty() {
            true => None,
            false if stays => Some(source.to_owned()),
            false => self.domain(source, &targets, false),
        };
        Chosen { source: source.to_owned(), way: Some(way), targets, domain }
    }

    fn goto(&self, from: &str, target: &str) -> Chosen {
        let domain = self.domain(from, &[target.to_owned()], true);
        Chosen { source: from.to_owned(), way: None, targets: vec![target.to_owned()], domain }
    }

    /// The last compound state that the ways from the top to all of them have in common.
    fn domain(&self, source: &str, targets: &[String], must_be_active: bool) -> Option<String> {
        if self.is_root(source) && targets.iter().all(|target| self.is_inside(target, source)) {
            return Some(source.to_owned());
        }
        let has = |state: &&String| targets.iter().all(|target| self.is_inside(target, state));
        let fit = self.around(source).iter().take_while(has).filter(|state| {
            (matches!(self.node(state).kind, Shape::Compound(_)) || self.is_root(state))
                && (!must_be_active || self.active.contains(*state))
        });
        fit.last().cloned()
    }

    fn is_root(&self, name: &str) -> bool {
        self.root.as_deref() == Some(name)
    }

    fn is_parallel_root(&self, name: &str) -> bool {
        self.is_root(name) && self.node(name).kind == Shape::Parallel
    }

    fn left_by(&self, way: &Chosen) -> BTreeSet<String> {
        if way.targets.is_empty() {
            return BTreeSet::new();
        }
        let inside = |name: &&String| way.domain.as_ref().is_none_or(|domain| self.is_inside(name, domain));
        self.active.iter().filter(inside).cloned().collect()
    }

    fn microstep(&mut self, ways: &[Chosen]) -> Seen {
        let left: BTreeSet<String> = ways.iter().flat_map(|way| self.left_by(way)).collect();
        let mut exited = self.in_order(|name| left.contains(name));
        exited.reverse();
        let leaves = self.leaves();
        for parent in &exited {
            for child in self.node(parent).inside.clone() {
                if let Shape::History { deep, .. } = child.kind {
                    let kept = self.in_order(|name| {
                        if deep {
                            leaves.iter().any(|leaf| leaf == name) && self.is_inside(name, parent)
                        } else {
                            self.active.contains(name) && self.around(name).last() == Some(parent)
                        }
                    });
                    self.remembered.insert(child.name, kept);
                }
            }
        }
        let of_exit: Vec<usize> = exited
            .iter()
            .map(|name| ways.iter().position(|way| self.left_by(way).contains(name)).expect("a way leaves it"))
            .collect();
        self.active.retain(|name| !left.contains(name));

        let mut coming = BTreeSet::new();
        for way in ways {
            if !way.targets.is_empty() {
                let goals: Vec<String> = way.targets.iter().flat_map(|target| self.stands_for(target)).collect();
                if let Some(root) = way.domain.as_deref().filter(|domain| self.is_parallel_root(domain)) {
                    for region in self.node(root).inside.iter().filter(|child| is_real(child)) {
                        self.enter(&region.name, &goals, &mut coming);
                    }
                    continue;
                }
                let top = self.next_towards(way.domain.as_deref(), &goals[0]);
                self.enter(&top, &goals, &mut coming);
            }
        }
        let entered = self.in_order(|name| coming.contains(name));
        let (mut done, mut finished) = (Vec::new(), None);
        for name in &entered {
            let around: Vec<String> = self.around(name).iter().rev().cloned().collect();
            let were_over: Vec<bool> = around.iter().map(|state| self.is_over(state)).collect();
            assert!(self.active.insert(name.clone()), "{name} is entered twice");
            let is_at_the_top = match &around[..] {
                [] => true,
                [outer] => self.is_root(outer) && !self.is_parallel_root(outer),
                _ => false,
            };
            if self.node(name).kind == Shape::Final && is_at_the_top {
                finished = Some(name.clone());
            }
            let is_over =
                |(state, was_over): &(&String, bool)| !was_over && self.is_over(state) && !self.is_root(state);
            if let Some((root, false)) =
                around.iter().zip(&were_over).next_back().filter(|(state, _)| self.is_parallel_root(state))
                && self.is_over(root)
            {
                finished = Some(root.clone());
            }
            done.extend(around.iter().zip(were_over).filter(is_over).map(|(state, _)| state.clone()));
        }
        let strands = self.groups(ways, exited.iter().zip(of_exit), &entered);
        let steps = ways.iter().filter_map(|way| {
            let (place, taken) = way.way.as_ref()?;
            taken.has_steps.then(|| format!("{}:{place}", way.source))
        });
        let ran = exited.iter().filter(|name| self.node(name).has_exit).map(|name| format!("-{name}"));
        let entry = entered.iter().filter(|name| self.node(name).has_entry).map(|name| format!("+{name}"));
        Seen {
            ran: ran.chain(steps).chain(entry).collect(),
            strands,
            leaves: self.leaves(),
            remembered: self.remembered.clone().into_iter().collect(),
            exited,
            entered,
            done,
            finished,
        }
    }

    /// What runs as one: what belongs to one way, and within that to one region of what is entered.
    fn groups<'a>(
        &self,
        ways: &[Chosen],
        exited: impl Iterator<Item = (&'a String, usize)>,
        entered: &[String],
    ) -> Vec<Group> {
        // Of a state that is entered: the regions that are entered around it with their parallel state, the outermost first.
        let regions = |name: &String| -> Vec<String> {
            let line: Vec<&String> = self.around(name).iter().chain([name]).collect();
            let is_region = |pair: &&[&String]| {
                let is_there = |state: &String| entered.contains(state) || self.is_root(state);
                self.node(pair[0]).kind == Shape::Parallel && is_there(pair[0]) && entered.contains(pair[1])
            };
            line.windows(2).filter(is_region).map(|pair| pair[1].clone()).collect()
        };
        let way_to = |name: &String| {
            let leads = |way: &Chosen| {
                !way.targets.is_empty() && way.domain.as_ref().is_none_or(|domain| self.is_inside(name, domain))
            };
            ways.iter().position(leads).expect("a way leads to it")
        };
        let mut heard_by: BTreeMap<(usize, Vec<String>), String> = BTreeMap::new();
        let mut ran: BTreeMap<(usize, Vec<String>), Vec<String>> = BTreeMap::new();
        for (place, way) in ways.iter().enumerate() {
            let root = way.domain.as_ref().filter(|domain| !way.targets.is_empty() && self.is_parallel_root(domain));
            heard_by.insert((place, Vec::new()), root.unwrap_or(&way.source).clone());
        }
        for name in entered {
            heard_by.insert((way_to(name), regions(name)), name.clone());
        }
        for (name, way) in exited.filter(|(name, _)| self.node(name).has_exit) {
            ran.entry((way, Vec::new())).or_default().push(format!("-{name}"));
        }
        for (place, way) in ways.iter().enumerate() {
            if let Some((number, _)) = way.way.as_ref().filter(|(_, taken)| taken.has_steps) {
                ran.entry((place, Vec::new())).or_default().push(format!("{}:{number}", way.source));
            }
        }
        for name in entered.iter().filter(|name| self.node(name).has_entry) {
            ran.entry((way_to(name), regions(name))).or_default().push(format!("+{name}"));
        }
        let within = |(way, regions): &(usize, Vec<String>)| {
            let mut around = (0..regions.len()).rev().map(|depth| (*way, regions[..depth].to_vec()));
            around.find(|key| ran.contains_key(key)).map(|key| heard_by[&key].clone())
        };
        let group = |(key, texts): (&(usize, Vec<String>), &Vec<String>)| Group {
            ran: texts.clone(),
            heard_by: heard_by[key].clone(),
            within: within(key),
        };
        let mut groups: Vec<Group> = ran.iter().map(group).collect();
        groups.sort();
        groups
    }

    fn first(&self, ways: Vec<(usize, Way)>, activation: u8) -> Result<Option<(usize, Way)>, NoValue> {
        for way in ways {
            if way.1.within.as_ref().is_some_and(|state| !self.active.contains(state)) {
                continue;
            }
            match way.1.when {
                None => return Ok(Some(way)),
                Some(bit) if bit >= 8 => return Err(NoValue),
                Some(bit) if activation & (1 << bit) != 0 => return Ok(Some(way)),
                Some(_) => {}
            }
        }
        Ok(None)
    }

    fn is_over(&self, state: &str) -> bool {
        let node = self.node(state);
        match node.kind {
            Shape::Compound(_) => {
                node.inside.iter().any(|child| child.kind == Shape::Final && self.active.contains(&child.name))
            }
            Shape::Parallel => node.inside.iter().filter(|child| is_real(child)).all(|child| self.is_over(&child.name)),
            Shape::Final => self.active.contains(state),
            _ => false,
        }
    }

    fn stands_for(&self, target: &str) -> Vec<String> {
        match &self.node(target).kind {
            Shape::History { default, .. } => {
                self.remembered.get(target).cloned().unwrap_or_else(|| self.stands_for(default))
            }
            _ => vec![target.to_owned()],
        }
    }

    /// The state directly inside `from` (or at the top) that is `goal` or is around it.
    fn next_towards(&self, from: Option<&str>, goal: &str) -> String {
        let way: Vec<&String> = self.around(goal).iter().collect();
        let next =
            from.map_or(0, |from| way.iter().position(|state| *state == from).expect("it is around the goal") + 1);
        way.get(next).map_or_else(|| goal.to_owned(), |state| (*state).clone())
    }

    fn enter(&self, state: &str, goals: &[String], into: &mut BTreeSet<String>) {
        into.insert(state.to_owned());
        let mut within: Vec<String> = goals.iter().filter(|goal| self.is_inside(goal, state)).cloned().collect();
        match &self.node(state).kind {
            Shape::Compound(initial) => {
                if within.is_empty() {
                    within = self.stands_for(initial);
                }
                self.enter(&self.next_towards(Some(state), &within[0]), &within, into);
            }
            Shape::Parallel => {
                for region in self.node(state).inside.iter().filter(|child| is_real(child)) {
                    self.enter(&region.name, &within, into);
                }
            }
            _ => {}
        }
    }
}

fn is_real(node: &Node) -> bool {
    !matches!(node.kind, Shape::History { .. })
}

fn of(node: &Node, on: &On) -> Vec<(usize, Way)> {
    node.ways.iter().cloned().enumerate().filter(|(_, way)| way.on == *on).collect()
}
