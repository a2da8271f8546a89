//! What a document refuses, and how it says so.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use super::super::MAX_DEPTH;
use super::*;

fn parse(text: &str) -> Result<Document, SourceError> {
    Document::parse(SourceFile::new("f.yaml", text))
}

fn refused(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

fn at(text: &str, path: impl Fn(&NodePath) -> NodePath) -> (usize, usize) {
    let document = parse(text).unwrap();
    let positions = document.positions([&path(&document.path())]);
    (positions[0].line, positions[0].column)
}

#[test]
fn a_syntax_error_is_drawn_like_any_other() {
    assert_eq!(
        refused("a: 1\nb: [1, 2\nc: 3\n"),
        "\
error[Y004]: not valid YAML: did not find expected ',' or ']', while parsing a flow sequence at line 2 column 4
 --> f.yaml:3:2
  |
3 | c: 3
  |  ^
  |
  = help: close the `[` at line 2 column 4"
    );
    assert_eq!(refused("a: *nothing\n").lines().next(), Some("error[Y004]: not valid YAML: unknown anchor"));
}

#[test]
fn values_keys_and_elements_have_their_own_positions() {
    let text = "a:\n  - x: 1\n  - { y: ü, z: 2 }\nb: \"t\"\nempty:\nlist:\n- 1\n";
    assert_eq!(at(text, NodePath::clone), (1, 1));
    assert_eq!(at(text, |root| root.key("a").index(0).key("x")), (2, 8));
    assert_eq!(at(text, |root| root.key("a").index(1).at_key("z")), (3, 13), "columns count characters, not bytes");
    assert_eq!(at(text, |root| root.at_key("b")), (4, 1));
    assert_eq!(at(text, |root| root.key("b")), (4, 4));
    assert_eq!(at(text, |root| root.key("empty")), (5, 1), "a value that is not written is shown by its key");
    assert_eq!(at(text, |root| root.key("list").index(0)), (7, 3));
    assert_eq!(at(text, |root| root.key("a").index(7).key("q")), (2, 5), "the nearest ancestor: its first child");
    assert_eq!(at("a: 1\r\nb: 2\r\n", |root| root.key("b")), (2, 4));
}

#[test]
fn a_problem_behind_an_alias_points_at_the_alias() {
    let text = "base: &base { min: 1 }\nuse: *base\n";
    assert_eq!(at(text, |root| root.key("use").key("min")), (2, 6));
    assert_eq!(at(text, |root| root.key("base").key("min")), (1, 20));
}

#[test]
fn problems_come_in_the_order_of_the_file_and_once() {
    let document = parse("a: 1\nb: 2\n").unwrap();
    let root = document.path();
    let b = Problem::new(root.key("b"), "bad b").label("two").help("say 3");
    let error = document.error(vec![b.clone(), Problem::new(root.key("a"), "bad a"), b]);
    assert_eq!(
        error.to_string(),
        "\
error: bad a
 --> f.yaml:1:4
  |
1 | a: 1
  |    ^

error: bad b
 --> f.yaml:2:4
  |
2 | b: 2
  |    ^ two
  |
  = help: say 3"
    );
    let places: Vec<_> = error.problems().iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(places, [(1, 4), (2, 4)]);
}

#[test]
fn every_duplicate_key_is_shown_at_its_repetition() {
    let error = parse("a: 1\nb: { c: 1, c: 2 }\na: 2\na: 3\n").unwrap_err();
    let places: Vec<_> = error.problems().iter().map(|at| (at.line, at.column, at.message.as_str())).collect();
    let (a, c) = ("the key `a` is given twice", "the key `c` is given twice");
    assert_eq!(places, [(2, 12, c), (3, 1, a), (4, 1, a)]);
    assert!(parse("a: 1\nb: { c: 1, d: 2 }\n").is_ok());
}

#[test]
fn a_second_document_tags_and_strange_keys_are_refused() {
    assert_eq!(
        refused("a: 1\n---\nb: 2\n"),
        "error[Y005]: a second document in one file\n --> f.yaml:2:1\n  |\n2 | ---\n  | ^^^\n  |\n  = help: put it into a file of its own"
    );
    assert_eq!(
        refused("a: !secret x\n"),
        "\
error[Y010]: the tag `!secret` has no meaning here
 --> f.yaml:1:4
  |
1 | a: !secret x
  |    ^^^^^^^^^
  |
  = help: remove it; a text that begins with `!` stands in quotes"
    );
    assert!(
        refused("? [a]\n: 1\n")
            .starts_with("error[Y009]: a key of this map is a list, a map or tagged\n --> f.yaml:1:")
    );
    assert!(refused("!integer '1'").starts_with("error[Y010]: the tag `!integer` has no meaning here"));
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert!(
        refused(&nested(MAX_DEPTH + 1)).starts_with("error[Y006]: nested deeper than 64 levels\n --> f.yaml:1:65\n")
    );
    assert!(refused("&a [*a]\n").starts_with("error[Y006]: nested deeper than 64 levels\n --> f.yaml:1:5"));
    let block: String = (0..=MAX_DEPTH).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(refused(&block).starts_with("error[Y006]: nested deeper than 64 levels"));
}

#[test]
fn hostile_nesting_is_refused_fast() {
    for part in ["[", "- ", "{a: ", "? ", "[] [", "\"[\" ["] {
        let start = Instant::now();
        assert!(parse(&part.repeat(200_000)).is_err());
        assert!(start.elapsed() < Duration::from_secs(60), "{part}: {:?}", start.elapsed());
    }
    for depth in [999, 1_001, 5_000] {
        let deep = refused(&("{a: ".repeat(depth) + &"}".repeat(depth)));
        assert!(
            deep.starts_with("error[Y006]: nested deeper than 64 levels"),
            "with the first look or without: {deep}"
        );
    }
    assert!(parse(&format!("[{}]", "{a: [1]}, ".repeat(2_000))).is_ok());
}

#[test]
fn billion_laughs_are_refused_fast() {
    let mut text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        text += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    let start = Instant::now();
    let message = refused(&text);
    assert!(
        message.starts_with("error[Y007]: the aliases of this file repeat too much\n --> f.yaml:2:10\n"),
        "{message}"
    );
    // Years, if it were unfolded; the machine may be busy.
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_long_text_repeated_by_aliases_is_refused_and_a_few_aliases_are_not() {
    let long = "x".repeat(100_000);
    let text = format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 1_000].join(",\n "));
    assert!(refused(&text).contains("the aliases of this file repeat too much\n --> f.yaml:2:5"));
    assert!(parse("a: &a { min: 1 }\nb: [*a, *a, *a]\n").is_ok());
}

#[test]
fn a_large_plain_file_is_within_the_limits() {
    let text = format!("[{}1]", "1,".repeat(300_000));
    assert_eq!(parse(&text).unwrap().root().as_sequence().map(<[Value]>::len), Some(300_001));
}

fn lines(count: usize, line: fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// What there can be much of, and a text with so much.
type Long = (&'static str, fn(usize) -> String);

/// The least of a few measurements: what else runs on the machine only adds to it.
fn least(mut run: impl FnMut()) -> Duration {
    // By the clock, for the time of a thread is told in steps that are longer than this.
    let times = (0..5).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

#[test]
fn eight_times_the_text_costs_about_eight_times() {
    let texts: [Long; 7] = [
        ("entries of one map", |n| lines(n, |index| format!("key_{index}: {index}\n"))),
        ("numbers as keys", |n| lines(n, |index| format!("{index}: x\n"))),
        ("elements", |n| lines(n, |index| format!("- {{ a: {index}, b: [x, 'y'] }}\n"))),
        ("brackets in depth", |n| format!("- {}{}\n", "[".repeat(60), "]".repeat(60)).repeat(n / 30)),
        ("aliases", |n| format!("- &a {{ x: 1 }}\n{}", "- *a\n".repeat(n))),
        ("anchors", |n| lines(n, |index| format!("- &a{index} 1\n- *a{index}\n"))),
        ("closed too far left", |n| format!("k:\n{}", lines(n, |index| format!("  k{index}: {{\n    a: 1\n  }}\n")))),
    ];
    for (what, text) in texts {
        let run = |n: usize| {
            let text = text(n);
            least(|| {
                let document = parse(&text).unwrap();
                let path = document.path();
                match document.root() {
                    Value::Sequence(list) => (0..list.len()).for_each(|index| drop(path.index(index).key("a"))),
                    root => {
                        for key in root.as_mapping().unwrap().keys() {
                            let name =
                                key.as_str().map_or_else(|| format!("{:?}", key.as_number().unwrap()), str::to_owned);
                            assert_ne!(path.key(&name).parent().at_key(&name), path.key("none"));
                        }
                    }
                }
                let places: Vec<_> = (0..1_000).map(|index| path.index(index)).collect();
                assert_eq!(document.positions(&places).len(), 1_000);
            })
        };
        // With the square of the text it would be 64 times. A machine that others use is measured again.
        let measured: Vec<_> =
            (0..5).map(|_| (run(500), run(4_000))).take_while(|(few, many)| *many >= *few * 24).collect();
        assert!(measured.len() < 5, "{what}: for so much, and for eight times as much: {measured:?}");
    }
}

#[test]
fn many_problems_are_cut_and_counted() {
    let text = format!("{{{}}}", "a: 1, ".repeat(5_000));
    let error = parse(&text).unwrap_err();
    assert_eq!(error.problems().len(), 100);
    assert!(error.omitted() > 0 && error.to_string().ends_with(" more"));
    let document = parse(&format!("[{}]", "1,".repeat(1_000_000))).unwrap();
    let problems = (0..1_000_000).map(|index| Problem::new(document.path().index(index), "bad")).collect();
    let error = document.error(problems);
    assert_eq!((error.problems().len(), error.omitted()), (100, 999_900));
    assert_eq!(error.problems()[99].to_string(), "error: bad\n--> f.yaml:1:200", "a monstrous line is not drawn");
}

#[test]
fn integers_beyond_64_bits_stay_exact() {
    let document = parse(
        "[340282366920938463463374607431768211455, -170141183460469231731687303715884105728, 18446744073709551615]",
    );
    let document = document.unwrap();
    let numbers: Vec<_> =
        document.root().as_sequence().unwrap().iter().map(|value| value.as_number().unwrap()).collect();
    assert_eq!((numbers[0].as_u128(), numbers[0].as_i128()), (Some(u128::MAX), None));
    assert_eq!((numbers[1].as_u128(), numbers[1].as_i128()), (None, Some(i128::MIN)));
    assert_eq!((numbers[2].as_u64(), numbers[2].is_beyond_64_bits()), (Some(u64::MAX), false));
    assert_eq!(
        numbers.iter().map(|number| number.to_string()).collect::<Vec<_>>(),
        ["340282366920938463463374607431768211455", "-170141183460469231731687303715884105728", "18446744073709551615"]
    );
}

#[test]
fn an_empty_file_is_null() {
    assert!(parse("").unwrap().root().is_null());
    assert!(parse("# nothing\n").unwrap().root().is_null());
    let error = parse("").unwrap().error(vec![Problem::new(NodePath::root(), "nothing here")]);
    assert!(error.to_string().starts_with("error: nothing here\n --> f.yaml:1:1"), "{error}");
}
