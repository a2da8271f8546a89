//! Messages with placeholders: read when a recipe is loaded, filled in when a record is made.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

use super::metadata::RuleMetadata;
use crate::source::did_you_mean;
use theus_model::audit::Text;

/// What a message can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placeholder {
    Value,
    Before,
    Key,
    Limit,
    Count,
    Field,
    Process,
    Level,
    MaxThreshold,
}

impl Placeholder {
    const ALL: [Self; 9] = [
        Self::Value,
        Self::Before,
        Self::Key,
        Self::Limit,
        Self::Count,
        Self::Field,
        Self::Process,
        Self::Level,
        Self::MaxThreshold,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Before => "before",
            Self::Key => "key",
            Self::Limit => "limit",
            Self::Count => "count",
            Self::Field => "field",
            Self::Process => "process",
            Self::Level => "level",
            Self::MaxThreshold => "max_threshold",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(Box<str>),
    Placeholder(Placeholder),
}

/// A message of a recipe. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    text: Text,
    parts: Arc<[Part]>,
    /// What all records share, where nothing is filled in.
    plain: Option<Text>,
}

/// Why a message cannot be read, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadMessage {
    pub(super) message: String,
    pub(super) help: String,
}

/// The value that failed, as records show it, and the committed one where the rule says it.
#[derive(Clone, Debug)]
pub struct Seen {
    pub value: Text,
    pub before: Option<Text>,
    /// Of a rule with `per`, the value that is counted for.
    pub key: Option<Text>,
}

impl Message {
    /// Reads `{name}` as a placeholder, `{{` and `}}` as the braces themselves.
    pub(super) fn parse(text: &str) -> Result<Self, BadMessage> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let (brace, behind) = (&rest[at..=at], &rest[at + 1..]);
            if let Some(behind) = behind.strip_prefix(brace) {
                plain.push_str(brace);
                rest = behind;
                continue;
            }
            if brace == "}" {
                let message = "a `}` in the message closes nothing".to_owned();
                return Err(BadMessage { message, help: "write `}}` for the brace itself".to_owned() });
            }
            let Some((name, behind)) = behind.split_once('}') else {
                let message = "a `{` in the message is not closed".to_owned();
                return Err(BadMessage { message, help: "write `{{` for the brace itself".to_owned() });
            };
            let Some(placeholder) = Placeholder::ALL.into_iter().find(|known| known.as_str() == name) else {
                let known = did_you_mean(name, Placeholder::ALL.map(Placeholder::as_str)).unwrap_or_default();
                let help = format!("{known}; write `{{{{` for a brace itself");
                return Err(BadMessage { message: format!("unknown placeholder `{{{}}}`", shortened(name)), help });
            };
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain).into()));
            }
            parts.push(Part::Placeholder(placeholder));
            rest = behind;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain.into()));
        }
        let plain = match parts.as_slice() {
            [] => Some(Text::default()),
            [Part::Text(plain)] => Some(cut(plain).into_owned().into()),
            _ => None,
        };
        Ok(Self { text: Text::from(text), parts: parts.into(), plain })
    }

    /// The message as the recipe has it.
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// Whether it names the committed value.
    pub(super) fn asks_before(&self) -> bool {
        self.parts.contains(&Part::Placeholder(Placeholder::Before))
    }

    /// Whether it names the value that is counted for.
    pub(super) fn asks_key(&self) -> bool {
        self.parts.contains(&Part::Placeholder(Placeholder::Key))
    }

    /// The message about one violation.
    pub fn about(&self, metadata: &RuleMetadata, seen: &Seen, count: u32) -> Text {
        if let Some(plain) = &self.plain {
            return plain.clone();
        }
        let mut text = String::new();
        for part in &*self.parts {
            // What is cut off need not be written first.
            if text.len() > LONGEST {
                break;
            }
            // Writing to a string does not fail.
            let _ = match part {
                Part::Text(plain) => text.write_str(plain),
                Part::Placeholder(Placeholder::Value) => text.write_str(&seen.value),
                Part::Placeholder(Placeholder::Before) => text.write_str(seen.before.as_deref().unwrap_or_default()),
                Part::Placeholder(Placeholder::Key) => text.write_str(seen.key.as_deref().unwrap_or_default()),
                Part::Placeholder(Placeholder::Limit) => text.write_str(&metadata.limit),
                Part::Placeholder(Placeholder::Count) => write!(text, "{}", count),
                Part::Placeholder(Placeholder::Field) => text.write_str(&metadata.path),
                Part::Placeholder(Placeholder::Process) => text.write_str(&metadata.process),
                Part::Placeholder(Placeholder::Level) => write!(text, "{}", metadata.level),
                Part::Placeholder(Placeholder::MaxThreshold) => write!(text, "{}", metadata.max_threshold),
            };
        }
        cut(&text).into_owned().into()
    }
}

/// So many bytes of a message are put on record, with each violation of its rule.
const LONGEST: usize = 2_000;

/// A text as it is put on record.
fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        return Cow::Borrowed(text);
    }
    let end = (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    Cow::Owned(format!("{}…", &text[..end]))
}

/// A name as an error shows it: a brace that is never closed could make it as long as the message.
fn shortened(name: &str) -> String {
    match name.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn bad(text: &str) -> (String, String) {
        let bad = Message::parse(text).unwrap_err();
        (bad.message, bad.help)
    }

    #[test]
    fn an_unknown_placeholder_names_the_near_one() {
        let (message, help) = bad("at {valeu}");
        assert_eq!(message, "unknown placeholder `{valeu}`");
        assert_eq!(help, "did you mean `value`?; write `{{` for a brace itself");
        assert!(
            bad("{}").1.starts_with("known: value, before, key, limit, count, field, process, level, max_threshold;")
        );
        assert!(bad(&format!("{{{}}}", "ü".repeat(100))).0.ends_with("üü…}`"));
    }

    #[test]
    fn what_is_put_on_record_of_a_message_is_bounded_and_shared() {
        let plain = Message::parse(&"ü".repeat(1 << 20)).unwrap().plain.unwrap();
        assert!(plain.ends_with('…') && plain.len() < LONGEST + 4 && plain.len() >= LONGEST, "{}", plain.len());
        assert_eq!(Message::parse("{{").unwrap().plain.unwrap(), "{");
        assert_eq!(Message::parse("{count} of 3").unwrap().plain, None);
        assert_eq!(cut(&"a".repeat(LONGEST)), "a".repeat(LONGEST));
        assert_eq!(cut(&"a".repeat(LONGEST + 1)), format!("{}…", "a".repeat(LONGEST)));
    }

    #[test]
    fn braces_are_closed_or_doubled() {
        assert_eq!(bad("at {value").0, "a `{` in the message is not closed");
        assert_eq!(bad("at value}").0, "a `}` in the message closes nothing");
        let parts = Message::parse("{{value}} {{{value}}}").unwrap().parts;
        let text = |text: &str| Part::Text(text.into());
        assert_eq!(*parts, [text("{value} {"), Part::Placeholder(Placeholder::Value), text("}")]);
        assert_eq!(*Message::parse("plain").unwrap().parts, [text("plain")]);
    }
}
