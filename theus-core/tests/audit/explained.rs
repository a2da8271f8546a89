//! What explain says of random rules and states before a run, the run then finds.

use std::collections::BTreeMap;

use fastrand::Rng;
use theus_core::audit::{Action, Explanation, Gate, RuleAccount, Violation, Would};
use theus_core::prelude::*;

use super::generate;
use super::naive::Rule;
use super::random::{rule, yaml};
use super::world::{Limits, Touch, World};

fn load(recipe: &str, state: u64) -> Option<Engine<World, Limits>> {
    let builder = Engine::builder(generate::state(state))
        .global(Limits { ceiling: 100, allowed: vec!["alice".to_owned(), "bob".to_owned()] })
        .process::<Touch>();
    builder.recipe("r.yaml", recipe).ok()?.build().ok()
}

fn settings(random: &mut Rng) -> String {
    let level = ["S", "A", "B", "C", "I"][random.usize(..5)];
    let most = random.u32(1..=3);
    let (least, resets) = (random.u32(1..=most), random.bool());
    // What does not go together is refused, and drawn again.
    let alarm = ["", "", ", alarm: true", ", deadband: 1"][random.usize(..4)];
    format!("level: {level}, min_threshold: {least}, max_threshold: {most}, reset_on_success: {resets}{alarm}")
}

/// A few rules that make sense together, as a recipe.
fn recipe(random: &mut Rng) -> String {
    let (mut rules, mut all): (Vec<Rule>, Vec<String>) = (Vec::new(), Vec::new());
    let count = random.usize(1..7);
    while rules.len() < count {
        let mut next = rule(random);
        // More of those that both gates know.
        next.input |= random.u8(..3) == 0 && !matches!(next.test, "changed" | "unchanged" | "max_delta" | "monotonic");
        rules.push(next);
        all.push(settings(random));
        if load(&yaml("touch", &rules, |place| &all[place]), 0).is_none() {
            rules.pop();
            all.pop();
        }
    }
    yaml("touch", &rules, |place| &all[place])
}

/// What was met, so that the test knows that it met everything.
#[derive(Default)]
struct Met {
    said: BTreeMap<String, u64>,
    halted: u64,
    /// Rules at the output gate that were not judged, since the input gate refused the run.
    unreached: u64,
}

fn refuses(violation: &&Violation) -> bool {
    matches!(violation.action, Action::Blocked | Action::Aborted | Action::Interlocked)
}

fn strongest<'a>(violations: impl Iterator<Item = &'a Violation>) -> Option<Action> {
    violations.filter(refuses).min_by_key(|violation| violation.level).map(|violation| violation.action)
}

fn found<'a>(rule: &RuleAccount, violations: &'a [Violation]) -> Option<&'a Violation> {
    violations.iter().find(|violation| *violation.metadata == rule.metadata)
}

/// Compares what was said with the violations of the run, and with what is said of the counters afterwards.
fn compare(said: &Explanation, violations: &[Violation], later: &Explanation, met: &mut Met) {
    let stopped = violations.iter().filter(refuses).any(|violation| violation.gate == Gate::Input);
    let (mut unknown, mut all) = (false, 0);
    for (rule, after) in said.rules.iter().zip(&later.rules) {
        *met.said.entry(format!("{} {}", rule.gate, rule.would)).or_default() += 1;
        let found = found(rule, violations);
        all += usize::from(found.is_some());
        let is_judged = rule.gate == Gate::Input || !stopped;
        let count = match rule.would {
            Would::Unknown => {
                unknown |= found.is_some();
                continue;
            }
            _ if !is_judged => {
                assert!(found.is_none(), "{found:?}");
                met.unreached += 1;
                rule.count
            }
            Would::Pass | Would::NotAsked | Would::Standing => {
                assert!(found.is_none(), "{found:?}");
                if rule.would == Would::Pass && rule.reset_on_success { 0 } else { rule.count }
            }
            Would::Violate(action) => {
                let found = found.unwrap_or_else(|| panic!("not found: {rule:?}"));
                assert_eq!((found.action, Some(&found.value)), (action, rule.value.as_ref()));
                assert_eq!(found.count, if action.is_acting() { rule.max_threshold } else { rule.count + 1 });
                if action.is_acting() { 0 } else { rule.count + 1 }
            }
        };
        assert_eq!(after.count, count, "the counter afterwards: {rule:?}");
    }
    assert_eq!(all, violations.len(), "nothing is found that was not explained");
    if !unknown {
        assert_eq!(said.refusal(), strongest(violations.iter()));
    }
}

fn case(seed: u64, met: &mut Met) {
    let random = &mut Rng::with_seed(seed);
    let recipe = recipe(random);
    let engine = load(&recipe, random.u64(..)).unwrap();
    for _ in 0..6 {
        let (state, number) = (random.u64(..), generate::int(random));
        let list: Vec<i64> = (0..random.usize(..3)).map(|_| generate::int(random)).collect();
        let pair = (generate::float(random), random.bool().then(|| generate::text(random)));
        let command = || Touch { seed: state, number, list: list.clone(), pair: pair.clone() };
        let said = engine.explain(&command()).unwrap();
        let report = engine.run_reported(command());
        let later = engine.explain(&command()).unwrap();
        let shown = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            if said.interlock.is_some() {
                assert!(said.refusal() == Some(Action::Interlocked) && report.result.is_err());
                assert!(report.violations.is_empty());
                assert_eq!(later, said, "nothing is counted on a halted engine");
                engine.reset_interlock("R. Lee", "checked").unwrap();
                met.halted += 1;
                return;
            }
            compare(&said, &report.violations, &later, met);
            assert_eq!(report.result.is_err(), strongest(report.violations.iter()).is_some());
            assert!(said.refusal().is_none() || report.result.is_err());
        }));
        assert!(shown.is_ok(), "case {seed}\n{recipe}\n{said}\n{:#?}", report.violations);
    }
}

#[test]
fn what_explain_says_is_what_the_run_finds() {
    let cases: u64 = std::env::var("THEUS_CASES").ok().map_or(200, |text| text.parse().expect("a number"));
    let mut met = Met::default();
    for seed in 0..cases {
        case(seed, &mut met);
    }
    if cases < 200 {
        return;
    }
    let actions = ["counted", "warned", "campaign", "informed", "blocked", "aborted", "interlocked"];
    for gate in ["input", "output"] {
        for said in actions.into_iter().chain(["passes", "not asked", "stands", "known in the run"]) {
            let said = format!("{gate} {said}");
            assert!(met.said.contains_key(&said), "{said} was never met: {:?}", met.said);
        }
    }
    assert!(met.halted > 0 && met.unreached > 0, "{} and {}", met.halted, met.unreached);
}
