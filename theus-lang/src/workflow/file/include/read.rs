//! Which fragment a state includes, as it says so.

use super::super::code;
use super::super::diagnostics::kind;
use crate::source::{NodePath, Problem, Value};

const SETTINGS: [&str; 2] = ["at", "global"];
const AS_IN: &str = "as in `include: payment`, or `include: { motor: { at: domain.left } }`";

/// What stands under `include`.
pub(super) struct Item<'v> {
    pub(super) name: &'v str,
    pub(super) at: NodePath,
    /// Which part of the domain is the fragment's, and where that is said; without one it is for the whole of it.
    pub(super) domain: Option<(&'v str, NodePath)>,
    /// The same of the global layer.
    pub(super) global: Option<(&'v str, NodePath)>,
}

impl<'v> Item<'v> {
    pub(super) fn read(value: &'v Value, here: &NodePath, problems: &mut Vec<Problem>) -> Option<Self> {
        let map = match value {
            Value::Text(name) => return Some(Self { name, at: here.clone(), domain: None, global: None }),
            Value::Mapping(map) if !map.is_empty() => map,
            Value::Sequence(_) => {
                let problem = wrong_kind(here, "`include` of a state", "the name of one fragment", value);
                problems.push(problem.help("a state includes one fragment: make a state of each, inside this one"));
                return None;
            }
            _ => {
                problems.push(wrong_kind(here, "`include`", "the name of a fragment", value).help(AS_IN));
                return None;
            }
        };
        let mut entries = map.iter();
        let (name, settings) = entries.next().and_then(|(key, value)| Some((key.as_str()?, value)))?;
        if let Some(second) = entries.next().and_then(|(key, _)| key.as_str()) {
            let problem = match SETTINGS.contains(&second) {
                true => Problem::new(here.at_key(second), format!("`{second}` stands beside the fragment")).help(AS_IN),
                false => Problem::new(here.at_key(second), "a state includes one fragment")
                    .label("the second one")
                    .help("make a state of each, inside this one"),
            };
            problems.push(problem.code(code::INCLUDE));
            return None;
        }
        let (at, inside) = (here.at_key(name), here.key(name));
        let mut item = Self { name, at, domain: None, global: None };
        match settings {
            Value::Null => {}
            Value::Mapping(settings) => {
                for (key, value) in settings {
                    let key = key.as_str().unwrap_or_default();
                    let at = inside.key(key);
                    if !SETTINGS.contains(&key) {
                        let problem = Problem::new(inside.at_key(key), format!("unknown key `{key}` of `{name}`"));
                        problems.push(problem.code(code::UNKNOWN_KEY).suggest(key, SETTINGS));
                        continue;
                    }
                    let Some(text) = value.as_str() else {
                        let problem = wrong_kind(&at, &format!("`{key}`"), "the path of a nested context", value);
                        let is_list = value.as_sequence().is_some();
                        let one = "a state is at one place: make a state of each, inside this one";
                        problems.push(problem.help(if is_list { one } else { AS_IN }));
                        continue;
                    };
                    *(if key == "at" { &mut item.domain } else { &mut item.global }) = Some((text, at));
                }
            }
            other => {
                let what = format!("what is said of `{name}`");
                problems.push(wrong_kind(&inside, &what, "a map with `at`", other).help(AS_IN));
            }
        }
        Some(item)
    }
}

fn wrong_kind(at: &NodePath, what: &str, expected: &str, value: &Value) -> Problem {
    let problem = Problem::new(at.clone(), format!("{what} must be {expected}")).code(code::WRONG_KIND);
    problem.label(format!("this is {}", kind(value)))
}
