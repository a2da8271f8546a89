//! A session that is paused anywhere, stored, and gone on from elsewhere does what it would have done.

use std::sync::Arc;

use theus_core::prelude::*;
use theus_core::workflow::sessions::{SessionError, SessionStatus};
use theus_core::workflow::trace::What;
use theus_core::workflow::{Definition, Position, Sessions, VirtualClock};

use crate::random_charts::{Act, Book, Ports, World, Writer, builder, charts_and_seed};

type Books = Sessions<Book, (), Ports>;

fn engine(world: &World) -> Engine<Book, (), Ports> {
    builder(world).build().unwrap()
}

/// What came of it.
#[derive(Debug, PartialEq)]
struct Came {
    /// Whether an event waited when it was moved: what waits on the bus is no part of a position, and comes anew.
    waited: bool,
    did: Vec<String>,
    book: Book,
    states: Vec<String>,
    status: SessionStatus,
    steps: usize,
}

struct Play<'a> {
    definition: &'a Arc<Definition>,
    world: World,
    clock: VirtualClock,
    pool: Books,
    did: Vec<String>,
    steps: usize,
    waited: bool,
}

const MOST_STEPS: usize = 3_000;

impl<'a> Play<'a> {
    fn begin(definition: &'a Arc<Definition>) -> Self {
        let (world, clock) = (World::default(), VirtualClock::new());
        let pool = Self::pool(definition, &world, &clock);
        pool.open("one", Book { items: vec![71, 72, 73], ..Book::default() }).unwrap();
        Self { definition, world, clock, pool, did: Vec::new(), steps: 0, waited: false }
    }

    fn pool(definition: &Arc<Definition>, world: &World, clock: &VirtualClock) -> Books {
        let builder = Sessions::of(&engine(world), Arc::clone(definition)).stepped(7);
        builder.clock(clock.clone()).traced(100_000).start().unwrap()
    }

    fn play(mut self, script: &[Act], pause_at: Option<usize>) -> Came {
        for act in script {
            match act {
                Act::Pass => drop(self.pool.pass_time()),
                Act::Emit(event) => match self.pool.emit("one", *event) {
                    Ok(()) | Err(SessionError::Over { .. } | SessionError::Emit { .. }) => {}
                    Err(other) => panic!("{other}"),
                },
            }
            while self.steps < MOST_STEPS && self.pool.step() {
                self.steps += 1;
                if pause_at == Some(self.steps) {
                    self.moves();
                }
            }
        }
        self.tell();
        let book = self.pool.engine("one").unwrap().snapshot().unwrap().to_context();
        let (states, status) = (self.pool.states("one").unwrap(), self.pool.status("one").unwrap());
        Came { waited: self.waited, did: self.did, book, states, status, steps: self.steps }
    }

    /// The session goes on in another pool, out of a store.
    fn moves(&mut self) {
        self.pool.pause("one").unwrap();
        while self.pool.step() {}
        self.tell();
        let stored = serde_json::to_vec(&self.pool.position("one").unwrap()).unwrap();
        let position: Position = serde_json::from_slice(&stored).unwrap();
        let before = self.pool.close("one").unwrap();
        self.pool = Self::pool(self.definition, &self.world, &self.clock);
        self.pool.restore("one", before.snapshot().unwrap().to_context(), &position).unwrap();
        assert_eq!(serde_json::to_vec(&self.pool.position("one").unwrap()).unwrap(), stored, "taken up and put down");
        while let Some(event) = before.bus().try_next() {
            self.waited = true;
            self.pool.emit("one", event.name.to_string().as_str()).unwrap();
        }
        self.pool.resume("one").unwrap();
        // What was woken before it was paused is looked at anew.
    }

    fn tell(&mut self) {
        let trace = self.pool.trace("one").unwrap();
        for entry in trace.entries() {
            let what = match &entry.what {
                What::Paused | What::Unpaused | What::Resumed | What::Discarded { .. } => continue,
                What::Run { process, role, attempt, ended, .. } => format!("{process} {role:?} {attempt} {ended:?}"),
                // A position does not keep the line by which an error led.
                What::Moved { from, to, .. } => format!("{from:?} -> {to:?}"),
                what => format!("{what:?}"),
            };
            self.did.push(format!("{:?} {what}", entry.at));
        }
    }
}

#[test]
fn paused_anywhere_and_restored_it_does_what_it_would_have_done() {
    let (charts, first) = charts_and_seed(40);
    let (mut played, mut points) = (0, 0);
    for seed in first.. {
        if played == charts {
            break;
        }
        assert!(seed - first < 20 * charts + 20, "nearly no chart is one");
        let mut writer = Writer { random: fastrand::Rng::with_seed(seed), next: 0, many: true };
        let (flow, script) = (writer.flow(), writer.script());
        let Ok(builder) = Books::of_text(&engine(&World::default()), "random.yaml", &flow) else { continue };
        let definition = Arc::clone(builder.start().unwrap().definition());
        let whole = Play::begin(&definition).play(&script, None);
        played += 1;
        // Of very many points some, and fewer where states chase each other up to the limit.
        let most = if whole.steps > 400 { 12 } else { 120 };
        let stride = (whole.steps / most).max(1);
        for pause_at in (1..=whole.steps).step_by(stride) {
            let mut paused = Play::begin(&definition).play(&script, Some(pause_at));
            if paused.waited {
                continue;
            }
            points += 1;
            paused.steps = whole.steps;
            assert!(
                paused == whole,
                "seed {seed}, paused after {pause_at} steps\n{flow}\n{script:?}\n{}",
                difference(&whole, &paused)
            );
        }
    }
    assert!(points > 10 * charts, "{points} points of {charts} charts");
}

fn difference(whole: &Came, paused: &Came) -> String {
    let at = whole.did.iter().zip(&paused.did).position(|(one, other)| one != other);
    let at = at.unwrap_or(whole.did.len().min(paused.did.len()));
    let around = |did: &[String]| did[at.saturating_sub(5)..did.len().min(at + 4)].join("\n  ");
    let rest = |came: &Came| format!("{:?} {:?} {:?}", came.book, came.states, came.status);
    format!(
        "without:\n  {}\n  {}\nwith:\n  {}\n  {}",
        around(&whole.did),
        rest(whole),
        around(&paused.did),
        rest(paused)
    )
}
