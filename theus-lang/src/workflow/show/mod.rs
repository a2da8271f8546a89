//! Workflows to look at: Mermaid, Graphviz and an SVG that needs no other program.

mod deferrals;
mod dot;
mod mermaid;
mod sagas;
mod svg;
mod view;
mod words;

#[cfg(test)]
mod tests;

pub use deferrals::Deferral;
pub use sagas::SagaExit;

use super::chart::Definition;

impl Definition {
    /// The chart as a Mermaid `stateDiagram-v2`, for READMEs and wikis. The same chart always gives the same text.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        mermaid::draw(&view::View::of(self))
    }

    /// The chart for Graphviz: `dot -Tsvg`. The same chart always gives the same text.
    #[must_use]
    pub fn to_dot(&self) -> String {
        dot::draw(&view::View::of(self))
    }

    /// The chart as an SVG picture, drawn without other programs: states within states, regions side by side, guards and
    /// steps on the edges, the processes with their contracts in the states that run them. The same chart always gives the same picture.
    #[must_use]
    pub fn to_svg(&self) -> String {
        svg::draw(&view::View::of(self))
    }
}
