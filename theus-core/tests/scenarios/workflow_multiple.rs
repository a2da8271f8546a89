//! A process for each element of a list, several at once.

use std::collections::{BTreeMap, BTreeSet};
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::time::{Duration, SystemTime};

use theus_core::prelude::*;
use theus_core::workflow::{Clock, Position, Status, VirtualClock, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    ids: Vec<i64>,
    log: Vec<String>,
    total: i64,
}

/// The world outside: who is asked, and when it answers.
#[derive(Clone, Default)]
struct World(Arc<Mutex<Outside>>);

#[derive(Default)]
struct Outside {
    asked: Vec<i64>,
    under_way: BTreeSet<i64>,
    most: usize,
    /// Those that are answered; all where it is not said.
    answered: Option<BTreeSet<i64>>,
    /// How often each is refused.
    refused: BTreeMap<i64, u32>,
    wakers: Vec<Waker>,
}

impl World {
    fn with<R>(&self, with: impl FnOnce(&mut Outside) -> R) -> R {
        with(&mut self.0.lock().unwrap())
    }
    fn refuse(&self, id: i64, times: u32) {
        self.with(|outside| outside.refused.insert(id, times));
    }
    fn answers(&self, ids: &[i64]) {
        let wakers = self.with(|outside| {
            outside.answered.get_or_insert_default().extend(ids);
            std::mem::take(&mut outside.wakers)
        });
        wakers.into_iter().for_each(Waker::wake);
    }
    fn asked(&self) -> Vec<i64> {
        self.with(|outside| outside.asked.clone())
    }
}

struct Ports {
    world: World,
}

type App = Ctx<Desk, (), Ports>;
type DeskEngine = Engine<Desk, (), Ports>;
type Flow = WorkflowManager<Desk, (), Ports>;

#[derive(Clone, Debug, serde::Serialize, serde::Deserialize, Inspect)]
struct Priced {
    id: i64,
    price: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("nobody answers")]
struct Busy;

/// Waits for the answer.
#[process(effects = [world], errors = [Busy])]
async fn quote(ctx: App, id: i64) -> Result<Priced, Busy> {
    struct UnderWay<'a>(&'a World, i64);
    impl Drop for UnderWay<'_> {
        fn drop(&mut self) {
            self.0.with(|outside| outside.under_way.remove(&self.1));
        }
    }
    let world = &ctx.effects.world;
    world.with(|outside| {
        outside.asked.push(id);
        outside.under_way.insert(id);
        outside.most = outside.most.max(outside.under_way.len());
    });
    let _under_way = UnderWay(world, id);
    let mut polled = false;
    poll_fn(|task| {
        world.with(|outside| {
            let answers = outside.answered.as_ref();
            if std::mem::replace(&mut polled, true) && answers.is_none_or(|answered| answered.contains(&id)) {
                return Poll::Ready(());
            }
            if answers.is_none() {
                task.waker().wake_by_ref();
            }
            outside.wakers.push(task.waker().clone());
            Poll::Pending
        })
    })
    .await;
    let refused = world.with(|outside| {
        outside.refused.get_mut(&id).is_some_and(|left| std::mem::replace(left, left.saturating_sub(1)) > 0)
    });
    if refused { Err(Busy) } else { Ok(Priced { id, price: id * 10 }) }
}

#[process]
fn price(ctx: App, id: i64) -> Priced {
    let _ = ctx;
    Priced { id, price: id * 10 }
}

#[process(inputs = [domain.log], outputs = [domain.log])]
fn note(ctx: App, text: String) {
    ctx.domain.log.push(text);
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn add(ctx: App, n: i64) {
    *ctx.domain.total += n;
}

fn engine(ids: impl IntoIterator<Item = i64>, world: &World) -> DeskEngine {
    let desk = Desk { ids: ids.into_iter().collect(), ..Desk::default() };
    of_desk(desk, world)
}

fn of_desk(desk: Desk, world: &World) -> DeskEngine {
    Engine::builder(desk)
        .effects(Ports { world: world.clone() })
        .process::<Quote>()
        .process::<Price>()
        .process::<Note>()
        .process::<Add>()
        .build()
        .unwrap()
}

fn of(engine: &DeskEngine, flow: &str) -> (Flow, VirtualClock) {
    let clock = VirtualClock::new();
    let flow = WorkflowManager::from_text(engine, "flow.yaml", flow).unwrap_or_else(|error| panic!("{error}"));
    (flow.clock(clock.clone()), clock)
}

fn log(engine: &DeskEngine) -> Vec<String> {
    engine.snapshot().unwrap().to_context().log
}

fn seconds(clock: &VirtualClock) -> f64 {
    clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64()
}

/// One loop, and what comes after it.
fn entry(each: &str, after: &str) -> String {
    format!(
        "
states:
  S:
    entry: [{{ flux: for_each, in: domain.ids, as: id, {each} }}{after}]
    events: {{ EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }}
  E: {{ final: true }}
  LOST: {{ final: true }}
"
    )
}

const TELLS: &str = ", { run: add, with: { n: '${ size(all) }' } }, \
    { flux: if, when: 'size(all) > 0', then: { run: note, with: { text: '${ string(all[0].price) + \" \" + string(all[size(all) - 1].id) }' } } }, \
    { flux: for_each, in: all, as: one, do: { run: note, with: { text: '${ string(one.id) }' } } }";

#[test]
fn what_they_give_is_in_the_order_of_the_list_and_no_more_are_under_way_than_is_said() {
    for (process, most, under_way) in [("quote", 3, 3), ("quote", 1, 1), ("quote", 256, 7), ("price", 3, 0)] {
        let world = World::default();
        let engine = engine([7, 3, 9, 1, 5, 8, 2], &world);
        let each = format!("parallel: {most}, do: {{ run: {process}, with: {{ id: '${{ id }}' }}, as: all }}");
        let (mut flow, _) = of(&engine, &entry(&each, TELLS));
        let handled = flow.run_until_final().unwrap();
        assert_eq!(flow.state(), "E", "{process} {most}");
        assert_eq!(log(&engine), ["70 2", "7", "3", "9", "1", "5", "8", "2"], "{process} {most}");
        assert_eq!(world.with(|outside| outside.most), under_way, "{process} {most}");
        let asked = world.asked();
        assert!(asked.is_empty() || asked == [7, 3, 9, 1, 5, 8, 2], "{asked:?}");
        let runs = handled.iter().flat_map(|handled| &handled.steps).filter(|step| step.process == process);
        assert_eq!(runs.count(), 7);
        assert_eq!(engine.snapshot().unwrap().to_context().total, 7);
    }
}

#[test]
fn of_no_elements_there_is_an_empty_list_and_of_too_many_none() {
    let world = World::default();
    let each = "parallel: 4, do: { run: price, with: { id: '${ id }' }, as: all }";
    let none = engine([], &world);
    let (mut flow, _) = of(&none, &entry(each, TELLS));
    flow.run_until_final().unwrap();
    assert_eq!((flow.state(), log(&none)), ("E", Vec::new()));
    let too_many = engine(0..65_536, &world);
    let (mut flow, _) = of(&too_many, &entry(each, ""));
    let handled = flow.run_until_final().unwrap();
    let fault = handled.iter().find_map(|handled| handled.fault.as_ref()).unwrap().to_string();
    assert!(fault.contains("it gives 65536 elements, and side by side goes through 65535 at most"), "{fault}");
    assert_eq!(flow.state(), "LOST");
    let many = engine(0..3_000, &world);
    let (mut flow, _) = of(&many, &entry(each, ", { run: add, with: { n: '${ all[2999].price + size(all) }' } }"));
    flow.run_until_final().unwrap();
    assert_eq!(many.snapshot().unwrap().to_context().total, 29_990 + 3_000);
}

#[test]
fn the_next_begins_as_one_ends() {
    let world = World::default();
    world.answers(&[]);
    let engine = engine([1, 2, 3, 4], &world);
    let each = "parallel: 2, do: { run: quote, with: { id: '${ id }' }, as: all }";
    let (mut flow, _) = of(&engine, &entry(each, TELLS));
    let mut task = std::task::Context::from_waker(Waker::noop());
    let mut going = Box::pin(async {
        flow.run_until_final_async().await.unwrap();
        flow.state().to_owned()
    });
    let mut goes = |ids: &[i64]| {
        world.answers(ids);
        (0..20).find_map(|_| match going.as_mut().poll(&mut task) {
            Poll::Ready(state) => Some(state),
            Poll::Pending => None,
        })
    };
    assert_eq!(goes(&[]), None);
    assert_eq!(world.asked(), [1, 2]);
    assert_eq!(goes(&[2]), None);
    assert_eq!(world.asked(), [1, 2, 3], "the first is still under way");
    assert_eq!(goes(&[3]), None);
    assert_eq!(world.asked(), [1, 2, 3, 4]);
    assert_eq!(goes(&[1, 4]).as_deref(), Some("E"));
    assert_eq!(log(&engine), ["10 4", "1", "2", "3", "4"]);
    assert_eq!(world.with(|outside| outside.most), 2);
}

const GOOD: &str = "do: { run: quote, with: { id: '${ id }' }, as: one, compensate: { run: note, with: { text: '${ string(id) + \":\" + string(one.price) }' } } }";

#[test]
fn a_failure_cancels_the_rest_or_does_not_and_what_had_committed_is_made_good_newest_first() {
    for (most, on_failure, asked, good) in [
        (1, "cancel", vec![1, 2, 3], vec!["2:20", "1:10"]),
        (1, "go_on", vec![1, 2, 3, 4, 5], vec!["5:50", "4:40", "2:20", "1:10"]),
        (2, "go_on", vec![1, 2, 3, 4, 5], vec!["5:50", "4:40", "2:20", "1:10"]),
    ] {
        let world = World::default();
        world.refuse(3, 1);
        let engine = engine([1, 2, 3, 4, 5], &world);
        let (mut flow, _) = of(&engine, &entry(&format!("parallel: {most}, on_failure: {on_failure}, {GOOD}"), ""));
        flow.run_until_final().unwrap();
        assert_eq!(
            (flow.state(), world.asked(), log(&engine)),
            ("LOST", asked, good.iter().map(|&it| it.to_owned()).collect()),
            "{most} {on_failure}"
        );
        assert!(world.with(|outside| outside.under_way.is_empty()));
    }
    // Those that are under way are let go of, and those that have not begun do not begin.
    let world = World::default();
    world.answers(&[1, 3]);
    world.refuse(3, 1);
    let engine = engine([1, 2, 3, 4, 5], &world);
    let (mut flow, _) = of(&engine, &entry(&format!("parallel: 3, {GOOD}"), ""));
    flow.run_until_final().unwrap();
    assert_eq!((flow.state(), log(&engine)), ("LOST", vec!["1:10".to_owned()]));
    assert!(!world.asked().contains(&5), "{:?}", world.asked());
    assert!(world.with(|outside| outside.under_way.is_empty()), "they were dropped");
}

#[test]
fn why_it_fails_is_the_first_failure_in_the_order_of_the_list() {
    let world = World::default();
    world.refuse(4, 1);
    world.refuse(2, 9);
    let engine = engine([1, 2, 3, 4], &world);
    let each = "parallel: 4, on_failure: go_on, do: { run: quote, with: { id: '${ id }' }, retry: { attempts: 2, backoff: 1s, jitter: none }, on_error: { Busy: E } }";
    let (mut flow, clock) = of(&engine, &entry(each, ""));
    flow.run_until_final().unwrap();
    // The fourth is refused once and tried again, the second twice.
    assert_eq!((flow.state(), world.asked(), seconds(&clock)), ("E", vec![1, 2, 3, 4, 2, 4], 1.0));
}

#[test]
fn each_has_its_own_tries_and_its_own_time() {
    // The first waits for its next try while the others go on.
    let world = World::default();
    world.refuse(1, 1);
    let first = engine([1, 2, 3], &world);
    let each = "parallel: 1, do: { run: quote, with: { id: '${ id }' }, retry: { backoff: 60s, longest: 60s, jitter: none }, as: all }";
    let (mut flow, clock) = of(&first, &entry(each, TELLS));
    flow.run_until_final().unwrap();
    assert_eq!((flow.state(), world.asked(), seconds(&clock)), ("E", vec![1, 1, 2, 3], 60.0));
    let world = World::default();
    world.refuse(1, 1);
    let second = engine([1, 2, 3], &world);
    let (mut flow, clock) = of(&second, &entry(&each.replace("parallel: 1", "parallel: 2"), TELLS));
    flow.run_until_final().unwrap();
    assert_eq!((flow.state(), world.asked(), seconds(&clock)), ("E", vec![1, 2, 3, 1], 60.0));
    assert_eq!(log(&second), ["10 3", "1", "2", "3"], "in the order of the list all the same");
    // What never answers is given up when its own time is over, counted from its own beginning.
    let world = World::default();
    world.answers(&[2, 3]);
    let third = engine([1, 4, 2, 3], &world);
    let each = "parallel: 1, on_failure: go_on, do: { run: quote, with: { id: '${ id }' }, timeout: 10s }";
    let (mut flow, clock) = of(&third, &entry(each, ""));
    flow.run_until_final().unwrap();
    assert_eq!((flow.state(), world.asked(), seconds(&clock)), ("LOST", vec![1, 4, 2, 3], 20.0));
}

#[test]
fn leaving_the_state_cancels_all_that_are_under_way() {
    let flow = format!(
        "
external: [CMD_STOP]
states:
  S:
    invoke: {{ id: all, steps: [{{ flux: for_each, in: domain.ids, as: id, parallel: 3, {GOOD} }}], done: E, on_error: {{ '*': E }} }}
    events: {{ CMD_STOP: STOPPED }}
  STOPPED: {{ final: true }}
  E: {{ final: true }}
"
    );
    let world = World::default();
    world.answers(&[]);
    let engine = engine([1, 2, 3, 4, 5], &world);
    let (mut flow, _) = of(&engine, &flow);
    flow.run_until_idle().unwrap();
    assert_eq!(world.asked(), [1, 2, 3]);
    world.answers(&[2]);
    flow.run_until_idle().unwrap();
    assert_eq!(world.asked(), [1, 2, 3, 4]);
    flow.emit("CMD_STOP").unwrap();
    flow.run_until_final().unwrap();
    assert_eq!((flow.state(), log(&engine)), ("STOPPED", vec!["2:20".to_owned()]));
    assert!(world.with(|outside| outside.under_way.is_empty()));
}

#[test]
fn it_goes_on_from_a_position_with_those_that_had_not_committed() {
    let world = World::default();
    world.refuse(2, 1);
    world.refuse(5, 1);
    let first = engine([1, 2, 3, 4, 5], &world);
    let retry = "retry: { backoff: 60s, longest: 60s, jitter: none }";
    let each = format!("parallel: 2, do: {{ run: quote, with: {{ id: '${{ id }}' }}, {retry}, as: all }}");
    let (mut flow, clock) = of(&first, &entry(&each, TELLS));
    flow.run_until_idle().unwrap();
    assert_eq!(world.asked(), [1, 2, 3, 4, 5], "the second and the fifth wait for their next tries");
    let stored = serde_json::to_string(&flow.position()).unwrap();
    let position: Position = serde_json::from_str(&stored).unwrap();
    assert_eq!(position, flow.position(), "{stored}");
    let second = of_desk(first.snapshot().unwrap().to_context(), &world);
    let back = WorkflowManager::restore(&second, flow.shared_definition(), &position).unwrap();
    clock.advance(Duration::from_secs(5));
    let mut back = back.clock(clock.clone());
    back.run_until_final().unwrap();
    assert_eq!((back.state(), back.status()), ("E", Status::Finished));
    assert_eq!((world.asked(), seconds(&clock)), (vec![1, 2, 3, 4, 5, 2, 5], 60.0));
    assert_eq!(log(&second), ["10 5", "1", "2", "3", "4", "5"]);
}

#[test]
fn it_can_be_in_a_loop_and_after_what_others_gave() {
    let flow = "
states:
  S:
    entry:
      - { flux: for_each, in: '[1, 2]', as: round, do: [
          { flux: for_each, in: domain.ids, as: id, parallel: 2, do: { run: price, with: { id: '${ id * round }' }, as: all } },
          { flux: for_each, in: all, as: one, parallel: 4, do: { run: price, with: { id: '${ one.price }' }, as: twice } },
          { run: note, with: { text: '${ string(twice[0].id) + \" \" + string(twice[1].price) }' } }
        ] }
    events: { EVT_CHAIN_DONE: E, EVT_CHAIN_FAIL: LOST }
  E: { final: true }
  LOST: { final: true }
";
    let world = World::default();
    let engine = engine([3, 4], &world);
    let (mut flow, _) = of(&engine, flow);
    flow.run_until_final().unwrap();
    assert_eq!((flow.state(), log(&engine)), ("E", vec!["30 400".to_owned(), "60 800".to_owned()]));
}
