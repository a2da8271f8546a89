//! The name of a container and what it does by itself.

use super::leaf;
use super::lines::mark;
use super::marks::{LINE, Mark, shortened, width};
use crate::workflow::chart::StateId;
use crate::workflow::show::view::View;

/// Inside a border, and the height of a name.
pub(super) const PADDING: f64 = 16.0;
pub(super) const TITLE: f64 = 26.0;

/// The name of a container and what it does by itself; nothing at the top.
pub(super) struct Title {
    pub(super) name: String,
    pub(super) tip: String,
    pub(super) lines: Vec<(&'static str, String)>,
    pub(super) class: &'static str,
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) padding: f64,
}

impl Title {
    pub(super) fn of(view: &View<'_>, container: Option<StateId>) -> Self {
        let state = container.and_then(|id| view.definition.state(id));
        let Some(state) = state else {
            let (name, tip, lines) = (String::new(), String::new(), Vec::new());
            return Self { name, tip, lines, class: "", width: 0.0, height: 0.0, padding: 0.0 };
        };
        let lines = leaf::lines(view, state);
        let name = shortened(&state.name, super::block::LONGEST);
        let widest = lines.iter().map(|(_, line)| width(line)).fold(width(&name) * 1.05, f64::max);
        let class = if view.is_parallel(state.parent) { "p" } else { "o" };
        let height = TITLE + LINE * f64::from(u32::try_from(lines.len()).unwrap_or(0));
        Self { name, tip: leaf::tooltip(view, state), lines, class, width: widest, height, padding: PADDING }
    }

    pub(super) fn marks(self, width: f64, height: f64) -> Vec<Mark> {
        if self.class.is_empty() {
            return Vec::new();
        }
        let mut marks = vec![Mark::Begin(self.tip)];
        marks.push(Mark::Rect { x: 0.0, y: 0.0, width, height, round: 9.0, class: self.class });
        marks.push(Mark::Text { x: PADDING, y: 18.0, class: "n", middle: false, text: self.name });
        let mut y = 18.0;
        for (class, text) in self.lines {
            y += LINE;
            marks.push(mark(PADDING, y, class, &text));
        }
        marks.push(Mark::End);
        marks
    }
}
