//! From an SCXML chart to a workflow file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use roxmltree::{Document, Node};
use serde_json::{Map, Value, json};

use crate::begin;
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
    /// What stands for the histories of parallel states.
    pub(crate) led: BTreeMap<String, Vec<String>>,
    /// The histories, of whatever state.
    pub(crate) histories: Vec<String>,
    /// The states that can be done.
    done: Vec<String>,
    /// Where the files lie that the chart names.
    pub(crate) folder: PathBuf,
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

/// The chart as a workflow file. Scripts lie in the folder.
///
/// # Errors
/// What cannot be said in one.
pub(crate) fn translated(text: &str, folder: &Path) -> Result<Flow, String> {
    let document = Document::parse(text).map_err(|error| format!("not XML: {error}"))?;
    let root = document.root_element();
    let mut names = Names { folder: folder.to_owned(), ..Names::default() };
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
            "invoke" | "cancel" | "finalize" => return Err(format!("<{}>", node.tag_name().name())),
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
    if root.children().any(|it| it.tag_name().name() == "script") {
        return Err("<script>".to_owned());
    }
    names.done =
        root.descendants().filter(can_be_done).filter_map(|it| it.attribute("id")).map(str::to_owned).collect();
    let histories = root.descendants().filter(|it| it.tag_name().name() == "history");
    names.histories = histories.filter_map(|it| it.attribute("id")).map(str::to_owned).collect();
    begin::of_parallels(root, &mut names)?;
    let mut file = Map::new();
    file.insert("name".to_owned(), json!("scxml"));
    file.insert("external".to_owned(), json!(["CMD_NEVER"]));
    file.insert("initialised".to_owned(), (0..MOST).map(|at| json!(format!("domain.v{at}"))).collect());
    inside(root, &names, &mut file, "states")?;
    Ok(Flow { file: Value::Object(file), names, begin })
}

pub(crate) fn is_state(node: &Node<'_, '_>) -> bool {
    node.is_element() && matches!(node.tag_name().name(), "state" | "parallel" | "final" | "history")
}

/// The names of what is inside a state.
pub(crate) fn ids<'a>(node: Node<'a, '_>) -> impl Iterator<Item = &'a str> {
    node.descendants().skip(1).filter(is_state).filter_map(|it| it.attribute("id"))
}

/// Whether a final state is in it; in each region of it.
fn can_be_done(node: &Node<'_, '_>) -> bool {
    let mut children = node.children().filter(|it| is_state(it) && it.tag_name().name() != "history");
    match node.tag_name().name() {
        "state" => children.any(|it| it.tag_name().name() == "final"),
        "parallel" => children.all(|it| it.tag_name().name() == "final" || can_be_done(&it)),
        _ => false,
    }
}

/// The children of a state, under this key.
fn inside(node: Node<'_, '_>, names: &Names, file: &mut Map<String, Value>, key: &str) -> Result<(), String> {
    let mut children = Map::new();
    for child in node.children().filter(is_state) {
        if child.tag_name().name() == "history" {
            begin::history(child, names, &mut children)?;
            continue;
        }
        let id = child.attribute("id").ok_or("a state without an id")?;
        children.insert(state(id), one(child, names)?);
    }
    if let Some((initial, more)) = begin::initial(node, names)? {
        file.insert("initial".to_owned(), json!(initial));
        children.extend(more);
    }
    begin::histories_of_region(node, names, &mut children)?;
    file.insert(key.to_owned(), Value::Object(children));
    Ok(())
}

fn one(node: Node<'_, '_>, names: &Names) -> Result<Value, String> {
    let mut file = Map::new();
    let tag = node.tag_name().name();
    if tag == "final" {
        file.insert("final".to_owned(), json!(true));
        if let Some(data) = node.children().find(|it| it.tag_name().name() == "donedata") {
            file.insert("result".to_owned(), json!(format!("${{ {} }}", result(data, names)?)));
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
            for child in node.children().filter(|it| is_state(it) && it.tag_name().name() != "history") {
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
            let prefix = format!("{wanted}.");
            for of in &names.done {
                let event = format!("done.state.{of}");
                if wanted != "*" && event != wanted && !event.starts_with(&prefix) {
                    continue;
                }
                if node.attribute("id") == Some(of) {
                    add(&mut done, candidate.clone());
                } else if let Value::Array(candidates) =
                    events.entry(format!("done.state.{}", state(of))).or_insert_with(|| json!([]))
                {
                    add(candidates, candidate.clone());
                }
            }
            if wanted.starts_with("done.invoke") {
                return Err("`done.invoke`".to_owned());
            }
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

/// A candidate behind one without a guard, or with the same guard, is never taken: the loader would say so.
fn add(candidates: &mut Vec<Value>, candidate: Value) {
    let guard = candidate.get("when");
    if candidates.iter().all(|known| known.get("when").is_some_and(|it| Some(it) != guard)) {
        candidates.push(candidate);
    }
}

fn candidate(way: Node<'_, '_>, names: &Names) -> Result<Value, String> {
    let mut candidate = Map::new();
    let mut all = steps(way, names)?;
    match way.attribute("target") {
        Some(target) => {
            candidate.insert("to".to_owned(), targets(target, names));
            if way.attribute("type") == Some("internal") && stays(way, target) {
                candidate.insert("reenter".to_owned(), json!(false));
            }
        }
        None if all.is_empty() => all.push(json!("nothing")),
        None => {}
    }
    if let Some(guard) = way.attribute("cond") {
        // What a final state gives is an event of `done.state.…` alone; what others bring the tool does not translate.
        let mut events = way.attribute("event").unwrap_or_default().split_whitespace();
        let brings = way.attribute("event").is_some() && events.all(|event| event.starts_with("done.state"));
        let guard = expression::guard(guard, names, brings)?;
        candidate.insert("when".to_owned(), json!(guard));
    }
    if !all.is_empty() {
        candidate.insert("steps".to_owned(), json!(all));
    }
    Ok(Value::Object(candidate))
}

/// Whether an internal transition does not leave its state: that is compound, and all its targets are inside.
fn stays(way: Node<'_, '_>, targets: &str) -> bool {
    let Some(source) = way.parent_element().filter(|it| it.tag_name().name() == "state") else { return false };
    targets.split_whitespace().all(|target| ids(source).any(|id| id == target))
}

/// The states that a transition leads to.
pub(crate) fn targets(written: &str, names: &Names) -> Value {
    let led = |id: &str| names.led.get(id).cloned().unwrap_or_else(|| vec![state(id)]);
    let mut all: Vec<String> = written.split_whitespace().flat_map(led).collect();
    if all.len() == 1 { json!(all.pop()) } else { json!(all) }
}

/// What a final state gives.
fn result(data: Node<'_, '_>, names: &Names) -> Result<String, String> {
    let mut parts = Vec::new();
    for node in data.children().filter(Node::is_element) {
        if node.children().any(|it| it.is_element()) {
            return Err("<donedata> with XML in it".to_owned());
        }
        let value = match node.attribute("expr") {
            Some(value) => expression::value(value, names)?,
            None if node.tag_name().name() == "content" => {
                let text = node.text().unwrap_or_default().trim();
                if text.parse::<i64>().is_ok() { text.to_owned() } else { expression::text(text)? }
            }
            None => expression::value(attribute(node, "location")?, names)?,
        };
        match node.tag_name().name() {
            "content" => return Ok(value),
            "param" => parts.push(format!("{}: {value}", expression::text(attribute(node, "name")?)?)),
            other => return Err(format!("<{other}>")),
        }
    }
    Ok(format!("{{{}}}", parts.join(", ")))
}
