//! Recipes at random: what the program says of its transfers is what the oracle works out.

use fastrand::Rng;
use serde_json::Value;

use crate::fixture::Fixture;
use crate::oracle::{Rule, Target, summary};

/// The keys that the oracle works out.
fn told(summary: &Value, expected: &Value) -> Value {
    expected.as_object().unwrap().keys().map(|key| (key.clone(), summary[key].clone())).collect()
}

fn check(rules: &[Rule], transfers: u64, seed: u64) -> Value {
    let yaml = |is_input| rules.iter().filter(|it| it.is_input() == is_input).map(Rule::yaml).collect::<Vec<_>>();
    let (inputs, outputs) = (yaml(true), yaml(false));
    let fixture = Fixture::rules(&inputs, &outputs);
    let (found, expected) = (fixture.audited(transfers, seed), summary(rules, transfers, seed));
    assert_eq!(told(&found, &expected), expected, "{rules:#?}, seed {seed}");
    found
}

#[test]
fn random_rules_refuse_what_the_oracle_says() {
    let mut rng = Rng::with_seed(11);
    let (mut blocked, mut stopped) = (0, 0);
    for seed in 0..crate::cases(60) {
        let mut rules = Vec::new();
        for (target, most) in
            [(Target::Amount, 1_200_000), (Target::SpentToday, 1_500_000), (Target::TransfersToday, 20)]
        {
            if rng.u32(0..4) > 0 {
                let level = *rng.choice(&['B', 'B', 'B', 'C', 'C', 'A', 'S']).unwrap();
                let act_at = if rng.bool() { 1 } else { rng.u32(2..40) };
                rules.push(Rule { target, max: rng.i64(1..most), level, act_at, reset: rng.bool() });
            }
        }
        let found = check(&rules, rng.u64(1..6_000), seed);
        blocked += found["blocked"].as_u64().unwrap();
        stopped += u64::from(found["status"] != "finished");
    }
    assert!(blocked > 1_000 && stopped > 10, "the rules did something: {blocked}, {stopped}");
}

#[test]
fn a_stricter_limit_blocks_more_and_none_blocks_nothing() {
    let limit = |max| {
        let rule = Rule { target: Target::SpentToday, max, level: 'B', act_at: 1, reset: false };
        check(&[rule], 8_000, 7)["blocked"].as_u64().unwrap()
    };
    let (none, loose, strict) = (check(&[], 8_000, 7), limit(800_000), limit(400_000));
    assert_eq!(none["blocked"], 0);
    assert!(
        none["declined_by"]["NotAnAmount"].as_u64().unwrap() > 0,
        "what the recipe lets pass, the process declines"
    );
    assert!(strict > loose && loose > 0, "{strict} {loose}");
}

#[test]
fn a_cent_makes_the_difference() {
    let found = |max: &str| {
        let rule = format!("{{ field: from, max: 500 }}, {{ field: amount, max: {max} }}");
        let recipe = format!("process_recipes: {{ transfer: {{ inputs: [ {rule} ] }} }}");
        Fixture::new().with("audit.yaml", &recipe).audited(1, 7)["blocked"].clone()
    };
    let first = crate::orders::Orders::new(7).next().unwrap();
    let at = |cents| found(&crate::oracle::decimal(cents));
    assert_eq!((at(first.cents - 1), at(first.cents)), (1.into(), 0.into()));
}
