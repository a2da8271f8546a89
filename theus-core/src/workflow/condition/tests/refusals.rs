use super::*;

/// The message with its help, and the part of the text that it is about.
fn refused(text: &str) -> (String, &str) {
    let problem = match compile(text) {
        Ok(_) => panic!("{text} was not refused"),
        Err(problem) => problem,
    };
    (problem.to_string(), &text[problem.span])
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest() {
    assert_eq!(refused("domain.totl > 100"), ("`domain` has no field `totl`; did you mean `total`?".into(), "totl"));
}
