//! All judges say the same of the same values, all machines go the same way: only then their times can be compared.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use theus_peers::plant::{self, FIELDS, Plant, RULES, Rule};
use theus_peers::{by_cedar, by_cel, by_theus, chart};

struct Judges<'r> {
    rules: &'r [Rule],
    theus: std::sync::Arc<theus_core::audit::Gates>,
    cedar: [by_cedar::Judge; 2],
    cel: [by_cel::Judge; 2],
}

impl<'r> Judges<'r> {
    fn new(rules: &'r [Rule]) -> Self {
        let cedar = [by_cedar::Judge::of_each(rules).unwrap(), by_cedar::Judge::of_all(rules).unwrap()];
        let cel = [by_cel::Judge::of_each(rules).unwrap(), by_cel::Judge::of_all(rules).unwrap()];
        Self { rules, theus: by_theus::rules(rules).unwrap(), cedar, cel }
    }

    /// The violated rules, after everyone was asked in every form.
    fn agree_on(&self, plant: Plant) -> BTreeSet<String> {
        let expected = plant::violated(self.rules, &plant);
        let passes = expected.is_empty();
        let request = self.cedar[0].request(&plant).unwrap();
        let lazy = by_cel::Lazy(&plant);
        let (variables, lazy) = (self.cel[0].variables(&plant), self.cel[0].lazy(&lazy));

        assert_eq!(by_theus::violated(self.rules, plant).unwrap(), expected, "Theus, {plant:?}");
        assert_eq!(self.cedar[0].violated(&request), expected, "Cedar, {plant:?}");
        assert_eq!(self.cel[0].violated(&variables), expected, "CEL, {plant:?}");
        assert_eq!(self.cel[0].violated(&lazy), expected, "CEL, lazily, {plant:?}");
        assert_eq!(
            by_theus::passes(&self.theus, &by_theus::State::new(plant)),
            passes,
            "Theus's rules alone, {plant:?}"
        );
        for cedar in &self.cedar {
            assert_eq!(cedar.errors(&request), Vec::<String>::new(), "Cedar, {plant:?}");
            assert_eq!(cedar.passes(&request), passes, "Cedar, {plant:?}");
        }
        for cel in &self.cel {
            assert_eq!((cel.passes(&variables), cel.passes(&lazy)), (passes, passes), "CEL, {plant:?}");
        }
        let by_hand = if self.rules.len() == 1 { plant::one_by_hand(&plant) } else { plant::hundred_by_hand(&plant) };
        assert_eq!(by_hand, passes, "by hand, {plant:?}");
        expected
    }
}

/// Values around the bounds, the bounds themselves, and now and then the ends of the type.
fn random_plant(random: &mut fastrand::Rng) -> Plant {
    let wild = random.u8(..) < 128;
    Plant::new(std::array::from_fn(|index| {
        let most = 100 + index as i64;
        match random.u8(..) {
            0 if wild => i64::MIN,
            1 if wild => i64::MAX,
            2..6 => most,
            6..10 => -most,
            10..15 if wild => most + 1,
            15..20 if wild => -most - 1,
            _ => random.i64(-most..=most),
        }
    }))
}

/// Cedar goes down into a condition of a hundred terms, and gives up where the stack ends: that of a test's thread is too little
/// for it without optimisation.
fn with_stack(test: fn()) {
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(test).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn judges_agree_on_random_values() {
    with_stack(agree_on_random_values);
}

fn agree_on_random_values() {
    let (one, hundred) = (Judges::new(&RULES[..1]), Judges::new(&RULES));
    let mut random = fastrand::Rng::with_seed(7);
    let (mut passed, mut seen) = ([0; 2], BTreeSet::new());
    for _ in 0..1000 {
        let plant = random_plant(&mut random);
        for (index, judges) in [&one, &hundred].into_iter().enumerate() {
            let violated = judges.agree_on(plant);
            passed[index] += u32::from(violated.is_empty());
            seen.extend(violated);
        }
    }
    assert_eq!(seen.len(), 100, "every rule was violated at least once");
    assert!(passed.iter().all(|passed| (200..1000).contains(passed)), "both verdicts were given: {passed:?}");
}

#[test]
fn a_bound_is_the_last_value_that_passes() {
    with_stack(agree_on_the_last_value_that_passes);
}

fn agree_on_the_last_value_that_passes() {
    let judges = Judges::new(&RULES);
    let at = Plant { f0: 100, f49: -149, ..Plant::default() };
    assert!(judges.agree_on(at).is_empty());
    let beyond = Plant { f0: 101, f49: -150, ..Plant::default() };
    assert_eq!(judges.agree_on(beyond), ["f0 max 100", "f49 min -149"].map(str::to_owned).into());
}

#[test]
fn ten_thousand_rules_are_ten_thousand_for_everyone() {
    let (file, catalog) = by_theus::ten_thousand(&RULES);
    let auditor = theus_core::audit::Auditor::new(by_theus::load(file, &catalog).unwrap());
    let state = by_theus::State::new(Plant { f49: 150, ..Plant::default() });
    assert!(
        !by_theus::passes(&auditor.rules("process_99").unwrap(), &state),
        "the last rule but one of the last process"
    );

    let (text, validator) = by_cedar::ten_thousand(&RULES).unwrap();
    let policies = by_cedar::parse(&text).unwrap();
    assert_eq!(policies.policies().count(), 10_000);
    assert!(by_cedar::validated(&policies, &validator));
    let wrong = by_cedar::parse(&text.replace("context.f7 ", "context.f77 ")).unwrap();
    assert!(!by_cedar::validated(&wrong, &validator), "its check sees an unknown field");

    assert_eq!(by_cel::compile(&by_cel::ten_thousand(&RULES)).unwrap().len(), 10_000);
    assert_eq!(FIELDS.len() * 2 * 100, 10_000);
}

#[test]
fn machines_go_the_same_way() {
    let (mut hand, mut statig) = (chart::by_hand::Machine::new(), chart::by_statig::Machine::new());
    let loaded = chart::by_theus::Chart::load().unwrap();
    let mut theus = loaded.machine();
    let mut random = fastrand::Rng::with_seed(7);
    let mut visited = BTreeSet::new();
    for step in 0..10_000 {
        if step % 10 == 0 {
            (hand, statig) = Default::default(); // nothing leads back to the first state
            theus = loaded.machine();
        }
        let event = chart::Event::ALL[random.usize(..chart::Event::ALL.len())];
        visited.insert((hand.place.name(), event.name()));
        hand.handle(event);
        statig.handle(event);
        theus.handle(event);
        assert_eq!((hand.place, hand.steps), (statig.place(), statig.steps()), "statig, after {event:?}");
        assert_eq!((Some(hand.place), hand.steps), (theus.place(), theus.steps), "Theus, after {event:?}");
    }
    assert_eq!(visited.len(), 6 * 5, "every state had every event: {visited:?}");
}

#[test]
fn the_match_is_the_chart_of_the_file() {
    #[derive(serde::Deserialize)]
    struct File {
        initial: String,
        states: BTreeMap<String, State>,
    }
    #[derive(serde::Deserialize)]
    struct State {
        #[serde(default)]
        entry: Entry,
        events: BTreeMap<String, String>,
    }
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Entry {
        One(String),
        Run { run: String },
        Several(Vec<String>),
    }
    impl Default for Entry {
        fn default() -> Self {
            Self::Several(Vec::new())
        }
    }
    let text = std::fs::read_to_string("../workflows/machine_guard/workflow.yaml").unwrap();
    let file: File = yaml_serde::from_str(&text).unwrap();
    assert_eq!(chart::by_hand::Machine::new().place.name(), file.initial);
    assert_eq!(file.states.len(), chart::Place::ALL.len());
    for place in chart::Place::ALL {
        for event in chart::Event::ALL {
            let mut machine = chart::by_hand::Machine::at(place);
            machine.handle(event);
            let next = file.states[place.name()].events.get(event.name());
            assert_eq!(machine.place.name(), next.map_or(place.name(), String::as_str), "{place:?}, {event:?}");
            let steps = next.map_or(0, |next| match &file.states[next].entry {
                Entry::One(name) | Entry::Run { run: name } => usize::from(!name.is_empty()),
                Entry::Several(names) => names.len(),
            });
            assert_eq!(machine.steps, steps as u64, "{place:?}, {event:?}");
        }
    }
}
