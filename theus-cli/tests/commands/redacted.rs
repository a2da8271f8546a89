//! What is marked `redact` stands in nothing that the command line writes of a session.

use std::sync::atomic::{AtomicBool, Ordering};

use theus_core::effect;
use theus_core::effect::Effect;
use theus_core::prelude::*;
use theus_core::store::MemoryStore;

use super::desk::parsed;

#[derive(Clone, Default, Context)]
struct Owner {
    name: String,
}

#[derive(Clone, Default, Context)]
struct Till {
    #[context(redact)]
    card: String,
    #[context(nested, redact)]
    owner: Owner,
    total: i64,
}

#[effect]
trait Gateway {
    fn charge(&self, card: &str) -> String;
}

struct World;

impl Gateway for World {
    fn charge(&self, card: &str) -> String {
        format!("charged {card}")
    }
}

#[derive(Clone)]
struct Ports {
    gateway: Effect<dyn Gateway>,
}

/// Whether what is read beside the contract is another by now.
static IS_CHANGED: AtomicBool = AtomicBool::new(false);

fn suffix() -> &'static str {
    if IS_CHANGED.load(Ordering::Relaxed) { "-9" } else { "" }
}

#[process(outputs = [domain.card, domain.owner.name, domain.total], effects = [gateway])]
fn pay(ctx: Ctx<Till, (), Ports>, #[redact] card: String, amount: i64) {
    ctx.effects.gateway.charge(&card);
    ctx.domain.owner.name.set(card.clone());
    ctx.domain.card.set(format!("{card}{}", suffix()));
    ctx.domain.total.set(amount);
}

#[process(inputs = [domain.total], outputs = [domain.total], effects = [gateway])]
fn tip(ctx: Ctx<Till, (), Ports>, amount: i64) {
    ctx.effects.gateway.charge("a tip");
    *ctx.domain.total += amount;
}

fn said(engine: &Engine<Till, (), Ports>, words: &[&str]) -> String {
    let mut out = Vec::new();
    let _ = parsed(words).unwrap().run(engine, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn no_command_shows_what_is_redacted_and_each_shows_the_rest() {
    let ports = Ports { gateway: Effect::new(World) };
    let builder = Engine::builder(Till::default()).effects(ports).process::<Pay>().process::<Tip>();
    let engine = builder.store(MemoryStore::new()).build().unwrap();
    engine.run(Pay { card: "4111-1".to_owned(), amount: 50 }).unwrap();
    engine.run(Tip { amount: 3 }).unwrap();
    engine.run(Pay { card: "4111-2".to_owned(), amount: 70 }).unwrap();

    let shown = "main after step 3\n  card: \"(redacted)\"\n  owner.name: \"(redacted)\"\n  total: 70\n";
    assert_eq!(said(&engine, &["show", "main"]), shown);
    let differs =
        "card: \"(redacted)\" -> \"(redacted)\"\nowner.name: \"(redacted)\" -> \"(redacted)\"\ntotal: 53 -> 70\n";
    assert_eq!(said(&engine, &["diff", "main", "2", "3"]), differs);
    let journal = said(&engine, &["journal", "main"]);
    assert!(journal.contains(r#"pay {"amount":50,"card":"(redacted)"}  changed"#), "{journal}");
    assert!(journal.contains(r#"gateway.charge "(redacted)" gave "(redacted)""#), "{journal}");
    assert!(journal.contains(r#"gateway.charge ["a tip"] gave "charged a tip""#), "given nothing redacted: {journal}");
    IS_CHANGED.store(true, Ordering::Relaxed);
    let replayed = said(&engine, &["replay", "main"]);
    assert!(replayed.contains(r#"`card` was "(redacted)", and is "(redacted)" now"#), "{replayed}");

    let all: [&[&str]; 9] = [
        &["show", "main", "--json"],
        &["show", "main", "--at", "1"],
        &["show", "main", "--at", "1", "--json"],
        &["diff", "main", "0", "3", "--json"],
        &["journal", "main", "--json"],
        &["replay", "main", "--json"],
        &["verify", "main"],
        &["sessions"],
        &["check"],
    ];
    for words in all {
        let said = said(&engine, words);
        assert!(!said.contains("4111"), "{words:?}: {said}");
    }
    // What is exported is the journal itself, by which another program replays.
    assert!(said(&engine, &["export", "main"]).contains("journal"));
}
