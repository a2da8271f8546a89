//! From an SCXML chart to a workflow file.

use roxmltree::{Document, Node};
use serde_json::{Map, Value, json};

use crate::content::{attribute, steps};
use crate::expression;

/// How many events and variables one chart can have here: the domain has a field for each.
pub(crate) const MOST: usize = 16;

/// What the one state of a region is called that has none in the chart, behind the region's name.
pub(crate) const ONLY: &str = "__";

/// A chart as a workflow file.
pub(crate) struct Flow {
    pub(crate) file: Value,
    pub(crate) names: Names,
    /// What the variables begin with.
    pub(crate) begin: Vec<i64>,
}

/// What is called how.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) variables: Vec<String>,
    pub(crate) events: Vec<String>,
}

impl Names {
    /// The number of an event.
    pub(crate) fn event(&self, name: &str) -> usize {
        self.events.iter().position(|known| known == name).unwrap_or(MOST)
    }

    /// The number of a variable.
    ///
    /// # Errors
    /// Where it is none.
    pub(crate) fn variable(&self, name: &str) -> Result<usize, String> {
        let found = self.variables.iter().position(|known| known == name);
        found.ok_or_else(|| "an assignment to what is no variable".to_owned())
    }
}

/// The name of a state there, as it is called here.
pub(crate) fn state(id: &str) -> String {
    id.chars().map(|it| if it.is_ascii_alphanumeric() || it == '_' { it } else { '_' }).collect()
}

/// The chart as a workflow file.
///
/// # Errors
/// What cannot be said in one.
pub(crate) fn translated(text: &str) -> Result<Flow, String> {
    let document = Document::parse(text).map_err(|error| format!("not XML: {error}"))?;
    let root = document.root_element();
    let mut names = Names::default();
    let mut begin = Vec::new();
    for node in root.descendants().filter(Node::is_element) {
        let event = match node.tag_name().name() {
            "raise" | "send" => node.attribute("event"),
            "data" => {
                let value = node.attribute("expr").unwrap_or("0").trim().to_owned();
                let has_more = node.attribute("src").is_some()
                    || node.children().any(|it| it.is_element() || !it.text().unwrap_or("").trim().is_empty());
                if has_more {
                    return Err("<data> that is no integer".to_owned());
                }
                begin.push(value.parse().map_err(|_| "<data> that is no integer".to_owned())?);
                names.variables.push(attribute(node, "id")?.to_owned());
                None
            }
            "transition" => {
                for name in node.attribute("event").unwrap_or("").split_whitespace() {
                    let name = name.trim_end_matches(".*").trim_end_matches('.');
                    if name != "*" && !name.starts_with("done.") && !names.events.iter().any(|known| known == name) {
                        names.events.push(name.to_owned());
                    }
                }
                None
            }
            "invoke" | "script" | "cancel" | "finalize" => return Err(format!("<{}>", node.tag_name().name())),
            _ => None,
        };
        if let Some(event) = event.filter(|event| !names.events.iter().any(|known| known == event)) {
            names.events.push(event.to_owned());
        }
    }
    if names.events.iter().any(|event| event.starts_with("error.")) {
        return Err("`error.…`, which a chart of processes has otherwise".to_owned());
    }
    if names.events.len() > MOST || names.variables.len() > MOST {
        return Err("more events or variables than this tool has fields for".to_owned());
    }
    let mut file = Map::new();
    file.insert("name".to_owned(), json!("scxml"));
    file.insert("external".to_owned(), json!(["CMD_NEVER"]));
    file.insert("initialised".to_owned(), (0..MOST).map(|at| json!(format!("domain.v{at}"))).collect());
    inside(root, &names, &mut file, "states")?;
    Ok(Flow { file: Value::Object(file), names, begin })
}

fn is_state(node: &Node<'_, '_>) -> bool {
    node.is_element() && matches!(node.tag_name().name(), "state" | "parallel" | "final" | "history")
}

/// The children of a state, under this key.
fn inside(node: Node<'_, '_>, names: &Names, file: &mut Map<String, Value>, key: &str) -> Result<(), String> {
    if let Some(initial) = initial(node)? {
        file.insert("initial".to_owned(), json!(initial));
    }
    let mut children = Map::new();
    for child in node.children().filter(is_state) {
        let id = child.attribute("id").ok_or("a state without an id")?;
        children.insert(state(id), one(child, names)?);
    }
    file.insert(key.to_owned(), Value::Object(children));
    Ok(())
}

fn initial(node: Node<'_, '_>) -> Result<Option<String>, String> {
    let element = node.children().find(|it| it.has_tag_name(("http://www.w3.org/2005/07/scxml", "initial")));
    let target = match element {
        None => node.attribute("initial"),
        Some(element) => {
            let way = element.children().find(Node::is_element).ok_or("<initial> without a transition")?;
            if way.children().any(|it| it.is_element()) {
                return Err("<initial> with something to do".to_owned());
            }
            Some(attribute(way, "target")?)
        }
    };
    let Some(target) = target else { return Ok(None) };
    if target.split_whitespace().count() > 1 {
        return Err("an initial configuration of several states".to_owned());
    }
    let is_child = node.children().filter(is_state).any(|child| child.attribute("id") == Some(target));
    if is_child { Ok(Some(state(target))) } else { Err("an initial state that is no child".to_owned()) }
}

fn one(node: Node<'_, '_>, names: &Names) -> Result<Value, String> {
    let mut file = Map::new();
    let tag = node.tag_name().name();
    if tag == "history" {
        let kind = node.attribute("type").unwrap_or("shallow");
        let way = node.children().find(Node::is_element).ok_or("<history> without a default")?;
        let target = one_target(attribute(way, "target")?)?;
        if node.parent_element().is_some_and(|it| it.tag_name().name() == "parallel") {
            return Err("<history> of a <parallel>".to_owned());
        }
        return Ok(json!({ "history": kind, "default": target }));
    }
    if tag == "final" {
        file.insert("final".to_owned(), json!(true));
        if node.children().any(|it| it.tag_name().name() == "donedata") {
            return Err("<donedata>".to_owned());
        }
    }
    for (block, key) in [("onentry", "entry"), ("onexit", "exit")] {
        let mut all = Vec::new();
        for block in node.children().filter(|it| it.tag_name().name() == block) {
            all.extend(steps(block, names)?);
        }
        if !all.is_empty() {
            file.insert(key.to_owned(), json!(all));
        }
    }
    ways(node, names, &mut file)?;
    let has_children = node.children().any(|it| is_state(&it) && it.tag_name().name() != "history");
    match (tag, has_children) {
        ("parallel", true) => {
            let mut regions = Map::new();
            for child in node.children().filter(is_state) {
                let id = child.attribute("id").ok_or("a state without an id")?;
                regions.insert(state(id), one(child, names)?);
            }
            file.insert("regions".to_owned(), Value::Object(regions));
        }
        (_, true) => inside(node, names, &mut file, "states")?,
        // A region has states: one that is called as the region is.
        _ if node.parent_element().is_some_and(|it| it.tag_name().name() == "parallel") => {
            let only = format!("{}{ONLY}", state(node.attribute("id").unwrap_or_default()));
            let waits = json!({ "events": { "CMD_NEVER": { "steps": "nothing" } } });
            file.remove("final");
            file.insert(
                "states".to_owned(),
                json!({ only: if tag == "final" { json!({ "final": true }) } else { waits } }),
            );
        }
        _ => {}
    }
    Ok(Value::Object(file))
}

/// The ways out of a state, in the order of the chart.
fn ways(node: Node<'_, '_>, names: &Names, file: &mut Map<String, Value>) -> Result<(), String> {
    let mut events: Map<String, Value> = Map::new();
    let (mut always, mut done) = (Vec::new(), Vec::new());
    for way in node.children().filter(|it| it.tag_name().name() == "transition") {
        let candidate = candidate(way, names)?;
        let Some(event) = way.attribute("event") else {
            add(&mut always, candidate);
            continue;
        };
        let mut matched = Vec::new();
        for wanted in event.split_whitespace() {
            let wanted = wanted.trim_end_matches(".*").trim_end_matches('.');
            if let Some(of) = wanted.strip_prefix("done.state.") {
                if node.attribute("id") == Some(of) {
                    add(&mut done, candidate.clone());
                } else {
                    let candidates = events.entry(format!("done.state.{}", state(of))).or_insert_with(|| json!([]));
                    if let Value::Array(candidates) = candidates {
                        add(candidates, candidate.clone());
                    }
                }
                continue;
            }
            if wanted.starts_with("done") {
                return Err("`done` as an event".to_owned());
            }
            let prefix = format!("{wanted}.");
            matched.extend(
                names
                    .events
                    .iter()
                    .enumerate()
                    .filter(|(_, it)| wanted == "*" || *it == wanted || it.starts_with(&prefix)),
            );
        }
        matched.dedup();
        for (at, _) in matched {
            let candidates = events.entry(format!("EVT_E{at}")).or_insert_with(|| json!([]));
            if let Value::Array(candidates) = candidates {
                add(candidates, candidate.clone());
            }
        }
    }
    if !always.is_empty() {
        file.insert("always".to_owned(), json!(always));
    }
    if !done.is_empty() {
        file.insert("done".to_owned(), json!(done));
    }
    let is_leaf = !node.children().any(|it| is_state(&it));
    if is_leaf && node.tag_name().name() == "state" {
        // There, what has no way on waits; here it would be the end.
        events.insert("CMD_NEVER".to_owned(), json!({ "steps": "nothing" }));
    }
    if !events.is_empty() {
        file.insert("events".to_owned(), Value::Object(events));
    }
    Ok(())
}

/// A candidate behind one without a guard is never taken: the loader would say so.
fn add(candidates: &mut Vec<Value>, candidate: Value) {
    if candidates.last().is_none_or(|last| last.get("when").is_some()) {
        candidates.push(candidate);
    }
}

fn candidate(way: Node<'_, '_>, names: &Names) -> Result<Value, String> {
    let mut candidate = Map::new();
    let mut all = steps(way, names)?;
    match way.attribute("target") {
        Some(target) => {
            let targets: Vec<&str> = target.split_whitespace().collect();
            let to = match targets[..] {
                [target] => json!(state(target)),
                _ => json!(targets.iter().map(|target| state(target)).collect::<Vec<_>>()),
            };
            candidate.insert("to".to_owned(), to);
            if way.attribute("type") == Some("internal") && stays(way, &targets) {
                candidate.insert("reenter".to_owned(), json!(false));
            }
        }
        None if all.is_empty() => all.push(json!("nothing")),
        None => {}
    }
    if let Some(guard) = way.attribute("cond") {
        candidate.insert("when".to_owned(), json!(expression::guard(guard, &names.variables)?));
    }
    if !all.is_empty() {
        candidate.insert("steps".to_owned(), json!(all));
    }
    Ok(Value::Object(candidate))
}

/// Whether an internal transition does not leave its state: that is compound, and all its targets are inside.
fn stays(way: Node<'_, '_>, targets: &[&str]) -> bool {
    let Some(source) = way.parent_element().filter(|it| it.tag_name().name() == "state") else { return false };
    let is_inside =
        |target: &&str| source.descendants().skip(1).any(|it| is_state(&it) && it.attribute("id") == Some(*target));
    targets.iter().all(is_inside)
}

fn one_target(target: &str) -> Result<String, String> {
    if target.split_whitespace().count() > 1 {
        return Err("a transition to several states".to_owned());
    }
    Ok(state(target.trim()))
}
