//! What processes return, used by the steps after them and by the `done` of what is invoked.

use std::sync::atomic::{AtomicU32, Ordering};

use theus_core::prelude::*;
use theus_core::workflow::{Status, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Desk {
    log: Vec<String>,
    total: i64,
    items: Vec<i64>,
}

type App = Ctx<Desk>;
type Flow = WorkflowManager<Desk>;

#[derive(Clone, Debug, serde::Serialize, Inspect)]
struct Quote {
    price: i64,
    ok: bool,
    lines: Vec<String>,
}

/// Reads and tells: what it gives is nowhere in the context.
#[process(inputs = [domain.total])]
fn ask(ctx: App, of: i64) -> Quote {
    let price = of * 10 + *ctx.domain.total;
    Quote { price, ok: price < 100, lines: vec![format!("{of} pieces"), "carriage".to_owned()] }
}

#[process(inputs = [domain.total])]
async fn ask_later(ctx: App, of: i64) -> Quote {
    let total = *ctx.domain.total;
    Quote { price: of + total, ok: true, lines: Vec::new() }
}

#[derive(Debug, thiserror::Error)]
#[error("sold out")]
struct SoldOut;

#[process(inputs = [domain.total], outputs = [domain.total], errors = [SoldOut])]
fn book(ctx: App, price: i64) -> Result<i64, SoldOut> {
    if price > 500 {
        return Err(SoldOut);
    }
    *ctx.domain.total += price;
    Ok(*ctx.domain.total)
}

#[process(inputs = [domain.log], outputs = [domain.log])]
fn note(ctx: App, text: String) {
    ctx.domain.log.push(text);
}

#[process(inputs = [domain.total], outputs = [domain.total])]
fn give_back(ctx: App, price: i64) {
    *ctx.domain.total -= price;
}

#[process(outputs = [domain.items])]
fn store_items(ctx: App) -> Vec<i64> {
    ctx.domain.items.set(vec![1, 2]);
    vec![7, 8, 9]
}

#[process(inputs = [domain.items])]
fn count_items(ctx: App) -> usize {
    ctx.domain.items.len()
}

/// Has a type without JSON.
struct Secret;

#[process(inputs = [domain.total])]
fn whisper(ctx: App) -> Secret {
    let _ = *ctx.domain.total;
    Secret
}

/// Cannot be written down every second time.
struct Moody;

static ASKED: AtomicU32 = AtomicU32::new(0);

impl serde::Serialize for Moody {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match ASKED.fetch_add(1, Ordering::SeqCst) {
            0 => Err(serde::ser::Error::custom("not now")),
            1 => panic!("never"),
            _ => serializer.serialize_i64(5),
        }
    }
}

#[process(inputs = [domain.total])]
fn sulk(ctx: App) -> Moody {
    let _ = *ctx.domain.total;
    Moody
}

fn engine() -> Engine<Desk> {
    Engine::builder(Desk::default())
        .process::<Ask>()
        .process::<AskLater>()
        .process::<Book>()
        .process::<Note>()
        .process::<GiveBack>()
        .process::<StoreItems>()
        .process::<CountItems>()
        .process::<Whisper>()
        .process::<Sulk>()
        .build()
        .unwrap()
}

fn play(flow: &str) -> (Flow, Desk) {
    let mut desk = WorkflowManager::from_text(&engine(), "desk.yaml", flow).unwrap_or_else(|error| panic!("{error}"));
    desk.run_until_idle().unwrap();
    let state = desk.engine().snapshot().unwrap().to_context();
    (desk, state)
}

fn refused(flow: &str) -> String {
    WorkflowManager::from_text(&engine(), "desk.yaml", flow).unwrap_err().to_string()
}

#[test]
fn what_a_step_gives_is_used_by_those_after_it() {
    let (desk, state) = play(
        "
states:
  BUY:
    entry:
      - { run: ask, with: { of: 3 }, as: q }
      - flux: if
        when: q.ok && q.lines.size() == 2
        then:
          - { run: book, with: { price: '${ q.price }' }, as: now_booked }
          - { run: note, with: { text: \"${ string(now_booked) + ' for ' + q.lines[0] }\" } }
        else: { run: note, with: { text: dear } }
      - { run: ask, with: { of: '${ q.price }' }, as: dearer }
      - { flux: if, when: '!dearer.ok', then: { run: note, with: { text: \"${ string(dearer.price - q.price) }\" } } }
    events: { EVT_CHAIN_DONE: END }
  END: { final: true }
",
    );
    assert_eq!((desk.state(), state.total), ("END", 30));
    assert_eq!(state.log, ["30 for 3 pieces", "300"]);
}

#[test]
fn it_is_known_to_the_end_of_its_list_and_of_its_round() {
    let (desk, state) = play(
        "
states:
  GO:
    entry:
      - { run: store_items, as: all }
      - { flux: for_each, in: all, as: n, do: [
            { run: ask, with: { of: '${ n }' }, as: q },
            { flux: if, when: q.ok, then: [{ run: book, with: { price: '${ n + all[0] }' }, as: b }, { run: note, with: { text: '${ string(b) }' } }] } ] }
      - { flux: while, when: domain.total < 60, do: [{ run: book, with: { price: 10 }, as: b }, { run: note, with: { text: '${ string(b) }' } }] }
      - { flux: run, steps: [{ run: book, with: { price: 1 }, as: c }] }
      - { run: note, with: { text: '${ string(c) }' } }
    events: { EVT_CHAIN_DONE: END }
  END: { final: true }
",
    );
    // Quotes of 70, 94 and, with 29 in the total, 119.
    assert_eq!(
        (desk.state(), state.log),
        ("END", ["14", "29", "39", "49", "59", "69", "70"].map(str::to_owned).to_vec())
    );
    for wrong in [
        "[{ flux: if, when: domain.total == 0, then: { run: ask, with: { of: 1 }, as: q } }, { run: book, with: { price: '${ q.price }' } }]",
        "[{ run: book, with: { price: '${ q.price }' } }, { run: ask, with: { of: 1 }, as: q }]",
        "[{ run: ask, with: { of: '${ q.price }' }, as: q }]",
        "[{ flux: while, when: 'q.ok', do: { run: ask, with: { of: 1 }, as: q } }]",
    ] {
        let told = refused(&format!("states: {{ GO: {{ entry: {wrong}, final: true }} }}"));
        assert!(told.contains("`q` means nothing here"), "{told}");
    }
    let told = refused(
        "states: { A: { entry: { run: ask, with: { of: 1 }, as: q }, always: B }, B: { entry: { run: book, with: { price: '${ q.price }' } }, final: true } }",
    );
    assert!(told.contains("`q` means nothing here"), "another state is another list: {told}");
}

#[test]
fn what_makes_a_step_good_may_use_what_it_gave() {
    let (desk, state) = play(
        "
states:
  BUY:
    entry:
      - { run: ask, with: { of: 4 }, as: q }
      - { run: book, with: { price: '${ q.price }' }, as: booked, compensate: { run: give_back, with: { price: '${ booked + q.price - 40 }' } } }
      - parallel:
          - { run: book, with: { price: 5 }, as: second, compensate: { run: note, with: { text: '${ string(second) }' } } }
          - { run: count_items, as: third }
      - { run: note, with: { text: '${ string(third) }' } }
      - { run: book, with: { price: '${ second * 100 }' } }
    events: { EVT_CHAIN_FAIL: LOST }
  LOST: { final: true }
",
    );
    assert_eq!((desk.state(), state.total), ("LOST", 5), "{state:?}");
    assert_eq!(state.log, ["0", "45"]);
}

#[test]
fn the_end_of_what_is_invoked_brings_along_what_it_gave() {
    let flow = |of: i64| {
        format!(
            "
states:
  ASKING:
    invoke:
      run: ask_later
      with: {{ of: {of} }}
      done:
        - {{ to: DEAR, when: event.price > 50 }}
        - {{ to: BOUGHT, steps: {{ run: book, with: {{ price: '${{ event.price }}' }} }} }}
  DEAR: {{ final: true, result: '${{ event.price }}' }}
  BOUGHT: {{ final: true }}
"
        )
    };
    let (desk, state) = play(&flow(7));
    assert_eq!((desk.state(), state.total), ("BOUGHT", 7));
    let (desk, _) = play(&flow(70));
    assert_eq!((desk.state(), desk.result()), ("DEAR", Some(&serde_json::json!(70))));
    let (desk, state) = play(
        "
states:
  ASKING:
    invoke:
      id: both
      steps: [{ run: ask, with: { of: 1 }, as: one }, { run: book, with: { price: '${ one.price }' }, as: two }]
      result: \"${ {'sum': one.price + two, 'lines': one.lines} }\"
      done: { to: DONE, when: event.sum == 20 }
  DONE: { entry: { run: note, with: { text: '${ event.lines[1] }' } }, final: true }
",
    );
    assert_eq!((desk.state(), state.log), ("DONE", vec!["carriage".to_owned()]));
}

#[test]
fn what_has_no_json_fails_its_chain_and_the_commit_is_made_good() {
    ASKED.store(0, Ordering::SeqCst);
    let flow = "
external: [CMD_AGAIN]
states:
  ASKING:
    entry: [{ run: book, with: { price: 3 }, compensate: { run: give_back, with: { price: 3 } } }, { run: sulk, as: s }, { run: book, with: { price: '${ s }' } }]
    events: { CMD_AGAIN: ASKING, EVT_CHAIN_DONE: END }
  END: { final: true }
";
    let (mut desk, state) = play(flow);
    assert_eq!((desk.state(), state.total), ("ASKING", 0));
    desk.emit("CMD_AGAIN").unwrap();
    let handled = desk.run_until_idle().unwrap();
    assert!(handled.iter().any(|handled| handled.failed), "the code of its type panics");
    assert_eq!(*desk.engine().snapshot().unwrap().total, 0);
    desk.emit("CMD_AGAIN").unwrap();
    desk.run_until_idle().unwrap();
    assert_eq!((desk.state(), *desk.engine().snapshot().unwrap().total), ("END", 8));
    assert_eq!(desk.status(), Status::Finished);
}

#[test]
fn each_wrong_use_is_told() {
    let cases = [
        (
            "{ run: note, with: { text: a }, as: n }",
            "`note` gives nothing that could be named",
            "read what it has written",
        ),
        ("{ run: whisper, as: s }", "`whisper` gives nothing that could be named", "derive `serde::Serialize`"),
        (
            "{ run: ask, with: { of: 1 }, as: domain }",
            "`domain` means something else in expressions",
            "call what the step gives `result`",
        ),
        ("{ run: ask, with: { of: 1 }, as: 'a b' }", "`a b` is no name", "call what the step gives `result`"),
        (
            "[{ run: ask, with: { of: 1 }, as: q }, { run: ask, with: { of: 2 }, as: q }]",
            "`q` is the name of something else here",
            "call this one otherwise",
        ),
        (
            "{ flux: for_each, in: domain.items, as: q, do: { run: ask, with: { of: 2 }, as: q } }",
            "`q` is the name of something else here",
            "a loop around it",
        ),
        (
            "{ parallel: [{ run: ask, with: { of: 1 }, as: q }, { run: ask_later, with: { of: 2 }, as: q }] }",
            "what another of them gives is called `q` too",
            "call this one otherwise",
        ),
        (
            "{ parallel: [{ run: ask, with: { of: 1 }, as: q }, { run: ask_later, with: { of: '${ q.price }' } }] }",
            "`q` means nothing here",
            "",
        ),
        (
            "[{ run: ask, with: { of: 1 }, as: q }, { run: book, with: { price: '${ q.prise }' } }]",
            "no field `prise`",
            "did you mean `price`?",
        ),
        ("[{ run: ask, with: { of: 1 }, as: q }, { run: book, with: { price: '${ q.ok }' } }]", "must be", "boolean"),
        (
            "{ run: book, with: { price: 1 }, compensate: { run: give_back, with: { price: 1 }, as: q } }",
            "a compensation has no `as`",
            "",
        ),
    ];
    for (entry, message, help) in cases {
        let told = refused(&format!("states: {{ GO: {{ entry: {entry}, final: true }} }}"));
        assert!(told.contains(message) && told.contains(help), "{entry}: {told}");
        assert!(told.contains("desk.yaml:1:"), "{told}");
    }
    let invoked = [
        ("run: ask, with: { of: 1 }, as: q, done: END", "`as`", ""),
        (
            "steps: [{ run: ask, with: { of: 1 }, as: q }], result: '${ q.prise }', done: END",
            "no field `prise`",
            "did you mean `price`?",
        ),
        (
            "steps: [{ run: ask, with: { of: 1 }, as: q }], result: '${ q.price }'",
            "nobody would hear of this `result`",
            "done: {",
        ),
        ("run: note, with: { text: a }, done: { to: END, when: event.ok }", "`event` means nothing", ""),
        ("run: ask, with: { of: 1 }, done: { to: END, when: event.okay }", "no field `okay`", "known: price, ok"),
    ];
    for (invoke, message, help) in invoked {
        let told = refused(&format!(
            "states: {{ GO: {{ invoke: {{ id: it, {invoke} }}, after: {{ 1s: END }} }}, END: {{ final: true }} }}"
        ));
        assert!(told.contains(message) && told.contains(help), "{invoke}: {told}");
    }
}
