//! What the model is told.

use std::fmt::Write;

use crate::context::Booking;
use crate::model::Purpose;

/// All that the agent knows and the model may.
pub(crate) struct Known<'a> {
    pub(crate) task: &'a str,
    pub(crate) advice: &'a [String],
    pub(crate) passages: &'a [String],
    pub(crate) amount: i64,
    pub(crate) recalled: &'a [String],
    pub(crate) bookings: &'a [Booking],
    pub(crate) answer: &'a str,
}

const PLAN: &str = "\
Plan how to do the task with these tools. Answer with one JSON object and nothing else:
{\"thought\": why, \"query\": what to look up in the handbook, \"formula\": what to work out, as in `3 * 120`,
 \"topic\": which of your notes to read again, \"calls\": [{\"tool\": \"book\", \"target\": a room} or
 {\"tool\": \"note\", \"target\": a path, as in `notes/offsite.md`, \"text\": what to note}], \"hopeless\": true if it cannot be done}
A booked room costs what the formula comes to.";
const DRAFT: &str = "Write what the team is to be told, in at most three sentences.";
const REVIEW: &str = "\
Review the answer. Answer with one JSON object and nothing else: {\"score\": from 0 to 10, \"remark\": what should be better}";

/// The words for one purpose.
pub(crate) fn prompt(purpose: Purpose, known: &Known<'_>) -> String {
    let mut text = format!("Task: {}\n", known.task);
    section(&mut text, "Heed this", known.advice);
    section(&mut text, "From the handbook", known.passages);
    section(&mut text, "From your notes", known.recalled);
    match purpose {
        Purpose::Plan => text.push_str(PLAN),
        Purpose::Draft => {
            let booked: Vec<_> =
                known.bookings.iter().map(|it| format!("{} for {} euros", it.room, it.price)).collect();
            section(&mut text, "Booked", &booked);
            // Writing to a `String` does not fail.
            let _ = writeln!(text, "Worked out: {}", known.amount);
            text.push_str(DRAFT);
        }
        Purpose::Review => {
            let _ = writeln!(text, "Answer: {}", known.answer);
            text.push_str(REVIEW);
        }
    }
    text
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}:");
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_is_told_what_is_known_and_nothing_of_what_is_not() {
        let (task, advice, bookings) =
            ("Book.", vec!["too dear".to_owned()], vec![Booking { room: "R".into(), price: 9 }]);
        let known = Known {
            task,
            advice: &advice,
            passages: &[],
            amount: 9,
            recalled: &[],
            bookings: &bookings,
            answer: "It is booked.",
        };
        let plan = prompt(Purpose::Plan, &known);
        assert!(plan.starts_with("Task: Book.\nHeed this:\n- too dear\nPlan"), "{plan}");
        let draft = prompt(Purpose::Draft, &known);
        assert!(draft.contains("Booked:\n- R for 9 euros\nWorked out: 9\n") && !draft.contains("handbook"), "{draft}");
        assert!(prompt(Purpose::Review, &known).contains("Answer: It is booked.\n"));
    }
}
