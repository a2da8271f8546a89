//! Regions side by side: a chain that waits holds up its region, and no other.

use std::time::Duration;

use theus_core::workflow::trace::What;
use theus_core::workflow::{Cause, Position, Progress, Sessions, Status, WorkflowManager};

use super::workflow_world::{Desk, Shop, desk, is_cancelled, log, of, runs, seconds, shop, state};

const LONG: Duration = Duration::from_secs(20);

/// What happens while the left one waits: the right one counts, the whole can be stopped.
const WORK: &str = "
external: [CMD_LEFT, CMD_RIGHT, CMD_BOTH, CMD_STOP, CMD_NOTE]
states:
  WORK:
    events: { CMD_STOP: STOPPED }
    done: DONE
    regions:
      LEFT:
        states:
          L: { events: { CMD_LEFT: L_ASKS, CMD_BOTH: L_ASKS } }
          L_ASKS: { entry: [wait_too, { run: note, with: { text: left } }], events: { CMD_LEFT: L_END, CMD_NOTE: { steps: { run: note, with: { text: left hears } } } } }
          L_END: { final: true }
      RIGHT:
        states:
          R: { events: { CMD_RIGHT: { steps: { run: note, with: { text: right } } }, CMD_BOTH: { steps: a } }, after: { 5s: R_LATE } }
          R_LATE: { entry: b, events: { CMD_RIGHT: R_END } }
          R_END: { final: true }
  STOPPED: { final: true }
  DONE: { final: true }
";

fn emit(desk: &mut Desk, events: &[&str]) {
    for event in events {
        desk.emit(event).unwrap();
    }
}

/// Goes on as long as anything can be done without anybody outside.
fn go_on(desk: &mut Desk) -> Progress {
    loop {
        match desk.advance().unwrap() {
            Progress::Stepped | Progress::Handled(_) => {}
            waits => return waits,
        }
    }
}

fn active(desk: &Desk) -> Vec<&str> {
    let name = |state| desk.definition().state(state).map_or("", |state| state.name.as_str());
    desk.configuration().leaves().iter().copied().map(name).collect()
}

fn kept(desk: &Desk) -> Vec<String> {
    desk.deferred().map(|event| event.name.to_string()).collect()
}

#[test]
fn a_region_that_waits_holds_up_no_other() {
    let (mut desk, engine, outside, clock) = desk(WORK);
    emit(&mut desk, &["CMD_LEFT", "CMD_RIGHT"]);
    assert!(matches!(go_on(&mut desk), Progress::Working { .. }));
    assert_eq!((log(&engine), outside.waiting()), (vec!["right".to_owned()], 1));
    // Times of the other region, too.
    clock.advance(Duration::from_secs(5));
    emit(&mut desk, &["CMD_RIGHT"]);
    go_on(&mut desk);
    assert_eq!(log(&engine), ["right", "b"]);
    assert_eq!(active(&desk), ["L_ASKS", "R_END"]);
    outside.open();
    let handled = desk.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["right", "b", "left"]);
    let ended = handled
        .iter()
        .find(|handled| handled.event.as_ref().is_some_and(|event| event.name.to_string() == "CMD_LEFT"))
        .unwrap();
    assert_eq!((runs(std::slice::from_ref(ended)), ended.cause), (vec!["wait_too", "note"], Cause::Event));
    assert_eq!(
        handled
            .iter()
            .filter(|handled| handled.event.as_ref().is_some_and(|event| event.name.to_string() == "CMD_LEFT"))
            .count(),
        1
    );
    assert!(desk.trace().entries().any(|entry| matches!(entry.what, What::Aside { .. })));
}

#[test]
fn what_concerns_it_waits_for_it_and_each_region_has_its_events_in_their_order() {
    let (mut desk, engine, outside, clock) = desk(WORK);
    emit(&mut desk, &["CMD_LEFT", "CMD_NOTE", "CMD_RIGHT", "CMD_BOTH", "CMD_RIGHT"]);
    go_on(&mut desk);
    // The last came after one that is for both.
    assert_eq!(
        (kept(&desk), log(&engine)),
        (["CMD_NOTE", "CMD_BOTH", "CMD_RIGHT"].map(str::to_owned).to_vec(), vec!["right".to_owned()])
    );
    clock.advance(Duration::from_secs(5));
    go_on(&mut desk);
    assert_eq!(active(&desk), ["L_ASKS", "R"], "and before what was due later");
    desk.emit_urgent("CMD_STOP").unwrap();
    go_on(&mut desk);
    assert_eq!(
        kept(&desk),
        ["CMD_STOP", "CMD_NOTE", "CMD_BOTH", "CMD_RIGHT"],
        "it is the next, but it waits for what is under way"
    );
    outside.open();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine)), ("STOPPED", ["right", "left"].map(str::to_owned).to_vec()));
    assert!(state(&engine).open, "it has come to its end before it was stopped");
}

#[test]
fn what_has_waited_is_handled_in_its_order() {
    let (mut desk, engine, outside, _) = desk(WORK);
    emit(&mut desk, &["CMD_LEFT", "CMD_NOTE", "CMD_RIGHT", "CMD_BOTH", "CMD_RIGHT"]);
    go_on(&mut desk);
    outside.open();
    desk.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["right", "left", "left hears", "a", "right"]);
}

#[test]
fn an_event_for_both_is_handled_by_both_and_each_waits_for_itself() {
    let (mut desk, engine, outside, _) = desk(WORK);
    emit(&mut desk, &["CMD_BOTH", "CMD_RIGHT"]);
    go_on(&mut desk);
    assert_eq!(log(&engine), ["a", "right"], "the right one has run its own part, and goes on");
    outside.open();
    let handled = desk.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["a", "right", "left"]);
    let of_region: Vec<_> = handled
        .iter()
        .filter(|handled| handled.cause == Cause::Region)
        .map(|handled| runs(std::slice::from_ref(handled)))
        .collect();
    assert_eq!(of_region, [["wait_too", "note"]]);
}

#[test]
fn regions_are_entered_together_though_one_of_them_waits() {
    let flow = "
states:
  WORK:
    done: DONE
    regions:
      LEFT: { states: { L: { entry: [wait_too, { run: note, with: { text: left } }], events: { EVT_CHAIN_DONE: L_END } }, L_END: { final: true } } }
      RIGHT: { states: { R: { entry: { run: note, with: { text: right } }, events: { EVT_CHAIN_DONE: R_END } }, R_END: { final: true } } }
  DONE: { final: true }
";
    let (mut desk, engine, outside, _) = desk(flow);
    go_on(&mut desk);
    assert_eq!((log(&engine), active(&desk)), (vec!["right".to_owned()], vec!["L", "R_END"]));
    outside.open();
    desk.run_until_final().unwrap();
    assert_eq!((log(&engine), desk.state()), (["right", "left"].map(str::to_owned).to_vec(), "DONE"));
}

#[test]
fn a_next_try_is_waited_for_by_its_region_alone() {
    let flow = "
external: [CMD_LEFT, CMD_RIGHT]
states:
  WORK:
    regions:
      LEFT: { states: { L: { events: { CMD_LEFT: { steps: { run: ask, retry: { attempts: 3, backoff: 10m }, on_error: { '*': L } } } } } } }
      RIGHT: { states: { R: { events: { CMD_RIGHT: { steps: { run: add, with: { n: 1 } } } } } } }
";
    let (mut desk, engine, outside, clock) = desk(flow);
    outside.refuse(2);
    emit(&mut desk, &["CMD_LEFT", "CMD_RIGHT", "CMD_LEFT", "CMD_RIGHT"]);
    assert!(matches!(go_on(&mut desk), Progress::Idle { left: Some(_) }));
    assert_eq!((state(&engine).total, outside.asked(), seconds(&clock)), (2, 1, 0.0));
    desk.run_for(Duration::from_secs(3_600)).unwrap();
    assert_eq!((outside.asked(), log(&engine).len()), (4, 2), "the second waited for the first");
    assert_eq!(desk.deferred().count(), 0);
}

#[test]
fn its_failure_is_its_own_and_made_good_there() {
    let flow = "
external: [CMD_LEFT, CMD_RIGHT]
states:
  WORK:
    regions:
      LEFT:
        states:
          L:
            events:
              CMD_LEFT: { steps: [{ run: charge, with: { amount: 5 }, compensate: { run: refund, with: { amount: 5 } }, on_error: { '*': L } }, { run: wait_for, timeout: 1m, on_error: { '*': L_FAILED } }] }
          L_FAILED: { entry: { run: note, with: { text: failed } } }
      RIGHT: { states: { R: { events: { CMD_RIGHT: { steps: { run: note, with: { text: right } } } } } } }
";
    let (mut desk, engine, _, clock) = desk(flow);
    emit(&mut desk, &["CMD_LEFT", "CMD_RIGHT"]);
    go_on(&mut desk);
    assert_eq!(log(&engine), ["charge 5", "right"]);
    clock.advance(Duration::from_secs(60));
    emit(&mut desk, &["CMD_RIGHT"]);
    desk.run_until_idle().unwrap();
    assert_eq!(state(&engine).total, 0);
    assert_eq!(active(&desk), ["L_FAILED", "R"]);
    let log = log(&engine);
    assert_eq!(log[..2], ["charge 5", "right"]);
    assert!(["refund 5", "right", "failed"].iter().all(|text| log[2..].contains(&(*text).to_owned())), "{log:?}");
}

#[test]
fn an_atomic_state_is_waited_for_by_all() {
    let flow = WORK.replace("L_ASKS: { entry:", "L_ASKS: { atomic: true, entry:");
    let (mut desk, engine, outside, _) = desk(&flow);
    emit(&mut desk, &["CMD_LEFT", "CMD_RIGHT"]);
    assert!(matches!(go_on(&mut desk), Progress::Awaits { .. }));
    assert_eq!((log(&engine), outside.waiting()), (vec![], 1));
    outside.open();
    desk.run_until_idle().unwrap();
    assert_eq!(log(&engine), ["left", "right"]);
}

#[test]
fn who_runs_it_until_it_is_idle_has_all_of_it() {
    let (engine, outside) = shop(Shop::default());
    let mut desk = of(&engine, WORK);
    emit(&mut desk, &["CMD_LEFT", "CMD_RIGHT"]);
    let opens = std::thread::spawn({
        let (outside, bus) = (outside.clone(), desk.engine().bus().clone());
        move || {
            while outside.waiting() == 0 {
                std::thread::yield_now();
            }
            bus.emit("CMD_RIGHT").unwrap();
            std::thread::sleep(Duration::from_millis(20));
            outside.open();
        }
    });
    desk.run_until_idle().unwrap();
    opens.join().unwrap();
    assert_eq!(log(&engine), ["right", "right", "left"]);
}

#[test]
fn a_pool_goes_on_with_the_others() {
    let (engine, outside) = shop(Shop::default());
    let pool = Sessions::of_text(&engine, "flow.yaml", WORK).unwrap().workers(1).start().unwrap();
    pool.open("one", Shop::default()).unwrap();
    for event in ["CMD_LEFT", "CMD_RIGHT", "CMD_LEFT"] {
        pool.emit("one", event).unwrap();
    }
    let until = std::time::Instant::now() + LONG;
    let of = |pool: &Sessions<Shop, (), _>| pool.engine("one").unwrap().snapshot().unwrap().log.clone();
    while of(&pool).is_empty() && std::time::Instant::now() < until {
        std::thread::yield_now();
    }
    let told = || pool.trace("one").unwrap().entries().map(|entry| format!("{:?}", entry.what)).collect::<Vec<_>>();
    assert_eq!(
        (of(&pool), outside.waiting()),
        (vec!["right".to_owned()], 1),
        "{:?} {:?}",
        told(),
        serde_json::to_string(&pool.position("one").unwrap())
    );
    outside.open();
    pool.wait_for("one", "L_END", LONG).unwrap();
    assert_eq!(of(&pool), ["right", "left"]);
}

#[test]
fn with_as_many_waiting_as_are_kept_no_more_are_taken() {
    let (mut desk, engine, outside, _) = desk(WORK);
    emit(&mut desk, &["CMD_LEFT"]);
    for _ in 0..70 {
        emit(&mut desk, &["CMD_NOTE"]);
    }
    emit(&mut desk, &["CMD_RIGHT"]);
    assert!(matches!(go_on(&mut desk), Progress::Awaits { .. }));
    assert_eq!((desk.deferred().count(), desk.engine().bus().len(), log(&engine).len()), (64, 7, 0));
    outside.open();
    desk.run_until_idle().unwrap();
    let log = log(&engine);
    assert_eq!(
        (log.len(), log.first().map(String::as_str), log.last().map(String::as_str)),
        (72, Some("left"), Some("right"))
    );
}

#[test]
fn it_ends_with_its_session() {
    let (mut desk, engine, outside, _) = desk(WORK);
    emit(&mut desk, &["CMD_LEFT", "CMD_NOTE"]);
    go_on(&mut desk);
    desk.cancel("enough");
    go_on(&mut desk);
    assert!(is_cancelled(&desk));
    assert_eq!((outside.waiting(), state(&engine)), (0, Shop::default()), "what was under way is rolled back");
    assert_eq!(desk.deferred().count(), 0);
}

/// Of each position on the way another goes on, and comes to the same.
#[test]
fn it_goes_on_from_where_it_was() {
    let mut positions: Vec<(String, Shop, Vec<String>)> = Vec::new();
    let (mut desk, engine, outside, clock) = desk(WORK);
    emit(&mut desk, &["CMD_BOTH", "CMD_NOTE", "CMD_RIGHT"]);
    loop {
        let progress = desk.advance().unwrap();
        let left: Vec<String> = (!desk.engine().bus().is_empty()).then(|| "more".to_owned()).into_iter().collect();
        positions.push((serde_json::to_string(&desk.position()).unwrap(), state(&engine), left));
        if !matches!(progress, Progress::Stepped | Progress::Handled(_)) {
            break;
        }
    }
    assert_eq!(outside.waiting(), 1);
    let mut seen = 0;
    for (position, was, left) in positions {
        if !left.is_empty() {
            continue;
        }
        seen += 1;
        let position: Position = serde_json::from_str(&position).unwrap();
        let (engine, outside) = shop(was);
        let mut again =
            WorkflowManager::restore(&engine, desk.shared_definition(), &position).unwrap().clock(clock.clone());
        assert_eq!(serde_json::to_value(again.position()).unwrap(), serde_json::to_value(&position).unwrap());
        outside.open();
        again.run_until_idle().unwrap();
        assert_eq!(again.status(), Status::Running);
        assert_eq!(active(&again), ["L_ASKS", "R"]);
        // What was under way and has effects is not begun twice: its chain has failed by that.
        let mut log = log(&engine);
        log.sort();
        assert_eq!(log.iter().filter(|text| *text == "right").count(), 1, "{log:?}");
        assert_eq!(log.iter().filter(|text| *text == "a").count(), 1, "{log:?}");
        assert_eq!(log.iter().filter(|text| *text == "left hears").count(), 1, "{log:?}");
    }
    assert!(seen >= 2, "{seen}");
}

/// An error that leads out of all regions waits for the one that is busy, and so does all that the region does in which it came.
#[test]
fn what_leads_out_of_all_regions_comes_before_what_came_after_it_in_its_region() {
    let flow = "
external: [CMD_LEFT, CMD_RIGHT, CMD_ON, CMD_OTHER]
states:
  WORK:
    regions:
      LEFT: { states: { L: { events: { CMD_LEFT: { steps: wait_too } } } } }
      RIGHT:
        states:
          R:
            events: { CMD_RIGHT: { steps: { run: charge, with: { amount: 500 }, on_error: { TooMuch: GIVEN_UP } } }, CMD_ON: R_ON }
            always: { to: R_ON, when: domain.total == 1 }
            after: { 1s: R_ON }
          R_ON: { entry: { run: note, with: { text: went on } } }
      OTHER: { states: { O: { events: { CMD_OTHER: { steps: { run: add, with: { n: 1 } } } } } } }
  GIVEN_UP: { final: true }
";
    let (mut desk, engine, outside, clock) = desk(flow);
    emit(&mut desk, &["CMD_LEFT", "CMD_RIGHT", "CMD_ON", "CMD_OTHER"]);
    go_on(&mut desk);
    clock.advance(Duration::from_secs(2));
    go_on(&mut desk);
    assert_eq!((active(&desk), log(&engine)), (vec!["L", "R", "O"], vec![]), "the error is not overtaken");
    assert_eq!(state(&engine).total, 0, "it leads out of the third region, too");
    outside.open();
    desk.run_until_final().unwrap();
    assert_eq!((desk.state(), log(&engine), state(&engine).open), ("GIVEN_UP", vec![], true));
}
