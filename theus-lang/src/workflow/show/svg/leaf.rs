//! A state without states inside.

use std::collections::BTreeMap;

use super::block::Block;
use super::lines::{broken, hanging, indented, mark};
use super::marks::{LINE, Mark, shortened, width};
use crate::workflow::chart::{State, StateId, StateKind};
use crate::workflow::show::view::{View, actions, contracts};
use crate::workflow::show::words;

/// How many characters a line in a box may have.
const LONGEST: usize = 44;
const PADDING: f64 = 10.0;

/// All that is known of a state: what the box shows, without being cut.
pub(super) fn tooltip(view: &View<'_>, state: &State) -> String {
    let mut lines = vec![state.name.clone()];
    lines.extend(state.description.clone());
    lines.extend(actions(view, state));
    for contract in contracts(state) {
        lines.push(format!("{}:", contract.process));
        lines.extend(words::contract(contract).into_iter().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}

/// What stands under a state's name.
pub(super) fn lines(view: &View<'_>, state: &State) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let mut add = |class, text: &str| lines.extend(hanging(text, LONGEST).into_iter().map(|line| (class, line)));
    actions(view, state).iter().for_each(|line| add("", line));
    for contract in contracts(state) {
        let parts = words::contract(contract);
        if !parts.is_empty() {
            add("c", &format!("{}:", contract.process));
            parts.iter().for_each(|part| add("c", &indented(part)));
        }
    }
    if let StateKind::Final { result: Some(result) } = &state.kind {
        let result = match result {
            crate::workflow::chart::ArgumentSource::Literal(value) => value.to_string(),
            crate::workflow::chart::ArgumentSource::Expression(expression) => expression.text().to_owned(),
        };
        add("", &format!("gives {result}"));
    }
    lines
}

pub(super) fn draw(view: &View<'_>, id: StateId) -> Block {
    let Some(state) = view.definition.state(id) else { return Block::default() };
    let mut marks = vec![Mark::Begin(tooltip(view, state))];
    if let StateKind::History { deep, .. } = state.kind {
        let text = if deep { "H*" } else { "H" };
        marks.push(Mark::Circle { x: 14.0, y: 14.0, radius: 13.0, class: "h" });
        marks.push(Mark::Text { x: 14.0, y: 18.0, class: "n", middle: true, text: text.to_owned() });
        marks.push(Mark::End);
        return Block { width: 28.0, height: 28.0, marks, ports: BTreeMap::new() };
    }
    let lines = lines(view, state);
    let name = shortened(&state.name, LONGEST);
    let widest = lines.iter().map(|(_, line)| width(line)).fold(width(&name) * 1.05, f64::max);
    let rows = f64::from(u32::try_from(lines.len()).unwrap_or(u32::MAX));
    let (w, h) =
        ((widest + 2.0 * PADDING).max(64.0), LINE * (rows + 1.0) + 14.0 + if lines.is_empty() { 0.0 } else { 4.0 });
    marks.push(Mark::Rect { x: 0.0, y: 0.0, width: w, height: h, round: 7.0, class: "b" });
    if matches!(state.kind, StateKind::Final { .. }) {
        marks.push(Mark::Rect { x: 3.0, y: 3.0, width: w - 6.0, height: h - 6.0, round: 5.0, class: "b" });
    }
    marks.push(Mark::Text { x: w / 2.0, y: 18.0, class: "n", middle: true, text: name });
    let mut y = 22.0;
    if !lines.is_empty() {
        marks.push(Mark::Path { points: vec![(4.0, 25.5), (w - 4.0, 25.5)], class: "w", arrow: false });
        y = 26.0;
    }
    for (class, line) in lines {
        y += LINE;
        marks.push(mark(PADDING, y - 1.0, class, &line));
    }
    marks.push(Mark::End);
    with_loops(view, id, Block { width: w, height: h, marks, ports: BTreeMap::new() })
}

/// A way from a state to itself, at its right side.
pub(super) fn with_loops(view: &View<'_>, id: StateId, mut block: Block) -> Block {
    let Some(edge) = view.around(id) else { return block };
    let rows: Vec<_> =
        edge.rows.iter().flat_map(|row| broken(&row.text, LONGEST).into_iter().map(move |line| (row, line))).collect();
    let x = block.width;
    let tall = LINE * f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX));
    block.height = block.height.max(tall + 8.0);
    let (top, bottom) = (10.0, block.height.min(tall + 30.0) - 8.0);
    let points = vec![(x, top), (x + 18.0, top), (x + 18.0, bottom), (x, bottom)];
    block.marks.push(Mark::Path { points, class: "w", arrow: true });
    let mut widest: f64 = 0.0;
    for (at, (row, text)) in rows.into_iter().enumerate() {
        widest = widest.max(width(&text));
        let y = f64::midpoint(top, bottom) - tall / 2.0 + LINE * f64::from(u32::try_from(at).unwrap_or(0)) + 10.0;
        block.marks.push(Mark::Begin(row.text.clone()));
        block.marks.push(Mark::Text { x: x + 23.0, y, class: if row.error { "e" } else { "" }, middle: false, text });
        block.marks.push(Mark::End);
    }
    block.width += 28.0 + widest;
    block
}
