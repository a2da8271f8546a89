//! A small bank to load recipes against.

use std::collections::BTreeMap;

use super::*;
use crate::context::{FieldSchema, Inspect, Layer, Zone};
use crate::context::{Schema, Shape};
use crate::process::Contract;
use crate::process::{Access, Argument, Gives};
use crate::source::SourceFile;

const ARGUMENTS: &[(&str, &str)] = &[
    ("amount", "f64"),
    ("count", "u8"),
    ("name", "String"),
    ("flag", "bool"),
    ("tag", "char"),
    ("big", "u128"),
    ("single", "f32"),
    ("items", "Vec<u8>"),
    ("note", "Option<String>"),
    ("secret", "Secret"),
    ("low", "i128"),
];

const fn arguments() -> [Argument; ARGUMENTS.len()] {
    let mut arguments = [Argument { name: "", type_name: "", redact: false }; ARGUMENTS.len()];
    let mut index = 0;
    while index < ARGUMENTS.len() {
        arguments[index] = Argument { name: ARGUMENTS[index].0, type_name: ARGUMENTS[index].1, redact: false };
        index += 1;
    }
    arguments
}

static TRANSFER_ARGUMENTS: [Argument; ARGUMENTS.len()] = arguments();

const fn contract(process: &'static str, arguments: &'static [Argument]) -> Contract {
    Contract {
        process,
        inputs: &[],
        outputs: &[],
        effects: &[],
        messages: &[],
        errors: &[],
        arguments,
        local: None,
        is_async: false,
        is_blocking: false,
    }
}

static TRANSFER: Contract = Contract {
    inputs: &[access("domain.total")],
    outputs: &[access("domain.total"), access("domain.user.balance")],
    effects: &["clock"],
    messages: &[],
    errors: &["bank::InsufficientFunds"],
    ..contract("transfer", &TRANSFER_ARGUMENTS)
};
static REFUND: Contract = Contract {
    outputs: &[access("domain.total"), access("domain.temperature"), access("domain.accounts")],
    ..contract("refund", &[])
};

const fn access(path: &'static str) -> Access {
    Access { layer: Layer::Domain, path, zone: Zone::Data }
}

fn field(name: &'static str, shape: Shape, nested: Option<Schema>) -> FieldSchema {
    FieldSchema { name, zone: Zone::Data, type_name: "T", doc: "", shape, nested, events: None, redact: false }
}

fn schema(name: &'static str, fields: Vec<FieldSchema>) -> Schema {
    Schema { name, version: 1, fields, methods: Vec::new() }
}

pub(in super::super) const I64: Shape = Shape::Int { min: i64::MIN as i128, max: i64::MAX as u128 };

pub(crate) fn catalog() -> Catalog {
    let shapes = vec![
        Shape::Float64,
        Shape::Int { min: 0, max: 255 },
        Shape::Text,
        Shape::Bool,
        Shape::Char,
        Shape::Int { min: 0, max: u128::MAX },
        Shape::Float32,
        <Vec<u8>>::shape(),
        Shape::Optional(Box::new(Shape::Text)),
        Shape::Opaque,
        Shape::Int { min: i128::MIN, max: i128::MAX as u128 },
    ];
    let scratch = schema("Scratch", vec![field("steps", I64, None)]);
    let user = schema("User", vec![field("id", I64, None), field("balance", I64, None)]);
    let domain = vec![
        field("total", I64, None),
        field("temperature", Shape::Float64, None),
        field("accounts", <BTreeMap<String, i64>>::shape(), None),
        field("user", Shape::Opaque, Some(user)),
        field("secret", Shape::Optional(Box::new(Shape::Opaque)), None),
        FieldSchema { zone: Zone::Signal, ..field("sig_alarm", Shape::Bool, None) },
    ];
    Catalog {
        processes: vec![
            ProcessEntry {
                contract: &TRANSFER,
                arguments: shapes,
                local: scratch,
                gives: Gives::Nothing,
                errors: Vec::new(),
            },
            ProcessEntry {
                contract: &REFUND,
                arguments: Vec::new(),
                local: Schema::empty(),
                gives: Gives::Nothing,
                errors: Vec::new(),
            },
        ],
        domain: schema("Bank", domain),
        global: schema("Limits", vec![field("max_transfer", I64, None)]),
    }
}

pub(in super::super) fn load(yaml: &str) -> Result<Recipe, SourceError> {
    Recipe::load(&Document::parse(SourceFile::new("r.yaml", yaml))?, &catalog())
}

/// Several files, called `1.yaml`, `2.yaml` and so on.
pub(in super::super) fn load_all(files: &[&str]) -> Result<Recipe, SourceError> {
    let parsed = files.iter().enumerate();
    let parsed = parsed.map(|(index, yaml)| Document::parse(SourceFile::new(format!("{}.yaml", index + 1), *yaml)));
    Recipe::load_all(&parsed.collect::<Result<Vec<_>, _>>()?, &catalog())
}

/// One entry at the input gate of `transfer`.
pub(in super::super) fn load_entry(entry: &str) -> Result<Recipe, SourceError> {
    load(&format!("process_recipes:\n  transfer:\n    inputs:\n      - {{ {entry} }}\n"))
}
