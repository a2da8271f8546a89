//! Names, bytes and numbers of every kind.

use super::super::desk::{Desk, Outcome, answer, entries, event, field, fine, message, on, part, same};
use crate::store::{Base, Field, StoredEvent, StoredMessage, Write};

super::cases! {
    0 "names of every kind are names" names
    0 "names that look alike are not the same" alike
    0 "paths, keys and processes of every kind come back" texts
    0 "bytes of every kind come back" bytes
    0 "empty values come back" empty_values
    0 "values of a megabyte come back" large
    0 "the greatest numbers come back" numbers
    0 "many fields come back" many_fields
}

fn odd() -> Vec<String> {
    let odd = [
        "",
        " ",
        "a",
        "A",
        "a'b",
        "a\"b",
        "a;--",
        "a\\b",
        "a%b_",
        "\u{0}",
        "a\u{0}b",
        "\n\r\t",
        "ä",
        "a\u{308}",
        "日本",
        "\u{1f980}",
        "\u{10ffff}",
        "null",
        "NULL",
        "0",
        "$1",
        "?1",
        "{a}",
    ];
    odd.into_iter().map(str::to_owned).chain(["x".repeat(10_000), "ä".repeat(5_000)]).collect()
}

fn names(desk: &Desk<'_>) -> Outcome {
    let mut names = odd();
    for (name, mark) in names.iter().zip(0_u8..) {
        desk.begun(name, vec![field("x", &[mark])])?;
        desk.beside(Write { raised: vec![event(1)], ..on(name) })?;
    }
    for (name, mark) in names.iter().zip(0_u8..) {
        desk.commit(name, vec![part("y", &[mark])])?;
        let state = desk.load(name)?;
        let expected = vec![field("x", &[mark]), Field::whole("y", [mark], true)];
        same(&format!("the session {:?}", name.get(..9).unwrap_or(name)), state.fields, expected)?;
        same("its events", state.events.len(), 1)?;
        same("its journal", desk.steps(name, 0, 9)?, vec![1])?;
    }
    names.sort();
    let found: Vec<_> = fine("sessions", desk.store.sessions(None, 100))?.into_iter().map(|row| row.name).collect();
    same("the names", found, names)
}

fn alike(desk: &Desk<'_>) -> Outcome {
    desk.begun("main", vec![])?;
    for name in ["Main", "MAIN", "main ", " main", "main\u{0}", "mai", "maın", ""] {
        same(name, fine("load", desk.store.load(name))?, None)?;
        desk.begun(name, vec![])?;
    }
    same("how many there are", fine("sessions", desk.store.sessions(None, 100))?.len(), 9)
}

fn texts(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let odd = odd();
    let parts: Vec<_> = odd.iter().map(|path| part(path, path.as_bytes())).collect();
    let mut write = desk.next("a", parts)?;
    if let Some(entry) = &mut write.entry {
        (entry.process, entry.raised) = (odd.last().cloned().unwrap_or_default(), odd.clone());
    }
    write.raised = (1..).zip(&odd).map(|(number, name)| StoredEvent { name: name.clone(), ..event(number) }).collect();
    write.messages =
        (1..).zip(&odd).map(|(number, topic)| StoredMessage { topic: topic.clone(), ..message(number) }).collect();
    write.place = Some(super::state::place(odd.last().map_or("", String::as_str), 0));
    let expected = write.clone();
    desk.beside(write)?;
    for key in &odd {
        desk.beside(Write { answer: Some(answer(key, 1)), ..on("a") })?;
        same("the answer", fine("answer", desk.store.answer("a", key))?, Some(answer(key, 1)))?;
    }
    let state = desk.load("a")?;
    let mut paths = odd;
    paths.sort();
    same("the paths", state.fields.into_iter().map(|field| field.path).collect(), paths)?;
    same("the events", state.events, expected.raised)?;
    same("the journal", fine("journal", desk.store.journal("a", 1, 1))?.pop(), expected.entry)?;
    let messages = fine("outbox", desk.store.outbox(false, None, 100))?;
    same("the messages", messages.into_iter().map(|(_, message)| message).collect(), expected.messages)
}

fn bytes(desk: &Desk<'_>) -> Outcome {
    let every: Vec<u8> = (0..=255).collect();
    desk.begun("a", vec![field("x", &every)])?;
    let mut write = desk.next("a", vec![part("y", &every), entries("z", &[(&every, Some(&every))])])?;
    if let Some(entry) = &mut write.entry {
        entry.command.clone_from(&every);
    }
    write.answer = Some(crate::store::StoredAnswer { asked: every.clone(), gave: every.clone(), ..answer("k", 1) });
    let expected = write.clone();
    desk.beside(write)?;
    let values: Vec<_> = desk.load("a")?.fields.into_iter().map(|field| field.value).collect();
    same("the values", values, vec![every.clone(), every, vec![]])?;
    same("the journal", fine("journal", desk.store.journal("a", 1, 1))?.pop(), expected.entry)?;
    same("the answer", fine("answer", desk.store.answer("a", "k"))?, expected.answer)
}

fn empty_values(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("x", &[])])?;
    desk.commit("a", vec![part("y", &[]), entries("z", &[(&[], Some(&[]))])])?;
    desk.commit("a", vec![])?;
    let found: Vec<_> =
        desk.load("a")?.fields.into_iter().map(|field| (field.path, field.value.len(), field.entries.len())).collect();
    let expected =
        [("x", 0, 0), ("y", 0, 0), ("z", 0, 1)].map(|(path, value, entries)| (path.to_owned(), value, entries));
    same("the fields", found, expected.to_vec())?;
    same("the journal", desk.steps("a", 0, 9)?, vec![1, 2])
}

fn large(desk: &Desk<'_>) -> Outcome {
    let large = |byte: u8| vec![byte; 1 << 20];
    desk.begun("a", vec![field("x", &large(1))])?;
    let mut write = desk.next("a", vec![part("y", &large(2)), entries("z", &[(&[1], Some(&large(3)))])])?;
    write.raised = vec![StoredEvent { payload: Some("ä".repeat(1 << 19).into()), ..event(1) }];
    write.messages = vec![StoredMessage { body: "b".repeat(1 << 20).into(), ..message(1) }];
    write.answer = Some(crate::store::StoredAnswer { gave: large(4), ..answer("k", 1) });
    let expected = write.clone();
    desk.beside(write)?;
    desk.commit("a", vec![part("x", &[7])])?;
    let state = desk.load("a")?;
    let whole: Vec<_> = state.fields.iter().map(|field| field.value.clone()).collect();
    same("the values", whole, vec![vec![7], large(2), vec![]])?;
    let entry = state.fields.last().and_then(|field| field.entries.first()).and_then(|entry| entry.value.clone());
    same("the entry", entry, Some(large(3)))?;
    same("the event", state.events, expected.raised)?;
    same("the journal", fine("journal", desk.store.journal("a", 1, 1))?.pop(), expected.entry)?;
    same("the base", fine("base", desk.store.base("a"))?.map(|base| base.fields), Some(vec![field("x", &large(1))]))?;
    same("the answer", fine("answer", desk.store.answer("a", "k"))?, expected.answer)
}

fn numbers(desk: &Desk<'_>) -> Outcome {
    desk.beside(Write { schema: u32::MAX, ..super::super::desk::first("a", vec![]) })?;
    let mut write = desk.next("a", vec![])?;
    if let Some(entry) = &mut write.entry {
        (entry.version, entry.at) = (u64::MAX, u64::MAX);
    }
    write.raised = vec![event(u64::MAX >> 1)];
    let expected = write.entry.clone();
    desk.beside(write)?;
    let state = desk.load("a")?;
    same("version and schema", (state.version, state.schema), (u64::MAX, u32::MAX))?;
    same("the event", state.events, vec![event(u64::MAX >> 1)])?;
    same("the journal", fine("journal", desk.store.journal("a", 1, 1))?.pop(), expected)?;
    let base = Base { step: 1, version: u64::MAX, schema: u32::MAX, ..desk.base_now("a")? };
    fine("prune", desk.store.prune("a", base.clone()))?;
    same("the base", fine("base", desk.store.base("a"))?, Some(base))
}

fn many_fields(desk: &Desk<'_>) -> Outcome {
    let fields: Vec<_> = (0..600_u16).map(|number| field(&format!("f{number:03}"), &number.to_le_bytes())).collect();
    desk.begun("a", fields.clone())?;
    desk.commit("a", vec![part("f300", &[1])])?;
    let mut expected = fields;
    if let Some(field) = expected.get_mut(300) {
        *field = Field::whole("f300", [1], true);
    }
    same("the fields", desk.load("a")?.fields, expected)
}
