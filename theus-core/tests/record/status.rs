//! How an engine stands, whatever it is doing.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use theus_core::audit::EngineStatus;
use theus_core::prelude::*;

use crate::oven::Oven;

const LONG: Duration = Duration::from_secs(10);

/// The body tells that it has begun, and waits until it may end.
struct Door {
    begun: Mutex<Sender<()>>,
    may_end: Mutex<Receiver<()>>,
}

struct Ports {
    door: Door,
}

#[process(outputs = [domain.temperature], effects = [door])]
fn bake(ctx: Ctx<Oven, (), Ports>, to: f64) {
    ctx.domain.temperature.set(to);
    ctx.effects.door.begun.lock().unwrap().send(()).unwrap();
    ctx.effects.door.may_end.lock().unwrap().recv_timeout(LONG).unwrap();
}

/// Asked by a thread of its own, so that a wait is a failure and no hang.
fn asked(engine: &Engine<Oven, (), Ports>) -> EngineStatus {
    let (engine, (tell, told)) = (engine.clone(), channel());
    // Nobody listens any more only where the test has failed already.
    thread::spawn(move || tell.send(engine.status()).is_ok());
    told.recv_timeout(LONG / 2).unwrap()
}

#[test]
fn it_waits_for_no_run_and_shows_the_last_commit() {
    let ((tell, begun), (end, may_end)) = (channel(), channel());
    let ports = Ports { door: Door { begun: Mutex::new(tell), may_end: Mutex::new(may_end) } };
    let recipe = "process_recipes: { bake: { inputs: [ { field: to, max: 90, level: C } ] } }";
    let engine = Engine::builder(Oven::default()).effects(ports).process::<Bake>();
    let engine = engine.recipe("audit.yaml", recipe).unwrap().build().unwrap();
    for version in 0..3 {
        let running = thread::spawn({
            let engine = engine.clone();
            move || engine.run(Bake { to: 95.0 })
        });
        begun.recv_timeout(LONG).unwrap();
        let status = asked(&engine);
        assert_eq!(status.version, version, "nothing of what is under way");
        assert_eq!(status.records.count, version + 2, "what the input gate found is on record already");
        end.send(()).unwrap();
        running.join().unwrap().unwrap();
        assert_eq!((engine.status().version, engine.snapshot().unwrap().version()), (version + 1, version + 1));
    }
}

#[derive(Clone, Default, Context)]
struct Bell {
    sig_rung: bool,
}

#[process(outputs = [domain.sig_rung])]
fn ring(ctx: Ctx<Bell>) {
    ctx.domain.sig_rung.set(true);
}

#[test]
fn a_signal_put_back_to_rest_is_a_version_too() {
    let engine = Engine::builder(Bell::default()).process::<Ring>().build().unwrap();
    engine.run(Ring {}).unwrap();
    let before = engine.status();
    assert_eq!((before.version, before.events_waiting), (1, 1));
    engine.next_event().unwrap().unwrap();
    let after = engine.status();
    assert_eq!((after.version, after.events_waiting), (2, 0));
    assert_eq!(engine.snapshot().unwrap().version(), after.version);
}

#[test]
fn an_operator_reads_it() {
    let recipe = crate::oven::at_most("max: 90, level: S, message: too hot");
    let sink = crate::oven::Breakable::default();
    let builder = crate::oven::builder(&recipe).session("oven 7");
    let engine = builder.sink(sink.clone(), theus_core::audit::SinkOptions::new().fail_open()).build().unwrap();
    let status = engine.status();
    let (digest, hash) = (status.recipe.as_ref().unwrap().identity.digest, status.records.tail.hash);
    assert_eq!(
        status.to_string(),
        format!(
            "session `oven 7`, running at version 0
recipe: audit.yaml, 1 rule, since 1970-01-01T00:00:07.000000000Z, digest {digest}
records: 1 kept, 0 dropped, the last is 1 with hash {hash}
signal bus: 0 events waiting
sink `archive`: written up to 1, 0 waiting, 0 lost"
        )
    );
    sink.set_broken(true);
    assert!(engine.run(crate::oven::Heat { to: 95.0 }).is_err());
    let status = engine.status().to_string();
    let halted = "session `oven 7`, HALTED at version 0 since 1970-01-01T00:00:07.000000000Z: \
interlocked by `heat` at its output gate: rule `domain.temperature max 90` (level S) found 95.0, violation 1 of 1: too hot";
    assert!(status.starts_with(halted), "{status}");
    assert!(status.contains("\nsink `archive`: FAILING (no route to the archive), written up to 1,"), "{status}");
}

#[test]
fn an_operator_reads_the_records() {
    let recipe = crate::oven::at_most("max: 90, level: S, max_threshold: 2");
    let engine = crate::oven::engine(&recipe);
    assert!(engine.run(crate::oven::Heat { to: 91.0 }).is_ok() && engine.run(crate::oven::Heat { to: 95.0 }).is_err());
    engine.reset_interlock("R. Lee", "the burner\nwas replaced").unwrap();
    engine.reload_recipe("new.yaml", &crate::oven::at_most("max: 80")).unwrap();
    let told: Vec<String> = engine.audit_records().iter().map(ToString::to_string).collect();
    let digests: Vec<_> = engine.audit_records().iter().map(|record| record.event.to_string()).collect();
    assert!(told.iter().zip(&digests).all(|(record, event)| record.ends_with(event.as_str())));
    let begins = |index: usize, text: &str| assert!(told[index].starts_with(text), "{}", told[index]);
    begins(0, "#1 1970-01-01T00:00:07.000000000Z [main] version 0: recipe audit.yaml in force, rules: 1, digest ");
    begins(
        1,
        "#2 1970-01-01T00:00:07.000000000Z [main] version 0: warned `heat` at its output gate: rule `domain.temperature max 90` ",
    );
    begins(2, "#3 1970-01-01T00:00:07.000000000Z [main] version 1: interlocked `heat` at its output gate: rule ");
    begins(3, "#4 1970-01-01T00:00:07.000000000Z [main] version 1: the engine is interlocked by #3");
    assert!(told[4].ends_with(": interlock reset by \"R. Lee\": \"the burner\\nwas replaced\""), "{}", told[4]);
    assert!(told[5].contains(": recipe changed to new.yaml, digest "), "{}", told[5]);
    assert!(told[5].ends_with("changed: heat output: domain.temperature max 90 (level S, warns from 1, acts at 2) -> 80 (level B, acts at 1)"), "{}", told[5]);
}
