//! Units that fields say of themselves where they are declared.

use std::collections::BTreeMap;

use super::super::Catalog;
use super::super::fixture::catalog;
use super::*;
use crate::context::{Asked, FieldSchema, FieldShape, Inspect, RecordShape, Shape, WireForm, Zone};
use crate::source::{Document, SourceFile};

fn field(name: &'static str, shape: Shape) -> FieldSchema {
    FieldSchema { name, zone: Zone::Data, type_name: "T", doc: "", shape, nested: None, events: None, redact: false }
}

/// An oven in Fahrenheit whose limits are partly in Celsius.
fn oven() -> Catalog {
    let mut catalog = catalog();
    let probe = RecordShape {
        name: "Probe",
        fields: Asked::of(|| {
            let value = FieldShape { name: "value", shape: f64::shape().measured_in("mV") };
            vec![value, FieldShape { name: "index", shape: u8::shape() }]
        }),
        methods: Asked::of(Vec::new),
        transparent: false,
        wire: Asked::of(WireForm::unknown),
    };
    let newtype = RecordShape {
        name: "Celsius",
        fields: Asked::of(|| vec![FieldShape { name: "0", shape: f64::shape().measured_in("degC") }]),
        methods: Asked::of(Vec::new),
        transparent: true,
        wire: Asked::of(WireForm::unknown),
    };
    let of_domain = [
        field("chamber", f64::shape().measured_in("degF")),
        field("readings", <Vec<f64>>::shape().measured_in("degF")),
        field("zones", <BTreeMap<String, Option<f64>>>::shape().measured_in("degF")),
        field("probe", Shape::Record(probe.clone())),
        field("outlet", Shape::Record(newtype.clone())),
        field("twice", Shape::Record(newtype).measured_in("degF")),
        field("plain", f64::shape()),
        field("label", String::shape().measured_in("degF")),
        field("whole", Shape::Record(probe).measured_in("degF")),
    ];
    catalog.domain.fields.extend(of_domain);
    let of_global = [
        field("high", f64::shape().measured_in("degF")),
        field("outside", Option::<f64>::shape().measured_in("degC")),
        field("bare", f64::shape()),
    ];
    catalog.global.fields.extend(of_global);
    catalog.processes[0].arguments[0] = f64::shape().measured_in("EUR");
    catalog
}

fn load_in(yaml: &str) -> Result<Recipe, SourceError> {
    Recipe::load(&Document::parse(SourceFile::new("r.yaml", yaml))?, &oven())
}

/// One entry at the output gate of `transfer`.
fn entry(entry: &str) -> Result<Recipe, SourceError> {
    load_in(&format!("process_recipes:\n  transfer:\n    outputs:\n      - {{ {entry} }}\n"))
}

/// What it is refused with: the first line and the help.
fn refusal(text: &str) -> (String, String) {
    let said = words(entry(text));
    let line = |start: &str| {
        let line = said.lines().find_map(|line| line.trim_start().strip_prefix(start));
        line.unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    (line("error"), line("= help: "))
}

fn units(recipe: Result<Recipe, SourceError>) -> Vec<Option<String>> {
    let recipe = recipe.map_err(|error| error.to_string()).unwrap();
    let rules: Vec<_> = recipe.processes().flat_map(|process| Gate::ALL.map(|gate| process.rules(gate))).collect();
    rules.into_iter().flatten().map(|rule| rule.unit().map(ToString::to_string)).collect()
}

#[test]
fn a_rule_without_a_unit_takes_that_of_its_field() {
    let degrees = vec![Some("degF".to_owned())];
    for of in [
        "field: domain.chamber, max: 400",
        "field: domain.chamber, max: 400, unit: degF",
        "field: domain.chamber, max: global.high",
        "field: domain.chamber, max: global.bare",
        "field: 'domain.readings[*]', max: 400",
        "field: 'domain.readings[0]', max: 400, where_present: true",
        "field: domain.readings.max(), max: 400",
        "field: domain.readings.mean(), max: 400",
        "field: domain.readings.sum(), max: 400",
        "field: domain.zones.values().max(), max: 400",
        "field: 'domain.zones[\"a\"]', max: 400",
        "field: domain.chamber, max_delta: 5",
    ] {
        assert_eq!(units(entry(of)), degrees, "{of}");
    }
    assert_eq!(units(entry("field: domain.probe.value, max: 4")), [Some("mV".to_owned())]);
    assert_eq!(units(entry("field: domain.outlet, max: 4")), [Some("degC".to_owned())], "a newtype says it itself");
    assert_eq!(units(entry("field: amount, max: 4")), [Some("EUR".to_owned())], "an argument");
    for of in ["field: domain.plain, max: 4", "field: domain.readings.len(), max: 4", "field: domain.zones, max_len: 4"]
    {
        assert_eq!(units(entry(of)), [None], "{of}");
    }
    assert_eq!(units(entry("field: domain.plain, max: 4, unit: V")), [Some("V".to_owned())]);
    // It stands with the bound, and the rule is the rule that it was.
    let recipe = entry("field: domain.chamber, max: 400").unwrap();
    let rule = &recipe.rules("transfer").unwrap().rules(Gate::Output)[0];
    assert_eq!(rule.metadata("transfer").limit.as_str(), "400 degF");
    assert_eq!(rule.name(), "domain.chamber max 400");
}

#[test]
fn a_rule_in_another_unit_is_refused_where_it_says_it() {
    let said = words(load_in(
        "process_recipes:
  transfer:
    outputs:
      - { field: domain.chamber, min: 0, max: 200, unit: degC }
",
    ));
    assert_eq!(
        said,
        "
error[R051]: domain.chamber is measured in `degF` where it is declared, not in `degC`
 --> r.yaml:4:52
  |
4 |       - { field: domain.chamber, min: 0, max: 200, unit: degC }
  |                                                    ^^^^
  |
  = help: convert the bound, and write `unit: degF`, or leave `unit` out
"
    );
    let help = "convert the bound, and write `unit: degF`, or leave `unit` out";
    for field in ["'domain.readings[*]'", "domain.readings.max()", "'domain.zones[\"a\"]'"] {
        let (message, told) = refusal(&format!("field: {field}, max: 4, unit: K"));
        assert!(message.starts_with("[R051]: ") && message.ends_with("where it is declared, not in `K`"), "{message}");
        assert_eq!(told, help);
    }
    // An invariant is told of once, however many processes it is judged after.
    let invariant =
        "process_recipes: {}\ninvariants:\n  - { field: domain.chamber, max: 9, unit: K, processes: all }\n";
    assert_eq!(words(load_in(invariant)).matches("error[R051]").count(), 1);
    assert!(load_in(&invariant.replace("unit: K", "unit: degF")).is_ok());
    // A template that nobody uses is looked up as well.
    let template = "process_recipes:\n  _hot: { outputs: [{ field: domain.chamber, max: 9, unit: K }] }\n";
    assert!(words(load_in(template)).contains("error[R051]: domain.chamber is measured in `degF`"));
}

#[test]
fn a_bound_of_another_unit_is_refused() {
    let (message, help) = refusal("field: domain.chamber, max: global.outside");
    assert_eq!(message, "[R051]: `global.outside` is measured in `degC`, and domain.chamber in `degF`");
    assert_eq!(help, "give both one unit, or compare what is converted by `that`");
    // The unit of an entry is one as well.
    let (message, _) = refusal("field: domain.plain, max: global.high, unit: degC");
    assert_eq!(message, "[R051]: `global.high` is measured in `degF`, and domain.plain in `degC`");
    assert!(entry("field: domain.plain, max: global.high, unit: degF").is_ok());
    assert!(entry("field: domain.plain, max: global.high").is_ok(), "what says none has none to differ");
    assert!(entry("field: domain.outlet, max: global.outside").is_ok());
}

#[test]
fn what_is_declared_of_no_number_is_refused_where_it_is_looked_at() {
    let (message, help) = refusal("field: domain.label, eq: a");
    assert_eq!(message, "[R014]: `domain.label` is a string, and measured in `degF` where it is declared");
    assert_eq!(help, "a unit is of a number: take it from the field");
    let (message, help) = refusal("field: domain.whole.index, max: 4");
    assert_eq!(message, "[R014]: `domain.whole` is a Probe, and measured in `degF` where it is declared");
    assert_eq!(help, "a unit is of a number: put it on the fields of the struct");
    let (message, help) = refusal("field: domain.twice, max: 4");
    assert_eq!(message, "[R014]: `domain.twice` is measured in `degF` where it is declared, and in `degC` by its type");
    assert_eq!(help, "say it once, at the type or at the field");
}

#[test]
fn a_condition_compares_and_adds_what_is_in_one_unit() {
    let differ = "`domain.chamber` is measured in `degF`, and `domain.outlet` in `degC`";
    let help = "convert one to the unit of the other: a product or a quotient has none";
    for that in [
        "domain.chamber > domain.outlet",
        "domain.chamber == domain.outlet",
        "domain.chamber - domain.outlet > 3.0",
        "0.0 < domain.chamber + domain.outlet",
        "domain.chamber in [domain.outlet]",
        "(domain.plain > 1.0 ? domain.chamber : domain.outlet) > 3.0",
        "[domain.chamber, domain.outlet].max() > 3.0",
    ] {
        let (message, told) = refusal(&format!("that: '{that}', level: B"));
        assert!(message.starts_with("[R031]: ") && message.ends_with(differ), "{that}: {message}");
        assert_eq!(told, help, "{that}");
    }
    for (that, differ) in [
        (
            "domain.readings.max() > domain.outlet",
            "`domain.readings.max()` is measured in `degF`, and `domain.outlet` in `degC`",
        ),
        (
            "domain.readings[0] > domain.outlet",
            "`domain.readings[0]` is measured in `degF`, and `domain.outlet` in `degC`",
        ),
        ("domain.readings.all(r, r < domain.outlet)", "`r` is measured in `degF`, and `domain.outlet` in `degC`"),
        (
            "domain.readings.filter(r, r > 3.0).sum() < -domain.outlet",
            "`domain.readings.filter(r, r > 3.0).sum()` is measured in `degF`, and `-domain.outlet` in `degC`",
        ),
        ("domain.outlet in domain.readings", "`domain.outlet` is measured in `degC`, and `domain.readings` in `degF`"),
        ("domain.probe.value < amount", "`domain.probe.value` is measured in `mV`, and `amount` in `EUR`"),
        (
            "has(global.outside) && global.outside < global.high",
            "`global.outside` is measured in `degC`, and `global.high` in `degF`",
        ),
    ] {
        let (message, _) = refusal(&format!("that: '{that}', level: B"));
        assert!(message.ends_with(differ), "{that}: {message}");
    }
    for that in [
        "domain.chamber > global.high",
        "domain.chamber > 3.0 && domain.outlet > 3.0",
        "domain.chamber > domain.outlet * 1.8 + 32.0",
        "domain.chamber > domain.plain",
        "domain.readings.size() < 3",
        "domain.readings.all(r, r < global.high)",
        "domain.readings.map(r, r / 2.0).max() < domain.outlet",
        "\"a\" in domain.zones",
        "string(domain.chamber) != string(domain.outlet)",
    ] {
        let loaded = entry(&format!("that: '{that}', level: B"));
        assert!(loaded.is_ok(), "{that}: {}", words(loaded));
    }
    // So is a guard.
    let (message, _) = refusal("field: domain.plain, max: 3, when: 'domain.chamber > domain.outlet'");
    assert!(message.ends_with(differ), "{message}");
}
