//! Charts to draw: one with everything, one that means harm, one that is large.

use std::sync::Arc;
use std::time::Duration;

use crate::condition::Expression;
use crate::context::{Layer, Zone};
use crate::process::{Access, Contract};
use crate::signal::EventName;
use crate::workflow::chart::{
    ArgumentSource, Definition, Parts, Place, Recovery, Run, State, StateId, StateKind, Step, Transition, Trigger,
};

const fn data(path: &'static str) -> Access {
    Access { layer: Layer::Domain, path, zone: Zone::Data }
}

pub(super) static CALL: Contract = Contract {
    process: "call_model",
    inputs: &[data("domain.question"), data("domain.budget")],
    outputs: &[data("domain.answer"), data("domain.budget")],
    effects: &["model"],
    messages: &[],
    errors: &["RateLimited", "OutOfBudget"],
    arguments: &[],
    local: None,
    is_async: true,
    is_blocking: false,
};

pub(super) static NOTE: Contract = Contract {
    process: "note",
    inputs: &[],
    outputs: &[data("domain.log")],
    effects: &[],
    messages: &[],
    errors: &[],
    is_async: false,
    ..CALL
};

pub(super) fn place() -> Place {
    Place { file: Arc::from("chart.yaml"), line: 1, column: 1 }
}

pub(super) fn run(contract: &'static Contract) -> Step {
    let on_error = Vec::new();
    let (arguments, retry, timeout, compensate) = (Vec::new(), None, None, None);
    Step::Run(Box::new(Run {
        contract,
        arguments,
        retry,
        restart: None,
        timeout,
        on_error,
        gives: None,
        compensate,
        place: place(),
    }))
}

pub(super) fn guard(text: &str) -> Expression {
    Expression::of(text, |_| Ok(true.into()))
}

/// A chart in the making: states by name, so that a test reads like a file.
#[derive(Default)]
pub(super) struct Charts {
    states: Vec<State>,
}

impl Charts {
    pub(super) fn state(&mut self, name: &str, parent: Option<&str>, kind: StateKind) -> StateId {
        let id = StateId(u32::try_from(self.states.len()).unwrap());
        let parent = parent.map(|parent| self.id(parent));
        if let Some(parent) = parent {
            self.states[parent.0 as usize].children.push(id);
        }
        self.states.push(State {
            name: name.to_owned(),
            own: None,
            description: None,
            parent,
            children: Vec::new(),
            kind,
            entry: Vec::new(),
            exit: Vec::new(),
            defer: Vec::new(),
            saga: false,
            atomic: false,
            reply: None,
            invokes: Vec::new(),
            transitions: Vec::new(),
            on_error: Vec::new(),
            place: place(),
        });
        id
    }

    pub(super) fn id(&self, name: &str) -> StateId {
        let at = self.states.iter().position(|state| state.name == name).expect(name);
        StateId(u32::try_from(at).unwrap())
    }

    pub(super) fn at(&mut self, name: &str) -> &mut State {
        let id = self.id(name);
        &mut self.states[id.0 as usize]
    }

    pub(super) fn simple(&mut self, names: &[&str], parent: Option<&str>) {
        for name in names {
            self.state(name, parent, StateKind::Simple);
        }
    }

    /// `CMD_X`, `after`, `done`, `*` or nothing; what must hold; what runs.
    pub(super) fn edge(&mut self, from: &str, on: &str, to: Option<&str>, when: Option<&str>, steps: Vec<Step>) {
        let trigger = match on {
            "" => Trigger::Always,
            "*" => Trigger::Any,
            "done" => Trigger::Done,
            after if after.starts_with("after") => Trigger::After(Duration::from_millis(90_500)),
            written => Trigger::Event { name: EventName::parse(written).unwrap(), written: written.to_owned() },
        };
        let targets = to.map(|to| self.id(to)).into_iter().collect();
        let transition =
            Transition { trigger, guard: when.map(guard), targets, reenters: true, undo: None, steps, place: place() };
        self.at(from).transitions.push(transition);
    }

    pub(super) fn fails(&mut self, from: &str, error: Option<&'static str>, to: &str) {
        let target = self.id(to);
        self.at(from).on_error.push(Recovery { error, target, place: place() });
    }

    pub(super) fn finish(self, name: &str) -> Definition {
        Definition::assemble(Parts {
            name: name.to_owned(),
            description: None,
            initial: StateId(0),
            external: Vec::new(),
            root: None,
            states: self.states,
            moved: Vec::new(),
            events: Vec::new(),
            limit: 10,
            strict: false,
            warnings: Vec::new(),
        })
    }
}

/// An agent that plans, calls, is reviewed and asks a human: every kind of state and of edge.
pub(super) fn agent() -> Definition {
    let mut chart = Charts::default();
    chart.simple(&["PLAN"], None);
    let working = chart.state("WORKING", None, StateKind::Simple);
    let call = chart.state("CALL", Some("WORKING"), StateKind::Simple);
    chart.at("WORKING").kind = StateKind::Compound { initial: call };
    chart.simple(&["CHECK"], Some("WORKING"));
    chart.state("ENOUGH", Some("WORKING"), StateKind::Final { result: None });
    chart.state("BACK", Some("WORKING"), StateKind::History { deep: true, default: call });
    let _ = working;
    chart.simple(&["ASK"], None);
    chart.state("BOTH", None, StateKind::Parallel);
    for (region, one, two) in [("LEFT", "L1", "L2"), ("RIGHT", "R1", "R2")] {
        chart.state(region, Some("BOTH"), StateKind::Simple);
        let first = chart.state(one, Some(region), StateKind::Simple);
        chart.state(two, Some(region), StateKind::Final { result: None });
        chart.at(region).kind = StateKind::Compound { initial: first };
    }
    let result = Some(ArgumentSource::Expression(guard("domain.answer")));
    chart.state("DONE", None, StateKind::Final { result });
    chart.state("GAVE_UP", None, StateKind::Final { result: None });
    chart.at("PLAN").entry = vec![run(&NOTE)];
    chart.at("PLAN").description = Some("what to do <first>".to_owned());
    chart.at("CALL").entry = vec![run(&CALL)];
    chart.at("WORKING").exit = vec![run(&NOTE)];
    chart.edge("PLAN", "EVT_CHAIN_DONE", Some("WORKING"), None, vec![]);
    chart.edge("CALL", "EVT_CHAIN_DONE", Some("CHECK"), None, vec![]);
    chart.edge("CHECK", "", Some("ENOUGH"), Some("domain.answer.size() > 0"), vec![]);
    chart.edge("CHECK", "", Some("CALL"), None, vec![run(&NOTE)]);
    chart.edge("CALL", "CMD_HELP", Some("ASK"), None, vec![]);
    chart.edge("ASK", "CMD_APPROVE", Some("BACK"), None, vec![]);
    chart.edge("ASK", "after", Some("GAVE_UP"), None, vec![]);
    chart.edge("ASK", "CMD_NOTE", None, None, vec![run(&NOTE)]);
    chart.edge("ASK", "CMD_AGAIN", Some("ASK"), Some("domain.budget > 0"), vec![]);
    chart.edge("WORKING", "done", Some("BOTH"), None, vec![]);
    chart.edge("WORKING", "*", Some("WORKING"), None, vec![]);
    chart.fails("CALL", Some("OutOfBudget"), "GAVE_UP");
    chart.fails("WORKING", None, "ASK");
    chart.edge("L1", "CMD_LEFT", Some("L2"), None, vec![]);
    chart.edge("R1", "CMD_RIGHT", Some("R2"), None, vec![]);
    chart.edge("BOTH", "done", Some("DONE"), None, vec![]);
    chart.edge("BOTH", "CMD_REDO", Some("PLAN"), None, vec![]);
    chart.finish("agent")
}

/// Names and texts that mean something to each of the languages.
pub(super) fn hostile() -> Definition {
    let mut chart = Charts::default();
    let names = [
        "end",
        "A\"]; x -> y; [\"",
        "<script>alert('&')</script>",
        "state \"x\" as y {",
        "%% --\n[*] --> q",
        "größe 漢字 \u{1}",
    ];
    chart.simple(&names, None);
    for pair in names.windows(2) {
        chart.edge(pair[0], "CMD_X", Some(pair[1]), Some("a == \"b\" && c < '</title>' // ; --> [*]"), vec![]);
    }
    chart.finish("<hostile> & \"quoted\"")
}

/// Thirty states, edges forward, back and across, from a fixed seed.
pub(super) fn large(seed: u64) -> Definition {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut chart = Charts::default();
    let mut names: Vec<String> = Vec::new();
    for at in 0..30 {
        let parent = (at > 3 && random.u8(..3) == 0).then(|| names[random.usize(..4)].clone());
        let name = format!("STATE_{at}");
        let id = chart.state(&name, parent.as_deref(), StateKind::Simple);
        if let Some(parent) = parent
            && matches!(chart.at(&parent).kind, StateKind::Simple)
        {
            chart.at(&parent).kind = StateKind::Compound { initial: id };
        }
        if random.bool() {
            chart.at(&name).entry = vec![run(if random.bool() { &CALL } else { &NOTE })];
        }
        names.push(name);
    }
    for at in 0..30 {
        for _ in 0..random.usize(1..3) {
            let to = if random.u8(..4) > 0 { (at + 1 + random.usize(..3)).min(29) } else { random.usize(..30) };
            chart.edge(
                &names[at],
                ["CMD_GO", "EVT_CHAIN_DONE", "after", "*"][random.usize(..4)],
                Some(&names[to]),
                None,
                vec![],
            );
        }
    }
    chart.finish("large")
}
