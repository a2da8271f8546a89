//! Pages of lists.

use super::super::desk::{Desk, Outcome, fine, on, part, same};
use super::super::records::records;
use crate::store::{Audit, Write};

super::cases! {
    0 "an empty store has nothing" empty
    0 "a page of a journal is so long, and begins where it is asked" journal
    0 "a page of a journal of many sessions has the one's steps" interleaved
    0 "sessions come in the order of their names' bytes" sessions
    0 "a page of sessions goes on behind the last one" session_pages
    0 "a session in the list is at its step" list_has_steps
    0 "a page of the ledger is so long, and begins where it is asked" ledger
}

fn empty(desk: &Desk<'_>) -> Outcome {
    same("sessions", fine("sessions", desk.store.sessions(None, 9))?, vec![])?;
    same("ledger", desk.ledger(0, 9)?, vec![])?;
    same("outbox", desk.outbox(false, None, 9)?, vec![])?;
    same("answers", fine("prune_answers", desk.store.prune_answers(u64::MAX))?, 0)?;
    let begin = fine("begin", desk.store.begin())?;
    same("begin", (begin.last_record, begin.interlock), (None, None))?;
    same("whether it has a name", desk.store.name().is_empty(), false)
}

fn asked(all: u64, from: u64, most: usize) -> Vec<u64> {
    (1..=all).filter(|number| *number >= from).take(most).collect()
}

fn journal(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    for step in 0..140_u8 {
        desk.commit("a", vec![part("x", &[step])])?;
    }
    for from in [0, 1, 2, 63, 64, 65, 100, 128, 139, 140, 141, u64::MAX] {
        for most in [0, 1, 2, 64, 65, 1_000, usize::MAX] {
            same(&format!("{most} from {from}"), desk.steps("a", from, most)?, asked(140, from, most))?;
        }
    }
    let page = fine("journal", desk.store.journal("a", 7, 1))?;
    let parts = page.into_iter().flat_map(|entry| entry.parts).collect::<Vec<_>>();
    same("step 7", parts, vec![part("x", &[6])])
}

fn interleaved(desk: &Desk<'_>) -> Outcome {
    for session in ["a", "b", "c"] {
        desk.begun(session, vec![])?;
    }
    for step in 0..12_u8 {
        for session in ["c", "a", "b"] {
            desk.commit(session, vec![part(session, &[step])])?;
        }
    }
    for session in ["a", "b", "c"] {
        let page = fine("journal", desk.store.journal(session, 3, 5))?;
        let found: Vec<_> = page.into_iter().flat_map(|entry| entry.parts).collect();
        same(session, found, (2..7).map(|step| part(session, &[step])).collect())?;
    }
    Ok(())
}

const NAMES: [&str; 8] = ["", " ", "A", "Z", "a", "a\u{0}", "aa", "ä"];

fn names(desk: &Desk<'_>, after: Option<&str>, most: usize) -> Result<Vec<String>, String> {
    Ok(fine("sessions", desk.store.sessions(after, most))?.into_iter().map(|row| row.name).collect())
}

fn filled(desk: &Desk<'_>) -> Outcome {
    NAMES.iter().rev().try_for_each(|name| desk.begun(name, vec![]))
}

fn sessions(desk: &Desk<'_>) -> Outcome {
    filled(desk)?;
    same("the names", names(desk, None, 100)?, NAMES.map(str::to_owned).to_vec())?;
    same("no more than none", names(desk, None, 0)?, vec![])
}

fn session_pages(desk: &Desk<'_>) -> Outcome {
    filled(desk)?;
    for most in [1, 3, 100, usize::MAX] {
        for after in 0..NAMES.len() {
            let expected: Vec<_> = NAMES.iter().skip(after + 1).take(most).map(|name| (*name).to_owned()).collect();
            let found = names(desk, NAMES.get(after).copied(), most)?;
            same(&format!("{most} behind {:?}", NAMES.get(after)), found, expected)?;
        }
    }
    same("behind a name that is not there", names(desk, Some("b"), 2)?, vec!["ä".to_owned()])?;
    same("behind all", names(desk, Some("\u{10ffff}"), 2)?, vec![])
}

fn list_has_steps(desk: &Desk<'_>) -> Outcome {
    for session in ["a", "b"] {
        desk.begun(session, vec![])?;
    }
    desk.commit("b", vec![])?;
    let rows = fine("sessions", desk.store.sessions(None, 9))?;
    let rows: Vec<_> = rows.into_iter().map(|row| (row.name, row.step, row.ready)).collect();
    same("the rows", rows, vec![("a".to_owned(), 0, false), ("b".to_owned(), 1, false)])
}

fn ledger(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write {
        audit: Audit { records: records("one", 40)?, interlock: None, ..Audit::default() },
        ..on("a")
    })?;
    for from in [0, 1, 2, 39, 40, 41, u64::MAX] {
        for most in [0, 1, 7, 1_000, usize::MAX] {
            same(&format!("{most} from {from}"), desk.ledger(from, most)?, asked(40, from, most))?;
        }
    }
    Ok(())
}
