//! States whose chains the whole session waits for.

use super::{codes, load};

fn flow(outside: &str, region: &str, inside: &str) -> String {
    format!(
        "
external: [CMD_STOP]
states:
  WORK:
    {outside}
    events: {{ CMD_STOP: STOPPED }}
    regions:
      LEFT: {{ {region}, states: {{ OPEN: {{ {inside}, entry: {{ run: p_load }} }} }} }}
      RIGHT: {{ states: {{ READY: {{}} }} }}
  STOPPED: {{ final: true }}
"
    )
}

#[test]
fn it_is_of_a_state_in_regions_or_with_regions() {
    let atomic = "atomic: true";
    for (outside, region, inside) in [
        (atomic, "description: x", "description: x"),
        ("description: x", atomic, "description: x"),
        ("description: x", "description: x", atomic),
    ] {
        let file = flow(outside, region, inside);
        assert_eq!(codes(&file), [""; 0], "{file}");
        let definition = load(&file).unwrap();
        assert_eq!(definition.states().iter().filter(|state| state.atomic).count(), 1);
        let start = definition.start();
        let open = definition.state_named("OPEN").unwrap();
        assert_eq!(definition.region_of(&start.to, [open]), None, "{file}");
    }
    let plain = load(&flow("description: x", "description: x", "description: x")).unwrap();
    let (start, state) = (plain.start(), |name| plain.state_named(name).unwrap());
    assert_eq!(plain.region_of(&start.to, [state("OPEN")]), Some(state("LEFT")));
    assert_eq!(plain.region_of(&start.to, [state("OPEN"), state("LEFT")]), Some(state("LEFT")));
    assert_eq!(plain.region_of(&start.to, [state("OPEN"), state("READY")]), None, "they have no region in common");
    assert_eq!(plain.region_of(&start.to, [state("WORK")]), None, "it is in none");
    assert_eq!(plain.region_of(&start.to, []), None);
}

#[test]
fn it_is_refused_elsewhere() {
    let alone = |word: &str| {
        format!(
            "external: [CMD_STOP]\nstates:\n  OPEN: {{ {word}, entry: p_load, events: {{ CMD_STOP: STOPPED }} }}\n  STOPPED: {{ final: true }}\n"
        )
    };
    assert_eq!(codes(&alone("atomic: true")), ["W043"]);
    assert_eq!(codes(&alone("atomic: false")), [""; 0]);
    assert!(codes(&alone("atomic: 'yes'")).contains(&"W002"));
    let file = flow("description: x", "description: x", "atomc: true");
    let told = load(&file).unwrap_err().to_string();
    assert!(told.contains("did you mean `atomic`?"), "{told}");
}
