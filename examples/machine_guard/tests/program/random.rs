//! Random recipes on random readings, against the oracle.

use fastrand::Rng;

use crate::fixture::Fixture;
use crate::oracle::{Gate, Rule, Target, summary};

fn rule(random: &mut Rng, gate: Gate) -> Rule {
    let act_at = random.u32(1..=6);
    let is_min = random.bool();
    Rule {
        gate,
        target: if random.bool() { Target::Argument } else { Target::Temperature },
        is_min,
        bound: if is_min { random.i32(60..75) } else { random.i32(75..90) },
        level: ['S', 'A', 'B', 'B', 'C', 'C'][random.usize(..6)],
        warn_from: random.u32(1..=act_at),
        act_at,
        reset: random.bool(),
    }
}

/// One rule for each field, test and gate at most: the recipe takes no more.
fn rules(random: &mut Rng) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::new();
    for _ in 0..random.usize(1..=4) {
        let gate = if random.bool() { Gate::Input } else { Gate::Output };
        let new = rule(random, gate);
        let same = |old: &Rule| (old.gate, old.target, old.is_min) == (new.gate, new.target, new.is_min);
        if !rules.iter().any(same) {
            rules.push(new);
        }
    }
    rules
}

/// How many seeds: what `THEUS_CASES` says, else a few.
fn cases() -> u64 {
    std::env::var("THEUS_CASES").ok().map_or(250, |text| text.parse().expect("THEUS_CASES is a number"))
}

#[test]
fn whatever_the_rules_are_the_summary_is_what_they_say() {
    let mut seen = [0; 4];
    for seed in 0..cases() {
        let mut random = Rng::with_seed(seed);
        let rules = rules(&mut random);
        let length = random.usize(0..120);
        // Runs of good and bad readings, so that thresholds are reached in a row too.
        let mut readings = Vec::with_capacity(length);
        let mut level = 75.0;
        for _ in 0..length {
            if random.u8(..5) == 0 {
                level = f64::from(random.i32(60..=90));
            }
            readings.push(level + f64::from(random.i32(-4..=4)) / 4.0);
        }
        let entries = |gate| rules.iter().filter(|rule| rule.gate == gate).map(Rule::yaml).collect::<Vec<_>>();
        let fixture = Fixture::readings(&readings).rules(&entries(Gate::Input), &entries(Gate::Output));
        let expected = summary(&rules, &readings);
        assert_eq!(fixture.guarded(), expected, "seed {seed}\n{rules:#?}\n{readings:?}");
        for action in expected["actions"].as_array().unwrap() {
            seen["SABC".find(action["level"].as_str().unwrap()).unwrap()] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 20), "every level acted often enough to be tried: {seen:?}");
}
