//! Fields and what a commit has changed of them, as a row of the journal has them.

use theus_core::store::{CodePrint, EffectAnswer, Entry, Field, Part};

use super::framing::{Framed, Frames};

/// What a number before a value says of it; the first two are those of `session.state` too.
pub(super) const WRITTEN: u64 = 1;
pub(super) const ELSEWHERE: u64 = 2;
pub(super) const ENTRIES: u64 = 4;

/// Fields as the first row of a journal has them.
pub(super) fn framed_fields(fields: &[Field]) -> Vec<u8> {
    let mut frames = Frames::default();
    frames.number(fields.len() as u64);
    for Field { path, value, entries, written } in fields {
        frames.bytes(path.as_bytes());
        frames.bytes(value);
        let has_entries = if entries.is_empty() { 0 } else { ENTRIES };
        frames.number(u64::from(*written) | has_entries);
        if has_entries != 0 {
            put_entries(&mut frames, entries);
        }
    }
    frames.0
}

pub(super) fn fields(bytes: &[u8]) -> Option<Vec<Field>> {
    Framed(bytes).list(|framed| {
        let (path, value, says) = (framed.text()?, framed.bytes()?.to_vec(), framed.number()?);
        let entries = if says & ENTRIES == 0 { Vec::new() } else { entries(framed)? };
        Some(Field { path, value, entries, written: says & WRITTEN != 0 })
    })
}

/// What a commit has changed: paths and whole values, and beside them, where a part is not just that, what it is.
pub(super) fn framed_parts(parts: &[Part]) -> (Vec<u8>, Option<Vec<u8>>) {
    let value = |part: &Part| part.value.as_ref().map_or(0, Vec::len);
    let size = 8 + parts.iter().map(|part| part.path.len() + value(part) + 8).sum::<usize>();
    let mut frames = Frames(Vec::with_capacity(size));
    frames.number(parts.len() as u64);
    for Part { path, value, .. } in parts {
        frames.bytes(path.as_bytes());
        frames.bytes(value.as_deref().unwrap_or_default());
    }
    let are_whole = parts.iter().all(|part| part.value.is_some() && part.entries.is_empty());
    let beside = (!are_whole).then(|| {
        let mut beside = Frames::default();
        beside.number(parts.len() as u64);
        for Part { value, entries, .. } in parts {
            beside.number(u64::from(value.is_some()));
            put_entries(&mut beside, entries);
        }
        beside.0
    });
    (frames.0, beside)
}

pub(super) fn parts(bytes: &[u8], beside: Option<&[u8]>) -> Option<Vec<Part>> {
    let whole = Framed(bytes).list(|framed| Some(Part::whole(framed.text()?, framed.bytes()?)))?;
    let Some(beside) = beside else { return Some(whole) };
    let beside = Framed(beside).list(|framed| Some((framed.number()? != 0, entries(framed)?)))?;
    if beside.len() != whole.len() {
        return None;
    }
    let both = whole.into_iter().zip(beside);
    let part = |(part, (is_whole, entries)): (Part, (bool, Vec<Entry>))| {
        let value = part.value.filter(|_| is_whole);
        Part { path: part.path, value, entries }
    };
    Some(both.map(part).collect())
}

fn put_entries(frames: &mut Frames, entries: &[Entry]) {
    frames.number(entries.len() as u64);
    for Entry { key, value } in entries {
        frames.bytes(key);
        put_maybe(frames, value.as_deref());
    }
}

fn put_maybe(frames: &mut Frames, value: Option<&[u8]>) {
    frames.number(u64::from(value.is_some()));
    if let Some(value) = value {
        frames.bytes(value);
    }
}

/// There or not, or no such thing.
fn maybe(framed: &mut Framed<'_>) -> Option<Option<Vec<u8>>> {
    Some(match framed.number()? {
        0 => None,
        _ => Some(framed.bytes()?.to_vec()),
    })
}

/// What a step has asked its effects, and what they gave.
pub(super) fn framed_answers(answers: &[EffectAnswer]) -> Vec<u8> {
    let mut frames = Frames::default();
    frames.number(answers.len() as u64);
    for EffectAnswer { effect, call, asked, gave } in answers {
        frames.bytes(effect.as_bytes());
        frames.bytes(call.as_bytes());
        frames.bytes(asked);
        put_maybe(&mut frames, gave.as_deref());
    }
    frames.0
}

pub(super) fn answers(bytes: &[u8]) -> Option<Vec<EffectAnswer>> {
    Framed(bytes).list(|framed| {
        let (effect, call, asked) = (framed.text()?, framed.text()?, framed.bytes()?.to_vec());
        Some(EffectAnswer { effect, call, asked, gave: maybe(framed)? })
    })
}

/// Three numbers, of four bytes each.
pub(super) fn framed_code(CodePrint { body, contract, schema }: CodePrint) -> [u8; 12] {
    let [[a, b, c, d], [e, f, g, h], [i, j, k, l]] = [body, contract, schema].map(u32::to_le_bytes);
    [a, b, c, d, e, f, g, h, i, j, k, l]
}

pub(super) fn code([a, b, c, d, e, f, g, h, i, j, k, l]: [u8; 12]) -> CodePrint {
    let [body, contract, schema] = [[a, b, c, d], [e, f, g, h], [i, j, k, l]].map(u32::from_le_bytes);
    CodePrint { body, contract, schema }
}

fn entries(framed: &mut Framed<'_>) -> Option<Vec<Entry>> {
    let count = framed.number()?;
    let mut entries = Vec::new();
    for _ in 0..count {
        let key = framed.bytes()?.to_vec();
        entries.push(Entry { key, value: maybe(framed)? });
    }
    Some(entries)
}
