//! Events that a state defers: kept until a state takes them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;

use theus_core::prelude::*;
use theus_core::signal::Item;
use theus_core::workflow::chart::MOST_DEFERRED;
use theus_core::workflow::trace::What;
use theus_core::workflow::{Position, Status, WorkflowError, WorkflowManager};

#[derive(Clone, Debug, Default, PartialEq, Context)]
struct Till {
    paid: Vec<i64>,
    is_open: bool,
    sig_paid: i64,
    #[context(redact)]
    cmd_secret: String,
}

type App = Ctx<Till>;
type Flow = WorkflowManager<Till>;

#[process(inputs = [domain.paid], outputs = [domain.paid])]
fn pay(ctx: App, amount: i64) {
    ctx.domain.paid.push(amount);
}

#[process(outputs = [domain.sig_paid])]
fn tell(ctx: App, amount: i64) {
    ctx.domain.sig_paid.set(amount);
}

#[process(outputs = [domain.is_open])]
fn open(ctx: App) {
    ctx.domain.is_open.set(true);
}

#[process(outputs = [domain.cmd_secret])]
fn whisper(ctx: App) {
    ctx.domain.cmd_secret.set("4711".to_owned());
}

fn engine() -> Engine<Till> {
    let builder = Engine::builder(Till::default()).process::<Pay>().process::<Tell>().process::<Open>();
    builder.process::<Whisper>().build().unwrap()
}

fn till(flow: &str) -> Flow {
    WorkflowManager::from_text(&engine(), "till.yaml", flow).unwrap()
}

fn paid(till: &Flow) -> Vec<i64> {
    till.engine().snapshot().unwrap().paid.clone()
}

fn kept(till: &Flow) -> Vec<String> {
    till.deferred().map(|event| event.name.to_string()).collect()
}

fn told(till: &Flow) -> Vec<String> {
    let of = |what: &What| match what {
        What::Event { name, .. } => Some(format!("event {name}")),
        What::Deferred { name } => Some(format!("deferred {name}")),
        What::Recalled { name } => Some(format!("recalled {name}")),
        What::Dropped { name, most } => Some(format!("dropped {name} {most}")),
        What::Unused { name } => Some(format!("unused {name}")),
        What::Discarded { name } => Some(format!("discarded {name}")),
        _ => None,
    };
    till.trace().entries().filter_map(|entry| of(&entry.what)).collect()
}

const FLOW: &str = "
external: [CMD_OPEN, CMD_SHUT, CMD_PAY, CMD_END]
states:
  SHUT: { defer: [CMD_PAY], events: { CMD_OPEN: OPEN, CMD_END: END } }
  OPEN:
    events:
      CMD_PAY: { steps: { run: pay, with: { amount: '${ event.amount }' } } }
      CMD_SHUT: SHUT
  END: { final: true }
";

fn pays(till: &Flow, amount: i64) {
    till.emit_with("CMD_PAY", serde_json::json!({ "amount": amount })).unwrap();
}

#[test]
fn what_is_deferred_comes_in_its_order_when_a_state_takes_it_and_before_what_is_newer() {
    let mut till = till(FLOW);
    pays(&till, 1);
    pays(&till, 2);
    let handled = till.run_until_idle().unwrap();
    assert_eq!(kept(&till), ["CMD_PAY", "CMD_PAY"]);
    assert!(handled.iter().skip(1).all(|handled| handled.to.is_none() && !handled.failed), "{handled:?}");
    assert!(till.run_until_idle().unwrap().is_empty(), "nothing is asked for again and again");
    till.emit("CMD_OPEN").unwrap();
    pays(&till, 3);
    till.run_until_idle().unwrap();
    assert_eq!(paid(&till), [1, 2, 3]);
    assert_eq!(kept(&till), Vec::<String>::new());
    let expected = [
        "event CMD_PAY",
        "deferred CMD_PAY",
        "event CMD_PAY",
        "deferred CMD_PAY",
        "event CMD_OPEN",
        "recalled CMD_PAY",
        "recalled CMD_PAY",
        "event CMD_PAY",
    ];
    assert_eq!(told(&till), expected);
    let lines = till.trace().to_string();
    assert!(lines.contains("deferred") && lines.contains("recalled"), "{lines}");
}

#[test]
fn so_many_are_kept_and_of_more_the_newest_is_dropped_and_told() {
    let mut till = till(FLOW);
    let watch = till.engine().bus().subscribe(4_096);
    for amount in 0..70 {
        pays(&till, amount);
    }
    till.run_until_idle().unwrap();
    assert_eq!(kept(&till).len(), MOST_DEFERRED);
    let dropped = told(&till).iter().filter(|told| *told == "dropped CMD_PAY 64").count();
    assert_eq!(dropped, 70 - MOST_DEFERRED);
    assert_eq!(till.engine().bus().stats().dropped, 6);
    let seen = std::iter::from_fn(|| watch.try_next()).filter(|item| matches!(item, Item::Dropped(_))).count();
    assert_eq!(seen, 6, "whoever watches the bus is told");
    till.emit("CMD_OPEN").unwrap();
    till.run_until_idle().unwrap();
    assert_eq!(paid(&till), (0..64).collect::<Vec<_>>());
}

#[test]
fn it_is_part_of_the_position_with_what_it_brought() {
    let mut first = till(FLOW);
    let before = serde_json::to_value(first.position()).unwrap();
    assert!(before.get("deferred").is_none() && before.get("recalls").is_none(), "{before}");
    pays(&first, 7);
    first.run_until_idle().unwrap();
    let stored = serde_json::to_string(&first.position()).unwrap();
    let position: Position = serde_json::from_str(&stored).unwrap();
    assert_eq!(position.deferred().collect::<Vec<_>>(), ["CMD_PAY"]);
    let mut again = WorkflowManager::restore(&engine(), first.shared_definition(), &position).unwrap();
    assert_eq!(kept(&again), ["CMD_PAY"]);
    assert_eq!(serde_json::to_string(&again.position()).unwrap(), stored);
    again.emit("CMD_OPEN").unwrap();
    again.run_until_idle().unwrap();
    assert_eq!(paid(&again), [7]);
}

#[test]
fn what_the_file_defers_no_more_is_handled_when_it_goes_on() {
    let mut first = till(FLOW);
    pays(&first, 7);
    first.run_until_idle().unwrap();
    let position = first.position();
    let now =
        FLOW.replace("defer: [CMD_PAY], events: {", "events: { CMD_PAY: { steps: { run: pay, with: { amount: 9 } } },");
    let mut again = WorkflowManager::restore(&engine(), till(&now).shared_definition(), &position).unwrap();
    again.run_until_idle().unwrap();
    assert_eq!((paid(&again), kept(&again)), (vec![9], Vec::new()));
}

#[test]
fn it_says_what_it_keeps_and_at_the_end_that_it_is_not_handled() {
    let mut till = till(FLOW);
    pays(&till, 1);
    let waits = match till.run_until_final() {
        Err(WorkflowError::Idle { hint, .. }) => hint,
        other => panic!("{other:?}"),
    };
    assert!(waits.contains("and keeps `CMD_PAY` for later"), "{waits}");
    till.emit("CMD_END").unwrap();
    till.run_until_final().unwrap();
    assert_eq!(kept(&till), Vec::<String>::new());
    assert_eq!(told(&till).last().unwrap(), "discarded CMD_PAY");
}

#[test]
fn a_cancelled_session_keeps_nothing() {
    let mut till = till(FLOW);
    pays(&till, 1);
    till.run_until_idle().unwrap();
    till.cancel("closed for good");
    assert!(matches!(till.status(), Status::Cancelled { .. }));
    assert_eq!((kept(&till), told(&till).last().unwrap().as_str()), (Vec::new(), "discarded CMD_PAY"));
}

#[test]
fn a_signal_is_at_rest_when_its_event_is_kept_and_may_be_raised_again() {
    let flow = "
external: [CMD_TELL, CMD_OPEN]
states:
  SHUT:
    defer: SIG_PAID
    events: { CMD_TELL: { steps: { run: tell, with: { amount: '${ event.amount }' } } }, CMD_OPEN: OPEN }
  OPEN: { events: { SIG_PAID: { steps: { run: pay, with: { amount: '${ event }' } } }, CMD_OPEN: END } }
  END: { final: true }
";
    let mut till = till(flow);
    for amount in [5, 6] {
        till.emit_with("CMD_TELL", serde_json::json!({ "amount": amount })).unwrap();
        till.run_until_idle().unwrap();
        assert_eq!(till.engine().snapshot().unwrap().sig_paid, 0, "it is at rest");
    }
    assert_eq!(kept(&till), ["EVT_PAID", "EVT_PAID"]);
    till.emit("CMD_OPEN").unwrap();
    till.run_until_idle().unwrap();
    assert_eq!(paid(&till), [5, 6], "each with the value that it was raised with");
}

#[test]
fn what_is_urgent_overtakes_what_was_kept_and_may_be_kept_itself() {
    let flow = "
external: [CMD_OPEN, CMD_PAY, CMD_STOP]
states:
  SHUT: { defer: [CMD_PAY, CMD_STOP], events: { CMD_OPEN: OPEN } }
  OPEN: { exit: open, events: { CMD_PAY: { steps: { run: pay, with: { amount: 1 } } }, CMD_STOP: END } }
  END: { final: true }
";
    let mut till = till(flow);
    till.emit("CMD_PAY").unwrap();
    till.run_until_idle().unwrap();
    till.emit_urgent("CMD_STOP").unwrap();
    till.run_until_idle().unwrap();
    assert_eq!(kept(&till), ["CMD_PAY", "CMD_STOP"], "in the order in which they came");
    till.emit("CMD_OPEN").unwrap();
    let opened = till.process_event().unwrap().unwrap();
    assert!(opened.to.is_some());
    till.emit_urgent("CMD_STOP").unwrap();
    till.run_until_final().unwrap();
    assert_eq!(paid(&till), Vec::<i64>::new(), "the urgent one came first");
}

#[test]
fn a_guard_decides_between_taking_and_keeping_and_is_asked_again_when_states_change() {
    let flow = "
external: [CMD_OPEN, CMD_PAY, CMD_ON]
states:
  ALL:
    defer: CMD_PAY
    initial: A
    events: { CMD_PAY: { when: domain.is_open, steps: { run: pay, with: { amount: 1 } } }, CMD_OPEN: { steps: open } }
    states: { A: { events: { CMD_ON: B } }, B: { events: { CMD_ON: A } } }
";
    let mut till = till(flow);
    till.emit("CMD_PAY").unwrap();
    till.emit("CMD_ON").unwrap();
    till.run_until_idle().unwrap();
    assert_eq!((kept(&till), paid(&till)), (vec!["CMD_PAY".to_owned()], vec![]), "looked at again, and kept");
    till.emit("CMD_OPEN").unwrap();
    till.run_until_idle().unwrap();
    assert_eq!(paid(&till), Vec::<i64>::new(), "no state has changed");
    till.emit("CMD_ON").unwrap();
    till.run_until_idle().unwrap();
    assert_eq!((kept(&till), paid(&till)), (vec![], vec![1]));
}

#[test]
fn what_nobody_defers_any_more_and_nobody_takes_is_unused_as_any_event() {
    let flow = "
external: [CMD_OPEN, CMD_PAY, CMD_ON]
states:
  SHUT: { defer: CMD_PAY, events: { CMD_ON: REST } }
  REST: { events: { CMD_OPEN: OPEN } }
  OPEN: { events: { CMD_PAY: SHUT } }
";
    let mut till = till(flow);
    for event in ["CMD_PAY", "CMD_ON", "CMD_OPEN"] {
        till.emit(event).unwrap();
    }
    till.run_until_idle().unwrap();
    assert_eq!(till.state(), "OPEN");
    let expected =
        ["event CMD_PAY", "deferred CMD_PAY", "event CMD_ON", "recalled CMD_PAY", "unused CMD_PAY", "event CMD_OPEN"];
    assert_eq!(told(&till), expected);
}

#[test]
fn what_is_redacted_stays_so() {
    let flow = "
external: [CMD_OPEN, CMD_SAY]
states:
  SHUT: { defer: CMD_SECRET, events: { CMD_OPEN: OPEN, CMD_SAY: { steps: whisper } } }
  OPEN: { events: { CMD_SECRET: END } }
  END: { final: true }
";
    let mut first = till(flow);
    first.emit("CMD_SAY").unwrap();
    first.run_until_idle().unwrap();
    let position = first.position();
    assert!(!format!("{position:?}").contains("4711"));
    let again = WorkflowManager::restore(&engine(), first.shared_definition(), &position).unwrap();
    assert_eq!(kept(&again), ["CMD_SECRET"]);
    assert!(again.deferred().all(|event| event.payload.as_ref().unwrap().is_redacted()));
}

/// Two regions with states of their own, read directly and slowly.
#[derive(Debug)]
struct Naive {
    /// By state, a region or one in it: what it takes, with where that leads in its region, and what it defers.
    takes: BTreeMap<String, BTreeMap<String, String>>,
    defers: BTreeMap<String, BTreeSet<String>>,
    at: [String; 2],
    kept: VecDeque<String>,
    dropped: usize,
}

const REGIONS: [&str; 2] = ["L", "M"];
const EVENTS: [&str; 4] = ["CMD_A", "CMD_B", "CMD_C", "CMD_D"];

impl Naive {
    fn at_random(random: &mut fastrand::Rng) -> Self {
        let (mut takes, mut defers) = (BTreeMap::new(), BTreeMap::new());
        for region in REGIONS {
            for state in [region.to_owned(), format!("{region}0"), format!("{region}1"), format!("{region}2")] {
                let is_region = state == region;
                let (mut own, mut keeps) = (BTreeMap::new(), BTreeSet::new());
                for event in EVENTS {
                    match random.u8(..if is_region { 24 } else { 6 }) {
                        0 | 1 => drop(own.insert(event.to_owned(), format!("{region}{}", random.u8(..3)))),
                        2 | 3 => drop(keeps.insert(event.to_owned())),
                        _ => {}
                    }
                }
                takes.insert(state.clone(), own);
                defers.insert(state, keeps);
            }
        }
        let at = REGIONS.map(|region| format!("{region}0"));
        Self { takes, defers, at, kept: VecDeque::new(), dropped: 0 }
    }

    fn file(&self) -> String {
        let state = |name: &str| {
            // What a region takes itself leaves no other region.
            let stays = if REGIONS.contains(&name) { ", reenter: false" } else { "" };
            let way = |(event, to)| format!("{event}: {{ to: {to}{stays} }}");
            let ways: Vec<String> = self.takes[name].iter().map(way).collect();
            let keeps: Vec<&str> = self.defers[name].iter().map(String::as_str).collect();
            format!("defer: [{}], events: {{ {} }}", keeps.join(", "), ways.join(", "))
        };
        let mut file = format!("external: [{}]\nregions:\n", EVENTS.join(", "));
        for region in REGIONS {
            let inside: Vec<String> =
                (0..3).map(|n| format!("{region}{n}: {{ {} }}", state(&format!("{region}{n}")))).collect();
            let _ = writeln!(file, "  {region}: {{ {}, states: {{ {} }} }}", state(region), inside.join(", "));
        }
        file
    }

    /// Whether a transition takes it; then it has been taken.
    fn takes(&mut self, event: &str) -> bool {
        let mut is_taken = false;
        for (region, at) in REGIONS.into_iter().zip(&mut self.at) {
            let to = self.takes[at.as_str()].get(event).or_else(|| self.takes[region].get(event));
            if let Some(to) = to {
                (*at, is_taken) = (to.clone(), true);
            }
        }
        is_taken
    }

    fn defers(&self, event: &str) -> bool {
        REGIONS.into_iter().chain(self.at.iter().map(String::as_str)).any(|state| self.defers[state].contains(event))
    }

    fn happens(&mut self, event: &str) {
        if !self.takes(event) {
            match self.defers(event) {
                true if self.kept.len() < MOST_DEFERRED => self.kept.push_back(event.to_owned()),
                true => self.dropped += 1,
                false => {}
            }
            return;
        }
        // All of it is offered again, from the oldest on, until nothing of it is taken and all of it is deferred.
        loop {
            let mut is_done = true;
            for place in 0..self.kept.len() {
                let event = self.kept[place].clone();
                let has_moved = self.takes(&event);
                if has_moved || !self.defers(&event) {
                    self.kept.remove(place);
                    is_done = false;
                    break;
                }
            }
            if is_done {
                return;
            }
        }
    }
}

#[test]
fn random_charts_defer_as_a_naive_reading_does() {
    let (charts, first) = crate::random_charts::charts_and_seed(200);
    let (mut played, mut recalled, mut dropped) = (0, 0, 0);
    for seed in first.. {
        if played == charts {
            break;
        }
        assert!(seed - first < 2_000 * charts, "nearly no chart is one");
        let mut random = fastrand::Rng::with_seed(seed);
        let mut naive = Naive::at_random(&mut random);
        let file = naive.file();
        let Ok(mut flow) = WorkflowManager::from_text(&engine(), "random.yaml", &file) else { continue };
        played += 1;
        let mut script = Vec::new();
        for round in 0..30 {
            let burst = if round % 10 == 9 { 40 } else { random.usize(1..6) };
            let events: Vec<&str> = (0..burst).map(|_| EVENTS[random.usize(..EVENTS.len())]).collect();
            events.iter().for_each(|event| flow.emit(event).unwrap());
            events.iter().for_each(|event| naive.happens(event));
            script.push(events);
            if random.bool() {
                let position = serde_json::to_string(&flow.position()).unwrap();
                let position: Position = serde_json::from_str(&position).unwrap();
                let bus = flow.engine().clone();
                flow = WorkflowManager::restore(&bus, flow.shared_definition(), &position).unwrap();
            }
            flow.run_until_idle().unwrap();
            let is_there = naive.at.iter().all(|state| flow.is_in(state));
            let expected: Vec<String> = naive.kept.iter().cloned().collect();
            assert!(is_there, "seed {seed}: {:?}, not {:?}\n{file}{script:?}", flow.position().active(), naive.at);
            assert_eq!(kept(&flow), expected, "seed {seed}\n{file}{script:?}");
        }
        recalled += told(&flow).iter().filter(|told| told.starts_with("recalled")).count();
        assert_eq!(flow.engine().bus().stats().dropped, naive.dropped as u64, "seed {seed}\n{file}");
        dropped += naive.dropped;
    }
    assert!(recalled > charts as usize && dropped > 0, "{recalled} recalled, {dropped} dropped");
}
