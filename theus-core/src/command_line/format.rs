//! How a chart is written.

use serde::Serialize;

use crate::source::did_you_mean;
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

    pub(super) fn draw(self, definition: &Definition) -> String {
        match self {
            Self::Mermaid => definition.to_mermaid(),
            Self::Dot => definition.to_dot(),
            Self::Svg => definition.to_svg(),
        }
    }
}
