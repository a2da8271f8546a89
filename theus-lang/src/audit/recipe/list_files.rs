//! Lists that stand in files of their own: `in: { file: currencies.txt }`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Component, Path};

use super::super::condition::Operator;
use super::catalog::Problems;
use super::code;
use super::entries;
use crate::source::{Document, Mapping, NodePath, Problem, SourceFile, Value};

/// The key that names a file.
const FILE: &str = "file";
/// Under which its lines stand once it is read, and the number of each. No file can write them itself: beside `file` no key is taken.
const LINES: &str = "lines";
const NUMBERS: &str = "numbers";

/// So many values a list may have, each of so many characters.
const MOST_VALUES: usize = 100_000;
const LONGEST_VALUE: usize = 1_000;

/// A list that was read.
pub(super) struct Listed<'v> {
    pub(super) file: &'v str,
    pub(super) values: &'v [Value],
    numbers: &'v [Value],
}

impl Listed<'_> {
    /// Where one of its values stands: `currencies.txt:3`.
    pub(super) fn place(&self, index: usize) -> String {
        match self.numbers.get(index).and_then(Value::as_str) {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.to_owned(),
        }
    }
}

/// The list in the place of a bound, where a file holds it.
pub(super) fn listed(value: &Value) -> Option<Listed<'_>> {
    let list = |key: &str| value.get(key)?.as_sequence();
    Some(Listed { file: value.get(FILE)?.as_str()?, values: list(LINES)?, numbers: list(NUMBERS)? })
}

/// The names of the files in which a recipe has lists, each once, in their order.
pub fn list_files(recipe: &Document) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    each(recipe.root(), &recipe.path(), &mut |value, _| {
        if let Some(name) = value.get(FILE).and_then(Value::as_str)
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    });
    names
}

/// What was read of files, and what could not be: told once each, and what follows of one is not told.
#[derive(Default)]
pub(super) struct ListFiles {
    problems: Problems,
    places: Vec<NodePath>,
}

impl ListFiles {
    /// The values of a recipe with lists in the place of the names of files. Nodes stay where they are, so that positions hold.
    pub(super) fn put_in<'a>(&mut self, root: Cow<'a, Value>, here: &NodePath, file: &SourceFile) -> Cow<'a, Value> {
        let mut read: HashMap<String, Option<Value>> = HashMap::new();
        each(&root, here, &mut |value, at| self.read(value, at, file, &mut read));
        if read.values().all(Option::is_none) {
            return root;
        }
        let mut root = root.into_owned();
        let put = |value: &mut Value| {
            let name = value.get(FILE).and_then(Value::as_str);
            if let Some(Some(list)) = name.and_then(|name| read.get(name)) {
                *value = list.clone();
            }
        };
        entries::each_mut(&mut root, &mut |entry| {
            TESTS.iter().filter_map(|test| entry.get_mut(test.as_str()).map(put)).for_each(drop);
        });
        Cow::Owned(root)
    }

    fn read(&mut self, value: &Value, at: NodePath, file: &SourceFile, read: &mut HashMap<String, Option<Value>>) {
        let Some(map) = value.as_mapping() else { return };
        let name = map.get(FILE).and_then(Value::as_str).filter(|name| !name.trim().is_empty() && map.len() == 1);
        let Some(name) = name else {
            let message = "a list is written out, or stands in a file: `{ file: NAME }`".to_owned();
            return self.refuse(
                at,
                Problem::new,
                message,
                "as in `in: { file: currencies.txt }`, and nothing beside it",
            );
        };
        if let Some(known) = read.get(name) {
            if known.is_none() {
                self.places.push(at);
            }
            return;
        }
        let found = match list(name, file) {
            Ok(list) => Some(list),
            Err((message, help)) => {
                let of_name = |at: NodePath, message: String| Problem::new(at.key(FILE), message);
                self.refuse(at, of_name, message, help);
                None
            }
        };
        read.insert(name.to_owned(), found);
    }

    fn refuse(
        &mut self,
        at: NodePath,
        problem: impl FnOnce(NodePath, String) -> Problem,
        message: String,
        help: &'static str,
    ) {
        self.problems.push(problem(at.clone(), message).code(code::LIST_FILE).help(help));
        self.places.push(at);
    }

    /// In the place of what the names are instead of lists.
    pub(super) fn tell(self, problems: &mut Problems) {
        if !self.places.is_empty() {
            problems.retain(|problem| !self.places.contains(problem.at()));
            problems.extend(self.problems);
        }
    }
}

/// The list that a file holds: a value in each line. Empty lines and those that begin with `#` are none.
fn list(name: &str, recipe: &SourceFile) -> Result<Value, (String, &'static str)> {
    if Path::new(name).components().any(|part| matches!(part, Component::RootDir | Component::Prefix(_))) {
        return Err((format!("`{name}` is not beside the recipe"), "write its path from the folder of the recipe"));
    }
    let file = match recipe.beside(name) {
        Some(Ok(file)) => file,
        None => {
            let help = "load the recipe from its file, or write the list out";
            return Err((format!("there is no `{name}` beside a recipe that is a text"), help));
        }
        Some(Err(error)) => {
            let said = error.problems().first().map_or_else(String::new, |problem| problem.message.clone());
            return Err((said, "its path is from the folder of the recipe"));
        }
    };
    let (mut values, mut numbers) = (Vec::new(), Vec::new());
    for (line, number) in file.text().lines().zip(1_u64..) {
        let value = line.trim();
        if value.is_empty() || value.starts_with('#') {
            continue;
        }
        if value.chars().count() > LONGEST_VALUE {
            let message = format!("{name}:{number}: a value of a list has at most {LONGEST_VALUE} characters");
            return Err((message, "write each value into a line of its own"));
        }
        if values.len() == MOST_VALUES {
            let message = format!("{name}:{number}: a list has at most {MOST_VALUES} values");
            return Err((message, "what is longer is kept in the context, and asked by a method of its own"));
        }
        values.push(Value::Text(value.to_owned()));
        numbers.push(Value::Text(number.to_string()));
    }
    if values.is_empty() {
        let help = "write each value into a line of its own; lines that begin with `#` are none";
        return Err((format!("`{name}` has no values"), help));
    }
    let entries = [
        (FILE, Value::Text(name.to_owned())),
        (LINES, Value::Sequence(values.into())),
        (NUMBERS, Value::Sequence(numbers.into())),
    ];
    Ok(Value::Mapping(Mapping::of(entries)))
}

const TESTS: [Operator; 2] = [Operator::In, Operator::NotIn];

/// Each map that stands where a list does.
fn each(root: &Value, here: &NodePath, see: &mut dyn FnMut(&Value, NodePath)) {
    entries::each(root, here, &mut |entry, at| {
        for test in TESTS {
            if let Some(value) = entry.get(test.as_str()).filter(|value| value.is_mapping()) {
                see(value, at().key(test.as_str()));
            }
        }
    });
}
