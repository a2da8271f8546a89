//! Searches a small text: the lines that have most words of a query in them.

/// So many lines are found at most.
const MOST_LINES: usize = 3;

/// The lines of the text with most of the query's words, best first; of equals, the earlier one.
pub(crate) fn best_lines(text: &str, query: &str) -> Vec<String> {
    let wanted: Vec<String> = words(query).collect();
    let score = |line: &str| words(line).filter(|word| wanted.contains(word)).count();
    let mut lines: Vec<(usize, &str)> =
        text.lines().map(|line| (score(line), line)).filter(|(score, _)| *score > 0).collect();
    lines.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    lines.into_iter().take(MOST_LINES).map(|(_, line)| line.to_owned()).collect()
}

fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_lines_come_first_and_what_does_not_fit_is_left_out() {
        let text = "red house\ngreen garden house\nblue sea";
        assert_eq!(best_lines(text, "Garden, House!"), ["green garden house", "red house"]);
        assert_eq!(best_lines(text, "a of in"), Vec::<String>::new(), "small words say nothing");
    }
}
