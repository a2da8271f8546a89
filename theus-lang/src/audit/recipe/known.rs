//! What is said where a path leads nowhere: what is there instead.

use crate::source::{did_you_mean, nearest};

/// What is wrong, and what to do about it.
pub(super) type Lost = (String, Option<String>);

/// So many names are listed where they are the answer.
const MOST_LISTED: usize = 100;

/// The help where what is there is the answer: all of it.
pub(super) fn listed<'a>(known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let (shown, more) = known.split_at(known.len().min(MOST_LISTED));
    let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    (!shown.is_empty()).then(|| format!("known: {}{more}", shown.join(", ")))
}

/// The name that is near, else all that are there.
pub(super) fn known_or_near(name: &str, known: &[String]) -> Option<String> {
    let known = || known.iter().map(String::as_str);
    if nearest(name, known()).is_some() { did_you_mean(name, known()) } else { listed(known()) }
}
