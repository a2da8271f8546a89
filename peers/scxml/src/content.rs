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
    all(block.children().filter(Node::is_element), names)
}

fn all<'a, 'i: 'a>(nodes: impl Iterator<Item = Node<'a, 'i>>, names: &Names) -> Result<Vec<Value>, String> {
    let mut steps = Vec::new();
    for node in nodes {
        match node.tag_name().name() {
            "log" => {}
            "raise" => steps.push(raise(attribute(node, "event")?, names)),
            "send" => steps.push(send(node, names)?),
            "assign" => {
                steps.push(assign(attribute(node, "location")?, attribute(node, "expr")?, names)?);
            }
            "if" => steps.push(branch(node, names)?),
            "script" => steps.extend(script(node, names)?),
            other => return Err(format!("<{other}>")),
        }
    }
    Ok(steps)
}

fn assign(variable: &str, value: &str, names: &Names) -> Result<Value, String> {
    let at = names.variable(variable)?;
    let value = expression::translated(value, names)?;
    Ok(json!({ "run": "assign", "with": { "at": at, "value": format!("${{ {value} }}") } }))
}

/// A script that gives variables values, one after the other, and does nothing else.
fn script(node: Node<'_, '_>, names: &Names) -> Result<Vec<Value>, String> {
    let cannot = || "<script> that does more than give variables values".to_owned();
    let text = match node.attribute("src") {
        Some(file) => std::fs::read_to_string(names.folder.join(file)).map_err(|error| format!("{file}: {error}"))?,
        None => node.text().unwrap_or_default().to_owned(),
    };
    let mut steps = Vec::new();
    for statement in text.split([';', '\n']).map(str::trim).filter(|it| !it.is_empty()) {
        let (variable, value) = statement.split_once('=').ok_or_else(cannot)?;
        let value = match variable.chars().last().filter(|it| matches!(it, '+' | '-' | '*')) {
            Some(operator) => {
                let variable = variable.trim_end_matches(operator).trim();
                steps.push(assign(variable, &format!("{variable} {operator} ({value})"), names).map_err(|_| cannot())?);
                continue;
            }
            None => value,
        };
        steps.push(assign(variable.trim(), value, names).map_err(|_| cannot())?);
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
            "delayexpr" if literal(attribute.value()).is_some() => {}
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
    let computed = node.attribute("delayexpr").and_then(literal);
    let after = milliseconds(node.attribute("delay").or(computed).unwrap_or("0s"))?;
    Ok(json!({ "run": "deliver", "with": { "event": names.event(event), "after": after } }))
}

/// What an expression is that is a text.
fn literal(expression: &str) -> Option<&str> {
    expression.trim().strip_prefix('\'')?.strip_suffix('\'').filter(|it| !it.contains('\''))
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
    let parts = |it: &Node<'_, '_>| matches!(it.tag_name().name(), "elseif" | "else");
    let children: Vec<Node<'_, '_>> = node.children().filter(Node::is_element).collect();
    let mut blocks: Vec<(Option<&str>, Vec<Value>)> = Vec::new();
    let mut guard = node.attribute("cond");
    for block in children.split_inclusive(parts) {
        let (last, rest) = block.split_last().map_or((None, block), |(last, rest)| (Some(*last), rest));
        let (next, rest) = match last.filter(parts) {
            Some(parting) => (Some(parting), rest),
            None => (None, block),
        };
        blocks.push((guard, all(rest.iter().copied(), names)?));
        guard = next.and_then(|parting| parting.attribute("cond"));
    }
    // From the last block inwards: each is what the one before it does otherwise.
    let mut otherwise: Vec<Value> = Vec::new();
    for (guard, then) in blocks.into_iter().rev() {
        let Some(guard) = guard else {
            otherwise = then;
            continue;
        };
        let when = expression::guard(guard, names, false)?;
        let mut step =
            json!({ "flux": "if", "when": when, "then": if then.is_empty() { json!("nothing") } else { json!(then) } });
        if !otherwise.is_empty() {
            step["else"] = json!(otherwise);
        }
        otherwise = vec![step];
    }
    otherwise.pop().ok_or_else(|| "<if> with nothing in it".to_owned())
}

/// An attribute that has to be there.
///
/// # Errors
/// Where it is not: there is one that computes it, or a child that is it.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str, String> {
    node.attribute(name).ok_or_else(|| format!("<{}> without `{name}`", node.tag_name().name()))
}
