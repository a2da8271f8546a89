//! Executable content: what runs on a move.

use roxmltree::Node;
use serde_json::{Value, json};

use crate::chart::Names;
use crate::expression;

/// The steps of an `onentry`, an `onexit` or a transition.
///
/// # Errors
/// Where no step says it.
pub(crate) fn steps(block: Node<'_, '_>, names: &Names) -> Result<Vec<Value>, String> {
    let mut steps = Vec::new();
    for node in block.children().filter(Node::is_element) {
        match node.tag_name().name() {
            "log" => {}
            "raise" => steps.push(raise(attribute(node, "event")?, names)),
            "send" => steps.push(send(node, names)?),
            "assign" => {
                let at = names.variable(attribute(node, "location")?)?;
                let value = expression::translated(attribute(node, "expr")?, &names.variables)?;
                steps.push(json!({ "run": "assign", "with": { "at": at, "value": format!("${{ {value} }}") } }));
            }
            "if" => steps.push(branch(node, names)?),
            other => return Err(format!("<{other}>")),
        }
    }
    Ok(steps)
}

fn raise(event: &str, names: &Names) -> Value {
    json!({ "run": "raise", "with": { "event": names.event(event) } })
}

fn send(node: Node<'_, '_>, names: &Names) -> Result<Value, String> {
    for attribute in node.attributes() {
        match attribute.name() {
            "event" | "delay" | "id" => {}
            "target" if attribute.value() == "#_internal" => {}
            other => return Err(format!("<send {other}>")),
        }
    }
    if let Some(child) = node.children().find(Node::is_element) {
        return Err(format!("<send> with <{}>", child.tag_name().name()));
    }
    let event = attribute(node, "event")?;
    if node.attribute("target").is_some() {
        return Ok(raise(event, names));
    }
    let after = milliseconds(node.attribute("delay").unwrap_or("0s"))?;
    Ok(json!({ "run": "deliver", "with": { "event": names.event(event), "after": after } }))
}

fn milliseconds(delay: &str) -> Result<i64, String> {
    let (number, scale) = match (delay.strip_suffix("ms"), delay.strip_suffix('s')) {
        (Some(number), _) => (number, 1.0),
        (None, Some(number)) => (number, 1_000.0),
        _ => (delay, 1.0),
    };
    let number: f64 = number.trim().parse().map_err(|_| format!("the delay `{delay}`"))?;
    #[allow(clippy::cast_possible_truncation, reason = "delays are short")]
    Ok((number * scale) as i64)
}

/// `<if>` with its `<elseif>` and `<else>`, which stand between what they part.
fn branch(node: Node<'_, '_>, names: &Names) -> Result<Value, String> {
    for child in node.children().filter(Node::is_element) {
        if matches!(child.tag_name().name(), "elseif" | "else") {
            return Err("<else>, <elseif>".to_owned());
        }
    }
    let when = expression::guard(attribute(node, "cond")?, &names.variables)?;
    let then = steps(node, names)?;
    Ok(json!({ "flux": "if", "when": when, "then": then }))
}

/// An attribute that has to be there.
///
/// # Errors
/// Where it is not: there is one that computes it, or a child that is it.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str, String> {
    node.attribute(name).ok_or_else(|| format!("<{}> without `{name}`", node.tag_name().name()))
}
