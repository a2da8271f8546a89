//! What an event costs that is known beforehand: nothing but a look.

use allocation_counter::measure;

use super::super::{Beforehand, Definition, EventId};
use super::sketch::{Bits, compound, definition, parallel, shallow, state};
use crate::signal::EventName;

/// `A` and `B` are plain; `P` has regions, `H` history, and a guard is on the way to `C`.
fn chart() -> Definition {
    let region = |name: &str| compound(name, &format!("{name}1"), [state(&format!("{name}1"))]);
    let a = state("A").to("CMD_ON", "B").to("CMD_BOTH", "P").guarded("CMD_TRY", 0, "C").inner("CMD_LOG");
    let b = compound("W", "B", [state("B").to("CMD_ON", "A"), shallow("H", "B")]).to("CMD_OUT", "A");
    definition("A", &[a, b, state("C").to("CMD_BACK", "H"), parallel("P", [region("L"), region("R")])])
}

fn event(chart: &Definition, name: &str) -> Option<EventId> {
    chart.event(&EventName::parse(name).unwrap())
}

#[test]
fn an_event_that_is_known_beforehand_allocates_nothing() {
    let chart = chart();
    let mut at = chart.start().to;
    let (log, let_pass) = (event(&chart, "CMD_LOG"), event(&chart, "CMD_NEVER_NAMED"));
    let known = measure(|| {
        for _ in 0..100 {
            assert!(
                matches!(chart.step(&mut at, log), Beforehand::Moves(found) if found.effects().chains().len() == 1)
            );
            assert!(matches!(chart.step(&mut at, let_pass), Beforehand::Nothing));
        }
    });
    assert_eq!(known.count_total, 0);
    assert_eq!(chart.stored(&at).active, ["A"]);
    // The counter counts: what needs regions is made when it is asked for.
    let both = event(&chart, "CMD_BOTH");
    let made = measure(|| drop(std::hint::black_box(chart.transition(&at, both, &Bits(0)))));
    assert!(made.count_total > 0);
}

#[test]
fn what_guards_regions_or_history_decide_is_open() {
    let chart = chart();
    let open = |from: &str, on: &str| {
        let at = chart.configuration(&super::super::Stored { active: vec![from.to_owned()], ..Default::default() });
        let at = at.unwrap();
        let mut moving = at.clone();
        let open = matches!(chart.step(&mut moving, event(&chart, on)), Beforehand::Open);
        assert!(!open || moving == at, "what is open has not moved");
        open
    };
    // Leaving `B` leaves `W`, whose history remembers it.
    for (from, on) in [("A", "CMD_BOTH"), ("A", "CMD_TRY"), ("B", "CMD_ON"), ("B", "CMD_OUT"), ("C", "CMD_BACK")] {
        assert!(open(from, on), "{from} {on}");
    }
    for (from, on) in [("A", "CMD_LOG"), ("A", "CMD_ON"), ("A", "CMD_BACK"), ("C", "CMD_ON")] {
        assert!(!open(from, on), "{from} {on}");
    }
}
