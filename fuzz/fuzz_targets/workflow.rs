//! Loads any text as a workflow: it must answer, whatever the text is, and its answer must have positions and codes. What is
//! accepted can be drawn and played.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use theus_core::audit::ProcessEntry;
use theus_core::context::{FieldSchema, Inspect, Layer, Schema, Shape, Zone};
use theus_core::process::{Access, Argument, Contract, Gives};
use theus_core::source::{Document, Severity, SourceFile};
use theus_core::workflow::chart::Definition;
use theus_core::workflow::condition::EmptyActivation;
use theus_core::workflow::file::{self, Catalog};

const fn access(path: &'static str) -> Access {
    Access { layer: Layer::Domain, path, zone: Zone::Data }
}

const fn process(process: &'static str) -> Contract {
    Contract {
        process,
        inputs: &[],
        outputs: &[],
        effects: &[],
        messages: &[],
        errors: &[],
        arguments: &[],
        local: None,
        is_async: false,
        is_blocking: false,
    }
}

static PLAIN: [Contract; 8] = [
    process("p_load"),
    process("p_analyze"),
    Contract { errors: &["RateLimited"], is_async: true, ..process("fetch") },
    Contract { outputs: &[access("domain.plan")], ..process("draft") },
    Contract { inputs: &[access("domain.plan")], outputs: &[access("domain.report")], ..process("review") },
    Contract { inputs: &[access("domain.report")], ..process("publish") },
    Contract { inputs: &[access("domain.total")], outputs: &[access("domain.total")], ..process("count") },
    Contract { inputs: &[access("domain.total")], ..process("sum") },
];

static CHARGE: Contract = Contract {
    arguments: &[Argument { name: "amount", type_name: "u8", redact: false }, Argument { name: "to", type_name: "String", redact: false }],
    errors: &["InsufficientFunds", "bank::AccountClosed"],
    ..process("charge")
};

static REFUND: Contract = Contract { arguments: &[Argument { name: "amount", type_name: "u8", redact: false }], ..process("refund") };

fn entry(contract: &'static Contract, arguments: Vec<Shape>) -> ProcessEntry {
    ProcessEntry { contract, arguments, local: Schema::empty(), gives: Gives::Nothing, errors: Vec::new() }
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let mut processes: Vec<ProcessEntry> = PLAIN.iter().map(|contract| entry(contract, Vec::new())).collect();
    processes.push(entry(&CHARGE, vec![u8::shape(), Shape::Text]));
    processes.push(entry(&REFUND, vec![u8::shape()]));
    let field = |name, zone, shape| FieldSchema { name, zone, type_name: "T", doc: "", shape, nested: None, events: None, redact: false };
    let fields = vec![
        field("total", Zone::Data, i64::shape()),
        field("ready", Zone::Data, Shape::Bool),
        field("items", Zone::Data, <Vec<String>>::shape()),
        field("name", Zone::Data, Shape::Text),
        field("plan", Zone::Data, Shape::Text),
        field("report", Zone::Data, Shape::Text),
        field("cmd_start", Zone::Signal, Shape::Bool),
        field("sig_stop", Zone::Signal, Shape::Bool),
    ];
    let domain = Schema { name: "Desk", version: 1, fields, methods: Vec::new() };
    Catalog { processes, domain, global: Schema::empty(), external: Vec::new() }
});

/// So many moves are made.
const MOVES: usize = 60;

/// Draws it, and takes whatever leads on: what there is without an event, the end of a state, a time, each event in turn.
fn play(definition: &Definition) {
    assert!(definition.to_svg().ends_with("</svg>\n"));
    assert!(definition.to_mermaid().starts_with("stateDiagram-v2") && definition.to_dot().starts_with("digraph"));
    let ids: Vec<_> = definition.events().iter().map(|name| definition.event(name)).chain([None]).collect();
    let mut at = definition.start();
    for turn in 0..MOVES {
        let active = definition.active(&at.to);
        assert!(!active.is_empty(), "a session is somewhere");
        let effects = at.effects();
        if effects.finished().is_some() {
            return assert!(definition.finished(&at.to).is_some());
        }
        let done = effects.done().iter().find_map(|state| definition.done(&at.to, *state, &EmptyActivation).ok().flatten());
        let timer = || {
            let mut timers = active.iter().flat_map(|state| definition.timers(*state));
            timers.find_map(|(timer, _)| definition.timer(&at.to, timer, &EmptyActivation).ok().flatten())
        };
        let event = |turn: usize| definition.transition(&at.to, ids[turn % ids.len()], &EmptyActivation).ok().flatten();
        let next = done
            .or_else(|| definition.eventless(&at.to, &EmptyActivation).ok().flatten())
            .or_else(|| if turn % 3 == 2 { timer() } else { None })
            .or_else(|| event(turn));
        if let Some(next) = next {
            let stored = definition.stored(&next.to);
            assert_eq!(definition.configuration(&stored).as_ref(), Ok(&next.to), "it comes back");
            at = next;
        }
    }
}

fuzz_target!(|text: &str| {
    let loaded = Document::parse(SourceFile::new("f.yaml", text)).and_then(|document| file::load(&document, &CATALOG));
    match loaded {
        Ok(definition) => {
            assert!(!definition.states().is_empty());
            play(&definition);
            for warning in definition.warnings() {
                assert!(warning.line > 0 && warning.code.is_some() && !warning.to_string().is_empty());
            }
        }
        Err(error) => {
            assert!(error.problems().first().is_some_and(|problem| problem.severity == Severity::Error));
            assert!(error.problems().iter().all(|problem| problem.code.is_some()), "{error}");
            assert!(!error.to_string().is_empty());
        }
    }
});
