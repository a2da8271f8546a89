use super::*;

fn world() -> World {
    let mut world = World::default();
    world.desk.total = 150;
    world.desk.items = vec![1, 2, 3];
    world
}

fn value(world: &World, text: &str) -> String {
    match compile(text).unwrap_or_else(|problem| panic!("{text}: {problem}")).evaluate(world) {
        Ok(value) => value.to_string(),
        Err(error) => error.problem,
    }
}

#[test]
fn a_condition_over_fields_holds_or_not() {
    let mut world = world();
    let guard = compile("domain.total > 100 && domain.items.size() > 2").unwrap();
    assert!(guard.holds(&world).unwrap());
    world.desk.items.pop();
    assert!(!guard.holds(&world).unwrap());
    assert_eq!(value(&world, "domain.total * 2"), "300");
}
