//! The human in the loop: played by a script, or whoever sits at the terminal.

use std::collections::VecDeque;
use std::io::{BufRead, Read, Write};
use std::time::Duration;

use serde_json::{Value, json};

use theus_core::source::printable;

use crate::script::Reply;

/// A reply that is longer, in bytes, is cut off: one line of a terminal is shorter.
const LONGEST_REPLY: u64 = 64 * 1024;

/// Who is asked.
pub(crate) enum Human {
    /// Replies that are known beforehand.
    Scripted(VecDeque<Reply>),
    /// Whoever sits at the terminal.
    AtTerminal,
}

/// A reply as the workflow hears it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Heard {
    /// After how long.
    pub(crate) after: Duration,
    /// Which event it is.
    pub(crate) event: &'static str,
    /// What comes with it.
    pub(crate) payload: Value,
}

impl Human {
    /// So many questions were answered in an earlier start of the program.
    pub(crate) fn has_replied(&mut self, times: u32) {
        if let Self::Scripted(replies) = self {
            replies.drain(..replies.len().min(times as usize));
        }
    }

    /// The reply to a question; `None` where there is none.
    #[expect(clippy::disallowed_methods, reason = "an effect: the door to the terminal")]
    pub(crate) fn reply(&mut self, question: &str) -> Option<Heard> {
        match self {
            Self::Scripted(replies) => replies.pop_front().map(Heard::from),
            // Standard error: standard output is for the report.
            Self::AtTerminal => read(question, &mut std::io::stdin().lock(), &mut std::io::stderr()).map(Heard::from),
        }
    }
}

/// Asks for a line: `yes`, or what is wrong. An empty one, or none, is no reply.
fn read(question: &str, from: &mut dyn BufRead, to: &mut dyn Write) -> Option<Reply> {
    // They are the words of a model: nothing in them may look like a part of the question, or rub it out.
    let question = printable(question);
    write!(to, "{question}\n`yes`, or what should be different: ").and_then(|()| to.flush()).ok()?;
    let mut line = String::new();
    from.take(LONGEST_REPLY).read_line(&mut line).ok()?;
    let line = line.trim();
    let by = "you".to_owned();
    match line {
        "" => None,
        "y" | "yes" => Some(Reply { after: Duration::ZERO, by, reject: None }),
        note => Some(Reply { after: Duration::ZERO, by, reject: Some(note.to_owned()) }),
    }
}

impl From<Reply> for Heard {
    fn from(reply: Reply) -> Self {
        let Reply { after, by, reject } = reply;
        match reject {
            None => Self { after, event: "CMD_APPROVE", payload: json!({ "by": by }) },
            Some(note) => Self { after, event: "CMD_REJECT", payload: json!({ "by": by, "note": note }) },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use super::*;

    fn typed(line: &str) -> Option<Heard> {
        let mut shown = Vec::new();
        let reply = read("May it?", &mut line.as_bytes(), &mut shown).map(Heard::from);
        assert!(String::from_utf8(shown).unwrap().starts_with("May it?\n"));
        reply
    }

    #[test]
    fn a_question_cannot_steer_the_terminal() {
        let mut shown = Vec::new();
        let question = "Send \u{1b}[2K\u{1b}[1Ait?\r\n`yes`, or \u{202e}on";
        let _ = read(question, &mut "yes\n".as_bytes(), &mut shown);
        let shown = String::from_utf8(shown).unwrap();
        assert!(shown.starts_with(r"Send \u{1b}[2K\u{1b}[1Ait?\r\n`yes`, or \u{202e}on"), "{shown}");
    }

    #[test]
    fn a_reply_without_an_end_is_cut_off() {
        let reply = read("May it?", &mut std::io::BufReader::new(std::io::repeat(b'x')), &mut Vec::new());
        assert_eq!(reply.unwrap().reject.unwrap().len() as u64, LONGEST_REPLY);
    }

    #[test]
    fn yes_is_an_approval_anything_else_a_rejection_and_nothing_no_reply() {
        assert_eq!(typed("yes\n").unwrap().event, "CMD_APPROVE");
        let rejected = typed("too dear\n").unwrap();
        assert_eq!((rejected.event, rejected.payload), ("CMD_REJECT", json!({ "by": "you", "note": "too dear" })));
        assert_eq!((typed("\n"), typed("")), (None, None));
    }
}
