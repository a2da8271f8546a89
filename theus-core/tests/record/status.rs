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
    thread::spawn(move || tell.send(engine.status()));
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
