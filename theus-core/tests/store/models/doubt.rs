//! Commit in doubt: the store commits or not, its answer is lost or not; the program asks what became of it, is asked again, dies,
//! starts again; another program goes on meanwhile.

use super::program::{Ask, Disk, Doing, Program, Say, Wrong};
use super::replay::Bound;
use super::search::{Model, search};
use super::tally::{Add, Answer, Desk, builder, stored};
use super::{notices, played_through};

/// What the programs are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Command {
    /// Under a key, of either program, as often as one likes.
    Keyed,
    /// Of the program that is looked at.
    Plain,
    /// Of the other one.
    Others,
}

const KEY: &str = "request 8f2";

impl Command {
    const fn amount(self) -> i64 {
        match self {
            Self::Keyed => 1,
            // The same command of two programs: what it makes is the same, and one of them is not the other.
            Self::Plain | Self::Others => 100,
        }
    }

    fn run(self, desk: &Desk) -> Answer {
        let add = Add { amount: self.amount() };
        Answer::of(if self == Self::Keyed { desk.run_once(KEY, add) } else { desk.run(add) })
    }
}

/// What is wrong with a protocol: the search is to find it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    DoubtIsTakenForDone,
    DoubtIsTakenForNotDone,
    AnswerIsWrittenAfterTheCommit,
    StepIsNotCompared,
    /// Whoever has committed the step.
    StepIsTakenForDone,
    /// Whoever has committed the same command as that step.
    SameCommandIsTakenForOnes,
    /// Where the session is further than the commit, the commit is taken for another program's.
    LaterIsTakenForAnothers,
}

struct Doubt {
    flaw: Option<Flaw>,
    /// What the store of the world does wrong.
    wrong: Option<Wrong>,
    /// How many plain commands the program is asked for, and what the other one.
    plain: u8,
    others: u8,
    faults: u8,
    deaths: u8,
}

impl Doubt {
    /// What is searched through.
    const LARGE: Self = Self { flaw: None, wrong: None, plain: 2, others: 2, faults: 2, deaths: 1 };
    /// What is played edge by edge.
    const SMALL: Self = Self { plain: 1, faults: 1, ..Self::LARGE };
}

/// Where the program is: what it waits for is one call of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Rests,
    Gone,
    /// Whether there is an answer under the key.
    Looks,
    Reloads(Command),
    Submits(Command),
    /// Asks what became of its commit, which was done or not.
    Doubts(Command, bool),
    /// Asks the journal whose step it is, since somebody has made it.
    Searches(Command, bool),
    /// Whether another program has given the answer meanwhile; and what it tells if not.
    LooksAgain(Answer),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    /// What the store has.
    log: Vec<Command>,
    is_kept: bool,
    /// What the program has, and what it tells while it does not know what the store has.
    has: Vec<Command>,
    lost: Option<Answer>,
    phase: Phase,
    told: Option<Answer>,
    /// How far the other one has seen the log, and whether it knows that this is not all.
    other: usize,
    other_is_lost: bool,
    other_told: Option<Answer>,
    /// What clients know: of the keyed one, of the plain ones (told that it is done, not told what became of it), of the other's.
    has_key: bool,
    plain: usize,
    unknown: usize,
    others: usize,
    /// Somebody has committed on a state that was not the stored one.
    is_forked: bool,
    plain_left: u8,
    others_left: u8,
    faults_left: u8,
    deaths_left: u8,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Asked(Command),
    Said(Say),
    /// What it asks from now on gets no answer until it gives up.
    Silence,
    Other(Command),
    /// Killed while it rests.
    Killed,
    Starts,
}

fn sum(log: &[Command]) -> i64 {
    log.iter().map(|command| command.amount()).sum()
}

impl State {
    /// What was answered under the key.
    fn answer(&self) -> Answer {
        let place = self.log.iter().position(|command| *command == Command::Keyed).unwrap_or(0);
        Answer::Total(sum(&self.log[..=place]))
    }

    fn tells(&mut self, command: Command, answer: Answer) {
        (self.phase, self.told) = (Phase::Rests, Some(answer));
        match (command, answer) {
            (Command::Keyed, Answer::Total(_)) => self.has_key = true,
            (Command::Plain, Answer::Total(_)) => self.plain += 1,
            (Command::Plain, Answer::InDoubt) => self.unknown += 1,
            _ => {}
        }
    }

    fn begins(&mut self, command: Command) {
        self.phase = if self.lost.is_some() { Phase::Reloads(command) } else { Phase::Submits(command) };
    }

    fn conflicts(&mut self, command: Command) {
        self.lost = Some(Answer::Conflict);
        match command {
            Command::Keyed => self.phase = Phase::LooksAgain(Answer::Conflict),
            _ => self.tells(command, Answer::Conflict),
        }
    }

    fn has_committed(&mut self, command: Command) {
        self.has.push(command);
        self.tells(command, Answer::Total(sum(&self.has)));
    }

    fn dies(&mut self, command: Option<Command>) {
        self.unknown += usize::from(command == Some(Command::Plain));
        (self.phase, self.told, self.has, self.lost) = (Phase::Gone, None, Vec::new(), None);
    }
}

impl Doubt {
    /// The store commits it, where it would.
    fn commits(&self, state: &mut State, command: Command, is_heard: bool) -> Result<(), Answer> {
        if state.has.len() != state.log.len() && self.flaw != Some(Flaw::StepIsNotCompared) {
            return Err(Answer::Conflict);
        }
        if command == Command::Keyed && state.is_kept {
            return Err(Answer::Unavailable);
        }
        state.is_forked |= state.has != state.log;
        state.log.push(command);
        let with_it = is_heard || self.flaw != Some(Flaw::AnswerIsWrittenAfterTheCommit);
        state.is_kept |= command == Command::Keyed && with_it;
        Ok(())
    }

    fn submitted(&self, state: &mut State, command: Command, say: Say) {
        match say {
            Say::Fails => state.tells(command, Answer::Unavailable),
            Say::Dies => state.dies(Some(command)),
            Say::DoneAndDies => {
                // Nobody hears whether it is.
                let _ = self.commits(state, command, false);
                state.dies(Some(command));
            }
            Say::Done => match self.commits(state, command, true) {
                Ok(()) => state.has_committed(command),
                Err(Answer::Conflict) => state.conflicts(command),
                Err(_) => state.phase = Phase::LooksAgain(Answer::Unavailable),
            },
            Say::DoneInDoubt | Say::LostInDoubt => {
                let is_done = say == Say::DoneInDoubt && self.commits(state, command, false).is_ok();
                match self.flaw {
                    Some(Flaw::DoubtIsTakenForDone) => state.has_committed(command),
                    Some(Flaw::DoubtIsTakenForNotDone) => state.tells(command, Answer::Unavailable),
                    _ => state.phase = Phase::Doubts(command, is_done),
                }
            }
        }
    }

    fn found_out(&self, state: &mut State, command: Command, is_done: bool) {
        let before = state.has.len();
        let Some(made) = state.log.get(before) else { return state.tells(command, Answer::Unavailable) };
        match self.flaw {
            Some(Flaw::StepIsTakenForDone) => state.has_committed(command),
            Some(Flaw::SameCommandIsTakenForOnes) if made.amount() == command.amount() => state.has_committed(command),
            Some(Flaw::LaterIsTakenForAnothers) if state.log.len() > before + 1 => state.conflicts(command),
            _ => state.phase = Phase::Searches(command, is_done),
        }
    }

    fn said(&self, state: &mut State, say: Say) {
        let is_dead = matches!(say, Say::Dies | Say::DoneAndDies);
        match state.phase {
            Phase::Rests | Phase::Gone => {}
            Phase::Submits(command) => self.submitted(state, command, say),
            Phase::Looks | Phase::LooksAgain(_) if is_dead => state.dies(None),
            Phase::Looks | Phase::LooksAgain(_) if say == Say::Fails => {
                state.tells(Command::Keyed, Answer::Unavailable)
            }
            Phase::Looks | Phase::LooksAgain(_) if state.is_kept => state.tells(Command::Keyed, state.answer()),
            Phase::Looks => state.begins(Command::Keyed),
            Phase::LooksAgain(otherwise) => state.tells(Command::Keyed, otherwise),
            Phase::Reloads(command) | Phase::Doubts(command, _) | Phase::Searches(command, _) if is_dead => {
                state.dies(Some(command));
            }
            Phase::Reloads(command) if say == Say::Fails => match (command, state.lost) {
                (Command::Keyed, Some(why @ Answer::Conflict)) => state.phase = Phase::LooksAgain(why),
                (_, why) => state.tells(command, why.unwrap_or(Answer::InDoubt)),
            },
            Phase::Reloads(command) => {
                (state.has, state.lost) = (state.log.clone(), None);
                state.phase = Phase::Submits(command);
            }
            Phase::Doubts(command, is_done) | Phase::Searches(command, is_done) if say == Say::Fails => {
                state.phase = Phase::Doubts(command, is_done);
            }
            Phase::Doubts(command, is_done) => self.found_out(state, command, is_done),
            Phase::Searches(command, true) => state.has_committed(command),
            Phase::Searches(command, false) => state.conflicts(command),
        }
    }

    fn other_runs(state: &mut State, command: Command) {
        let answer = if command == Command::Keyed && state.is_kept {
            state.answer()
        } else {
            if std::mem::take(&mut state.other_is_lost) {
                state.other = state.log.len();
            }
            if state.other == state.log.len() {
                state.log.push(command);
                state.other = state.log.len();
                state.is_kept |= command == Command::Keyed;
                Answer::Total(sum(&state.log))
            } else {
                state.other_is_lost = true;
                Answer::Conflict
            }
        };
        state.other_told = Some(answer);
        match (command, answer) {
            (Command::Keyed, Answer::Total(_)) => state.has_key = true,
            (_, Answer::Total(_)) => state.others += 1,
            _ => {}
        }
    }
}

impl Model for Doubt {
    type State = State;
    type Step = Step;

    fn first(&self) -> State {
        State {
            log: Vec::new(),
            is_kept: false,
            has: Vec::new(),
            lost: None,
            phase: Phase::Rests,
            told: None,
            other: 0,
            other_is_lost: false,
            other_told: None,
            has_key: false,
            plain: 0,
            unknown: 0,
            others: 0,
            is_forked: false,
            plain_left: self.plain,
            others_left: self.others,
            faults_left: self.faults,
            deaths_left: self.deaths,
        }
    }

    fn steps(&self, state: &State) -> Vec<Step> {
        let mut steps = Vec::new();
        if state.others_left > 0 {
            steps.extend([Step::Other(Command::Others), Step::Other(Command::Keyed)]);
        }
        match state.phase {
            Phase::Gone => steps.push(Step::Starts),
            Phase::Rests => {
                steps.push(Step::Asked(Command::Keyed));
                steps.extend((state.plain_left > 0).then_some(Step::Asked(Command::Plain)));
                steps.extend((state.deaths_left > 0).then_some(Step::Killed));
            }
            phase => {
                steps.push(Step::Said(Say::Done));
                if state.faults_left > 0 {
                    steps.push(Step::Said(Say::Fails));
                    match phase {
                        Phase::Submits(_) => {
                            steps.extend([Step::Said(Say::DoneInDoubt), Step::Said(Say::LostInDoubt)]);
                        }
                        Phase::Doubts(..) => steps.push(Step::Silence),
                        _ => {}
                    }
                }
                if state.deaths_left > 0 {
                    steps.push(Step::Said(Say::Dies));
                    steps.extend(matches!(phase, Phase::Submits(_)).then_some(Step::Said(Say::DoneAndDies)));
                }
            }
        }
        steps
    }

    fn after(&self, state: &State, step: &Step) -> State {
        let mut state = state.clone();
        match *step {
            Step::Asked(command) => {
                state.plain_left -= u8::from(command == Command::Plain);
                match command {
                    Command::Keyed => state.phase = Phase::Looks,
                    _ => state.begins(command),
                }
            }
            Step::Said(say) => {
                state.deaths_left -= u8::from(matches!(say, Say::Dies | Say::DoneAndDies));
                state.faults_left -= u8::from(matches!(say, Say::Fails | Say::DoneInDoubt | Say::LostInDoubt));
                self.said(&mut state, say);
            }
            Step::Silence => {
                state.faults_left -= 1;
                if let Phase::Doubts(command, _) = state.phase {
                    state.lost = Some(Answer::InDoubt);
                    state.tells(command, Answer::InDoubt);
                }
            }
            Step::Other(command) => {
                state.others_left -= 1;
                Self::other_runs(&mut state, command);
            }
            Step::Killed => {
                state.deaths_left -= 1;
                state.dies(None);
            }
            Step::Starts => (state.phase, state.has) = (Phase::Rests, state.log.clone()),
        }
        state
    }

    fn broken(&self, state: &State) -> Option<&'static str> {
        let count = |command| state.log.iter().filter(|other| **other == command).count();
        let (keyed, plain, others) = (count(Command::Keyed), count(Command::Plain), count(Command::Others));
        let under_way = usize::from(matches!(
            state.phase,
            Phase::Doubts(Command::Plain, true) | Phase::Searches(Command::Plain, true)
        ));
        match () {
            () if state.is_forked => Some("somebody has gone on from a state that is not the stored one"),
            () if keyed > 1 => Some("a command is there twice under its key"),
            () if state.has_key && keyed == 0 => Some("a command that was acknowledged under its key is lost"),
            () if plain < state.plain || others < state.others => Some("an acknowledged command is lost"),
            () if others > state.others => Some("what the other was refused is there"),
            () if plain > state.plain + state.unknown + under_way => Some("what was refused as not done is there"),
            () => None,
        }
    }

    fn is_fault(&self, step: &Step) -> bool {
        match step {
            Step::Said(say) => *say != Say::Done,
            Step::Silence | Step::Killed => true,
            Step::Asked(_) | Step::Other(_) | Step::Starts => false,
        }
    }

    /// Who asks again under the key is answered.
    fn is_well(&self, state: &State) -> bool {
        state.phase == Phase::Rests && state.has_key && matches!(state.told, Some(Answer::Total(_)))
    }
}

struct World {
    disk: Disk,
    program: Program<Desk, Answer>,
    other: Program<Desk, Answer>,
    told: Option<Answer>,
}

fn program(disk: &Disk) -> Program<Desk, Answer> {
    Program::new(disk, |store, strings| builder(store, strings).build().unwrap())
}

/// What is seen: what the program waits for or was told, the store's step and sum, the sum in the program while it rests, what the
/// other one was told.
type Seen = (Doing<Option<Answer>>, (u64, i64), Option<i64>, Option<Answer>);

impl Bound for Doubt {
    type World = World;
    type Seen = Seen;

    fn world(&self) -> World {
        let disk = Disk::new(self.wrong);
        World { program: program(&disk), other: program(&disk), told: None, disk }
    }

    fn play(&self, world: &mut World, step: &Step) {
        match *step {
            Step::Asked(command) => world.program.begins(move |desk| command.run(desk)),
            Step::Said(say) => world.program.goes_on(say),
            Step::Silence => world.program.hears_nothing(),
            Step::Other(command) => world.told = Some(command.run(world.other.engine())),
            Step::Killed => world.program.is_gone(),
            Step::Starts => world.program = program(&world.disk),
        }
    }

    fn look(&self, world: &World) -> Seen {
        let doing = world.program.doing();
        let rests = matches!(doing, Doing::Told(_));
        let has = rests.then(|| *world.program.engine().snapshot().unwrap().total);
        (doing, stored(&world.disk.store), has, world.told)
    }

    fn shows(&self, state: &State) -> Seen {
        let doing = match state.phase {
            Phase::Rests => Doing::Told(state.told),
            Phase::Gone => Doing::Gone,
            Phase::Looks | Phase::LooksAgain(_) => Doing::Waits(Ask::Answer),
            Phase::Reloads(_) | Phase::Doubts(..) => Doing::Waits(Ask::Load),
            Phase::Submits(_) => Doing::Waits(Ask::Submit),
            Phase::Searches(..) => Doing::Waits(Ask::Journal),
        };
        let has = (state.phase == Phase::Rests).then(|| sum(&state.has));
        (doing, (state.log.len() as u64, sum(&state.log)), has, state.other_told)
    }
}

#[test]
fn no_acknowledged_command_is_lost_and_none_is_there_twice() {
    played_through("commit in doubt", &[Doubt::LARGE], &[Doubt::SMALL]);
}

fn played(steps: &[Step]) -> Seen {
    let model = Doubt::SMALL;
    let mut world = model.world();
    steps.iter().for_each(|step| model.play(&mut world, step));
    model.look(&world)
}

#[test]
fn a_commit_from_which_another_program_has_gone_on_is_told_as_done() {
    let others = Step::Other(Command::Others);
    let seen = played(&[
        Step::Asked(Command::Plain),
        Step::Said(Say::DoneInDoubt),
        // The first finds that the session is another one by now, the second goes on from it.
        others,
        others,
        Step::Said(Say::Done),
        Step::Said(Say::Done),
    ]);
    assert_eq!((seen.0, seen.1), (Doing::Told(Some(Answer::Total(100))), (2, 200)));
}

#[test]
fn the_same_command_of_another_program_is_not_taken_for_ones_own() {
    let seen = played(&[
        Step::Asked(Command::Plain),
        Step::Said(Say::LostInDoubt),
        Step::Other(Command::Others),
        Step::Said(Say::Done),
        Step::Said(Say::Done),
    ]);
    assert_eq!((seen.0, seen.1), (Doing::Told(Some(Answer::Conflict)), (1, 100)));
}

#[test]
fn a_protocol_with_a_flaw_is_found_out() {
    for (flaw, why) in [
        (Flaw::DoubtIsTakenForDone, "an acknowledged command is lost"),
        (Flaw::DoubtIsTakenForNotDone, "what was refused as not done is there"),
        (Flaw::AnswerIsWrittenAfterTheCommit, "a command is there twice under its key"),
        (Flaw::StepIsNotCompared, "somebody has gone on from a state that is not the stored one"),
        (Flaw::StepIsTakenForDone, "an acknowledged command is lost"),
        (Flaw::SameCommandIsTakenForOnes, "an acknowledged command is lost"),
        (Flaw::LaterIsTakenForAnothers, "what was refused as not done is there"),
    ] {
        let told = search(&Doubt { flaw: Some(flaw), ..Doubt::LARGE }).err().unwrap_or_default();
        assert!(told.starts_with(why), "{flaw:?}: {told}");
    }
}

#[test]
fn a_store_that_does_not_do_what_it_says_is_found_out() {
    for wrong in [Wrong::AnswersAndWritesNothing, Wrong::ForgetsAnswers] {
        notices(&Doubt { wrong: Some(wrong), ..Doubt::SMALL });
    }
}
