//! Contradictions that are not between bounds, and that what is refused is one.

use super::*;
use crate::audit::Subject;
use crate::context::Value;

fn both(entry: &str) -> String {
    let words = refused_entry(entry);
    let line =
        words.lines().find(|line| line.starts_with("error[R018]: no value of ")).unwrap_or_else(|| panic!("{words}"));
    line.replace("error[R018]: no value of ", "")
}

#[test]
fn three_rules_can_contradict_each_other() {
    assert_eq!(
        refused_entry("field: count, min: 101, max: 199, multiple_of: 100"),
        "
error[R018]: no value of count satisfies all of min 101, max 199 and multiple_of 100
 --> r.yaml:4:45
  |
4 |       - { field: count, min: 101, max: 199, multiple_of: 100 }
  |                                             ^^^^^^^^^^^
  |
  = help: no run of `transfer` could ever pass
  = note: min 101 is here: r.yaml:4:25
"
    );
    for passes in ["min: 101, max: 200", "min: 100, max: 199", "max: 99", "min: 200"] {
        assert_eq!(warned_entry(&format!("field: count, {passes}, multiple_of: 100")), "", "{passes}");
    }
}

/// So many in an hour: what counts runs need not be what each run is to be.
#[test]
fn a_rule_that_lets_the_first_violations_pass_contradicts_nothing() {
    let both = |counting: &str| {
        warned(&format!(
            "process_recipes:\n  transfer: {{ inputs: [{{ field: count, between: [1, 25] }}, {{ field: count, max: 0, {counting} }}] }}\n"
        ))
    };
    assert_eq!(both("max_threshold: 5, within: 1h"), "");
    assert_eq!(both("max_threshold: 2"), "");
    assert!(refused_entry("field: count, min: 1, max: 0, max_threshold: 1").contains("error[R"));
}

fn warned_entry(entry: &str) -> String {
    warned(&format!("process_recipes:\n  transfer: {{ inputs: [{{ {entry} }}] }}\n"))
}

#[test]
fn multiples_are_held_against_bounds_and_values() {
    assert_eq!(
        both("field: count, between: [101, 199], multiple_of: 100"),
        "count satisfies both between [101, 199] and multiple_of 100"
    );
    assert_eq!(both("field: count, min: 201, multiple_of: 100"), "count satisfies both min 201 and multiple_of 100");
    assert_eq!(
        both("field: low, between: [-9, -1], multiple_of: 10"),
        "low satisfies both between [-9, -1] and multiple_of 10"
    );
    assert_eq!(both("field: count, eq: 5, multiple_of: 2"), "count satisfies both eq 5 and multiple_of 2");
    assert_eq!(both("field: big, in: [1, 3], multiple_of: 2"), "big satisfies both in [1, 3] and multiple_of 2");
    assert_eq!(rules_of_entry("field: big, in: [2, 4], multiple_of: 2").len(), 2);
    assert!(
        warned_entry("field: big, in: [2, 3], multiple_of: 2")
            .contains("warning[R108]: 3 in the `in` of big never passes: multiple_of 2\n")
    );
}

#[test]
fn patterns_are_held_against_values_lengths_and_each_other() {
    assert_eq!(both("field: name, eq: bob, regex: '^a'"), "name satisfies both eq \"bob\" and regex \"^a\"");
    assert_eq!(
        both("field: name, in: [bob, eve], regex: z"),
        "name satisfies both in [\"bob\", \"eve\"] and regex \"z\""
    );
    assert_eq!(both("field: name, max_len: 2, regex: '^abc'"), "name satisfies both max_len 2 and regex \"^abc\"");
    let two = |one: &str, other: &str| {
        format!(
            "process_recipes:\n  transfer: {{ inputs: [{{ field: name, regex: '{one}' }}, {{ field: name, regex: '{other}' }}] }}\n"
        )
    };
    assert!(refused(&two("^ab", "^b")).contains("no value of name satisfies both regex \"^ab\" and regex \"^b\"\n"));
    for (one, other) in [("^ab", "^a"), ("^ab?", "^ac"), ("^ab", "b"), ("^a|b", "^c")] {
        assert_eq!(rules(&two(one, other)).len(), 2, "{one} and {other}");
    }
    assert_eq!(rules_of_entry("field: name, max_len: 3, regex: '^abc'").len(), 2);
    assert!(
        warned_entry("field: name, in: [bob, eve], regex: b")
            .contains("warning[R108]: \"eve\" in the `in` of name never passes")
    );
    assert!(
        warned_entry("field: name, regex: '.*'")
            .contains("warning[R105]: every value of name satisfies regex \".*\"\n")
    );
    assert_eq!(warned_entry("field: name, regex: '^.*$'"), "", "not one of two lines");
}

#[test]
fn what_is_not_there_satisfies_nothing_else() {
    assert_eq!(both("field: note, exists: false, min_len: 1"), "note satisfies both min_len 1 and exists false");
    assert_eq!(both("field: note, exists: false, neq: bob"), "note satisfies both neq \"bob\" and exists false");
    assert_eq!(rules_of_entry("field: note, exists: true, min_len: 1").len(), 2);
    let graduated =
        "process_recipes:\n  transfer: { inputs: [{ field: note, exists: false }, { field: note, exists: true }] }\n";
    assert!(refused(graduated).contains("no value of note satisfies both exists false and exists true\n"));
}

#[test]
fn infinities_are_not_finite() {
    assert_eq!(both("field: amount, min: .inf, finite: true"), "amount satisfies both min inf and finite true");
    assert_eq!(both("field: amount, eq: -.inf, finite: true"), "amount satisfies both eq -inf and finite true");
    assert_eq!(rules_of_entry("field: amount, max: .inf, finite: true").len(), 2);
    let all = both("field: amount, in: [.inf, -.inf], finite: true");
    assert!(all.starts_with("amount satisfies both in [") && all.ends_with("] and finite true"), "{all}");
    let one = warned_entry("field: amount, in: [.inf, 5.0], finite: true");
    assert!(one.contains("warning[R108]: inf in the `in` of amount never passes"), "{one}");
    assert_eq!(warned_entry("field: amount, in: [.inf, 5.0]"), "", "nothing asks for more");
}

fn of_total(entry: &str) -> String {
    format!("process_recipes:\n  refund: {{ outputs: [{{ field: domain.total, {entry} }}] }}\n")
}

#[test]
fn a_value_is_not_changed_and_unchanged() {
    assert!(
        refused(&of_total("changed: true, unchanged: true"))
            .contains("no value of domain.total satisfies both changed true and unchanged true\n")
    );
    let records = of_total("unchanged: true }, { field: domain.total, changed: true, level: C");
    assert!(
        warned(&records).contains("warning[R106]: no value of domain.total satisfies both"),
        "{}",
        warned(&records)
    );
    assert_eq!(rules(&of_total("changed: true, max_delta: 5, monotonic: true")).len(), 3);
}

#[test]
fn a_change_that_a_process_cannot_make_is_told() {
    assert_eq!(
        warned("process_recipes:\n  refund: { outputs: [{ field: domain.user.balance, changed: true }] }\n"),
        "
warning[R110]: `refund` does not write domain.user.balance: every run of it violates `changed`
 --> r.yaml:2:53
  |
2 |   refund: { outputs: [{ field: domain.user.balance, changed: true }] }
  |                                                     ^^^^^^^
  |
  = help: put the rule on a process that writes it, or remove it
"
    );
    assert_eq!(
        warned("process_recipes:\n  transfer: { outputs: [{ field: domain.user.balance, changed: true }] }\n"),
        ""
    );
    assert_eq!(warned(&of_total("changed: true")), "");
}

/// One argument, and nothing else.
struct Argument<'v> {
    argument: usize,
    value: Value<'v>,
}

impl Subject for Argument<'_> {
    fn argument(&self, index: usize) -> Value<'_> {
        if index == self.argument { self.value } else { Value::Missing }
    }
    fn global(&self, _path: &[usize]) -> Value<'_> {
        Value::Missing
    }
    fn domain(&self, _path: &[usize]) -> Value<'_> {
        Value::Missing
    }
    fn committed(&self, _path: &[usize]) -> Value<'_> {
        Value::Missing
    }
    fn local(&self, _path: &[usize]) -> Value<'_> {
        Value::Missing
    }
}

/// Whether some value satisfies every rule of an entry for an argument.
fn satisfiable<'v>(recipe: &Recipe, argument: usize, values: impl Iterator<Item = Value<'v>>) -> bool {
    let rules = recipe.rules("transfer").unwrap();
    values.into_iter().any(|value| {
        let subject = Argument { argument, value };
        rules.rules(Gate::Input).iter().all(|rule| rule.passes(rule.target().read(&subject), &subject))
    })
}

#[test]
fn of_bytes_exactly_what_no_value_satisfies_is_refused() {
    let random = &mut fastrand::Rng::with_seed(11);
    let (mut refused, mut loaded) = (0, 0);
    for _ in 0..500 {
        let keys = ["min", "max", "eq", "neq", "in", "not_in", "between", "multiple_of"];
        let mut entries = Vec::new();
        for key in random.choose_multiple(keys, 3) {
            let mut byte = || random.u8(1..=20);
            let bound = match key {
                "in" | "not_in" => format!("[{}, {}]", byte(), 20 + byte()),
                "between" => {
                    let low = byte();
                    format!("[{low}, {}]", low + random.u8(..20))
                }
                "multiple_of" => (byte() + 1).to_string(),
                _ => byte().to_string(),
            };
            entries.push(format!("{{ field: count, {key}: {bound} }}"));
        }
        let yaml = |level: &str| {
            format!(
                "defaults: {{ level: {level} }}\nprocess_recipes: {{ transfer: {{ inputs: [{}] }} }}\n",
                entries.join(", ")
            )
        };
        let judged = load(&yaml("C")).unwrap();
        let any = satisfiable(&judged, 1, (0..=255).map(Value::Int));
        match load(&yaml("B")) {
            Ok(_) => loaded += 1,
            Err(error) => {
                assert!(error.to_string().contains("R018") && !any, "{error}");
                refused += 1;
            }
        }
        let told = judged.warnings().iter().any(|warning| warning.code == Some("R106"));
        assert!(!told || !any, "{}", yaml("C"));
    }
    assert!(refused > 50 && loaded > 50, "{refused} refused, {loaded} loaded");
}

#[test]
fn of_texts_nothing_that_a_value_satisfies_is_refused() {
    let random = &mut fastrand::Rng::with_seed(12);
    let mut texts = vec![String::new()];
    for from in 0..121 {
        texts.extend(["a", "b", "c"].map(|letter| format!("{}{letter}", texts[from].clone())));
    }
    let (mut refused, mut loaded, mut always) = (0, 0, 0);
    for _ in 0..500 {
        let mut entries = Vec::new();
        for _ in 0..3 {
            let piece = |random: &mut fastrand::Rng| {
                let pieces = ["a", "b", "ab", "a?", "b*", "(a|b)", "[bc]", "c+", ".", "a{0,1}", "$", "^"];
                (0..random.usize(1..4)).map(|_| *random.choice(&pieces).unwrap()).collect::<String>()
            };
            let text = random.choice(&texts).unwrap();
            entries.push(match random.u8(..6) {
                0..=2 => format!("{{ field: name, regex: '^{}' }}", piece(random)),
                3 => format!("{{ field: name, regex: '{}' }}", piece(random)),
                4 => format!("{{ field: name, eq: '{text}' }}"),
                _ => format!("{{ field: name, max_len: {} }}", random.u8(..4)),
            });
        }
        entries.sort();
        entries.dedup();
        let yaml = |level: &str| {
            format!(
                "defaults: {{ level: {level} }}\nprocess_recipes: {{ transfer: {{ inputs: [{}] }} }}\n",
                entries.join(", ")
            )
        };
        // A pattern such as `^*` is none.
        let Ok(judged) = load(&yaml("C")) else { continue };
        match load(&yaml("B")) {
            Ok(_) => loaded += 1,
            Err(error) => {
                let any = satisfiable(&judged, 2, texts.iter().map(|text| Value::Text(text)));
                assert!(error.to_string().contains("R018") && !any, "{error}");
                refused += 1;
            }
        }
        let idle: Vec<_> = judged.warnings().iter().map(|warning| warning.message.as_str()).collect();
        for rule in judged.rules("transfer").unwrap().rules(Gate::Input) {
            if idle.contains(&format!("every value of name satisfies regex {}", rule.limit()).as_str()) {
                assert!(texts.iter().all(|text| rule.condition.passes(Value::Text(text))), "{}", rule.limit());
                always += 1;
            }
        }
    }
    assert!(always > 2, "{always}");
    assert!(refused > 50 && loaded > 50, "{refused} refused, {loaded} loaded");
}
