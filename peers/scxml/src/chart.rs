//! From an SCXML chart to a workflow file.

use std::path::Path;

use roxmltree::{Document, Node};
use serde_json::{Map, Value, json};

use crate::content::{given, steps};
use crate::names::{MOST, Names, ids, is_error, is_state, state};
use crate::{begin, expression};

/// What the one state of a region is called that has none in the chart, behind the region's name.
pub(crate) const ONLY: &str = "__";

/// A chart as a workflow file.
pub(crate) struct Flow {
    pub(crate) file: Value,
    /// The same with its one state as the whole, where it has one only.
    pub(crate) whole: Option<Value>,
    pub(crate) names: Names,
}

/// The chart as a workflow file. Scripts lie in the folder.
///
/// # Errors
/// What cannot be said in one.
pub(crate) fn translated(text: &str, folder: &Path) -> Result<Flow, String> {
    let document = Document::parse(text).map_err(|error| format!("not XML: {error}"))?;
    let root = document.root_element();
    let mut names = Names::of(root, folder)?;
    if root.children().any(|it| it.tag_name().name() == "script") {
        return Err("<script>".to_owned());
    }
    begin::of_parallels(root, &mut names)?;
    let mut file = Map::new();
    file.insert("name".to_owned(), json!("scxml"));
    file.insert("external".to_owned(), names.external());
    let variables = (0..MOST).map(|at| json!(format!("domain.v{at}")));
    file.insert("initialised".to_owned(), variables.chain([json!("domain.lists")]).collect());
    inside(root, &names, &mut file, "states")?;
    let whole = whole(root, &file, &names);
    Ok(Flow { file: Value::Object(file), whole, names })
}

/// What its one state says is said by the whole, which can do so where nothing names that state and it has no end.
fn whole(root: Node<'_, '_>, file: &Map<String, Value>, names: &Names) -> Option<Value> {
    let mut states = root.children().filter(is_state);
    let (Some(only), None) = (states.next(), states.next()) else { return None };
    let id = only.attribute("id")?;
    let is_named = |node: Node<'_, '_>| {
        let targets = node.attribute("target").unwrap_or_default();
        targets.split_whitespace().any(|it| it == id) || node.attribute("cond").is_some_and(|it| it.contains(id))
    };
    let said = file.get("states")?.as_object().filter(|it| it.len() == 1)?.get(&state(id))?.as_object()?;
    let has_children = said.contains_key("states") || said.contains_key("regions");
    if !has_children || names.done.iter().any(|it| it == id) || root.descendants().any(is_named) {
        return None;
    }
    let mut whole = file.clone();
    whole.retain(|key, _| !matches!(key.as_str(), "states" | "initial"));
    whole.extend(said.clone());
    Some(Value::Object(whole))
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
            file.insert("result".to_owned(), json!(format!("${{ {} }}", given(data, names)?.expression())));
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
            let wanted = if wanted.is_empty() { "*" } else { wanted };
            let prefix = format!("{wanted}.");
            if wanted == "*" || is_error(wanted) {
                // What fails ends the chain.
                let candidates = events.entry("EVT_CHAIN_FAIL").or_insert_with(|| json!([]));
                if let Value::Array(candidates) = candidates {
                    add(candidates, candidate.clone());
                }
            }
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
            matched.extend(names.heard(wanted));
        }
        matched.dedup();
        for at in matched {
            let candidates = events.entry(names.key(at)).or_insert_with(|| json!([]));
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
            candidate.insert("to".to_owned(), names.targets(target));
            if way.attribute("type") == Some("internal") && stays(way, target) {
                candidate.insert("reenter".to_owned(), json!(false));
            }
        }
        None if all.is_empty() => all.push(json!("nothing")),
        None => {}
    }
    if let Some(guard) = way.attribute("cond") {
        let guard = expression::guard(guard, way, names)?;
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
