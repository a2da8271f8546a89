//! Conditions on several values: each refusal at its place within the text, and beside it the nearest thing that loads.

use super::*;

fn outputs(entry: &str) -> String {
    format!("process_recipes:\n  transfer:\n    outputs:\n      - {{ {entry} }}\n")
}

/// The first line of what is said of an entry, and where: `R031 18 message; help`.
fn said(entry: &str) -> String {
    match load(&outputs(entry)) {
        Err(error) => {
            let said = error.problems().iter().map(|problem| {
                let help = problem.help.as_deref().unwrap_or("no help");
                format!("{} {} {}; {help}", problem.code.unwrap(), problem.column, problem.message)
            });
            said.collect::<Vec<_>>().join("\n")
        }
        Ok(recipe) => {
            let warnings = recipe.warnings().iter();
            let said: Vec<_> =
                warnings.map(|warning| format!("{} {}", warning.code.unwrap(), warning.message)).collect();
            if said.is_empty() { "loads".to_owned() } else { said.join("\n") }
        }
    }
}

fn that(text: &str) -> String {
    said(&format!("that: '{text}'"))
}

#[test]
fn a_condition_is_refused_at_its_column_and_the_nearest_loads() {
    let places = [
        (
            "domain.total == domain.user.balance + domian.total",
            "R031 56 `domian` means nothing here; did you mean `domain`?",
        ),
        ("domain.totl == 3", "R031 25 `domain` has no field `totl`; did you mean `total`?"),
        ("domain.total", "R031 18 a condition is true or false, and this is an integer; compare it, as in `.. > 0`"),
        ("amout > domain.temperature", "R031 18 `amout` means nothing here; did you mean `amount`?"),
        ("steps < domain.total", "R031 18 `steps` means nothing here; did you mean `local.steps`?"),
        ("domain.total == ", "R031 31 the expression ends too early; no help"),
        (
            "domain.total == flag",
            "R031 18 `domain.total` is an integer and `flag` is a boolean: they are never equal; no help",
        ),
    ];
    for (text, expected) in places {
        assert_eq!(that(text), expected);
    }
    for text in [
        "domain.total == domain.user.balance",
        "amount <= domain.temperature && local.steps < domain.total",
        "domain.accounts.size() < 3 || note == null || domain.total > global.max_transfer",
    ] {
        assert_eq!(that(text), "loads", "{text}");
    }
}

#[test]
fn no_event_is_there_and_the_time_is() {
    let event = "R031 18 no event is being handled where a rule is judged, so that `event` means nothing; \
                 a rule sees the arguments of its process, `domain`, `global` and `local`";
    assert_eq!(that("event.x == domain.total"), event);
    let unlike = "R031 18 `domain.total` is an integer and `now` is a time: neither is less than the other; ";
    assert!(that("domain.total > now").starts_with(unlike), "{}", that("domain.total > now"));
    assert_eq!(that("now.getHours(\"UTC\") < 20 || domain.total < 100"), "loads");
    let same = "R101 no process writes `now`: the rule finds at the output gate what was there at the input gate";
    assert_eq!(that("now.getHours(\"UTC\") < 20"), same);
    let at_input = "process_recipes:\n  transfer: { inputs: [ { that: 'now.getHours(\"UTC\") < 20' } ] }\n";
    assert!(load(at_input).unwrap().warnings().is_empty(), "it is another time in each run");
    assert_eq!(said("field: domain.total, max: 3, when: 'now.getDayOfWeek() in [0, 6]'"), "loads");
}

#[test]
fn what_is_the_same_in_every_run_is_told() {
    let names = "name what it is about: `domain.…`, `global.…`, `local.…`, an argument or `now`";
    assert_eq!(
        that("1 == 1"),
        format!("R032 18 the condition names nothing: it holds whatever the values are; {names}")
    );
    assert_eq!(that("1 == 2"), format!("R032 18 the condition names nothing: every run violates the rule; {names}"));
    assert_eq!(that("1 / 0 == 2"), format!("R032 18 the condition names nothing: it has no value; {names}"));
    let never = "R032 18 the condition never holds, whatever the values are: every run violates the rule; \
                 give it bounds that a value can satisfy";
    let always = "R121 the condition always holds, whatever the values are: no run can violate the rule";
    for text in [
        "count > 255",
        "count < 0 && domain.total > 3",
        "domain.total != domain.total",
        "domain.total > 5 && domain.total < 5",
        "domain.total >= 6 && flag && 5 >= domain.total",
        "!(count >= 0)",
        "domain.total > 5 && domain.total == 5",
    ] {
        assert_eq!(that(text), never, "{text}");
    }
    for text in ["count >= 0", "domain.total <= domain.total", "flag || count < 256", "count != 300"] {
        assert_eq!(that(text), always, "{text}");
    }
    // The nearest that depend on the values; NaN is not itself.
    for text in [
        "count > 254",
        "count >= 1",
        "domain.total <= domain.user.balance",
        "domain.total >= 5 && domain.total <= 5",
        "domain.total > 5 && domain.user.balance < 5",
        "amount == amount",
        "domain.total > 3 || domain.temperature == domain.temperature",
        "domain.total > 5 || domain.total < 5",
        "low > -3",
        "-1 > low",
        "big > 3",
    ] {
        assert_eq!(that(text), "loads", "{text}");
    }
}

#[test]
fn what_is_about_one_field_does_not_stand_beside_it() {
    let beside = |more: &str| said(&format!("that: 'domain.total > 3', {more}"));
    assert_eq!(
        beside("field: domain.total"),
        "R033 37 `field` beside `that`: a condition names its fields itself; leave `field` out, or ask of that field alone: \
         `field: …, min: …`"
    );
    assert_eq!(
        beside("min: 3"),
        "R033 37 `min` beside `that`: a condition names its fields itself; give each of the two an entry of its own"
    );
    assert!(beside("where_present: true").starts_with("R033 37 `where_present` beside `that`"));
    assert!(!beside("where_present: true").contains('\n'), "told once");
    assert!(beside("message: '{before}'").starts_with("R019 46 `{before}` is the committed value of one field"));
    assert_eq!(beside("message: '{value} {limit}', level: S, max_threshold: 3, reset_on_success: true"), "loads");
    assert!(said("that: true").starts_with("R002 17 `that` must be a condition such as"));
    assert!(said("expr: 'domain.total > 3'").ends_with("unknown key or condition `expr`; did you mean `that`?"));
    assert!(!said("expr: 'domain.total > 3'").contains('\n'), "told once");
}

#[test]
fn what_its_process_does_not_write_is_told() {
    let unwritten = "R112 `transfer` does not write domain.temperature: the rule finds what was there before the run";
    assert_eq!(that("domain.temperature < amount"), unwritten);
    assert_eq!(that("domain.temperature < 3.0 || domain.total > 3"), "loads", "it writes one of them");
    let unchanging =
        "R101 no process writes domain.user.id: the rule finds at the output gate what was there at the input gate";
    assert_eq!(that("domain.user.id > 3"), unchanging);
}

#[test]
fn a_when_is_a_condition_too() {
    let when = |text: &str| said(&format!("field: domain.total, min: 3, when: '{text}'"));
    assert_eq!(when("flag && domain.totl > 3"), "R031 62 `domain` has no field `totl`; did you mean `total`?");
    assert_eq!(
        when("count > 300"),
        "R032 47 `when` never holds, whatever the values are: the rule is never judged; \
         remove the rule, or ask what a value can satisfy"
    );
    assert_eq!(when("count >= 0"), "R121 `when` always holds, whatever the values are");
    assert_eq!(when("flag && amount > 3.0"), "loads");
    let of_that = said("that: 'domain.total > domain.user.balance', when: 'local.steps > 3'");
    assert_eq!(of_that, "loads");
    let names: Vec<_> = listed_names("that: 'domain.total > domain.user.balance', when: 'flag'");
    assert_eq!(names, ["that domain.total > domain.user.balance when flag"]);
    assert!(
        said("field: domain.total, min: 3, unless: 'flag'")
            .ends_with("write `when:` and the opposite: `when: \"!(…)\"`")
    );
    assert!(said("field: domain.total, min: 3, if: 'flag'").ends_with("did you mean `when`?"));
}

fn listed_names(entry: &str) -> Vec<String> {
    let recipe = load(&outputs(entry)).unwrap();
    let rules = recipe.processes().flat_map(|process| process.all().cloned().collect::<Vec<_>>());
    rules.map(|rule| rule.metadata("transfer").rule.to_string()).collect()
}

#[test]
fn a_text_of_several_lines_is_told_in_one() {
    let yaml = "process_recipes:\n  transfer:\n    outputs:\n      - that: |\n          domain.total ==\n            domain.user.balance\n";
    let recipe = load(yaml).unwrap();
    let rule = &recipe.rules("transfer").unwrap().rules(Gate::Output)[0];
    assert_eq!(rule.metadata("transfer").rule, "that domain.total == domain.user.balance");
    assert_eq!((rule.path(), rule.source()), ("domain.total, domain.user.balance", "r.yaml:4:9"));
    let wrong = yaml.replace("user.balance", "user.balanse");
    assert!(refused(&wrong).contains("`domain.user` has no field `balanse`"), "{}", refused(&wrong));
}

#[test]
fn an_invariant_names_the_domain_and_is_judged_after_who_writes_any_of_it() {
    let invariant = |text: &str| format!("invariants: [{{ that: '{text}', level: S }}]");
    let of = |text: &str| -> Vec<&'static str> {
        load(&invariant(text)).unwrap().processes().map(|process| process.process()).collect()
    };
    assert_eq!(of("domain.total == domain.user.balance"), ["refund", "transfer"]);
    assert_eq!(of("domain.user.balance < global.max_transfer"), ["transfer"]);
    let refused = refused(&invariant("global.max_transfer > 3"));
    assert!(
        refused.contains("error[R021]: an invariant is about the domain: the condition names nothing of it"),
        "{refused}"
    );
    let argument = super::refused(&invariant("amount > domain.temperature"));
    assert!(argument.contains("error[R031]: `amount` means nothing here"), "{argument}");
    assert_eq!(argument.matches("error[").count(), 1, "{argument}");
    let unwritten = warned(&invariant("domain.user.id == 3"));
    assert!(unwritten.contains("warning[R101]: no process writes domain.user.id: the invariant is never judged"));
}

#[test]
fn one_for_all_is_for_those_that_have_what_it_names() {
    let all = |entry: &str| format!("process_recipes: {{ '*': {{ inputs: [{{ {entry} }}] }} }}");
    let of = |entry: &str| -> Vec<&'static str> {
        load(&all(entry)).unwrap().processes().map(|process| process.process()).collect()
    };
    assert_eq!(of("that: 'domain.total > domain.user.balance'"), ["refund", "transfer"]);
    assert_eq!(of("that: 'amount > domain.temperature'"), ["transfer"]);
    assert_eq!(of("field: domain.total, min: 0, when: 'flag'"), ["transfer"]);
    let wrong = refused(&all("that: 'amout > domain.temperature'"));
    assert!(
        wrong.contains("error[R031]: `amout` means nothing here") && wrong.contains("did you mean `amount`?"),
        "{wrong}"
    );
    assert!(
        refused(&all("field: domain.total, min: 0, when: 'flg'")).contains("error[R031]: `flg` means nothing here")
    );
    let templates = "process_recipes: { _t: { outputs: [{ that: 'domain.totl > 3' }] }, transfer: {inherits: _t}, refund: {inherits: _t} }";
    assert_eq!(refused(templates).matches("error[").count(), 1, "told once, however many inherit it");
}

#[test]
fn a_later_one_takes_the_place_of_the_same_text() {
    let file = |entry: &str| outputs(entry);
    let listed = |files: &[String]| {
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let recipe = load_all(&files).unwrap();
        let rules: Vec<_> = recipe.processes().flat_map(|process| process.all().cloned().collect::<Vec<_>>()).collect();
        rules.iter().map(|rule| format!("{} {}", rule.limit(), rule.level())).collect::<Vec<_>>()
    };
    let (one, other) = ("that: 'domain.total > domain.user.balance'", "that: 'domain.total >= domain.user.balance'");
    assert_eq!(
        listed(&[file(&format!("{one}, level: A")), file(&format!("{one}, level: C"))]),
        ["domain.total > domain.user.balance C"]
    );
    assert_eq!(listed(&[file(one), file(other)]).len(), 2);
    let twice =
        refused(&format!("process_recipes:\n  transfer:\n    outputs:\n      - {{ {one} }}\n      - {{ {one} }}\n"));
    assert!(twice.contains("error[R013]: `that` of domain.total > domain.user.balance is given twice"), "{twice}");
}

#[test]
fn a_review_tells_what_differs() {
    let changes = |old: &str, new: &str| {
        Recipe::compare(&load(&outputs(old)).unwrap(), &load(&outputs(new)).unwrap()).to_string()
    };
    let other = changes("that: 'domain.total > domain.user.balance'", "that: 'domain.total >= domain.user.balance'");
    assert_eq!(
        other,
        "1 rule stricter, 0 looser, 1 otherwise changed, 0 new, 0 gone, 0 unchanged\n\n\
         otherwise transfer, output gate: that of domain.total, domain.user.balance\n          \
         bound domain.total > domain.user.balance -> domain.total >= domain.user.balance\n          \
         r.yaml:4:11 -> r.yaml:4:11\n"
            .replacen("1 rule", "0 rules", 1)
    );
    let rule = |when: &str| format!("field: domain.total, min: 3{when}");
    let (always, flag, count) = (rule(""), rule(", when: 'flag'"), rule(", when: 'count > 3'"));
    assert!(
        changes(&always, &flag)
            .contains("looser    transfer, output gate: domain.total min\n          when always -> \"flag\"")
    );
    assert!(
        changes(&flag, &always)
            .contains("stricter  transfer, output gate: domain.total min\n          when \"flag\" -> always")
    );
    assert!(changes(&flag, &count).contains("when \"flag\" -> \"count > 3\""));
    assert!(changes(&flag, &count).contains("0 looser, 1 otherwise changed"));
    assert!(Recipe::compare(&load(&outputs(&flag)).unwrap(), &load(&outputs(&flag)).unwrap()).is_empty());
    let gone = changes("that: 'domain.total > domain.user.balance', when: 'flag'", "field: domain.total, min: 3");
    assert!(gone.contains("gone      transfer, output gate: that domain.total > domain.user.balance (level B, acts at violation 1, when flag)"), "{gone}");
}

#[test]
fn what_is_asked_only_somewhere_contradicts_nothing() {
    let entries = |when: &str| {
        format!(
            "process_recipes:\n  transfer:\n    outputs:\n      - {{ field: domain.total, min: 9{when} }}\n      - {{ field: domain.total, max: 3 }}\n"
        )
    };
    assert!(refused(&entries("")).contains("error[R018]"));
    assert!(load(&entries(", when: 'flag'")).is_ok());
}
