//! Times: how they are read, what is refused, how they are drawn.

use std::time::Duration;

use super::{codes, load, loads, sound};
use crate::workflow::chart::Trigger;

fn of(ways: &str) -> String {
    format!("external: [CMD_STOP]\nstates:\n  A: {{ {ways}, events: {{ CMD_STOP: B }} }}\n  B: {{ final: true }}\n")
}

#[test]
fn a_cycle_is_steps_or_a_way_out_with_a_guard() {
    let read = |ways: &str| {
        let definition = sound(&of(ways));
        let timers = definition.timers(definition.initial());
        timers.map(|(timer, time)| (timer.index, time.clone())).collect::<Vec<_>>()
    };
    let every = |seconds| Trigger::Every(Duration::from_secs(seconds));
    assert_eq!(read("every: { 15m: { steps: count } }"), [(0, every(900))]);
    assert_eq!(read("every: { 1s: [{ to: B, when: domain.ready }, { steps: count }], 2s: { steps: count } }").len(), 2);
    // The same time twice over is two timers, and so is one of each kind.
    assert_eq!(
        read("every: { 1s: { steps: count } }, after: { 1s: B }"),
        [(0, every(1)), (1, Trigger::After(Duration::from_secs(1)))]
    );
    // What it brings.
    sound(&of("every: { 1s: { steps: count, when: event.missed > 0 && event.late < 0.5 } }"));
}

#[test]
fn what_is_wrong_with_a_cycle_is_told_at_its_place() {
    for (wrong, code, message) in [
        ("every: 15m", "W002", "must be a map from times to what is done then"),
        ("every: [15m]", "W002", "this is a list"),
        ("every: { 15: { steps: count } }", "W004", "write `15ms`"),
        ("every: { soon: { steps: count } }", "W028", "a key of `every` is no time"),
        ("every: { 0s: { steps: count } }", "W028", "no time passes"),
        ("every: { 60s: { steps: count }, 1m: { steps: count } }", "W014", "is the same time as `60s`"),
        ("every: { 999us: { steps: count } }", "W061", "a millisecond at least"),
        ("every: { 1s: {} }", "W061", "nothing is done each time"),
        ("every: { 1s: { when: domain.ready } }", "W061", "nothing is done each time"),
        ("every: { 1s: B }", "W061", "write it under `after`"),
        ("every: { 1s: [{ steps: count, when: domain.ready }, B] }", "W061", "write it under `after`"),
        ("every: { 1s: { steps: count, when: event.mised > 0 } }", "W012", "did you mean `missed`?"),
        ("every: { 1s: { steps: { run: charge, with: { amount: \"${ event.late }\", to: x } } } }", "W011", "must be"),
        ("every: { 1s: { steps: cuont } }", "W005", "did you mean `count`?"),
        ("evry: { 1s: { steps: count } }", "W003", "did you mean `every`?"),
        ("interval: { 1s: { steps: count } }", "W003", "here it is `every`"),
    ] {
        let told = load(&of(wrong)).unwrap_err().to_string();
        assert!(told.contains(&format!("[{code}]")) && told.contains(message), "{wrong}\n{told}");
        assert!(told.contains("desk.yaml:3:"), "{wrong}\n{told}");
    }
    for right in ["every: { 1ms: { steps: count } }", "every: { 1s: { to: B, when: domain.ready } }"] {
        sound(&of(right));
    }
    assert!(codes("states:\n  A: { final: true, every: { 1s: { steps: p_load } } }\n").contains(&"W017"));
}

#[test]
fn the_proofs_know_a_cycle() {
    // What it does is done in the state: the state may be the only one.
    sound("states:\n  A: { every: { 1s: { steps: p_load } } }\n");
    // A way out by it.
    sound("states:\n  A: { every: { 1s: [{ to: B, when: domain.ready }] } }\n  B: { final: true }\n");
    // Long work in an entry keeps it waiting.
    let long = "states:\n  A:\n    entry: { run: fetch, timeout: 3s }\n    every: { 1s: { steps: p_load } }\n    on_error: { \"*\": B }\n    events: { EVT_CHAIN_DONE: B }\n  B: { final: true }\n";
    assert!(codes(long).contains(&"W114"));
    // It never comes in a state that its chain leaves.
    let left = "states:\n  A: { entry: p_load, every: { 1s: { steps: p_load } }, events: { EVT_CHAIN_DONE: B, EVT_CHAIN_FAIL: B } }\n  B: { final: true }\n";
    assert_eq!(codes(left), ["W111"]);
}

#[test]
fn a_picture_has_a_cycle() {
    let definition = loads(&of("every: { 1h 30m: { steps: count } }"));
    for picture in [definition.to_mermaid(), definition.to_dot(), definition.to_svg()] {
        assert!(picture.contains("every 1h 30m"), "{picture}");
    }
}

#[test]
fn data_say_how_long_or_when() {
    let read = |ways: &str| {
        let definition = sound(&of(ways));
        let (_, time) = definition.timers(definition.initial()).next().unwrap();
        let time = time.clone();
        let reckoned = time.reckoned().map(|time| (time.value.text().to_owned(), time.follow));
        (matches!(time, Trigger::At(_)), reckoned)
    };
    let said = |text: &str, follow| Some((text.to_owned(), follow));
    assert_eq!(read("after: { \"${ domain.machine.pause }\": B }"), (false, said("domain.machine.pause", false)));
    assert_eq!(
        read("after: { \"${ domain.total * 60 }\": { to: B, follow: true } }").1,
        said("domain.total * 60", true)
    );
    assert_eq!(read("after: { \"${ global.most }\": { to: B, follow: false } }").1, said("global.most", false));
    assert_eq!(read("at: { \"${domain.machine.deadline}\": B }"), (true, said("domain.machine.deadline", false)));
    // One of several candidates says it for all.
    let both = "at: { \"${ domain.machine.deadline }\": [{ to: B, when: domain.ready }, { to: A, follow: true }] }";
    let definition = sound(&of(both));
    assert_eq!(definition.timers(definition.initial()).count(), 1);
    assert!(read(both).1.unwrap().1);
    assert_eq!(read("at: { \"2030-01-01T00:00:00Z\": B }"), (true, said("timestamp(\"2030-01-01T00:00:00Z\")", false)));
}

#[test]
fn what_is_wrong_with_a_time_of_the_data_is_told_at_its_place() {
    for (wrong, code, message) in [
        ("after: { \"${ domain.name }\": B }", "W011", "must give a length of time"),
        ("after: { \"${ domain.machine.deadline }\": B }", "W011", "must give a length of time"),
        ("after: { \"${ domain.ready }\": B }", "W011", "a number: of seconds"),
        ("after: { \"${ domain.totl }\": B }", "W012", "did you mean `total`?"),
        ("after: { \"${ domain.cmd_start }\": B }", "W012", "cmd_start"),
        ("after: { \"${ domain. }\": B }", "W012", ""),
        ("after: { \"${ event.wait }\": B }", "W012", "no event is being handled here"),
        ("after: { domain.total: B }", "W028", "is no time"),
        ("at: { \"${ domain.total }\": B }", "W011", "a time of `chrono` or `jiff` that has a zone"),
        ("at: { \"${ domain.machine.pause }\": B }", "W011", "must give a date"),
        ("at: { 5m: B }", "W028", "so long after the state was entered is `after`"),
        ("at: { 2030-01-01: B }", "W028", "an RFC 3339 time"),
        ("at: { noon: B }", "W028", "`noon` is no date"),
        ("at: noon", "W002", "must be a map from times"),
        ("every: { \"${ domain.total }\": { steps: count } }", "W028", "a key of `every` is no time"),
        ("after: { 5s: { to: B, follow: true } }", "W029", "there is nothing to follow"),
        ("after: { \"${ global.most }\": { to: B, follow: true } }", "W029", "there is nothing to follow"),
        ("at: { \"2030-01-01T00:00:00Z\": { to: B, follow: true } }", "W029", "there is nothing to follow"),
        ("every: { 5s: { steps: count, follow: true } }", "W029", "there is nothing to follow"),
        ("after: { \"${ domain.total }\": { to: B, follow: maybe } }", "W002", "must be true or false"),
        ("after: { \"${ domain.total }\": { to: B, folow: true } }", "W003", "did you mean `follow`?"),
        ("always: { to: B, when: domain.ready, follow: true }", "W003", "unknown key `follow`"),
        ("after: { \"${ domain.total }\": B, \"${domain.total}\": B }", "W014", "is the same time as"),
        (
            "after: { \"${ domain.total }\": { to: B, follow: true }, \"${domain.total}\": B }",
            "W014",
            "is the same time as",
        ),
        ("after: { \"${ domain.total }\": { to: B, when: event.x > 1 } }", "W012", "no event is being handled here"),
        ("after: { \"${ domain.total }\": C }", "W006", "unknown state `C`"),
    ] {
        let told = load(&of(wrong)).unwrap_err().to_string();
        assert!(told.contains(&format!("[{code}]")) && told.contains(message), "{wrong}\n{told}");
        assert!(told.contains("desk.yaml:3:"), "{wrong}\n{told}");
    }
    for right in [
        "after: { \"${ domain.total }\": B, \"${ domain.total + 1 }\": B, 1s: B }",
        "after: { \"${ domain.total }\": { to: B, follow: true, when: domain.ready } }",
        "at: { \"${ domain.machine.deadline }\": { steps: count } }",
    ] {
        sound(&of(right));
    }
    assert!(codes("states:\n  A: { final: true, at: { \"2030-01-01T00:00:00Z\": A } }\n").contains(&"W017"));
}

#[test]
fn a_picture_and_the_data_have_a_time_of_the_data() {
    let yaml =
        of("after: { \"${ domain.total }\": { to: B, follow: true } }, at: { \"${ domain.machine.deadline }\": A }");
    let definition = loads(&yaml);
    for picture in [definition.to_mermaid(), definition.to_dot(), definition.to_svg()] {
        assert!(picture.contains("after domain.total (followed)"), "{picture}");
        assert!(picture.contains("at domain.machine.deadline"), "{picture}");
    }
    let data = serde_json::to_string(&definition).unwrap();
    assert!(
        data.contains(
            r#""after":{"${ domain.total }":{"to":"B","follow":true}},"at":{"${ domain.machine.deadline }":"A"}"#
        ),
        "{data}"
    );
    assert_eq!(serde_json::to_string(&loads(&data)).unwrap(), data);
}

#[test]
fn the_calendar_says_when() {
    let definition = sound(&of("cron: { \"0 8 * * 1-5 Europe/Berlin\": { steps: count, when: event.missed < 2 } }"));
    let (_, time) = definition.timers(definition.initial()).next().unwrap();
    assert_eq!(time.to_string(), "cron 0 8 * * 1-5 Europe/Berlin");
    assert!(definition.to_mermaid().contains("cron 0 8"));
    let data = serde_json::to_string(&definition).unwrap();
    assert!(data.contains(r#""cron":{"0 8 * * 1-5 Europe/Berlin":"#), "{data}");
    assert_eq!(serde_json::to_string(&loads(&data)).unwrap(), data);
}

#[test]
fn what_is_wrong_with_a_time_of_the_calendar_is_told_at_its_place() {
    for (wrong, code, message) in [
        ("cron: \"0 8 * * *\"", "W002", "must be a map from times"),
        ("cron: { \"0 8 * * MNO\": { steps: count } }", "W028", "did you mean `MON`?"),
        ("cron: { \"0 8 * *\": { steps: count } }", "W028", "it has 4 parts"),
        ("cron: { \"0 8 30 2 *\": { steps: count } }", "W028", "it never comes"),
        ("cron: { \"0 8 * * * Europe/Berln\": { steps: count } }", "W028", "did you mean `Europe/Berlin`?"),
        ("cron: { \"0 8 * * *\": {} }", "W061", "nothing is done each time"),
        ("cron: { \"0 8 * * *\": B }", "W061", "write it under `after` or `at`"),
        ("cron: { \"0 8 * * *\": { steps: count }, \"0  8 * * *\": { steps: count } }", "W014", "is the same time as"),
        ("cron: { \"0 8 * * *\": { steps: count, when: event.mised > 0 } }", "W012", "did you mean `missed`?"),
        ("crontab: { \"0 8 * * *\": { steps: count } }", "W003", "here it is `cron`"),
    ] {
        let told = load(&of(wrong)).unwrap_err().to_string();
        assert!(told.contains(&format!("[{code}]")) && told.contains(message), "{wrong}\n{told}");
        assert!(told.contains("desk.yaml:3:"), "{wrong}\n{told}");
    }
    // Of the part that is wrong, under it.
    let told = load(&of("cron: { \"0 8 * * MNO\": { steps: count } }")).unwrap_err().to_string();
    let marked = told.lines().find(|line| line.contains('^')).unwrap().trim_end().to_owned();
    let line = told.lines().find(|line| line.contains("MNO\": {")).unwrap();
    assert_eq!((marked.find('^'), marked.matches('^').count()), (line.find("MNO"), 3), "{told}");
    sound(&of("cron: { \"0 8 * * *\": { to: B, when: domain.ready } }"));
    assert!(codes("states:\n  A: { final: true, cron: { \"0 8 * * *\": { steps: p_load } } }\n").contains(&"W017"));
}
