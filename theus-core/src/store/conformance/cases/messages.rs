//! Messages that are to be delivered: rule 7.

use serde_json::json;

use super::super::desk::{Desk, Outcome, dead, fine, message, on, same};
use crate::store::{StoredMessage, Write};

super::cases! {
    7 "messages of a step wait" wait
    7 "a message comes back as it was sent" as_sent
    7 "a message replaces the one of its number" replaces
    7 "a message that is dead is with the dead ones, and may come back" dead_and_back
    7 "messages that were delivered are gone" delivered
    7 "the greatest number that was sent stays known" last_number
    7 "without a step no message is added" not_added
    7 "without a step a message that is there is changed" changed
    7 "a message that was delivered meanwhile is not there again" not_again
    7 "a message that a step sends and delivers is gone" sent_and_delivered
    7 "the outbox is in the order of sessions and numbers" ordered
    7 "a page of the outbox goes on behind the last one" pages
}

fn send(desk: &Desk<'_>, session: &str, messages: Vec<StoredMessage>) -> Outcome {
    let mut write = desk.next(session, vec![])?;
    write.messages = messages;
    desk.beside(write)
}

fn all(desk: &Desk<'_>) -> Result<Vec<(String, StoredMessage)>, String> {
    fine("outbox", desk.store.outbox(false, None, usize::MAX))
}

fn wait(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    send(desk, "a", vec![message(1), message(2)])?;
    same("the outbox", all(desk)?, vec![("a".to_owned(), message(1)), ("a".to_owned(), message(2))])?;
    same("the last number", desk.load("a")?.last_message, 2)
}

fn as_sent(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let odd = StoredMessage {
        number: u64::MAX,
        step: u64::MAX,
        topic: "ä \u{0} \"'".to_owned(),
        body: json!({ "": [null, 0.1, -1, u64::MAX, i64::MIN, "ä \u{0}", true, {}] }),
        tries: u32::MAX,
        not_before: u64::MAX,
        dead: None,
    };
    let dead = StoredMessage { number: 0, dead: Some(String::new()), ..odd.clone() };
    send(desk, "a", vec![odd.clone(), dead.clone()])?;
    same("the outbox", all(desk)?, vec![("a".to_owned(), odd)])?;
    same("the dead ones", fine("outbox", desk.store.outbox(true, None, 9))?, vec![("a".to_owned(), dead)])
}

fn replaces(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    send(desk, "a", vec![message(1), message(2)])?;
    let other = StoredMessage { topic: "Other".to_owned(), ..message(1) };
    send(desk, "a", vec![other.clone()])?;
    same("the outbox", all(desk)?, vec![("a".to_owned(), other), ("a".to_owned(), message(2))])
}

fn dead_and_back(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    send(desk, "a", vec![message(1), message(2)])?;
    desk.beside(Write { messages: vec![dead(1)], ..on("a") })?;
    same("the outbox", desk.outbox(false, None, 9)?, vec![("a".to_owned(), 2)])?;
    same("the dead ones", desk.outbox(true, None, 9)?, vec![("a".to_owned(), 1)])?;
    desk.beside(Write { messages: vec![message(1)], ..on("a") })?;
    same("the outbox again", desk.outbox(false, None, 9)?, vec![("a".to_owned(), 1), ("a".to_owned(), 2)])?;
    same("the dead ones then", desk.outbox(true, None, 9)?, vec![])
}

fn delivered(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    send(desk, "a", (1..=3).map(message).chain([dead(4)]).collect())?;
    desk.beside(Write { delivered: vec![2, 4, 9], ..on("a") })?;
    desk.beside(Write { delivered: vec![2], ..on("a") })?;
    same("the outbox", desk.outbox(false, None, 9)?, vec![("a".to_owned(), 1), ("a".to_owned(), 3)])?;
    same("the dead ones", desk.outbox(true, None, 9)?, vec![])
}

fn last_number(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    same("at first", desk.load("a")?.last_message, 0)?;
    send(desk, "a", vec![message(5), message(2)])?;
    desk.beside(Write { delivered: vec![2, 5], ..on("a") })?;
    same("the outbox", desk.outbox(false, None, 9)?, vec![])?;
    same("the last number", desk.load("a")?.last_message, 5)?;
    send(desk, "a", vec![message(3)])?;
    same("the last number then", desk.load("a")?.last_message, 5)
}

fn not_added(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    desk.beside(Write { messages: vec![message(1)], ..on("a") })?;
    desk.beside(Write { messages: vec![message(1)], place: Some(super::state::place("A", 0)), ..on("a") })?;
    same("the outbox", all(desk)?, vec![])?;
    same("the last number", desk.load("a")?.last_message, 0)
}

fn changed(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    send(desk, "a", vec![message(1)])?;
    let tried = StoredMessage { tries: 3, not_before: 77, ..message(1) };
    desk.beside(Write { messages: vec![tried.clone(), message(2)], ..on("a") })?;
    same("the outbox", all(desk)?, vec![("a".to_owned(), tried)])?;
    same("step and last number", (desk.load("a")?.step, desk.load("a")?.last_message), (1, 1))
}

fn not_again(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    send(desk, "a", vec![message(1)])?;
    desk.beside(Write { delivered: vec![1], ..on("a") })?;
    // Another program has tried it too, and failed.
    desk.beside(Write { messages: vec![StoredMessage { tries: 1, ..message(1) }], ..on("a") })?;
    same("the outbox", all(desk)?, vec![])
}

fn sent_and_delivered(desk: &Desk<'_>) -> Outcome {
    desk.begun("a", vec![])?;
    let mut write = desk.next("a", vec![])?;
    (write.messages, write.delivered) = (vec![message(1), message(2)], vec![1]);
    desk.beside(write)?;
    same("the outbox", desk.outbox(false, None, 9)?, vec![("a".to_owned(), 2)])?;
    same("the last number", desk.load("a")?.last_message, 2)
}

const NAMES: [&str; 5] = ["", "B", "a", "a\u{0}", "ä"];

fn filled(desk: &Desk<'_>) -> Result<Vec<(String, u64)>, String> {
    let mut expected = Vec::new();
    for name in NAMES.iter().rev() {
        desk.begun(name, vec![])?;
        send(desk, name, [u64::MAX, 10, 2, 0].map(message).into_iter().chain([dead(5)]).collect())?;
    }
    for name in NAMES {
        expected.extend([0, 2, 10, u64::MAX].map(|number| (name.to_owned(), number)));
    }
    Ok(expected)
}

fn ordered(desk: &Desk<'_>) -> Outcome {
    let expected = filled(desk)?;
    same("the outbox", desk.outbox(false, None, 100)?, expected)?;
    let dead: Vec<_> = NAMES.iter().map(|name| ((*name).to_owned(), 5)).collect();
    same("the dead ones", desk.outbox(true, None, 100)?, dead)
}

fn pages(desk: &Desk<'_>) -> Outcome {
    let expected = filled(desk)?;
    same("no more than none", desk.outbox(false, None, 0)?, vec![])?;
    for most in [1, 3, 7] {
        let mut found = Vec::new();
        let mut last: Option<(String, u64)> = None;
        loop {
            let after = last.as_ref().map(|(session, number)| (session.as_str(), *number));
            let page = desk.outbox(false, after, most)?;
            if page.is_empty() || found.len() > expected.len() {
                break;
            }
            last = page.last().cloned();
            found.extend(page);
        }
        same(&format!("pages of {most}"), found, expected.clone())?;
    }
    // What it goes on behind need not be there any more.
    same("behind what is gone", desk.outbox(false, Some(("a", 3)), 1)?, vec![("a".to_owned(), 10)])?;
    same("behind a session that is gone", desk.outbox(false, Some(("aa", 0)), 1)?, vec![("ä".to_owned(), 0)])
}
