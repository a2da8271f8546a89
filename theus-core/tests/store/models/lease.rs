//! Lease and fence: two programs on one session, which each has to itself while something is done outside; leases run out, by the
//! store's clock, whether their programs believe it or not, since they stand still or a clock jumps; programs die and leave.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::program::{Ask, Disk, Doing, Program, Say, Wrong};
use super::replay::Bound;
use super::search::{Model, search};
use super::tally::{Add, Answer, Charge, Desk, builder, stored};
use super::{notices, played_through};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// With something outside, under a lease.
    Charge,
    Add,
}

/// One of two.
type Who = usize;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    FencesAreNotCompared,
    StepsAreNotCompared,
    /// A program that could not look what others have committed believes that it has.
    LeasedBeforeItHasLooked,
    /// A lease that had run out is renewed, and what was committed meanwhile not looked at.
    RenewedWithoutALook,
    /// A program that does not know what the store has forgets that it has the session.
    DoubtForgetsTheLease,
}

struct Leases {
    flaw: Option<Flaw>,
    wrong: Option<Wrong>,
    /// Whether a program's lease is over by its own clock whenever it begins; else it believes in it for ever.
    renews: [bool; 2],
    asked: [u8; 2],
    faults: u8,
    /// Whether one of the faults can be that the store is silent for as long as it is asked.
    is_silent: bool,
    ends: u8,
}

impl Leases {
    const LARGE: Self =
        Self { flaw: None, wrong: None, renews: [true, false], asked: [2, 2], faults: 1, is_silent: true, ends: 1 };
    /// What is played edge by edge: programs that end, and programs that go on for longer. A silence takes a third of a second.
    const SMALL: [Self; 3] = [
        Self { asked: [1, 1], is_silent: false, ..Self::LARGE },
        Self { asked: [2, 1], is_silent: false, ends: 0, ..Self::LARGE },
        Self { asked: [2, 1], ends: 0, ..Self::LARGE },
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Rests,
    Gone,
    /// Takes what the store has, since it does not know it, and then begins.
    Reloads(Kind),
    Leases,
    /// Looks whether another one has committed.
    Looks,
    /// Takes what that one has committed.
    CatchesUp,
    Outside,
    Submits(Kind),
}

/// A lease in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Held {
    who: Who,
    /// Which of its lives: another one is another owner.
    life: u8,
    fence: u8,
    runs: bool,
    /// Whether it has run all the time since it was asked for last.
    has_run: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Prog {
    phase: Phase,
    has: Vec<i64>,
    lost: Option<Answer>,
    leased: Option<u8>,
    /// Whether it has looked what others have committed since it asked for its lease, and nothing speaks against it since.
    is_sure: bool,
    life: u8,
    told: Option<Answer>,
    left: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    log: Vec<i64>,
    held: Option<Held>,
    fence: u8,
    progs: [Prog; 2],
    faults: u8,
    ends: u8,
    /// What must not be has been.
    wrong: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Asked(Who, Kind),
    Said(Who, Say),
    /// Its commit is done or not, and it never hears of it.
    Silence(Who, bool),
    RunsOut,
    /// It ends in good order.
    Leaves(Who),
    Killed(Who),
    Starts(Who),
}

const fn amount(who: Who, kind: Kind) -> i64 {
    match (who, kind) {
        (0, Kind::Charge) => 1,
        (0, Kind::Add) => 10,
        (_, Kind::Charge) => 100,
        (_, Kind::Add) => 1_000,
    }
}

impl Prog {
    fn new(left: u8) -> Self {
        let (has, phase) = (Vec::new(), Phase::Rests);
        Self { phase, has, lost: None, leased: None, is_sure: false, life: 0, told: None, left }
    }
}

impl State {
    fn tells(&mut self, who: Who, answer: Answer) {
        (self.progs[who].phase, self.progs[who].told) = (Phase::Rests, Some(answer));
    }

    fn is_holder(&self, who: Who) -> bool {
        self.held.is_some_and(|held| held.runs && (held.who, held.life) == (who, self.progs[who].life))
    }

    /// What it does with what it has of the session.
    fn begins(&mut self, who: Who, kind: Kind, renews: bool) {
        let is_leased = self.progs[who].leased.is_some() && self.progs[who].is_sure && !renews;
        match kind {
            Kind::Add => self.progs[who].phase = Phase::Submits(kind),
            Kind::Charge if is_leased => self.goes_outside(who),
            Kind::Charge => self.progs[who].phase = Phase::Leases,
        }
    }

    fn goes_outside(&mut self, who: Who) {
        (self.progs[who].phase, self.progs[who].is_sure) = (Phase::Outside, true);
        if self.is_holder(who) && self.held.is_some_and(|held| held.has_run) && self.progs[who].has != self.log {
            self.wrong = Some("something is done outside for a commit that will meet a conflict");
        }
    }

    fn is_gone(&mut self, who: Who) {
        let prog = &mut self.progs[who];
        let (life, left) = (prog.life + 1, prog.left);
        *prog = Prog { phase: Phase::Gone, life, ..Prog::new(left) };
    }
}

impl Leases {
    fn leases(&self, state: &mut State, who: Who) {
        let owner = (who, state.progs[who].life);
        let fence = match state.held {
            Some(held) if (held.who, held.life) == owner => held.fence,
            Some(held) if held.runs => return state.tells(who, Answer::Leased),
            _ => state.fence + 1,
        };
        let (before, was_sure) = (state.progs[who].leased, state.progs[who].is_sure);
        state.fence = fence;
        state.held = Some(Held { who, life: owner.1, fence, runs: true, has_run: true });
        let is_believed = self.flaw == Some(Flaw::LeasedBeforeItHasLooked);
        (state.progs[who].leased, state.progs[who].is_sure) = (Some(fence), is_believed);
        // One that asks again does so since its time is over, and others may have had theirs.
        let is_same = before == Some(fence) && was_sure && self.flaw == Some(Flaw::RenewedWithoutALook);
        if is_same { state.goes_outside(who) } else { state.progs[who].phase = Phase::Looks }
    }

    fn commits(&self, state: &mut State, who: Who, kind: Kind) -> Result<(), Answer> {
        let prog = &state.progs[who];
        let is_leased = match prog.leased {
            Some(fence) => fence != state.fence,
            None => state.held.is_some_and(|held| held.runs),
        };
        if is_leased && self.flaw != Some(Flaw::FencesAreNotCompared) {
            if state.is_holder(who) {
                state.wrong = Some("a program is refused for a lease that is its own");
            }
            return Err(Answer::Leased);
        }
        if prog.has.len() != state.log.len() && self.flaw != Some(Flaw::StepsAreNotCompared) {
            return Err(Answer::Conflict);
        }
        if is_leased {
            state.wrong = Some("a commit under an old fence");
        } else if prog.has != state.log {
            state.wrong = Some("an update is lost");
        }
        state.log.push(amount(who, kind));
        Ok(())
    }

    fn submitted(&self, state: &mut State, who: Who, kind: Kind) {
        match self.commits(state, who, kind) {
            Ok(()) => {
                state.progs[who].has.push(amount(who, kind));
                let total = state.progs[who].has.iter().sum();
                state.tells(who, Answer::Total(total));
            }
            Err(answer) => {
                self.does_not_know(state, who, answer);
                state.tells(who, answer);
            }
        }
    }

    fn said(&self, state: &mut State, who: Who, say: Say) {
        let phase = state.progs[who].phase;
        match (phase, say) {
            (Phase::Submits(kind), Say::DoneAndDies) => {
                // Nobody hears whether it is.
                let _ = self.commits(state, who, kind);
                state.is_gone(who);
            }
            (_, Say::Dies | Say::DoneAndDies) => state.is_gone(who),
            (Phase::Reloads(_) | Phase::CatchesUp, Say::Fails) => {
                let why = state.progs[who].lost.unwrap_or(Answer::InDoubt);
                state.tells(who, why);
            }
            (_, Say::Fails) => state.tells(who, Answer::Unavailable),
            (Phase::Reloads(kind), _) => {
                (state.progs[who].has, state.progs[who].lost) = (state.log.clone(), None);
                state.begins(who, kind, self.renews[who]);
            }
            (Phase::Leases, _) => self.leases(state, who),
            (Phase::Looks, _) if state.progs[who].has == state.log => state.goes_outside(who),
            (Phase::Looks, _) => {
                (state.progs[who].phase, state.progs[who].lost) = (Phase::CatchesUp, Some(Answer::Conflict));
            }
            (Phase::CatchesUp, _) => {
                (state.progs[who].has, state.progs[who].lost) = (state.log.clone(), None);
                state.goes_outside(who);
            }
            (Phase::Outside, _) => state.progs[who].phase = Phase::Submits(Kind::Charge),
            (Phase::Submits(kind), _) => self.submitted(state, who, kind),
            (Phase::Rests | Phase::Gone, _) => {}
        }
    }

    /// What the store has is not what it thought: it looks again, and asks for its lease again; it has none where that is why.
    fn does_not_know(&self, state: &mut State, who: Who, why: Answer) {
        let prog = &mut state.progs[who];
        (prog.lost, prog.is_sure) = (Some(why), false);
        if why == Answer::Leased || self.flaw == Some(Flaw::DoubtForgetsTheLease) {
            prog.leased = None;
        }
    }
}

impl Model for Leases {
    type State = State;
    type Step = Step;

    fn first(&self) -> State {
        State {
            log: Vec::new(),
            held: None,
            fence: 0,
            progs: self.asked.map(Prog::new),
            faults: self.faults,
            ends: self.ends,
            wrong: None,
        }
    }

    fn steps(&self, state: &State) -> Vec<Step> {
        let mut steps = Vec::new();
        if state.held.is_some_and(|held| held.runs) {
            steps.push(Step::RunsOut);
        }
        for (who, prog) in state.progs.iter().enumerate() {
            match prog.phase {
                Phase::Gone => steps.push(Step::Starts(who)),
                Phase::Rests => {
                    if prog.left > 0 {
                        steps.extend([Step::Asked(who, Kind::Charge), Step::Asked(who, Kind::Add)]);
                    }
                    if state.ends > 0 {
                        steps.extend([Step::Leaves(who), Step::Killed(who)]);
                    }
                }
                phase => {
                    steps.push(Step::Said(who, Say::Done));
                    if state.faults > 0 && phase != Phase::Outside {
                        steps.push(Step::Said(who, Say::Fails));
                    }
                    if state.ends > 0 {
                        steps.push(Step::Said(who, Say::Dies));
                    }
                    if let Phase::Submits(_) = phase {
                        if state.faults > 0 && self.is_silent {
                            steps.extend([Step::Silence(who, true), Step::Silence(who, false)]);
                        }
                        steps.extend((state.ends > 0).then_some(Step::Said(who, Say::DoneAndDies)));
                    }
                }
            }
        }
        steps
    }

    fn after(&self, state: &State, step: &Step) -> State {
        let mut state = state.clone();
        match *step {
            Step::Asked(who, kind) => {
                state.progs[who].left -= 1;
                match state.progs[who].lost {
                    Some(_) => state.progs[who].phase = Phase::Reloads(kind),
                    None => state.begins(who, kind, self.renews[who]),
                }
            }
            Step::Said(who, say) => {
                state.faults -= u8::from(say == Say::Fails);
                state.ends -= u8::from(matches!(say, Say::Dies | Say::DoneAndDies));
                self.said(&mut state, who, say);
            }
            Step::Silence(who, is_done) => {
                state.faults -= 1;
                if let Phase::Submits(kind) = state.progs[who].phase {
                    if is_done {
                        // It does not hear whether it was refused.
                        let _ = self.commits(&mut state, who, kind);
                    }
                    self.does_not_know(&mut state, who, Answer::InDoubt);
                    state.tells(who, Answer::InDoubt);
                }
            }
            Step::RunsOut => state.held = state.held.map(|held| Held { runs: false, has_run: false, ..held }),
            Step::Leaves(who) => {
                state.ends -= 1;
                let prog = &state.progs[who];
                if state
                    .held
                    .is_some_and(|held| (held.who, held.life) == (who, prog.life) && Some(held.fence) == prog.leased)
                {
                    state.held = None;
                }
                state.is_gone(who);
            }
            Step::Killed(who) => {
                state.ends -= 1;
                state.is_gone(who);
            }
            Step::Starts(who) => {
                (state.progs[who].phase, state.progs[who].has) = (Phase::Rests, state.log.clone());
            }
        }
        state
    }

    fn broken(&self, state: &State) -> Option<&'static str> {
        state.wrong
    }

    fn is_fault(&self, step: &Step) -> bool {
        match step {
            Step::Said(_, say) => *say != Say::Done,
            Step::Silence(..) | Step::Killed(_) => true,
            Step::Asked(..) | Step::RunsOut | Step::Leaves(_) | Step::Starts(_) => false,
        }
    }

    /// Nobody waits for a lease that never ends: where a program may still ask, it can be told a sum.
    fn is_well(&self, state: &State) -> bool {
        let is_well = |prog: &Prog| prog.phase == Phase::Rests && prog.left == 0;
        state.progs.iter().all(is_well)
    }
}

/// The clock on the wall jumps by years whenever it is looked at, back and forth: no lease depends on it.
fn jumping() -> SystemTime {
    static LOOKED: AtomicU64 = AtomicU64::new(0);
    let years = LOOKED.fetch_add(7, Ordering::Relaxed) % 100;
    SystemTime::UNIX_EPOCH + Duration::from_secs(years * 365 * 24 * 3_600)
}

struct World {
    disk: Disk,
    programs: [Program<Desk, Answer>; 2],
}

impl Leases {
    fn program(&self, disk: &Disk, who: Who) -> Program<Desk, Answer> {
        let lasting = if self.renews[who] { Duration::ZERO } else { Duration::from_secs(3_600) };
        let build = |store, strings| builder(store, strings).lease_sessions(lasting).clock(jumping).build().unwrap();
        Program::new(disk, build)
    }
}

/// Of each program what it waits for or was told, and the sum that it has while it rests; the step and the sum of the store.
type Seen = ([(Doing<Option<Answer>>, Option<i64>); 2], (u64, i64));

impl Bound for Leases {
    type World = World;
    type Seen = Seen;

    fn world(&self) -> World {
        let disk = Disk::new(self.wrong);
        World { programs: [self.program(&disk, 0), self.program(&disk, 1)], disk }
    }

    fn play(&self, world: &mut World, step: &Step) {
        match *step {
            Step::Asked(who, kind) => world.programs[who].begins(move |desk| {
                let amount = amount(who, kind);
                Answer::of(match kind {
                    Kind::Charge => desk.run(Charge { amount }),
                    Kind::Add => desk.run(Add { amount }),
                })
            }),
            Step::Said(who, say) => world.programs[who].goes_on(say),
            Step::Silence(who, is_done) => {
                world.programs[who].goes_on(if is_done { Say::DoneInDoubt } else { Say::LostInDoubt });
                world.programs[who].hears_nothing();
            }
            Step::RunsOut => world.disk.lease_runs_out(),
            Step::Leaves(who) => world.programs[who].leaves(),
            Step::Killed(who) => world.programs[who].is_gone(),
            Step::Starts(who) => world.programs[who] = self.program(&world.disk, who),
        }
    }

    fn look(&self, world: &World) -> Seen {
        let seen = |program: &Program<Desk, Answer>| {
            let doing = program.doing();
            let has = matches!(doing, Doing::Told(_)).then(|| *program.engine().snapshot().unwrap().total);
            (doing, has)
        };
        ([seen(&world.programs[0]), seen(&world.programs[1])], stored(&world.disk.store))
    }

    fn shows(&self, state: &State) -> Seen {
        let shown = |prog: &Prog| {
            let doing = match prog.phase {
                Phase::Rests => Doing::Told(prog.told),
                Phase::Gone => Doing::Gone,
                Phase::Reloads(_) | Phase::Looks | Phase::CatchesUp => Doing::Waits(Ask::Load),
                Phase::Leases => Doing::Waits(Ask::Lease),
                Phase::Outside => Doing::Waits(Ask::Effect),
                Phase::Submits(_) => Doing::Waits(Ask::Submit),
            };
            (doing, (prog.phase == Phase::Rests).then(|| prog.has.iter().sum()))
        };
        ([shown(&state.progs[0]), shown(&state.progs[1])], (state.log.len() as u64, state.log.iter().sum()))
    }
}

#[test]
fn no_update_is_lost_and_none_is_made_under_an_old_fence() {
    let large = [[true, true], [false, false], [true, false], [false, true]].map(|renews| Leases {
        renews,
        asked: [2, 1],
        ..Leases::LARGE
    });
    let [one, two, three, four] = large;
    let long = Leases { ends: 0, ..Leases::LARGE };
    played_through("lease and fence", &[long, one, two, three, four], &Leases::SMALL);
}

/// The first program takes its lease anew each time, the second believes in it.
fn played(steps: &[Step]) -> Seen {
    let model = Leases::LARGE;
    let mut world = model.world();
    steps.iter().for_each(|step| model.play(&mut world, step));
    model.look(&world)
}

const fn done(who: Who) -> Step {
    Step::Said(who, Say::Done)
}

#[test]
fn who_could_not_look_what_others_have_committed_looks_before_anything_is_done_outside() {
    let charge = Step::Asked(1, Kind::Charge);
    let others = [Step::Asked(0, Kind::Add), done(0)];
    let seen = played(&[&others[..], &[charge, done(1), Step::Said(1, Say::Fails), charge, done(1)]].concat());
    assert_eq!(seen.0[1].0, Doing::Waits(Ask::Load));
}

#[test]
fn who_takes_a_lease_again_that_had_run_out_looks_what_was_committed_meanwhile() {
    let charge = [Step::Asked(0, Kind::Charge), done(0), done(0), done(0), done(0)];
    let others = [Step::RunsOut, Step::Asked(1, Kind::Add), done(1), Step::Asked(1, Kind::Add), done(1), done(1)];
    let seen = played(&[&charge[..], &others, &charge[..2]].concat());
    assert_eq!((seen.0[0].0, seen.1), (Doing::Waits(Ask::Load), (2, 1_001)));
}

#[test]
fn who_does_not_know_what_became_of_a_commit_is_not_refused_for_its_own_lease() {
    let charge = [Step::Asked(0, Kind::Charge), done(0), done(0), done(0), Step::Silence(0, true)];
    let seen = played(&[&charge[..], &[Step::Asked(0, Kind::Add), done(0), done(0)]].concat());
    assert_eq!((seen.0[0].0, seen.1), (Doing::Told(Some(Answer::Total(11))), (2, 11)));
}

#[test]
fn a_protocol_with_a_flaw_is_found_out() {
    for (flaw, why) in [
        (Flaw::FencesAreNotCompared, "a commit under an old fence"),
        (Flaw::StepsAreNotCompared, "an update is lost"),
        (Flaw::LeasedBeforeItHasLooked, "something is done outside for a commit that will meet a conflict"),
        (Flaw::RenewedWithoutALook, "something is done outside for a commit that will meet a conflict"),
        (Flaw::DoubtForgetsTheLease, "a program is refused for a lease that is its own"),
    ] {
        let told = search(&Leases { flaw: Some(flaw), ..Leases::LARGE }).err().unwrap_or_default();
        assert!(told.starts_with(why), "{flaw:?}: {told}");
    }
}

#[test]
fn a_store_that_ignores_fences_is_found_out() {
    notices(&Leases { wrong: Some(Wrong::IgnoresFences), asked: [2, 1], ..Leases::LARGE });
}
