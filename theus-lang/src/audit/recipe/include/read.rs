//! What a file includes, as it says so.

use super::super::catalog::Problems;
use super::super::code;
use super::super::named_limits::KEY as LIMITS;
use super::super::parse::{unknown_key, word, written_as, wrong_kind};
use super::KEY;
use crate::source::{Mapping, NodePath, Problem, Value};

const SETTINGS: [&str; 3] = ["at", "global", LIMITS];
const AS_IN: &str = "as in `include: [motor]`, or `include: { motor: { at: domain.left } }`";

/// One fragment that a file includes.
pub(super) struct Item<'v> {
    pub(super) name: &'v str,
    pub(super) at: NodePath,
    /// Each place of the domain that it is for, and where that is said; without any it is for the whole of it.
    pub(super) places: Vec<(&'v str, NodePath)>,
    /// Which part of the global layer is the fragment's.
    pub(super) global: Option<(&'v str, NodePath)>,
    /// What is said beside its name.
    pub(super) settings: Option<(&'v Value, NodePath)>,
}

/// What stands under `include`.
pub(super) fn items<'v>(value: &'v Value, here: &NodePath, problems: &mut Problems) -> Vec<Item<'v>> {
    let mut items = Vec::new();
    match value {
        Value::Sequence(list) if !list.is_empty() => {
            for (index, value) in list.iter().enumerate() {
                let at = here.index(index);
                match value {
                    Value::Text(name) => items.push(plain(name, at)),
                    Value::Mapping(map) if !map.is_empty() => of_map(map, &at, &mut items, problems),
                    other => {
                        problems.push(wrong_kind(at, "what is included", "the name of a fragment", other).help(AS_IN))
                    }
                }
            }
        }
        Value::Mapping(map) if !map.is_empty() => of_map(map, here, &mut items, problems),
        Value::Text(name) => items.push(plain(name, here.clone())),
        other => {
            let what = format!("`{KEY}`");
            problems.push(wrong_kind(here.clone(), &what, "a list of names of fragments", other).help(AS_IN));
        }
    }
    items
}

const fn plain(name: &str, at: NodePath) -> Item<'_> {
    Item { name, at, places: Vec::new(), global: None, settings: None }
}

fn of_map<'v>(map: &'v Mapping, here: &NodePath, items: &mut Vec<Item<'v>>, problems: &mut Problems) {
    for (key, value) in map {
        let at = here.at_key(&word(key));
        let Some(name) = key.as_str() else {
            let message = format!("{} is no name of a fragment", written_as(key));
            problems.push(Problem::new(at, message).code(code::INCLUDE).help(AS_IN));
            continue;
        };
        let settings_at = here.key(name);
        let mut item = Item { settings: Some((value, settings_at.clone())), ..plain(name, at) };
        match value {
            Value::Null => item.settings = None,
            Value::Mapping(settings) => item.read(settings, &settings_at, problems),
            other => {
                let what = format!("what is said of `{name}`");
                problems.push(wrong_kind(settings_at, &what, "a map with `at`", other).help(AS_IN));
                continue;
            }
        }
        items.push(item);
    }
}

impl<'v> Item<'v> {
    fn read(&mut self, settings: &'v Mapping, here: &NodePath, problems: &mut Problems) {
        for key in settings.keys().map(word).filter(|key| !SETTINGS.contains(&key.as_ref())) {
            problems.push(unknown_key(here, &key, SETTINGS));
        }
        let mut place = |value: &'v Value, at: NodePath| match value.as_str() {
            Some(text) => self.places.push((text, at)),
            None => problems.push(wrong_kind(at, "`at`", "the path of a nested context", value).help(AS_IN)),
        };
        match settings.get("at") {
            Some(Value::Sequence(list)) if !list.is_empty() => {
                list.iter().enumerate().for_each(|(index, value)| place(value, here.key("at").index(index)));
            }
            Some(value) => place(value, here.key("at")),
            None => {}
        }
        if let Some(value) = settings.get("global") {
            let at = here.key("global");
            match value.as_str() {
                Some(text) => self.global = Some((text, at)),
                None => problems.push(wrong_kind(at, "`global`", "the path of a nested context", value)),
            }
        }
    }
}
