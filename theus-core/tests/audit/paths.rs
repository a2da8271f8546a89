//! Every kind of path, on one state, in words.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::{Duration, UNIX_EPOCH};

use theus_core::context::Decimal;

use super::world::{Amount, Bearing, Mode, Money, Motor, Phase, Put, Secret, Tensor, Tree, World, load_with};

fn world() -> World {
    let bearing = |heat: f64, id: u8| Bearing { heat: Some(heat), id };
    let motor = Motor {
        speed: 40,
        bearings: vec![bearing(60.5, 1), bearing(71.0, 2), Bearing { heat: None, id: 3 }],
        mode: Some(Mode::Running { speed: 2.5, steps: vec![1, 2, 3] }),
        name: "mill-7".to_owned(),
    };
    World {
        int: 7,
        unsigned: u64::MAX,
        big: u128::MAX,
        option: Some(-3),
        text: "übung".to_owned(),
        money: Money(12),
        phase: Phase::Heating,
        mode: Mode::Failed("overheated".to_owned(), 9),
        motors: HashMap::from([(42, motor.clone())]),
        motor,
        pair: (3, "three".to_owned()),
        triple: [5, 6, 7],
        tensor: Tensor(vec![3.0, 4.0]),
        readings: vec![1.0, 2.0, 4.5],
        counts: vec![i64::MAX, i64::MAX, -1],
        bigs: vec![u128::MAX, 1],
        gaps: vec![Some(1), None].into(),
        names: BTreeSet::from(["anna".to_owned(), "zoe".to_owned()]),
        tags: HashSet::from([3, 9]),
        accounts: BTreeMap::from([("alice".to_owned(), 100), ("bob].len()".to_owned(), -20)]),
        levels: BTreeMap::from([(Phase::Cooling, 0.25)]),
        wallets: BTreeMap::from([(Money(1), Money(10)), (Money(2), Money(5))]),
        amount: Amount(Decimal::new(1_250, 2).unwrap()),
        at: Some(UNIX_EPOCH + Duration::from_secs(60)),
        pause: Duration::from_millis(1_500),
        secrets: vec![Secret(1), Secret(2)],
        shown: Secret(77),
        tree: Tree {
            weight: 1,
            children: vec![Tree { weight: 5, ..Tree::default() }],
            next: Some(Box::new(Tree { weight: 8, ..Tree::default() })),
        },
        ..World::default()
    }
}

/// Whether a rule on the state passes, by way of the input gate.
fn passes(entry: &str) -> bool {
    let recipe = format!("process_recipes:\n  put:\n    inputs:\n      - {{ {entry} }}\n");
    let engine = load_with(world(), &recipe).unwrap_or_else(|error| panic!("{entry}\n{error}"));
    engine.run(Put { seed: 1, number: 5, list: vec![4, 5], pair: (0.5, None) }).is_ok()
}

#[test]
fn a_path_leads_to_its_value() {
    let cases = [
        // Arguments.
        ("number", "5"),
        ("'list[1]'", "5"),
        ("list.sum()", "9"),
        ("pair.0", "0.5"),
        // Layers.
        ("global.ceiling", "100"),
        ("'global.allowed[-2]'", "alice"),
        ("local.sum", "0"),
        // Newtypes, options, tuples, arrays.
        ("domain.money", "12"),
        ("domain.option", "-3"),
        ("domain.pair.1", "three"),
        ("'domain.triple[-1]'", "7"),
        // Structs, also those that hold themselves.
        ("domain.motor.speed", "40"),
        ("'domain.motor.bearings[1].heat'", "71.0"),
        ("domain.tree.next.weight", "8"),
        ("'domain.tree.children[0].weight'", "5"),
        // Enums.
        ("domain.phase", "Heating"),
        ("domain.mode", "Failed"),
        ("domain.mode.Failed.0", "overheated"),
        ("domain.mode.Failed.1", "9"),
        ("domain.motor.mode", "Running"),
        ("domain.motor.mode.Running.speed", "2.5"),
        ("'domain.motor.mode.Running.steps[-1]'", "3"),
        // Maps.
        ("'domain.accounts[\"alice\"]'", "100"),
        ("\"domain.accounts['bob].len()']\"", "-20"),
        ("'domain.motors[42].bearings[0].id'", "1"),
        ("'domain.levels[\"Cooling\"]'", "0.25"),
        ("'domain.wallets[2]'", "5"),
        ("domain.accounts.keys().last()", "\"bob].len()\""),
        ("domain.accounts.values().sum()", "80"),
        ("domain.wallets.keys().max()", "2"),
        ("domain.wallets.values().mean()", "7.5"),
        // Properties of collections and strings.
        ("domain.readings.len()", "3"),
        ("domain.readings.sum()", "7.5"),
        ("domain.readings.mean()", "2.5"),
        ("domain.readings.min()", "1.0"),
        ("domain.readings.max()", "4.5"),
        ("domain.readings.first()", "1.0"),
        ("domain.readings.last()", "4.5"),
        ("domain.counts.sum()", "18446744073709551613"),
        ("domain.tags.sum()", "12"),
        ("domain.tags.max()", "9"),
        ("domain.names.first()", "anna"),
        ("domain.names.last().len()", "3"),
        ("domain.names.last().first()", "z"),
        ("domain.text.len()", "5"),
        ("domain.text.first()", "ü"),
        ("domain.secrets.len()", "2"),
        // The user's own.
        ("domain.tensor.norm()", "5.0"),
        ("domain.tensor.widest()", "4.0"),
        ("domain.tensor.mean()", "3.5"),
        ("domain.mode.is_moving()", "false"),
        ("domain.motor.label()", "mill"),
        ("domain.motor.label().last()", "l"),
        ("domain.surplus()", "-18446744073709551608"),
        ("domain.first_name()", "anna"),
        ("domain.user.is_rich()", "false"),
        // What is shown of other types.
        ("domain.amount", "'12.5'"),
        ("domain.pause", "1.5"),
        ("domain.at", "'1970-01-01T00:01:00Z'"),
        ("domain.shown", "77"),
    ];
    for (path, value) in cases {
        assert!(passes(&format!("field: {path}, eq: {value}")), "{path} is not {value}");
        assert!(!passes(&format!("field: {path}, neq: {value}")), "{path} is {value} and is not");
    }
}

#[test]
fn what_is_not_there_satisfies_nothing_but_its_absence() {
    let missing = [
        ("'list[2]'", "neq: 1"),
        ("'list[-3]'", "neq: 1"),
        ("pair.1", "neq: a"),
        ("domain.mode.Running.speed", "min: -.inf"),
        ("'domain.motor.bearings[2].heat'", "min: -.inf"),
        ("'domain.motor.bearings[3].id'", "min: 0"),
        ("'domain.accounts[\"Alice\"]'", "neq: 1"),
        ("'domain.motors[7].speed'", "neq: 1"),
        ("domain.phases.first()", "neq: Idle"),
        ("domain.gaps.sum()", "neq: 1"),
        ("domain.gaps.last()", "neq: 1"),
        ("domain.amounts.min()", "neq: 1"),
        ("domain.tree.next.next.weight", "neq: 1"),
        ("domain.hidden", "exists: true"),
    ];
    for (path, rule) in missing {
        assert!(!passes(&format!("field: {path}, {rule}")), "{path}: {rule}");
        assert!(!passes(&format!("field: {path}, exists: true")), "{path} exists");
        assert!(passes(&format!("field: {path}, exists: false")), "{path} does not exist");
    }
    assert!(passes("field: domain.option, exists: true") && !passes("field: domain.option, exists: false"));
    assert!(passes("field: domain.amounts.sum(), eq: 0") && passes("field: domain.user.tags, max_len: 0"));
}

#[test]
fn a_sum_beyond_every_integer_satisfies_nothing() {
    assert!(!passes("field: domain.bigs.sum(), min: 1") && !passes("field: domain.bigs.sum(), max: 1"));
    assert!(passes("field: domain.bigs.max(), eq: 340282366920938463463374607431768211455"));
    assert!(passes("field: domain.bigs.mean(), min: 1e38"));
}
