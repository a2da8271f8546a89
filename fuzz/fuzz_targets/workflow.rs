//! Loads any text as a workflow: it must answer, whatever the text is, and its answer must have positions and codes.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use theus_core::audit::ProcessEntry;
use theus_core::context::{FieldSchema, Inspect, Layer, Schema, Shape, Zone};
use theus_core::process::{Access, Argument, Contract};
use theus_core::source::{Document, Severity, SourceFile};
use theus_core::workflow::file::{self, Catalog};

const fn access(path: &'static str) -> Access {
    Access { layer: Layer::Domain, path, zone: Zone::Data }
}

const fn process(process: &'static str) -> Contract {
    Contract { process, inputs: &[], outputs: &[], effects: &[], errors: &[], arguments: &[], local: None, is_async: false }
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
    arguments: &[Argument { name: "amount", type_name: "u8" }, Argument { name: "to", type_name: "String" }],
    errors: &["InsufficientFunds", "bank::AccountClosed"],
    ..process("charge")
};

static REFUND: Contract = Contract { arguments: &[Argument { name: "amount", type_name: "u8" }], ..process("refund") };

fn entry(contract: &'static Contract, arguments: Vec<Shape>) -> ProcessEntry {
    ProcessEntry { contract, arguments, local: Schema::empty() }
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let mut processes: Vec<ProcessEntry> = PLAIN.iter().map(|contract| entry(contract, Vec::new())).collect();
    processes.push(entry(&CHARGE, vec![u8::shape(), Shape::Text]));
    processes.push(entry(&REFUND, vec![u8::shape()]));
    let field = |name, zone, shape| FieldSchema { name, zone, type_name: "T", doc: "", shape, nested: None };
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

fuzz_target!(|text: &str| {
    let loaded =
        Document::parse(SourceFile::new("f.yaml", text)).and_then(|document| file::load(&document, &CATALOG));
    match loaded {
        Ok(definition) => {
            assert!(!definition.states().is_empty());
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
