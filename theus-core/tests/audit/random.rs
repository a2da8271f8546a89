//! Random states, recipes and sequences: the engine finds what the naive reading finds, rule by rule.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;
use serde_json::{Value as Json, json};
use theus_core::context::Decimal;

use super::generate;
use super::json::ToJson;
use super::naive::{Rule, Seen};
use super::world::{Put, World, load_with};

/// What kind of values a path leads to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Int(i128, u128),
    Float,
    Single,
    Bool,
    Char,
    Text,
    Phase,
    Mode,
    Decimal,
    Time,
    /// A collection, and whether its elements can be asked to differ.
    Collection(bool),
    Counted,
    Record,
    /// Only whether it is there.
    There,
}

const I64: Kind = Kind::Int(i64::MIN as i128, i64::MAX as u128);
const LEN: Kind = Kind::Int(0, u64::MAX as u128);
const SUM: Kind = Kind::Int(i128::MIN, u128::MAX);
const USUM: Kind = Kind::Int(0, u128::MAX);

/// Every path that rules are put on, in its parts; whether there may be nothing at its end.
const PATHS: &[(&str, Kind, bool)] = &[
    ("number", I64, false),
    ("list", Kind::Collection(true), false),
    ("list len()", LEN, false),
    ("list [-1]", I64, true),
    ("pair 0", Kind::Float, false),
    ("pair 1", Kind::Text, true),
    ("global ceiling", I64, false),
    ("global allowed [1]", Kind::Text, true),
    ("local sum", I64, false),
    ("local seen sum()", SUM, false),
    ("domain int", I64, false),
    ("domain unsigned", Kind::Int(0, u64::MAX as u128), false),
    ("domain big", USUM, false),
    ("domain low", Kind::Int(i128::MIN, i128::MAX as u128), false),
    ("domain small", Kind::Int(0, 255), false),
    ("domain float", Kind::Float, false),
    ("domain single", Kind::Single, false),
    ("domain flag", Kind::Bool, false),
    ("domain tag", Kind::Char, false),
    ("domain text", Kind::Text, false),
    ("domain text len()", LEN, false),
    ("domain text first()", Kind::Char, true),
    ("domain text last()", Kind::Char, true),
    ("domain option", I64, true),
    ("domain maybe", Kind::Float, true),
    ("domain note", Kind::Text, true),
    ("domain note len()", LEN, true),
    ("domain money", I64, false),
    ("domain phase", Kind::Phase, false),
    ("domain mode", Kind::Mode, false),
    ("domain mode Running speed", Kind::Float, true),
    ("domain mode Running steps [0]", I64, true),
    ("domain mode Running steps sum()", SUM, true),
    ("domain mode Failed 0", Kind::Text, true),
    ("domain mode Failed 1", Kind::Int(0, u32::MAX as u128), true),
    ("domain mode is_moving()", Kind::Bool, false),
    ("domain motor", Kind::Record, false),
    ("domain motor speed", I64, false),
    ("domain motor bearings", Kind::Collection(false), false),
    ("domain motor bearings [0] heat", Kind::Float, true),
    ("domain motor bearings [-2] id", Kind::Int(0, 255), true),
    ("domain motor mode", Kind::Mode, true),
    ("domain motor mode Running speed", Kind::Float, true),
    ("domain motor label()", Kind::Text, false),
    ("domain motor label() len()", LEN, false),
    ("domain pair", Kind::Record, false),
    ("domain pair 0", I64, false),
    ("domain pair 1", Kind::Text, false),
    ("domain triple", Kind::Collection(true), false),
    ("domain triple [2]", I64, true),
    ("domain triple max()", I64, true),
    ("domain tensor", Kind::Collection(true), false),
    ("domain tensor norm()", Kind::Float, false),
    ("domain tensor mean()", Kind::Float, true),
    ("domain tensor [1]", Kind::Float, true),
    ("domain readings", Kind::Collection(true), false),
    ("domain readings [0]", Kind::Float, true),
    ("domain readings [-1]", Kind::Float, true),
    ("domain readings sum()", Kind::Float, false),
    ("domain readings mean()", Kind::Float, true),
    ("domain readings min()", Kind::Float, true),
    ("domain readings max()", Kind::Float, true),
    ("domain readings first()", Kind::Float, true),
    ("domain readings last()", Kind::Float, true),
    ("domain counts", Kind::Collection(true), false),
    ("domain counts sum()", SUM, false),
    ("domain counts mean()", Kind::Float, true),
    ("domain counts min()", I64, true),
    ("domain bigs", Kind::Collection(true), false),
    ("domain bigs sum()", USUM, false),
    ("domain bigs max()", USUM, true),
    ("domain gaps", Kind::Collection(true), false),
    ("domain gaps [0]", I64, true),
    ("domain gaps sum()", SUM, true),
    ("domain gaps max()", I64, true),
    ("domain gaps last()", I64, true),
    ("domain phases", Kind::Collection(true), false),
    ("domain phases [-1]", Kind::Phase, true),
    ("domain names", Kind::Collection(false), false),
    ("domain names first()", Kind::Text, true),
    ("domain names last() len()", LEN, true),
    ("domain tags", Kind::Collection(false), false),
    ("domain tags sum()", USUM, false),
    ("domain tags max()", Kind::Int(0, 255), true),
    ("domain accounts", Kind::Collection(false), false),
    ("domain accounts len()", LEN, false),
    ("domain accounts [\"alice\"]", I64, true),
    ("domain accounts [\"a\\\"b\"]", I64, true),
    ("domain accounts keys() first()", Kind::Text, true),
    ("domain accounts values() sum()", SUM, false),
    ("domain accounts values()", Kind::Collection(true), false),
    ("domain motors", Kind::Collection(false), false),
    ("domain motors [2] speed", I64, true),
    ("domain motors [2] bearings [0] heat", Kind::Float, true),
    ("domain motors keys() max()", Kind::Int(0, u32::MAX as u128), true),
    ("domain levels [\"Heating\"]", Kind::Float, true),
    ("domain levels values() max()", Kind::Float, true),
    ("domain wallets [3]", I64, true),
    ("domain wallets values() mean()", Kind::Float, true),
    ("domain amount", Kind::Decimal, false),
    ("domain amounts sum()", Kind::Decimal, false),
    ("domain amounts min()", Kind::Decimal, true),
    ("domain amounts", Kind::Collection(true), false),
    ("domain at", Kind::Time, true),
    ("domain pause", Kind::Decimal, false),
    ("domain secrets", Kind::Counted, false),
    ("domain secrets len()", LEN, false),
    ("domain hidden", Kind::There, true),
    ("domain shown", I64, false),
    ("domain tree", Kind::Record, false),
    ("domain tree children [0] next weight", I64, true),
    ("domain tree children [1] children [0] weight", I64, true),
    ("domain user balance", I64, false),
    ("domain user tags [0]", Kind::Text, true),
    ("domain surplus()", Kind::Int(i128::MIN, i128::MAX as u128), false),
];

/// What is asked of a kind.
fn tests(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Int(..) | Kind::Decimal => &[
            "min",
            "max",
            "eq",
            "neq",
            "in",
            "not_in",
            "between",
            "multiple_of",
            "changed",
            "unchanged",
            "max_delta",
            "monotonic",
        ],
        Kind::Float | Kind::Single => &[
            "min",
            "max",
            "eq",
            "neq",
            "in",
            "not_in",
            "between",
            "finite",
            "changed",
            "unchanged",
            "max_delta",
            "monotonic",
        ],
        Kind::Time => &["min", "max", "eq", "neq", "in", "not_in", "between", "changed", "unchanged", "monotonic"],
        Kind::Text => &["eq", "neq", "min_len", "max_len", "in", "not_in", "regex", "changed", "unchanged"],
        Kind::Char | Kind::Phase | Kind::Mode => &["eq", "neq", "in", "not_in", "changed", "unchanged"],
        Kind::Bool => &["eq", "neq", "changed", "unchanged"],
        Kind::Collection(true) => &["min_len", "max_len", "unique", "changed", "unchanged"],
        Kind::Collection(false) => &["min_len", "max_len", "changed", "unchanged"],
        Kind::Counted => &["min_len", "max_len"],
        Kind::Record => &["changed", "unchanged"],
        Kind::There => &["exists"],
    }
}

fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

/// One value as a recipe writes it.
fn written(random: &mut Rng, kind: Kind) -> String {
    match kind {
        Kind::Int(least, most) => loop {
            let (negative, text) = match random.u8(..4) {
                0 => (false, generate::big(random).to_string()),
                1 => (true, least.to_string()),
                2 => (false, most.to_string()),
                _ => (true, generate::int(random).to_string()),
            };
            let fits = match (negative, text.parse::<i128>()) {
                (_, Ok(value)) => {
                    value >= least && u128::try_from(value).is_ok_and(|value| value <= most) | (value < 0)
                }
                (_, Err(_)) => text.parse::<u128>().is_ok_and(|value| value <= most),
            };
            if fits {
                return text;
            }
        },
        Kind::Float | Kind::Single => loop {
            match generate::float(random) {
                float if float.is_nan() || (kind == Kind::Single && float == f64::MAX) => {}
                float if float == f64::INFINITY => return ".inf".to_owned(),
                float if float == f64::NEG_INFINITY => return "-.inf".to_owned(),
                float => return format!("{float:?}"),
            }
        },
        Kind::Bool => random.bool().to_string(),
        Kind::Char => quoted(["a", "b", "ü"][random.usize(..3)]),
        Kind::Text => quoted(&generate::text(random)),
        Kind::Phase => quoted(&format!("{:?}", generate::phase(random))),
        Kind::Mode => quoted(["Idle", "Running", "Failed"][random.usize(..3)]),
        Kind::Decimal => {
            let amount = generate::amount(random).0.to_string();
            if random.bool() { quoted(&amount) } else { amount }
        }
        Kind::Time => format!("\"2024-05-01T12:0{}:00Z\"", random.u8(..4)),
        Kind::Collection(_) | Kind::Counted | Kind::Record | Kind::There => random.u8(..4).to_string(),
    }
}

/// Any rule, which may make no sense beside others.
pub(super) fn rule(random: &mut Rng) -> Rule {
    let (parts, kind, optional) = PATHS[random.usize(..PATHS.len())];
    let of_change = |test: &str| matches!(test, "changed" | "unchanged" | "max_delta" | "monotonic");
    let tests: Vec<&'static str> =
        tests(kind).iter().copied().filter(|test| parts.starts_with("domain") || !of_change(test)).collect();
    let test = if optional && random.u8(..6) == 0 { "exists" } else { tests[random.usize(..tests.len())] };
    let bounds = match test {
        "exists" => vec![random.bool().to_string()],
        "unique" | "finite" | "changed" | "unchanged" | "monotonic" => vec!["true".to_owned()],
        "min_len" | "max_len" => vec![random.u8(..5).to_string()],
        "regex" => vec![["\"^a\"", "\"li\"", "\"^$\"", "\"[0-9]$\""][random.usize(..4)].to_owned()],
        "multiple_of" | "max_delta" if kind == Kind::Decimal => {
            vec![Decimal::new(random.i128(1..50), random.u32(..3)).unwrap().to_string()]
        }
        "multiple_of" => vec![["2", "3", "7", "18446744073709551615"][random.usize(..4)].to_owned()],
        "max_delta" => match kind {
            Kind::Float | Kind::Single => vec![["0.0", "0.5", "3.0", "1e300"][random.usize(..4)].to_owned()],
            _ => vec![["0", "1", "5", "18446744073709551614"][random.usize(..4)].to_owned()],
        },
        "between" => vec![written(random, kind), written(random, kind)],
        "in" | "not_in" => {
            let count = random.usize(1..5);
            (0..count).map(|_| written(random, kind)).collect()
        }
        _ => vec![written(random, kind)],
    };
    let parts: Vec<String> = parts.split(' ').map(str::to_owned).collect();
    let zero = match kind {
        Kind::Float => "float",
        Kind::Decimal => "decimal",
        _ => "int",
    };
    let where_present = optional && test != "exists" && random.u8(..3) == 0;
    let input = !of_change(test) && random.u8(..4) == 0;
    Rule { input, parts, single: kind == Kind::Single, zero, test, bounds, where_present }
}

/// The recipe of a process with these rules, each with the settings of its place.
pub(super) fn yaml<'a>(process: &str, rules: &[Rule], settings: impl Fn(usize) -> &'a str) -> String {
    let mut text = format!("process_recipes:\n  {process}:\n");
    for (gate, input) in [("inputs", true), ("outputs", false)] {
        text += &format!("    {gate}:\n");
        if !rules.iter().any(|rule| rule.input == input) {
            text.truncate(text.len() - gate.len() - 6);
        }
        for (place, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.input == input) {
            text += &format!("      - {{ {}, {} }}\n", rule.entry(), settings(place));
        }
    }
    text
}

/// What was met, so that the test knows that it met everything.
#[derive(Default)]
struct Met {
    passed: BTreeMap<&'static str, u64>,
    failed: BTreeMap<&'static str, u64>,
    paths: BTreeSet<String>,
    refused: u64,
    loaded: u64,
}

fn case(seed: u64, met: &mut Met) {
    let random = &mut Rng::with_seed(seed);
    let count = random.usize(1..5);
    let level = if random.bool() { "C" } else { "B" };
    let settings = if level == "C" { "level: C" } else { "level: B" };
    let yaml = |rules: &[Rule]| yaml("put", rules, |_| settings);
    let mut rules: Vec<Rule> = Vec::new();
    while rules.len() < count {
        let next = rule(random);
        // A second rule of one gate, path and test replaces nothing and is refused; some bounds make no sense together.
        if rules.iter().any(|rule| (rule.input, &rule.parts, rule.test) == (next.input, &next.parts, next.test)) {
            continue;
        }
        // With those before it: a rule that contradicts another is refused.
        rules.push(next);
        match load_with(generate::state(0), &yaml(&rules)) {
            Ok(_) => {}
            Err(error) => {
                rules.pop();
                let known = [
                    "is above",
                    "twice",
                    "every value passes",
                    "no value passes",
                    "further than",
                    "satisfies both",
                    "satisfies all of",
                ];
                assert!(known.iter().any(|known| error.contains(known)), "{error}");
                met.refused += 1;
            }
        }
    }
    // The engine judges the input gate first, in the order of the file.
    rules.sort_by_key(|rule| !rule.input);
    let first = random.u64(..);
    let by_default = random.u8(..4) == 0;
    let engine = load_with(if by_default { World::default() } else { generate::state(first) }, &yaml(&rules)).unwrap();
    met.loaded += 1;
    let (mut committed, mut unwritten) = (first, Some(World::default().json()));
    for _ in 0..4 {
        let seed = if random.u8(..4) == 0 { committed } else { random.u64(..) };
        let state =
            if by_default && unwritten.is_some() { World::default() } else { generate::state(committed) }.json();
        let list: Vec<i64> = (0..random.usize(..3)).map(|_| generate::int(random)).collect();
        let pair = (generate::float(random), random.bool().then(|| generate::text(random)));
        let number = generate::int(random);
        let mut seen = Seen {
            arguments: json!({ "record": { "number": number.json(), "list": list.json(), "pair": pair.json() } }),
            local: json!({ "record": { "sum": 0_i64.json(), "seen": [] } }),
            global: json!({ "record": {
                "ceiling": 100_i64.json(), "allowed": ["alice".to_owned().json(), "bob".to_owned().json()],
            } }),
            domain: state.clone(),
            committed: state,
            unwritten: unwritten.clone(),
        };
        let mut expected = judge(&rules, true, &seen, met);
        let stopped = level == "B" && !expected.is_empty();
        if !stopped {
            seen.local = json!({ "record": { "sum": number.json(), "seen": list.json() } });
            seen.domain = generate::state(seed).json();
            expected.extend(judge(&rules, false, &seen, met));
        }
        let report = engine.run_reported(Put { seed, number, list, pair });
        let found: Vec<_> = report
            .violations
            .iter()
            .map(|found| (found.gate.to_string(), found.path.to_string(), found.condition.to_string()))
            .collect();
        assert_eq!(found, expected, "{}\nfrom {committed} to {seed}\n{seen:?}", yaml(&rules));
        assert_eq!(report.result.is_err(), level == "B" && !expected.is_empty());
        if report.result.is_ok() {
            (committed, unwritten) = (seed, None);
        }
    }
}

fn judge(rules: &[Rule], input: bool, seen: &Seen, met: &mut Met) -> Vec<(String, String, String)> {
    let mut failed = Vec::new();
    for rule in rules.iter().filter(|rule| rule.input == input) {
        met.paths.insert(rule.parts.join(" "));
        if rule.passes(seen) {
            *met.passed.entry(rule.test).or_default() += 1;
        } else {
            *met.failed.entry(rule.test).or_default() += 1;
            let gate = if input { "input" } else { "output" };
            failed.push((gate.to_owned(), rule.path(), rule.test.to_owned()));
        }
    }
    failed
}

#[test]
fn the_engine_finds_what_a_naive_reading_finds() {
    let cases: u64 = std::env::var("THEUS_CASES").ok().map_or(300, |text| text.parse().expect("a number"));
    let mut met = Met::default();
    for seed in 0..cases {
        case(seed, &mut met);
    }
    if cases < 300 {
        return;
    }
    let all = [
        "min",
        "max",
        "eq",
        "neq",
        "min_len",
        "max_len",
        "in",
        "not_in",
        "between",
        "regex",
        "exists",
        "unique",
        "finite",
        "multiple_of",
        "changed",
        "unchanged",
        "max_delta",
        "monotonic",
    ];
    for test in all {
        let (passed, failed) = (met.passed.get(test), met.failed.get(test));
        assert!(passed.is_some() && failed.is_some(), "{test}: {passed:?} passed, {failed:?} failed");
    }
    assert!(met.refused < met.loaded, "{} of {}", met.refused, met.loaded);
    assert!(cases < 2_000 || met.paths.len() == PATHS.len(), "every path was met");
}
