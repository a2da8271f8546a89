//! A look at a session of a pool is of one moment.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use theus_core::prelude::*;
use theus_core::workflow::Sessions;
use theus_core::workflow::sessions::{SessionError, SessionRunError, SessionStatus};

use super::doors::Door;
use super::sessions_pool::LONG;

#[derive(Clone, Default, Context)]
struct Turns {
    /// How often it was asked to turn.
    asked: u64,
    /// How often it has turned, as its states say it on being entered.
    turned: u64,
    sig_turn: bool,
}

#[process(inputs = [domain.asked], outputs = [domain.asked, domain.sig_turn])]
fn ask(ctx: Ctx<Turns>) -> u64 {
    *ctx.domain.asked += 1;
    ctx.domain.sig_turn.set(true);
    *ctx.domain.asked
}

#[process(inputs = [domain.turned], outputs = [domain.turned])]
fn turn(ctx: Ctx<Turns>) {
    *ctx.domain.turned += 1;
}

#[process(inputs = [domain.asked], outputs = [domain.asked])]
fn keep(ctx: Ctx<Turns>, door: Door) {
    let _ = door.pass();
    *ctx.domain.asked += 0;
}

const FLOW: &str = "
states:
  EVEN: { events: { SIG_TURN: ODD } }
  ODD: { entry: turn, events: { SIG_TURN: EVEN_AGAIN } }
  EVEN_AGAIN: { entry: turn, events: { SIG_TURN: ODD } }
";

fn pool() -> Sessions<Turns> {
    let builder = Engine::builder(Turns::default()).process::<Ask>().process::<Turn>().process::<Keep>();
    let pool = Sessions::of_text(&builder.build().unwrap(), "turns.yaml", FLOW).unwrap().workers(1).start().unwrap();
    pool.open("one", Turns::default()).unwrap();
    pool
}

#[test]
fn states_and_domain_are_of_one_moment() {
    let (pool, ends) = (pool(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..3_000 {
                let asked = pool.run("one", Ask {}).wait(LONG).unwrap();
                let begin = Instant::now();
                // A turn may be waiting for the session, which is being looked at.
                while *pool.engine("one").unwrap().snapshot().unwrap().turned < asked {
                    assert!(begin.elapsed() < LONG);
                    thread::yield_now();
                }
            }
            ends.store(true, Ordering::Release);
        });
        let mut versions = 0;
        while !ends.load(Ordering::Acquire) {
            let look = pool.look("one", LONG).unwrap();
            let (asked, turned) = (*look.snapshot.asked, *look.snapshot.turned);
            assert!(asked - turned <= 1, "{asked} and {turned}");
            // Nothing is under way: it is where the domain says.
            if asked == turned {
                assert_eq!(look.states == ["ODD"], turned % 2 == 1, "{turned} in {:?}", look.states);
            }
            assert_eq!((look.status, look.result), (SessionStatus::Running, None));
            assert!(look.snapshot.version() >= versions);
            versions = look.snapshot.version();
        }
        assert!(versions > 0);
    });
}

#[test]
fn a_look_waits_no_longer_than_it_is_told() {
    let (pool, door) = (pool(), Door::closed());
    thread::scope(|scope| {
        let (engine, kept_by) = (pool.engine("one").unwrap(), door.clone());
        scope.spawn(move || engine.run(Keep { door: kept_by }).unwrap());
        door.wait_for_inside(1);
        let late = pool.look("one", Duration::from_millis(20)).unwrap_err();
        assert!(matches!(late, SessionRunError::Run(RunError::TimedOut(_))), "{late}");
        // Meanwhile the workflow, and who counts, are not held up.
        assert_eq!(pool.census().running, 1);
        door.open();
        assert_eq!(*pool.look("one", LONG).unwrap().snapshot.asked, 0);
    });
    let unknown = pool.look("two", LONG).unwrap_err();
    assert!(matches!(unknown, SessionRunError::Session(SessionError::Unknown { .. })), "{unknown}");
}
