//! Regions side by side on a store: whenever the program ends, each goes on where it was, and no step of either is lost or run twice.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::{Progress, VirtualClock, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    left: Vec<i64>,
    right: Vec<i64>,
    refused: i64,
}

type App = Ctx<Desk>;
type Flow = WorkflowManager<Desk>;

#[derive(Debug, thiserror::Error)]
#[error("not yet")]
struct NotYet;

/// Waits before it commits, so that others go on meanwhile.
#[process(inputs = [domain.left], outputs = [domain.left])]
async fn think(ctx: App, n: i64) -> usize {
    let mut looks = 3;
    poll_fn(|task| {
        looks -= 1;
        task.waker().wake_by_ref();
        if looks == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    ctx.domain.left.push(n);
    ctx.domain.left.len()
}

#[process(inputs = [domain.left], outputs = [domain.left])]
fn left(ctx: App, n: i64) {
    ctx.domain.left.push(n);
}

#[process(inputs = [domain.right], outputs = [domain.right])]
fn right(ctx: App, n: i64) {
    ctx.domain.right.push(n);
}

/// Refuses the number 7.
#[process(inputs = [domain.right], outputs = [domain.right], errors = [NotYet])]
fn strict(ctx: App, n: i64) -> Result<(), NotYet> {
    ctx.domain.right.push(n);
    if n == 7 { Err(NotYet) } else { Ok(()) }
}

const FLOW: &str = "
external: [CMD_BOTH, CMD_LEFT, CMD_RIGHT, CMD_TRY, CMD_END]
states:
  WORK:
    events: { CMD_END: DONE }
    regions:
      LEFT:
        states:
          L:
            entry: [{ run: think, with: { n: 1 }, as: count }, { run: left, with: { n: '${ count * 100 }' } }]
            events:
              CMD_BOTH: { steps: [{ run: think, with: { n: 2 } }, { run: left, with: { n: 3 } }] }
              CMD_LEFT: L_TOO
          L_TOO:
            entry: [{ flux: for_each, in: '[10, 11, 12]', as: n, do: [{ run: think, with: { n: '${ n }' }, compensate: { run: left, with: { n: '${ -n }' } } }] }]
            events: { CMD_BOTH: { steps: { run: left, with: { n: 4 } } } }
      RIGHT:
        states:
          R:
            entry: { run: right, with: { n: 1 } }
            events:
              CMD_BOTH: { steps: { run: right, with: { n: 2 } } }
              CMD_RIGHT: { steps: [{ run: right, with: { n: 3 } }] }
              CMD_TRY: { steps: [{ run: right, with: { n: 5 }, compensate: { run: right, with: { n: -5 } } }, { run: strict, with: { n: 7 }, retry: { attempts: 3, backoff: 1m }, on_error: { NotYet: R_FAILED } }] }
          R_FAILED: { events: { CMD_BOTH: { steps: { run: right, with: { n: 6 } } } } }
  DONE: { entry: { run: right, with: { n: 9 } }, final: true }
";

fn life(store: &MemoryStore, clock: &VirtualClock) -> Flow {
    let builder = Engine::builder(Desk::default()).process::<Think>().process::<Left>().process::<Right>();
    let engine = builder.process::<Strict>().store(store.clone()).build().unwrap();
    let flow = WorkflowManager::from_text(&engine, "desk.yaml", FLOW).unwrap_or_else(|error| panic!("{error}"));
    flow.clock(clock.clone()).hydrate().unwrap()
}

const EVENTS: [&str; 9] =
    ["CMD_RIGHT", "CMD_BOTH", "CMD_RIGHT", "CMD_TRY", "CMD_LEFT", "CMD_RIGHT", "CMD_BOTH", "CMD_RIGHT", "CMD_END"];

/// Runs to its end, in a new life after each of these steps.
fn run(lives: impl Fn(usize) -> bool) -> (usize, usize, Desk) {
    let (mut store, clock) = (MemoryStore::new(), VirtualClock::new());
    let mut desk = life(&store, &clock);
    for event in EVENTS {
        desk.emit(event).unwrap();
    }
    let (mut count, mut beside) = (0, 0);
    loop {
        let progress = desk.advance().unwrap();
        count += 1;
        assert!(count < 2_000, "it goes on for ever");
        match progress {
            Progress::Over => break,
            Progress::Working { .. } => beside += 1,
            Progress::Idle { left: Some(left) } => clock.advance(left),
            Progress::Idle { left: None } => panic!("it waits for nothing"),
            Progress::Retries { left } => clock.advance(left.max(Duration::from_secs(1))),
            _ => {}
        }
        if lives(count) {
            // The plug is pulled: what was not written is gone.
            let copy = store.copy();
            drop(desk);
            store = copy;
            desk = life(&store, &clock);
        }
    }
    (count, beside, desk.engine().snapshot().unwrap().to_context())
}

#[test]
fn each_region_goes_on_where_it_was_whenever_the_program_ends() {
    let (count, beside, whole) = run(|_| false);
    assert_eq!(whole.left, [1, 100, 2, 3, 10, 11, 12, 4]);
    assert_eq!(whole.right, [1, 3, 2, 3, 5, -5, 6, 9]);
    assert!(beside > 3, "the left one never waited while the right one went on: {beside}");
    for steps in 1..count {
        let (_, _, came) = run(|count| count == steps);
        assert_eq!(came.left, whole.left, "a life that ends after {steps}");
        assert_eq!(
            came.right.iter().filter(|n| **n != 3).collect::<Vec<_>>(),
            whole.right.iter().filter(|n| **n != 3).collect::<Vec<_>>(),
            "a life that ends after {steps}"
        );
    }
}

#[test]
fn what_waits_behind_an_event_that_waits_for_a_region_waits_after_a_restart_too() {
    let (store, clock) = (MemoryStore::new(), VirtualClock::new());
    let mut desk = life(&store, &clock);
    ["CMD_BOTH", "CMD_RIGHT"].iter().for_each(|event| desk.emit(event).unwrap());
    // The left one thinks: so the first waits for it, and the second for the first.
    let is_deferred = |desk: &Flow| desk.position().deferred().map(str::to_owned).collect::<Vec<_>>();
    while is_deferred(&desk) != ["CMD_BOTH", "CMD_RIGHT"] {
        assert!(!matches!(desk.advance().unwrap(), Progress::Over | Progress::Idle { .. }), "{:?}", desk.position());
    }
    // They have been looked through, and none is for now.
    drop(desk.advance().unwrap());
    let stored = desk.dehydrate().unwrap();
    let again = Flow::open_state(desk.engine(), desk.shared_definition(), "again", Desk::default(), stored.clone());
    assert_eq!(again.unwrap().dehydrate().unwrap().position, stored.position);
}
