//! What a chart calls its states, events and variables, and what they are called here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use roxmltree::Node;
use serde_json::{Value, json};

/// How many events and variables one chart can have here: the domain has a field for each.
pub(crate) const MOST: usize = 16;

/// What is called how.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) variables: Vec<String>,
    /// What the variables begin with.
    pub(crate) begin: Vec<i64>,
    /// The variables that are lists, and stay as they are.
    pub(crate) lists: BTreeMap<String, Vec<i64>>,
    pub(crate) events: Vec<String>,
    /// The events that are sent with something in them.
    brought: Vec<String>,
    /// What stands for the histories of parallel states.
    pub(crate) led: BTreeMap<String, Vec<String>>,
    /// The histories, of whatever state.
    pub(crate) histories: Vec<String>,
    /// The states that can be done.
    pub(crate) done: Vec<String>,
    /// Where the files lie that the chart names.
    pub(crate) folder: PathBuf,
}

impl Names {
    /// The names of a chart.
    ///
    /// # Errors
    /// What of it cannot be said.
    pub(crate) fn of(root: Node<'_, '_>, folder: &Path) -> Result<Self, String> {
        let mut names = Self { folder: folder.to_owned(), ..Self::default() };
        let (mut raised, mut errors) = (Vec::new(), BTreeSet::new());
        for node in root.descendants().filter(Node::is_element) {
            match node.tag_name().name() {
                "raise" => raised.extend(node.attribute("event")),
                "send" => {
                    let event = sent(node);
                    names.add(event);
                    if node.attribute("target").is_some() {
                        raised.extend(event);
                    }
                    if node.attribute("namelist").is_some() || node.children().any(|it| it.is_element()) {
                        names.brought.extend(event.map(str::to_owned));
                    }
                }
                "data" => names.data(node)?,
                "transition" => {
                    for name in node.attribute("event").unwrap_or("").split_whitespace() {
                        let name = name.trim_end_matches(".*").trim_end_matches('.');
                        if is_error(name) {
                            errors.insert(name);
                        } else if !matches!(name, "" | "*") && !name.starts_with("done.") {
                            names.add(Some(name));
                        }
                    }
                }
                "invoke" | "finalize" => return Err(format!("<{}>", node.tag_name().name())),
                _ => {}
            }
        }
        raised.iter().for_each(|event| names.add(Some(event)));
        if errors.len() > 1 || names.events.iter().any(|event| is_error(event)) {
            return Err("`error.…` of several kinds, or raised by hand".to_owned());
        }
        if names.brought.iter().any(|event| raised.contains(&event.as_str())) {
            return Err("<send> with something in it of an event that is raised, which is a signal".to_owned());
        }
        if names.events.len() > MOST || names.variables.len() > MOST {
            return Err("more events or variables than this tool has fields for".to_owned());
        }
        let histories = root.descendants().filter(|it| it.tag_name().name() == "history");
        names.histories = histories.filter_map(|it| it.attribute("id")).map(str::to_owned).collect();
        let done = root.descendants().filter(can_be_done);
        names.done = done.filter_map(|it| it.attribute("id")).map(str::to_owned).collect();
        Ok(names)
    }

    fn add(&mut self, event: Option<&str>) {
        if let Some(event) = event.filter(|event| !self.events.iter().any(|known| known == event)) {
            self.events.push(event.to_owned());
        }
    }

    /// A number, which is 0 where nothing is said, or a list of numbers.
    fn data(&mut self, node: Node<'_, '_>) -> Result<(), String> {
        let cannot = || "<data> that is no integer and no list of them".to_owned();
        if node.attribute("src").is_some() || node.children().any(|it| it.is_element()) {
            return Err(cannot());
        }
        let inside = node.text().map(str::trim).filter(|it| !it.is_empty());
        let value = node.attribute("expr").or(inside).unwrap_or("0").trim();
        let id = attribute(node, "id")?.to_owned();
        if let Some(list) = value.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            let list: Result<Vec<i64>, _> = list.split(',').map(|it| it.trim().parse()).collect();
            self.lists.insert(id, list.map_err(|_| cannot())?);
            return Ok(());
        }
        self.begin.push(value.parse().map_err(|_| cannot())?);
        self.variables.push(id);
        Ok(())
    }

    /// The number of an event.
    pub(crate) fn event(&self, name: &str) -> usize {
        self.events.iter().position(|known| known == name).unwrap_or(MOST)
    }

    /// Those that a transition hears, by their numbers.
    pub(crate) fn heard(&self, wanted: &str) -> Vec<usize> {
        let prefix = format!("{wanted}.");
        let is_it = |it: &str| wanted == "*" || it == wanted || it.starts_with(&prefix);
        (0..self.events.len()).filter(|at| is_it(&self.events[*at])).collect()
    }

    /// What an event is called in a workflow file: one that brings something comes from outside, the others may be signals.
    pub(crate) fn key(&self, event: usize) -> String {
        let brings = self.events.get(event).is_some_and(|name| self.brings(name));
        if brings { format!("EVT_D{event}") } else { format!("EVT_E{event}") }
    }

    /// Whether an event is sent with something in it.
    pub(crate) fn brings(&self, event: &str) -> bool {
        self.brought.iter().any(|known| known == event)
    }

    /// The events that come from outside alone.
    pub(crate) fn external(&self) -> Value {
        let brought = (0..self.events.len()).filter(|at| self.brings(&self.events[*at])).map(|at| self.key(at));
        std::iter::once("CMD_NEVER".to_owned()).chain(brought).collect()
    }

    /// The number of a variable.
    pub(crate) fn variable(&self, name: &str) -> Option<usize> {
        self.variables.iter().position(|known| known == name)
    }

    /// The states that a transition leads to.
    pub(crate) fn targets(&self, written: &str) -> Value {
        let led = |id: &str| self.led.get(id).cloned().unwrap_or_else(|| vec![state(id)]);
        let mut all: Vec<String> = written.split_whitespace().flat_map(led).collect();
        if all.len() == 1 { json!(all.pop()) } else { json!(all) }
    }
}

/// The name of a state there, as it is called here.
pub(crate) fn state(id: &str) -> String {
    id.chars().map(|it| if it.is_ascii_alphanumeric() || it == '_' { it } else { '_' }).collect()
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

/// Whether that is what a chart hears when something in it has failed.
pub(crate) fn is_error(event: &str) -> bool {
    event == "error" || event.starts_with("error.")
}

/// The event that is sent, where it is known.
pub(crate) fn sent<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.attribute("event").or_else(|| literal(node.attribute("eventexpr")?))
}

/// What an expression is that is a text.
pub(crate) fn literal(expression: &str) -> Option<&str> {
    expression.trim().strip_prefix('\'')?.strip_suffix('\'').filter(|it| !it.contains('\''))
}

/// An attribute that has to be there.
///
/// # Errors
/// Where it is not: there is one that computes it, or a child that is it.
pub(crate) fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Result<&'a str, String> {
    node.attribute(name).ok_or_else(|| format!("<{}> without `{name}`", node.tag_name().name()))
}
