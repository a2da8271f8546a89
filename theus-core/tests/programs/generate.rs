//! How random programs are made.

use proptest::collection::vec;
use proptest::prelude::*;

use super::call::Call;
use super::rule::{AlarmSpec, Bound, RuleSpec, Window};
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
    /// The clock is moved by so many seconds, which may be back.
    Clock(i64),
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
    let window = (0..3_u8, 0..5_u32);
    (
        process,
        any::<bool>(),
        target,
        0..3_u8,
        0..20_i64,
        prop::sample::select(levels),
        thresholds,
        (any::<bool>(), window),
    )
        .prop_map(|(process, output_gate, field, test, number, level, (one, other), (resets, (kind, size)))| {
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
            let max_threshold = one.max(other);
            let window = match kind {
                // With it the rule would be warned of, and do what it does without.
                _ if max_threshold == 1 => Window::Endless,
                0 => Window::Endless,
                1 => Window::Within([1, 10, 20, 60, 120][size as usize]),
                _ => Window::Of(max_threshold + size),
            };
            RuleSpec {
                process,
                output_gate,
                field,
                bound,
                level,
                min_threshold: one.min(other),
                max_threshold,
                reset_on_success: resets && !matches!(window, Window::Of(_)),
                window,
                is_shared: false,
                is_per_weight: false,
                alarm: None,
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
        5 => prop::sample::select(vec![1, 2, 9, 10, 11, 30, 61, 3_600, -1, -10, -70, -3_600]).prop_map(Step::Clock),
    ];
    let capacity = prop_oneof![3 => Just(64_usize), 1 => 0..4_usize];
    (world(), rules(&['S', 'A', 'B', 'C'], 3, 5), capacity, vec(step, 1..16))
        .prop_map(|(world, rules, capacity, steps)| Program { world, rules, capacity, steps: numbered(steps) })
}

/// A program that runs two processes over and over, a `fn` and an `async fn`, under rules that see their argument: what is counted
/// over many runs shows in it.
pub(crate) fn insisting() -> impl Strategy<Value = Program> {
    type Drawn = ((i64, &'static str), bool, bool, (Window, u32, u32, bool, (bool, bool)), char, Option<AlarmSpec>);
    let one = |(
        (bound, field),
        output_gate,
        is_async,
        (window, max, warns, resets, (is_shared, is_per)),
        level,
        alarm,
    ): Drawn| {
        let (max_threshold, resets) = (max, resets && !matches!(window, Window::Of(_)));
        // What does not go with an alarm is refused at load.
        let (mut alarm, counts_excursions) = (alarm.filter(|_| !is_shared), level == 'C');
        let (resets, window) = match alarm {
            Some(_) if counts_excursions => {
                (false, if matches!(window, Window::Of(_)) { Window::Endless } else { window })
            }
            _ => (resets, window),
        };
        if let (Some(alarm), false) = (&mut alarm, counts_excursions) {
            alarm.on_delay = 0;
        }
        RuleSpec {
            process: if is_async { "drift" } else { "bump" },
            output_gate,
            field,
            bound: Bound::Max(bound),
            level,
            min_threshold: warns.min(max_threshold),
            max_threshold,
            reset_on_success: resets,
            window: match window {
                Window::Of(more) => Window::Of(max_threshold + more),
                window => window,
            },
            is_shared,
            is_per_weight: is_per,
            alarm,
        }
    };
    let window = prop_oneof![
        1 => Just(Window::Endless),
        3 => prop::sample::select(vec![1, 10, 20, 60, 120]).prop_map(Window::Within),
        3 => (0..6_u32).prop_map(Window::Of),
    ];
    let counting = (window, 2..5_u32, 1..4_u32, any::<bool>(), any::<(bool, bool)>());
    let levels = prop::sample::select(vec!['A', 'B', 'C', 'C', 'C']);
    let seen = prop::sample::select(vec!["weight", "domain.count"]);
    let seconds = || prop::sample::select(vec![0, 0, 1, 10, 20]);
    let alarm = (0..4_i64, seconds(), seconds()).prop_map(|(deadband, on_delay, off_delay)| AlarmSpec {
        deadband,
        on_delay,
        off_delay,
    });
    let rule =
        ((0..11_i64, seen), any::<bool>(), any::<bool>(), counting, levels, prop::option::of(alarm)).prop_map(one);
    let rules = vec(rule, 1..4).prop_map(|mut rules| {
        let mut seen = std::collections::BTreeSet::new();
        rules.retain(|rule: &RuleSpec| seen.insert((rule.process, rule.output_gate)));
        rules
    });
    let step = prop_oneof![
        6 => call(prop::sample::select(vec![2, 12])).prop_map(Step::Run),
        2 => prop::sample::select(vec![1, 2, 9, 10, 11, 30, 61, -1, -10, -3_600]).prop_map(Step::Clock),
    ];
    (world(), rules, vec(step, 20..60)).prop_map(|(world, rules, steps)| Program {
        world,
        rules,
        capacity: 64,
        steps: numbered(steps),
    })
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
