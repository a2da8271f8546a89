//! What a move does to the states, read off the tree by names, with sets.

use std::collections::{BTreeMap, BTreeSet};

use super::sketch::{Kind, Node, On, Step, Way, When};

type Name = &'static str;

pub(super) struct Machine {
    /// In the order of the file, each with the states around it, the outermost first.
    states: Vec<(Node, Vec<Name>)>,
    pub(super) active: BTreeSet<Name>,
    remembered: BTreeMap<Name, Vec<Name>>,
}

/// A transition that is taken, or what leads on without one.
#[derive(Clone)]
pub(super) struct Taken {
    source: Name,
    /// Its place among those of its state.
    place: Option<usize>,
    way: Option<Way>,
    targets: Vec<Name>,
    domain: Option<Name>,
}

/// What is to run, and who hears of it.
pub(super) struct Part {
    pub(super) state: Name,
    pub(super) steps: Vec<Step>,
    pub(super) is_entry: bool,
    pub(super) strand: usize,
}

#[derive(Clone)]
pub(super) struct Strand {
    pub(super) heard_by: Name,
    pub(super) within: Option<usize>,
}

pub(super) struct Move {
    pub(super) exited: Vec<Name>,
    pub(super) entered: Vec<Name>,
    pub(super) done: Vec<Name>,
    pub(super) is_end: bool,
    pub(super) parts: Vec<Part>,
    pub(super) strands: Vec<Strand>,
    taken: Vec<Taken>,
    left_by: Vec<usize>,
}

impl Move {
    /// Whether a saga that is left is undone by that.
    pub(super) fn undoes(&self, saga: Name) -> bool {
        let Some(place) = self.exited.iter().position(|name| *name == saga) else { return false };
        let Some(way) = &self.taken[self.left_by[place]].way else { return true };
        let of_itself = matches!(way.on, On::After(_) | On::Reckoned { .. } | On::Event("EVT_CHAIN_FAIL"));
        way.undo.unwrap_or(of_itself)
    }
}

impl Machine {
    pub(super) fn new(top: &[Node]) -> Self {
        fn list(nodes: &[Node], around: &[Name], states: &mut Vec<(Node, Vec<Name>)>) {
            for node in nodes {
                states.push((node.clone(), around.to_vec()));
                let around: Vec<Name> = around.iter().copied().chain([node.name]).collect();
                list(&node.inside, &around, states);
            }
        }
        let mut states = Vec::new();
        list(top, &[], &mut states);
        Self { states, active: BTreeSet::new(), remembered: BTreeMap::new() }
    }

    pub(super) fn node(&self, name: Name) -> &Node {
        &self.states.iter().find(|(node, _)| node.name == name).unwrap().0
    }

    /// The place of a state in the file.
    pub(super) fn place(&self, name: Name) -> usize {
        self.states.iter().position(|(node, _)| node.name == name).unwrap()
    }

    pub(super) fn around(&self, name: Name) -> &[Name] {
        &self.states.iter().find(|(node, _)| node.name == name).unwrap().1
    }

    /// It and the states around it, from the inside.
    pub(super) fn line(&self, name: Name) -> Vec<Name> {
        self.around(name).iter().copied().chain([name]).rev().collect()
    }

    fn is_inside(&self, name: Name, other: Name) -> bool {
        self.around(name).contains(&other)
    }

    fn in_order(&self, is_one: impl Fn(Name) -> bool) -> Vec<Name> {
        self.states.iter().map(|(node, _)| node.name).filter(|name| is_one(name)).collect()
    }

    pub(super) fn leaves(&self) -> Vec<Name> {
        self.in_order(|name| self.active.contains(name) && !self.active.iter().any(|other| self.is_inside(other, name)))
    }

    /// The first of a state's ways whose guard holds.
    fn first(&self, state: Name, is_for: &dyn Fn(On) -> bool, holds: &dyn Fn(When) -> bool) -> Option<Taken> {
        let fits = |(_, way): &(usize, &Way)| is_for(way.on) && way.when.is_none_or(holds);
        let (place, way) = self.node(state).ways.iter().enumerate().find(fits)?;
        Some(self.taken(state, place, way))
    }

    fn taken(&self, source: Name, place: usize, way: &Way) -> Taken {
        let stays = !way.reenters
            && matches!(self.node(source).kind, Kind::Compound(_))
            && way.to.iter().all(|target| self.is_inside(target, source));
        let domain = match way.to.is_empty() {
            true => None,
            false if stays => Some(source),
            false => self.domain(source, &way.to, false),
        };
        Taken { source, place: Some(place), way: Some(way.clone()), targets: way.to.clone(), domain }
    }

    /// The innermost compound state around all of them.
    fn domain(&self, source: Name, targets: &[Name], must_be_active: bool) -> Option<Name> {
        let has_all = |state: &Name| targets.iter().all(|target| self.is_inside(target, state));
        let around = self.around(source).iter().copied().take_while(has_all);
        let fits = |state: &Name| {
            matches!(self.node(state).kind, Kind::Compound(_)) && (!must_be_active || self.active.contains(state))
        };
        around.filter(fits).last()
    }

    /// Of the states around a state, and itself, those that a transition of it leaves.
    pub(super) fn surely_left(&self, source: Name, way: &Way) -> Vec<Name> {
        let domain = self.taken(source, 0, way).domain;
        let is_left = |state: &Name| domain.is_none_or(|domain| self.is_inside(state, domain));
        if way.to.is_empty() { Vec::new() } else { self.line(source).into_iter().filter(is_left).collect() }
    }

    /// By what happens, each active leaf asks for itself, the innermost state first.
    pub(super) fn select(&self, is_for: &dyn Fn(On, Name) -> bool, holds: &dyn Fn(When) -> bool) -> Vec<Taken> {
        let mut found: Vec<Taken> = Vec::new();
        for leaf in self.leaves() {
            let first = |state: &Name| self.first(state, &|on| is_for(on, state), holds);
            if let Some(taken) = self.line(leaf).iter().find_map(first)
                && !found.iter().any(|other| (other.source, other.place) == (taken.source, taken.place))
            {
                found.push(taken);
            }
        }
        let mut kept: Vec<Taken> = Vec::new();
        for taken in found {
            let left = self.left_by(&taken);
            let (rivals, others): (Vec<Taken>, Vec<Taken>) =
                kept.iter().cloned().partition(|other| !self.left_by(other).is_disjoint(&left));
            if rivals.iter().all(|rival| self.is_inside(taken.source, rival.source)) {
                kept = others;
                kept.push(taken);
            }
        }
        kept
    }

    /// The end of a chain is for one state and those around it.
    pub(super) fn select_from(&self, state: Name, event: Name, holds: &dyn Fn(When) -> bool) -> Vec<Taken> {
        if !self.active.contains(state) {
            return Vec::new();
        }
        let is_for = |on: On| on == On::Event(event);
        self.line(state).iter().find_map(|state| self.first(state, &is_for, holds)).into_iter().collect()
    }

    /// A time of one state.
    pub(super) fn select_of(&self, state: Name, on: On, holds: &dyn Fn(When) -> bool) -> Vec<Taken> {
        self.first(state, &|other| other == on, holds).into_iter().collect()
    }

    pub(super) fn goto(&self, source: Name, target: Name) -> Taken {
        let domain = self.domain(source, &[target], true);
        Taken { source, place: None, way: None, targets: vec![target], domain }
    }

    /// What the work of a state leads to when it has ended well: as a transition of that state.
    pub(super) fn invoked(&self, source: Name, target: Name) -> Taken {
        let way = Way { on: On::Done, when: None, to: vec![target], reenters: true, undo: None, steps: Vec::new() };
        Taken { place: None, ..self.taken(source, 0, &way) }
    }

    pub(super) fn begin(&self, initial: Name) -> Taken {
        Taken { source: initial, place: None, way: None, targets: vec![initial], domain: None }
    }

    fn left_by(&self, taken: &Taken) -> BTreeSet<Name> {
        if taken.targets.is_empty() {
            return BTreeSet::new();
        }
        let is_left = |name: &&Name| taken.domain.is_none_or(|domain| self.is_inside(name, domain));
        self.active.iter().filter(is_left).copied().collect()
    }

    fn is_over(&self, state: Name) -> bool {
        let node = self.node(state);
        match node.kind {
            Kind::Compound(_) => {
                node.inside.iter().any(|child| child.kind == Kind::Final && self.active.contains(child.name))
            }
            Kind::Parallel => node.inside.iter().all(|child| self.is_over(child.name)),
            Kind::Final => self.active.contains(state),
            _ => false,
        }
    }

    pub(super) fn is_done(&self, state: Name) -> bool {
        self.active.contains(state) && self.is_over(state)
    }

    /// What the move would do, and then does.
    pub(super) fn find(&self, taken: Vec<Taken>) -> Move {
        let left: BTreeSet<Name> = taken.iter().flat_map(|taken| self.left_by(taken)).collect();
        let mut exited = self.in_order(|name| left.contains(name));
        exited.reverse();
        let by = |name: &Name| taken.iter().position(|taken| self.left_by(taken).contains(name)).unwrap();
        let left_by: Vec<usize> = exited.iter().map(by).collect();
        let mut after = Self {
            states: self.states.clone(),
            active: self.active.difference(&left).copied().collect(),
            remembered: self.remembered.clone(),
        };
        after.remember(self, &exited);
        let mut coming = BTreeSet::new();
        for taken in taken.iter().filter(|taken| !taken.targets.is_empty()) {
            let goals: Vec<Name> = taken.targets.iter().flat_map(|target| after.stands_for(target)).collect();
            after.enter(after.next_towards(taken.domain, goals[0]), &goals, &mut coming);
        }
        let entered = self.in_order(|name| coming.contains(name));
        let (mut done, mut is_end) = (Vec::new(), false);
        for name in entered.iter().copied() {
            let around: Vec<Name> = self.around(name).iter().rev().copied().collect();
            let were: Vec<bool> = around.iter().map(|state| after.is_over(state)).collect();
            after.active.insert(name);
            is_end |= around.is_empty() && self.node(name).kind == Kind::Final;
            let is_new = |(state, was): &(&Name, &bool)| !**was && after.is_over(state);
            done.extend(around.iter().zip(&were).filter(is_new).map(|(state, _)| *state));
        }
        let (parts, strands) = self.parts(&taken, &exited, &left_by, &entered);
        Move { exited, entered, done, is_end, parts, strands, taken, left_by }
    }

    /// Makes it.
    pub(super) fn make(&mut self, found: &Move) {
        let before = Self { states: self.states.clone(), active: self.active.clone(), remembered: BTreeMap::new() };
        self.remember(&before, &found.exited);
        self.active.retain(|name| !found.exited.contains(name));
        self.active.extend(&found.entered);
    }

    fn remember(&mut self, before: &Self, exited: &[Name]) {
        for parent in exited {
            for child in before.node(parent).inside.iter().filter(|child| matches!(child.kind, Kind::History(_))) {
                let is_kept = |name: Name| before.active.contains(name) && before.around(name).last() == Some(parent);
                self.remembered.insert(child.name, before.in_order(is_kept));
            }
        }
    }

    fn parts(&self, taken: &[Taken], exited: &[Name], left_by: &[usize], entered: &[Name]) -> (Vec<Part>, Vec<Strand>) {
        let mut strands: Vec<Strand> =
            taken.iter().map(|taken| Strand { heard_by: taken.source, within: None }).collect();
        let mut parts = Vec::new();
        let mut add = |state, steps: &[Step], is_entry, strand| {
            if !steps.is_empty() {
                parts.push(Part { state, steps: steps.to_vec(), is_entry, strand });
            }
        };
        for (state, strand) in exited.iter().zip(left_by) {
            add(*state, &self.node(state).exit, false, *strand);
        }
        for (strand, taken) in taken.iter().enumerate() {
            add(taken.source, taken.way.as_ref().map_or(&[][..], |way| &way.steps), false, strand);
        }
        let mut of: BTreeMap<Name, usize> = BTreeMap::new();
        for name in entered.iter().copied() {
            let parent = self.around(name).last().copied();
            let strand = match parent.and_then(|parent| Some((parent, *of.get(parent)?))) {
                Some((parent, around)) if self.node(parent).kind == Kind::Parallel => {
                    strands.push(Strand { heard_by: name, within: Some(around) });
                    strands.len() - 1
                }
                Some((_, around)) => around,
                None => {
                    let leads = |taken: &Taken| {
                        let is_within = taken.domain.is_none_or(|domain| self.is_inside(name, domain));
                        !taken.targets.is_empty() && is_within
                    };
                    taken.iter().position(leads).unwrap()
                }
            };
            strands[strand].heard_by = name;
            of.insert(name, strand);
            add(name, &self.node(name).entry, true, strand);
        }
        (parts, strands)
    }

    fn stands_for(&self, target: Name) -> Vec<Name> {
        match self.node(target).kind {
            Kind::History(default) => self.remembered.get(target).cloned().unwrap_or_else(|| self.stands_for(default)),
            _ => vec![target],
        }
    }

    /// The state directly inside that one, or at the top, which is the goal or around it.
    fn next_towards(&self, from: Option<Name>, goal: Name) -> Name {
        let line: Vec<Name> = self.around(goal).iter().copied().chain([goal]).collect();
        let place = from.map_or(0, |from| line.iter().position(|state| *state == from).unwrap() + 1);
        line[place]
    }

    fn enter(&self, state: Name, goals: &[Name], into: &mut BTreeSet<Name>) {
        into.insert(state);
        let within: Vec<Name> = goals.iter().copied().filter(|goal| self.is_inside(goal, state)).collect();
        match self.node(state).kind {
            Kind::Compound(initial) => {
                let within = if within.is_empty() { self.stands_for(initial) } else { within };
                self.enter(self.next_towards(Some(state), within[0]), &within, into);
            }
            Kind::Parallel => {
                for region in &self.node(state).inside {
                    self.enter(region.name, &within, into);
                }
            }
            _ => {}
        }
    }
}
