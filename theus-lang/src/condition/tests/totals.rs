//! Sums, means, the least and the greatest: of lists of the state, of lists that the expression makes, of what an event carries.

use serde_json::json;

use super::*;

fn world() -> World {
    let order = |id: u32, amount: f64| Order { id, amount, note: None };
    let desk = Desk {
        total: 12,
        items: vec![3, -1, 10],
        accounts: [("a".to_owned(), 5), ("b".to_owned(), 7)].into(),
        orders: vec![order(1, 98.6), order(2, 98.6), order(3, 98.6)],
        ..Desk::default()
    };
    World {
        desk,
        payload: Some(json!({ "ints": [1, 2], "mixed": [1, 2.5], "none": [], "texts": ["a"] })),
        ..World::default()
    }
}

fn value(text: &str) -> String {
    match compile(text) {
        Err(problem) => problem.to_string(),
        Ok(expression) => match expression.evaluate(&world()) {
            Ok(value) => value.to_string(),
            Err(error) => error.problem.to_string(),
        },
    }
}

#[test]
fn they_are_exact_and_of_the_type_of_the_elements() {
    for (text, expected) in [
        ("domain.items.sum()", "12"),
        ("domain.items.sum() == domain.total", "true"),
        ("domain.items.mean()", "4.0"),
        ("domain.items.min()", "-1"),
        ("domain.items.max()", "10"),
        ("domain.items.filter(x, x > 100).sum()", "0"),
        ("domain.items.filter(x, x > 0).mean() > 6.4", "true"),
        ("domain.orders.map(o, o.amount).mean()", "98.6"),
        ("domain.orders.map(o, o.amount).sum() > 295.7", "true"),
        ("domain.orders.filter(o, o.id > 9).map(o, o.amount).sum()", "0.0"),
        ("domain.orders.map(o, o.id).max()", "3"),
        ("domain.accounts.map(key, domain.accounts[key]).sum() == domain.total", "true"),
        ("[domain.price, domain.price].sum() == domain.price", "true"),
        ("[9223372036854775807, 9223372036854775807, -9223372036854775807].sum()", "9223372036854775807"),
        ("[domain.total, 3].max()", "12"),
        ("event.ints.sum()", "3"),
        ("event.mixed.sum()", "3.5"),
        ("event.mixed.mean()", "1.75"),
        ("event.none.sum()", "0"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_has_none_says_so() {
    for (text, expected) in [
        ("domain.items.filter(x, x > 100).mean()", "there is no mean of nothing"),
        ("domain.items.filter(x, x > 100).min()", "there is no least element of nothing"),
        ("event.none.max()", "there is no greatest element of nothing"),
        ("event.texts.sum()", "one of its elements is a string"),
        ("domain.orders.map(o, 170141183460469231731.0).sum() > 0.0", "true"),
        ("[domain.huge, domain.huge].sum()", "0"),
        ("[domain.limit].sum()", "one of its elements is null"),
        ("domain.price.sum()", "`domain.price` is a decimal, and a list or a set is needed here"),
        (
            "[domain.price].mean()",
            "a decimal cannot be divided without rounding; compare the sum: `x.sum() <= limit * x.size()`",
        ),
        ("domain.names.sum()", "an element of `domain.names` is a string, and a number is needed here"),
        (
            "domain.accounts.sum()",
            "`domain.accounts` is a map: its elements are its keys; of its values: `domain.accounts.map(key, domain.accounts[key])`",
        ),
        ("sum(domain.items)", "`sum` stands after what it is asked of: `value.sum(..)`; write `domain.items.sum()`"),
        ("min(1, 2)", "`min` stands after what it is asked of: `value.min(..)`; of several values: `[a, b].min()`"),
        ("domain.items.avg()", "there is no function `avg`; did you mean `mean`?"),
        ("domain.items.sum(1)", "`sum` takes 0 arguments, not 1"),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_gets_too_great_is_told_and_what_comes_between_is_not() {
    let mut random = fastrand::Rng::with_seed(9);
    let sum = compile("[domain.big, domain.huge, domain.total].sum()").unwrap();
    let mut met = [0; 2];
    for _ in 0..2_000 {
        let huge = if random.bool() { u128::MAX - u128::from(random.u8(..3)) } else { random.u128(..) };
        let (big, total) = (random.u64(..4), random.i64(-4..4));
        let world = World { desk: Desk { huge, big, total, ..Desk::default() }, ..World::default() };
        let before = huge.checked_add(big.into());
        let expected = match before {
            Some(before) => before.checked_add_signed(total.into()),
            None => huge.checked_add_signed(total.into()).and_then(|less| less.checked_add(big.into())),
        };
        let found = sum.evaluate(&world);
        met[usize::from(expected.is_some())] += 1;
        match expected {
            // What is above 128 bits with a sign can be compared, and not handed on.
            Some(expected) => {
                let told = found.map_or_else(|error| error.problem.to_string(), |value| value.to_string());
                assert!(
                    told == expected.to_string() || told.starts_with(&format!("{expected} is too great to be handed"))
                );
            }
            None => assert_eq!(&*found.unwrap_err().problem, "a number gets too great"),
        }
    }
    assert!(met.iter().all(|count| *count > 50), "{met:?}");
}

#[test]
fn they_count_as_steps() {
    let error = compile("domain.items.map(x, domain.items).map(list, list.sum()).sum() > 0").unwrap();
    assert_eq!(error.evaluate_within(&world(), 30).unwrap(), json!(true));
    assert!(error.evaluate_within(&world(), 10).unwrap_err().problem.starts_with("it takes more than"));
}
