//! Fragments that files include.

use super::super::catalog::{Catalog, ProcessEntry};
use super::super::fixture::{I64, catalog};
use super::*;
use crate::context::{FieldSchema, Layer, Schema, Shape, Zone};
use crate::process::{Access, Argument, Contract, Gives};
use crate::source::{Document, Fragment, SourceFile};

const MOTOR: Fragment = Fragment::new(
    "motor",
    "rules/motor.yaml",
    "\
limits: { fastest: 100 }
process_recipes:
  _careful:
    inputs: [ { field: by, min: -5, level: B } ]
  spin:
    inherits: _careful
    outputs:
      - { field: domain.speed, max: limits.fastest, level: B, id: M-1 }
      - { that: 'domain.speed <= global.most || domain.names.size() > 0', level: C }
      - { field: domain.turns, max: global.most, level: B }
      - { field: domain.speed, min: 0, when: domain.names.size() == 0, per: domain.name, level: C, max_threshold: 2 }
invariants:
  - { field: domain.speed, min: -1000, id: 7 }
",
);
const BEARING: Fragment = Fragment::new(
    "bearing",
    "rules/bearing.yaml",
    "process_recipes: { cool: { outputs: [ { field: domain.heat, max: 90 } ] } }",
);
const MOTOR_WITH_BEARING: Fragment = Fragment::new(
    "whole",
    "rules/whole.yaml",
    "\
include: { motor: , bearing: { at: domain.bearing } }
process_recipes: { spin: { outputs: [ { field: domain.turns, max: 9 } ] } }
",
);

const fn contract(process: &'static str, outputs: &'static [Access]) -> Contract {
    Contract {
        process,
        inputs: &[],
        outputs,
        effects: &[],
        messages: &[],
        errors: &[],
        arguments: &[Argument { name: "by", type_name: "i64", redact: false }],
        local: None,
        is_async: false,
        is_blocking: false,
    }
}

const fn writes(path: &'static str) -> Access {
    Access { layer: Layer::Domain, path, zone: Zone::Data }
}

static LEFT: Contract =
    contract("left.spin", &[writes("domain.left.speed"), writes("domain.left.turns"), writes("domain.left.names")]);
static RIGHT: Contract =
    contract("right.spin", &[writes("domain.right.speed"), writes("domain.right.turns"), writes("domain.right.names")]);
static COOL: Contract = contract("left.bearing.cool", &[writes("domain.left.bearing.heat")]);

fn field(name: &'static str, shape: Shape, nested: Option<Schema>) -> FieldSchema {
    FieldSchema { name, zone: Zone::Data, type_name: "T", doc: "", shape, nested, events: None, redact: false }
}

fn schema(name: &'static str, fields: Vec<FieldSchema>) -> Schema {
    Schema { name, version: 1, fields, methods: Vec::new() }
}

/// A bank with two motors.
fn plant() -> Catalog {
    let mut catalog = catalog();
    let motor = || {
        let bearing = schema("Bearing", vec![field("heat", I64, None)]);
        let fields = vec![
            field("speed", I64, None),
            field("turns", I64, None),
            field("name", Shape::Text, None),
            field("names", <Vec<String> as crate::context::Inspect>::shape(), None),
            field("bearing", Shape::Opaque, Some(bearing)),
        ];
        Some(schema("Motor", fields))
    };
    catalog.domain.fields.extend([field("left", Shape::Opaque, motor()), field("right", Shape::Opaque, motor())]);
    let bounds = schema("Bounds", vec![field("most", I64, None)]);
    catalog.global.fields.push(field("motors", Shape::Opaque, Some(bounds)));
    for contract in [&LEFT, &RIGHT, &COOL] {
        let (local, gives) = (Schema::empty(), Gives::Nothing);
        catalog.processes.push(ProcessEntry { contract, arguments: vec![I64], local, gives, errors: Vec::new() });
    }
    catalog
}

fn load_with(files: &[(&str, &str)], fragments: &[Fragment]) -> Result<Recipe, SourceError> {
    let documents = files.iter().map(|(name, yaml)| Document::parse(SourceFile::new(*name, *yaml)));
    Recipe::load_including(&documents.collect::<Result<Vec<_>, _>>()?, fragments, &plant())
}

fn load_one(yaml: &str, fragments: &[Fragment]) -> Result<Recipe, SourceError> {
    load_with(&[("a.yaml", yaml)], fragments)
}

/// What a process is judged by at a gate, each with where it is written.
fn rules(recipe: &Recipe, process: &str, gate: Gate) -> Vec<String> {
    let rules = recipe.rules(process).map(|rules| rules.rules(gate)).unwrap_or_default();
    rules.iter().map(|rule| format!("{} {} {} {}", rule.path(), rule.test(), rule.limit(), rule.source())).collect()
}

fn refused(yaml: &str, fragments: &[Fragment]) -> String {
    let error = load_one(yaml, fragments).unwrap_err();
    assert_eq!(error.problems().len(), 1, "{error}");
    let problem = &error.problems()[0];
    let help = problem.help.as_deref().map_or_else(String::new, |help| format!(" | {help}"));
    format!("{} {}:{}:{} {}{help}", problem.code.unwrap(), problem.file, problem.line, problem.column, problem.message)
}

#[test]
fn a_fragment_speaks_of_its_place_however_often_it_is_included() {
    let yaml = "include: { motor: { at: [domain.left, domain.right], global: global.motors } }";
    let recipe = load_one(yaml, &[MOTOR, BEARING]).unwrap_or_else(|error| panic!("{error}"));
    assert!(recipe.warnings().is_empty(), "{:?}", recipe.warnings());
    for place in ["left", "right"] {
        let process = format!("{place}.spin");
        let inputs = rules(&recipe, &process, Gate::Input);
        assert_eq!(inputs.len(), 1, "{inputs:?}");
        assert!(inputs[0].contains("by") && inputs[0].ends_with("motor:4:28"), "{inputs:?}");
        let outputs = rules(&recipe, &process, Gate::Output).join("\n");
        for said in [
            format!("domain.{place}.speed max 100"),
            format!("domain.{place}.speed <= global.motors.most || domain.{place}.names.size() > 0"),
            format!("domain.{place}.turns max global.motors.most"),
            format!("domain.{place}.speed min 0"),
            format!("domain.{place}.speed min -1000"),
        ] {
            assert!(outputs.contains(&said), "no {said} in {outputs}");
        }
        let all = recipe.rules(&process).unwrap();
        let ids: Vec<_> =
            all.rules(Gate::Output).iter().filter_map(|rule| rule.id().map(ToString::to_string)).collect();
        assert_eq!(ids, [format!("{place}.M-1"), format!("{place}.7")]);
    }
}

#[test]
fn one_without_a_place_is_a_file_before_the_one_that_includes_it() {
    let bank = Fragment::new(
        "bank",
        "bank.yaml",
        "\
process_recipes:
  _small: { inputs: [ { field: amount, max: 10, level: B } ] }
  transfer: { outputs: [ { field: domain.total, max: 100, level: B }, { field: domain.total, min: 0, level: B } ] }
",
    );
    for include in ["include: [bank]", "include: bank", "include: { bank: }", "include:\n  - bank: {}"] {
        let yaml = format!(
            "{include}\nprocess_recipes: {{ transfer: {{ inherits: _small, outputs: [ {{ field: domain.total, max: 50, level: B }} ] }} }}"
        );
        let recipe = load_one(&yaml, &[bank]).unwrap_or_else(|error| panic!("{error}"));
        assert!(recipe.warnings().is_empty(), "{:?}", recipe.warnings());
        let outputs = rules(&recipe, "transfer", Gate::Output).join("\n");
        assert!(outputs.contains("max 50") && outputs.contains("min 0") && !outputs.contains("max 100"), "{outputs}");
        assert_eq!(rules(&recipe, "transfer", Gate::Input).len(), 1);
    }
    // What nobody inherits of a fragment is for others.
    let recipe = load_one("include: [bank]", &[bank]).unwrap();
    assert!(recipe.warnings().is_empty(), "{:?}", recipe.warnings());
}

#[test]
fn fragments_include_fragments_at_places_within_their_own() {
    let fragments = [MOTOR_WITH_BEARING, BEARING, MOTOR];
    let yaml = "include: { whole: { at: domain.left, global: global.motors } }";
    let recipe = load_one(yaml, &fragments).unwrap_or_else(|error| panic!("{error}"));
    let cool = rules(&recipe, "left.bearing.cool", Gate::Output);
    assert!(cool.len() == 1 && cool[0].contains("domain.left.bearing.heat max 90"), "{cool:?}");
    let spin = rules(&recipe, "left.spin", Gate::Output).join("\n");
    assert!(spin.contains("domain.left.turns max 9") && spin.contains("domain.left.speed max 100"), "{spin}");
    // One that is there already is not included again.
    let twice =
        "include: [ { bearing: { at: domain.left.bearing } }, { whole: { at: domain.left, global: global.motors } } ]";
    let again = load_one(twice, &fragments).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rules(&again, "left.bearing.cool", Gate::Output), cool);
    let files = [("a.yaml", yaml), ("b.yaml", yaml)];
    assert!(load_with(&files, &fragments).is_ok(), "two files may include the same");
}

#[test]
fn limits_of_a_fragment_are_its_own_and_can_be_given_where_it_is_included() {
    let yaml = "
limits: { fastest: 7 }
include:
  - motor: { at: domain.left, global: global.motors, limits: { fastest: 50 } }
  - motor: { at: domain.right, global: global.motors }
process_recipes: { transfer: { outputs: [ { field: domain.total, max: limits.fastest } ] } }
";
    let recipe = load_one(yaml, &[MOTOR]).unwrap_or_else(|error| panic!("{error}"));
    assert!(recipe.warnings().is_empty(), "{:?}", recipe.warnings());
    let has = |process: &str, said: &str| rules(&recipe, process, Gate::Output).join("\n").contains(said);
    assert!(has("left.spin", "domain.left.speed max 50") && has("right.spin", "domain.right.speed max 100"));
    assert!(has("transfer", "domain.total max 7"));
    // One that is a value of the global layer speaks as the file does in which it stands.
    let most = Fragment::new("most", "m.yaml", "\
limits: { fast: global.most, slow: 0 }
process_recipes: { spin: { outputs: [ { field: domain.speed, max: limits.fast }, { field: domain.turns, max: limits.slow } ] } }");
    let yaml = "include: { most: { at: domain.left, global: global.motors, limits: { slow: global.max_transfer } } }";
    let recipe = load_one(yaml, &[most]).unwrap_or_else(|error| panic!("{error}"));
    let said = rules(&recipe, "left.spin", Gate::Output).join("\n");
    assert!(said.contains("speed max global.motors.most") && said.contains("turns max global.max_transfer"), "{said}");
    let outer = Fragment::new("outer", "o.yaml", "include: { most: { limits: { slow: global.most } } }");
    let yaml = "include: { outer: { at: domain.left, global: global.motors } }";
    let recipe = load_one(yaml, &[most, outer]).unwrap_or_else(|error| panic!("{error}"));
    let said = rules(&recipe, "left.spin", Gate::Output).join("\n");
    assert!(said.contains("turns max global.motors.most"), "{said}");
    let yaml = "include: { motor: { at: domain.left, global: global.motors, limits: { fastets: 50 } } }";
    assert_eq!(refused(yaml, &[MOTOR]), "R043 a.yaml:1:71 `motor` has no limit `fastets` | did you mean `fastest`?");
}

#[test]
fn a_problem_of_a_fragment_names_it_and_says_where_it_is_included() {
    let wrong = Fragment::new(
        "pump",
        "rules/pump.yaml",
        "process_recipes:\n  spin: { outputs: [ { field: domain.sped, max: 1 } ] }\n",
    );
    let error = load_one("\n\ninclude: { pump: { at: domain.left } }", &[wrong]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "\
error[R014]: unknown field `sped` of Motor in `domain.left.sped`
 --> pump:2:31
  |
2 |   spin: { outputs: [ { field: domain.sped, max: 1 } ] }
  |                               ^^^^^^^^^^^
  |
  = help: did you mean `speed`?
  = note: `pump` is rules/pump.yaml, included for domain.left by a.yaml:3:24"
    );
    let outer = Fragment::new("outer", "o.yaml", "include: [pump]");
    let error = load_one("include: { outer: { at: domain.left } }", &[wrong, outer]).unwrap_err();
    let note = error.problems()[0].note.as_deref().unwrap();
    assert_eq!(note, "`pump` is rules/pump.yaml, included for domain.left by outer:1:11, by a.yaml:1:25");
    let broken = Fragment::new("pump", "rules/pump.yaml", "process_recipes: [");
    let error = load_one("include: [pump]", &[broken]).unwrap_err();
    assert!(
        error.to_string().contains("not valid YAML") && error.to_string().contains("included by a.yaml:1:11"),
        "{error}"
    );
    let expression = Fragment::new(
        "pump",
        "p.yaml",
        "process_recipes:\n  spin: { outputs: [ { that: domain.speed > domain.nme } ] }\n",
    );
    let error = load_one("include: { pump: { at: domain.left } }", &[expression]).unwrap_err().to_string();
    assert!(error.contains("--> pump:2:30") && error.contains("domain.left"), "{error}");
}

#[test]
fn what_cannot_be_included_is_refused() {
    let all = [MOTOR, BEARING];
    assert_eq!(
        refused("include: [motr]", &all),
        "R053 a.yaml:1:11 there is no fragment `motr` | did you mean `motor`?"
    );
    assert!(refused("include: [motor]", &[]).contains("there is no fragment `motor` | hand it over: `.fragments("));
    let own = Fragment::new("own", "own.yaml", "include: [own]");
    assert_eq!(refused("include: [own]", &[own]), "R053 own:1:11 the fragment `own` includes itself | remove this one");
    let (a, b) = (Fragment::new("a", "a", "include: { b: }"), Fragment::new("b", "b", "include: { a: }"));
    assert_eq!(
        refused("include: [a]", &[a, b]),
        "R053 b:1:12 fragments include each other: `a` includes `b` includes `a` | remove this one"
    );
    let chart = Fragment::new("chart", "chart.yaml", "states: { A: { final: true } }");
    assert_eq!(
        refused("include: { chart: }", &[chart]),
        "R053 a.yaml:1:12 the fragment `chart` is a part of workflows | a state of a workflow includes it: `include: chart`"
    );
    assert_eq!(
        refused(
            "include: [ { motor: { at: domain.left, global: global.motors } }, { motor: { at: domain.left, global: global.motors } } ]",
            &all
        ),
        "R053 a.yaml:1:82 `motor` is included twice for domain.left | remove one of them"
    );
    assert_eq!(
        refused("include: { bearing: { at: domain.lefft } }", &all),
        "R053 a.yaml:1:27 unknown field `lefft` of Bank in `domain.lefft` | did you mean `left`?"
    );
    for (at, told) in [
        ("domain.total", "`domain.total` is no nested context"),
        ("domain.total.x", "`domain.total.x` is no nested context"),
        ("left", "`left` is no part of the domain: write the path of a nested context | as in `domain.user`"),
        ("global.motors", "`global.motors` is no part of the domain"),
        ("domain", "`domain` is no part of the domain"),
    ] {
        let said = refused(&format!("include: {{ bearing: {{ at: {at} }} }}"), &all);
        assert!(said.starts_with("R053 a.yaml:1:27") && said.contains(told), "{said}");
    }
    let said = refused("include: { motor: { at: domain.left, global: global.motor } }", &all);
    assert!(said.contains("unknown field `motor` of Limits in `global.motor` | did you mean `motors`?"), "{said}");
    let every =
        Fragment::new("every", "e.yaml", "process_recipes: { '*': { outputs: [ { field: domain.speed, max: 1 } ] } }");
    let error = load_one("include: { every: { at: domain.left } }", &[every]).unwrap_err();
    assert!(error.to_string().contains("`*` in a fragment that is at a place"), "{error}");
    let every =
        Fragment::new("every", "e.yaml", "process_recipes: { '*': { outputs: [ { field: domain.total, max: 1 } ] } }");
    assert!(load_one("include: [every]", &[every]).is_ok(), "of the whole program it is about all processes");
}

#[test]
fn limits_that_would_do_nothing_are_refused() {
    let with = |limits: &str| format!("include: {{ motor: {{ at: domain.left, global: global.motors{limits} }} }}");
    let told = |first: &str, second: &str| {
        let (first, second) = (with(first), with(second));
        load_with(&[("base.yaml", &first), ("site.yaml", &second)], &[MOTOR]).map(|recipe| {
            let rules = rules(&recipe, "left.spin", Gate::Output);
            rules.into_iter().find(|rule| rule.contains("speed max")).unwrap()
        })
    };
    for (first, second) in
        [("", ", limits: { fastest: 50 }"), (", limits: { fastest: 60 }", ", limits: { fastest: 50 }")]
    {
        let refused = told(first, second).unwrap_err().to_string();
        assert!(refused.contains("[R053]: `motor` is included by another file, with other limits"), "{refused}");
        assert!(refused.contains("site.yaml:1:"), "{refused}");
    }
    for (first, second, bound) in [
        (", limits: { fastest: 50 }", ", limits: { fastest: 50 }", "50"),
        (", limits: { fastest: 50 }", "", "50"),
        ("", "", "100"),
    ] {
        assert!(told(first, second).unwrap().starts_with(&format!("domain.left.speed max {bound} motor:8:")));
    }
}

#[test]
fn what_is_said_of_an_include_is_of_its_kind() {
    let all = [MOTOR, BEARING];
    for (include, told) in [
        ("", "`include` must be a list of names of fragments, but is empty"),
        ("[]", "`include` must be a list of names of fragments, not a list"),
        ("3", "`include` must be a list of names of fragments, not 3"),
        ("[3]", "what is included must be the name of a fragment, not 3"),
        ("{ 3: {} }", "3 is no name of a fragment"),
        ("{ bearing: domain.left }", "what is said of `bearing` must be a map with `at`"),
        ("{ bearing: { at: 3 } }", "`at` must be the path of a nested context, not 3"),
        ("{ bearing: { at: domain.left.bearing, global: 3 } }", "`global` must be the path of a nested context, not 3"),
        ("{ bearing: { att: domain.left.bearing, at: domain.left.bearing } }", "unknown key `att`"),
    ] {
        let error = load_one(&format!("include: {include}"), &all).unwrap_err().to_string();
        assert!(error.contains(told), "{include}: {error}");
    }
    assert!(load_one("include: { bearing: { at: domain.left.bearing, global: global } }", &all).is_ok());
}

#[test]
fn rules_of_one_identity_are_refused_as_in_files() {
    let twice = Fragment::new(
        "twice",
        "t.yaml",
        "\
process_recipes: { spin: { outputs: [ { field: domain.speed, max: 1, id: M }, { field: domain.turns, max: 1, id: M } ] } }",
    );
    assert!(refused("include: { twice: { at: domain.left } }", &[twice]).contains("`id: left.M` is given twice"));
    let same = Fragment::new(
        "same",
        "s.yaml",
        "process_recipes: { spin: { outputs: [ { field: domain.speed, max: 1 }, { field: domain.speed, max: 1 } ] } }",
    );
    assert!(refused("include: { same: { at: domain.left } }", &[same]).starts_with("R013 same:1:"));
}

#[test]
fn fragments_that_multiply_are_bounded() {
    let names: Vec<&'static str> = (0..14).map(|index| &*format!("f{index}").leak()).collect();
    let fragments: Vec<Fragment> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let text = match names.get(index + 1) {
                Some(next) => {
                    format!("include: [ {next}, {{ {next}: {{ at: domain.b }} }}, {{ {next}: {{ at: domain.c }} }} ]")
                }
                None => "invariants: [ { field: domain.total, min: 0 } ]".to_owned(),
            };
            Fragment::new(name, name, text.leak())
        })
        .collect();
    // Contexts in contexts, so that all places are there.
    let mut catalog = plant();
    for _ in 0..14 {
        let inner = catalog.domain.clone();
        let mut fields = vec![field("total", I64, None)];
        fields.extend(["b", "c"].map(|name| field(name, Shape::Opaque, Some(inner.clone()))));
        catalog.domain = schema("Deep", fields);
        if catalog.domain.paths().len() > 20_000 {
            break;
        }
    }
    let document = Document::parse(SourceFile::new("a.yaml", "include: [f0]")).unwrap();
    let error = Recipe::load_including(&[document], &fragments, &catalog).unwrap_err();
    assert!(error.to_string().contains("more than 1000 fragments are included"), "{error}");
}
