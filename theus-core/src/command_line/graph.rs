//! `graph`: a workflow to look at.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::check::workflow;
use super::kind::{Kind, kind_of};
use super::report::Report;
use super::told;
use crate::audit::Catalog;
use crate::source::{Document, NodePath, Problem, SourceError, SourceFile, did_you_mean};
use crate::workflow::chart::Definition;

/// How a chart is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    Mermaid,
    Dot,
    Svg,
}

const FORMATS: [(&str, Format); 3] = [("mermaid", Format::Mermaid), ("dot", Format::Dot), ("svg", Format::Svg)];

impl Format {
    /// The format of that name.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let found = FORMATS.iter().find(|(known, _)| *known == name);
        let help = || did_you_mean(name, FORMATS.map(|(known, _)| known)).unwrap_or_default();
        found.map(|(_, format)| *format).ok_or_else(|| format!("there is no format `{name}`; {}", help()))
    }

    fn draw(self, definition: &Definition) -> String {
        match self {
            Self::Mermaid => definition.to_mermaid(),
            Self::Dot => definition.to_dot(),
            Self::Svg => definition.to_svg(),
        }
    }
}

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
    catalog: &Catalog,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<u8> {
    match load(file, catalog) {
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

fn load(file: &Path, catalog: &Catalog) -> Result<Definition, SourceError> {
    let document = Document::parse(SourceFile::read(file)?)?;
    match kind_of(&document)? {
        Kind::Workflow => workflow(&document, catalog),
        Kind::Recipe => {
            let message = format!("`{}` is a recipe", document.file().name());
            Err(document.error(vec![Problem::new(NodePath::root(), message).help("only a workflow has a chart")]))
        }
    }
}
