//! Mermaid's `stateDiagram-v2`.

use std::fmt::Write as _;

use super::view::{View, actions};
use crate::workflow::chart::{StateId, StateKind};

pub(super) fn draw(view: &View<'_>) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    let _ = writeln!(out, "    %% {}", line(view.definition.name()));
    inside(view, None, 1, &mut out);
    for edge in &view.edges {
        let (from, to) = (name(edge.from), name(edge.to));
        match edge.rows.as_slice() {
            [] => drop(writeln!(out, "    {from} --> {to}")),
            rows => {
                for row in rows {
                    let _ = writeln!(out, "    {from} --> {to} : {}", line(&row.text));
                }
            }
        }
    }
    out
}

/// A state's own name could be a word of Mermaid's: it is shown as a label instead.
fn name(id: StateId) -> String {
    format!("s{}", id.0)
}

/// A text that nothing in it ends: Mermaid's entities for what has a meaning of its own.
fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ';' | ':' | '#' | '"' | '<' | '>' | '{' | '}' | '[' | ']' | '%' | '&' | '`' | '\\' | '-' | '*' => {
                let _ = write!(out, "#{};", u32::from(character));
            }
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

fn inside(view: &View<'_>, of: Option<StateId>, depth: usize, out: &mut String) {
    let indent = "    ".repeat(depth);
    if let Some(initial) = view.initial(of) {
        let _ = writeln!(out, "{indent}[*] --> {}", name(initial));
    }
    for (at, id) in view.children(of).iter().copied().enumerate() {
        let Some(state) = view.definition.state(id) else { continue };
        // Mermaid has concurrent regions by separating lines.
        if at > 0 && view.is_parallel(of) {
            let _ = writeln!(out, "{indent}--");
        }
        let mut label = match state.kind {
            StateKind::History { deep, .. } => format!("{} (history{})", state.name, if deep { ", deep" } else { "" }),
            _ => state.name.clone(),
        };
        for action in actions(view, state) {
            let _ = write!(label, "\n{action}");
        }
        let label = label.split('\n').map(line).collect::<Vec<_>>().join("<br/>");
        let _ = writeln!(out, "{indent}state \"{label}\" as {}", name(id));
        if !view.children(Some(id)).is_empty() {
            let _ = writeln!(out, "{indent}state {} {{", name(id));
            inside(view, Some(id), depth + 1, out);
            let _ = writeln!(out, "{indent}}}");
        }
        if matches!(state.kind, StateKind::Final { .. }) {
            let _ = writeln!(out, "{indent}{} --> [*]", name(id));
        }
    }
}
