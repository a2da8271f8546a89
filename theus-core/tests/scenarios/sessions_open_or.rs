//! One session of a name, whoever comes first.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::SessionError;

use super::workflow_world::{Shop, shop};

const LONG: Duration = Duration::from_secs(20);
const FLOW: &str = "
external: [CMD_END]
states: { OPEN: { entry: a, events: { CMD_END: DONE } }, DONE: { final: true } }
";

#[test]
fn of_all_who_come_at_once_one_has_opened_it_and_its_state_is_the_first() {
    let (engine, _) = shop(Shop::default());
    let pool = Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap().workers(2).start().unwrap();
    let names: Vec<String> = (0..50).map(|number| format!("shop {number}")).collect();
    let opened: Vec<AtomicUsize> = names.iter().map(|_| AtomicUsize::new(0)).collect();
    std::thread::scope(|scope| {
        for thread in 1..=4 {
            let (pool, names, opened) = (&pool, &names, &opened);
            scope.spawn(move || {
                for (name, opened) in names.iter().zip(opened) {
                    if pool.open_or(name, || Shop { total: thread, ..Shop::default() }).unwrap() {
                        let before = opened.swap(usize::try_from(thread).unwrap(), Ordering::SeqCst);
                        assert_eq!(before, 0, "{name} was opened twice");
                    }
                    pool.emit(name, "CMD_END").map_or_else(
                        |error| assert!(matches!(error, SessionError::Over { .. }), "{error}"),
                        |()| assert!(pool.states(name).is_ok()),
                    );
                }
            });
        }
    });
    assert!(pool.wait_until_idle(LONG));
    assert_eq!(pool.census().finished, 50);
    for (name, opened) in names.iter().zip(&opened) {
        let snapshot = pool.engine(name).unwrap().snapshot().unwrap();
        assert_eq!(usize::try_from(*snapshot.total).unwrap(), opened.load(Ordering::SeqCst), "{name}");
        assert_eq!(snapshot.log.as_slice(), ["a"], "it began once");
    }
}

#[test]
fn one_that_is_there_is_not_asked_for_its_first_state() {
    let (engine, _) = shop(Shop::default());
    let pool = Sessions::of_text(&engine, "flow.yaml", FLOW).unwrap().stepped(1).start().unwrap();
    let never = || -> Shop { unreachable!("there is one") };
    assert!(pool.open_or("one", Shop::default).unwrap());
    assert!(!pool.open_or("one", never).unwrap());
    pool.emit("one", "CMD_END").unwrap();
    pool.step_until_idle(100);
    assert!(!pool.open_or("one", never).unwrap() && pool.status("one").unwrap().is_over(), "it is over, and there");
    pool.close("one").unwrap();
    assert!(pool.open_or("one", Shop::default).unwrap(), "it is another one");
    pool.shut_down(LONG);
    assert!(matches!(pool.open_or("one", never), Err(SessionError::ShutDown)));
    assert!(matches!(pool.open_or("two", never), Err(SessionError::ShutDown)));
}
