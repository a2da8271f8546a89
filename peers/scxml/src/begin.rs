//! Where a state begins: its initial child, what its histories lead to.
//!
//! A workflow file names one child. What SCXML says beyond that is said by a state that leads on at once, by `always`: to
//! states that are further inside, to several, with something to do on the way. It has the place of SCXML's own pseudo-state:
//! behind the entry of the state around it, before that of what it leads to, and before any event.

use roxmltree::Node;
use serde_json::{Map, Value, json};

use crate::content::steps;
use crate::names::{Names, attribute, ids, is_state, state};

/// The namespace of SCXML.
const SCXML: &str = "http://www.w3.org/2005/07/scxml";

/// Which child is the first, and a state that has to be there for it.
type Begin = (String, Option<(String, Value)>);

/// Where a state with children begins; that of a chart is called `CHART`.
///
/// # Errors
/// What cannot be said.
pub(crate) fn initial(node: Node<'_, '_>, names: &Names) -> Result<Option<Begin>, String> {
    let element = node.children().find(|it| it.has_tag_name((SCXML, "initial")));
    let way = match element {
        None => None,
        Some(element) => Some(element.children().find(Node::is_element).ok_or("<initial> without a transition")?),
    };
    let target = match way {
        Some(way) => attribute(way, "target")?,
        None => match node.attribute("initial") {
            Some(target) => target,
            // The first of a file may be a history, which is no state of the chart.
            None => return Ok(first(node).map(|id| (id, None))),
        },
    };
    let todo = way.map_or(Ok(Vec::new()), |way| steps(way, names))?;
    let is_child = node.children().filter(is_state).any(|child| child.attribute("id") == Some(target.trim()));
    if is_child && todo.is_empty() {
        return Ok(Some((state(target.trim()), None)));
    }
    let name = format!("{}__begin", node.attribute("id").map_or_else(|| "CHART".to_owned(), state));
    Ok(Some((name.clone(), Some((name, leads_on(names.targets(target), todo))))))
}

/// The first child in the order of the document.
fn first(node: Node<'_, '_>) -> Option<String> {
    let mut children = node.children().filter(|it| is_state(it) && it.tag_name().name() != "history");
    children.next().and_then(|it| it.attribute("id")).map(state)
}

fn leads_on(to: Value, todo: Vec<Value>) -> Value {
    let mut way = json!({ "to": to });
    if !todo.is_empty() {
        way["steps"] = json!(todo);
    }
    json!({ "always": way })
}

/// A history of a state with states, under its name, with the state that stands in for a default that has several targets,
/// something to do, or that is not directly inside.
///
/// # Errors
/// What cannot be said.
pub(crate) fn history(node: Node<'_, '_>, names: &Names, children: &mut Map<String, Value>) -> Result<(), String> {
    let name = state(attribute(node, "id")?);
    let kind = node.attribute("type").unwrap_or("shallow");
    let way = node.children().find(Node::is_element).ok_or("<history> without a default")?;
    let target = attribute(way, "target")?;
    let todo = steps(way, names)?;
    let around = node.parent_element();
    let is_child = around.is_some_and(|around| {
        around
            .children()
            .filter(is_state)
            .any(|it| it.attribute("id") == Some(target.trim()) && it.tag_name().name() != "history")
    });
    if is_child && todo.is_empty() {
        children.insert(name, json!({ "history": kind, "default": state(target.trim()) }));
        return Ok(());
    }
    let default = format!("{name}__begin");
    children.insert(name, json!({ "history": kind, "default": default }));
    children.insert(default, leads_on(names.targets(target), todo));
    Ok(())
}

/// What stands for each history of a `<parallel>`, which there is none of here: of a deep one a history of each region, for
/// they are left and entered together; of a shallow one the parallel state itself, whose regions are always all entered.
///
/// # Errors
/// Where its default says what neither does.
pub(crate) fn of_parallels(root: Node<'_, '_>, names: &mut Names) -> Result<(), String> {
    let is_such = |it: &Node<'_, '_>| it.tag_name().name() == "history";
    for node in root.descendants().filter(is_such) {
        let Some(around) = node.parent_element().filter(|it| it.tag_name().name() == "parallel") else { continue };
        let way = node.children().find(Node::is_element).ok_or("<history> without a default")?;
        if way.children().any(|it| it.is_element()) {
            return Err("<history> of a <parallel> with something to do".to_owned());
        }
        let default: Vec<&str> = attribute(way, "target")?.split_whitespace().collect();
        let id = attribute(node, "id")?;
        let regions = compound(around);
        let led = if node.attribute("type") == Some("deep") && !regions.is_empty() {
            regions.iter().map(|region| of_region(id, *region)).collect()
        } else {
            let is_region =
                |it: &&str| around.children().filter(is_state).any(|child| child.attribute("id") == Some(*it));
            if !default.iter().all(is_region) {
                return Err("a shallow <history> of a <parallel> with a default inside a region".to_owned());
            }
            vec![state(around.attribute("id").unwrap_or_default())]
        };
        names.led.insert(id.to_owned(), led);
    }
    Ok(())
}

/// The histories of a region that stand for those of the parallel states around it.
///
/// # Errors
/// Where a default leads to several states in it.
pub(crate) fn histories_of_region(
    region: Node<'_, '_>,
    names: &Names,
    children: &mut Map<String, Value>,
) -> Result<(), String> {
    let parallels = region.ancestors().skip(1).take_while(|it| it.tag_name().name() == "parallel");
    let histories = parallels.flat_map(|it| it.children().filter(|it| it.tag_name().name() == "history"));
    for node in histories.filter(|it| it.attribute("type") == Some("deep")) {
        let way = node.children().find(Node::is_element).ok_or("<history> without a default")?;
        let is_inside = |it: &&str| ids(region).any(|id| id == *it);
        let inside: Vec<&str> = attribute(way, "target")?.split_whitespace().filter(is_inside).collect();
        let name = of_region(attribute(node, "id")?, region);
        let begin = format!("{name}__begin");
        let to = if inside.is_empty() {
            let (first, _) = initial(region, names)?.ok_or("a region that begins nowhere")?;
            json!(first)
        } else {
            names.targets(&inside.join(" "))
        };
        children.insert(name, json!({ "history": "deep", "default": begin }));
        children.insert(begin, leads_on(to, Vec::new()));
    }
    Ok(())
}

fn of_region(history: &str, region: Node<'_, '_>) -> String {
    format!("{}__{}", state(history), state(region.attribute("id").unwrap_or_default()))
}

/// The regions with states of a parallel state, and of those that are its regions.
fn compound<'a, 'i>(parallel: Node<'a, 'i>) -> Vec<Node<'a, 'i>> {
    let mut found = Vec::new();
    for child in parallel.children().filter(|it| is_state(it) && it.children().any(|it| is_state(&it))) {
        match child.tag_name().name() {
            "parallel" => found.extend(compound(child)),
            _ => found.push(child),
        }
    }
    found
}
