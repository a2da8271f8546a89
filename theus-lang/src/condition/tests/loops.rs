//! What is asked of the elements of a list is the same whether it is compared at once or evaluated part by part.

use super::*;

/// A choice is never asked at once: with it, each element is a variable and its test is evaluated.
fn part_by_part(test: &str) -> String {
    format!("(({test}) ? true : false)")
}

fn worlds() -> Vec<World> {
    let mut full = World::default();
    full.desk.items = vec![-7, 0, 1, 2, 999, i64::MAX, i64::MIN];
    full.desk.names = ["", "ann", "größe", &"long".repeat(40)].map(str::to_owned).into();
    let order = |id, amount, note: Option<&str>| Order { id, amount, note: note.map(str::to_owned) };
    full.desk.orders = vec![
        order(1, 1.5, None),
        order(2, f64::NAN, Some("late")),
        order(u32::MAX, f64::INFINITY, Some(&"x".repeat(100))),
        order(0, -0.0, Some("")),
    ];
    full.desk.total = 2;
    full.desk.ratio = 1.5;
    full.payload = Some(serde_json::json!({
        "list": [1, 2.5, "late", true, null, [1], { "a": 1 }, 9_223_372_036_854_775_807_u64, 18_446_744_073_709_551_615_u64]
    }));
    let mut failing_first = World::default();
    failing_first.desk.items = vec![i64::MAX, 0, 2];
    failing_first.payload = Some(serde_json::json!({ "list": ["late", 1] }));
    let empty = World { payload: Some(serde_json::json!({ "list": [] })), ..World::default() };
    vec![full, failing_first, empty]
}

const TESTS: [(&str, &[&str]); 4] = [
    (
        "domain.items",
        &[
            "x > 1 && x % 1000 == 999",
            "x + 1 > 0",
            "x / (x - 2) > 0",
            "x * x >= 4 || x != 0",
            "!(x < domain.total)",
            "x == 2 || domain.open",
            "x < 0 && 1 / x > -1",
            "x > 0.5",
            "true",
            "-x > 0",
            "1 < x",
            "1 + x > 0 && 2 * x < 7",
            "!(x > 1 && x < 900) || !(x == 2 || x < 0)",
            "!(x + 1 > 0)",
            "x < -9223372036854775808 || x > 9223372036854775806",
            "x != 9223372036854775808",
            "x - 1 < 1 && !(x / 0 == 1)",
            "1 - x > 0",
        ],
    ),
    ("domain.names", &["x == 'ann'", "x != 'ann' && x < 'b'", "x > ''", "x == domain.owner", "x >= 'long'"]),
    (
        "domain.orders",
        &[
            "x.amount > 1.0",
            "x.amount == 0.0",
            "x.amount != x.amount",
            "x.amount * 2.0 - 1.0 <= 2.0 && x.id > 0",
            "x.id == 4294967295 || x.amount / 0.0 > 1.0",
            "x.note != null && x.note == 'late'",
            "x.note == 'late'",
            "x.note != 'late' && !(x.id * 2 + 1 < 5)",
            "!(x.amount > 1.0)",
            "1.5 >= x.amount",
            "!(x.amount == 1.5 || x.id == 0)",
        ],
    ),
    ("event.list", &["x == 1", "x == 'late'", "x == true", "x != 2.5", "x > 1", "x == null", "x + 1 > 2"]),
];

#[test]
fn a_test_at_once_says_what_it_says_part_by_part() {
    let (mut compared, mut failed) = (0, 0);
    for world in &worlds() {
        for (list, tests) in TESTS {
            for test in tests {
                for form in ["exists", "all", "exists_one", "filter"] {
                    let whole = |test: &str| {
                        let text = format!("{list}.{form}(x, {test})");
                        let outcome = compile(&text).map(|expression| expression.evaluate(world));
                        outcome.map(|outcome| outcome.map_err(|error| error.problem)).map_err(|error| error.message)
                    };
                    let (at_once, apart) = (whole(test), whole(&part_by_part(test)));
                    failed += usize::from(matches!(at_once, Ok(Err(_))));
                    compared += usize::from(at_once.is_ok());
                    assert_eq!(at_once, apart, "{list}.{form}(x, {test})");
                }
            }
        }
    }
    assert!(compared > 250 && failed > 10, "{compared}, {failed}");
}

/// A random test of an integer: comparisons, joined and negated.
fn random_test(random: &mut fastrand::Rng, depth: u32) -> String {
    const NUMBERS: [&str; 8] = ["-7", "-1", "0", "1", "2", "999", "9223372036854775807", "-9223372036854775808"];
    let number = |random: &mut fastrand::Rng| NUMBERS[random.usize(..NUMBERS.len())];
    if depth > 0 && random.u8(..3) > 0 {
        let (one, two) = (random_test(random, depth - 1), random_test(random, depth - 1));
        return match random.u8(..4) {
            0 => format!("!({one})"),
            1 => format!("({one}) || ({two})"),
            _ => format!("({one}) && ({two})"),
        };
    }
    let mut term = "x".to_owned();
    for _ in 0..random.u8(..3) {
        let operation = ["+", "-", "*", "/", "%"][random.usize(..5)];
        term = match random.bool() {
            true => format!("({term} {operation} {})", number(random)),
            false => format!("({} {operation} {term})", number(random)),
        };
    }
    let (order, than) = (["<", "<=", ">", ">=", "==", "!="][random.usize(..6)], number(random));
    if random.bool() { format!("{term} {order} {than}") } else { format!("{than} {order} {term}") }
}

#[test]
fn a_random_test_at_once_says_what_it_says_part_by_part() {
    let mut random = fastrand::Rng::with_seed(9);
    let (mut world, mut decided) = (World::default(), [0, 0]);
    for _ in 0..2_000 {
        world.desk.items =
            (0..random.usize(..5)).map(|_| [-7, -1, 0, 1, 2, 999, i64::MAX, i64::MIN][random.usize(..8)]).collect();
        let test = random_test(&mut random, 3);
        for form in ["exists", "all", "exists_one"] {
            let whole = |test: &str| {
                let expression = compile(&format!("domain.items.{form}(x, {test})")).unwrap();
                expression.holds(&world).map_err(|error| error.problem)
            };
            let at_once = whole(&test);
            assert_eq!(at_once, whole(&part_by_part(&test)), "{:?}.{form}(x, {test})", world.desk.items);
            if let Ok(holds) = at_once {
                decided[usize::from(holds)] += 1;
            }
        }
    }
    assert!(decided.iter().all(|decided| *decided > 1_000), "{decided:?}");
}

#[test]
fn an_inner_loop_sees_the_element_of_the_outer_one() {
    let mut world = World::default();
    world.desk.items = vec![1, 2, 3];
    for (text, holds) in [
        ("domain.items.exists(x, domain.items.all(y, x >= y))", true),
        ("domain.items.exists(x, domain.items.all(y, x > y))", false),
        ("domain.items.all(x, domain.items.exists_one(y, y == x))", true),
        ("domain.items.filter(x, domain.items.exists(y, y == x + 1)).size() == 2", true),
    ] {
        assert_eq!(compile(text).unwrap().holds(&world), Ok(holds), "{text}");
    }
}

#[test]
fn an_element_that_is_compared_at_once_is_a_step_too() {
    let mut world = World::default();
    world.desk.items = (0..10).collect();
    for text in ["domain.items.all(x, x >= 0)", "domain.items.filter(x, x < 0)"] {
        let expression = compile(text).unwrap();
        assert!(expression.evaluate_within(&world, 10).is_ok(), "{text}");
        let error = expression.evaluate_within(&world, 9).unwrap_err();
        assert_eq!(error.kind, crate::condition::EvaluationErrorKind::TooMuch, "{text}");
    }
}
