//! Asking a session that a store keeps, under a key.

use std::future::Future;
use std::pin::pin;
use std::task::{Context as Task, Poll, Waker};
use std::time::Duration;

use serde_json::json;
use theus_core::prelude::*;
use theus_core::store::{MemoryStore, Store};
use theus_core::workflow::sessions::SessionError;
use theus_core::workflow::sessions::SessionsBuilder;
use theus_core::workflow::{Answer, Repeated, Sessions};

const LONG: Duration = Duration::from_secs(20);

#[derive(Clone, Default, Context)]
pub(crate) struct Card {
    pub(crate) spent: i64,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} is too much")]
pub(crate) struct TooMuch(i64);

#[process(inputs = [domain.spent], outputs = [domain.spent], errors = [TooMuch])]
pub(crate) fn pay(ctx: Ctx<Card>, amount: i64) -> Result<(), TooMuch> {
    *ctx.domain.spent += amount;
    if *ctx.domain.spent > 100 { Err(TooMuch(amount)) } else { Ok(()) }
}

const FLOW: &str = r#"
external: [CMD_PAY, CMD_END]
states:
  OPEN:
    reply: "${ domain.spent }"
    events: { CMD_PAY: { steps: { run: pay, with: { amount: "${ event.amount }" } } }, CMD_END: DONE }
  DONE: { final: true, result: "${ domain.spent }" }
"#;

const RECIPE: &str = "
process_recipes: { pay: { outputs: [ { field: domain.spent, max: 90, level: C } ] } }
";

fn builder(store: &MemoryStore) -> SessionsBuilder<Card> {
    let engine = Engine::builder(Card::default()).process::<Pay>().recipe("audit.yaml", RECIPE).unwrap();
    Sessions::of_text(&engine.store(store.clone()).build().unwrap(), "card.yaml", FLOW).unwrap()
}

fn pool(store: &MemoryStore) -> Sessions<Card> {
    builder(store).workers(2).warm(1).start().unwrap()
}

fn paid(cards: &Sessions<Card>, key: &str, amount: i64) -> Result<Answer, SessionError> {
    cards.ask("ann", "CMD_PAY", json!({ "amount": amount })).once(key).wait(LONG)
}

fn spent(cards: &Sessions<Card>) -> i64 {
    *cards.engine("ann").unwrap().snapshot().unwrap().spent
}

#[test]
fn the_answer_of_then_is_given_in_whatever_program() {
    let store = MemoryStore::new();
    let mut told = None;
    for program in 0..3 {
        let cards = pool(&store);
        cards.open_or_go_on("ann", Card::default).unwrap();
        cards.open_or_go_on("bob", Card::default).unwrap();
        let (first, declined) = (paid(&cards, "a", 95).unwrap(), paid(&cards, "b", 50).unwrap());
        assert_eq!(first.repeated, (program > 0).then_some(Repeated::Kept));
        assert_eq!(paid(&cards, "a", 95).unwrap().repeated, Some(Repeated::Kept));
        assert_eq!((&first.reply, first.violations.len(), first.is_well()), (&Some(json!(95)), 1, true));
        assert_eq!(declined.failure.as_ref().and_then(|failure| failure.error.as_deref()), Some("TooMuch"));
        let all = format!("{:?}", (&first.violations, first.version, &first.states, &declined.failure));
        assert_eq!(*told.get_or_insert_with(|| all.clone()), all);
        assert!(matches!(paid(&cards, "a", 96), Err(SessionError::KeyReused { .. })));
        assert_eq!(spent(&cards), 95);
    }
    // Of one that is over, too.
    let end = |cards: &Sessions<Card>| cards.ask("ann", "CMD_END", json!(null)).once("end").wait(LONG).unwrap();
    let ended = end(&pool(&store));
    let cards = pool(&store);
    let again = end(&cards);
    assert_eq!((again.reply, again.status, again.repeated), (ended.reply, ended.status, Some(Repeated::Kept)));
    assert!(cards.wait_until_idle(LONG));
    assert_eq!(paid(&cards, "a", 95).unwrap().repeated, Some(Repeated::Kept));
    assert!(matches!(paid(&cards, "new", 1), Err(SessionError::Over { .. })));
}

#[test]
fn where_the_program_ended_before_the_answer_it_is_told_where_the_session_is() {
    let store = MemoryStore::new();
    let ask = |cards: &Sessions<Card>| cards.ask("ann", "CMD_PAY", json!({ "amount": 5 })).once("a");
    let stepped = || builder(&store).stepped(1).start().unwrap();
    // It ends at each step of what it does.
    for steps in 0..8 {
        let store = MemoryStore::new();
        let stepped = || builder(&store).stepped(1).start().unwrap();
        let cards = stepped();
        cards.open("ann", Card::default()).unwrap();
        cards.step_until_idle(100);
        let mut asked = pin!(ask(&cards));
        assert!(asked.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_pending());
        cards.step_until_idle(steps);
        let is_told = asked.as_mut().poll(&mut Task::from_waker(Waker::noop())).is_ready();
        drop(cards);
        let cards = stepped();
        let mut again = pin!(ask(&cards));
        let mut poll = || again.as_mut().poll(&mut Task::from_waker(Waker::noop()));
        let answer = loop {
            match poll() {
                Poll::Ready(answer) => break answer.unwrap(),
                Poll::Pending => assert!(cards.step(), "nobody tells"),
            }
        };
        assert_eq!((answer.reply, spent(&cards)), (Some(json!(5)), 5), "{steps}");
        assert_eq!(answer.repeated, Some(if is_told { Repeated::Kept } else { Repeated::Now }), "{steps}");
    }
    // So it is of an event that nobody waited for.
    let cards = stepped();
    cards.open("ann", Card::default()).unwrap();
    cards.step_until_idle(100);
    let engine = cards.engine("ann").unwrap();
    engine.emit_once_with("a", "CMD_PAY", json!({ "amount": 5 })).unwrap();
    cards.step_until_idle(100);
    let cards = pool(&store);
    let told = ask(&cards).wait(LONG).unwrap();
    assert_eq!((told.repeated, told.is_in("OPEN"), told.reply), (Some(Repeated::Now), true, Some(json!(5))));
    let engine = cards.engine("ann").unwrap();
    engine.emit_once_with("a", "CMD_PAY", json!({ "amount": 5 })).unwrap();
    assert!(cards.wait_until_idle(LONG));
    assert_eq!(spent(&cards), 5);
}

#[test]
fn two_programs_that_are_asked_at_once_send_it_once() {
    for _ in 0..10 {
        let store = MemoryStore::new();
        pool(&store).open("ann", Card::default()).unwrap();
        let (one, two) = (pool(&store), pool(&store));
        std::thread::scope(|scope| {
            for cards in [&one, &two, &one, &two] {
                scope.spawn(move || {
                    // The program that has not sent it may have an older state.
                    let answer = paid(cards, "a", 5);
                    assert!(answer.is_ok() || matches!(answer, Err(SessionError::Store(_))), "{answer:?}");
                });
            }
        });
        drop((one, two));
        let cards = pool(&store);
        assert!(paid(&cards, "a", 5).unwrap().repeated.is_some());
        assert!(cards.wait_until_idle(LONG));
        assert_eq!(spent(&cards), 5);
    }
}

#[test]
fn an_answer_that_is_pruned_can_be_had_anew() {
    let store = MemoryStore::new();
    let cards = pool(&store);
    cards.open("ann", Card::default()).unwrap();
    paid(&cards, "a", 5).unwrap();
    assert_eq!(cards.engine("ann").unwrap().prune_answers(Duration::ZERO).unwrap(), 2, "what came, and its answer");
    assert_eq!(paid(&cards, "a", 5).unwrap().repeated, None);
    assert_eq!(spent(&cards), 10);
}

#[test]
fn an_answer_that_cannot_be_stored_is_told_all_the_same() {
    use theus_core::store::Fault;
    // Which call of the store keeps the answer, is found by trying.
    let mut kept_not = 0;
    for call in 1..12 {
        let store = MemoryStore::new();
        let cards = builder(&store).workers(1).start().unwrap();
        cards.open("ann", Card::default()).unwrap();
        assert!(cards.wait_until_idle(LONG));
        store.fail(store.calls() + call, Fault::Unavailable);
        let Ok(first) = paid(&cards, "a", 5) else {
            // It was not sent.
            assert_eq!(paid(&cards, "a", 5).unwrap().repeated, None);
            continue;
        };
        // It may be the next call that fails.
        let again = paid(&cards, "a", 5).or_else(|_| paid(&cards, "a", 5)).unwrap();
        assert_eq!((again.reply, spent(&cards)), (Some(json!(5)), 5), "{call}");
        if first.is_well() && again.repeated == Some(Repeated::Now) {
            kept_not += 1;
        }
    }
    assert!(kept_not > 0, "one of the calls was that which keeps it");
    assert!(MemoryStore::new().load("ann").unwrap().is_none());
}
