//! Loading a recipe of 10,000 rules, and comparing two of them; beside the reading of the same text as YAML alone.

use divan::Bencher;
use theus_core::audit::{Catalog, ProcessEntry, Recipe};
use theus_core::context::{FieldSchema, Layer, Schema, Shape, Zone};
use theus_core::process::{Access, Contract};
use theus_core::source::{Document, SourceFile};

const PROCESSES: usize = 100;
const FIELDS: usize = 50;

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn catalog() -> Catalog {
    let field = |index: usize| FieldSchema {
        name: leaked(format!("field_{index}")),
        zone: Zone::Data,
        type_name: "f64",
        doc: "",
        shape: Shape::Float64,
        nested: None,
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
        };
        ProcessEntry { contract: Box::leak(Box::new(contract)), arguments: Vec::new(), local: Schema::empty() }
    };
    let domain = Schema { name: "Domain", version: 1, fields, methods: Vec::new() };
    Catalog { processes: (0..PROCESSES).map(process).collect(), domain, global: Schema::empty() }
}

/// Two rules for each field of each process.
fn recipe(most: usize) -> SourceFile {
    let mut yaml = "process_recipes:\n".to_owned();
    for process in 0..PROCESSES {
        yaml += &format!("  process_{process}:\n    outputs:\n");
        for field in 0..FIELDS {
            yaml += &format!(
                "      - {{ field: domain.field_{field}, min: 0, max: {most}, level: A, max_threshold: 3 }}\n"
            );
        }
    }
    SourceFile::new("audit.yaml", yaml)
}

fn load(most: usize, catalog: &Catalog) -> Recipe {
    let loaded = Document::parse(recipe(most)).and_then(|document| Recipe::load(&document, catalog));
    loaded.unwrap_or_else(|error| panic!("{error}"))
}

#[divan::bench]
fn load_10_000_rules(bencher: Bencher<'_, '_>) {
    let (catalog, file) = (catalog(), recipe(100));
    bencher.bench(|| Document::parse(file.clone()).and_then(|document| Recipe::load(&document, &catalog)));
}

#[divan::bench]
fn load_10_000_rules_baseline_yaml_alone(bencher: Bencher<'_, '_>) {
    let file = recipe(100);
    bencher.bench(|| Document::parse(file.clone()));
}

#[divan::bench]
fn compare_10_000_rules(bencher: Bencher<'_, '_>) {
    let catalog = catalog();
    let (old, new) = (load(100, &catalog), load(90, &catalog));
    bencher.bench(|| Recipe::compare(&old, &new));
}
