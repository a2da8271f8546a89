//! The chain over the steps of a session: the same first state and the same chain give the same state at every step.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::write::{EffectAnswer, Entry, Field, JournalEntry};

/// The hash after a step, over all steps before it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ChainHash(pub [u8; 32]);

/// What the hash is for: no other hash of the same bytes is it.
const CONTEXT: &str = "theus-core journal chain, format 1";

impl ChainHash {
    /// The chain's beginning: the first state.
    #[must_use]
    pub fn of_first(fields: &[Field]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        text(&mut hasher, "first");
        for field in fields {
            text(&mut hasher, &field.path);
            bytes(&mut hasher, &field.value);
            entries(&mut hasher, &field.entries);
        }
        Self(*hasher.finalize().as_bytes())
    }

    /// After one more step: over its number, its process, its command, its parts and the answers of its effects.
    #[must_use]
    pub fn after(&self, entry: &JournalEntry) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        hasher.update(&self.0);
        hasher.update(&entry.step.to_le_bytes());
        text(&mut hasher, &entry.process);
        bytes(&mut hasher, &entry.command);
        for part in &entry.parts {
            text(&mut hasher, &part.path);
            maybe(&mut hasher, part.value.as_deref());
            entries(&mut hasher, &part.entries);
        }
        if let Some(all) = &entry.answers {
            answers(&mut hasher, all);
        }
        Self(*hasher.finalize().as_bytes())
    }
}

fn text(hasher: &mut blake3::Hasher, text: &str) {
    bytes(hasher, text.as_bytes());
}

/// With their length: no two lists of them are one.
fn bytes(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

/// Something or nothing: no two are one.
fn maybe(hasher: &mut blake3::Hasher, value: Option<&[u8]>) {
    hasher.update(&[u8::from(value.is_some())]);
    bytes(hasher, value.unwrap_or_default());
}

fn entries(hasher: &mut blake3::Hasher, entries: &[Entry]) {
    hasher.update(&(entries.len() as u64).to_le_bytes());
    for entry in entries {
        bytes(hasher, &entry.key);
        maybe(hasher, entry.value.as_deref());
    }
}

/// Behind a text that no path of a field is.
fn answers(hasher: &mut blake3::Hasher, answers: &[EffectAnswer]) {
    text(hasher, "(answers)");
    for EffectAnswer { effect, call, asked, gave } in answers {
        text(hasher, effect);
        text(hasher, call);
        bytes(hasher, asked);
        maybe(hasher, gave.as_deref());
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ChainHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ChainHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        blake3::Hash::from_hex(&text).map(|hash| Self(*hash.as_bytes())).map_err(serde::de::Error::custom)
    }
}
