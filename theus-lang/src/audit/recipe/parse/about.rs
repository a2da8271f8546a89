//! What an entry says of itself for people: `id`, `owner`, `priority`, `response`, `unit`.

use std::collections::HashMap;

use super::super::super::about::About;
use super::super::code;
use super::super::model::Bound;
use super::settings::Settings;
use super::words::{word, wrong_kind};
use crate::source::{NodePath, Problem, Value};
use theus_model::audit::Text;

/// The keys of an entry that are read here.
pub(super) const KEYS: [&str; 5] = ["id", "owner", "priority", "response", "unit"];

/// So many characters of an `id` are enough: it stands in every record.
const LONGEST_ID: usize = 64;
const LONGEST_OWNER: usize = 200;
const LONGEST_PRIORITY: usize = 40;
const LONGEST_RESPONSE: usize = 1_000;
const LONGEST_UNIT: usize = 20;

/// Where the ids of a file stand.
pub(super) type Ids = HashMap<String, NodePath>;

impl Settings<'_, '_> {
    pub(super) fn about(&mut self, conditions: &[Bound<'_>], ids: &mut Ids) -> Option<Box<About>> {
        if !KEYS.iter().any(|key| self.map.contains_key(key)) {
            return None;
        }
        let about = About {
            id: self.id(conditions, ids),
            owner: self.said("owner", LONGEST_OWNER),
            priority: self.said("priority", LONGEST_PRIORITY),
            response: self.said("response", LONGEST_RESPONSE),
            unit: self.unit(),
        };
        (about != About::default()).then(|| Box::new(about))
    }

    fn id(&mut self, conditions: &[Bound<'_>], ids: &mut Ids) -> Option<Text> {
        let value = self.map.get("id")?;
        let at = self.at.key("id");
        let refused = |message: String, help: &str| Problem::new(at.clone(), message).code(code::ID).help(help);
        let id = match value {
            Value::Text(_) | Value::Number(_) => word(value),
            other => {
                self.problems.push(wrong_kind(at.clone(), "`id`", "a word such as `BANK-7`", other));
                return None;
            }
        };
        let is_fit = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
        if id.is_empty() || id.len() > LONGEST_ID || !id.chars().all(is_fit) {
            let message = format!("`id` must be a word of 1 to {LONGEST_ID} letters, digits and `-`, `_`, `.`, `/`");
            self.problems.push(refused(message, "as in `id: BANK-7`; what people are to read goes into `message`"));
            return None;
        }
        if conditions.len() > 1 {
            let tests: Vec<_> = conditions.iter().map(|bound| format!("`{}`", bound.test)).collect();
            let message = format!("`id: {id}` of an entry that is {} rules: {}", conditions.len(), tests.join(", "));
            self.problems.push(refused(message, "give each condition an entry and an id of its own"));
            return None;
        }
        if let Some(first) = ids.get(id.as_ref()) {
            let problem = refused(format!("`id: {id}` is given twice"), "a rule is known by it: give each its own");
            self.problems.push(problem.other("the other one", first.clone()));
            return None;
        }
        ids.insert(id.clone().into_owned(), at.clone());
        Some(Text::from(id.as_ref()))
    }

    /// In what its field is measured.
    fn unit(&mut self) -> Option<Text> {
        let value = self.map.get("unit")?;
        let at = self.at.key("unit");
        let Some(text) = value.as_str().map(str::trim).filter(|text| !text.is_empty()) else {
            self.problems.push(wrong_kind(at, "`unit`", "a text such as `degF`", value));
            return None;
        };
        if text.chars().count() > LONGEST_UNIT || text.chars().any(char::is_control) {
            let message = format!("`unit` must be at most {LONGEST_UNIT} characters in one line");
            let problem = Problem::new(at, message).code(code::UNIT);
            self.problems
                .push(problem.help("as in `unit: degF` or `unit: l/min`; what people are to read goes into `message`"));
            return None;
        }
        Some(Text::from(text))
    }

    /// A text that is put on record with each violation.
    fn said(&mut self, key: &'static str, longest: usize) -> Option<Text> {
        let value = self.map.get(key)?;
        let text = match value {
            Value::Text(text) if !text.trim().is_empty() => text.trim(),
            // As in `priority: 1`.
            Value::Number(number) if !number.is_f64() => return Some(Text::from(number.to_string())),
            other => {
                self.problems.push(wrong_kind(self.at.key(key), &format!("`{key}`"), "a text", other));
                return None;
            }
        };
        if text.chars().count() > longest {
            let message = format!("`{key}` has more than {longest} characters: it stands in each record of the rule");
            let problem = Problem::new(self.at.key(key), message).code(code::TOO_LONG);
            self.problems.push(problem.help("be brief, and say where more is written"));
            return None;
        }
        Some(Text::from(text))
    }
}
