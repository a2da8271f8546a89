//! What steps give, on a store: whenever the program ends, what was given is there, and no step is run again for it.

use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::{Progress, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    asked: i64,
    log: Vec<String>,
    beside: Vec<String>,
}

type App = Ctx<Desk>;
type Flow = WorkflowManager<Desk>;

#[derive(serde::Serialize, Inspect)]
struct Answer {
    number: i64,
    all: Vec<i64>,
}

/// Run twice it gives something else.
#[process(inputs = [domain.asked], outputs = [domain.asked])]
fn ask(ctx: App) -> Answer {
    *ctx.domain.asked += 1;
    let number = *ctx.domain.asked;
    Answer { number, all: vec![number, number * 10] }
}

/// Commits nothing of its own.
#[process(inputs = [domain.asked])]
fn look(ctx: App) -> i64 {
    *ctx.domain.asked
}

#[process(inputs = [domain.log], outputs = [domain.log])]
fn note(ctx: App, of: i64) -> String {
    ctx.domain.log.push(of.to_string());
    format!("noted {of}")
}

#[process(inputs = [domain.beside], outputs = [domain.beside])]
async fn note_beside(ctx: App, text: String) -> usize {
    ctx.domain.beside.push(text);
    ctx.domain.beside.len()
}

const FLOW: &str = "
states:
  ONE:
    entry:
      - { run: ask, as: first }
      - { run: look, as: seen }
      - { flux: for_each, in: first.all, as: n, do: [{ run: ask, as: again }, { run: note, with: { of: '${ n + again.number * 100 + seen * 1000 }' } }] }
      - parallel:
          - { run: ask, as: third, compensate: { run: note, with: { of: '${ third.number * -1 }' } } }
          - { run: note, with: { of: '${ first.number }' }, as: noted }
      - { run: note_beside, with: { text: '${ noted }' }, as: count }
      - { run: note, with: { of: '${ third.number + count }' } }
    events: { EVT_CHAIN_DONE: TWO }
  TWO:
    invoke:
      - { id: alone, run: ask, done: { to: THREE, when: event.number > 3, steps: { run: note, with: { of: '${ event.all[1] }' } } } }
  THREE:
    invoke:
      - id: chain
        steps: [{ run: note_beside, with: { text: a }, as: one }, { run: look, as: two }, { run: note_beside, with: { text: b } }]
        result: \"${ {'one': one, 'two': two} }\"
        done: { to: DONE, steps: { run: note, with: { of: '${ event.one * 10 + event.two }' } } }
  DONE: { final: true }
";

fn life(store: &MemoryStore) -> Flow {
    life_of(store, FLOW)
}

fn life_of(store: &MemoryStore, flow: &str) -> Flow {
    let engine = Engine::builder(Desk::default())
        .process::<Ask>()
        .process::<Look>()
        .process::<Note>()
        .process::<NoteBeside>()
        .store(store.clone())
        .build()
        .unwrap();
    WorkflowManager::from_text(&engine, "desk.yaml", flow).unwrap_or_else(|error| panic!("{error}")).hydrate().unwrap()
}

/// Runs to its end, in a new life after so many steps.
fn run(steps: Option<usize>) -> (usize, String, Desk) {
    let mut store = MemoryStore::new();
    let mut desk = life(&store);
    let mut count = 0;
    while !matches!(desk.advance().unwrap(), Progress::Over) {
        count += 1;
        assert!(count < 500, "it goes on for ever");
        if Some(count) == steps {
            // The plug is pulled: what was not written is gone.
            let copy = store.copy();
            drop(desk);
            store = copy;
            desk = life(&store);
        }
    }
    let state = desk.engine().snapshot().unwrap().to_context();
    (count, desk.state().to_owned(), state)
}

#[test]
fn what_was_given_is_there_whenever_the_program_ends() {
    let (count, state, whole) = run(None);
    assert_eq!((state.as_str(), whole.asked), ("DONE", 5));
    assert_eq!(whole.log, ["1201", "1310", "1", "5", "50", "25"]);
    assert!(count > 15);
    for steps in 1..count {
        assert_eq!((run(Some(steps)).1, run(Some(steps)).2), (state.clone(), whole.clone()), "{steps}");
    }
}

#[test]
fn a_done_that_looks_at_what_is_returned_from_now_on_changes_none_of_the_steps_under_way() {
    let flow = |done: &str| {
        format!(
            "name: desk\nstates: {{ A: {{ invoke: {{ run: ask, done: {done} }}, events: {{ EVT_CHAIN_FAIL: LOST }} }}, B: {{ final: true }}, LOST: {{ final: true }} }}"
        )
    };
    let (before, after) = (flow("B"), flow("{ to: B, when: event.number == 1 }"));
    let mut points = 0;
    for steps in 1..4 {
        let store = MemoryStore::new();
        let mut desk = life_of(&store, &before);
        if (0..steps).any(|_| matches!(desk.advance().unwrap(), Progress::Over)) {
            break;
        }
        let asked = desk.engine().snapshot().unwrap().to_context().asked;
        let copy = store.copy();
        drop(desk);
        if asked == 0 {
            points += 1;
            let mut desk = life_of(&copy, &after);
            desk.run_until_final().unwrap();
            assert_eq!(desk.state(), "B", "after {steps}");
        }
    }
    assert!(points > 0);
}
