//! The bank's own sessions, moved as the model is: what a server of Restate has of them is in maps.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use theus_core::audit::{Interlock, Look, SharedInterlock, Unreachable};
use theus_restate::drive::{After, Around, Ask, Delivery, EmitAsk, Entry, Hosted, RunAsk, StepInput, Stepped, Turn};
use tokio::runtime::Runtime;
use transfers::FIRST;

use super::bank;
use super::model::{At, Message, Move, Phase, Scene, Session, State, Word, receiver};

/// Nothing is ever latched.
#[derive(Clone)]
struct Open;

impl SharedInterlock for Open {
    fn look(&self) -> Look {
        Look::Open
    }
    fn latch(&self, _: &Interlock) -> Result<(), Unreachable> {
        Err(Unreachable("nobody latches it".to_owned()))
    }
    fn reset(&self, _: &str, _: &str) -> Result<(), Unreachable> {
        Ok(())
    }
}

/// The program.
pub struct Program {
    accounts: Arc<dyn Hosted>,
    transfers: Arc<dyn Hosted>,
    runtime: Runtime,
    /// Whether a message that comes again is dropped, as Restate does.
    dedupes: bool,
}

/// One turn that is under way.
#[derive(Clone)]
struct Under {
    message: Message,
    phase: Phase,
    /// What nobody has kept yet.
    made: Option<Stepped>,
    /// What the journal has.
    journal: Option<Vec<u8>>,
}

/// All that there is of sessions and messages.
#[derive(Clone, Default)]
pub struct World {
    kept: BTreeMap<String, Vec<u8>>,
    messages: Vec<(Message, Ask, bool)>,
    turns: BTreeMap<Session, Under>,
    /// What each account had in entries when the scene began.
    before: [u64; 2],
}

fn name(session: Session) -> String {
    match session {
        Session::Account(number) => format!("account-{number}"),
        Session::Transfer(number) => format!("transfer-{number}"),
    }
}

fn number(name: &Value) -> usize {
    name.as_str().and_then(|name| name.rsplit('-').next()).and_then(|number| number.parse().ok()).unwrap()
}

impl Program {
    pub fn new(flow: &str, dedupes: bool) -> Self {
        let [accounts, transfers] = bank::objects_by(flow, Open).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self { accounts: accounts.hosted(), transfers: transfers.hosted(), runtime, dedupes }
    }

    fn hosted(&self, session: Session) -> &dyn Hosted {
        match session {
            Session::Account(_) => &*self.accounts,
            Session::Transfer(_) => &*self.transfers,
        }
    }

    fn turn(&self, world: &World, session: Session, invocation: &str, ask: &Ask) -> (Turn, StepInput) {
        let name = name(session);
        let entry = world.kept.get(&name).map(|kept| Entry::read(&name, kept).unwrap());
        let mut turn = Turn::new(&name, invocation, entry, ask.clone());
        let input = turn.next_step().unwrap();
        (turn, input)
    }

    fn step(&self, session: Session, input: StepInput) -> Stepped {
        self.hosted(session)
            .step(input, Around { runtime: self.runtime.handle(), interlock: Some(&Open), counters: None })
            .unwrap()
    }

    /// What is left to do, by what the journal has.
    fn after(&self, world: &World, session: Session, under: &Under, ask: &Ask) -> After {
        let (mut turn, _) = self.turn(world, session, &invocation(under.message), ask);
        turn.has_stepped(self.hosted(session), serde_json::from_slice(under.journal.as_ref().unwrap()).unwrap());
        assert!(turn.next_step().is_none(), "one step each");
        let after = turn.over().unwrap();
        assert_eq!(after.tick, None);
        after
    }

    /// The accounts have so much, and each transfer is asked.
    pub fn begins(&self, scene: &Scene) -> World {
        let mut world = World::default();
        for (account, balance) in scene.balances.into_iter().enumerate() {
            let session = Session::Account(account);
            let mut left = balance - FIRST;
            while left != 0 {
                let (process, amount) = if left > 0 { ("credit", left.min(500)) } else { ("debit", (-left).min(500)) };
                let ask = run(process, json!({ "transfer": "before-0", "amount": amount }));
                let (_, input) = self.turn(&world, session, "inv_before", &ask);
                let entry = self.step(session, input).entry;
                world.kept.insert(name(session), serde_json::to_vec(&entry).unwrap());
                left -= left.signum() * amount;
                world.before[account] += 1;
            }
        }
        for (transfer, asked) in scene.transfers.iter().enumerate() {
            let (from, to) = (name(Session::Account(asked.from)), name(Session::Account(asked.to)));
            let with = json!({ "from": from, "to": to, "amount": asked.amount });
            let ask = Ask::Ask(EmitAsk { event: "CMD_BEGIN".to_owned(), with, urgent: false });
            world.messages.push((Message { transfer, word: Word::Begin, nth: 0 }, ask, false));
        }
        world
    }

    pub fn moves(&self, scene: &Scene, world: &mut World, one: Move) {
        match one {
            Move::Again(_) if self.dedupes => {}
            Move::Deliver(message) | Move::Again(message) => {
                world.messages.iter_mut().filter(|(of, _, _)| *of == message).for_each(|of| of.2 = true);
                let under = Under { message, phase: Phase::Begun, made: None, journal: None };
                world.turns.insert(receiver(scene, message), under);
            }
            Move::Advance(session) => self.advance(world, session),
            Move::Crash(session) => {
                let under = world.turns.get_mut(&session).unwrap();
                if under.made.take().is_some() {
                    under.phase = Phase::Begun;
                }
            }
        }
    }

    fn advance(&self, world: &mut World, session: Session) {
        let mut under = world.turns.get(&session).unwrap().clone();
        let ask = world.messages.iter().find(|(message, _, _)| *message == under.message).unwrap().1.clone();
        under.phase = match under.phase {
            Phase::Begun => {
                let (_, input) = self.turn(world, session, &invocation(under.message), &ask);
                under.made = Some(self.step(session, input));
                Phase::Made
            }
            Phase::Made => {
                under.journal = under.made.take().map(|made| serde_json::to_vec(&made).unwrap());
                Phase::Kept
            }
            Phase::Kept => {
                // From the journal each time: whoever sends may be another one than whoever has made the step.
                let deliveries = self.after(world, session, &under, &ask).deliveries;
                deliveries.into_iter().for_each(|delivery| world.sends(delivery));
                Phase::Sent
            }
            Phase::Sent => {
                let entry = self.after(world, session, &under, &ask).entry.unwrap();
                world.kept.insert(name(session), serde_json::to_vec(&entry).unwrap());
                Phase::Written
            }
            Phase::Written => {
                world.turns.remove(&session);
                return;
            }
        };
        world.turns.insert(session, under);
    }

    /// Whether it is all as the model has it; what is promised of counts the model alone knows.
    pub fn is_as(&self, scene: &Scene, world: &World, model: &State) -> Result<(), String> {
        let mut real = model.clone();
        let look = |session: Session| {
            let name = name(session);
            let entry = world.kept.get(&name).map(|kept| Entry::read(&name, kept).unwrap());
            self.hosted(session).look(&name, entry).unwrap()
        };
        for account in 0..2 {
            let data = &look(Session::Account(account))["data"];
            let entries = data["entries"].as_u64().unwrap() - world.before[account];
            real.accounts[account] = (data["balance"].as_i64().unwrap(), entries);
        }
        real.transfers = (0..scene.transfers.len()).map(|of| at(&look(Session::Transfer(of))["states"][0])).collect();
        real.messages = world.messages.iter().map(|(message, _, has_come)| (*message, *has_come)).collect();
        real.messages.sort_unstable();
        real.turns = world.turns.iter().map(|(session, under)| (*session, under.message, under.phase)).collect();
        if real == *model { Ok(()) } else { Err(format!("{real:?}\nand not\n{model:?}")) }
    }
}

impl World {
    fn sends(&mut self, delivery: Delivery) {
        let (session, transfer, word, ask) = match delivery {
            Delivery::Run { session, run, .. } => {
                let word = match run.process.as_str() {
                    "debit" => Word::Debit,
                    "credit" => Word::Credit,
                    "refund" => Word::Refund,
                    other => panic!("{other}"),
                };
                (session, number(&run.with["transfer"]), word, Ask::Run(run))
            }
            Delivery::Event { session, event, .. } => {
                let word = match event.event.as_str() {
                    "CMD_DEBITED" => Word::Debited,
                    "CMD_CREDITED" => Word::Credited,
                    "CMD_DECLINED" => Word::Declined,
                    "CMD_REFUNDED" => Word::Refunded,
                    other => panic!("{other}"),
                };
                let transfer = number(&Value::from(session.as_str()));
                (session, transfer, word, Ask::Emit(event))
            }
            other => panic!("{other:?}"),
        };
        assert!(session.starts_with("account-") || session.starts_with("transfer-"), "{session}");
        let nth = self.messages.iter().filter(|(sent, _, _)| (sent.transfer, sent.word) == (transfer, word)).count();
        self.messages.push((Message { transfer, word, nth }, ask, false));
    }
}

fn run(process: &str, with: Value) -> Ask {
    Ask::Run(RunAsk { process: process.to_owned(), with })
}

fn invocation(message: Message) -> String {
    format!("inv_{message:?}")
}

fn at(state: &Value) -> At {
    match state.as_str().unwrap() {
        "NEW" => At::New,
        "DEBITING" => At::Debiting,
        "CREDITING" => At::Crediting,
        "REFUNDING" => At::Refunding,
        "DONE" => At::Done,
        "DECLINED" => At::Declined,
        "REFUNDED" => At::Refunded,
        other => panic!("{other}"),
    }
}
