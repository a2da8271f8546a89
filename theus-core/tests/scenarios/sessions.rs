//! Several sessions of one engine: what each has to itself, and what they share.

use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;

use allocation_counter::measure;
use theus_core::audit::Action;
use theus_core::prelude::*;

use super::LOCKINGS;
use super::plant::{
    Churn, ChurnSlowly, End, Fill, Plant, PlantEngine, PumpOut, PumpOutSlowly, audited, engine, everything,
};
use crate::executor::{Task, block_on};

fn at(level: i64) -> Plant {
    Plant { level, ..Plant::default() }
}

fn level(engine: &PlantEngine) -> i64 {
    *engine.snapshot().unwrap().level
}

const COUNTED: &str = "process_recipes:
  fill: { outputs: [ { field: domain.level, max: 50, level: B, max_threshold: 3, reset_on_success: true } ] }
";

/// What came of a run that fills up to `to`: the count and the action of its violation.
fn filled(engine: &PlantEngine, to: i64) -> Option<(u32, Action)> {
    let litres = to - level(engine);
    let report = engine.run_reported(Fill { litres });
    report.violations.first().map(|violation| (violation.count, violation.action))
}

#[test]
fn a_session_has_its_own_state_version_and_events() {
    for locking in LOCKINGS {
        let (one, pump) = engine(locking);
        let before = everything(&one);
        let two = one.open("two", at(7));
        assert_eq!((one.session(), two.session(), two.status().session.as_str()), ("main", "two", "two"));
        two.run(Churn { level: 9, end: End::Well }).unwrap();
        two.run(PumpOut { litres: 4, end: End::Well }).unwrap();
        assert_eq!((level(&two), two.snapshot().unwrap().version(), two.bus().len()), (5, 2, 2));
        assert_eq!(everything(&one), before);
        assert_eq!(pump.told(), [4], "the world outside is one");
        assert!(one.next_event().unwrap().is_none() && two.next_event().unwrap().is_some());
        let again = two.clone();
        drop((one, two));
        assert_eq!(again.run(Fill { litres: 1 }).unwrap(), 6, "an engine lives as long as one of its sessions");
    }
}

#[test]
fn a_threshold_counts_and_resets_for_each_session() {
    let (one, _) = audited(Locking::ByKind, COUNTED);
    let two = one.open("two", at(5));
    assert_eq!(filled(&one, 60), Some((1, Action::Warned)));
    assert_eq!(filled(&two, 60), Some((1, Action::Warned)));
    assert_eq!(filled(&one, 61), Some((2, Action::Warned)));
    assert_eq!(filled(&two, 10), None, "a pass: the counter of this session starts again");
    assert_eq!(filled(&two, 60), Some((1, Action::Warned)));
    assert_eq!(filled(&one, 62), Some((3, Action::Blocked)), "and that of the other one goes on");
    assert_eq!(filled(&two, 61), Some((2, Action::Warned)));
    let sessions: Vec<_> = one.audit_records().iter().map(|record| record.session.to_string()).collect();
    assert_eq!(
        sessions,
        ["main", "main", "two", "main", "two", "main", "two"],
        "the recipe is the engine's own record"
    );
    assert!(two.ledger().verify().is_ok());
    assert_eq!(one.explain(&Fill { litres: 1 }).unwrap().rules[0].count, 0);
    assert_eq!(two.explain(&Fill { litres: 1 }).unwrap().rules[0].count, 2);
}

#[test]
fn level_s_in_one_session_stops_all_and_one_reset_lets_all_go_on() {
    let recipe = "process_recipes: { fill: { outputs: [ { field: domain.level, max: 50, level: S } ] } }";
    for locking in LOCKINGS {
        let (one, _) = audited(locking, recipe);
        let two = one.open("two", at(0));
        assert!(matches!(two.run(Fill { litres: 60 }), Err(RunError::Interlocked(_))));
        for engine in [&one, &two, &one.open("three", at(0))] {
            assert!(matches!(engine.run(Fill { litres: 1 }), Err(RunError::Halted(_))), "{}", engine.session());
            assert!(engine.status().interlock.is_some());
        }
        let halted = one.audit_records().last().map(|record| record.session.to_string());
        assert_eq!(halted.as_deref(), Some("two"), "the interlock's record names the session");
        one.reset_interlock("R. Lee", "drained").unwrap();
        assert!(one.run(Fill { litres: 1 }).is_ok() && two.run(Fill { litres: 1 }).is_ok());
    }
}

#[test]
fn a_new_recipe_is_for_every_session_and_each_keeps_its_counters() {
    let (one, _) = audited(Locking::ByKind, COUNTED);
    let (two, three) = (one.open("two", at(5)), one.open("three", at(5)));
    assert_eq!(filled(&two, 60), Some((1, Action::Warned)));
    let more = format!("{COUNTED}  measure: {{ outputs: [ {{ field: domain.level, max: 40 }} ] }}\n");
    let change = two.reload_recipe("more.yaml", &more).unwrap();
    assert_eq!((change.kept, change.added.len()), (1, 1));
    for engine in [&one, &two, &three, &one.open("four", at(5))] {
        let rules = engine.explain(&super::plant::Measure {}).unwrap().rules;
        assert_eq!(rules.len(), 1, "{}", engine.session());
    }
    assert_eq!(filled(&two, 61), Some((2, Action::Warned)), "it counts on");
    assert_eq!(filled(&one, 61), Some((1, Action::Warned)));

    // Gone and come back, it is another rule.
    one.reload_recipe("none.yaml", "process_recipes: { measure: { outputs: [ { field: domain.level, max: 40 } ] } }")
        .unwrap();
    assert_eq!(filled(&two, 62), None);
    three.reload_recipe("again.yaml", COUNTED).unwrap();
    assert_eq!(filled(&two, 63), Some((1, Action::Warned)));
}

#[test]
fn a_run_under_way_keeps_its_rules_while_another_session_reloads() {
    let (one, _) = audited(Locking::ByKind, COUNTED);
    let two = one.open("two", at(5));
    let mut run = Task::new(one.run_async(PumpOutSlowly { litres: 1, end: End::Well }));
    assert!(run.poll().is_pending());
    let forbidding = "process_recipes: { pump_out_slowly: { outputs: [ { field: domain.level, max: 0 } ] } }";
    two.reload_recipe("strict.yaml", forbidding).unwrap();
    let first = (0..9).find_map(|_| match run.poll() {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    });
    assert!(matches!(first, Some(Ok(4))), "{first:?}");
    let refused = block_on(one.run_async(PumpOutSlowly { litres: 1, end: End::Well }));
    assert!(matches!(refused, Err(RunError::Blocked(_))));
}

/// Its second try, after a conflict, is the same run.
#[test]
fn a_run_that_is_tried_again_is_judged_by_the_rules_that_it_began_with() {
    let forbidding = "process_recipes: { churn_slowly: { outputs: [ { field: domain.level, max: 6 } ] } }";
    let allowing = "process_recipes: {}";
    for (before, after, goes_well) in [(allowing, forbidding, true), (forbidding, allowing, false)] {
        let (one, _) = audited(Locking::ByKind, before);
        let two = one.open("two", at(5));
        let mut run = Task::new(one.run_async(ChurnSlowly { level: 10, end: End::Well }));
        assert!(run.poll().is_pending());
        one.run(Fill { litres: 1 }).unwrap();
        two.reload_recipe("other.yaml", after).unwrap();
        let result = (0..1_000).find_map(|_| match run.poll() {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        });
        let level = if goes_well { 16 } else { 6 };
        assert!(
            matches!((&result, goes_well), (Some(Ok(16)), true) | (Some(Err(RunError::Blocked(_))), false)),
            "{result:?}"
        );
        assert_eq!(one.snapshot().unwrap().to_context().level, level);
        let next = block_on(one.run_async(ChurnSlowly { level: 10, end: End::Well }));
        assert_eq!(next.is_ok(), !goes_well, "the next is judged by the new ones: {next:?}");
    }
}

#[test]
fn a_record_of_a_new_recipe_names_the_engines_session_and_not_the_version_of_another() {
    let (one, _) = audited(Locking::ByKind, COUNTED);
    let two = one.open("two", at(5));
    for _ in 0..3 {
        two.run(Fill { litres: 1 }).unwrap();
    }
    two.reload_recipe("none.yaml", "process_recipes: {}").unwrap();
    let records = one.audit_records();
    let last = records.last().unwrap();
    assert_eq!((last.session.to_string().as_str(), last.version), ("main", 0), "{last}");
}

/// Two threads that are each inside one session and want the other would wait for ever.
#[test]
fn a_body_cannot_run_or_wait_on_another_session_of_its_engine() {
    for locking in LOCKINGS {
        let (one, pump) = engine(locking);
        let two = one.open("two", at(0));
        let stranger = engine(locking).0;
        let seen = Arc::new(Mutex::new(Vec::new()));
        pump.then({
            let (two, stranger, seen) = (two.clone(), stranger.clone(), seen.clone());
            move || {
                let nested = matches!(two.run(Fill { litres: 1 }), Err(RunError::Nested { .. }));
                let taken = two.next_event().is_err();
                let waited = two.snapshot().is_err();
                let other = stranger.run(Fill { litres: 1 }).is_ok();
                seen.lock().unwrap().push((nested, taken, waited, other));
            }
        });
        one.run(PumpOut { litres: 1, end: End::Well }).unwrap();
        assert_eq!(*seen.lock().unwrap(), [(true, true, true, true)]);
        // An `async` body holds nothing while it runs, and sees as little as any.
        block_on(one.run_async(PumpOutSlowly { litres: 1, end: End::Well })).unwrap();
        assert_eq!(seen.lock().unwrap()[1], (true, true, true, true));
        assert_eq!((level(&two), level(&stranger)), (0, 7));
        assert!(two.run(Fill { litres: 1 }).is_ok());
    }
}

#[test]
fn sessions_side_by_side_share_one_ledger_that_verifies() {
    let (first, _) = audited(Locking::ByKind, COUNTED);
    let names: Vec<String> = (0..8).map(|index| format!("session {index}")).collect();
    thread::scope(|scope| {
        for name in &names {
            let session = first.open(name.as_str(), at(0));
            scope.spawn(move || {
                let acted = (0..90).filter(|_| session.run(Fill { litres: 60 }).is_err()).count();
                assert_eq!(acted, 30, "every third violation of this session acts, whatever the others do");
            });
        }
    });
    let ledger = first.ledger();
    assert!(ledger.verify().is_ok());
    for name in &names {
        let counts: Vec<_> = first
            .audit_records()
            .iter()
            .filter(|record| record.session == *name)
            .filter_map(|record| record.violation().map(|violation| violation.count))
            .collect();
        assert_eq!(counts, [1, 2, 3].repeat(30), "{name}");
    }
}

/// The engine's own share of an idle session, in bytes, besides its domain.
const LARGEST_SHARE: u64 = 600;

#[derive(Clone, Default, Context)]
struct Small {
    level: i64,
    cmd_go: bool,
}

#[process(inputs = [domain.level], outputs = [domain.level, domain.cmd_go])]
fn go(ctx: Ctx<Small>) {
    *ctx.domain.level += 1;
    ctx.domain.cmd_go.set(true);
}

/// A session that has run, and whose events were handled.
#[test]
fn an_idle_session_is_small() {
    const SESSIONS: u64 = 1_000;
    let recipe = "process_recipes: { go: { outputs: [ { field: domain.level, max: 9 } ] } }";
    let first =
        Engine::builder(Small::default()).process::<Go>().recipe("audit.yaml", recipe).unwrap().build().unwrap();
    let domain = std::mem::size_of::<<Small as Context>::Fields>() as u64;
    let mut sessions = Vec::with_capacity(SESSIONS as usize);
    let opened = measure(|| {
        sessions.extend((0..SESSIONS).map(|number| first.open(format!("session {number:06}"), Small::default())));
    });
    let share = opened.bytes_current.cast_unsigned() / SESSIONS - domain;
    assert!(share <= LARGEST_SHARE, "{share} bytes, and {domain} for the domain");
    let used = measure(|| {
        for session in &sessions {
            session.run(Go {}).unwrap();
            assert!(session.next_event().unwrap().is_some());
        }
    });
    let left = used.bytes_current.cast_unsigned() / SESSIONS;
    assert!(left <= 512, "{left} bytes more after a run and its event: the queue's first places");
    println!("an idle session: {share} bytes and {domain} for the domain; {left} more once it has run");
}
