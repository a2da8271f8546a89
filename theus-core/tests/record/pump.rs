//! Rules on what is there only at times, and on how the run changes it: a pump that gives a bolus or a steady rate.

use theus_core::audit::{Action, Would};
use theus_core::prelude::*;

#[derive(Clone, Debug, Default, PartialEq, Inspect)]
enum Mode {
    #[default]
    Idle,
    Bolus {
        dose: f64,
    },
    Basal {
        rate: f64,
    },
}

#[derive(Clone, Default, Context)]
struct Pump {
    mode: Mode,
    given: u32,
    alarms: Vec<u32>,
}

#[process(inputs = [domain.given], outputs = [domain.mode, domain.given])]
fn bolus(ctx: Ctx<Pump>, dose: f64) {
    ctx.domain.mode.set(Mode::Bolus { dose });
    *ctx.domain.given += dose as u32;
}

#[process(outputs = [domain.mode])]
fn basal(ctx: Ctx<Pump>, rate: f64) {
    ctx.domain.mode.set(Mode::Basal { rate });
}

#[process(outputs = [domain.mode])]
fn stop(ctx: Ctx<Pump>) {
    ctx.domain.mode.set(Mode::Idle);
}

fn engine(recipe: &str) -> Engine<Pump> {
    let builder = Engine::builder(Pump::default()).process::<Bolus>().process::<Basal>().process::<Stop>();
    builder.recipe("pump.yaml", recipe).unwrap().build().unwrap()
}

#[test]
fn a_bolus_is_at_most_ten_units_and_everything_else_is_let_pass() {
    let rule = "{ field: domain.mode.Bolus.dose, max: 10, level: B, where_present: true }";
    let invariant = engine(&format!("invariants: [ {rule} ]"));
    assert!(invariant.run(Bolus { dose: 8.0 }).is_ok());
    assert!(invariant.run(Basal { rate: 50.0 }).is_ok() && invariant.run(Stop {}).is_ok());
    let error = invariant.run(Bolus { dose: 12.0 }).unwrap_err();
    assert_eq!(error.violations()[0].rule, "domain.mode.Bolus.dose max 10 where present");
    assert!(error.to_string().contains("rule `domain.mode.Bolus.dose max 10 where present` (level B) found 12.0"));

    let always = engine(&format!("invariants: [ {} ]", rule.replace(", where_present: true", "")));
    assert!(always.run(Basal { rate: 50.0 }).is_err(), "what is not there satisfies nothing");
}

#[test]
fn nan_is_there() {
    let engine = engine("invariants: [ { field: domain.mode.Bolus.dose, max: 10, where_present: true } ]");
    assert!(engine.run(Bolus { dose: f64::NAN }).is_err());
}

#[test]
fn where_there_is_nothing_a_counter_stays() {
    let rule = "field: domain.mode.Bolus.dose, max: 10, where_present: true, max_threshold: 2, reset_on_success: true";
    let engine = engine(&format!("invariants: [ {{ {rule} }} ]"));
    assert!(engine.run(Bolus { dose: 12.0 }).is_ok(), "the first of two");
    assert!(engine.run(Stop {}).is_ok(), "neither a violation nor a pass");
    assert!(engine.run(Bolus { dose: 12.0 }).is_err(), "the second of two");
    assert!(engine.run(Bolus { dose: 12.0 }).is_ok() && engine.run(Bolus { dose: 1.0 }).is_ok());
    assert!(engine.run(Bolus { dose: 12.0 }).is_ok(), "a pass put it back");
}

#[test]
fn the_records_and_digests_of_a_recipe_tell_it_from_the_same_without() {
    let engine = engine("invariants: [ { field: 'domain.alarms[0]', max: 10, processes: all } ]");
    let before = engine.status().recipe.unwrap().identity.digest;
    let change = engine
        .reload_recipe(
            "new.yaml",
            "invariants: [ { field: 'domain.alarms[0]', max: 10, processes: all, where_present: true } ]",
        )
        .unwrap();
    assert_ne!(before, change.identity.digest);
    assert_eq!(
        change.changed[0],
        "invariant: domain.alarms[0] max 10 (level B, acts at 1, after every process) -> \
         10 (level B, acts at 1, after every process, where present)"
    );
    assert!(engine.run(Stop {}).is_ok());
}

#[test]
fn explain_says_what_is_not_asked_and_what_is_known_only_in_the_run() {
    let recipe = "process_recipes:
  stop:
    inputs:
      - { field: domain.mode.Bolus.dose, max: 10, where_present: true }
      - { field: domain.mode.Basal.rate, max: 3 }
    outputs:
      - { field: domain.mode.Bolus.dose, max: 10, level: A }
      - { field: domain.given, max: 100, level: S }
      - { field: domain.given, unchanged: true }
";
    let engine = engine(recipe);
    let explanation = engine.explain(&Stop {}).unwrap();
    let would: Vec<_> = explanation.rules.iter().map(|rule| rule.would).collect();
    let blocked = Would::Violate(Action::Blocked);
    assert_eq!(would, [Would::NotAsked, blocked, Would::Unknown, Would::Pass, Would::Pass]);
    assert_eq!(explanation.refusal(), Some(Action::Blocked), "what the run fills in refuses nothing beforehand");
    assert!(explanation.rules[0].where_present && !explanation.rules[1].where_present);
    let table = explanation.to_string();
    let row =
        "input   domain.mode.Bolus.dose max 10 where present  B      0 of 1  none   not asked         pump.yaml:4:42";
    assert!(table.contains(row), "{table}");
    assert!(table.contains("A      0 of 1  none   known in the run  pump.yaml:7:42"), "{table}");
}

#[test]
fn explain_says_how_far_a_counter_would_go() {
    let rule = "{ field: dose, max: 10, min_threshold: 2, max_threshold: 3 }";
    let engine = engine(&format!("process_recipes: {{ bolus: {{ inputs: [ {rule} ] }} }}"));
    for action in [Action::Counted, Action::Warned, Action::Blocked] {
        let explanation = engine.explain(&Bolus { dose: 12.0 }).unwrap();
        assert_eq!(explanation.rules[0].would, Would::Violate(action));
        assert_eq!(explanation.refusal(), (action == Action::Blocked).then_some(action));
        assert_eq!(engine.run(Bolus { dose: 12.0 }).is_err(), action == Action::Blocked);
    }
}

#[test]
fn a_value_that_the_process_writes_is_no_refusal_beforehand() {
    let engine = engine("invariants: [ { field: domain.given, max: 10, level: S, max_threshold: 2 } ]");
    assert!(engine.run(Bolus { dose: 12.0 }).is_ok());
    let explanation = engine.explain(&Bolus { dose: 1.0 }).unwrap();
    assert_eq!((explanation.rules[0].would, explanation.refusal()), (Would::Unknown, None));
    assert_eq!(explanation.rules[0].value.as_deref(), Some("12"), "how it is now");
}

#[test]
fn a_violation_of_a_change_says_from_what() {
    let recipe = "process_recipes:
  bolus:
    outputs:
      - { field: domain.given, max_delta: 10, level: C, message: \"{before} to {value}, at most {limit} at once\" }
      - { field: domain.given, max: 30, level: C, message: \"after {before}\" }
      - { field: domain.given, max: 20, level: I }
";
    let engine = engine(recipe);
    assert!(engine.run(Bolus { dose: 5.0 }).is_ok());
    let report = engine.run_reported(Bolus { dose: 40.0 });
    let told: Vec<_> = report.violations.iter().map(|it| (it.before.as_deref(), it.message.as_deref())).collect();
    assert_eq!(told, [(Some("5"), Some("5 to 45, at most 10 at once")), (Some("5"), Some("after 5")), (None, None)]);
    assert_eq!(
        report.violations[0].to_string(),
        "rule `domain.given max_delta 10` (level C) found 45 after 5, violation 1 of 1: \
         5 to 45, at most 10 at once [pump.yaml:4:32]"
    );
    engine.ledger().verify().unwrap();
    let record = engine.audit_records().into_iter().rfind(|it| it.violation().is_some_and(|it| it.before.is_some()));
    let record = serde_json::to_value(record.unwrap()).unwrap();
    assert_eq!(record["before"], "5");
    assert_eq!(serde_json::to_value(&report.violations[2]).unwrap().get("before"), None);
}

#[test]
fn before_is_refused_where_nothing_is_committed() {
    let refused = |gate: &str, field: &str| {
        let recipe = format!(
            "process_recipes: {{ bolus: {{ {gate}: [ {{ field: {field}, max: 1, message: \"{{before}}\" }} ] }} }}"
        );
        let builder = Engine::builder(Pump::default()).process::<Bolus>().recipe("pump.yaml", &recipe).unwrap();
        builder.build().map(drop).map_err(|error| error.to_string())
    };
    assert!(refused("outputs", "domain.given").is_ok());
    let at_input = refused("inputs", "domain.given").unwrap_err();
    assert!(
        at_input.contains("error[R019]: `{before}` is the committed value: there is none at the input gate"),
        "{at_input}"
    );
    let of_argument = refused("outputs", "dose").unwrap_err();
    assert!(of_argument.contains("there is none of what is not in the domain"), "{of_argument}");
}

#[test]
fn a_list_of_all_variants_lets_everything_pass() {
    let told = |list: &str| {
        let engine = engine(&format!("invariants: [ {{ field: domain.mode, in: [{list}] }} ]"));
        engine.recipe_warnings().first().map(ToString::to_string)
    };
    let all = told("Idle, Basal, Bolus").unwrap();
    assert!(all.starts_with("warning[R105]: every value of domain.mode satisfies in [Idle, Basal, Bolus]"), "{all}");
    assert_eq!(told("Idle, Basal"), None);
}

#[test]
fn a_hand_made_change_of_before_is_found_in_the_chain() {
    // The hash covers it: two violations that differ in nothing else differ in their hashes.
    let run = |first: f64| {
        let engine = engine("invariants: [ { field: domain.given, max_delta: 1, level: C, message: \"{before}\" } ]");
        assert!(engine.run(Bolus { dose: first }).is_ok() && engine.run(Bolus { dose: 9.0 - first }).is_ok());
        engine.ledger().verify().unwrap();
        engine.audit_records().last().unwrap().clone()
    };
    let (one, other) = (run(2.0), run(3.0));
    assert_eq!(
        (one.violation().unwrap().before.as_deref(), other.violation().unwrap().before.as_deref()),
        (Some("2"), Some("3"))
    );
    assert_ne!(one.hash, other.hash);
}
