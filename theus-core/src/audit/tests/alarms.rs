//! Alarms: an excursion of the value counts once, by the deadband and the delays of its rule.

use super::windows::{step, with};
use super::*;

/// What each value comes to, one second after the one before.
fn steps(settings: &str, values: &[i128]) -> Vec<Option<(u32, bool)>> {
    let (auditor, put) = with(settings);
    let one = |value: &i128| {
        put.goes(1);
        step(&auditor, *value)
    };
    values.iter().map(one).collect()
}

/// Which of the steps acted.
fn acted(settings: &str, values: &[i128]) -> Vec<usize> {
    let acts = |(at, found): (usize, Option<(u32, bool)>)| found.is_some_and(|(_, acts)| acts).then_some(at);
    steps(settings, values).into_iter().enumerate().filter_map(acts).collect()
}

const ONCE: Option<(u32, bool)> = Some((1, true));

#[test]
fn an_excursion_counts_once_and_is_over_when_the_value_is_back_by_the_deadband() {
    // The rule is `min: 0`, and the value is back from 3 on.
    let values = [5, -1, -9, -1, 0, 2, -1, 3, -1, 2, 5, -2];
    assert_eq!(acted("level: C", &values), [1, 2, 3, 6, 8, 11], "no alarm: each violation");
    assert_eq!(acted("level: C, alarm: true", &values), [1, 6, 8, 11], "each excursion");
    assert_eq!(acted("level: C, deadband: 3", &values), [1, 8, 11], "2 is not back");
    assert_eq!(steps("level: C, deadband: 3", &values)[2], None, "it is neither counted nor recorded");
}

#[test]
fn a_level_that_refuses_is_held_against_every_run_that_violates_it() {
    for level in ["B", "A"] {
        let values = [-1, -1, 1, -1, 5, -1];
        assert_eq!(acted(&format!("level: {level}, deadband: 3, off_delay: 1m"), &values), [0, 1, 3, 5]);
        let tolerant = format!("level: {level}, deadband: 3, max_threshold: 2");
        assert_eq!(acted(&tolerant, &values), [1, 5], "as without: each second violation");
        assert_eq!(acted(&tolerant.replace("deadband: 3, ", ""), &values), [1, 5]);
    }
    let (auditor, _) = with("level: S, deadband: 3");
    assert_eq!([step(&auditor, -1), step(&auditor, -1)], [ONCE, ONCE]);
    assert!(auditor.is_latched());
}

#[test]
fn a_threshold_counts_excursions() {
    let settings = "level: C, deadband: 3, min_threshold: 2, max_threshold: 3";
    let found = steps(settings, &[-1, -1, 5, -1, 2, -1, 3, -1, -1, 9, -1]);
    let counted: Vec<_> = found.into_iter().enumerate().filter_map(|(at, found)| Some((at, found?))).collect();
    assert_eq!(counted, [(0, (1, false)), (3, (2, false)), (7, (3, true)), (10, (1, false))]);
    let (auditor, put) = with("level: C, alarm: true, max_threshold: 2, within: 1m");
    let after = |seconds, value| {
        put.goes(seconds);
        step(&auditor, value)
    };
    assert_eq!(
        [after(0, -1), after(59, -1), after(0, 1), after(2, -1)],
        [Some((1, false)), None, None, Some((1, false))]
    );
    assert_eq!([after(0, 1), after(60, -1)], [None, Some((2, true))], "the excursions began within a minute");
}

#[test]
fn what_is_over_before_the_on_delay_counts_nothing() {
    let (auditor, put) = with("level: C, on_delay: 10s, deadband: 2");
    let after = |seconds, value| {
        put.goes(seconds);
        step(&auditor, value)
    };
    assert_eq!([after(0, -1), after(9, -1), after(0, 2), after(1, -1)], [None; 4], "it was back in between");
    assert_eq!([after(9, 1), after(0, -1)], [None; 2], "1 is not back, and the ten seconds are not over");
    assert_eq!(after(1, -1), ONCE, "they are");
    assert_eq!(after(100, -1), None, "it is the same excursion");
}

#[test]
fn what_is_back_for_less_than_the_off_delay_is_not_over() {
    let (auditor, put) = with("level: C, off_delay: 10s, deadband: 2");
    let after = |seconds, value| {
        put.goes(seconds);
        step(&auditor, value)
    };
    assert_eq!(after(0, -1), ONCE);
    assert_eq!([after(0, 2), after(9, -1)], [None; 2], "back for nine seconds");
    assert_eq!([after(0, 2), after(9, 1), after(1, -1)], [None, None, ONCE], "for ten, though near at last");
}

#[test]
fn a_clock_that_is_put_back_begins_a_delay_anew() {
    let (auditor, put) = with("level: C, on_delay: 10s");
    let after = |seconds, value| {
        put.goes(seconds);
        step(&auditor, value)
    };
    assert_eq!([after(0, -1), after(-3_600, -1), after(9, -1)], [None; 3]);
    assert_eq!(after(1, -1), ONCE, "ten seconds after it was put back, and not an hour");
}

#[test]
fn a_pass_costs_nothing_while_the_value_is_inside() {
    let (auditor, _) = with("level: C, deadband: 3");
    let rules = auditor.rules("refund").unwrap();
    let found = |value: i128| !rules.judge(Gate::Input, &total(value), &auditor.session).is_empty();
    assert!(!found(1) && !found(5));
    assert_eq!(step(&auditor, -1), ONCE);
    assert!(found(1) && found(5));
    assert_eq!(step(&auditor, 5), None);
    assert!(!found(1) && !found(5));
}

#[test]
fn each_session_and_each_value_has_an_excursion_of_its_own() {
    let yaml = "process_recipes: { refund: { inputs: [ { field: domain.total, min: 0, level: C, deadband: 3, per: domain.user.id } ] } }";
    let one = One::new(load(yaml).unwrap());
    let other = one.auditor.session("other");
    let rules = one.rules("refund").unwrap();
    let run = |session: &AuditSession, user: i128, value: i128| {
        // The user's id is the fourth field's.
        let subject = Fake {
            domain: vec![Value::Int(value), Value::Missing, Value::Missing, Value::Int(user)],
            ..Fake::default()
        };
        let mut report = Vec::new();
        let outcomes = rules.judge(Gate::Input, &subject, session);
        one.auditor.settle(session, "refund", 0, outcomes, &mut report).unwrap();
        report.len()
    };
    assert_eq!([run(&one.session, 1, -1), run(&one.session, 2, -1), run(&other, 1, -1)], [1, 1, 1]);
    assert_eq!([run(&one.session, 1, 5), run(&one.session, 2, -1), run(&other, 1, -1)], [0, 0, 0]);
    assert_eq!([run(&one.session, 1, -1), run(&one.session, 2, -1), run(&other, 1, -1)], [1, 0, 0]);
    assert!(one.auditor.alarms.has_any());
    drop(one.session);
    drop(other);
    assert!(!one.auditor.alarms.has_any(), "sessions that no store has take theirs along");
}

#[test]
fn a_record_says_that_it_is_of_an_alarm() {
    let (auditor, _) = with("level: C, deadband: 3, off_delay: 1m");
    let (report, _) = run(&auditor, Gate::Input, -5);
    let json = serde_json::to_value(&report[0]).unwrap();
    assert_eq!(json["alarm"], "alarm, deadband 3, off delay 1m");
    auditor.excerpt().verify().unwrap();
    let plain = serde_json::to_value(&run(&super::auditor("inputs", "level: C"), Gate::Input, -5).0[0]).unwrap();
    assert!(plain.get("alarm").is_none(), "a rule that is none is recorded as it was: {plain}");
}

#[test]
fn a_rule_that_stays_the_same_keeps_its_excursion_and_another_begins_anew() {
    let alarm =
        |deadband: u8, message: &str| recipe("inputs", &format!("level: C, deadband: {deadband}, message: {message}"));
    let one = One::new(alarm(3, "low"));
    let reload = |recipe| assert!(one.auditor.replace(recipe, "r.yaml", 0, |_| {}).is_ok());
    // One that has a name.
    reload(alarm(3, "low"));
    assert_eq!(step(&one, -1), ONCE);
    reload(alarm(3, "too low"));
    assert_eq!(step(&one, -1), None);
    reload(alarm(2, "too low"));
    assert_eq!(step(&one, -1), ONCE);
}

#[test]
fn values_that_run_at_a_time_count_one_excursion() {
    let one = Arc::new(auditor("inputs", "level: C, deadband: 3"));
    let counted = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| (0..250).filter_map(|_| step(&one, -1)).count())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>()
    });
    assert_eq!(counted, 1);
}

/// What has happened to alarms, in order: what, and how it stands then.
fn happened(one: &One) -> Vec<String> {
    let alarm = |record: AuditRecord| match record.event {
        AuditEvent::Alarm(event) => Some(format!("{} -> {}", event.change, event.state)),
        _ => None,
    };
    one.records().into_iter().filter_map(alarm).collect()
}

fn states(one: &One) -> Vec<AlarmState> {
    one.alarms().into_iter().map(|alarm| alarm.state).collect()
}

fn acknowledge(one: &One) -> Result<AlarmState, AlarmError> {
    let id = one.alarms().first().map_or_else(|| id(one), |alarm| alarm.id.clone());
    one.acknowledge(&id, "R. Lee", "looked at it")
}

/// The alarm of the one rule, though it is normal.
fn id(one: &One) -> AlarmId {
    one.with_recipe(|recipe| {
        let (rule, _) = crate::audit::difference::stable_names(recipe).next().unwrap();
        AlarmId { session: "".into(), rule: rule.as_str().into(), key: None }
    })
}

#[test]
fn an_alarm_goes_through_the_states_of_the_standard() {
    let (one, put) = with("level: C, deadband: 3");
    assert!(one.alarms().is_empty());
    step(&one, -1);
    put.goes(5);
    step(&one, -7);
    let alarms = one.alarms();
    let [alarm] = &alarms[..] else { panic!("{alarms:?}") };
    assert_eq!((alarm.state, alarm.value.as_str(), alarm.violation), (AlarmState::Unacknowledged, "-7", 1));
    assert_eq!((alarm.process.as_str(), alarm.path.as_str(), alarm.gate), ("refund", "domain.total", Gate::Input));
    assert_eq!(alarm.raised, Some(alarm.since), "since it was raised");
    assert!(alarm.to_string().starts_with("UNACKNOWLEDGED since 1970-01-12T13:46:40"), "{alarm}");
    step(&one, 3);
    assert_eq!(states(&one), [AlarmState::ReturnedUnacknowledged]);
    step(&one, -1);
    assert_eq!(states(&one), [AlarmState::Unacknowledged], "raised again");
    assert_eq!(acknowledge(&one), Ok(AlarmState::Acknowledged));
    assert_eq!(one.alarms()[0].operator.as_deref(), Some("R. Lee"));
    step(&one, 2);
    assert_eq!(states(&one), [AlarmState::Acknowledged], "2 is not back");
    step(&one, 3);
    assert!(one.alarms().is_empty());
    step(&one, -1);
    step(&one, 3);
    assert_eq!(acknowledge(&one), Ok(AlarmState::Normal), "it is back");
    assert_eq!(
        happened(&one),
        [
            "raised -> unacknowledged",
            "returned -> returned unacknowledged",
            "raised -> unacknowledged",
            "acknowledged -> acknowledged",
            "returned -> normal",
            "raised -> unacknowledged",
            "returned -> returned unacknowledged",
            "acknowledged -> normal",
        ]
    );
    one.excerpt().verify().unwrap();
}

#[test]
fn a_latched_alarm_stands_until_somebody_has_acknowledged_it() {
    let values = [-1, 5, -1, 5, -1];
    assert_eq!(acted("level: C, latched: true", &values), [0], "it acts once until then");
    let (one, _) = with("level: C, latched: true");
    let steps = |values: &[i128]| values.iter().filter_map(|value| step(&one, *value)).count();
    assert_eq!((steps(&[-1, 5]), states(&one)), (1, vec![AlarmState::Unacknowledged]));
    assert_eq!(acknowledge(&one), Ok(AlarmState::Normal));
    assert_eq!((steps(&[-1]), acknowledge(&one)), (1, Ok(AlarmState::Acknowledged)));
    assert_eq!((steps(&[5]), states(&one)), (0, vec![]));
    assert_eq!(acted("level: B, latched: true", &values), [0, 2, 4], "a level that refuses refuses");
}

#[test]
fn an_excursion_that_raises_nothing_returns_nothing() {
    let (one, _) = with("level: C, alarm: true, max_threshold: 2");
    for value in [-1, 1, -1, 1, -1, 1] {
        step(&one, value);
    }
    assert_eq!(happened(&one), ["raised -> unacknowledged", "returned -> returned unacknowledged"]);
    step(&one, -1);
    assert_eq!(states(&one), [AlarmState::Unacknowledged], "the second of the next two");
}

#[test]
fn nothing_is_done_to_an_alarm_without_somebody_and_a_reason() {
    let (one, _) = with("level: C, deadband: 3");
    let id = id(&one);
    let before = one.records().len();
    assert_eq!(one.acknowledge(&id, " ", "seen"), Err(AlarmError::NoOperator));
    assert_eq!(one.acknowledge(&id, "R. Lee", "\u{200b}"), Err(AlarmError::NoReason));
    assert_eq!(one.acknowledge(&id, "R. Lee", &"x".repeat(70_000)), Err(AlarmError::TooLong { most: 65_536 }));
    let state = AlarmState::Normal;
    assert_eq!(one.acknowledge(&id, "R. Lee", "seen"), Err(AlarmError::NotRaised { alarm: id.clone(), state }));
    assert_eq!(one.unshelve(&id, "R. Lee", "why"), Err(AlarmError::NotShelved { alarm: id.clone(), state }));
    for time in [Duration::ZERO, LONGEST_SHELVED + Duration::from_nanos(1)] {
        assert_eq!(one.shelve(&id, time, "R. Lee", "repair"), Err(AlarmError::ShelfTime));
    }
    let other = AlarmId { rule: "no such rule".into(), ..id.clone() };
    assert_eq!(one.acknowledge(&other, "R. Lee", "seen"), Err(AlarmError::Unknown(other.clone())));
    let keyed = AlarmId { key: Some("3".into()), ..id };
    assert_eq!(one.acknowledge(&keyed, "R. Lee", "seen"), Err(AlarmError::Unknown(keyed.clone())), "it has no `per`");
    assert!(one.alarms().is_empty() && one.records().len() == before, "what is refused changes nothing");
}

#[test]
fn a_shelved_alarm_is_raised_when_its_time_is_over_if_its_value_is_still_outside() {
    let (one, put) = with("level: C, deadband: 3");
    let hour = Duration::from_secs(3_600);
    assert_eq!(one.shelve(&id(&one), hour, "R. Lee", "repair"), Ok(AlarmState::Shelved), "also of one that is normal");
    assert_eq!(step(&one, -1), ONCE, "it is counted and recorded");
    assert_eq!(states(&one), [AlarmState::Shelved]);
    let shelf = one.alarms()[0].shelf.clone().unwrap();
    assert_eq!((shelf.operator.as_str(), shelf.reason.as_str()), ("R. Lee", "repair"));
    assert_eq!(shelf.until, SystemTime::UNIX_EPOCH + Duration::from_secs(1_003_600));
    put.goes(3_599);
    assert_eq!(states(&one), [AlarmState::Shelved]);
    put.goes(1);
    assert_eq!(states(&one), [AlarmState::Unacknowledged]);
    assert_eq!(one.shelve(&id(&one), hour, "R. Lee", "repair"), Ok(AlarmState::Shelved));
    assert_eq!(one.unshelve(&id(&one), "R. Lee", "repaired"), Ok(AlarmState::Unacknowledged));
    step(&one, 3);
    assert_eq!(acknowledge(&one), Ok(AlarmState::Normal));
    one.shelve(&id(&one), hour, "R. Lee", "repair").unwrap();
    assert_eq!([step(&one, -1), step(&one, 3)], [ONCE, None]);
    assert_eq!(one.unshelve(&id(&one), "R. Lee", "repaired"), Ok(AlarmState::Normal), "it was back before");
    assert_eq!(
        happened(&one),
        [
            "shelved -> shelved",
            "shelf ended -> unacknowledged",
            "raised -> unacknowledged",
            "shelved -> shelved",
            "unshelved -> unacknowledged",
            "returned -> returned unacknowledged",
            "acknowledged -> normal",
            "shelved -> shelved",
            "unshelved -> normal",
        ]
    );
    one.excerpt().verify().unwrap();
}

#[test]
fn shelving_lets_nothing_through() {
    let (one, _) = with("level: B, deadband: 3");
    one.shelve(&id(&one), Duration::from_secs(60), "R. Lee", "repair").unwrap();
    assert_eq!([step(&one, -1), step(&one, -1)], [ONCE, ONCE]);
    assert!(run(&one, Gate::Input, -1).1.is_err());
}

#[test]
fn an_off_delay_is_over_without_a_run() {
    let (one, put) = with("level: C, off_delay: 10s");
    step(&one, -1);
    step(&one, 1);
    put.goes(9);
    assert_eq!(states(&one), [AlarmState::Unacknowledged]);
    put.goes(1);
    assert_eq!(states(&one), [AlarmState::ReturnedUnacknowledged]);
    assert_eq!(happened(&one).len(), 2);
}

#[test]
fn where_its_when_does_not_hold_an_alarm_is_suppressed_by_design() {
    let yaml = "process_recipes: { refund: { inputs: [ { field: domain.total, min: 0, level: C, deadband: 3, when: \"domain.temperature < 50.0\" } ] } }";
    let one = One::new(load(yaml).unwrap());
    let run = |total: i128, temperature: f64| {
        let subject = Fake { domain: vec![Value::Int(total), Value::Float(temperature)], ..Fake::default() };
        let outcomes = one.rules("refund").unwrap().judge(Gate::Input, &subject, &one.session);
        one.settle("refund", outcomes, &mut Vec::new()).unwrap();
        states(&one)
    };
    assert_eq!(run(-1, 90.0), [], "it is not judged");
    assert_eq!(run(-1, 20.0), [AlarmState::Unacknowledged]);
    assert_eq!(run(9, 90.0), [AlarmState::SuppressedByDesign], "nobody knows whether it is back");
    assert_eq!(run(9, 91.0), [AlarmState::SuppressedByDesign]);
    assert_eq!(run(2, 20.0), [AlarmState::Unacknowledged], "2 is not back");
    assert_eq!(run(3, 20.0), [AlarmState::ReturnedUnacknowledged]);
    assert_eq!(
        happened(&one),
        [
            "raised -> unacknowledged",
            "suppressed by design -> suppressed by design",
            "no longer suppressed -> unacknowledged",
            "returned -> returned unacknowledged",
        ]
    );
}

#[test]
fn a_record_of_an_alarm_is_found_by_its_rule_and_told_in_one_line() {
    let (one, _) = with("level: C, deadband: 3");
    step(&one, -1);
    acknowledge(&one).unwrap();
    let ledger = one.excerpt();
    let of_rule = Query::new().rule("domain.total min 0").level(Level::C);
    assert_eq!(ledger.find(&of_rule).count(), 3, "the violation, that it was raised, that somebody has seen it");
    assert_eq!(ledger.find(&Query::new().level(Level::B)).count(), 0);
    let told = ledger.iter().last().unwrap().event.to_string();
    assert_eq!(
        told,
        "alarm `domain.total min 0` acknowledged by \"R. Lee\": \"looked at it\" (violation #1), now acknowledged"
    );
    for record in ledger.iter().filter(|record| matches!(record.event, AuditEvent::Alarm(_))) {
        let json = serde_json::to_string(record).unwrap();
        assert_eq!(serde_json::from_str::<AuditRecord>(&json).unwrap(), *record, "{json}");
    }
}

fn figures(one: &One, operators: u32) -> AlarmFigures {
    one.alarm_figures(std::num::NonZeroU32::new(operators).unwrap())
}

#[test]
fn figures_say_how_many_alarms_there_are_for_each_operator() {
    let (one, put) = with("level: C, alarm: true");
    let empty = figures(&one, 1);
    assert_eq!((empty.raised, empty.per_operator, empty.spans, empty.from), (0, 0.0, 1, empty.to));
    // Twelve in the first ten minutes, one in the second, none in the third.
    for _ in 0..12 {
        step(&one, -1);
        step(&one, 1);
        put.goes(45);
    }
    put.goes(60);
    step(&one, -1);
    put.goes(1_800 - 600);
    let found = figures(&one, 1);
    assert_eq!((found.raised, found.floods, found.spans), (13, 1, 3));
    assert!((found.per_operator - 13.0 / 3.0).abs() < 1e-9, "{}", found.per_operator);
    assert_eq!(found.most_per_operator, 12, "the last is ten minutes after the first: that is no more one span");
    assert_eq!((found.standing, found.stale), (1, 0));
    assert!(found.chattering.is_empty(), "two within a minute are not three");
    let two = figures(&one, 2);
    assert_eq!((two.most_per_operator, two.floods), (6, 0));
    put.goes(86_400);
    assert_eq!((figures(&one, 1).standing, figures(&one, 1).stale), (1, 1));
    step(&one, 1);
    assert_eq!((figures(&one, 1).standing, figures(&one, 1).stale), (0, 0), "what is back does not stand");
}

#[test]
fn an_alarm_that_is_raised_three_times_within_a_minute_chatters() {
    let (one, put) = with("level: C, alarm: true");
    for seconds in [0, 29, 30, 29, 30, 100] {
        put.goes(seconds);
        step(&one, -1);
        step(&one, 1);
    }
    let found = figures(&one, 1);
    let [chatters] = &found.chattering[..] else { panic!("{found}") };
    assert_eq!((chatters.raised, chatters.most_in_a_minute), (6, 3));
    assert_eq!(chatters.rule, "domain.total min 0");
    let told = found.to_string();
    assert!(told.ends_with("chattering: `domain.total min 0`, raised 6 times, 3 times within a minute"), "{told}");
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!((json["raised"].as_u64(), json["operators"].as_u64()), (Some(6), Some(1)));
}
