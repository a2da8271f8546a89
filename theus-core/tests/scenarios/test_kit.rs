//! What tests of a program are written with.

use std::time::Duration;

use serde_json::json;
use theus_core::prelude::*;
use theus_core::signal::EventName;
use theus_core::test::{Coverage, RuleCoverage, RuleUse, Trial, Walk, WalkError};

use crate::executor::block_on;

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Till {
    total: i64,
    lines: Vec<String>,
    #[context(redact)]
    card: String,
    secret: Opaque,
    sig_large: bool,
}

/// Nothing can be asked of it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Opaque(u8);

#[derive(Clone, Default, Context)]
struct Bounds {
    most: i64,
}

struct Ports {
    factor: i64,
}

type App = Ctx<Till, Bounds, Ports>;

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("{0} is too much")]
struct TooMuch(i64);

#[process(updates = [domain.total, domain.lines], outputs = [domain.card, domain.secret, domain.sig_large], inputs = [global.most],
    effects = [factor], errors = [TooMuch])]
fn pay(ctx: App, amount: i64, #[redact] card: String) -> Result<i64, TooMuch> {
    let amount = amount * *ctx.effects.factor;
    *ctx.domain.total += amount;
    if *ctx.domain.total > *ctx.global.most {
        return Err(TooMuch(amount));
    }
    ctx.domain.lines.push(format!("paid {amount}"));
    ctx.domain.card.set(card);
    ctx.domain.secret.set(Opaque(1));
    ctx.domain.sig_large.set(amount > 50);
    Ok(amount)
}

#[process(updates = [domain.total])]
async fn refund(ctx: App, amount: i64) {
    *ctx.domain.total -= amount;
}

#[process(outputs = [domain.total])]
async fn hang(ctx: Ctx<Till>) {
    std::future::pending::<()>().await;
    ctx.domain.total.set(1);
}

fn trial(total: i64) -> Trial<Till, Bounds, Ports> {
    Trial::of(Till { total, ..Till::default() }).global(Bounds { most: 100 }).effects(Ports { factor: 2 })
}

fn paid(amount: i64) -> Pay {
    Pay { amount, card: "4111".to_owned() }
}

#[test]
fn all_that_came_of_a_run_is_told_and_nothing_that_is_not_shown() {
    let outcome = trial(10).run(paid(30)).unwrap();
    assert!(matches!(outcome.result, Ok(60)));
    let state = outcome.state.as_ref().unwrap();
    assert_eq!((state.total, state.card.as_str(), state.lines.len()), (70, "4111", 1));
    let names: Vec<EventName> = outcome.events.iter().map(|event| event.name.clone()).collect();
    assert_eq!(names, [EventName::parse("EVT_LARGE").unwrap()]);
    assert_eq!(
        outcome.to_string(),
        r#"pay {"amount":30,"card":"(redacted)"}
gave 60
domain.card: "(redacted)" -> "(redacted)"
domain.secret: written
domain.sig_large: false -> true
domain.total: 10 -> 70
domain.lines: [] -> ["paid 60"]
raised EVT_LARGE
"#
    );
    let failed = trial(90).run(paid(6)).unwrap();
    assert_eq!(failed.result.as_ref().unwrap_err().process_error(), Some(&TooMuch(12)));
    assert!(failed.changes.is_empty() && failed.events.is_empty());
    assert_eq!(failed.state.unwrap().total, 90);
    let refunded = block_on(trial(90).run_async(Refund { amount: 5 })).unwrap();
    assert_eq!(refunded.to_string(), "refund {\"amount\":5}\ndomain.total: 90 -> 85\n");
}

#[test]
fn rules_are_part_of_it_and_a_wrong_recipe_is_an_error() {
    let recipe = "process_recipes: { pay: { inputs: [ { field: amount, max: 5, level: C }, { field: amount, max: 20, level: B } ] } }";
    let noted = trial(0).recipe("audit.yaml", recipe).run(paid(7)).unwrap();
    assert_eq!((noted.result.is_ok(), noted.violations.len(), noted.records.len()), (true, 1, 2));
    assert!(noted.to_string().contains("violated rule `amount max 5`"), "{noted}");
    let refused = trial(0).recipe("audit.yaml", recipe).run(paid(21)).unwrap();
    assert!(matches!(refused.result, Err(RunError::Blocked(_))) && refused.changes.is_empty());
    let wrong = trial(0).recipe("audit.yaml", "process_recipes: { pey: {} }").run(paid(1)).unwrap_err();
    assert!(wrong.to_string().contains("`pey`"), "{wrong}");
    // What a program builds itself has its processes.
    let builder = Engine::builder(Till::default()).global(Bounds { most: 9 }).effects(Ports { factor: 1 });
    assert!(matches!(Trial::with(builder.process::<Pay>()).run(paid(9)).unwrap().result, Ok(9)));
}

const FLOW: &str = r#"
external: [CMD_PAY, CMD_CLOSE]
states:
  OPEN:
    entry: { run: refund, with: { amount: 0 } }
    events:
      CMD_PAY: { steps: { run: pay, with: { amount: "${ event.amount }", card: x }, on_error: { TooMuch: LATE } } }
      CMD_CLOSE: { to: CLOSED, when: domain.total > 20 }
    after: { 30m: LATE }
  LATE: { events: { CMD_PAY: OPEN }, after: { 1h: { to: NEVER, when: domain.total < -5 } } }
  NEVER: { final: true }
  CLOSED: { final: true }
"#;

fn walk<'a>(factor: i64) -> Walk<'a, Till, Bounds, Ports> {
    let walk = Walk::new(move |clock| {
        let builder = Engine::builder(Till::default()).global(Bounds { most: 100 }).effects(Ports { factor });
        let engine = builder.process::<Pay>().process::<Refund>().build()?;
        Ok(WorkflowManager::from_text(&engine, "till.yaml", FLOW)?.clock(clock))
    });
    walk.event("CMD_PAY", |random| json!({ "amount": random.below(40) })).event("CMD_CLOSE", |_| json!(null))
}

#[test]
fn a_walk_reaches_what_can_be_reached_and_names_the_rest() {
    let coverage: Coverage = walk(2).run(60, 7).unwrap();
    assert_eq!(coverage.missed_states().collect::<Vec<_>>(), ["NEVER"]);
    let missed: Vec<&str> = coverage.missed_ways().map(|way| way.state.as_str()).collect();
    assert_eq!(missed, ["LATE"], "{coverage}");
    assert_eq!(
        coverage.to_string(),
        "states: 3 of 4\nways: 5 of 6\nnever entered: NEVER\nnever taken: after 1h of LATE, till.yaml:10:47\n"
    );
    assert!(!coverage.is_whole());
    let again = walk(2).run(60, 7).unwrap();
    assert_eq!((again.states(), again.ways()), (coverage.states(), coverage.ways()), "the same for the same seed");
    assert_eq!(walk(2).run(0, 7).unwrap().ways().len(), 6, "nothing was gone through, and it is known what there is");
}

#[test]
fn what_does_not_hold_is_told_with_the_fewest_steps_that_lead_there() {
    let error = walk(2).holds("the till is not full", |till: &Till| till.total <= 80).run(200, 7).unwrap_err();
    let WalkError::Broken { what, steps, seed: 7 } = &error else { panic!("{error}") };
    assert_eq!(what, "the till is not full");
    assert!((2..=4).contains(&steps.len()), "{error}");
    assert!(error.to_string().starts_with("seed 7: \"the till is not full\" does not hold after "), "{error}");

    // A step that nobody answers is no rest.
    let waits = "external: [CMD_PAY]\nstates: { A: { events: { CMD_PAY: B } }, B: { entry: hang, events: { EVT_CHAIN_DONE: A } } }";
    let hanging = |flow: &'static str| {
        Walk::new(move |clock| {
            let engine = Engine::builder(Till::default()).process::<Hang>().build()?;
            Ok(WorkflowManager::from_text(&engine, "a.yaml", flow)?.clock(clock))
        })
    };
    let stuck = hanging(waits).event("CMD_PAY", |_| json!(null)).run(1, 7).unwrap_err();
    assert_eq!(stuck.to_string(), "seed 7: `hang` awaits what does not come after CMD_PAY");
    let in_time = "external: [CMD_PAY]\nstates: { A: { events: { CMD_PAY: B } }, B: { entry: { run: hang, timeout: 1h, on_error: { Timeout: A } }, events: { EVT_CHAIN_DONE: A } } }";
    hanging(in_time).event("CMD_PAY", |_| json!(null)).length(3).run(1, 7).unwrap();

    let begins = Walk::<Till, (), ()>::new(|_| Err("no engine".into())).run(1, 7).unwrap_err();
    assert_eq!(begins.to_string(), "the session does not begin: no engine");
    let endless = "states: { A: { always: { to: B, when: domain.total < 5 } }, B: { always: { to: A, when: domain.total < 5 } } }";
    let error = Walk::new(move |clock| {
        let engine = Engine::builder(Till::default()).build()?;
        Ok(WorkflowManager::from_text(&engine, "a.yaml", endless)?.clock(clock).within(Duration::from_secs(9)))
    });
    let error = error.run(1, 7).unwrap_err();
    assert!(error.to_string().ends_with("after the start"), "{error}");
}

const RULES: &str = r#"
process_recipes:
  pay:
    inputs:
      - { field: amount, min: 1, level: B }
      - { field: amount, max: 30, level: C, max_threshold: 2 }
    outputs:
      - { field: domain.total, max: 1000, level: A }
  refund:
    outputs:
      - { field: domain.total, min: -5, level: B }
invariants:
  - { field: domain.total, max: 60, level: C }
"#;

fn figures(rules: &[RuleUse]) -> Vec<(&str, u64, u64, u64)> {
    rules.iter().map(|rule| (rule.rule.as_str(), rule.passed, rule.broken, rule.acted)).collect()
}

#[test]
fn several_trials_tell_which_rules_were_never_broken() {
    let rules = RuleCoverage::default();
    let both = || {
        let builder = Engine::builder(Till::default()).global(Bounds { most: 100 }).effects(Ports { factor: 2 });
        let trial = Trial::with(builder.process::<Pay>().process::<Refund>());
        trial.recipe("audit.yaml", RULES).covering(&rules)
    };
    for amount in [0, 5, 31] {
        drop(both().run(paid(amount)).unwrap());
    }
    let all = rules.rules();
    assert_eq!(
        figures(&all),
        [
            ("amount min 1", 2, 1, 1),
            // Below its threshold it is counted, and the run goes on.
            ("amount max 30", 1, 1, 0),
            ("domain.total max 1000", 2, 0, 0),
            ("domain.total min -5", 0, 0, 0),
            ("domain.total max 60", 1, 1, 1),
        ]
    );
    assert_eq!((all[0].process.as_deref(), all[4].process.as_deref()), (Some("pay"), None));
    let missed: Vec<String> = rules.missed().iter().map(|rule| rule.place.clone()).collect();
    assert_eq!(missed, ["audit.yaml:8:32", "audit.yaml:11:32"]);
    assert_eq!(
        rules.to_string(),
        "rules: 3 of 5 broken\n\
         never broken: `domain.total max 1000` of pay (output), audit.yaml:8:32\n\
         never judged: `domain.total min -5` of refund (output), audit.yaml:11:32\n"
    );
    drop(block_on(both().run_async(Refund { amount: 9 })).unwrap());
    assert_eq!(figures(&rules.rules())[3], ("domain.total min -5", 0, 1, 1));
}

#[test]
fn a_walk_counts_rules_whether_its_sessions_have_an_engine_each_or_one() {
    let engine = |recipe| {
        let builder = Engine::builder(Till::default()).global(Bounds { most: 100 }).effects(Ports { factor: 1 });
        builder.process::<Pay>().process::<Refund>().recipe("audit.yaml", recipe).unwrap().build().unwrap()
    };
    let walked = |shared: Option<Engine<Till, Bounds, Ports>>| {
        let mut number = 0;
        let walk = Walk::new(move |clock| {
            number += 1;
            let engine = match &shared {
                Some(engine) => engine.open(format!("s-{number}"), Till::default()),
                None => engine(RULES),
            };
            Ok(WorkflowManager::from_text(&engine, "till.yaml", FLOW)?.clock(clock))
        });
        let walk =
            walk.event("CMD_PAY", |random| json!({ "amount": random.below(40) })).event("CMD_CLOSE", |_| json!(null));
        walk.length(30).run(60, 3).unwrap()
    };
    let (each, one) = (walked(None), walked(Some(engine(RULES))));
    let broken = |coverage: &Coverage| -> Vec<u64> { coverage.rules().iter().map(|rule| rule.broken).collect() };
    assert_eq!(broken(&each), broken(&one));
    assert!(
        each.rules()[0].broken > 0 && each.rules()[1].acted > 0 && each.rules()[1].acted < each.rules()[1].broken,
        "{each}"
    );
    let missed: Vec<&str> = each.missed_rules().map(|rule| rule.rule.as_str()).collect();
    assert_eq!(missed, ["domain.total max 1000", "domain.total min -5"], "{each}");
    assert!(
        each.to_string()
            .contains("rules: 3 of 5 broken\nnever broken: `domain.total max 1000` of pay (output), audit.yaml:8:32\n"),
        "{each}"
    );
}
