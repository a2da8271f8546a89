//! Workflows at random.

use fastrand::Rng;

use super::machine::Machine;
use super::sketch::{Invoke, Kind, Node, On, Process, Run, Step, Way, When};

type Name = &'static str;

const TARGETS: [Name; 9] = ["S", "C", "C1", "CH", "P", "L1", "M1", "Z", "C"];

pub(super) struct Writer {
    pub(super) random: Rng,
    next: i64,
}

/// Where something stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// One of the states at the top, of which one is active.
    Top,
    Inside,
    /// A state of a region, whose chains do not wait here: what regions do side by side is another test's.
    Region,
}

impl Writer {
    pub(super) fn new(seed: u64) -> Self {
        Self { random: Rng::with_seed(seed), next: 0 }
    }

    fn one_of(&mut self, most: u8) -> bool {
        self.random.u8(..most) == 0
    }

    fn n(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    fn target(&mut self) -> Name {
        TARGETS[self.random.usize(..TARGETS.len())]
    }

    fn to(&mut self) -> Vec<Name> {
        match self.random.u8(..10) {
            0 => vec!["L1", "M1"],
            1 => vec!["M0", "L1"],
            2 => Vec::new(),
            _ => vec![self.target()],
        }
    }

    fn when(&mut self) -> When {
        match self.random.u8(..5) {
            0 => When::In(["M1", "C", "L0"][self.random.usize(..3)]),
            1 => When::NotIn(["L1", "C0"][self.random.usize(..2)]),
            2 => When::Rest { of: 3, is: self.random.i64(0..3) },
            _ => When::TotalOver(self.random.i64(0..12)),
        }
    }

    fn run(&mut self, place: Place, in_loop: bool) -> Run {
        let n = if in_loop && self.random.bool() { None } else { Some(self.n()) };
        let waits = place != Place::Region;
        let (process, attempts) = match self.random.u8(..8) {
            0 => (Process::Refuse, 1),
            1 | 2 if waits => (Process::Flaky, self.random.u32(1..5)),
            _ => (Process::Put, 1),
        };
        let on_error = (process != Process::Put && self.one_of(4)).then(|| self.target());
        let compensate = (process != Process::Refuse && self.random.bool()).then(|| {
            let (process, attempts) = match self.random.u8(..6) {
                0 => (Process::Refuse, 1),
                1 if waits => (Process::Flaky, self.random.u32(1..4)),
                _ => (Process::Take, 1),
            };
            Box::new(Run { process, n, attempts, on_error: None, compensate: None })
        });
        Run { process, n, attempts, on_error, compensate }
    }

    fn steps(&mut self, place: Place, depth: u32, in_loop: bool) -> Vec<Step> {
        (0..self.random.u32(1..3)).map(|_| self.step(place, depth, in_loop)).collect()
    }

    fn step(&mut self, place: Place, depth: u32, in_loop: bool) -> Step {
        match self.random.u8(..8) {
            0 if depth > 0 => Step::If {
                when: self.when(),
                then: self.steps(place, depth - 1, in_loop),
                otherwise: self.steps(place, depth - 1, in_loop),
            },
            1 if depth > 0 => {
                let elements = (0..self.random.u8(..4)).map(|_| self.n()).collect();
                Step::ForEach { elements, steps: self.steps(place, depth - 1, true) }
            }
            2 if depth > 0 => {
                let put =
                    Run { process: Process::Put, n: Some(self.n()), attempts: 1, on_error: None, compensate: None };
                let mut steps = vec![Step::Run(put)];
                steps.extend(self.steps(place, 0, in_loop));
                Step::While { most: self.random.i64(1..10), steps }
            }
            _ => Step::Run(self.run(place, in_loop)),
        }
    }

    fn way(&mut self, on: On, place: Place) -> Way {
        let steps = if self.random.bool() { self.steps(place, 1, false) } else { Vec::new() };
        let undo = (!matches!(on, On::Always | On::Done | On::DoneOf(_)) && self.one_of(3)).then(|| self.random.bool());
        let when = self.one_of(4).then(|| self.when());
        Way { on, when, to: self.to(), reenters: true, undo, steps }
    }

    fn state(&mut self, name: Name, place: Place, kind: Kind, inside: Vec<Node>) -> Node {
        let depth = if place == Place::Top { 2 } else { 1 };
        let mut node = Node {
            name,
            inside,
            saga: self.one_of(3),
            defers: self.one_of(4),
            entry: if self.random.bool() { self.steps(place, depth, false) } else { Vec::new() },
            exit: if self.one_of(3) { self.steps(place, 1, false) } else { Vec::new() },
            invokes: Vec::new(),
            ways: Vec::new(),
            on_error: self.one_of(6).then(|| self.target()),
            kind,
        };
        if place == Place::Top && self.random.bool() {
            node.invokes.push(Invoke {
                steps: self.steps(place, 1, false),
                done: self.random.bool().then(|| self.target()),
                on_error: self.one_of(3).then(|| self.target()),
                keeps: self.one_of(3),
            });
        }
        let events = ["CMD_0", "CMD_1", "CMD_2", "CMD_3", "EVT_CHAIN_FAIL", "EVT_CHAIN_DONE", "EVT_COMPENSATION_FAIL"];
        for (index, event) in events.into_iter().enumerate() {
            let often = if index < 3 { 2 } else { 6 };
            for _ in 0..2 {
                if !self.one_of(often) {
                    break;
                }
                let way = self.way(On::Event(event), place);
                if node.ways.last().is_some_and(|last| last.on == way.on && last.when == way.when) {
                    break;
                }
                let is_last = way.when.is_none();
                node.ways.push(way);
                if is_last {
                    break;
                }
            }
        }
        self.times(&mut node, place);
        let may_be_done = !matches!(node.kind, Kind::Plain);
        if may_be_done && self.random.bool() {
            node.ways.push(self.way(On::Done, place));
        } else if self.one_of(6) {
            node.ways.push(self.way(On::DoneOf("C"), place));
        }
        if self.one_of(8) {
            // What it runs has its guard not hold any more.
            let put = Run { process: Process::Put, n: Some(self.n()), attempts: 1, on_error: None, compensate: None };
            let when = Some(When::Rest { of: 5, is: self.random.i64(0..5) });
            let way = self.way(On::Always, place);
            node.ways.push(Way { when, steps: vec![Step::Run(put)], undo: None, ..way });
        }
        if node.ways.is_empty() {
            // What nothing leads out of is an end.
            let way = Way { when: None, to: vec!["C"], ..self.way(On::Event("CMD_2"), place) };
            node.ways.push(way);
        }
        let first_inside = node.inside.first().map(|child| child.name);
        if let (Kind::Compound(_), Some(first)) = (&node.kind, first_inside) {
            for way in node.ways.iter_mut().filter(|way| matches!(way.on, On::Event(_))) {
                if self.random.u8(..5) == 0 {
                    (way.to, way.reenters, way.undo) = (vec![first], false, None);
                }
            }
        }
        node
    }

    fn times(&mut self, node: &mut Node, place: Place) {
        if self.one_of(4) {
            let on = match self.random.u8(..3) {
                0 => On::After(self.random.u64(1..5)),
                kind => On::Reckoned { most: self.random.i64(2..7), plus: self.random.i64(1..4), follows: kind == 1 },
            };
            let way = self.way(on, place);
            node.ways.push(way);
        }
        if self.one_of(8) {
            let on = On::Every(self.random.u64(1..4));
            let mut way = self.way(on, place);
            way.when = Some(When::TotalOver(self.random.i64(0..30)));
            way.undo = None;
            if way.to.is_empty() && way.steps.is_empty() {
                way.steps = self.steps(place, 0, false);
            }
            node.ways.push(way);
        }
    }

    pub(super) fn chart(&mut self) -> Vec<Node> {
        let end = |name| Node {
            name,
            kind: Kind::Final,
            inside: Vec::new(),
            saga: false,
            defers: false,
            entry: Vec::new(),
            exit: Vec::new(),
            invokes: Vec::new(),
            ways: Vec::new(),
            on_error: None,
        };
        let s = self.state("S", Place::Top, Kind::Plain, Vec::new());
        let (c0, c1) = (self.inner("C0", Place::Inside), self.inner("C1", Place::Inside));
        let history = Node { kind: Kind::History("C0"), ..end("CH") };
        let begins = if self.one_of(3) { "CH" } else { "C0" };
        let c = self.state("C", Place::Top, Kind::Compound(begins), vec![c0, c1, end("C2"), history]);
        let (l0, l1) = (self.inner("L0", Place::Region), self.inner("L1", Place::Region));
        let l = self.state("L", Place::Region, Kind::Compound("L0"), vec![l0, l1, end("L2")]);
        let (m0, m1) = (self.inner("M0", Place::Region), self.inner("M1", Place::Region));
        let m = self.state("M", Place::Region, Kind::Compound("M0"), vec![m0, m1, end("M2")]);
        let p = self.state("P", Place::Top, Kind::Parallel, vec![l, m]);
        let entry = self.steps(Place::Top, 1, false);
        let mut top = vec![s, c, p, Node { entry, ..end("Z") }];
        let machine = Machine::new(&top);
        let is_taken = top.iter().any(is_taken_inside);
        top.iter_mut().for_each(|node| mend(node, !is_taken, &machine));
        top
    }

    fn inner(&mut self, name: Name, place: Place) -> Node {
        let mut node = self.state(name, place, Kind::Plain, Vec::new());
        let last = match name {
            "C0" | "C1" => "C2",
            "L0" | "L1" => "L2",
            _ => "M2",
        };
        for way in &mut node.ways {
            if self.random.u8(..6) == 0 {
                (way.to, way.undo) = (vec![last], None);
            }
        }
        node
    }

    pub(super) fn script(&mut self) -> Vec<Act> {
        let mut script: Vec<Act> = (0..18)
            .map(|_| match self.random.u8(..8) {
                0..3 => Act::Pass(self.random.u64(1..4)),
                3 => Act::Emit(vec!["CMD_3"]),
                4 => Act::Emit(vec![self.command(), self.command()]),
                _ => Act::Emit(vec![self.command()]),
            })
            .collect();
        if self.one_of(3) {
            script.insert(self.random.usize(4..18), Act::Cancel);
        }
        script
    }

    fn command(&mut self) -> Name {
        ["CMD_0", "CMD_1", "CMD_2"][self.random.usize(..3)]
    }
}

fn takes_it(node: &Node) -> bool {
    node.ways.iter().any(|way| way.on == On::Event("CMD_3"))
}

fn is_taken_inside(node: &Node) -> bool {
    takes_it(node) || node.inside.iter().any(is_taken_inside)
}

/// What the loader refuses is taken out: to defer what is taken here, around or nowhere; to say whether a saga is undone that is not left.
fn mend(node: &mut Node, is_taken: bool, machine: &Machine) {
    let is_taken = is_taken || takes_it(node);
    node.defers &= !is_taken;
    for way in &mut node.ways {
        let leaves = machine.surely_left(node.name, way);
        if !leaves.iter().any(|state| machine.node(state).saga) {
            way.undo = None;
        }
    }
    node.inside.iter_mut().for_each(|node| mend(node, is_taken, machine));
}

#[derive(Clone, Debug)]
pub(super) enum Act {
    /// So many come before anything is done.
    Emit(Vec<Name>),
    /// So many seconds go by.
    Pass(u64),
    Cancel,
}
