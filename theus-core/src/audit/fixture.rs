//! A small bank to load recipes against.

use std::collections::BTreeMap;

use crate::audit::{Catalog, ProcessEntry, Recipe};
use crate::context::{FieldSchema, Inspect, Layer, Schema, Shape, Zone};
use crate::process::{Access, Argument, Contract, Gives};
use crate::source::{Document, SourceError, SourceFile};

const NONE: Contract = Contract {
    process: "transfer",
    inputs: &[],
    outputs: &[TOTAL],
    effects: &[],
    messages: &[],
    errors: &[],
    arguments: &[],
    local: None,
    is_async: false,
    is_blocking: false,
};
const TOTAL: Access = Access { layer: Layer::Domain, path: "domain.total", zone: Zone::Data };
static TRANSFER: Contract =
    Contract { arguments: &[Argument { name: "amount", type_name: "f64", redact: false }], ..NONE };
static REFUND: Contract = Contract { process: "refund", ..NONE };

fn schema(name: &'static str, fields: Vec<(&'static str, Shape, Option<Schema>)>) -> Schema {
    let field = |(name, shape, nested)| FieldSchema {
        name,
        zone: Zone::Data,
        type_name: "T",
        doc: "",
        shape,
        nested,
        events: None,
        redact: false,
    };
    Schema { name, version: 1, fields: fields.into_iter().map(field).collect(), methods: Vec::new() }
}

pub(super) fn load(yaml: &str) -> Result<Recipe, SourceError> {
    let user = schema("User", vec![("id", i64::shape(), None)]);
    let fields = vec![
        ("total", i64::shape(), None),
        ("temperature", f64::shape(), None),
        ("accounts", <BTreeMap<String, i64>>::shape(), None),
        ("user", Shape::Opaque, Some(user)),
    ];
    let process = |contract, arguments| ProcessEntry {
        contract,
        arguments,
        local: Schema::empty(),
        gives: Gives::Nothing,
        errors: Vec::new(),
    };
    let processes = vec![process(&TRANSFER, vec![f64::shape()]), process(&REFUND, Vec::new())];
    let catalog = Catalog { processes, domain: schema("Bank", fields), global: Schema::empty() };
    Recipe::load(&Document::parse(SourceFile::new("r.yaml", yaml))?, &catalog)
}
