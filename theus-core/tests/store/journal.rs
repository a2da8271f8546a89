//! The journal: what was, and that it comes out the same again.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use serde_json::json;
use theus_core::context::{Time, TimeKind};
use theus_core::engine::{Changed, Diverged, JournalError};
use theus_core::prelude::*;
use theus_core::store::MemoryStore;
use theus_core::workflow::{Clock, VirtualClock, WorkflowManager};

use super::bank::*;

#[test]
fn each_step_can_be_looked_at_and_told_from_others() {
    let store = MemoryStore::new();
    let desk = desk(&store);
    desk.run(booking("a", 10)).unwrap();
    desk.run(Total {}).unwrap();
    desk.run(booking("b", 5)).unwrap();
    let journal = desk.journal("main").unwrap();
    assert_eq!(journal.at(0).unwrap()["total"], 0);
    assert_eq!(journal.at(1).unwrap()["lines"], json!([{ "to": "a", "amount": 10 }]));
    assert_eq!(journal.at(2).unwrap()["names"], json!({ "a": 10, "b": 5 }));
    let told: Vec<_> = journal.difference(1, 2).unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3);
    assert_eq!(told[2], "total: 10 -> 15");
    assert!(matches!(journal.at(3), Err(JournalError::NoStep { step: 3, last: 2, .. })));
    assert_eq!(journal.verify().unwrap(), 2);
    assert!(matches!(desk.journal("nobody"), Err(JournalError::NoSession { .. })));
}

#[test]
fn a_fork_begins_where_the_other_was() {
    let store = MemoryStore::new();
    let desk = desk(&store);
    desk.run(booking("a", 10)).unwrap();
    desk.run(booking("b", 5)).unwrap();
    desk.fork("main", 1, "what if").unwrap();
    let fork = desk.hydrate("what if").unwrap().unwrap();
    assert_eq!(fork.run(booking("c", 1)).unwrap(), 11);
    assert_eq!(*desk.snapshot().unwrap().total, 15);
    assert!(desk.fork("main", 1, "what if").is_err(), "it is there already");
    assert!(desk.fork("main", 7, "later").is_err());
}

static HIDDEN: AtomicI64 = AtomicI64::new(1);

#[derive(Clone, Default, Context)]
struct Odd {
    sum: i64,
    other: i64,
}

#[process(inputs = [domain.sum], outputs = [domain.sum, domain.other])]
fn peek(ctx: Ctx<Odd>, by: i64) {
    ctx.domain.other.set(by);
    // What its contract does not say.
    *ctx.domain.sum += by * hidden();
}

fn hidden() -> i64 {
    HIDDEN.load(Ordering::Relaxed)
}

#[test]
fn what_reads_more_than_its_contract_says_is_found_at_its_step_and_path() {
    let engine = Engine::builder(Odd::default()).process::<Peek>().store(MemoryStore::new()).build().unwrap();
    engine.run(Peek { by: 2 }).unwrap();
    HIDDEN.store(3, Ordering::Relaxed);
    engine.run(Peek { by: 2 }).unwrap();
    HIDDEN.store(1, Ordering::Relaxed);
    let replay = engine.replay("main").unwrap();
    assert_eq!(replay.made, 1);
    let divergence = replay.divergence.unwrap();
    assert_eq!((divergence.step, divergence.process.as_str()), (2, "peek"));
    let what = Diverged::Field { path: "sum".to_owned(), expected: Some(json!(8)), found: Some(json!(4)) };
    assert_eq!(divergence.what, what);
    assert_eq!(divergence.changed, Some(Changed::default()), "it is what it calls that has changed");
    let text = "step 2, `peek`, gives something else than it did: `sum` was 8, and is 4 now; its body, its contract and the context's \
                fields are what they were: it reads what its contract does not say, or what it calls is another by now";
    assert_eq!(divergence.to_string(), text);
}

/// The same program in versions of its own.
macro_rules! version {
    ($name:ident, { $($field:ident: $type:ty),* }, inputs = [$($input:ident),*], $body:expr) => {
        mod $name {
            use theus_core::prelude::*;
            use theus_core::store::MemoryStore;

            #[derive(Clone, Default, Context)]
            pub(super) struct Odd { $(pub(super) $field: $type),* }

            #[process(inputs = [domain.sum $(, domain.$input)*], outputs = [domain.sum])]
            fn add(ctx: Ctx<Odd>, by: i64) {
                $(let _ = &ctx.domain.$input;)*
                let add: fn(i64, i64) -> i64 = $body;
                ctx.domain.sum.set(add(*ctx.domain.sum, by));
            }

            pub(super) fn engine(store: &MemoryStore) -> Engine<Odd> {
                Engine::builder(Odd::default()).process::<Add>().store(store.clone()).build().unwrap()
            }

            #[allow(dead_code, reason = "one of them runs, the others replay")]
            pub(super) fn run(engine: &Engine<Odd>, by: i64) {
                engine.run(Add { by }).unwrap();
            }
        }
    };
}

version!(then, { sum: i64, other: i64 }, inputs = [], |sum, by| sum + by);
version!(body, { sum: i64, other: i64 }, inputs = [], |sum, by| sum - by);
version!(contract, { sum: i64, other: i64 }, inputs = [other], |sum, by| sum + by + 1);
version!(schema, { sum: i64, other: i64, more: u8 }, inputs = [], |sum, by| sum + by + 1);
version!(all, { sum: i64, other: u64 }, inputs = [other], |sum, by| sum + by + 1);

#[test]
fn a_divergence_says_what_of_the_code_has_changed() {
    let store = MemoryStore::new();
    let engine = then::engine(&store);
    then::run(&engine, 2);
    assert_eq!(then::engine(&store).replay("main").unwrap().divergence, None);
    let divergence = |replay: theus_core::engine::Replay| replay.divergence.unwrap();
    let of_body = divergence(body::engine(&store).replay("main").unwrap());
    assert_eq!(of_body.changed, Some(Changed { body: true, contract: false, schema: false }));
    assert!(of_body.to_string().ends_with("`sum` was 2, and is -2 now; since then its body has changed"), "{of_body}");
    let of_contract = divergence(contract::engine(&store).replay("main").unwrap());
    assert_eq!(of_contract.changed, Some(Changed { body: true, contract: true, schema: false }));
    assert!(of_contract.to_string().ends_with("since then its body and its contract have changed"), "{of_contract}");
    let of_schema = divergence(schema::engine(&store).replay("main").unwrap());
    assert_eq!(of_schema.changed, Some(Changed { body: true, contract: false, schema: true }));
    let of_all = divergence(all::engine(&store).replay("main").unwrap()).to_string();
    assert!(of_all.ends_with("since then its body, its contract and the context's fields have changed"), "{of_all}");
}

#[test]
fn a_process_with_effects_is_taken_over_and_what_follows_is_made_again() {
    let store = MemoryStore::new();
    let desk = desk(&store);
    desk.run(booking("a", 10)).unwrap();
    desk.run(Charge {}).unwrap();
    desk.run(Charge {}).unwrap();
    block_on(desk.run_async(Observe { name: "x".to_owned() })).unwrap();
    desk.run(booking("a", 1)).unwrap();
    let replay = desk.replay("main").unwrap();
    assert_eq!((replay.steps, replay.made, replay.divergence), (5, 3, None));
    assert_eq!((replay.taken_over[0].process.as_str(), replay.taken_over[0].steps), ("charge", 2));
    assert_eq!(data(&desk)["fees"], 6.0);
}

#[derive(Clone, Debug)]
enum Do {
    Book(u8, i64),
    Observe(u8),
    Charge,
    Note,
}

fn programs() -> impl Strategy<Value = Vec<Do>> {
    let one = prop_oneof![
        4 => (any::<u8>(), -5_i64..9_000).prop_map(|(to, amount)| Do::Book(to % 5, amount)),
        2 => any::<u8>().prop_map(Do::Observe),
        1 => Just(Do::Charge),
        1 => Just(Do::Note),
    ];
    prop::collection::vec(one, 0..40)
}

fn run(desk: &Desk, command: &Do) {
    match command {
        // Refused or not, it is all the same to the journal.
        Do::Book(to, amount) => drop(desk.run(booking(&format!("n{to}"), *amount))),
        Do::Observe(name) => block_on(desk.run_async(Observe { name: name.to_string() })).unwrap(),
        Do::Charge => desk.run(Charge {}).unwrap(),
        Do::Note => desk.run(Note { text: "x".to_owned() }).unwrap(),
    }
}

proptest! {
    #[test]
    fn every_program_replays_to_the_same(program in programs(), optimistic in any::<bool>()) {
        let store = MemoryStore::new();
        let locking = if optimistic { Locking::Optimistic } else { Locking::ByKind };
        let desk = builder(locking).store(store.clone()).build().unwrap();
        let mut states = vec![data(&desk)];
        for command in &program {
            run(&desk, command);
            if data(&desk) != *states.last().unwrap() || matches!(command, Do::Note) {
                states.push(data(&desk));
            }
        }
        let journal = desk.journal("main").unwrap();
        let steps = journal.verify().unwrap();
        prop_assert_eq!(steps as usize + 1, states.len());
        let replay = desk.replay("main").unwrap();
        prop_assert_eq!((replay.steps, replay.divergence), (steps, None));
        for (step, state) in states.iter().enumerate() {
            let at = journal.at(step as u64).unwrap();
            prop_assert_eq!(&at["total"], &state["total"]);
            prop_assert_eq!(&at["watch.seen"], &state["watch"]["seen"]);
        }
        // And the next life is the same as this one.
        let again = builder(locking).store(store.copy()).build().unwrap();
        prop_assert_eq!(data(&again), data(&desk));
    }
}

#[test]
fn what_is_pruned_is_gone_and_the_rest_holds_as_before() {
    let store = MemoryStore::new();
    let desk = desk(&store);
    for amount in 1..=20 {
        desk.run(booking("a", amount)).unwrap();
        if amount % 5 == 0 {
            desk.run(Charge {}).unwrap();
        }
    }
    let (before, state) = (desk.journal("main").unwrap().at(20).unwrap(), data(&desk));
    assert_eq!(desk.prune_journal("main", 6).unwrap(), 18);
    assert_eq!(desk.prune_journal("main", 6).unwrap(), 0, "they are gone already");
    let journal = desk.journal("main").unwrap();
    assert_eq!((journal.begins_after(), journal.verify().unwrap()), (18, 24));
    assert_eq!(journal.at(20).unwrap(), before);
    assert!(matches!(journal.at(17), Err(JournalError::Pruned { step: 17, first: 18, .. })));
    assert_eq!(journal.difference(18, 24).unwrap().iter().filter(|field| field.path == "total").count(), 1);
    let replay = desk.replay("main").unwrap();
    assert_eq!((replay.before, replay.steps, replay.made + replay.taken_over[0].steps), (18, 24, 6));
    assert_eq!(replay.divergence, None);
    desk.fork("main", 19, "fork").unwrap();
    // The session goes on, in this program and the next.
    desk.run(booking("b", 1)).unwrap();
    drop(desk);
    let again = super::bank::desk(&store);
    assert_eq!(data(&again)["total"], state["total"].as_i64().unwrap() + 1);
    assert_eq!(again.journal("main").unwrap().verify().unwrap(), 25);
    // All of it can go.
    assert_eq!(again.prune_journal("main", 0).unwrap(), 7);
    assert_eq!(again.journal("main").unwrap().verify().unwrap(), 25);
    again.run(booking("b", 1)).unwrap();
    assert_eq!(again.journal("main").unwrap().verify().unwrap(), 26);
}

#[test]
fn a_session_that_is_removed_is_gone_unless_somebody_goes_on_with_it() {
    use theus_core::store::StoreError;
    let store = MemoryStore::new();
    let desk = desk(&store);
    let other = desk.hydrate_or("other", Bank::default).unwrap();
    other.run(booking("a", 1)).unwrap();
    assert!(matches!(desk.remove_stored("other", 1), Err(StoreError::InUse { .. })));
    drop(other);
    assert!(matches!(desk.remove_stored("other", 0), Err(StoreError::Conflict { expected: 0, found: 1, .. })));
    desk.remove_stored("other", 1).unwrap();
    assert!(desk.hydrate("other").unwrap().is_none());
    assert_eq!(desk.hydrate_or("other", Bank::default).unwrap().run(booking("a", 2)).unwrap(), 2, "a new one");
}

#[test]
fn a_journal_as_lines_is_the_same_journal_and_a_line_that_was_changed_is_told() {
    use theus_core::engine::Journal;
    let desk = desk(&MemoryStore::new());
    for amount in 1..=9 {
        desk.run(booking("ä\n", amount)).unwrap();
    }
    let written = |journal: &Journal| {
        let mut lines = Vec::new();
        assert_eq!(journal.write_lines(&mut lines).unwrap(), 9 - journal.begins_after());
        lines
    };
    let journal = desk.journal("main").unwrap();
    let lines = written(&journal);
    let read = Journal::read_lines(lines.as_slice()).unwrap();
    assert_eq!((read.session(), read.verify().unwrap(), read.at(9).unwrap()), ("main", 9, journal.at(9).unwrap()));
    assert_eq!(written(&read), lines);
    assert_eq!(desk.replay_of(&read).unwrap().made, 9);
    // One that was pruned too.
    desk.prune_journal("main", 4).unwrap();
    let pruned = Journal::read_lines(written(&desk.journal("main").unwrap()).as_slice()).unwrap();
    assert_eq!((pruned.begins_after(), pruned.verify().unwrap()), (5, 9));
    assert_eq!(desk.replay_of(&pruned).unwrap().made, 4);
    // A digit that is another one, anywhere in the bytes of a value.
    let text = String::from_utf8(lines).unwrap();
    let mut refused = 0;
    for (line, from) in text.match_indices("\"value\":\"").map(|(place, found)| (place, place + found.len())) {
        let mut other = text.clone().into_bytes();
        other[from] = if other[from] == b'0' { b'1' } else { b'0' };
        assert!(Journal::read_lines(other.as_slice()).is_err(), "{line}");
        refused += 1;
    }
    assert!(refused > 9);
    for (wrong, told) in
        [("", "line 1 of the journal: there is none"), ("{}\n", "line 1 of the journal: missing field")]
    {
        let error = Journal::read_lines(wrong.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(told), "{error}");
    }
    let later = text.replacen("\"journal\":1", "\"journal\":2", 1);
    let error = Journal::read_lines(later.as_bytes()).unwrap_err().to_string();
    assert_eq!(error, "line 1 of the journal: it has the format 2, and this program knows 1");
}

#[derive(Clone, Default, Context)]
struct Shop {
    opened: Option<SystemTime>,
    sold: i64,
}

#[process(outputs = [domain.opened])]
fn open_shop(ctx: Ctx<Shop>, at: String) {
    ctx.domain.opened.set(moment(&at));
}

/// Times are handed on as text.
fn moment(text: &str) -> Option<SystemTime> {
    let nanos = u64::try_from(Time::parse(TimeKind::Instant, text)?.nanos).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos))
}

#[process(inputs = [domain.sold], outputs = [domain.sold])]
fn sell(ctx: Ctx<Shop>, count: i64) {
    *ctx.domain.sold += count;
}

#[test]
fn what_went_by_the_time_is_the_same_again_at_another_time() {
    let (store, clock) = (MemoryStore::new(), VirtualClock::new());
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let recipe = "process_recipes: { sell: { outputs: [ { that: \"domain.opened != null && now - domain.opened <= 60\", level: B } ] } }";
    let time = clock.clone();
    let engine = Engine::builder(Shop::default()).process::<OpenShop>().process::<Sell>().store(store);
    let engine = engine.clock(move || time.now()).recipe("shop.yaml", recipe).unwrap().build().unwrap();
    let flow = "
external: [CMD_OPEN, CMD_SELL]
states:
  SHOP:
    events:
      CMD_OPEN: { steps: { run: open_shop, with: { at: '${ string(now) }' } } }
      CMD_SELL:
        - { steps: { run: sell, with: { count: 1 } }, when: \"now < timestamp('1970-01-01T00:00:30Z')\" }
        - { steps: { run: sell, with: { count: 100 } } }
";
    let mut shop = WorkflowManager::from_text(&engine, "shop.yaml", flow).unwrap().clock(clock.clone());
    clock.advance(Duration::from_secs(10));
    for (event, wait) in [("CMD_OPEN", 10), ("CMD_SELL", 30), ("CMD_SELL", 60), ("CMD_SELL", 0)] {
        shop.emit(event).unwrap();
        shop.run_until_idle().unwrap();
        clock.advance(Duration::from_secs(wait));
    }
    let now = engine.snapshot().unwrap();
    assert_eq!((*now.opened, *now.sold), (Some(at(10)), 101), "the last one came too late");
    let refused = engine.audit_records();
    let refused = refused.iter().find_map(|record| record.violation()).unwrap();
    assert_eq!(refused.value, "domain.opened = 1970-01-01T00:00:10Z, now = 1970-01-01T00:01:50Z");
    clock.advance(Duration::from_secs(1_000_000));
    let replay = engine.replay("main").unwrap();
    assert_eq!((replay.made, replay.taken_over.len(), replay.divergence), (3, 0, None));
}
