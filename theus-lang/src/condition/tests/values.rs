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
        Err(error) => error.problem.into(),
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

#[test]
fn what_is_near_a_refusal_passes() {
    let mut world = world();
    world.desk.owner = "alice".into();
    world.desk.price = Money(1250);
    world.desk.ratio = 0.5;
    world.desk.single = 0.1;
    world.desk.big = u64::MAX;
    world.desk.huge = u128::MAX;
    world.desk.letter = 'ü';
    world.desk.limit = Some(7);
    world.desk.mode = Mode::Running { speed: 3 };
    world.desk.names = ["a".to_owned(), "b".to_owned()].into();
    world.desk.accounts = [("alice".to_owned(), 5), ("bob".to_owned(), -1)].into();
    world.desk.orders =
        vec![Order { id: 1, amount: 2.5, note: None }, Order { id: 2, amount: 0.5, note: Some("now".into()) }];
    world.desk.pair = (4, "four".into());
    world.desk.opened = Some(std::time::UNIX_EPOCH + std::time::Duration::from_secs(86_400));
    world.limits.most = 10;
    world.payload = Some(serde_json::json!({
        "amount": 12.5, "who": "bob", "list": [1, 2], "nothing": null, "deep": { "x": 1 }, "when": "1970-01-02T00:00:00Z"
    }));
    let table = [
        // Numbers of every width, exact.
        ("domain.big == 18446744073709551615u", "true"),
        ("domain.big + 1", "18446744073709551616 is too great to be handed on"),
        ("domain.big + 1 > domain.big", "true"),
        ("domain.huge > domain.big", "true"),
        ("domain.huge > 1.0e30", "true"),
        ("domain.huge == 3.4028236692093846e38", "false"),
        ("domain.huge + 1", "a number gets too great"),
        ("9007199254740993 > 9007199254740992.0", "true"),
        ("domain.total / 0", "a division by zero"),
        ("domain.total % 0", "a division by zero"),
        ("-7 / 2", "-3"),
        ("-7 % 3", "-1"),
        ("domain.ratio * 2", "1.0"),
        ("2 * domain.ratio < 1.5", "true"),
        ("domain.single == 0.1", "true"),
        ("0.0 / 0.0 == 0.0 / 0.0", "false"),
        ("0.0 / 0.0 < 1.0", "false"),
        ("1 - 1 == -0.0", "true"),
        // Decimals, exact.
        ("domain.price == 12.5", "true"),
        ("domain.price > 12.49999999999999999999999999999", "true"),
        ("domain.price * 2 == 25", "true"),
        ("domain.price + 0.1", "\"12.60\""),
        ("-domain.price < -12", "true"),
        ("domain.price * domain.price", "\"156.2500\""),
        ("int(domain.price)", "12"),
        ("double(domain.price) * domain.ratio", "6.25"),
        // Texts, characters, variants, times.
        ("domain.owner + '!' ", "\"alice!\""),
        ("domain.owner.size() == 5 && size('größe') == 5", "true"),
        ("domain.owner.startsWith('al') && domain.owner.endsWith(\"ce\") && domain.owner.contains('lic')", "true"),
        ("domain.owner.matches('^a.*e$')", "true"),
        ("domain.letter == 'ü' && domain.letter < 'ý'", "true"),
        ("domain.mode == 'Running' && domain.mode != 'Idle' && domain.mode in ['Idle', 'Running']", "true"),
        ("has(domain.mode.Running) && domain.mode.Running.speed == 3", "true"),
        ("has(domain.mode.Failed)", "false"),
        ("domain.mode", "{\"Running\":{\"speed\":3}}"),
        ("domain.opened != null && domain.opened < timestamp('1970-01-03T00:00:00+01:00')", "true"),
        ("domain.opened == '1970-01-02T00:00:00Z'", "true"),
        ("string(domain.total) + 'x'", "\"150x\""),
        ("int('12') + 1", "13"),
        ("int('a')", "\"a\" is not an integer"),
        // Optional fields.
        ("domain.limit == 7", "true"),
        ("domain.limit != null && domain.limit > 5", "true"),
        ("domain.limit == null || domain.limit > 5", "true"),
        ("!has(domain.limit) || domain.limit > 5", "true"),
        ("has(domain.limit) ? domain.limit + 1 : 0", "8"),
        ("domain.user.age == null ? 0 : domain.user.age + 1", "0"),
        ("domain.user.age == 3", "false"),
        ("domain.limit", "7"),
        ("domain.user.age", "null"),
        // Collections.
        ("2 in domain.items && !(9 in domain.items) && 'a' in domain.names", "true"),
        ("domain.items[1] == 2", "true"),
        ("domain.items[3]", "there is no position 3: the size is 3"),
        ("domain.items[-1]", "there is no position -1: the size is 3"),
        ("domain.items == [1, 2, 3] && domain.items != [1, 2]", "true"),
        ("domain.items + [4]", "[1,2,3,4]"),
        ("domain.items.all(x, x > 0) && domain.items.exists(x, x == 2) && domain.items.exists_one(x, x > 2)", "true"),
        ("domain.items.map(x, x * 2)", "[2,4,6]"),
        ("domain.items.map(x, x > 1, x * 2)", "[4,6]"),
        ("domain.items.filter(x, x % 2 == 1)", "[1,3]"),
        ("domain.items.filter(x, x > 1).size()", "2"),
        ("domain.items.exists(x, domain.orders.exists(y, int(y.id) == x && y.amount > 1.0))", "true"),
        ("domain.accounts.alice == 5 && domain.accounts['bob'] < 0 && 'bob' in domain.accounts", "true"),
        ("domain.accounts[domain.owner]", "5"),
        ("domain.accounts.carol", "there is no key \"carol\""),
        ("has(domain.accounts.carol)", "false"),
        ("domain.accounts.all(name, domain.accounts[name] > -2)", "true"),
        ("domain.accounts.map(name, name)", "[\"alice\",\"bob\"]"),
        ("domain.accounts", "{\"alice\":5,\"bob\":-1}"),
        ("domain.orders[1]", "{\"amount\":0.5,\"id\":2,\"note\":\"now\"}"),
        ("domain.orders.filter(o, has(o.note))", "[{\"amount\":0.5,\"id\":2,\"note\":\"now\"}]"),
        ("domain.orders.exists(o, o.note == 'now')", "true"),
        ("domain.pair[0] == 4 && domain.pair[1] == 'four'", "true"),
        ("domain.pair", "[4,\"four\"]"),
        ("domain.secrets.size()", "0"),
        ("domain.last.note == null", "true"),
        ("{'to': domain.owner, 'price': domain.price}", "{\"price\":\"12.50\",\"to\":\"alice\"}"),
        ("[1, 'a', domain.open]", "[1,\"a\",false]"),
        // What an event carries.
        ("event.amount > 12 && event.who == 'bob' && event.list.size() == 2", "true"),
        ("event.amount == domain.price", "true"),
        ("event.amount + 1", "13.5"),
        ("has(event.who) && !has(event.whom) && has(event.deep.x)", "true"),
        ("event.nothing == null", "true"),
        ("event.whom", "there is no key \"whom\""),
        ("event.who > 1", "a string and an integer have no order"),
        ("event.who && true", "a string is neither true nor false"),
        ("event.list.exists(x, x == 2)", "true"),
        ("event.when == domain.opened", "true"),
        ("event.who in domain.accounts", "true"),
        ("domain.accounts[event.who]", "-1"),
        ("event.amount + 'a'", "nothing can be computed of a float and a string"),
        // What decides makes up for what fails.
        ("domain.total / 0 > 1 || true", "true"),
        ("domain.total / 0 > 1 && false", "false"),
        ("domain.total / 0 > 1 && true", "a division by zero"),
        ("[0, 1].exists(x, 1 / x == 1)", "true"),
        ("[0, 2].all(x, 1 / x == 1)", "false"),
        ("[0, 1].exists_one(x, 1 / x == 1)", "a division by zero"),
        ("global.most == 10 ? 'ten' : 'other'", "\"ten\""),
        ("true ? 1 : 1 / 0", "1"),
    ];
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(text, expected)| {
            let found = value(&world, text);
            (found != *expected).then(|| format!("{text}\n  expected {expected}\n  found    {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_element_of_a_loop_is_of_its_shape() {
    let mut world = world();
    world.items.insert("order".to_owned(), serde_json::json!({ "id": 3, "amount": 2, "note": null }));
    world.items.insert("price".to_owned(), serde_json::json!("12.50"));
    world.items.insert("mode".to_owned(), serde_json::json!({ "Running": { "speed": 9 } }));
    let items =
        [("order", Order::shape()), ("price", Shape::Decimal), ("mode", Mode::shape()), ("thing", Shape::Opaque)];
    let holds = |text: &str| match compile_with(text, None, &items) {
        Ok(expression) => expression.holds(&world).map_err(|error| error.problem.into()),
        Err(problem) => Err(problem.to_string()),
    };
    for text in [
        "order.id == 3 && order.amount == 2.0 && order.amount * 2 == 4.0",
        "order.note == null && !has(order.note)",
        "price > 12.49 && price * 2 == 25",
        "mode == 'Running' && has(mode.Running) && mode.Running.speed == 9 && !has(mode.Failed)",
    ] {
        assert_eq!(holds(text), Ok(true), "{text}");
    }
    assert_eq!(holds("order.idd == 3"), Err("`order` has no field `idd`; did you mean `id`?".to_owned()));
    assert_eq!(holds("thing.x == 3"), Err("there is no `thing` here".to_owned()));
    assert_eq!(
        holds("domain.items.exists(order, true)"),
        Err("`order` already means something here; call the element otherwise".to_owned())
    );
}

#[test]
fn an_expression_tells_what_it_reads_and_what_it_gives() {
    let told = |text: &str| {
        let expression = compile(text).unwrap();
        (expression.reads().join(" "), expression.shape().to_string())
    };
    assert_eq!(
        told("domain.user.name == 'a' || domain.items[0] > domain.items[1] && has(domain.last.note)"),
        ("domain.user.name domain.items domain.last".to_owned(), "a boolean".to_owned())
    );
    assert_eq!(told("domain.total + global.most"), ("domain.total global.most".to_owned(), "an integer".to_owned()));
    assert_eq!(told("event.x"), (String::new(), Shape::Opaque.to_string()));
    assert_eq!(told("domain.price * 2").1, "a decimal");
    assert_eq!(told("domain.items.map(x, string(x))").1, "a list");
}

#[test]
fn a_variant_is_handed_on_as_serde_reads_it() {
    let mut world = world();
    assert_eq!(value(&world, "domain.mode"), "\"Idle\"");
    world.desk.mode = Mode::Failed("disk".to_owned());
    assert_eq!(value(&world, "domain.mode"), "{\"Failed\":\"disk\"}");
    assert_eq!(value(&world, "has(domain.mode.Failed) && domain.mode.Failed[0] == 'disk'"), "true");
}

#[test]
fn an_evaluation_error_names_expression_and_problem() {
    let error = compile("domain.total / (domain.total - 150)").unwrap().evaluate(&world()).unwrap_err();
    assert_eq!(error.to_string(), "`domain.total / (domain.total - 150)` has no value: a division by zero");
    let error = compile(" event.x ").unwrap().holds(&world()).unwrap_err();
    assert_eq!(error.to_string(), "`event.x` has no value: null has no entry \"x\"");
}

#[test]
fn nothing_is_there_before_an_event_has_come() {
    let holds = |text: &str, payload: Option<Json>| {
        compile(text).unwrap().holds(&World { payload, ..World::default() }).map_err(|error| error.problem.to_string())
    };
    for payload in [None, Some(Json::Null), Some(serde_json::json!({ "y": null }))] {
        assert_eq!(holds("has(event.x)", payload.clone()), Ok(false));
        assert_eq!(holds("has(event.x) && event.x == 1", payload.clone()), Ok(false));
        assert_eq!(holds("!has(event.x)", payload), Ok(true));
    }
    assert_eq!(holds("has(event.y.z)", Some(serde_json::json!({ "y": null }))), Ok(false));
    assert_eq!(holds("has(event.x)", Some(serde_json::json!({ "x": 1 }))), Ok(true));
    let what = "`event` is what the event brought; which one it is, is said by the key under `events` that the condition stands under";
    let brought = Some(serde_json::json!({ "x": 1 }));
    assert_eq!(holds("event.name == 'a'", brought.clone()), Err(format!("there is no key \"name\": {what}")));
    assert_eq!(
        holds("event.data.x == 1", brought.clone()),
        Err("there is no key \"data\": `event` itself is what the event brought".to_owned())
    );
    assert_eq!(holds("event.z == 1", brought), Err("there is no key \"z\"".to_owned()));
    assert_eq!(holds("event['name'] == 'CMD_GO'", Some(serde_json::json!({ "name": "CMD_GO" }))), Ok(true));
    assert!(compile("event.name == 'CMD_GO'").is_err() && compile("event.name == 'Smith'").is_ok());
}
