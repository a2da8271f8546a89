//! "Did you mean": the known word that is nearest to an unknown one.

/// Longer words are not compared: the cost grows with the product of the lengths, and nobody types them.
const LONGEST_WORD: usize = 64;

/// How many known words a help lists: all where there are no more, else the nearest.
const MOST_LISTED: usize = 20;
/// Among how many words of a long list the nearest are looked for.
const MOST_COMPARED: usize = 10_000;

/// The known word nearest to `word`, if it is near: about one wrong letter in three, whatever the case.
///
/// ```
/// use theus_core::source::nearest;
/// assert_eq!(nearest("domian", ["global", "domain", "local"]), Some("domain"));
/// assert_eq!(nearest("zebra", ["global", "domain", "local"]), None);
/// ```
#[must_use]
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().take(LONGEST_WORD + 1).count();
    if length > LONGEST_WORD {
        return None;
    }
    let lower = word.to_lowercase();
    // A word of one letter is near to nothing but the same letter.
    let is_near = |distance: usize, longer: usize| distance <= (longer / 3).max(1) && distance < longer;
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST_WORD)
        .filter(|candidate| {
            // What differs so much in length is not looked at letter by letter.
            let other = candidate.chars().count();
            is_near(length.abs_diff(other), length.max(other))
        })
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| is_near(*distance, length.max(candidate.chars().count())))
        // The first of equally near ones, so that the answer follows the order of the known words.
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The help for an unknown word: the nearest known one, else what is known, else nothing.
///
/// ```
/// use theus_core::source::did_you_mean;
/// assert_eq!(did_you_mean("mim", ["min", "max"]).as_deref(), Some("did you mean `min`?"));
/// assert_eq!(did_you_mean("regex", ["min", "max"]).as_deref(), Some("known: min, max"));
/// assert_eq!(did_you_mean("min", []), None);
/// ```
#[must_use]
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(near) = nearest(word, known.iter().copied()) {
        let odd = word.chars().find(|c| is_misleading(*c) && !near.contains(*c));
        let odd = odd
            .map_or_else(String::new, |c| format!(" a character of yours only looks like it: U+{:04X}", u32::from(c)));
        return Some(format!("did you mean `{near}`?{odd}"));
    }
    let more = known.len().saturating_sub(MOST_LISTED);
    match (known.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(format!("known: {}", known.join(", "))),
        (false, _) => {
            Some(format!("known, the most alike first: {} and {more} more", most_alike(word, known).join(", ")))
        }
    }
}

/// The first of the words when the most alike come first, equally alike ones in their order.
fn most_alike<'a>(word: &str, mut known: Vec<&'a str>) -> Vec<&'a str> {
    let lower: String = word.chars().take(LONGEST_WORD).collect::<String>().to_lowercase();
    known.truncate(MOST_COMPARED);
    known.sort_by_cached_key(|candidate| {
        let candidate: String = candidate.chars().take(LONGEST_WORD).collect::<String>().to_lowercase();
        // By what they share: a long word that holds the other is nearer to it than any of its length.
        let longer = lower.chars().count().max(candidate.chars().count());
        let holds = !lower.is_empty() && (candidate.contains(&lower) || lower.contains(&candidate));
        (!holds, strsim::damerau_levenshtein(&lower, &candidate) * 100 / longer.max(1))
    });
    known.truncate(MOST_LISTED);
    known
}

/// Whether a character looks like a Latin one, like a blank or like nothing at all.
const fn is_misleading(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{370}'..='\u{52f}' | '\u{2000}'..='\u{206f}' | '\u{feff}' | '\u{ff01}'..='\u{ff5e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_one_letter_is_not_near_to_another_letter() {
        assert_eq!(nearest("X", ["A", "B"]), None);
        assert_eq!(nearest("b", ["A", "B"]), Some("B"));
        assert_eq!(did_you_mean("X", ["A", "B"]).as_deref(), Some("known: A, B"));
        assert_eq!(nearest("A1", ["A2", "B"]), Some("A2"));
    }

    #[test]
    fn a_character_that_only_looks_right_is_named() {
        let help = |word: &str| did_you_mean(word, ["DONE"]);
        assert_eq!(
            help("D\u{41e}NE").as_deref(),
            Some("did you mean `DONE`? a character of yours only looks like it: U+041E")
        );
        assert_eq!(
            help("DONE\u{200b}").as_deref(),
            Some("did you mean `DONE`? a character of yours only looks like it: U+200B")
        );
        assert_eq!(help("DÖNE").as_deref(), Some("did you mean `DONE`?"));
    }

    #[test]
    fn a_short_word_allows_one_wrong_letter_only() {
        assert_eq!(nearest("eg", ["eq", "neq"]), Some("eq"));
        assert_eq!(nearest("xy", ["eq", "neq"]), None);
        assert_eq!(nearest("MIN", ["max", "min"]), Some("min"));
    }

    #[test]
    fn a_monstrous_word_is_not_compared() {
        assert_eq!(nearest(&"a".repeat(1 << 20), ["a"]), None);
    }

    #[test]
    fn a_list_is_whole_up_to_twenty_and_a_longer_one_begins_with_what_is_most_alike() {
        let words: Vec<String> = (0..20).map(|n| format!("process_{n}")).collect();
        let help = |words: &[String]| did_you_mean("zzz", words.iter().map(String::as_str)).unwrap_or_default();
        assert!(help(&words).starts_with("known: process_0, ") && help(&words).ends_with(", process_19"));
        let more: Vec<String> = words.iter().cloned().chain(["x".to_owned(), "buzzz_and_fizz".to_owned()]).collect();
        let help = help(&more);
        assert!(help.starts_with("known, the most alike first: buzzz_and_fizz, process_0, "), "{help}");
        assert!(help.ends_with(" and 2 more"), "{help}");
    }
}
