//! The saga as a model: two accounts, one transfer or two, messages that come in any order and more than once, crashes between any two moves.

use std::collections::{HashMap, VecDeque};

/// What an account may have at most, as the bank has it.
pub const MOST: i64 = 1_500;

/// What a session is asked, or told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    Begin,
    Debit,
    Debited,
    Credit,
    Credited,
    Declined,
    Refund,
    Refunded,
}

/// A message of a transfer, and the how many-th of its kind it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    pub transfer: usize,
    pub word: Word,
    pub nth: usize,
}

/// Who has a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Session {
    Account(usize),
    Transfer(usize),
}

/// Where a transfer is, by the states of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    New,
    Debiting,
    Crediting,
    Refunding,
    Done,
    Declined,
    Refunded,
}

/// How far a turn has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    Begun,
    /// Its step is made, and nobody has kept its result: a crash loses it.
    Made,
    /// Its result is in the journal.
    Kept,
    /// What it sends has left.
    Sent,
    /// The session is written.
    Written,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Move {
    /// A message comes that has not come yet; whichever: they are reordered, and lost ones come later.
    Deliver(Message),
    /// One comes that has come already.
    Again(Message),
    /// The turn of a session goes on by one phase.
    Advance(Session),
    /// Whoever makes the turn of a session is killed, and another one begins at the journal.
    Crash(Session),
}

/// Who gives how much to whom.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub from: usize,
    pub to: usize,
    pub amount: i64,
}

/// What is searched.
#[derive(Clone, Debug)]
pub struct Scene {
    pub what: &'static str,
    pub balances: [i64; 2],
    pub transfers: Vec<Asked>,
}

/// What makes the model right; without one of them it is wrong.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// A message that comes again is known by its invocation, and dropped.
    pub dedupes: bool,
    /// What was taken is given back where the other account declines.
    pub compensates: bool,
    /// A turn after a crash begins at what was kept of it.
    pub journals: bool,
}

pub const RIGHT: Rules = Rules { dedupes: true, compensates: true, journals: true };

/// How often a transfer's debit, credit and refund were done, each where it has moved money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    debits: u8,
    credits: u8,
    refunds: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// Balance, and how many entries it has.
    pub accounts: [(i64, u64); 2],
    pub transfers: Vec<At>,
    /// Every message that was ever sent, and whether it has come.
    pub messages: Vec<(Message, bool)>,
    /// The turns that are under way, in the order of the sessions.
    pub turns: Vec<(Session, Message, Phase)>,
    /// For the promises alone.
    pub counts: Vec<Counts>,
}

impl State {
    pub fn first(scene: &Scene) -> Self {
        let begin = |transfer| (Message { transfer, word: Word::Begin, nth: 0 }, false);
        Self {
            accounts: scene.balances.map(|balance| (balance, 0)),
            transfers: scene.transfers.iter().map(|_| At::New).collect(),
            messages: (0..scene.transfers.len()).map(begin).collect(),
            turns: Vec::new(),
            counts: scene.transfers.iter().map(|_| Counts::default()).collect(),
        }
    }

    fn turn(&self, session: Session) -> Option<(Message, Phase)> {
        self.turns.iter().find(|(of, _, _)| *of == session).map(|(_, message, phase)| (*message, *phase))
    }

    /// A message leaves.
    pub fn send(&mut self, transfer: usize, word: Word) {
        let nth = self.messages.iter().filter(|(sent, _)| (sent.transfer, sent.word) == (transfer, word)).count();
        self.messages.push((Message { transfer, word, nth }, false));
        self.messages.sort_unstable();
    }

    /// All that may happen next; the second: whether it is a step on the way, and no harm.
    pub fn moves(&self) -> impl Iterator<Item = (Move, bool)> + '_ {
        let messages = self.messages.iter().map(|(message, has_come)| match has_come {
            false => (Move::Deliver(*message), true),
            true => (Move::Again(*message), false),
        });
        let turns = self.turns.iter();
        messages.chain(turns.flat_map(|(of, _, _)| [(Move::Advance(*of), true), (Move::Crash(*of), false)]))
    }

    /// What comes of a move; none where it cannot be made now.
    pub fn after(&self, scene: &Scene, rules: Rules, one: Move) -> Option<Self> {
        let mut next = self.clone();
        match one {
            Move::Again(_) if rules.dedupes => {}
            Move::Deliver(message) | Move::Again(message) => {
                let session = receiver(scene, message);
                if self.turn(session).is_some() {
                    return None;
                }
                next.messages.iter_mut().filter(|(of, _)| *of == message).for_each(|(_, has_come)| *has_come = true);
                next.turns.push((session, message, Phase::Begun));
                next.turns.sort_unstable();
            }
            Move::Advance(session) => next.advance(scene, rules, session)?,
            Move::Crash(session) => {
                let turn = next.turns.iter_mut().find(|(of, _, _)| *of == session)?;
                if turn.2 == Phase::Made || !rules.journals {
                    turn.2 = Phase::Begun;
                }
            }
        }
        Some(next)
    }

    fn advance(&mut self, scene: &Scene, rules: Rules, session: Session) -> Option<()> {
        let (message, phase) = self.turn(session)?;
        let next = match phase {
            Phase::Begun => Phase::Made,
            Phase::Made => {
                self.counts(scene, session, message);
                Phase::Kept
            }
            Phase::Kept => {
                let answer = match session {
                    Session::Account(account) => Some(self.booked(scene, account, message).1),
                    Session::Transfer(transfer) => gone_on(self.transfers[transfer], message.word, rules).1,
                };
                if let Some(answer) = answer {
                    self.send(message.transfer, answer);
                }
                Phase::Sent
            }
            Phase::Sent => {
                match session {
                    Session::Account(account) => self.accounts[account] = self.booked(scene, account, message).0,
                    Session::Transfer(transfer) => {
                        self.transfers[transfer] = gone_on(self.transfers[transfer], message.word, rules).0;
                    }
                }
                Phase::Written
            }
            Phase::Written => {
                self.turns.retain(|(of, _, _)| *of != session);
                return Some(());
            }
        };
        self.turns.iter_mut().filter(|(of, _, _)| *of == session).for_each(|turn| turn.2 = next);
        Some(())
    }

    /// What an account has after a message, and what it answers.
    fn booked(&self, scene: &Scene, account: usize, message: Message) -> ((i64, u64), Word) {
        let ((balance, entries), amount) = (self.accounts[account], scene.transfers[message.transfer].amount);
        let (balance, answer) = match message.word {
            Word::Debit if balance >= amount => (balance - amount, Word::Debited),
            Word::Credit if balance + amount <= MOST => (balance + amount, Word::Credited),
            Word::Refund => (balance + amount, Word::Refunded),
            _ => (balance, Word::Declined),
        };
        ((balance, entries + 1), answer)
    }

    fn counts(&mut self, scene: &Scene, session: Session, message: Message) {
        let Session::Account(account) = session else { return };
        let answer = self.booked(scene, account, message).1;
        let counts = &mut self.counts[message.transfer];
        match answer {
            Word::Debited => counts.debits += 1,
            Word::Credited => counts.credits += 1,
            Word::Refunded => counts.refunds += 1,
            _ => {}
        }
    }

    /// Which promise is broken here.
    fn breaks(&self, scene: &Scene) -> Option<String> {
        let all = || self.transfers.iter().zip(&self.counts).zip(&scene.transfers);
        // What is in the journal is done, whether it is written yet or not.
        let booked = |account: usize| match self.turn(Session::Account(account)) {
            Some((message, Phase::Kept | Phase::Sent)) => self.booked(scene, account, message).0.0,
            _ => self.accounts[account].0,
        };
        let under_way: i64 = all()
            .map(|((_, counts), asked)| {
                asked.amount * (i64::from(counts.debits) - i64::from(counts.credits) - i64::from(counts.refunds))
            })
            .sum();
        if booked(0) + booked(1) + under_way != scene.balances.iter().sum::<i64>() {
            return Some("money was made or lost".to_owned());
        }
        for (number, ((at, counts), _)) in all().enumerate() {
            let Counts { debits, credits, refunds } = *counts;
            if debits > 1 || credits + refunds > debits {
                return Some(format!("transfer {number}: {counts:?}"));
            }
            let expected = match at {
                At::Done => (1, 1, 0),
                At::Declined => (0, 0, 0),
                At::Refunded => (1, 0, 1),
                _ => continue,
            };
            if (debits, credits, refunds) != expected {
                return Some(format!("transfer {number} is {at:?}, and {counts:?}"));
            }
        }
        None
    }

    fn has_ended(&self) -> bool {
        let over = |at: &At| matches!(at, At::Done | At::Declined | At::Refunded);
        self.transfers.iter().all(over) && self.turns.is_empty() && self.messages.iter().all(|(_, has_come)| *has_come)
    }
}

/// Who a message is for.
pub fn receiver(scene: &Scene, message: Message) -> Session {
    let asked = scene.transfers[message.transfer];
    match message.word {
        Word::Debit | Word::Refund => Session::Account(asked.from),
        Word::Credit => Session::Account(asked.to),
        _ => Session::Transfer(message.transfer),
    }
}

fn gone_on(at: At, word: Word, rules: Rules) -> (At, Option<Word>) {
    match (at, word) {
        (At::New, Word::Begin) => (At::Debiting, Some(Word::Debit)),
        (At::Debiting, Word::Debited) => (At::Crediting, Some(Word::Credit)),
        (At::Debiting, Word::Declined) => (At::Declined, None),
        (At::Crediting, Word::Credited) => (At::Done, None),
        (At::Crediting, Word::Declined) if rules.compensates => (At::Refunding, Some(Word::Refund)),
        (At::Crediting, Word::Declined) => (At::Declined, None),
        (At::Refunding, Word::Refunded) => (At::Refunded, None),
        _ => (at, None),
    }
}

/// What a search has come to: how many states and moves there are, in which ways all transfers can end, and the first promise that is broken.
#[derive(Debug, Default)]
pub struct Found {
    pub states: usize,
    pub moves: usize,
    pub ends: Vec<Vec<At>>,
    pub broken: Option<String>,
}

/// Every state that can be come to, in the order of how many moves away it is; `sees` is shown each move, with the state before it by its number, and
/// the number of the one after it.
pub fn search(scene: &Scene, rules: Rules, mut sees: impl FnMut(usize, Move, &State, usize)) -> Found {
    let first = State::first(scene);
    let (mut numbers, mut open, mut found) =
        (HashMap::from([(first.clone(), 0)]), VecDeque::from([first]), Found::default());
    while let Some(state) = open.pop_front() {
        let number = numbers[&state];
        found.broken = found.broken.or_else(|| state.breaks(scene));
        if found.broken.is_some() {
            break;
        }
        let mut goes_on = false;
        for (one, is_progress) in state.moves() {
            let Some(next) = state.after(scene, rules, one) else { continue };
            goes_on |= is_progress;
            found.moves += 1;
            let count = numbers.len();
            let place = *numbers.entry(next.clone()).or_insert(count);
            sees(number, one, &next, place);
            if place == count {
                open.push_back(next);
            }
        }
        // Each step on the way is one less that is left, so what does not hang comes to its end.
        if !goes_on {
            if !state.has_ended() {
                found.broken = Some(format!("it hangs: {state:?}"));
            } else if !found.ends.contains(&state.transfers) {
                found.ends.push(state.transfers);
            }
        }
    }
    found.states = numbers.len();
    found
}
