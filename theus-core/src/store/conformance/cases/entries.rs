//! Entries of maps: rule 4.

use std::collections::BTreeMap;

use super::super::desk::{Desk, Outcome, entries, field, fine, part, same};
use crate::store::{Entry, Field, Part, encode};

super::cases! {
    4 "an entry is kept beside the whole value" beside_the_whole
    4 "an entry replaces the one of its key" replaces
    4 "an entry that is gone is kept as gone" gone
    4 "a whole value does away with the entries before it" whole_clears
    4 "a whole value and its entries in one part" whole_with_entries
    4 "entries come in the order of their keys' bytes" ordered
    4 "an entry of a field that was not there makes it" makes_the_field
    4 "entries of fields and sessions are apart" apart
    4 "a first state may have entries" first_has
    4 "a migration does away with entries" migration
    4 "a journal keeps the entries of its steps" journal_keeps
    4 "many entries are all there" many
}

fn entry(key: &[u8], value: Option<&[u8]>) -> Entry {
    Entry { key: key.to_vec(), value: value.map(<[u8]>::to_vec) }
}

/// A path, its whole value and its entries.
type Found = (String, Vec<u8>, Vec<Entry>);

fn found(desk: &Desk<'_>, session: &str) -> Result<Vec<Found>, String> {
    Ok(desk.load(session)?.fields.into_iter().map(|field| (field.path, field.value, field.entries)).collect())
}

fn beside_the_whole(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("m", &[0x80])])?;
    desk.commit("a", vec![entries("m", &[(&[1], Some(&[2]))])])?;
    let expected =
        Field { path: "m".to_owned(), value: vec![0x80], entries: vec![entry(&[1], Some(&[2]))], written: true };
    same("the fields", desk.load("a")?.fields, vec![expected])
}

fn replaces(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("m", &[0x80])])?;
    desk.commit("a", vec![entries("m", &[(&[1], Some(&[2])), (&[2], Some(&[2]))])])?;
    desk.commit("a", vec![entries("m", &[(&[1], Some(&[3]))])])?;
    let expected = vec![entry(&[1], Some(&[3])), entry(&[2], Some(&[2]))];
    same("the entries", found(desk, "a")?, vec![("m".to_owned(), vec![0x80], expected)])
}

fn gone(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("m", &[0x81, 1, 1])])?;
    desk.commit("a", vec![entries("m", &[(&[1], None), (&[2], Some(&[])), (&[3], Some(&[1]))])])?;
    desk.commit("a", vec![entries("m", &[(&[3], None)])])?;
    let expected = vec![entry(&[1], None), entry(&[2], Some(&[])), entry(&[3], None)];
    same("the entries", found(desk, "a")?, vec![("m".to_owned(), vec![0x81, 1, 1], expected)])?;
    desk.commit("a", vec![entries("m", &[(&[1], Some(&[4]))])])?;
    same("one that is there again", found(desk, "a")?.remove(0).2.remove(0), entry(&[1], Some(&[4])))
}

fn whole_clears(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("m", &[0x80])])?;
    desk.commit("a", vec![entries("m", &[(&[1], Some(&[2]))])])?;
    desk.commit("a", vec![part("m", &[0x81, 7, 7])])?;
    same("the fields", found(desk, "a")?, vec![("m".to_owned(), vec![0x81, 7, 7], vec![])])?;
    desk.commit("a", vec![entries("m", &[(&[3], Some(&[3]))])])?;
    same("the entries", found(desk, "a")?.remove(0).2, vec![entry(&[3], Some(&[3]))])
}

fn whole_with_entries(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.commit("a", vec![entries("m", &[(&[1], Some(&[1]))])])?;
    let both = Part { value: Some(vec![0x80]), ..entries("m", &[(&[2], Some(&[2]))]) };
    desk.commit("a", vec![both])?;
    same("the field", found(desk, "a")?, vec![("m".to_owned(), vec![0x80], vec![entry(&[2], Some(&[2]))])])
}

fn ordered(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("m", &[0x80])])?;
    let keys: [&[u8]; 6] = [&[0xff], &[1, 0], &[1], &[], &[0x7f, 9], &[0]];
    for key in keys {
        desk.commit("a", vec![entries("m", &[(key, Some(key))])])?;
    }
    let mut expected: Vec<_> = keys.iter().map(|key| entry(key, Some(key))).collect();
    expected.sort_by(|one, other| one.key.cmp(&other.key));
    same("the entries", found(desk, "a")?.remove(0).2, expected)
}

fn makes_the_field(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.commit("a", vec![entries("m", &[(&[1], Some(&[2]))])])?;
    let expected = Field { path: "m".to_owned(), value: vec![], entries: vec![entry(&[1], Some(&[2]))], written: true };
    same("the fields", desk.load("a")?.fields, vec![expected])
}

fn apart(desk: &Desk<'_>) -> Outcome {
    for session in ["a", "b"] {
        desk.begun(session, vec![field("m", &[0x80]), field("mm", &[0x80])])?;
        desk.commit(session, vec![entries("m", &[(&[1], Some(&[1]))]), entries("mm", &[(&[1], Some(&[2]))])])?;
    }
    desk.commit("a", vec![part("m", &[0x80])])?;
    let other = ("mm".to_owned(), vec![0x80], vec![entry(&[1], Some(&[2]))]);
    same("one", found(desk, "a")?, vec![("m".to_owned(), vec![0x80], vec![]), other.clone()])?;
    same("the other", found(desk, "b")?, vec![("m".to_owned(), vec![0x80], vec![entry(&[1], Some(&[1]))]), other])
}

fn first_has(desk: &Desk<'_>) -> Outcome {
    let fields = vec![Field { entries: vec![entry(&[1], None), entry(&[2], Some(&[2]))], ..field("m", &[0x81, 1, 1]) }];
    desk.begun("a", fields.clone())?;
    same("the fields", desk.load("a")?.fields, fields.clone())?;
    let base = fine("base", desk.store.base("a"))?;
    same("the base", base.map(|base| base.fields), Some(fields))
}

fn migration(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("m", &[0x80])])?;
    desk.commit("a", vec![entries("m", &[(&[1], Some(&[1]))])])?;
    let mut write = desk.next("a", vec![part("m", &[0x80])])?;
    if let Some(entry) = &mut write.entry {
        entry.schema = Some(1);
    }
    desk.beside(write)?;
    same("the fields", found(desk, "a")?, vec![("m".to_owned(), vec![0x80], vec![])])
}

fn journal_keeps(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let parts = vec![
        entries("m", &[(&[1], None), (&[2], Some(&[]))]),
        part("x", &[1]),
        Part { path: "n".to_owned(), value: None, entries: vec![] },
        Part { value: Some(vec![]), ..entries("m", &[(&[3], Some(&[1]))]) },
    ];
    desk.commit("a", parts.clone())?;
    let page = fine("journal", desk.store.journal("a", 0, 9))?;
    same("the parts", page.into_iter().map(|entry| entry.parts).collect::<Vec<_>>(), vec![parts])
}

/// As they are, or made one with the whole value.
fn many(desk: &Desk<'_>) -> Outcome {
    let encoded = |value: u16| encode(&value).map_err(|error| error.to_string());
    let map = |values: BTreeMap<u16, u16>| encode(&values).map_err(|error| error.to_string());
    desk.begun("a", vec![field("m", &map(BTreeMap::from([(3_500, 1), (2, 1)]))?)])?;
    for keys in [0..1_000, 1_000..2_000, 2_000..3_000, 0..500] {
        let mut all = Vec::new();
        for key in keys {
            all.push(Entry { key: encoded(key)?, value: if key % 3 == 0 { None } else { Some(encoded(key)?) } });
        }
        all.sort_by(|one, other| one.key.cmp(&other.key));
        desk.commit("a", vec![Part { path: "m".to_owned(), value: None, entries: all }])?;
    }
    let there = (0..3_000).filter(|key| key % 3 != 0).map(|key| (key, key));
    let whole = desk.load("a")?.fields.remove(0).merged().map_err(|error| error.to_string())?;
    same("the whole", whole, map(there.chain([(3_500, 1)]).collect())?)
}
