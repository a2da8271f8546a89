//! Loading a recipe of 10,000 rules, and comparing two of them; beside the reading of the same text as YAML alone.

use divan::Bencher;
use theus_core::audit::{Catalog, Recipe};
use theus_core::source::Document;

use crate::shared::rules::{catalog, recipe};

const PROCESSES: usize = 100;

fn load(most: usize, catalog: &Catalog) -> Recipe {
    let loaded = Document::parse(recipe(PROCESSES, most)).and_then(|document| Recipe::load(&document, catalog));
    loaded.unwrap_or_else(|error| panic!("{error}"))
}

#[divan::bench]
fn load_10_000_rules(bencher: Bencher<'_, '_>) {
    let (catalog, file) = (catalog(PROCESSES), recipe(PROCESSES, 100));
    bencher.bench(|| Document::parse(file.clone()).and_then(|document| Recipe::load(&document, &catalog)));
}

#[divan::bench]
fn load_10_000_rules_baseline_yaml_alone(bencher: Bencher<'_, '_>) {
    let file = recipe(PROCESSES, 100);
    bencher.bench(|| Document::parse(file.clone()));
}

#[divan::bench]
fn compare_10_000_rules(bencher: Bencher<'_, '_>) {
    let catalog = catalog(PROCESSES);
    let (old, new) = (load(100, &catalog), load(90, &catalog));
    bencher.bench(|| Recipe::compare(&old, &new));
}
