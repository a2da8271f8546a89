//! Executable content: what runs on a move.

use roxmltree::Node;
use serde_json::{Value, json};

use crate::expression;
use crate::names::{Names, attribute, literal, sent};

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
                steps.push(assign(attribute(node, "location")?, attribute(node, "expr")?, node, names)?);
            }
            "if" => steps.push(branch(node, names)?),
            "foreach" => steps.extend(each(node, names)?),
            "cancel" => {
                steps.push(json!({ "run": "cancel", "with": { "id": attribute(node, "sendid")? } }));
            }
            "script" => steps.extend(script(node, names)?),
            other => return Err(format!("<{other}>")),
        }
    }
    Ok(steps)
}

fn assign(variable: &str, value: &str, at: Node<'_, '_>, names: &Names) -> Result<Value, String> {
    let Some(number) = names.variable(variable.trim()) else {
        let is_list = names.lists.contains_key(variable.trim());
        return if is_list { Err("a list that is changed".to_owned()) } else { Ok(fails()) };
    };
    // The suite's own word for what is no expression.
    if value.trim() == "return" {
        return Ok(fails());
    }
    let value = expression::translated(value, at, names)?;
    Ok(json!({ "run": "assign", "with": { "at": number, "value": format!("${{ {value} }}") } }))
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
        if names.variable(variable.trim().trim_end_matches(['+', '-', '*']).trim()).is_none() {
            return Err(cannot());
        }
        let value = match variable.chars().last().filter(|it| matches!(it, '+' | '-' | '*')) {
            Some(operator) => {
                let variable = variable.trim_end_matches(operator).trim();
                steps.push(
                    assign(variable, &format!("{variable} {operator} ({value})"), node, names).map_err(|_| cannot())?,
                );
                continue;
            }
            None => value,
        };
        steps.push(assign(variable.trim(), value, node, names).map_err(|_| cannot())?);
    }
    Ok(steps)
}

/// What SCXML has fail with `error.…`: it ends what is under way.
fn fails() -> Value {
    json!("fails")
}

fn raise(event: &str, names: &Names) -> Value {
    json!({ "run": "raise", "with": { "event": names.event(event) } })
}

fn send(node: Node<'_, '_>, names: &Names) -> Result<Value, String> {
    for attribute in node.attributes() {
        match attribute.name() {
            "event" | "delay" | "id" | "namelist" => {}
            "delayexpr" | "eventexpr" if literal(attribute.value()).is_some() => {}
            "type" if attribute.value() == "http://www.w3.org/TR/scxml/#SCXMLEventProcessor" => {}
            "type" if !attribute.value().starts_with("http") => return Ok(fails()),
            "target" if attribute.value() == "#_internal" => {}
            "target" if attribute.value() == "#_parent" => return Err("<send> to a parent".to_owned()),
            // Nobody else is there.
            "target" => return Ok(fails()),
            other => return Err(format!("<send {other}>")),
        }
    }
    let event = sent(node).ok_or("<send> without an event")?;
    if node.attribute("target").is_some() {
        return Ok(raise(event, names));
    }
    let computed = node.attribute("delayexpr").and_then(literal);
    let after = milliseconds(node.attribute("delay").or(computed).unwrap_or("0s"))?;
    let mut with =
        json!({ "event": names.event(event), "after": after, "id": node.attribute("id").unwrap_or_default() });
    if !names.brings(event) {
        return Ok(json!({ "run": "deliver", "with": with }));
    }
    if namelist(node).any(|it| names.variable(it).is_none()) {
        return Ok(fails());
    }
    let given = given(node, names)?;
    with["names"] = json!(given.parts.iter().map(|(name, _)| name).collect::<Vec<_>>());
    let values = given.parts.iter().map(|(_, value)| value.as_str()).chain(given.number.as_deref());
    with["values"] = json!(format!("${{ [{}] }}", values.collect::<Vec<_>>().join(", ")));
    with["text"] = json!(given.text.unwrap_or_default());
    Ok(json!({ "run": "deliver_with", "with": with }))
}

fn namelist<'a>(node: Node<'a, '_>) -> impl Iterator<Item = &'a str> {
    node.attribute("namelist").unwrap_or_default().split_whitespace()
}

/// What an event is given to bring: numbers under names, or one alone, or a text.
#[derive(Default)]
pub(crate) struct Given {
    parts: Vec<(String, String)>,
    number: Option<String>,
    text: Option<String>,
}

impl Given {
    /// As one expression.
    pub(crate) fn expression(&self) -> String {
        let text = self.text.as_ref().map(|text| format!("'{text}'"));
        let parts = self.parts.iter().map(|(name, value)| format!("'{name}': {value}"));
        text.or_else(|| self.number.clone()).unwrap_or_else(|| format!("{{{}}}", parts.collect::<Vec<_>>().join(", ")))
    }
}

/// What is in a `<send>` or a `<donedata>`.
///
/// # Errors
/// Where it is something else than integers and a text.
pub(crate) fn given(data: Node<'_, '_>, names: &Names) -> Result<Given, String> {
    let mut given = Given::default();
    for variable in namelist(data) {
        given.parts.push((variable.to_owned(), expression::translated(variable, data, names)?));
    }
    for node in data.children().filter(Node::is_element) {
        if node.children().any(|it| it.is_element()) {
            return Err(format!("<{}> with XML in it", node.tag_name().name()));
        }
        let written = node.attribute("expr").or(node.attribute("location"));
        match (node.tag_name().name(), written) {
            ("content", Some(written)) => match literal(written) {
                Some(text) => given.text = Some(expression::plain(text)?.to_owned()),
                None => given.number = Some(expression::translated(written, node, names)?),
            },
            ("content", None) => {
                // As ECMAScript's data model has it: a number, JSON, or a text in which white space is one space.
                let text = node.text().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
                match text.parse::<i64>() {
                    Ok(number) => given.number = Some(number.to_string()),
                    Err(_) if text.starts_with(['{', '[']) && data.tag_name().name() != "send" => {
                        return Err("JSON in <donedata>".to_owned());
                    }
                    Err(_) => given.text = Some(expression::plain(&text)?.to_owned()),
                }
            }
            ("param", Some(written)) => {
                let name = expression::plain(attribute(node, "name")?)?.to_owned();
                given.parts.push((name, expression::translated(written, node, names)?));
            }
            (other, _) => return Err(format!("<{}> with <{other}>", data.tag_name().name())),
        }
    }
    Ok(given)
}

/// `<foreach>` over a list: the element and its place are variables, as any.
fn each(node: Node<'_, '_>, names: &Names) -> Result<Vec<Value>, String> {
    let name = attribute(node, "array")?;
    let item = attribute(node, "item")?;
    let is_name = item.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    if names.variable(name).is_some() || !is_name {
        return Ok(vec![fails()]);
    }
    let place = names.lists.keys().position(|known| known == name).ok_or("<foreach> over what is no list")?;
    let index = node.attribute("index");
    if [Some(item), index].into_iter().flatten().any(|it| names.variable(it).is_none()) {
        return Err("<foreach> that declares a variable".to_owned());
    }
    if names.lists.get(name).is_none_or(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let element = format!("each{}", node.id().get());
    let item = names.variable(item);
    let mut body = vec![json!({ "run": "assign", "with": { "at": item, "value": format!("${{ {element} }}") } })];
    let mut steps = Vec::new();
    if let Some(index) = index {
        if node.descendants().any(|it| it.attribute("location") == Some(index)) {
            return Err("<foreach> that gives its index a value".to_owned());
        }
        steps.push(assign(index, "0 - 1", node, names)?);
        body.push(assign(index, &format!("{index} + 1"), node, names)?);
    }
    body.extend(all(node.children().filter(Node::is_element), names)?);
    steps.push(json!({ "flux": "for_each", "in": format!("domain.lists[{place}]"), "as": element, "do": body }));
    Ok(steps)
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
        let when = expression::guard(guard, node, names)?;
        let mut step =
            json!({ "flux": "if", "when": when, "then": if then.is_empty() { json!("nothing") } else { json!(then) } });
        if !otherwise.is_empty() {
            step["else"] = json!(otherwise);
        }
        otherwise = vec![step];
    }
    otherwise.pop().ok_or_else(|| "<if> with nothing in it".to_owned())
}
