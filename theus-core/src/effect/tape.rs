//! What a run asks its effects, and what they give: kept for the journal, or given out of it.

#[cfg(feature = "test")]
use std::sync::Arc;

use parking_lot::Mutex;

#[cfg(feature = "test")]
use super::deck::{Asking, Deck, Played};
use crate::store::{EffectAnswer, EncodeError};

/// The calls of one run.
pub(crate) struct Tape(Mutex<Side>);

enum Side {
    Recording {
        answers: Vec<EffectAnswer>,
        left_out: Option<String>,
    },
    Replaying(Replaying),
    /// Those of a test.
    #[cfg(feature = "test")]
    Deck {
        deck: Arc<dyn Deck>,
        process: &'static str,
        is_hidden: bool,
    },
}

struct Replaying {
    answers: Vec<EffectAnswer>,
    taken: Vec<bool>,
    /// Whether calls come in the order in which they came: not where several are under way at once.
    in_order: bool,
    parted: Option<Parted>,
}

/// What becomes of a call.
pub(crate) enum Begun {
    /// It is made, and this is its place.
    Made(usize),
    /// It is not made: it gave this, or nothing yet when the run went on without it.
    Gave(Option<Vec<u8>>),
    /// The run cannot go on: its [end](Tape::ended) says why.
    Parted,
    /// Nor can it here, and this is why.
    #[cfg(feature = "test")]
    Refused(String),
}

/// What has come of the calls of a run.
#[derive(Debug)]
pub(crate) enum Ended {
    /// They are for the journal.
    Recorded(Vec<EffectAnswer>),
    /// They are not, for this reason.
    LeftOut(String),
    /// They were those of the journal.
    Replayed,
    /// They were not.
    Parted(Parted),
}

/// Why a run cannot be made again.
#[derive(Debug)]
pub(crate) enum Parted {
    /// It calls something else than it did, or with other arguments.
    Call {
        /// The call that is not the same: `gateway.charge`.
        call: String,
        /// The arguments that the journal has; none where it has no such call.
        expected: Option<Vec<u8>>,
        /// The arguments now; none where it is not called any more.
        found: Option<Vec<u8>>,
    },
    /// It asks what the journal has no answers of.
    NotRecorded(&'static str),
}

const PLAIN: &str = "it has an effect whose answers are not recorded: one that is no `Effect<dyn ..>`";
const NO_ANSWER: &str = "it goes on without the answer of an effect";

impl Tape {
    pub(crate) const fn recording() -> Self {
        Self(Mutex::new(Side::Recording { answers: Vec::new(), left_out: None }))
    }

    pub(crate) fn replaying(answers: &[EffectAnswer], in_order: bool) -> Self {
        let replaying =
            Replaying { answers: answers.to_vec(), taken: vec![false; answers.len()], in_order, parted: None };
        Self(Mutex::new(Side::Replaying(replaying)))
    }

    /// That of a test, for a run of this process.
    #[cfg(feature = "test")]
    pub(crate) fn of(deck: &Arc<dyn Deck>, process: &'static str, is_hidden: bool) -> Self {
        Self(Mutex::new(Side::Deck { deck: Arc::clone(deck), process, is_hidden }))
    }

    /// A call is about to be made.
    pub(crate) fn begin(&self, effect: &str, call: &str, asked: Result<Vec<u8>, EncodeError>) -> Begun {
        match &mut *self.0.lock() {
            Side::Recording { answers, left_out } => {
                let asked = asked.unwrap_or_else(|error| {
                    left_out.get_or_insert_with(|| format!("an argument of `{effect}.{call}`: {error}"));
                    Vec::new()
                });
                answers.push(EffectAnswer { effect: effect.to_owned(), call: call.to_owned(), asked, gave: None });
                Begun::Made(answers.len() - 1)
            }
            Side::Replaying(replaying) => replaying.next(effect, call, asked.unwrap_or_default()),
            #[cfg(feature = "test")]
            Side::Deck { deck, process, is_hidden } => {
                let asked = match asked {
                    Ok(asked) => asked,
                    Err(error) => return Begun::Refused(format!("an argument of `{effect}.{call}`: {error}")),
                };
                let asking = Asking { process, is_hidden: *is_hidden, effect, call, asked: &asked };
                match deck.begin(asking) {
                    Ok(Played::Made(place)) => Begun::Made(place),
                    Ok(Played::Gave(gave)) => Begun::Gave(gave),
                    Err(why) => Begun::Refused(why),
                }
            }
        }
    }

    /// It has given something.
    pub(crate) fn gave(&self, place: usize, gave: Result<Vec<u8>, EncodeError>) {
        let mut side = self.0.lock();
        #[cfg(feature = "test")]
        if let Side::Deck { deck, .. } = &*side {
            return deck.gave(place, gave);
        }
        let Side::Recording { answers, left_out } = &mut *side else { return };
        let Some(answer) = answers.get_mut(place) else { return };
        match gave {
            Ok(gave) => answer.gave = Some(gave),
            Err(error) => {
                left_out.get_or_insert_with(|| format!("the answer of `{}.{}`: {error}", answer.effect, answer.call));
            }
        }
    }

    /// The run has an effect whose calls nobody sees. Says whether it can go on.
    pub(crate) fn unseen(&self) -> bool {
        match &mut *self.0.lock() {
            Side::Recording { left_out, .. } => {
                left_out.get_or_insert_with(|| PLAIN.to_owned());
                true
            }
            Side::Replaying(replaying) => {
                replaying.parts(Parted::NotRecorded(PLAIN));
                false
            }
            // It is the test's own.
            #[cfg(feature = "test")]
            Side::Deck { .. } => true,
        }
    }

    /// A call that had not answered is waited for by a run that cannot wait.
    pub(crate) fn unanswered(&self) {
        if let Side::Replaying(replaying) = &mut *self.0.lock() {
            replaying.parts(Parted::NotRecorded(NO_ANSWER));
        }
    }

    /// What an answer was is not what it has to be now. Says why, where nobody else does.
    pub(crate) fn unreadable(&self) -> Option<String> {
        match &mut *self.0.lock() {
            Side::Recording { .. } => None,
            Side::Replaying(replaying) => {
                replaying.parts(Parted::NotRecorded("an answer of an effect is of another type by now"));
                None
            }
            #[cfg(feature = "test")]
            Side::Deck { deck, .. } => Some(deck.unreadable()),
        }
    }

    /// What has come of it, when the run is over.
    pub(crate) fn ended(self) -> Ended {
        match self.0.into_inner() {
            #[cfg(feature = "test")]
            Side::Deck { .. } => Ended::Replayed,
            Side::Recording { answers, left_out: None } => Ended::Recorded(answers),
            Side::Recording { left_out: Some(why), .. } => Ended::LeftOut(why),
            Side::Replaying(Replaying { parted: Some(parted), .. }) => Ended::Parted(parted),
            Side::Replaying(Replaying { answers, taken, .. }) => {
                match answers.into_iter().zip(taken).find(|(_, taken)| !taken) {
                    None => Ended::Replayed,
                    Some((missing, _)) => {
                        let call = called(&missing.effect, &missing.call);
                        Ended::Parted(Parted::Call { call, expected: Some(missing.asked), found: None })
                    }
                }
            }
        }
    }
}

impl Replaying {
    /// The first to be told is what is told.
    fn parts(&mut self, parted: Parted) {
        self.parted.get_or_insert(parted);
    }

    fn next(&mut self, effect: &str, call: &str, asked: Vec<u8>) -> Begun {
        let is_it = |answer: &EffectAnswer| answer.effect == effect && answer.call == call;
        let left = || self.answers.iter().zip(&self.taken).enumerate().filter(|(_, (_, taken))| !**taken);
        let first = left().next().map(|(place, (answer, _))| (place, answer));
        let same = match self.in_order {
            true => first.filter(|(_, answer)| is_it(answer) && answer.asked == asked),
            false => left()
                .map(|(place, (answer, _))| (place, answer))
                .find(|(_, answer)| is_it(answer) && answer.asked == asked),
        };
        if let Some((place, answer)) = same {
            let gave = answer.gave.clone();
            if let Some(taken) = self.taken.get_mut(place) {
                *taken = true;
            }
            return Begun::Gave(gave);
        }
        let expected = match self.in_order {
            true => first.filter(|(_, answer)| is_it(answer)).map(|(_, answer)| answer.asked.clone()),
            false => left().find(|(_, (answer, _))| is_it(answer)).map(|(_, (answer, _))| answer.asked.clone()),
        };
        self.parts(Parted::Call { call: called(effect, call), expected, found: Some(asked) });
        Begun::Parted
    }
}

/// The key of a call is nobody's.
fn called(effect: &str, call: &str) -> String {
    if effect.is_empty() { format!("ctx.effects.{call}()") } else { format!("{effect}.{call}") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

    use super::*;

    fn made(tape: &Tape, call: &str, asked: u8, gave: u8) {
        let Begun::Made(place) = tape.begin("gateway", call, Ok(vec![asked])) else { panic!("it is not made") };
        tape.gave(place, Ok(vec![gave]));
    }

    fn given(tape: &Tape, call: &str, asked: u8) -> Option<u8> {
        match tape.begin("gateway", call, Ok(vec![asked])) {
            Begun::Gave(gave) => Some(gave.unwrap()[0]),
            _ => None,
        }
    }

    fn recorded() -> Vec<EffectAnswer> {
        let tape = Tape::recording();
        made(&tape, "rate", 1, 10);
        made(&tape, "charge", 2, 20);
        match tape.ended() {
            Ended::Recorded(answers) => answers,
            ended => panic!("{ended:?}"),
        }
    }

    #[test]
    fn what_was_recorded_is_given_again() {
        let tape = Tape::replaying(&recorded(), true);
        assert_eq!((given(&tape, "rate", 1), given(&tape, "charge", 2)), (Some(10), Some(20)));
        assert!(matches!(tape.ended(), Ended::Replayed));
    }

    #[test]
    fn another_order_is_another_run_unless_several_are_under_way_at_once() {
        let tape = Tape::replaying(&recorded(), true);
        assert_eq!(given(&tape, "charge", 2), None);
        assert!(
            matches!(tape.ended(), Ended::Parted(Parted::Call { call, expected: None, .. }) if call == "gateway.charge")
        );
        let tape = Tape::replaying(&recorded(), false);
        assert_eq!((given(&tape, "charge", 2), given(&tape, "rate", 1)), (Some(20), Some(10)));
        assert!(matches!(tape.ended(), Ended::Replayed));
    }

    #[test]
    fn other_arguments_one_call_more_and_one_less_are_told() {
        for in_order in [true, false] {
            let tape = Tape::replaying(&recorded(), in_order);
            assert_eq!(given(&tape, "rate", 3), None);
            let ended = tape.ended();
            assert!(
                matches!(&ended, Ended::Parted(Parted::Call { expected: Some(was), found: Some(is), .. }) if was == &[1] && is == &[3]),
                "{ended:?}"
            );
            let tape = Tape::replaying(&recorded(), in_order);
            assert_eq!((given(&tape, "rate", 1), given(&tape, "charge", 2)), (Some(10), Some(20)));
            assert_eq!(given(&tape, "charge", 2), None);
            let ended = tape.ended();
            assert!(matches!(&ended, Ended::Parted(Parted::Call { expected: None, found: Some(_), .. })), "{ended:?}");
            let tape = Tape::replaying(&recorded(), in_order);
            assert_eq!(given(&tape, "rate", 1), Some(10));
            let ended = tape.ended();
            assert!(
                matches!(&ended, Ended::Parted(Parted::Call { call, found: None, .. }) if call == "gateway.charge"),
                "{ended:?}"
            );
        }
    }

    #[test]
    fn what_nobody_sees_or_cannot_be_written_leaves_the_run_unrecorded() {
        let tape = Tape::recording();
        assert!(tape.unseen());
        made(&tape, "rate", 1, 10);
        assert!(matches!(tape.ended(), Ended::LeftOut(_)));
        let tape = Tape::recording();
        let Begun::Made(place) = tape.begin("gateway", "rate", Ok(vec![])) else { panic!("it is not made") };
        tape.gave(place, Err(EncodeError::refused("no".to_owned())));
        let ended = tape.ended();
        assert!(
            matches!(&ended, Ended::LeftOut(why) if why.starts_with("the answer of `gateway.rate`: ")),
            "{ended:?}"
        );
        let tape = Tape::replaying(&recorded(), true);
        assert!(!tape.unseen());
        assert!(matches!(tape.ended(), Ended::Parted(Parted::NotRecorded(_))));
    }
}
