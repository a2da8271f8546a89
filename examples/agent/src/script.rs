//! What the scripted model says and what the human answers: from a file, so that a run can be told beforehand.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use thiserror::Error;

use crate::model::Purpose;

/// The script where none is given, so that the program runs from anywhere.
const DEFAULT: (&str, &str) = ("workflows/agent/script.yaml", include_str!("../../../workflows/agent/script.yaml"));

/// A longer script, in bytes, is refused.
const LONGEST: u64 = 1024 * 1024;

/// A script cannot be used.
#[derive(Debug, Error)]
#[error("the script `{file}` cannot be used: {reason}")]
pub(crate) struct ScriptError {
    file: String,
    reason: String,
}

/// What everybody says.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Script {
    model: ModelLines,
    /// What the human answers, one question after the other. Who has no more to say is silent.
    pub(crate) human: VecDeque<Reply>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ModelLines {
    plan: VecDeque<Line>,
    draft: VecDeque<Line>,
    review: VecDeque<Line>,
}

/// One answer of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It says this.
    Say(String),
    /// It has too much to do (`busy`).
    Busy,
}

/// A text is said as it is, a map or a list as JSON.
impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Value::deserialize(deserializer)? {
            Value::String(text) if text == "busy" => Self::Busy,
            Value::String(text) => Self::Say(text),
            other => Self::Say(other.to_string()),
        })
    }
}

/// What the human answers to one question.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reply {
    /// How long they take.
    #[serde(default, deserialize_with = "duration")]
    pub(crate) after: Duration,
    /// Who it is.
    pub(crate) by: String,
    /// Why not, where it is a no.
    #[serde(default)]
    pub(crate) reject: Option<String>,
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map_err(serde::de::Error::custom)
}

impl Script {
    /// Reads a script; the one that is built in where no file is given.
    #[expect(clippy::disallowed_methods, reason = "the program's door to files: no process comes here")]
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, ScriptError> {
        match file {
            Some(path) => {
                let name = path.display().to_string();
                let refused = |reason: String| ScriptError { file: name.clone(), reason };
                let kind = std::fs::metadata(path).map_err(|error| refused(error.to_string()))?;
                if !kind.is_file() {
                    return Err(refused("it is no file: what is not on disk may have no end".to_owned()));
                }
                let mut text = String::new();
                let file = std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text));
                file.map_err(|error| refused(error.to_string()))?;
                if text.len() as u64 > LONGEST {
                    return Err(refused(format!("it is longer than {LONGEST} bytes")));
                }
                Self::parse(&name, &text)
            }
            None => Self::parse(DEFAULT.0, DEFAULT.1),
        }
    }

    fn parse(file: &str, text: &str) -> Result<Self, ScriptError> {
        serde_yaml::from_str(text).map_err(|error| ScriptError { file: file.to_owned(), reason: error.to_string() })
    }

    /// The model's part.
    pub(crate) fn take_model(&mut self) -> BTreeMap<Purpose, VecDeque<Line>> {
        let ModelLines { plan, draft, review } = std::mem::take(&mut self.model);
        [(Purpose::Plan, plan), (Purpose::Draft, draft), (Purpose::Review, review)].into()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use super::*;

    #[test]
    fn a_script_has_lines_of_the_model_and_replies_of_the_human() {
        let text = "\
model: { plan: [ busy, { formula: 1 + 1 }, just words ] }
human: [ { after: 90s, by: R. Lee, reject: too dear }, { by: R. Lee } ]
";
        let mut script = Script::parse("s.yaml", text).unwrap();
        let plan = &script.take_model()[&Purpose::Plan];
        assert_eq!(*plan, [Line::Busy, Line::Say(r#"{"formula":"1 + 1"}"#.into()), Line::Say("just words".into())]);
        assert_eq!((script.human[0].after, script.human[1].after), (Duration::from_secs(90), Duration::ZERO));
        assert_eq!((script.human[0].reject.as_deref(), &script.human[1].reject), (Some("too dear"), &None));
        Script::read(None).unwrap();
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test writes a file of its own")]
    fn what_a_script_cannot_say_is_told_with_the_name_of_the_file() {
        for (text, words) in [("humans: []", "humans"), ("human: [ { after: soon, by: me } ]", "human")] {
            let error = Script::parse("s.yaml", text).unwrap_err().to_string();
            assert!(error.starts_with("the script `s.yaml` cannot be used: ") && error.contains(words), "{error}");
        }
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("long.yaml");
        for (length, is_refused) in [(LONGEST, false), (LONGEST + 1, true)] {
            std::fs::write(&long, vec![b'#'; usize::try_from(length).unwrap()]).unwrap();
            assert_eq!(Script::read(Some(&long)).is_err(), is_refused, "{length} bytes");
        }
        let folder = Script::read(Some(folder.path())).unwrap_err().to_string();
        assert!(folder.contains("it is no file"), "{folder}");
        #[cfg(unix)]
        for endless in ["/dev/zero", "/dev/null"] {
            assert!(Script::read(Some(Path::new(endless))).unwrap_err().to_string().contains("it is no file"));
        }
        let gone = Script::read(Some(Path::new("gone.yaml"))).unwrap_err().to_string();
        assert!(gone.starts_with("the script `gone.yaml` cannot be used: "), "{gone}");
    }
}
