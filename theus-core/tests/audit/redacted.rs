//! What is marked `redact` is judged as any other value, and stands in nothing that people are shown. The same program without the
//! marks shows it everywhere: each place here is one where a value can stand.

use std::collections::BTreeMap;

use serde_json::json;
use theus_core::audit::{Action, Query};
use theus_core::prelude::*;
use theus_core::signal::{Item, Payload};
use theus_core::store::MemoryStore;

/// What must not be seen: in the first program, that is.
const SECRET: &str = "4111";

const RECIPE: &str = r#"
process_recipes:
  pay:
    inputs:
      - { field: card, regex: "^5", level: C, message: "card {value} of {key}", per: card }
      - { field: domain.owner.name, min_len: 90, level: C, message: "{value}" }
      - { field: "domain.cards[*]", regex: "^5", level: C }
      - { field: "domain.pins[*]", max: 3, level: C }
      - { field: "domain.cards.first()", eq: "5", level: C }
      - { field: global.key, max_len: 1, level: C }
      - { that: "card == domain.shown", level: C, message: "{value}" }
      - { that: "int(domain.owner.name) > 1", level: C, message: "{value}" }
    outputs:
      - { field: domain.last, unchanged: true, level: C, message: "{before} {value}" }
      - { field: local.seen, max_len: 1, level: C }
      - { field: domain.shown, max_len: 1, level: C }
"#;

const FLOW: &str = r#"
states:
  IDLE:
    events:
      SIG_PAID: { to: PAID, when: "event.startsWith('4111')" }
  PAID: {}
"#;

macro_rules! program {
    ($module:ident, $(#[$field:meta])? , $(#[$argument:meta])?) => {
        mod $module {
            use super::*;

            #[derive(Clone, Default, Context)]
            pub(super) struct Owner {
                pub(super) name: String,
            }

            #[derive(Clone, Default, Context)]
            pub(super) struct Till {
                $(#[$field])?
                #[context(nested)]
                pub(super) owner: Owner,
                $(#[$field])?
                pub(super) cards: Vec<String>,
                $(#[$field])?
                pub(super) pins: BTreeMap<String, i64>,
                $(#[$field])?
                pub(super) last: String,
                pub(super) shown: String,
                $(#[$field])?
                pub(super) sig_paid: Option<String>,
            }

            #[derive(Clone, Default, Context)]
            pub(super) struct Limits {
                $(#[$field])?
                pub(super) key: String,
            }

            #[derive(Clone, Default, Context)]
            pub(super) struct Scratch {
                $(#[$field])?
                pub(super) seen: String,
            }

            #[process(outputs = [domain.last, domain.sig_paid], local = Scratch)]
            pub(super) fn pay(ctx: Ctx<Till, Limits>, $(#[$argument])? card: String) {
                ctx.local.seen.clone_from(&card);
                ctx.domain.sig_paid.set(Some(card.clone()));
                ctx.domain.last.set(card);
            }

            pub(super) fn engine() -> Engine<Till, Limits> {
                let secret = || format!("{SECRET}-1");
                let till = Till {
                    owner: Owner { name: secret() },
                    cards: vec![secret()],
                    pins: BTreeMap::from([(secret(), 41_117)]),
                    last: format!("{SECRET}-0"),
                    shown: "shown".to_owned(),
                    sig_paid: None,
                };
                let builder = Engine::builder(till).global(Limits { key: secret() }).process::<Pay>();
                builder.recipe("r.yaml", RECIPE).unwrap().store(MemoryStore::new()).build().unwrap()
            }

            /// Everything that people are shown of a run, by what it is, and how many rules were violated.
            pub(super) fn told() -> (BTreeMap<&'static str, String>, usize) {
                let engine = engine();
                let command = Pay { card: format!("{SECRET}-2") };
                let mut told = BTreeMap::new();
                let explained = engine.explain(&command).unwrap();
                told.insert("explain", explained.to_string());
                told.insert("explain as JSON", serde_json::to_string(&explained).unwrap());
                told.insert("a command", format!("{command:?}"));
                told.insert("a snapshot", format!("{:?}", engine.snapshot().unwrap()));

                let events = engine.bus().subscribe(8);
                let mut flow = WorkflowManager::from_text(&engine, "flow.yaml", FLOW).unwrap();
                flow.run_until_idle().unwrap();
                engine.run(command).unwrap();
                let Some(Item::Event(event)) = events.try_next() else { panic!("it was raised") };
                told.insert("an event", format!("{event:?}"));
                told.insert("an event as JSON", serde_json::to_string(&event).unwrap());
                assert_eq!(event.payload.as_ref().map(Payload::value), Some(&json!("4111-2")), "who hears it has it");
                told.insert("what was handled", format!("{:?}", flow.run_until_idle().unwrap()));
                told.insert("a position", format!("{:?}", flow.position()));
                assert_eq!(flow.state(), "PAID", "guards see it");

                let ledger = engine.ledger();
                let query = Query::new().process("pay");
                let records: Vec<_> = ledger.find(&query).collect();
                for record in &records {
                    let violation = record.violation().unwrap();
                    assert_eq!(violation.action, Action::Campaign);
                    let place = told.entry("records").or_default();
                    place.push_str(&format!("{record}\n{record:?}\n"));
                    place.push_str(&serde_json::to_string(record).unwrap());
                }
                ledger.verify().unwrap();
                // A value that does not fit is told of by who reads it.
                let wrong = json!({ "card": 41_117 });
                let refused = engine.run_named("pay", &wrong).unwrap_err();
                told.insert("a refused argument", refused.to_string());
                (told, records.len())
            }
        }
    };
}

program!(marked, #[context(redact)], #[redact]);
program!(plain, ,);

#[test]
fn what_is_redacted_is_judged_and_shown_nowhere() {
    let ((told, violated), (plain, of_plain)) = (marked::told(), plain::told());
    assert_eq!((violated, of_plain), (11, 11), "every rule saw what it judges");
    let has_secret = |text: &str| text.contains(SECRET);
    for (what, text) in &told {
        assert!(!has_secret(text), "{what}: {text}");
        if *what != "a position" {
            assert!(text.contains("(redacted)"), "{what}: {text}");
        }
    }
    for (what, text) in &plain {
        assert!(*what == "a position" || has_secret(text), "{what}: {text}");
        assert!(!text.contains("(redacted)"), "{what}: {text}");
    }
    // What is not marked is shown beside it.
    assert!(told["records"].contains(r#"card = (redacted), domain.shown = \"shown\""#), "{}", told["records"]);
    assert!(told["records"].contains("domain.cards[0] = (redacted)"));
    assert!(told["records"].contains("domain.pins[(redacted)] = (redacted)"));
    assert!(told["records"].contains("card (redacted) of (redacted)"), "{}", told["records"]);
    assert!(told["records"].contains("no value: (redacted) (domain.owner.name = (redacted))"), "{}", told["records"]);
    assert!(told["records"].contains("(redacted) (redacted)"), "before and value");
}

#[test]
fn each_redacted_value_has_its_own_counter_and_the_store_does_not_have_it_there() {
    let recipe = "process_recipes: { pay: { inputs: [ { field: card, eq: none, per: card, max_threshold: 2 } ] } }";
    let store = MemoryStore::new();
    let builder = Engine::builder(marked::Till::default()).global(marked::Limits::default()).process::<marked::Pay>();
    let engine = builder.recipe("r.yaml", recipe).unwrap().store(store).build().unwrap();
    let pay = |card: &str| engine.run(marked::Pay { card: card.to_owned() });
    pay("4111-1").unwrap();
    pay("4111-2").unwrap();
    let refused = pay("4111-1").unwrap_err().to_string();
    assert!(refused.contains("violation 2 of 2 per card (redacted)") && !refused.contains(SECRET), "{refused}");
    let stored = engine.stored_session("main").unwrap().unwrap();
    let keys: Vec<_> = stored.counts.iter().filter_map(|count| count.key.as_deref()).collect();
    assert!(!keys.is_empty() && keys.iter().all(|key| key.starts_with('#') && !key.contains(SECRET)), "{keys:?}");
}

/// What is stored is the state itself, with every value; after a restart too it is shown nowhere.
#[test]
fn a_restart_shows_no_more_than_before() {
    let store = MemoryStore::new();
    let builder = || {
        let builder = Engine::builder(marked::Till::default()).global(marked::Limits::default());
        builder.process::<marked::Pay>().store(store.clone())
    };
    {
        let engine = builder().build().unwrap();
        let flow = WorkflowManager::from_text(&engine, "flow.yaml", FLOW).unwrap();
        let mut flow = flow.hydrate().unwrap();
        flow.run_until_idle().unwrap();
        engine.run(marked::Pay { card: "4111-7".to_owned() }).unwrap();
    }
    let engine = builder().build().unwrap();
    assert_eq!(*engine.snapshot().unwrap().last, "4111-7");
    let events = engine.bus().subscribe(8);
    let mut flow = WorkflowManager::from_text(&engine, "flow.yaml", FLOW).unwrap().hydrate().unwrap();
    let handled = format!("{:?}", flow.run_until_idle().unwrap());
    assert_eq!(flow.state(), "PAID", "the event was stored with what it brought");
    assert!(handled.contains("(redacted)") && !handled.contains(SECRET), "{handled}");
    drop(events);
    let replay = engine.replay("main").unwrap();
    assert_eq!((replay.made, replay.divergence), (1, None));
}
