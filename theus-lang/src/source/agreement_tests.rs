//! The values are those that `serde_yaml` reads.

#![allow(clippy::unwrap_used)]

use std::fmt;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::super::{Document, SourceFile, Value};

/// A value as `serde_yaml` gives it.
#[derive(Debug, PartialEq)]
enum Theirs {
    Null,
    Bool(bool),
    Integer(String),
    Float(u64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(Self, Self)>),
}

impl<'de> Deserialize<'de> for Theirs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

macro_rules! integers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method<E>(self, value: $type) -> Result<Theirs, E> {
            Ok(Theirs::Integer(value.to_string()))
        }
    )*};
}

impl<'de> Visitor<'de> for Any {
    type Value = Theirs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value without tags")
    }

    integers!(visit_i64: i64, visit_u64: u64, visit_i128: i128, visit_u128: u128);

    fn visit_bool<E>(self, value: bool) -> Result<Theirs, E> {
        Ok(Theirs::Bool(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Theirs, E> {
        Ok(Theirs::Float(value.to_bits()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Theirs, E> {
        Ok(Theirs::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Theirs, E> {
        Ok(Theirs::Null)
    }

    fn visit_none<E>(self) -> Result<Theirs, E> {
        Ok(Theirs::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Theirs, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Theirs::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Theirs, A::Error> {
        let mut map = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            map.push(pair);
        }
        Ok(Theirs::Map(map))
    }
}

/// The same, of ours.
fn ours(value: &Value) -> Theirs {
    match value {
        Value::Null => Theirs::Null,
        Value::Bool(value) => Theirs::Bool(*value),
        Value::Number(number) if number.is_f64() => Theirs::Float(number.as_f64().unwrap().to_bits()),
        Value::Number(number) => Theirs::Integer(number.to_string()),
        Value::Text(text) => Theirs::Text(text.clone()),
        Value::Sequence(list) => Theirs::List(list.iter().map(ours).collect()),
        Value::Mapping(map) => Theirs::Map(map.iter().map(|(key, value)| (ours(key), ours(value))).collect()),
    }
}

/// Both readings of a text, where it is YAML to both.
fn both(text: &str) -> Option<(Theirs, Theirs)> {
    let document = Document::parse(SourceFile::new("f.yaml", text)).ok()?;
    Some((ours(document.root()), serde_yaml::from_str(text).ok()?))
}

/// Every file of YAML in a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.extension().and_then(|name| name.to_str()) {
            _ if path.is_dir() => files(&path, found),
            Some("yaml" | "md") => found.push(path),
            _ => {}
        }
    }
}

/// The texts of YAML in the repository: its workflows, what is fuzzed with, and what the pages show.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["docs", "../workflows", "../fuzz/corpus"] {
        files(&root.join(folder), &mut found);
    }
    let mut texts = Vec::new();
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        if path.extension().is_some_and(|name| name == "md") {
            texts.extend(text.split("```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())));
        } else {
            texts.push(text);
        }
    }
    texts
}

#[test]
fn every_text_of_the_repository_has_the_same_values() {
    let corpus = corpus();
    let read = corpus.iter().filter_map(|text| both(text)).inspect(|(ours, theirs)| assert_eq!(ours, theirs)).count();
    assert!(corpus.len() > 150 && read * 10 > corpus.len() * 9, "{read} of {}", corpus.len());
}

/// What may be taken for a number, a truth value or nothing.
fn scalar() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "0",
        "1",
        "7",
        "9",
        "00",
        "10",
        "8",
        "+",
        "-",
        ".",
        "..",
        "e",
        "E",
        "e5",
        "x",
        "0x",
        "0o",
        "0b",
        "f",
        "A",
        "_",
        "inf",
        ".inf",
        ".Inf",
        ".INF",
        ".nan",
        ".NaN",
        "nan",
        "null",
        "Null",
        "NULL",
        "~",
        "true",
        "True",
        "FALSE",
        "yes",
        "on",
        "18446744073709551615",
        "18446744073709551616",
        "9223372036854775808",
        "170141183460469231731687303715884105728",
        "340282366920938463463374607431768211455",
        "340282366920938463463374607431768211456",
        "1e400",
        "infinity",
        "ü",
        "a",
    ]);
    prop_oneof![prop::collection::vec(parts, 1..5).prop_map(|parts| parts.concat()), "[-+.0-9a-fx_eE]{1,12}"]
}

/// A text of the repository in which something has been changed.
fn changed() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\n", "\n  ", "\n    ", " ", "  ", "\t", ":", ": ", "- ", "? ", ", ", "[", "]", "{", "}", "'", "\"", "#", " #",
        "&a ", "*a", "|\n", ">\n", "!!str ", "---\n", "~", "\\", "x", "0", "é",
    ]);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, pieces), 1..4);
    (prop::sample::select(corpus()), edits).prop_map(|(mut text, edits)| {
        for (at, less, piece) in edits {
            let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            if starts.is_empty() {
                continue;
            }
            let first = at.index(starts.len());
            let end = starts.get(first + less).copied().unwrap_or(text.len());
            text.replace_range(starts[first]..end, piece);
        }
        text
    })
}

/// Whether two texts of a number are the same, or are two shortest texts of one float: where the float lies in the middle
/// between both (`…123113.25`), the standard library rounds the last digit away from zero and the crate to the even one.
fn shown_alike(ours: &str, theirs: &str) -> bool {
    let bits = |text: &str| text.parse::<f64>().map(f64::to_bits);
    let form = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "0");
    ours == theirs
        || ours.contains('.') && form(ours) == form(theirs) && bits(ours).is_ok() && bits(ours) == bits(theirs)
}

#[test]
fn a_float_in_the_middle_of_two_texts_may_be_shown_as_either() {
    assert!(shown_alike("-1957804932123113.3", "-1957804932123113.2"));
    for (ours, theirs) in [("1.5", "1.25"), ("0.3", "0.4"), ("12", "13"), ("1e5", "100000.0"), (".inf", "-.inf")] {
        assert!(!shown_alike(ours, theirs), "{ours} {theirs}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_scalar_is_what_it_was(scalar in scalar()) {
        for text in [scalar.clone(), format!("'{scalar}'"), format!("- {scalar}\n"), format!("{{ {scalar}: {scalar} }}")] {
            let (ours, theirs) = both(&text).unwrap_or((Theirs::Null, Theirs::Null));
            prop_assert_eq!(ours, theirs, "{}", text);
        }
        let quoted = format!("'{scalar}'");
        prop_assert!(both(&quoted).is_some());
    }

    #[test]
    fn a_number_is_shown_as_it_was(float in any::<f64>(), small in -1e-3..1e-3_f64, integer in any::<i64>()) {
        for text in [format!("{float:?}"), format!("{small:?}"), format!("{float:e}"), integer.to_string()] {
            let document = Document::parse(SourceFile::new("f.yaml", text.as_str())).unwrap();
            let theirs: serde_yaml::Value = serde_yaml::from_str(&text).unwrap();
            if let (Value::Number(ours), serde_yaml::Value::Number(theirs)) = (document.root(), theirs) {
                let (ours, theirs) = (ours.to_string(), theirs.to_string());
                prop_assert!(shown_alike(&ours, &theirs), "{} and {}", ours, theirs);
            }
        }
    }

    #[test]
    fn whatever_both_take_for_yaml_means_the_same(text in changed()) {
        if let Some((ours, theirs)) = both(&text) {
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }
}
