//! The words themselves: defaults, what is refused before a store is looked at, exit codes.

use std::process::ExitCode;

use theus_cli::{StoreCommand, Verdict};

use super::desk::{of_three_steps, parsed};

#[test]
fn words_have_defaults_and_bounds() {
    let expected = StoreCommand::Sessions { after: None, most: 100, json: false };
    assert_eq!(parsed(&["sessions"]), Ok(expected));
    let expected = StoreCommand::Journal { session: "main".to_owned(), from: 1, most: 100, json: false };
    assert_eq!(parsed(&["journal", "main"]), Ok(expected));
    let expected = StoreCommand::Check { workflow: None, coverage: true, json: false };
    assert_eq!(parsed(&["check", "--coverage"]), Ok(expected));
    for wrong in [
        &["sessions", "--most", "0"][..],
        &["journal"],
        &["show", "main", "--at", "-1"],
        &["diff", "main", "1"],
        &["check", "--coverage", "a.yaml", "b.yaml"],
        &["replay"],
        &["replay", "main", "--file", "x"],
        &["fork", "main", "x", "name"],
    ] {
        assert!(parsed(wrong).is_err(), "{wrong:?}");
    }
    assert!(parsed(&["shw", "main"]).unwrap_err().contains("show"), "clap suggests");
}

#[test]
fn a_verdict_is_an_exit_code() {
    let code = |verdict: Verdict| format!("{:?}", ExitCode::from(verdict));
    assert_eq!(code(Verdict::Sound), format!("{:?}", ExitCode::SUCCESS));
    assert_eq!(code(Verdict::Wrong), format!("{:?}", ExitCode::FAILURE));
    let served = |words: &[&str]| format!("{:?}", parsed(words).unwrap().serve(&of_three_steps()));
    assert_eq!(served(&["verify"]), format!("{:?}", ExitCode::SUCCESS));
    assert_eq!(served(&["show", "mian"]), format!("{:?}", ExitCode::from(2)));
}
