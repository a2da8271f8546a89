//! The chain over the steps of a session: the same first state and the same chain give the same state at every step.

use std::fmt;
use std::sync::LazyLock;

use blake3::hazmat::{ContextKey, HasherExt, hash_derive_key_context};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::hex;
use super::write::{EffectAnswer, Entry, Field, JournalEntry};

/// The hash after a step, over all steps before it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ChainHash(pub [u8; 32]);

/// What the hash is for: no other hash of the same bytes is it.
const CONTEXT: &str = "theus-core journal chain, format 1";

static KEY: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(CONTEXT));

/// What is hashed, gathered first: one long text takes a third of the time of many short ones.
struct Text(Vec<u8>);

impl Text {
    fn hash(&self) -> ChainHash {
        ChainHash(*blake3::Hasher::new_from_context_key(&KEY).update(&self.0).finalize().as_bytes())
    }
}

impl ChainHash {
    /// The chain's beginning: the first state.
    #[must_use]
    pub fn of_first(fields: &[Field]) -> Self {
        let mut hashed = Text(Vec::new());
        hashed.text("first");
        for field in fields {
            hashed.text(&field.path);
            hashed.bytes(&field.value);
            hashed.entries(&field.entries);
        }
        hashed.hash()
    }

    /// After one more step: over its number, its process, its command, its parts and the answers of its effects.
    #[must_use]
    pub fn after(&self, entry: &JournalEntry) -> Self {
        let JournalEntry { step, process, command, parts, answers, .. } = entry;
        let mut hashed = Text(Vec::with_capacity(256 + command.len()));
        hashed.0.extend_from_slice(&self.0);
        hashed.0.extend_from_slice(&step.to_le_bytes());
        hashed.text(process);
        hashed.bytes(command);
        for part in parts {
            hashed.text(&part.path);
            hashed.maybe(part.value.as_deref());
            hashed.entries(&part.entries);
        }
        if let Some(all) = answers {
            hashed.answers(all);
        }
        hashed.hash()
    }
}

impl Text {
    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// With their length: no two lists of them are one.
    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// Something or nothing: no two are one.
    fn maybe(&mut self, value: Option<&[u8]>) {
        self.0.push(u8::from(value.is_some()));
        self.bytes(value.unwrap_or_default());
    }

    fn entries(&mut self, entries: &[Entry]) {
        self.0.extend_from_slice(&(entries.len() as u64).to_le_bytes());
        for entry in entries {
            self.bytes(&entry.key);
            self.maybe(entry.value.as_deref());
        }
    }

    /// Behind a text that no path of a field is.
    fn answers(&mut self, answers: &[EffectAnswer]) {
        self.text("(answers)");
        for EffectAnswer { effect, call, asked, gave } in answers {
            self.text(effect);
            self.text(call);
            self.bytes(asked);
            self.maybe(gave.as_deref());
        }
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
        serializer.serialize_str(&hex::written(&self.0))
    }
}

impl<'de> Deserialize<'de> for ChainHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = hex::read(&text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("expected a hash, as 64 hexadecimal digits"))
    }
}
