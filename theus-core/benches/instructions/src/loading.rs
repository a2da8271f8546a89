//! A rule of a recipe that is loaded, and how much of that is reading it as YAML: a hundredth of a recipe of 100.

use std::hint::black_box;

use theus_core::audit::Recipe;
use theus_core::source::{Document, SourceFile};

use super::Scenario;
use crate::shared::rules::{catalog, recipe};

pub(super) const SCENARIOS: &[Scenario] =
    &[Scenario { name: "rule_read_as_yaml", go: read }, Scenario { name: "rule_loaded", go: load }];

/// How many rules a recipe for one process has.
const OF_ONE: usize = 100;

fn document(file: &SourceFile) -> Document {
    Document::parse(black_box(file).clone()).expect("YAML")
}

fn read(count: usize) {
    let file = recipe(1, 100);
    for _ in 0..count / OF_ONE {
        black_box(document(&file));
    }
}

fn load(count: usize) {
    let (catalog, file) = (catalog(1), recipe(1, 100));
    for _ in 0..count / OF_ONE {
        black_box(Recipe::load(&document(&file), &catalog).expect("a recipe that fits"));
    }
}
