//! What a step makes of the state, and where the workflow is: rules 4 and 5.

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::super::desk::{Desk, Outcome, event, field, fine, next, on, part, same};
use crate::store::{Field, Place, Settled, StoredCount, Write};

super::cases! {
    4 "a whole value replaces what was there" replaces
    4 "a field that was not there is there" new_field
    4 "fields come in the order of their paths" ordered
    4 "a field that a step has written is marked as written" written
    4 "a migration has the fields of its parts and no others" migration
    4 "the version of the context stays until a migration" schema_stays
    4 "a journal keeps what each step was" journal_keeps
    5 "a place replaces the one before" place_replaces
    5 "a step without a place leaves the place" place_stays
    5 "the runs of a place come back" settled
    5 "a time that is due comes back" due
    5 "counters replace those before" counts_replace
    5 "counters stay where a write has none" counts_stay
}

pub(super) fn place(position: &str, settled: u32) -> Place {
    let settled = (0..settled).map(|branch| Settled { branch, version: u64::from(branch) + 7, gave: None }).collect();
    Place { position: position.into(), settled, due: None, ready: false }
}

fn replaces(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("x", &[1, 2, 3]), field("y", &[4])])?;
    desk.commit("a", vec![part("x", &[9])])?;
    same("the fields", desk.load("a")?.fields, vec![Field::whole("x", [9], true), field("y", &[4])])
}

fn new_field(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.commit("a", vec![part("x", &[9])])?;
    same("the fields", desk.load("a")?.fields, vec![Field::whole("x", [9], true)])
}

fn ordered(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("m", &[1])])?;
    desk.commit("a", ["z", "b.c", "b", "ä", "a"].map(|path| part(path, &[1])).to_vec())?;
    let paths: Vec<_> = desk.load("a")?.fields.into_iter().map(|field| field.path).collect();
    same("the paths", paths, ["a", "b", "b.c", "m", "z", "ä"].map(str::to_owned).to_vec())
}

fn written(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![Field::whole("x", [1], false), Field::whole("y", [1], true), Field::whole("z", [1], false)])?;
    desk.commit("a", vec![part("x", &[1])])?;
    let written: Vec<_> = desk.load("a")?.fields.iter().map(|field| field.written).collect();
    same("which are written", written, vec![true, true, false])
}

fn migration(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![field("old", &[1]), field("x", &[2]), field("long", &[3; 9_000])])?;
    let mut write = desk.next("a", vec![part("new", &[5]), part("x", &[6])])?;
    if let Some(entry) = &mut write.entry {
        entry.schema = Some(u32::MAX);
    }
    desk.beside(write)?;
    let state = desk.load("a")?;
    same("the version of the context", state.schema, u32::MAX)?;
    same("the fields", state.fields, vec![Field::whole("new", [5], true), Field::whole("x", [6], true)])?;
    let page = fine("journal", desk.store.journal("a", 1, 1))?;
    same("the journal's version", page.first().and_then(|entry| entry.schema), Some(u32::MAX))
}

fn schema_stays(desk: &Desk<'_>) -> Outcome {
    desk.beside(Write { schema: 3, ..super::super::desk::first("a", vec![]) })?;
    desk.commit("a", vec![part("x", &[1])])?;
    same("the version of the context", desk.load("a")?.schema, 3)?;
    let base = fine("base", desk.store.base("a"))?.map(|base| base.schema);
    same("the base's", base, Some(3))
}

fn journal_keeps(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mut expected = Vec::new();
    for step in 0..3_u8 {
        let mut write = desk.next("a", vec![part("z", &[step]), part("a", &[]), part("z", &[7])])?;
        if let Some(entry) = &mut write.entry {
            entry.raised = if step == 0 { vec![] } else { vec![format!("EVT_{step}"), String::new()] };
            entry.command = vec![step; usize::from(step)];
            entry.at = u64::MAX - u64::from(step);
            expected.push(entry.clone());
        }
        desk.beside(write)?;
    }
    same("the journal", fine("journal", desk.store.journal("a", 0, 9))?, expected)
}

fn place_replaces(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    for (position, settled) in [("{\"at\": \"A\"}", 2), ("", 0), ("B", 1)] {
        desk.beside(Write { place: Some(place(position, settled)), ..on("a") })?;
        let state = desk.load("a")?;
        same("position", state.position.as_deref(), Some(position))?;
        same("runs", state.settled, place(position, settled).settled)?;
    }
    Ok(())
}

fn place_stays(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write { place: Some(place("A", 1)), ..on("a") })?;
    desk.commit("a", vec![])?;
    let state = desk.load("a")?;
    same("position", (state.position.as_deref(), state.settled.len()), (Some("A"), 1))
}

fn settled(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let settled = vec![
        Settled { branch: u32::MAX, version: u64::MAX, gave: None },
        Settled { branch: 1, version: 7, gave: Some(Box::new(json!({ "ä \"": [null, 1.5, u64::MAX, { "": [] }] }))) },
        Settled { branch: 0, version: 0, gave: None },
    ];
    let mut write = next("a", &desk.load("a")?, vec![]);
    write.place = Some(Place { settled: settled.clone(), ..place("A", 0) });
    desk.beside(write)?;
    same("runs", desk.load("a")?.settled, settled)
}

fn due(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let times = [Duration::ZERO, Duration::from_nanos(1_700_000_000_123_456_789), Duration::from_secs(9_000_000_000)];
    for due in times.map(|since| SystemTime::UNIX_EPOCH + since) {
        desk.beside(Write { place: Some(Place { due: Some(due), ..place("A", 0) }), ..on("a") })?;
        let rows = fine("sessions", desk.store.sessions(None, 9))?;
        same("what is due", rows.into_iter().map(|row| row.due).collect::<Vec<_>>(), vec![Some(due)])?;
    }
    desk.beside(Write { place: Some(place("A", 0)), ..on("a") })?;
    let rows = fine("sessions", desk.store.sessions(None, 9))?;
    same("what is due then", rows.into_iter().map(|row| row.due).collect::<Vec<_>>(), vec![None])
}

fn count(rule: &str, count: u32) -> StoredCount {
    StoredCount { rule: rule.to_owned(), count, ..Default::default() }
}

fn counts_replace(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let window = |times| StoredCount { window: times, ..count("w", 2) };
    let windows = vec![window(vec![0, u64::MAX]), window(vec![1_700_000_000_123_456_789, 7])];
    for counts in [windows, vec![count("r \"ä\"", 1), count("s", u32::MAX)], vec![count("s", 2)], vec![]] {
        desk.beside(Write { counts: Some(counts.clone()), ..on("a") })?;
        same("the counters", desk.load("a")?.counts, counts)?;
    }
    Ok(())
}

fn counts_stay(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write { counts: Some(vec![count("r", 1)]), ..on("a") })?;
    desk.commit("a", vec![])?;
    desk.beside(Write { raised: vec![event(1)], ..on("a") })?;
    same("the counters", desk.load("a")?.counts, vec![count("r", 1)])
}
