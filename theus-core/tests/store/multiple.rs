//! A process for each element of a list, on a store: whenever the program ends, those that had committed are not run again.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::{Progress, VirtualClock, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    log: Vec<String>,
    total: i64,
}

/// How often each was asked, and how often it is refused.
#[derive(Clone, Default)]
struct World(Arc<Mutex<Outside>>);

#[derive(Default)]
struct Outside {
    asked: BTreeMap<i64, u32>,
    refused: BTreeMap<i64, u32>,
    ended_well: BTreeMap<i64, u32>,
}

struct Ports {
    world: World,
}

type App = Ctx<Desk, (), Ports>;
type Flow = WorkflowManager<Desk, (), Ports>;

#[derive(Debug, thiserror::Error)]
#[error("nobody answers")]
struct Busy;

#[process(effects = [world], errors = [Busy])]
async fn quote(ctx: App, id: i64) -> Result<i64, Busy> {
    let (refused, is_first) = {
        let mut world = ctx.effects.world.0.lock().unwrap();
        let asked = world.asked.entry(id).or_default();
        *asked += 1;
        let is_first = *asked == 1;
        let refused =
            world.refused.get_mut(&id).is_some_and(|left| std::mem::replace(left, left.saturating_sub(1)) > 0);
        (refused, is_first)
    };
    // They do not end in their order, the first time; after that they are answered at once.
    let mut left = if is_first { id % 3 } else { 0 };
    poll_fn(|task| {
        task.waker().wake_by_ref();
        left -= 1;
        if left < 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    if refused {
        return Err(Busy);
    }
    *ctx.effects.world.0.lock().unwrap().ended_well.entry(id).or_default() += 1;
    Ok(id * 10)
}

#[process]
fn price(ctx: App, id: i64) -> i64 {
    let _ = ctx;
    id * 10
}

#[process(inputs = [domain.log], outputs = [domain.log])]
fn note(ctx: App, text: String) {
    ctx.domain.log.push(text);
}

#[process(inputs = [domain.total], outputs = [domain.total], errors = [Busy])]
fn book(ctx: App, n: i64) -> Result<(), Busy> {
    *ctx.domain.total += n;
    if n < 0 { Err(Busy) } else { Ok(()) }
}

fn flow(each: &str, after: &str) -> String {
    format!(
        "
states:
  S:
    entry:
      - {{ run: book, with: {{ n: 1 }}, compensate: {{ run: note, with: {{ text: first }} }} }}
      - {{ flux: for_each, in: '[5, 4, 3, 2, 1]', as: id, {each}, compensate: {{ run: note, with: {{ text: '${{ string(id) }}' }} }} }} }}
      - {after}
    events: {{ EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }}
  E: {{ final: true }}
  LOST: {{ final: true }}
"
    )
}

struct Ended {
    steps: usize,
    state: String,
    desk: Desk,
    /// How often each has come to its good end, which its commit follows at once.
    ended_well: BTreeMap<i64, u32>,
    asked: BTreeMap<i64, u32>,
}

fn life(store: &MemoryStore, world: &World, flow: &str, clock: &VirtualClock) -> Flow {
    let engine = Engine::builder(Desk::default())
        .effects(Ports { world: world.clone() })
        .process::<Quote>()
        .process::<Price>()
        .process::<Note>()
        .process::<Book>()
        .store(store.clone())
        .build()
        .unwrap();
    let flow = WorkflowManager::from_text(&engine, "flow.yaml", flow).unwrap_or_else(|error| panic!("{error}"));
    flow.clock(clock.clone()).hydrate().unwrap()
}

/// Runs to its end, in a new life after so many steps.
fn run(flow: &str, refused: &[(i64, u32)], cut: &[usize]) -> Ended {
    let (mut store, world, clock) = (MemoryStore::new(), World::default(), VirtualClock::new());
    world.0.lock().unwrap().refused.extend(refused.iter().copied());
    let mut desk = life(&store, &world, flow, &clock);
    let mut steps = 0;
    loop {
        match desk.advance().unwrap() {
            Progress::Over => break,
            Progress::Idle { .. } | Progress::Working { .. } | Progress::Retries { .. } => {
                clock.advance(Duration::from_millis(500));
            }
            _ => {}
        }
        steps += 1;
        assert!(steps < 1_000, "it goes on for ever");
        if cut.contains(&steps) {
            // The plug is pulled: what was not written is gone.
            let copy = store.copy();
            drop(desk);
            store = copy;
            desk = life(&store, &world, flow, &clock);
        }
    }
    let snapshot = desk.engine().snapshot().unwrap();
    let ended_well = world.0.lock().unwrap().ended_well.clone();
    let asked = world.0.lock().unwrap().asked.clone();
    Ended { steps, state: desk.state().to_owned(), desk: snapshot.to_context(), ended_well, asked }
}

/// What they gave is there in the order of the list, however often the program ends: after each step, and after two of them.
#[test]
fn it_comes_to_the_same_whenever_the_program_ends() {
    let retry = "retry: { attempts: 9, backoff: 1s, jitter: none }, restart: again";
    let sum = "{ run: book, with: { n: '${ all[0] * 10000 + all[4] + size(all) }' } }";
    for (each, refused) in [
        ("parallel: 2, do: { run: price, with: { id: '${ id }' }, as: all".to_owned(), vec![]),
        (format!("parallel: 2, do: {{ run: quote, with: {{ id: '${{ id }}' }}, as: all, {retry}"), vec![]),
        (
            format!("parallel: 3, do: {{ run: quote, with: {{ id: '${{ id }}' }}, as: all, {retry}"),
            vec![(4, 1), (1, 2)],
        ),
    ] {
        let flow = flow(&each, sum);
        let whole = run(&flow, &refused, &[]);
        assert_eq!((whole.state.as_str(), whole.desk.total), ("E", 1 + 500_000 + 10 + 5), "{each}");
        for cut in 1..whole.steps {
            for cuts in [vec![cut], vec![cut, cut + 1], vec![cut, cut + 3]] {
                let ended = run(&flow, &refused, &cuts);
                assert_eq!((ended.state.as_str(), &ended.desk), ("E", &whole.desk), "{each} {cuts:?}");
                assert!(ended.ended_well.values().all(|times| *times == 1), "one has committed twice: {each} {cuts:?}");
            }
        }
    }
}

#[test]
fn what_had_committed_is_made_good_once_whenever_the_program_ends() {
    for on_failure in ["cancel", "go_on"] {
        let each = format!(
            "parallel: 1, on_failure: {on_failure}, do: {{ run: quote, with: {{ id: '${{ id }}' }}, restart: again"
        );
        let flow = flow(&each, "{ run: book, with: { n: 7 } }");
        let refused = [(3, 99)];
        let whole = run(&flow, &refused, &[]);
        let good: &[&str] = if on_failure == "cancel" { &["4", "5", "first"] } else { &["1", "2", "4", "5", "first"] };
        assert_eq!(
            (whole.state.as_str(), whole.desk.log.as_slice()),
            ("LOST", good.iter().map(|&it| it.to_owned()).collect::<Vec<_>>().as_slice())
        );
        for cut in 1..whole.steps {
            let ended = run(&flow, &refused, &[cut]);
            assert_eq!(
                (ended.state.as_str(), &ended.desk, &ended.ended_well),
                ("LOST", &whole.desk, &whole.ended_well),
                "{cut}"
            );
        }
    }
    // The chain fails after the loop.
    let flow = flow("parallel: 2, do: { run: price, with: { id: '${ id }' }", "{ run: book, with: { n: -7 } }");
    let whole = run(&flow, &[], &[]);
    assert_eq!((whole.state.as_str(), whole.desk.log.len()), ("LOST", 6));
    for cut in 1..whole.steps {
        let ended = run(&flow, &[], &[cut]);
        assert_eq!(
            (ended.state.as_str(), &ended.desk, &ended.ended_well),
            ("LOST", &whole.desk, &whole.ended_well),
            "{cut}"
        );
    }
}

/// Nobody knows what one has done outside that was under way: it does not begin a second time, and what had committed is made good.
#[test]
fn what_must_not_begin_twice_does_not() {
    for (most, on_failure) in [(1, "cancel"), (2, "cancel"), (2, "go_on"), (5, "go_on")] {
        let each =
            format!("parallel: {most}, on_failure: {on_failure}, do: {{ run: quote, with: {{ id: '${{ id }}' }}");
        let flow = flow(&each, "{ run: book, with: { n: 7 } }");
        let whole = run(&flow, &[], &[]);
        assert_eq!((whole.state.as_str(), whole.desk.total), ("E", 8));
        let mut lost = 0;
        let cuts = (1..whole.steps).flat_map(|cut| [vec![cut], vec![cut, cut + 1], vec![cut, cut + 2]]);
        for cut in cuts {
            let ended = run(&flow, &[], &cut);
            assert!(ended.asked.values().all(|asked| *asked == 1), "{most} {on_failure} {cut:?}: {:?}", ended.asked);
            if ended.state == "E" {
                assert_eq!(ended.desk, whole.desk, "{cut:?}");
                continue;
            }
            lost += 1;
            // Each that has committed is made good once, and the first step too.
            let mut good = ended.desk.log.clone();
            assert_eq!(good.pop().as_deref(), Some("first"), "{cut:?}: {:?}", ended.desk);
            let all = good.len();
            good.sort();
            good.dedup();
            assert_eq!(good.len(), all, "{cut:?}: {:?}", ended.desk);
            if on_failure == "go_on" {
                assert_eq!(ended.asked.len(), 5, "{cut:?}: the others go on");
            }
        }
        assert!(lost > 0, "it was never cut off in the midst of one");
    }
}
