//! A workflow that is gone on with by one thing at a time.

use std::time::Duration;

use theus_core::workflow::Progress;

use super::workflow_world::{desk, log, state};

const FLOW: &str = "
external: [CMD_GO]
states:
  OUT:
    exit: a
    events: { CMD_GO: { to: IN, steps: [b, { flux: if, when: 'size(domain.log) > 90', then: [a], else: [b, a] }, b] } }
  IN:
    entry: [{ flux: for_each, in: '[1, 2]', as: n, do: [a] }, a, { parallel: [{ run: add, with: { n: 1 } }, b] }, a]
    after: { 5s: END }
  END: { final: true, entry: a }
";

fn until(mut is_there: impl FnMut() -> bool) {
    assert!((0..100).any(|_| is_there()), "it comes to no end");
}

#[test]
fn what_is_done_by_single_steps_is_what_is_done_at_once_and_each_is_told_beforehand() {
    let (mut at_once, engine, ..) = desk(FLOW);
    at_once.emit("CMD_GO").unwrap();
    at_once.run_until_idle().unwrap();
    let expected = log(&engine);

    let (mut desk, engine, _, clock) = desk(FLOW);
    desk.emit("CMD_GO").unwrap();
    let (mut handled, mut told) = (0, 0);
    for _ in 0..100 {
        let (next, before) = (desk.next_process(), log(&engine));
        match desk.advance().unwrap() {
            Progress::Handled(_) => handled += 1,
            Progress::Stepped => {}
            other => {
                assert!(
                    matches!(other, Progress::Idle { left: Some(left) } if left == Duration::from_secs(5)),
                    "{other:?}"
                );
                break;
            }
        }
        let after = log(&engine);
        if let (Some(next @ ("a" | "b")), Some(ran)) = (next, after.get(before.len())) {
            assert_eq!(next, ran);
            told += 1;
        }
    }
    assert_eq!(log(&engine), expected);
    assert!(handled >= 2 && told >= 6, "{handled} handled, {told} told");
    assert_eq!(desk.state(), "IN");
    clock.advance(Duration::from_secs(5));
    until(|| matches!(desk.advance().unwrap(), Progress::Over));
    assert_eq!((desk.state(), desk.next_process()), ("END", None));
}

#[test]
fn a_step_that_awaits_says_so_and_goes_on_when_it_can() {
    let flow = "states: { OUT: { entry: { run: wait, timeout: 9s } } }";
    let (mut desk, engine, outside, ..) = desk(flow);
    until(|| !matches!(desk.advance().unwrap(), Progress::Stepped));
    assert_eq!(desk.next_process(), Some("wait"));
    let Progress::Awaits { left } = desk.advance().unwrap() else { panic!("it awaits") };
    assert_eq!(left, Some(Duration::from_secs(9)));
    outside.open();
    until(|| matches!(desk.advance().unwrap(), Progress::Over));
    assert_eq!(log(&engine), ["waited"]);
}

#[test]
fn what_is_waited_for_is_told_and_nothing_is_done_meanwhile() {
    let flow = "
external: [CMD_GO]
states:
  OUT: { entry: { run: ask, retry: { attempts: 2, backoff: 7s } }, events: { CMD_GO: END } }
  END: { final: true }
";
    let (mut desk, engine, outside, clock) = desk(flow);
    outside.refuse(1);
    until(|| !matches!(desk.advance().unwrap(), Progress::Stepped));
    let Progress::Retries { left } = desk.advance().unwrap() else { panic!("it is tried again") };
    assert!(left > Duration::from_secs(1) && left <= Duration::from_secs(7), "{left:?}");
    clock.advance(left - Duration::from_secs(1));
    let Progress::Retries { left } = desk.advance().unwrap() else { panic!("it is not the time yet") };
    assert_eq!((left, desk.next_process(), outside.asked()), (Duration::from_secs(1), Some("ask"), 1));
    clock.advance(left);
    desk.emit("CMD_GO").unwrap();
    desk.control().pause();
    until(|| matches!(desk.advance().unwrap(), Progress::Paused));
    let before = state(&engine);
    assert!(matches!(desk.advance().unwrap(), Progress::Paused));
    assert_eq!(state(&engine), before);
    desk.control().resume();
    assert_eq!(outside.asked(), 1, "what is paused does nothing");
    until(|| matches!(desk.advance().unwrap(), Progress::Over));
    assert_eq!(desk.state(), "END");
}
