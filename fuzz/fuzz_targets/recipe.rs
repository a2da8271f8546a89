//! Loads any text as a recipe: it must answer, whatever the text is, and its answer must have positions and codes.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use theus_core::audit::{Catalog, ProcessEntry, Recipe};
use theus_core::context::{FieldSchema, Layer, Schema, Shape, Zone};
use theus_core::process::{Access, Argument, Contract, Gives};
use theus_core::source::{Document, SourceFile};

const ARGUMENTS: &[Argument] = &[
    Argument { name: "amount", type_name: "f64", redact: false },
    Argument { name: "count", type_name: "u8", redact: false },
    Argument { name: "name", type_name: "String", redact: false },
    Argument { name: "flag", type_name: "bool", redact: false },
];

static TRANSFER: Contract = Contract {
    process: "transfer",
    inputs: &[],
    outputs: &[writes("domain.total"), writes("domain.user.balance")],
    effects: &["clock"],
    messages: &[],
    errors: &["InsufficientFunds"],
    arguments: ARGUMENTS,
    local: Some("Scratch"),
    is_async: false,
    is_blocking: false,
};

static REFUND: Contract = Contract {
    process: "refund",
    outputs: &[writes("domain.total"), writes("domain.temperature")],
    effects: &[],
    messages: &[],
    errors: &[],
    arguments: &[],
    local: None,
    ..TRANSFER
};

const I64: Shape = Shape::Int { min: i64::MIN as i128, max: i64::MAX as u128 };

const fn writes(path: &'static str) -> Access {
    Access { layer: Layer::Domain, path, zone: Zone::Data }
}

fn field(name: &'static str, shape: Shape, nested: Option<Schema>) -> FieldSchema {
    FieldSchema { name, zone: Zone::Data, type_name: "T", doc: "", shape, nested, events: None, redact: false }
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let schema = |name, fields| Schema { name, version: 1, fields, methods: Vec::new() };
    let user = schema("User", vec![field("id", I64, None), field("balance", I64, None)]);
    let domain = vec![
        field("total", I64, None),
        field("temperature", Shape::Float64, None),
        field("user", Shape::Opaque, Some(user)),
    ];
    let arguments = vec![Shape::Float64, Shape::Int { min: 0, max: 255 }, Shape::Text, Shape::Bool];
    let local = schema("Scratch", vec![field("steps", I64, None)]);
    Catalog {
        processes: vec![
            ProcessEntry { contract: &TRANSFER, arguments, local, gives: Gives::Nothing, errors: Vec::new() },
            ProcessEntry { contract: &REFUND, arguments: Vec::new(), local: Schema::empty(), gives: Gives::Nothing, errors: Vec::new() },
        ],
        domain: schema("Bank", domain),
        global: schema("Limits", vec![field("max_transfer", I64, None)]),
    }
});

fuzz_target!(|text: &str| {
    let loaded = Document::parse(SourceFile::new("f.yaml", text))
        .and_then(|document| Recipe::load_all(&[document.clone(), document], &CATALOG));
    match loaded {
        Ok(recipe) => {
            for warning in recipe.warnings() {
                assert!(warning.line > 0 && warning.code.is_some() && !warning.to_string().is_empty());
            }
            assert!(Recipe::compare(&recipe, &recipe).is_empty());
        }
        Err(error) => {
            assert!(!error.problems().is_empty() && !error.to_string().is_empty());
            assert!(error.problems().iter().all(|problem| problem.code.is_some()), "{error}");
        }
    }
});
