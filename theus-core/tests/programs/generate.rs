//! How random programs are made.

use proptest::collection::vec;
use proptest::prelude::*;

use super::call::Call;
use super::rule::{Bound, RuleSpec};
use super::script::{Op, Script};
use super::world::World;

/// A random program: where it begins, under which rules, and what is done one after another.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub world: World,
    pub rules: Vec<RuleSpec>,
    pub capacity: usize,
    pub steps: Vec<Step>,
}

/// One thing done to an engine from outside.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Run(Call),
    NextEvent,
    Emit(&'static str),
    ResetInterlock,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        8 => (0..5_usize).prop_map(Op::Read),
        6 => (0..5_usize, 0..40_i64).prop_map(|(member, number)| Op::Set(member, number)),
        6 => (0..5_usize, 0..40_i64).prop_map(|(member, number)| Op::Edit(member, number)),
        1 => (0..5_usize).prop_map(Op::Touch),
        2 => Just(Op::Pause),
        1 => any::<bool>().prop_map(Op::Fail),
        1 => Just(Op::Panic),
    ]
}

/// One call of a process out of `kinds`.
fn call(kinds: impl Strategy<Value = usize>) -> impl Strategy<Value = Call> {
    (kinds, 0..12_i64, vec(op(), 0..9)).prop_map(|(kind, weight, ops)| Call::of(kind, weight, Script { ops, run: 0 }))
}

fn world() -> impl Strategy<Value = World> {
    (0..20_i64, any::<bool>(), vec(0..50_i64, 0..4), "[a-c]{0,3}").prop_map(|(count, flag, items, name)| World {
        count,
        flag,
        items,
        name,
        ..World::default()
    })
}

/// Rules that fit some process: also on fields that are in no contract, which a rule may look at all the same.
fn rule(levels: &'static [char], most: u32) -> impl Strategy<Value = RuleSpec> {
    let process = prop::sample::select(vec![
        "look", "stamp", "bump", "gather", "tanks", "ring", "scribe", "post", "glance", "drift", "deliver",
    ]);
    let target = prop::sample::select(vec![
        "weight",
        "global.step",
        "domain.count",
        "domain.limit",
        "domain.flag",
        "domain.name",
        "domain.items",
        "domain.table",
        "domain.tank.level",
        "domain.sig_alarm",
        "domain.meta_runs",
        "local.steps",
    ]);
    let thresholds = (1..=most, 1..=most);
    (process, any::<bool>(), target, 0..3_u8, 0..20_i64, prop::sample::select(levels), thresholds, any::<bool>())
        .prop_map(|(process, output_gate, field, test, number, level, (one, other), reset_on_success)| {
            // Only `scribe` has scratch that a rule can look at.
            let process = if field == "local.steps" { "scribe" } else { process };
            let len = number.unsigned_abs() as usize;
            let bound = match (field, test) {
                ("domain.flag" | "domain.sig_alarm", _) => Bound::Is(number < 14),
                ("domain.name", 0) => Bound::MinLen(len % 3),
                ("domain.items" | "domain.table", 0) => Bound::MinLen(len % 2),
                ("domain.name" | "domain.items" | "domain.table", _) => Bound::MaxLen(1 + len % 5),
                (_, 0) => Bound::Min(number / 2),
                (_, 1) => Bound::Max(number),
                _ => Bound::Neq(number),
            };
            RuleSpec {
                process,
                output_gate,
                field,
                bound,
                level,
                min_threshold: one.min(other),
                max_threshold: one.max(other),
                reset_on_success,
            }
        })
}

/// As many rules, of which a recipe may have each only once, and none that contradicts another.
fn rules(levels: &'static [char], most: u32, count: usize) -> impl Strategy<Value = Vec<RuleSpec>> {
    vec(rule(levels, most), 0..count).prop_map(|rules| {
        let place = |rule: &RuleSpec| (rule.process, rule.output_gate, rule.field);
        let mut kept: Vec<RuleSpec> = Vec::new();
        for rule in rules {
            let clashes = |other: &RuleSpec| place(other) == place(&rule) && other.bound.clashes_with(rule.bound);
            if !kept.iter().any(clashes) {
                kept.push(rule);
            }
        }
        kept
    })
}

/// Tells each run of a program from the others.
fn numbered(mut steps: Vec<Step>) -> Vec<Step> {
    for (index, step) in steps.iter_mut().enumerate() {
        if let Step::Run(call) = step {
            call.number(index as i64);
        }
    }
    steps
}

/// A program for one thread: everything that can happen, happens.
pub(crate) fn program() -> impl Strategy<Value = Program> {
    let step = prop_oneof![
        12 => call(0..Call::KINDS).prop_map(Step::Run),
        3 => Just(Step::NextEvent),
        1 => Just(Step::Emit("CMD_OUTSIDE")),
        1 => Just(Step::ResetInterlock),
    ];
    let capacity = prop_oneof![3 => Just(64_usize), 1 => 0..4_usize];
    (world(), rules(&['S', 'A', 'B', 'C'], 3, 5), capacity, vec(step, 1..16))
        .prop_map(|(world, rules, capacity, steps)| Program { world, rules, capacity, steps: numbered(steps) })
}

/// Programs that run at once on one engine. Their rules act at once and never stop the engine, so that what a run gives
/// depends on the state that it saw and on nothing else.
pub(crate) fn run_steps(
    kinds: std::ops::Range<usize>,
    programs: std::ops::RangeInclusive<usize>,
) -> impl Strategy<Value = (World, Vec<RuleSpec>, Vec<Vec<Call>>)> {
    let rules = rules(&['A', 'B', 'C'], 1, 4);
    (world(), rules, vec(vec(call(kinds), 1..8), programs)).prop_map(|(world, rules, mut programs)| {
        for (index, call) in programs.iter_mut().flatten().enumerate() {
            call.number(index as i64);
        }
        (world, rules, programs)
    })
}
