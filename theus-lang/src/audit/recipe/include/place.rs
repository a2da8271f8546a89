//! Where in a program the layers are for which a fragment is written.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::super::super::condition::Operator;
use super::super::entries;
use super::super::model::{EVERY, is_template};
use super::super::named_limits::KEY as LIMITS;
use super::RECIPES;
use crate::condition::moved;
use crate::included::Place;
use crate::source::Value;

/// Tests whose texts are never paths of a value, or are expressions.
const NO_PATHS: [Operator; 3] = [Operator::That, Operator::Regex, Operator::NotRegex];

/// What the program calls what a fragment calls so: its processes and templates.
#[derive(Default)]
pub(in super::super) struct Names(BTreeMap<String, String>);

impl Names {
    /// A name as the program knows it.
    pub(in super::super) fn of<'a>(&'a self, written: &'a str) -> &'a str {
        self.0.get(written).map_or(written, String::as_str)
    }
}

impl Place {
    /// A bound, where it is a path.
    fn bound(&self, text: &str) -> Option<String> {
        if text.starts_with("global.") && !text.contains(char::is_whitespace) { self.path(text) } else { None }
    }

    /// What a limit stands for may be a path as well.
    pub(super) fn put_in_limits(&self, limits: Option<&mut Value>) {
        let limits = limits.and_then(Value::as_mapping_mut);
        limits
            .into_iter()
            .flat_map(|limits| limits.values_mut())
            .for_each(|limit| put(Some(limit), |text| self.bound(text)));
    }

    /// `left.spin` of `spin`, `_left.careful` of the template `_careful`.
    fn name(&self, written: &str) -> Option<String> {
        let place = self.word()?;
        match written.strip_prefix('_').filter(|_| is_template(written)) {
            _ if written == EVERY => None,
            Some(template) => Some(format!("_{place}.{template}")),
            None => Some(format!("{place}.{written}")),
        }
    }

    /// Of all keys under which rules stand.
    pub(in super::super) fn names(&self, root: &Value) -> Names {
        if !self.is_part() {
            return Names::default();
        }
        let recipes = root.get(RECIPES).and_then(Value::as_mapping).into_iter().flat_map(|recipes| recipes.keys());
        let names = recipes.filter_map(|key| Some((key.as_str()?.to_owned(), self.name(key.as_str()?)?)));
        Names(names.collect())
    }

    /// The values of a fragment with its paths as they are in the program. Nodes stay where they are, so that positions hold.
    pub(in super::super) fn put_in<'a>(&self, root: Cow<'a, Value>) -> Cow<'a, Value> {
        if *self == Self::default() {
            return root;
        }
        let mut root = root.into_owned();
        entries::each_mut(&mut root, &mut |entry| {
            for key in ["field", "per"] {
                put(entry.get_mut(key), |path| self.path(path));
            }
            // A bound that is a value of the global layer: `max: global.most`.
            let tests = Operator::ALL.into_iter().filter(|test| !NO_PATHS.contains(test));
            tests.for_each(|test| put(entry.get_mut(test.as_str()), |text| self.bound(text)));
            for key in ["that", "when"] {
                put(entry.get_mut(key), |text| moved(text, |layer| self.layer(layer)));
            }
            if let Some(id) = entry.get_mut("id") {
                // One that is a number is a word too.
                if let Value::Number(number) = id {
                    *id = Value::Text(number.to_string());
                }
                put(Some(id), |id| Some(format!("{}.{id}", self.word()?)));
            }
        });
        self.put_in_limits(root.get_mut(LIMITS));
        let recipes = root.get_mut(RECIPES).and_then(Value::as_mapping_mut);
        for definition in recipes.into_iter().flat_map(|recipes| recipes.values_mut()) {
            let Some(inherits) = definition.get_mut("inherits") else { continue };
            match inherits.as_sequence_mut() {
                Some(list) => list.iter_mut().for_each(|name| put(Some(name), |name| self.name(name))),
                None => put(Some(inherits), |name| self.name(name)),
            }
        }
        Cow::Owned(root)
    }
}

fn put(value: Option<&mut Value>, change: impl Fn(&str) -> Option<String>) {
    if let Some(value) = value
        && let Some(text) = value.as_str().and_then(change)
    {
        *value = Value::Text(text);
    }
}
