//! The state machine against a naive reading of the same YAML.

use fastrand::Rng;
use serde_yaml::Value;

use super::load_with;
use crate::signal::EventName;

const SIGNALS: [&str; 6] = ["cmd_start", "cmd_stop", "sig_hot", "sig_cold", "door", "panel.sig_open"];
const EVENTS: [&str; 9] = [
    "CMD_START",
    "CMD_STOP",
    "EVT_HOT",
    "SIG_COLD",
    "EVT_DOOR",
    "SIG_OPEN",
    "EVT_CHAIN_DONE",
    "EVT_CHAIN_FAIL",
    "SIG_CHAIN_DONE",
];

/// A random workflow; its text is the only thing that both sides share.
fn workflow(rng: &mut Rng) -> String {
    let states = rng.usize(1..8);
    let mut yaml = String::new();
    if rng.bool() {
        yaml += &format!("initial: S{}\n", rng.usize(..states));
    }
    yaml += "states:\n";
    for state in 0..states {
        yaml += &format!("  S{state}:\n");
        match rng.u8(..4) {
            0 => yaml += "    entry: p_load\n",
            1 => yaml += "    entry: [p_analyze, p_load, p_load]\n",
            _ => {}
        }
        let mut events = EVENTS[..8].to_vec();
        rng.shuffle(&mut events);
        events.truncate(rng.usize(..5));
        if !events.is_empty() {
            yaml += "    events:\n";
            for event in events {
                yaml += &format!("      {event}: S{}\n", rng.usize(..states));
            }
        }
    }
    yaml
}

/// What the file says, taken literally: the target and its entry.
fn naive(root: &Value, state: &str, event: &str) -> Option<(String, Vec<String>)> {
    let canonical = |name: &str| name.replacen("SIG_", "EVT_", 1);
    let events = root["states"][state].get("events")?.as_mapping()?;
    let (_, target) = events.iter().find(|(name, _)| canonical(name.as_str().unwrap()) == canonical(event))?;
    let target = target.as_str()?.to_owned();
    let entry = match root["states"][target.as_str()].get("entry") {
        Some(Value::String(name)) => vec![name.clone()],
        Some(Value::Sequence(names)) => names.iter().map(|name| name.as_str().unwrap().to_owned()).collect(),
        _ => Vec::new(),
    };
    Some((target, entry))
}

#[test]
fn a_thousand_random_workflows_do_what_their_text_says() {
    let mut rng = Rng::with_seed(20_131_216);
    let (mut moved, mut stayed) = (0, 0);
    for _ in 0..1_000 {
        let yaml = workflow(&mut rng);
        let root: Value = serde_yaml::from_str(&yaml).unwrap();
        let definition = load_with(&yaml, &SIGNALS).unwrap_or_else(|error| panic!("{yaml}{error}"));
        let mut at = definition.initial();
        let mut naive_at = root.get("initial").map_or("S0", |initial| initial.as_str().unwrap()).to_owned();
        for _ in 0..30 {
            assert_eq!(definition.state(at).unwrap().name(), naive_at);
            let event = EVENTS[rng.usize(..EVENTS.len())];
            let found = definition.transition(at, &EventName::parse(event).unwrap());
            let steps = |to: super::super::Transition<'_>| {
                let names = to.steps.iter().map(|step| step.process().to_owned()).collect();
                (definition.state(to.target).unwrap().name().to_owned(), names)
            };
            let expected = naive(&root, &naive_at, event);
            assert_eq!(found.map(steps), expected, "{yaml}\nin {naive_at} on {event}");
            match (found, expected) {
                (Some(to), Some((name, _))) => (at, naive_at, moved) = (to.target, name, moved + 1),
                _ => stayed += 1,
            }
        }
    }
    assert!(moved > 3_000 && stayed > 3_000, "the programs exercise both: {moved} {stayed}");
}

#[test]
fn a_signal_field_leads_where_its_event_does() {
    let yaml = "states: { A: { events: { SIG_OPEN: B, EVT_DOOR: C, CMD_STOP: A } }, B: , C: }";
    let door = load_with(yaml, &SIGNALS).unwrap();
    let target = |field: &'static str| {
        let to = door.transition(door.initial(), &EventName::from_signal_field(field))?;
        Some(door.state(to.target).unwrap().name())
    };
    assert_eq!(target("domain.panel.sig_open"), Some("B"));
    assert_eq!(target("door"), Some("C"));
    assert_eq!(target("cmd_stop"), Some("A"), "a state may lead to itself");
    assert_eq!(target("sig_stop"), None);
    let end = door.state_named("B").unwrap();
    assert_eq!(door.transition(end, &EventName::from_signal_field("door")), None, "nothing leads out of a final state");
}
