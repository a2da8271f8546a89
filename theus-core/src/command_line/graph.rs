//! `graph`: a workflow to look at.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::check::workflow;
use super::format::Format;
use super::kind::{Kind, kind_of};
use super::outcome::told;
use super::report::Report;
use crate::audit::Catalog;
use crate::source::{Document, Fragment, NodePath, Problem, SourceError, SourceFile};
use crate::workflow::chart::Definition;

#[derive(Serialize)]
struct Json<'a> {
    workflow: &'a str,
    format: Format,
    graph: &'a str,
}

/// Draws the workflow, or says what is wrong with it; what is doubtful is for `check`.
pub(super) fn graph(
    file: &Path,
    format: Format,
    json: bool,
    (catalog, fragments): (&Catalog, &[Fragment]),
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    match load(file, fragments, catalog) {
        Ok(definition) => {
            let graph = format.draw(&definition);
            let drawn = if json {
                let json = Json { workflow: definition.name(), format, graph: &graph };
                writeln!(out, "{}", serde_json::to_string(&json)?)
            } else {
                writeln!(out, "{}", graph.trim_end())
            };
            told(drawn, 0)
        }
        Err(error) => {
            let mut report = Report::default();
            report.files.push((file.display().to_string(), None));
            report.refused(&error);
            told(if json { report.as_json(out) } else { report.draw(err) }, report.code())
        }
    }
}

fn load(file: &Path, fragments: &[Fragment], catalog: &Catalog) -> Result<Definition, SourceError> {
    let document = Document::parse(SourceFile::read(file)?)?;
    match kind_of(&document)? {
        Kind::Workflow => workflow(&document, fragments, catalog),
        Kind::Recipe => {
            let message = format!("`{}` is a recipe", document.file().name());
            Err(document.error(vec![Problem::new(NodePath::root(), message).help("only a workflow has a chart")]))
        }
    }
}
