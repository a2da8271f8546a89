//! What is counted across the engine, and for each value by itself.

use super::*;
use crate::audit::Across;

/// Two fields: `domain.total` and, four behind it, the user's `id`, by which it is counted.
fn of(total: i128, user: &Value<'static>) -> Fake<'static> {
    Fake { domain: vec![Value::Int(total), Value::Missing, Value::Missing, *user], ..Fake::default() }
}

fn settle(auditor: &Auditor, session: &AuditSession, subject: &Fake<'_>) -> Vec<Violation> {
    let outcomes = auditor.rules("refund").unwrap().judge(Gate::Input, subject, session);
    let would = auditor.would_refuse(session, &outcomes);
    let mut report = Vec::new();
    let settled = auditor.settle(session, "refund", 0, outcomes, &mut report);
    assert_eq!(would, settled.is_err(), "the question and the deed must agree");
    report
}

fn found(report: &[Violation]) -> Option<(u32, bool)> {
    report.first().map(|violation| (violation.count, violation.action.is_acting()))
}

#[test]
fn ten_sessions_that_violate_once_each_trip_a_threshold_of_ten() {
    let auditor = Auditor::new(recipe("inputs", "level: B, max_threshold: 10, across: engine"));
    let sessions: Vec<_> = (0..10).map(|at| auditor.session(format!("account {at}"))).collect();
    let counts: Vec<_> =
        sessions.iter().map(|session| found(&settle(&auditor, session, &total(-1))).unwrap()).collect();
    assert_eq!(counts, (1..=10).map(|count| (count, count == 10)).collect::<Vec<_>>());
    let each = Auditor::new(recipe("inputs", "level: B, max_threshold: 10, across: session"));
    let last = each.session("account 9");
    (0..9).for_each(|at| drop(settle(&each, &each.session(format!("account {at}")), &total(-1))));
    assert_eq!(found(&settle(&each, &last, &total(-1))), Some((1, false)));
}

#[test]
fn a_pass_of_any_session_is_one_of_the_runs_of_all() {
    let auditor = Auditor::new(recipe("inputs", "level: B, max_threshold: 2, of: 3, across: engine"));
    let sessions: Vec<_> = (0..4).map(|at| auditor.session(format!("account {at}"))).collect();
    assert_eq!(found(&settle(&auditor, &sessions[0], &total(-1))), Some((1, false)));
    assert_eq!(found(&settle(&auditor, &sessions[1], &total(1))), None);
    assert_eq!(found(&settle(&auditor, &sessions[2], &total(1))), None);
    assert_eq!(found(&settle(&auditor, &sessions[3], &total(-1))), Some((1, false)), "it was four runs ago");
    assert_eq!(found(&settle(&auditor, &sessions[0], &total(-1))), Some((2, true)));
}

#[test]
fn threads_that_violate_at_once_act_exactly_as_often_as_they_must() {
    for settings in ["max_threshold: 10", "max_threshold: 10, within: 1h", "max_threshold: 10, of: 4000"] {
        let auditor = Auditor::new(recipe("inputs", &format!("level: C, across: engine, {settings}")));
        let begin = Barrier::new(4);
        let acted: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|at| {
                    let (auditor, begin) = (&auditor, &begin);
                    scope.spawn(move || {
                        let session = auditor.session(format!("account {at}"));
                        begin.wait();
                        let reports = (0..250).map(|_| settle(auditor, &session, &total(-1)));
                        reports.filter(|report| report[0].action.is_acting()).count()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        assert_eq!(acted, 100, "{settings}: every tenth of a thousand");
    }
}

#[test]
fn each_value_has_a_counter() {
    let auditor =
        Auditor::new(recipe("inputs", "level: B, max_threshold: 2, per: domain.user.id, message: 'of {key}'"));
    let session = auditor.session("");
    let run = |user: i128| settle(&auditor, &session, &of(-1, &Value::Int(user)));
    assert_eq!(found(&run(7)), Some((1, false)));
    assert_eq!(found(&run(8)), Some((1, false)));
    let acted = run(7);
    assert_eq!(found(&acted), Some((2, true)));
    assert_eq!((acted[0].key.as_deref(), acted[0].message.as_deref()), (Some("7"), Some("of 7")));
    assert!(acted[0].to_string().contains("violation 2 of 2 per domain.user.id 7: of 7 ["), "{}", acted[0]);
    assert_eq!(found(&run(8)), Some((2, true)));
    assert_eq!(
        found(&settle(&auditor, &session, &of(-1, &Value::Missing))),
        Some((1, false)),
        "nothing is a value too"
    );
    auditor.excerpt().verify().unwrap();
}

#[test]
fn a_pass_counts_for_its_own_value() {
    let auditor =
        Auditor::new(recipe("inputs", "level: B, max_threshold: 2, reset_on_success: true, per: domain.user.id"));
    let session = auditor.session("");
    let run = |total: i128, user: i128| found(&settle(&auditor, &session, &of(total, &Value::Int(user))));
    assert_eq!(run(-1, 7), Some((1, false)));
    assert_eq!(run(1, 8), None);
    assert_eq!(run(-1, 7), Some((2, true)), "the pass was another's");
    assert_eq!((run(-1, 7), run(1, 7), run(-1, 7)), (Some((1, false)), None, Some((1, false))));
}

#[test]
fn where_there_are_too_many_values_the_one_that_was_not_touched_for_longest_gives_way_and_it_is_told() {
    let auditor = Auditor::new(recipe("inputs", "level: B, max_threshold: 3, per: domain.user.id"));
    let session = auditor.session("");
    let run = |user: i128| found(&settle(&auditor, &session, &of(-1, &Value::Int(user))));
    for user in 0..1_024 {
        assert_eq!(run(user), Some((1, false)));
    }
    assert_eq!(run(0), Some((2, false)), "all of them are there");
    assert_eq!(auditor.gave_way(), 0);
    assert_eq!(run(5_000), Some((1, false)));
    assert_eq!(auditor.gave_way(), 1);
    assert_eq!(run(2), Some((2, false)));
    assert_eq!(run(0), Some((3, true)), "it was touched");
    assert_eq!(run(1), Some((1, false)), "it was not");
}

#[test]
fn values_whose_window_is_empty_give_way_first_and_nothing_is_lost() {
    let now = Arc::new(Mutex::new(SystemTime::UNIX_EPOCH));
    let clock = Arc::clone(&now);
    let auditor = Auditor::new(recipe("inputs", "level: B, max_threshold: 3, within: 1h, per: domain.user.id"))
        .with_clock(Arc::new(move || *clock.lock()));
    let session = auditor.session("");
    let run = |user: i128| found(&settle(&auditor, &session, &of(-1, &Value::Int(user))));
    for user in 0..1_024 {
        *now.lock() += Duration::from_secs(if user == 1_000 { 3_600 } else { 0 });
        let _ = run(user);
    }
    *now.lock() += Duration::from_secs(1);
    assert_eq!(run(5_000), Some((1, false)));
    assert_eq!(auditor.gave_way(), 0, "a thousand of them had nothing in their window any more");
    assert_eq!(run(1_001), Some((2, false)));
}

#[test]
fn long_values_are_told_apart() {
    let auditor = Auditor::new(recipe("inputs", "level: B, max_threshold: 2, per: domain.user.id"));
    let session = auditor.session("");
    let text = |last: &str| -> &'static str { Box::leak(("ü".repeat(1_000) + last).into_boxed_str()) };
    let run = |last: &str| settle(&auditor, &session, &of(-1, &Value::Text(text(last))));
    let first = run("a");
    assert!(first[0].key.as_deref().unwrap().len() < 160, "{:?}", first[0].key);
    assert_eq!((found(&run("b")), found(&run("a"))), (Some((1, false)), Some((2, true))));
}

/// Counters by hand: one for each session, or one, for each value, or one.
#[test]
fn random_sessions_and_values_count_as_by_hand() {
    for seed in 0..200 {
        let random = &mut fastrand::Rng::with_seed(seed);
        let (max, runs) = (random.u32(2..5), random.u32(5..9));
        let (is_of, is_shared, is_per) = (random.bool(), random.bool(), random.bool());
        let mut said = format!("level: C, max_threshold: {max}");
        said += &if is_of { format!(", of: {runs}") } else { String::new() };
        said += if is_shared { ", across: engine" } else { "" };
        said += if is_per { ", per: domain.user.id" } else { "" };
        let auditor = Auditor::new(recipe("inputs", &said));
        let rule = &auditor.rules("refund").unwrap().rules(Gate::Input)[0].clone();
        assert_eq!(rule.counting().across() == Across::Engine, is_shared);
        let sessions: Vec<_> = (0..3).map(|at| auditor.session(at.to_string())).collect();
        let mut by_hand: std::collections::BTreeMap<(usize, i128), Vec<bool>> = std::collections::BTreeMap::new();
        for _ in 0..80 {
            let (session, user, violated) = (random.usize(..3), random.i128(0..3), random.bool());
            let place = (if is_shared { 0 } else { session }, if is_per { user } else { 0 });
            let judged = by_hand.entry(place).or_default();
            judged.push(violated);
            let counting = judged.iter().rev().take(if is_of { runs as usize } else { usize::MAX });
            let count = counting.filter(|violated| **violated).count() as u32;
            let expected = violated.then_some((count, count == max));
            if expected.is_some_and(|(_, acts)| acts) {
                judged.clear();
            }
            let subject = of(if violated { -1 } else { 1 }, &Value::Int(user));
            assert_eq!(found(&settle(&auditor, &sessions[session], &subject)), expected, "seed {seed}: {said}");
        }
    }
}
