//! A recipe of many rules, and what it is checked against.

use theus_core::audit::{Catalog, ProcessEntry};
use theus_core::context::{FieldSchema, Layer, Schema, Shape, Zone};
use theus_core::process::{Access, Contract, Gives};
use theus_core::source::SourceFile;

const FIELDS: usize = 50;

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// So many processes, which write the same fields.
pub(crate) fn catalog(processes: usize) -> Catalog {
    let field = |index: usize| FieldSchema {
        name: leaked(format!("field_{index}")),
        zone: Zone::Data,
        type_name: "f64",
        doc: "",
        shape: Shape::Float64,
        nested: None,
        events: None,
        redact: false,
    };
    let fields: Vec<_> = (0..FIELDS).map(field).collect();
    let write = |field: &FieldSchema| Access {
        layer: Layer::Domain,
        path: leaked(format!("domain.{}", field.name)),
        zone: Zone::Data,
    };
    let outputs: &'static [Access] = Box::leak(fields.iter().map(write).collect());
    let process = |index: usize| {
        let contract = Contract {
            process: leaked(format!("process_{index}")),
            inputs: &[],
            outputs,
            effects: &[],
            messages: &[],
            errors: &[],
            arguments: &[],
            local: None,
            is_async: false,
            is_blocking: false,
        };
        ProcessEntry {
            contract: Box::leak(Box::new(contract)),
            arguments: Vec::new(),
            local: Schema::empty(),
            gives: Gives::Nothing,
            errors: Vec::new(),
        }
    };
    let domain = Schema { name: "Domain", version: 1, fields, methods: Vec::new() };
    Catalog { processes: (0..processes).map(process).collect(), domain, global: Schema::empty() }
}

/// Two rules for each field of each process.
pub(crate) fn recipe(processes: usize, most: usize) -> SourceFile {
    let mut yaml = "process_recipes:\n".to_owned();
    for process in 0..processes {
        yaml += &format!("  process_{process}:\n    outputs:\n");
        for field in 0..FIELDS {
            yaml += &format!(
                "      - {{ field: domain.field_{field}, min: 0, max: {most}, level: A, max_threshold: 3 }}\n"
            );
        }
    }
    SourceFile::new("audit.yaml", yaml)
}
