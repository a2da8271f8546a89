//! `check`: files as the engine would take them, without an engine.

use std::path::PathBuf;

use super::diagnostic::Diagnostic;
use super::kind::{Kind, kind_of};
use super::report::Report;
use crate::audit::{Catalog, Recipe};
use crate::source::{Document, Fragment, SourceError, SourceFile};
use crate::workflow::chart::Definition;
use crate::workflow::file;

/// Checks the files: the recipes as layers of one, in their order, and each workflow by itself.
pub(super) fn check(files: &[PathBuf], catalog: &Catalog, fragments: &[Fragment]) -> Report {
    let mut report = Report::default();
    let mut recipes = Vec::new();
    for path in files {
        let name = path.display().to_string();
        let read = SourceFile::read(path).and_then(Document::parse);
        let told = read.and_then(|document| Ok((kind_of(&document)?, document)));
        report.files.push((name, told.as_ref().ok().map(|(kind, _)| *kind)));
        match told {
            Ok((Kind::Recipe, document)) => recipes.push(document),
            Ok((Kind::Workflow, document)) => match workflow(&document, fragments, catalog) {
                Ok(definition) => {
                    report.diagnostics.extend(definition.warnings().iter().map(Diagnostic::from));
                    report.sagas_of(&definition);
                    report.deferrals_of(&definition);
                }
                Err(error) => report.refused(&error),
            },
            Err(error) => report.refused(&error),
        }
    }
    if !recipes.is_empty() {
        match Recipe::load_including(&recipes, fragments, catalog) {
            Ok(recipe) => report.diagnostics.extend(recipe.warnings().iter().map(Diagnostic::from)),
            Err(error) => report.refused(&error),
        }
    }
    report.in_order();
    report
}

/// A workflow as the interpreter would take it.
pub(super) fn workflow(
    document: &Document,
    fragments: &[Fragment],
    catalog: &Catalog,
) -> Result<Definition, SourceError> {
    file::load_including(document, fragments, &file::Catalog::from(catalog.clone()))
}
