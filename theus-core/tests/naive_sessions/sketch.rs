//! A workflow as a tree, and the file that says the same.

use std::fmt::Write as _;

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) inside: Vec<Node>,
    pub(super) saga: bool,
    /// Whether it keeps `CMD_3` for later.
    pub(super) defers: bool,
    pub(super) entry: Vec<Step>,
    pub(super) exit: Vec<Step>,
    pub(super) invokes: Vec<Invoke>,
    pub(super) ways: Vec<Way>,
    /// Where any declared error leads.
    pub(super) on_error: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    Compound(&'static str),
    Parallel,
    Final,
    /// What was active around it, directly inside; else this.
    History(&'static str),
}

#[derive(Clone, Debug)]
pub(super) struct Invoke {
    pub(super) steps: Vec<Step>,
    pub(super) done: Option<&'static str>,
    pub(super) on_error: Option<&'static str>,
    pub(super) keeps: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) on: On,
    pub(super) when: Option<When>,
    pub(super) to: Vec<&'static str>,
    pub(super) reenters: bool,
    pub(super) undo: Option<bool>,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Event(&'static str),
    Always,
    Done,
    DoneOf(&'static str),
    /// So many seconds.
    After(u64),
    /// `total % most + plus` seconds, as it is when what runs on entering is done; or as it is now.
    Reckoned {
        most: i64,
        plus: i64,
        follows: bool,
    },
    Every(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    TotalOver(i64),
    Rest { of: i64, is: i64 },
    In(&'static str),
    NotIn(&'static str),
}

#[derive(Clone, Debug)]
pub(super) enum Step {
    Run(Run),
    If {
        when: When,
        then: Vec<Step>,
        otherwise: Vec<Step>,
    },
    /// Each with that element as its argument where it has none of its own.
    ForEach {
        elements: Vec<i64>,
        steps: Vec<Step>,
    },
    While {
        most: i64,
        steps: Vec<Step>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) process: Process,
    /// None for the element of the loop around.
    pub(super) n: Option<i64>,
    /// Two and more are made a second, two, four apart.
    pub(super) attempts: u32,
    pub(super) on_error: Option<&'static str>,
    pub(super) compensate: Option<Box<Run>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Process {
    Put,
    Take,
    Flaky,
    Refuse,
}

/// The whole file.
pub(super) fn file(top: &[Node], limit: u32) -> String {
    let mut file = format!(
        "name: naive\nlimit: {limit}\nexternal: [CMD_0, CMD_1, CMD_2, CMD_3]\n\
         initialised: [domain.log, domain.total, domain.items, domain.other]\nstates:\n"
    );
    for node in top {
        let _ = writeln!(file, "  {}: {}", node.name, state(node));
    }
    file
}

fn state(node: &Node) -> String {
    let mut parts = Vec::new();
    match &node.kind {
        Kind::Plain => {}
        Kind::Final => parts.push("final: true".to_owned()),
        Kind::History(default) => return format!("{{ history: shallow, default: {default} }}"),
        Kind::Compound(initial) => parts.push(format!("initial: {initial}, states: {}", inside(node))),
        Kind::Parallel => parts.push(format!("regions: {}", inside(node))),
    }
    if node.saga {
        parts.push("saga: true".to_owned());
    }
    if node.defers {
        parts.push("defer: [CMD_3]".to_owned());
    }
    for (word, list) in [("entry", &node.entry), ("exit", &node.exit)] {
        if !list.is_empty() {
            parts.push(format!("{word}: {}", steps(list)));
        }
    }
    if !node.invokes.is_empty() {
        let all: Vec<String> = node.invokes.iter().enumerate().map(|(place, one)| invoke(place, one)).collect();
        parts.push(format!("invoke: [{}]", all.join(", ")));
    }
    if let Some(target) = node.on_error {
        parts.push(format!("on_error: {{ \"*\": {target} }}"));
    }
    type Triggers = (&'static str, fn(On) -> Option<String>);
    let of: [Triggers; 5] = [
        ("events", |on| match on {
            On::Event(name) => Some(name.to_owned()),
            On::DoneOf(state) => Some(format!("done.state.{state}")),
            _ => None,
        }),
        ("after", |on| match on {
            On::After(seconds) => Some(format!("{seconds}s")),
            On::Reckoned { most, plus, .. } => Some(format!("'${{ domain.total % {most} + {plus} }}'")),
            _ => None,
        }),
        ("every", |on| if let On::Every(seconds) = on { Some(format!("{seconds}s")) } else { None }),
        ("done", |on| (on == On::Done).then(String::new)),
        ("always", |on| (on == On::Always).then(String::new)),
    ];
    for (word, key) in of {
        let mut keys: Vec<(String, Vec<String>)> = Vec::new();
        for (key, way) in node.ways.iter().filter_map(|way| Some((key(way.on)?, transition(way)))) {
            match keys.iter_mut().find(|(other, _)| *other == key) {
                Some((_, all)) => all.push(way),
                None => keys.push((key, vec![way])),
            }
        }
        match &keys[..] {
            [] => {}
            [(key, ways)] if key.is_empty() => parts.push(format!("{word}: [{}]", ways.join(", "))),
            all => {
                let all: Vec<String> = all.iter().map(|(key, ways)| format!("{key}: [{}]", ways.join(", "))).collect();
                parts.push(format!("{word}: {{ {} }}", all.join(", ")));
            }
        }
    }
    format!("{{ {} }}", parts.join(", "))
}

fn inside(node: &Node) -> String {
    let all: Vec<String> = node.inside.iter().map(|node| format!("{}: {}", node.name, state(node))).collect();
    format!("{{ {} }}", all.join(", "))
}

fn invoke(place: usize, invoke: &Invoke) -> String {
    let mut text = format!("{{ id: i{place}, steps: {}", steps(&invoke.steps));
    if let Some(done) = invoke.done {
        let _ = write!(text, ", done: {done}");
    }
    if let Some(target) = invoke.on_error {
        let _ = write!(text, ", on_error: {{ \"*\": {target} }}");
    }
    text + if invoke.keeps { ", on_leave: keep }" } else { " }" }
}

fn transition(way: &Way) -> String {
    let mut parts = Vec::new();
    match &way.to[..] {
        [] => {}
        [one] => parts.push(format!("to: {one}")),
        several => parts.push(format!("to: [{}]", several.join(", "))),
    }
    if !way.reenters {
        parts.push("reenter: false".to_owned());
    }
    if let On::Reckoned { follows: true, .. } = way.on {
        parts.push("follow: true".to_owned());
    }
    parts.extend(way.undo.map(|undo| format!("undo: {undo}")));
    parts.extend(way.when.map(|when| format!("when: \"{}\"", condition(when))));
    if !way.steps.is_empty() {
        parts.push(format!("steps: {}", steps(&way.steps)));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn condition(when: When) -> String {
    match when {
        When::TotalOver(total) => format!("domain.total > {total}"),
        When::Rest { of, is } => format!("domain.total % {of} == {is}"),
        When::In(state) => format!("in('{state}')"),
        When::NotIn(state) => format!("!in('{state}')"),
    }
}

fn steps(steps: &[Step]) -> String {
    let all: Vec<String> = steps.iter().map(step).collect();
    format!("[{}]", all.join(", "))
}

fn step(step: &Step) -> String {
    match step {
        Step::Run(one) => run(one),
        Step::If { when, then, otherwise } => {
            let when = condition(*when);
            format!("{{ flux: if, when: \"{when}\", then: {}, else: {} }}", steps(then), steps(otherwise))
        }
        Step::ForEach { elements, steps: body } => {
            format!("{{ flux: for_each, in: '{elements:?}', as: item, do: {} }}", steps(body))
        }
        Step::While { most, steps: body } => {
            format!("{{ flux: while, when: domain.total < {most}, do: {} }}", steps(body))
        }
    }
}

fn run(run: &Run) -> String {
    let (process, has_argument) = match run.process {
        Process::Put => ("put", true),
        Process::Take => ("take", true),
        Process::Flaky => ("flaky", true),
        Process::Refuse => ("refuse", false),
    };
    let mut text = format!("{{ run: {process}");
    if has_argument {
        let n = run.n.map_or_else(|| "'${ item }'".to_owned(), |n| n.to_string());
        let _ = write!(text, ", with: {{ n: {n} }}");
    }
    if run.attempts > 1 {
        let _ = write!(text, ", retry: {{ attempts: {}, backoff: 1s, jitter: none }}", run.attempts);
    }
    if let Some(target) = run.on_error {
        let _ = write!(text, ", on_error: {{ \"*\": {target} }}");
    }
    if let Some(compensate) = &run.compensate {
        let _ = write!(text, ", compensate: {}", self::run(compensate));
    }
    text + " }"
}
