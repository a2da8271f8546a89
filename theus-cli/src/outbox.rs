//! Messages that were not delivered yet.

use serde::Serialize;
use serde_json::Value;
use theus_core::engine::Message;
use theus_core::{Context, Engine};

use crate::command::Verdict;
use crate::error::CliError;
use crate::out::{Out, counted, value};
use crate::sessions::size;

/// A message's key, as it is written: `main/3`.
pub(crate) fn key(text: &str) -> Result<(String, u64), String> {
    let key = text.rsplit_once('/').and_then(|(session, number)| Some((session, number.parse::<u64>().ok()?)));
    match key {
        Some((session, number)) if number > 0 => Ok((session.to_owned(), number)),
        _ => Err("a message's key is its session and its number, as in `main/3`".to_owned()),
    }
}

#[derive(Serialize)]
struct Line<'a> {
    key: String,
    step: u64,
    topic: &'a str,
    body: &'a Value,
    tries: u32,
    dead: Option<&'a str>,
}

pub(crate) fn list<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    is_dead: bool,
    after: Option<&(String, u64)>,
    most: u64,
    json: bool,
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let outbox = engine.outbox()?;
    let page = |after: Option<&(String, u64)>, most: usize| {
        let after = after.map(|(session, number)| (session.as_str(), *number));
        if is_dead { outbox.dead_letters(after, most) } else { outbox.waiting(after, most) }
    };
    let (mut left, mut last, mut is_empty) = (most, after.cloned(), true);
    while left > 0 {
        let messages = page(last.as_ref(), size(left))?;
        let Some(message) = messages.last() else { break };
        (is_empty, last) = (false, Some((message.session().to_owned(), message.number())));
        left = left.saturating_sub(messages.len() as u64);
        for message in &messages {
            match json {
                true => out.json(&Line {
                    key: message.key(),
                    step: message.step(),
                    topic: message.topic(),
                    body: message.body(),
                    tries: message.tries(),
                    dead: message.dead(),
                })?,
                false => out.line(text(message))?,
            }
        }
    }
    if json {
        return Ok(Verdict::Sound);
    }
    if is_empty {
        out.line(if is_dead { "there are no dead letters" } else { "no message waits" })?;
    } else if let Some((session, number)) = last.as_ref().filter(|_| left == 0)
        && !page(last.as_ref(), 1)?.is_empty()
    {
        out.line(format!("… and more: --after {session}/{number}"))?;
    }
    Ok(Verdict::Sound)
}

fn text(message: &Message) -> String {
    let fate = match (message.dead(), message.tries()) {
        (Some(why), _) => format!("  dead: {why}"),
        (None, 0) => String::new(),
        (None, tries) => format!("  failed {}", counted(u64::from(tries), "time")),
    };
    format!("{}  step {}  {} {}{fate}", message.key(), message.step(), message.topic(), value(message.body()))
}

pub(crate) fn again<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    key: &(String, u64),
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let Some(message) = one(engine, key, true)? else {
        let written = format!("{}/{}", key.0, key.1);
        return Err(match one(engine, key, false)? {
            Some(_) => CliError::NotDead { key: written },
            None => CliError::NoMessage { key: written, of: " among the dead letters", option: " --dead" },
        });
    };
    engine.outbox()?.again(&message)?;
    out.line(format!("{} waits again", message.key()))?;
    Ok(Verdict::Sound)
}

pub(crate) fn discard<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    key: &(String, u64),
    out: &mut Out<'_>,
) -> Result<Verdict, CliError> {
    let message = match one(engine, key, true)? {
        Some(message) => Some(message),
        None => one(engine, key, false)?,
    };
    let Some(message) = message else {
        return Err(CliError::NoMessage { key: format!("{}/{}", key.0, key.1), of: "", option: "" });
    };
    engine.outbox()?.discard(&message)?;
    out.line(format!(
        "{} is gone, and was not delivered: {} {}",
        message.key(),
        message.topic(),
        value(message.body())
    ))?;
    Ok(Verdict::Sound)
}

/// The message of a key.
fn one<D: Context, G: Context, E: Send + Sync + 'static>(
    engine: &Engine<D, G, E>,
    (session, number): &(String, u64),
    is_dead: bool,
) -> Result<Option<Message>, CliError> {
    let (outbox, after) = (engine.outbox()?, Some((session.as_str(), number.saturating_sub(1))));
    let found = if is_dead { outbox.dead_letters(after, 1)? } else { outbox.waiting(after, 1)? };
    Ok(found.into_iter().find(|message| message.session() == session && message.number() == *number))
}
