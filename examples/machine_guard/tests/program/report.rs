//! The report for people.

use crate::fixture::Fixture;

#[test]
fn without_a_terminal_it_is_plain_text_of_eighty_columns() {
    let ran = Fixture::new().run(&[]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "no bar where nobody watches");
    assert!(!ran.out.contains('\u{1b}'), "no colours either");
    for line in ran.out.lines() {
        assert!(line.chars().count() <= 80 && line.trim_end() == line, "{line:?}");
    }
    for words in
        ["STOPPED at reading 1,222", "violation 3 of 3", "workflows/machine_guard/audit.yaml:", "B blocked   S stopped"]
    {
        assert!(ran.out.contains(words), "{words}\n{}", ran.out);
    }
}

#[test]
fn hard_input_keeps_the_page() {
    let rows = format!("timestamp,value\n{}1,1e308\n2,-1e308\n3,nan\n", "9".repeat(300) + ",5e-324\n");
    let ran = Fixture::new().with("in.csv", &rows).rule("{ field: domain.temperature, max: 90, level: C }").run(&[
        "--input",
        "in.csv",
        "--recipe",
        "audit.yaml",
    ]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
    assert!(ran.out.contains("update_statistics failed 1 time"), "{}", ran.out);
}

#[test]
fn a_file_without_readings_has_a_report_too() {
    let ran = Fixture::readings(&[]).run(&["--input", "in.csv"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(ran.out.contains("END OF INPUT before the first reading"), "{}", ran.out);
}
