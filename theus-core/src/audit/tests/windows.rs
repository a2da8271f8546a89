//! Windows of thresholds: `within` by the clock, `of` by judgements.

use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::audit::Window;

/// A clock that a test puts, in seconds.
#[derive(Clone)]
pub(super) struct Put(Arc<AtomicU64>);

impl Put {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_000_000)))
    }

    pub(super) fn goes(&self, seconds: i64) {
        self.0.fetch_add(seconds.cast_unsigned(), Ordering::Relaxed);
    }

    pub(super) fn clock(&self) -> Arc<dyn Fn() -> SystemTime + Send + Sync> {
        let at = Arc::clone(&self.0);
        Arc::new(move || second(at.load(Ordering::Relaxed)))
    }
}

fn second(number: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(number)
}

pub(super) fn with(settings: &str) -> (One, Put) {
    let put = Put::new();
    (auditor("inputs", settings).with_clock(put.clock()), put)
}

/// What a run with this value comes to: the number of its violation, and whether the level acted.
pub(super) fn step(auditor: &One, value: i128) -> Option<(u32, bool)> {
    let (report, _) = run(auditor, Gate::Input, value);
    report.first().map(|violation| (violation.count, violation.action.is_acting()))
}

#[test]
fn three_violations_within_an_hour_act_and_those_further_apart_do_not() {
    let (auditor, put) = with("level: B, max_threshold: 3, within: 1h");
    let after = |seconds| {
        put.goes(seconds);
        step(&auditor, -1).unwrap()
    };
    assert_eq!(after(0), (1, false));
    assert_eq!(after(1_800), (2, false));
    assert_eq!(after(1_801), (2, false), "the first is an hour and a second ago");
    assert_eq!(after(1_799), (3, true), "the second is an hour ago, which is within it");
    assert_eq!(after(0), (1, false), "it has acted: it starts again");
    assert_eq!(after(3_601), (1, false));
}

#[test]
fn passes_are_nothing_to_a_time_unless_they_put_it_back() {
    let (auditor, _) = with("level: C, max_threshold: 3, within: 1h");
    assert_eq!([-1, 1, 1, -1, 1, -1].map(|value| step(&auditor, value)).iter().flatten().last(), Some(&(3, true)));
    let (auditor, put) = with("level: C, max_threshold: 2, within: 1h, reset_on_success: true");
    assert_eq!([-1, 1, -1].map(|value| step(&auditor, value)), [Some((1, false)), None, Some((1, false))], "in a row");
    put.goes(3_601);
    assert_eq!(step(&auditor, -1), Some((1, false)), "and within the hour");
    assert_eq!(step(&auditor, -1), Some((2, true)));
}

#[test]
fn a_clock_that_is_put_back_neither_loses_nor_keeps_for_ever() {
    let (auditor, put) = with("level: C, max_threshold: 4, within: 1h");
    let after = |seconds| {
        put.goes(seconds);
        step(&auditor, -1).unwrap()
    };
    assert_eq!(after(0), (1, false));
    assert_eq!(after(1_800), (2, false));
    // Two days back: nothing says how long it really was.
    assert_eq!(after(-172_800), (3, false), "as if no time had passed");
    assert_eq!(after(1_801), (3, false), "the first is an hour and a second before: it went back with the clock");
    assert_eq!(after(3_601), (1, false), "what was counted in a time that has not come yet does not stay until it has");
}

#[test]
fn three_of_the_last_five_runs_act_and_passes_are_places() {
    let (auditor, _) = with("level: B, max_threshold: 3, of: 5");
    let steps = [-1, 1, -1, 1, 1, -1].map(|value| step(&auditor, value));
    assert_eq!(steps.iter().flatten().last(), Some(&(2, false)), "the first was six runs ago");
    assert_eq!(step(&auditor, 1), None);
    assert_eq!(step(&auditor, -1), Some((2, false)), "of the five are a pass, a pass, a violation, a pass and this");
    assert_eq!(step(&auditor, -1), Some((3, true)));
    assert_eq!(step(&auditor, -1), Some((1, false)), "it has acted: it starts again");
}

#[test]
fn a_pass_costs_nothing_while_the_window_is_empty() {
    let (auditor, _) = with("level: B, max_threshold: 3, of: 5");
    let rules = auditor.rules("refund").unwrap();
    let found = |value: i128| rules.judge(Gate::Input, &total(value), &auditor.session);
    assert!(found(1).is_empty());
    assert_eq!(step(&auditor, -1), Some((1, false)));
    for _ in 0..5 {
        assert!(!found(1).is_empty(), "a place among the five");
        assert_eq!(step(&auditor, 1), None);
    }
    assert!(found(1).is_empty() && auditor.count("refund") == 0, "the violation has left the window");
}

#[test]
fn early_warnings_count_in_the_same_window() {
    let (auditor, put) = with("level: C, min_threshold: 2, max_threshold: 3, within: 1m");
    let mut actions = Vec::new();
    for seconds in [0, 61, 30, 31, 1] {
        put.goes(seconds);
        actions.extend(run(&auditor, Gate::Input, -1).0.iter().map(|violation| violation.action));
    }
    assert_eq!(actions, [Action::Counted, Action::Counted, Action::Warned, Action::Warned, Action::Campaign]);
}

#[test]
fn what_would_come_of_it_comes_of_it_though_the_clock_goes_on_between() {
    // A clock that goes on by a second whenever it is asked: between the question and the deed the first leaves the window.
    let ticks = AtomicU64::new(0);
    let auditor = auditor("inputs", "level: B, max_threshold: 2, within: 2s")
        .with_clock(Arc::new(move || second(ticks.fetch_add(1, Ordering::Relaxed))));
    // `run` asks first, and compares.
    assert_eq!(step(&auditor, -1), Some((1, false)));
    assert_eq!(step(&auditor, -1), Some((2, true)));
}

#[test]
fn a_record_and_its_rule_say_what_is_counted() {
    let (auditor, _) = with("level: B, max_threshold: 3, within: 90m");
    let (report, _) = run(&auditor, Gate::Input, -5);
    assert_eq!(
        report[0].to_string(),
        "rule `domain.total min 0` (level B) found -5, violation 1 of 3 within 1h 30m [r.yaml:4:32]"
    );
    let json = serde_json::to_value(&report[0]).unwrap();
    assert_eq!(json["counting"], "within 1h 30m");
    auditor.excerpt().verify().unwrap();
    assert_eq!(
        auditor.rules("refund").unwrap().rules(Gate::Input)[0].counting().window(),
        Window::Within(Duration::from_secs(5_400))
    );
    let plain = serde_json::to_value(&run(&super::auditor("inputs", "level: C"), Gate::Input, -5).0[0]).unwrap();
    assert!(plain.get("counting").is_none(), "a rule without a window is recorded as it was: {plain}");
}

/// A window as one would write it down: every judgement since the level acted, and how long it was after the violation before.
struct Paper {
    window: Window,
    max: u32,
    resets: bool,
    judged: Vec<(bool, u64)>,
    last: Option<u64>,
}

impl Paper {
    fn step(&mut self, violated: bool, now: u64) -> Option<(u32, bool)> {
        let gap = self.last.map_or(0, |last| now.saturating_sub(last));
        self.judged.push((violated, if violated { gap } else { 0 }));
        if !violated {
            if self.resets {
                (self.judged, self.last) = (Vec::new(), None);
            }
            return None;
        }
        self.last = Some(now);
        let count = match self.window {
            Window::Of(runs) => self.judged.iter().rev().take(runs as usize).filter(|(violated, _)| *violated).count(),
            Window::Within(span) => {
                let gaps = self.judged.iter().rev().filter(|(violated, _)| *violated).map(|(_, gap)| *gap);
                let ago = gaps.scan(0, |ago, gap| Some(std::mem::replace(ago, *ago + gap)));
                ago.take_while(|ago| *ago <= span.as_secs()).count()
            }
            _ => self.judged.iter().filter(|(violated, _)| *violated).count(),
        };
        let (count, acts) = (count as u32, count as u32 >= self.max);
        if acts {
            (self.judged, self.last) = (Vec::new(), None);
        }
        Some((count, acts))
    }
}

#[test]
fn random_passes_violations_and_clocks_count_as_on_paper() {
    let (mut acted, mut left) = (0, 0);
    for seed in 0..400 {
        let random = &mut fastrand::Rng::with_seed(seed);
        let max = random.u32(1..6);
        let window = match random.u8(..3) {
            0 => Window::Of(max + random.u32(..8)),
            _ => Window::Within(Duration::from_secs(random.u64(1..60))),
        };
        let resets = matches!(window, Window::Within(_)) && random.u8(..3) == 0;
        let said = match window {
            Window::Within(span) => format!("within: {}s", span.as_secs()),
            _ => format!("of: {}", window.to_string().trim_matches(|c: char| !c.is_ascii_digit())),
        };
        let (auditor, put) = with(&format!("level: C, max_threshold: {max}, {said}, reset_on_success: {resets}"));
        let mut paper = Paper { window, max, resets, judged: Vec::new(), last: None };
        let mut before = 0;
        for at in 0..60 {
            put.goes(match random.u8(..12) {
                0 => -random.i64(1..2_000),
                1 => random.i64(60..100),
                _ => random.i64(0..12),
            });
            let violated = random.bool();
            let expected = paper.step(violated, put.0.load(Ordering::Relaxed));
            assert_eq!(step(&auditor, if violated { -1 } else { 1 }), expected, "step {at} of seed {seed}: {said}");
            let (count, acts) = expected.unwrap_or((before, false));
            (acted, left) = (acted + u32::from(acts), left + u32::from(count < before));
            before = if acts { 0 } else { count };
            assert!(auditor.count("refund") < max, "no more than that is kept");
        }
    }
    assert!(acted > 1_000 && left > 200, "{acted} acted, {left} left a window");
}
