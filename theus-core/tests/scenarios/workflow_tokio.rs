//! Workflows on the runtimes of tokio.

use std::time::Duration;

use theus_core::prelude::*;
use theus_core::workflow::{Sessions, TokioSleep, VirtualClock, WorkflowError};

use super::sessions_pool::LONG;

#[derive(Clone, Default, Context)]
struct Post {
    letters: u32,
}

struct Way {
    road: Road,
}

struct Road;

#[process(inputs = [domain.letters], outputs = [domain.letters], effects = [road])]
async fn deliver(ctx: Ctx<Post, (), Way>) {
    let _ = &ctx.effects.road;
    // More than a task may do in one go: what waits for it must not be held up by that.
    for _ in 0..200 {
        tokio::task::consume_budget().await;
    }
    tokio::time::sleep(Duration::from_millis(5)).await;
    *ctx.domain.letters += 1;
}

#[process(inputs = [domain.letters], outputs = [domain.letters], effects = [road])]
fn carry(ctx: Ctx<Post, (), Way>) {
    let _ = &ctx.effects.road;
    std::thread::sleep(Duration::from_millis(10));
    *ctx.domain.letters += 1;
}

fn post() -> Engine<Post, (), Way> {
    Engine::builder(Post::default())
        .effects(Way { road: Road })
        .process::<Deliver>()
        .process::<Carry>()
        .build()
        .unwrap()
}

fn round(steps: &str) -> WorkflowManager<Post, (), Way> {
    let flow = format!(
        "states: {{ S: {{ entry: [{steps}], events: {{ EVT_CHAIN_DONE: T }} }}, T: {{ after: {{ 5ms: E }} }}, E: {{ final: true }} }}"
    );
    WorkflowManager::from_text(&post(), "round.yaml", &flow).unwrap()
}

#[tokio::test]
async fn a_wait_that_would_block_the_one_thread_of_a_runtime_is_refused_and_its_twin_goes_on() {
    let mut desk = round("carry, deliver, deliver");
    let refused = desk.run_until_final().unwrap_err();
    assert!(matches!(refused, WorkflowError::WouldBlock { .. }), "{refused}");
    assert!(refused.to_string().contains("`run_until_final_async().await`"), "{refused}");
    for again in [desk.run_until_idle().unwrap_err(), desk.process_event().unwrap_err()] {
        assert!(matches!(again, WorkflowError::WouldBlock { .. }), "{again}");
    }
    desk.run_until_final_async().await.unwrap();
    assert_eq!(desk.state(), "E");
    // What waits for nothing but time and `fn` is let be.
    round("carry").run_until_final().unwrap();
}

#[tokio::test]
async fn a_thread_that_may_block_waits_for_the_same_runtime() {
    let blocking = tokio::task::spawn_blocking(|| {
        let mut desk = round("deliver, deliver");
        desk.run_until_final().map(|_| desk.state().to_owned())
    });
    assert_eq!(blocking.await.unwrap().unwrap(), "E");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_wait_leave_the_runtime_its_threads() {
    let waits =
        (0..8).map(|_| tokio::spawn(async { round("deliver, deliver, deliver").run_until_final().map(|_| ()) }));
    let waits: Vec<_> = waits.collect();
    for wait in waits {
        tokio::time::timeout(LONG, wait).await.expect("nobody holds the runtime up").unwrap().unwrap();
    }
    round("deliver").run_until_final().unwrap();
    // A task of a `LocalSet` cannot hand its work on, and waits all the same.
    let local = tokio::task::LocalSet::new();
    let on_its_own = || async { Err::<(), _>(round("carry").run_until_final().map(|_| ())) };
    assert!(local.run_until(on_its_own()).await.unwrap_err().is_ok());
}

#[tokio::test]
async fn long_steps_let_the_other_tasks_have_their_turn() {
    let ticks = tokio::spawn(async {
        let mut ticks = 0;
        loop {
            tokio::task::yield_now().await;
            ticks += 1;
            if ticks == 8 {
                return std::time::Instant::now();
            }
        }
    });
    let mut desk = round("carry, carry, carry, carry, carry, carry, carry, carry, carry, carry, carry, carry");
    desk.drive(&TokioSleep).await.unwrap();
    let end = std::time::Instant::now();
    assert!(ticks.await.unwrap() < end, "between two steps, not after all of them");
}

#[tokio::test]
async fn a_pool_on_the_runtime_gives_way_after_each_step() {
    let flow = "external: [CMD_GO]\nstates: { S: { events: { CMD_GO: { steps: [carry, carry, carry, carry, carry, carry] } } } }";
    let posts = Sessions::of_text(&post(), "post.yaml", flow).unwrap().on_tokio(1).start().unwrap();
    for name in ["one", "two"] {
        posts.open(name, Post::default()).unwrap();
        posts.emit(name, "CMD_GO").unwrap();
    }
    let mut seen = Vec::new();
    while seen.last() != Some(&12) {
        tokio::task::yield_now().await;
        let letters = |name| posts.engine(name).unwrap().snapshot().unwrap().to_context().letters;
        seen.push(letters("one") + letters("two"));
    }
    assert!(seen.windows(2).all(|two| two[1] - two[0] <= 2), "{seen:?}");
}

#[tokio::test]
async fn a_virtual_clock_goes_as_fast_as_who_sleeps_by_real_time() {
    let clock = VirtualClock::new();
    let mut desk = round("deliver").clock(clock.clone());
    let begin = std::time::Instant::now();
    desk.drive(&TokioSleep).await.unwrap();
    assert_eq!(desk.state(), "E");
    assert!(begin.elapsed() >= Duration::from_millis(10));
}
