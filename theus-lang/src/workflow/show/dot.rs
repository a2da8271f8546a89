//! Graphviz.

use std::fmt::Write as _;

use super::view::{Edge, View, actions, contracts};
use super::words;
use crate::workflow::chart::{State, StateId, StateKind};

pub(super) fn draw(view: &View<'_>) -> String {
    let mut out = format!("digraph {} {{\n", quoted(view.definition.name()));
    out.push_str("    compound=true; rankdir=TB; fontname=\"sans-serif\";\n");
    out.push_str("    node [shape=box, style=rounded, fontname=\"sans-serif\", fontsize=11];\n");
    out.push_str("    edge [fontname=\"sans-serif\", fontsize=10];\n");
    inside(view, None, 1, &mut out);
    for edge in &view.edges {
        draw_edge(view, edge, &mut out);
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// A state with states inside is a cluster: its edges end at a node in it and are cut at its border.
fn anchor(view: &View<'_>, id: StateId) -> (String, Option<String>) {
    match view.children(Some(id)).is_empty() {
        true => (format!("s{}", id.0), None),
        false => (format!("a{}", id.0), Some(format!("cluster{}", id.0))),
    }
}

fn draw_edge(view: &View<'_>, edge: &Edge, out: &mut String) {
    let ((from, tail), (to, head)) = (anchor(view, edge.from), anchor(view, edge.to));
    let rows: Vec<&str> = edge.rows.iter().map(|row| row.text.as_str()).collect();
    let _ = write!(out, "    {from} -> {to} [label={}", quoted(&rows.join("\n")));
    // Within its own cluster an edge cannot be cut at the border.
    let inside = |outer: StateId, inner: StateId| {
        let mut at = Some(inner);
        while let Some(id) = at {
            if id == outer {
                return true;
            }
            at = view.parent(id);
        }
        false
    };
    if let Some(tail) = tail.filter(|_| !inside(edge.from, edge.to)) {
        let _ = write!(out, ", ltail={tail}");
    }
    if let Some(head) = head.filter(|_| !inside(edge.to, edge.from)) {
        let _ = write!(out, ", lhead={head}");
    }
    if edge.rows.iter().all(|row| row.error) {
        out.push_str(", style=dashed");
    }
    out.push_str("];\n");
}

fn tooltip(state: &State) -> String {
    let mut lines: Vec<String> = state.description.iter().cloned().collect();
    for contract in contracts(state) {
        lines.push(contract.process.to_owned());
        lines.extend(words::contract(contract).into_iter().map(|line| format!("  {line}")));
    }
    lines.join("\n")
}

fn inside(view: &View<'_>, of: Option<StateId>, depth: usize, out: &mut String) {
    let indent = "    ".repeat(depth);
    if let Some(initial) = view.initial(of) {
        let start = of.map_or_else(|| "start".to_owned(), |id| format!("start{}", id.0));
        let (to, head) = anchor(view, initial);
        let _ = writeln!(out, "{indent}{start} [shape=point, width=0.15, label=\"\"];");
        let head = head.map(|head| format!(" [lhead={head}]")).unwrap_or_default();
        let _ = writeln!(out, "{indent}{start} -> {to}{head};");
    }
    for &id in view.children(of) {
        let Some(state) = view.definition.state(id) else { continue };
        let mut lines = vec![state.name.clone()];
        lines.extend(actions(view, state));
        let (label, tip) = (quoted(&lines.join("\n")), quoted(&tooltip(state)));
        if !view.children(Some(id)).is_empty() {
            let style = if view.is_parallel(of) { "\"rounded,dashed\"" } else { "rounded" };
            let _ = writeln!(out, "{indent}subgraph cluster{} {{", id.0);
            let _ = writeln!(out, "{indent}    label={label}; tooltip={tip}; style={style};");
            let _ = writeln!(out, "{indent}    a{} [shape=point, style=invis, width=0, label=\"\"];", id.0);
            inside(view, Some(id), depth + 1, out);
            let _ = writeln!(out, "{indent}}}");
            continue;
        }
        let shape = match state.kind {
            StateKind::Final { .. } => ", peripheries=2",
            StateKind::History { .. } => ", shape=circle",
            _ => "",
        };
        let label = match state.kind {
            StateKind::History { deep, .. } => quoted(if deep { "H*" } else { "H" }),
            _ => label,
        };
        let _ = writeln!(out, "{indent}s{} [label={label}, tooltip={tip}{shape}];", id.0);
    }
}
