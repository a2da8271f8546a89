//! Defaults, rules for all processes, invariants, several files, and recipes written for the Python reference.

use super::*;
use crate::audit::Level;

/// Every rule of a process as `gate path test limit level`.
fn of(recipe: &Recipe, process: &str) -> Vec<String> {
    let rules = recipe.rules(process);
    let all = rules.iter().flat_map(|rules| Gate::ALL.into_iter().flat_map(|gate| rules.rules(gate)));
    all.map(|rule| format!("{} {} {} {} {}", rule.gate(), rule.path(), rule.test(), rule.limit(), rule.level()))
        .collect()
}

fn warned(recipe: &Recipe) -> Vec<String> {
    recipe
        .warnings()
        .iter()
        .map(|it| format!("{} {}:{} {}", it.code.unwrap(), it.line, it.column, it.message))
        .collect()
}

#[test]
fn defaults_hold_where_an_entry_says_nothing_else() {
    let recipe = load(
        "defaults: { level: C, min_threshold: 2, max_threshold: 3, reset_on_success: true }
process_recipes:
  refund:
    outputs:
      - { field: domain.total, min: 0 }
      - { field: domain.temperature, max: 9, level: S, min_threshold: 1, max_threshold: 1, reset_on_success: false }
",
    )
    .unwrap();
    let rules = recipe.rules("refund").unwrap();
    let seen: Vec<_> = rules
        .rules(Gate::Output)
        .iter()
        .map(|rule| (rule.level(), rule.min_threshold(), rule.max_threshold(), rule.reset_on_success))
        .collect();
    assert_eq!(seen, [(Level::C, 2, 3, true), (Level::S, 1, 1, false)]);
}

#[test]
fn rules_for_all_processes_go_where_their_path_exists_and_give_way() {
    let recipe = load(
        "process_recipes:
  _base: { outputs: [{ field: domain.temperature, max: 90 }] }
  \"*\":
    inherits: _base
    inputs: [{ field: amount, min: 1 }]
    outputs: [{ field: domain.total, min: 0, level: A }]
  refund: { outputs: [{ field: domain.total, min: 5 }] }
",
    )
    .unwrap();
    assert_eq!(
        of(&recipe, "transfer"),
        ["input amount min 1 B", "output domain.temperature max 90 B", "output domain.total min 0 A"]
    );
    assert_eq!(of(&recipe, "refund"), ["output domain.temperature max 90 B", "output domain.total min 5 B"]);
}

#[test]
fn invariants_are_for_every_writer_and_nothing_replaces_them() {
    let recipe = load(
        "invariants:
  - { field: domain.user.balance, min: 0, level: S }
  - { field: domain.temperature, max: 90, level: A, processes: all }
process_recipes:
  transfer: { outputs: [{ field: domain.user.balance, min: -5 }] }
",
    )
    .unwrap();
    assert_eq!(
        of(&recipe, "transfer"),
        [
            "output domain.user.balance min -5 B",
            "output domain.user.balance min 0 S",
            "output domain.temperature max 90 A"
        ]
    );
    assert_eq!(of(&recipe, "refund"), ["output domain.temperature max 90 A"]);
    assert_eq!(warned(&recipe), Vec::<String>::new());
}

#[test]
fn graduated_limits_stand_side_by_side_and_are_replaced_together() {
    let base = "process_recipes:\n  _t: { outputs: [{ field: domain.temperature, max: 80, level: C }, { field: domain.temperature, max: 90, level: S }] }\n";
    let graduated = load(&format!("{base}  refund: {{ inherits: _t }}\n")).unwrap();
    assert_eq!(of(&graduated, "refund"), ["output domain.temperature max 80 C", "output domain.temperature max 90 S"]);
    let replaced =
        load(&format!("{base}  refund: {{ inherits: _t, outputs: [{{ field: domain.temperature, max: 70 }}] }}\n"));
    assert_eq!(of(&replaced.unwrap(), "refund"), ["output domain.temperature max 70 B"]);
}

#[test]
fn a_later_parent_replaces_an_earlier_one() {
    let yaml = "process_recipes:
  _a: { outputs: [{ field: domain.total, min: 1 }, { field: domain.temperature, max: 1 }] }
  _b: { outputs: [{ field: domain.total, min: 2 }] }
  refund: { inherits: [_a, _b] }
  transfer: { inherits: [_b, _a] }
";
    let recipe = load(yaml).unwrap();
    assert_eq!(of(&recipe, "refund"), ["output domain.temperature max 1 B", "output domain.total min 2 B"]);
    assert_eq!(of(&recipe, "transfer"), ["output domain.total min 1 B", "output domain.temperature max 1 B"]);
}

#[test]
fn a_later_file_overrides_and_each_file_has_its_own_defaults() {
    let base = "defaults: { level: C }
invariants: [{ field: domain.temperature, max: 99, level: S }]
process_recipes:
  _t: { outputs: [{ field: domain.total, max: 1000 }] }
  transfer: { inherits: _t, inputs: [{ field: amount, min: 1, max: 9 }] }
";
    let site = "invariants: [{ field: domain.temperature, max: 80, level: A }]
process_recipes:
  transfer: { inputs: [{ field: amount, max: 5 }] }
  refund: { inherits: _t, outputs: [{ field: domain.total, min: 0 }] }
";
    let recipe = load_all(&[base, site]).unwrap();
    assert_eq!(
        of(&recipe, "transfer"),
        ["input amount min 1 C", "input amount max 5 B", "output domain.total max 1000 C"]
    );
    assert_eq!(
        of(&recipe, "refund"),
        ["output domain.total max 1000 C", "output domain.total min 0 B", "output domain.temperature max 80 A"]
    );
    let rules = recipe.rules("transfer").unwrap();
    let sources: Vec<_> = rules.rules(Gate::Input).iter().map(|rule| rule.source()).collect();
    assert_eq!(sources, ["1.yaml:5:55", "2.yaml:3:41"]);
}

#[test]
fn problems_name_their_own_file() {
    let one = "process_recipes:\n  refund: { outputs: [{ field: domain.total, mni: 1 }] }\n";
    let two = "process_recipes:\n  refunt: { outputs: [{ field: domain.total, min: 1 }] }\n";
    assert_eq!(
        words(load_all(&[one, two])),
        "
error[R003]: unknown key or condition `mni`
 --> 1.yaml:2:46
  |
2 |   refund: { outputs: [{ field: domain.total, mni: 1 }] }
  |                                              ^^^
  |
  = help: did you mean `min`?

error[R004]: unknown process `refunt`
 --> 2.yaml:2:3
  |
2 |   refunt: { outputs: [{ field: domain.total, min: 1 }] }
  |   ^^^^^^
  |
  = help: did you mean `refund`?
"
    );
}

const PYTHON: &str = "process_recipes:
  _base:
    inputs:
      - { field: \"domain_ctx.total\", min: 0, level: \"B\" }
  transfer:
    inherits: \"_base\"
    inputs:
      - { field: amount, min: 0.01, max: 100, threshold: 3, min_threshold: 0 }
      - { field: global_ctx.max_transfer, min: 1, level: A, reset_on_success: false }
    outputs:
      - { field: local_ctx.steps, max: 9, level: I, max_threshold: 2, threshold: 5, reset_on_success: true }
    side_effects: [clock]
    errors: [InsufficientFunds]
  refund:
    inputs: []
    outputs: []
";

#[test]
fn a_recipe_for_the_python_reference_loads_unchanged_with_notes() {
    let recipe = load(PYTHON).unwrap();
    assert_eq!(
        of(&recipe, "transfer"),
        [
            "input domain.total min 0 B",
            "input amount min 0.01 B",
            "input amount max 100 B",
            "input global.max_transfer min 1 A",
            "output local.steps max 9 I"
        ]
    );
    let rules = recipe.rules("transfer").unwrap();
    let thresholds = |gate: Gate, at: usize| {
        let rule = &rules.rules(gate)[at];
        (rule.min_threshold(), rule.max_threshold())
    };
    assert_eq!((thresholds(Gate::Input, 1), thresholds(Gate::Output, 0)), ((1, 3), (1, 2)));
    assert_eq!(
        warned(&recipe),
        [
            "R103 4:9 where `reset_on_success` is not given it is true in the Python reference and false here (so in 2 entries of this file)",
            "R103 8:9 where `level` is not given it is C in the Python reference and B here",
            "R104 14:3 `refund` has no rules",
        ]
    );
    let defaults = format!("defaults: {{ level: C, reset_on_success: true }}\n{PYTHON}");
    assert_eq!(warned(&load(&defaults).unwrap()).len(), 1, "what is said needs no note");
    let ours = "process_recipes:\n  transfer: { inputs: [{ field: amount, min: 0 }] }\n";
    assert_eq!(warned(&load(ours).unwrap()), Vec::<String>::new(), "nothing here says that it was written for Python");
}

#[test]
fn a_threshold_of_the_3_0_line_is_told_to_act_one_later_there() {
    let recipe = |field: &str, more: &str| {
        let settings = "level: A, reset_on_success: true";
        let entry = format!("{{ field: {field}, min: 0, {settings}, max_threshold: 3{more} }}");
        warned(&load(&format!("process_recipes:\n  transfer:\n    outputs:\n      - {entry}\n")).unwrap())
    };
    assert_eq!(
        recipe("domain_ctx.total", ""),
        ["R103 4:93 `max_threshold: n` acts at violation n here, and at n + 1 in the 3.0 line of the Python reference"]
    );
    assert_eq!(recipe("domain.total", ""), Vec::<String>::new(), "nothing here says that it was written for Python");
    assert_eq!(recipe("domain_ctx.total", ", threshold: 5"), Vec::<String>::new(), "2.x acts at n too");
}

#[test]
fn what_a_process_touches_and_fails_with_is_compared() {
    let declare = |list: &str| {
        load(&format!("process_recipes:\n  transfer: {{ {list}, inputs: [{{ field: amount, min: 0 }}] }}\n"))
    };
    assert_eq!(warned(&declare("side_effects: [clock], errors: [InsufficientFunds]").unwrap()), Vec::<String>::new());
    assert_eq!(
        warned(&declare("side_effects: [clock, clok], errors: [InsufficientFunds, Late]").unwrap()),
        ["R107 2:37 `transfer` has no effect `clok`", "R107 2:72 `transfer` has no error `Late`"]
    );
    assert_eq!(
        words(declare("side_effects: [], errors: []")),
        "
error[R022]: `transfer` has the effect `clock`, which the recipe does not allow
 --> r.yaml:2:29
  |
2 |   transfer: { side_effects: [], errors: [], inputs: [{ field: amount, min: 0 }] }
  |                             ^
  |
  = help: list it, or remove it from the contract of `transfer`

error[R023]: `transfer` has the error `bank::InsufficientFunds`, which the recipe does not allow
 --> r.yaml:2:41
  |
2 |   transfer: { side_effects: [], errors: [], inputs: [{ field: amount, min: 0 }] }
  |                                         ^
  |
  = help: list it, or remove it from the contract of `transfer`
"
    );
    let inherited = "process_recipes:\n  _t: { side_effects: [] }\n  transfer: { inherits: _t }\n";
    assert!(refused(inherited).starts_with("\nerror[R022]: `transfer` has the effect `clock`"));
}

#[test]
fn a_rule_for_all_that_fits_none_is_refused() {
    assert_eq!(
        refused(
            "process_recipes:\n  \"*\": { inputs: [{ field: amuont, min: 1 }], outputs: [{ field: domain.totl, min: 1 }] }\n"
        ),
        "
error[R020]: `amuont` exists for no process
 --> r.yaml:2:28
  |
2 |   \"*\": { inputs: [{ field: amuont, min: 1 }], outputs: [{ field: domain.totl, min: 1 }] }
  |                            ^^^^^^
  |
  = help: did you mean `amount`?

error[R020]: `domain.totl` exists for no process
 --> r.yaml:2:66
  |
2 |   \"*\": { inputs: [{ field: amuont, min: 1 }], outputs: [{ field: domain.totl, min: 1 }] }
  |                                                                  ^^^^^^^^^^^
  |
  = help: unknown field `totl` of Bank in `domain.totl`: did you mean `total`?
"
    );
}

#[test]
fn an_invariant_that_is_none_is_refused() {
    assert_eq!(
        refused(
            "invariants:\n  - { field: global.max_transfer, min: 1 }\n  - { field: domain.total, min: 1, processes: some }\n  - { field: domain.totl, min: 1 }\n"
        ),
        "
error[R021]: an invariant is about the domain: global.max_transfer is not
 --> r.yaml:2:14
  |
2 |   - { field: global.max_transfer, min: 1 }
  |              ^^^^^^^^^^^^^^^^^^^
  |
  = help: put the rule into the inputs or outputs of a process, or of \"*\"

error[R002]: `processes` must be `writers` or `all`, not \"some\"
 --> r.yaml:3:47
  |
3 |   - { field: domain.total, min: 1, processes: some }
  |                                               ^^^^

error[R014]: unknown field `totl` of Bank in `domain.totl`
 --> r.yaml:4:14
  |
4 |   - { field: domain.totl, min: 1 }
  |              ^^^^^^^^^^^
  |
  = help: did you mean `total`?
"
    );
}

#[test]
fn defaults_that_are_wrong_are_refused() {
    assert_eq!(
        refused(
            "defaults: { level: X, message: no, min_threshold: 3, max_threshold: 2 }\nprocess_recipes:\n  transfer: { inputs: [{ field: amount, min: 1 }] }\n"
        ),
        "
error[R008]: unknown level \"X\"
 --> r.yaml:1:20
  |
1 | defaults: { level: X, message: no, min_threshold: 3, max_threshold: 2 }
  |                    ^
  |
  = help: levels: S (stops the engine), A (ends the workflow), B (blocks the run), C (records), I (informs)

error[R003]: unknown key `message`
 --> r.yaml:1:23
  |
1 | defaults: { level: X, message: no, min_threshold: 3, max_threshold: 2 }
  |                       ^^^^^^^
  |
  = help: known: level, min_threshold, max_threshold, reset_on_success

error[R009]: min_threshold 3 is above max_threshold 2: the level acts before any early warning
 --> r.yaml:1:51
  |
1 | defaults: { level: X, message: no, min_threshold: 3, max_threshold: 2 }
  |                                                   ^
  |
  = help: let min_threshold be at most 2
"
    );
    assert!(
        refused("defaults:\nprocess_recipes:\n  transfer: { inputs: [{ field: amount, min: 1 }] }\n")
            .starts_with("\nerror[R002]: `defaults` must be a map, but is empty\n")
    );
}

#[test]
fn a_message_that_cannot_be_filled_in_is_refused() {
    assert_eq!(
        refused_entry("field: amount, min: 1, message: 'got {valeu}'"),
        "
error[R019]: unknown placeholder `{valeu}`
 --> r.yaml:4:43
  |
4 |       - { field: amount, min: 1, message: 'got {valeu}' }
  |                                           ^^^^^^^^^^^^^^
  |
  = help: did you mean `value`?; write `{{` for a brace itself
"
    );
}

#[test]
fn circles_show_the_whole_chain() {
    let yaml = "process_recipes:\n  _a: { inherits: _b }\n  _b: { inherits: _c }\n  _c: { inherits: _a }\n  refund: { inherits: _b }\n";
    assert!(
        refused(yaml)
            .starts_with("\nerror[R011]: templates inherit each other: _a -> _b -> _c -> _a\n --> r.yaml:4:19\n")
    );
}
