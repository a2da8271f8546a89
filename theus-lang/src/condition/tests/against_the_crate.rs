//! Random expressions give what the `cel` crate's own interpreter gives.

use super::*;

/// So many random expressions.
const EXPRESSIONS: u32 = 1_000;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Int,
    Float,
    Bool,
    Text,
    Ints,
}

/// A random expression of a type, over fields that both sides have.
pub(super) fn expression(random: &mut fastrand::Rng, kind: Kind, depth: u32) -> String {
    let deeper = |random: &mut fastrand::Rng, kind| expression(random, kind, depth.saturating_sub(1));
    let pick = |random: &mut fastrand::Rng, from: &[&str]| from[random.usize(..from.len())].to_owned();
    let leaf = depth == 0;
    match (kind, random.u32(..if leaf { 2 } else { 8 })) {
        (Kind::Int, 0) => random.i64(-3..4).to_string(),
        (Kind::Int, 1) => pick(random, &["domain.total", "domain.big", "domain.zero", "9223372036854775807"]),
        (Kind::Int, 2..=4) => {
            let sign = pick(random, &["+", "-", "*", "/", "%"]);
            format!("({} {sign} {})", deeper(random, Kind::Int), deeper(random, Kind::Int))
        }
        (Kind::Int, 5) => format!("size({})", deeper(random, Kind::Ints)),
        (Kind::Int, 6) => format!("{}[{}]", deeper(random, Kind::Ints), deeper(random, Kind::Int)),
        (Kind::Int, _) => format!("({}).size()", deeper(random, Kind::Text)),
        (Kind::Float, 0) => pick(random, &["0.0", "1.5", "-2.25", "1e300"]),
        (Kind::Float, 1) => "domain.ratio".to_owned(),
        (Kind::Float, 2 | 3) => format!("double({})", deeper(random, Kind::Int)),
        (Kind::Float, _) => {
            let sign = pick(random, &["+", "-", "*", "/"]);
            format!("({} {sign} {})", deeper(random, Kind::Float), deeper(random, Kind::Float))
        }
        (Kind::Bool, 0) => pick(random, &["true", "false"]),
        (Kind::Bool, 1) => "domain.open".to_owned(),
        (Kind::Bool, 2) => format!("!({})", deeper(random, Kind::Bool)),
        (Kind::Bool, 3) => {
            let sign = pick(random, &["&&", "||"]);
            format!("({} {sign} {})", deeper(random, Kind::Bool), deeper(random, Kind::Bool))
        }
        (Kind::Bool, 4) => format!("({} in {})", deeper(random, Kind::Int), deeper(random, Kind::Ints)),
        (Kind::Bool, 5) => {
            let macro_name = pick(random, &["all", "exists", "exists_one"]);
            let test = pick(random, &["x > 1", "x / (x - 2) > 0", "x == domain.total", "x % 2 == 0 || domain.open"]);
            format!("{}.{macro_name}(x, {test})", deeper(random, Kind::Ints))
        }
        (Kind::Bool, 6) => {
            let of = [Kind::Text, Kind::Ints][random.usize(..2)];
            let sign = pick(random, &["==", "!="]);
            format!("({} {sign} {})", deeper(random, of), deeper(random, of))
        }
        (Kind::Bool, _) => {
            let (one, two) = [
                (Kind::Int, Kind::Int),
                (Kind::Float, Kind::Float),
                (Kind::Int, Kind::Float),
                (Kind::Text, Kind::Text),
            ][random.usize(..4)];
            let sign = pick(random, &["==", "!=", "<", "<=", ">", ">="]);
            format!("({} {sign} {})", deeper(random, one), deeper(random, two))
        }
        (Kind::Text, 0) => pick(random, &["''", "'a'", "'größe'"]),
        (Kind::Text, 1) => "domain.owner".to_owned(),
        (Kind::Text, 2 | 3) => format!("string({})", deeper(random, Kind::Int)),
        (Kind::Text, 4) => {
            format!(
                "({} ? {} : {})",
                deeper(random, Kind::Bool),
                deeper(random, Kind::Text),
                deeper(random, Kind::Text)
            )
        }
        (Kind::Text, _) => format!("({} + {})", deeper(random, Kind::Text), deeper(random, Kind::Text)),
        (Kind::Ints, 0) => "[1, 2, 3]".to_owned(),
        (Kind::Ints, 1) => "domain.items".to_owned(),
        (Kind::Ints, 2 | 3) => format!("{}.map(x, x * {})", deeper(random, Kind::Ints), random.u8(..4)),
        (Kind::Ints, 4) => format!("{}.filter(x, x > {})", deeper(random, Kind::Ints), random.u8(..4)),
        (Kind::Ints, 5) => format!("({} + {})", deeper(random, Kind::Ints), deeper(random, Kind::Ints)),
        (Kind::Ints, _) => format!("[{}, {}]", deeper(random, Kind::Int), deeper(random, Kind::Int)),
    }
}

/// The crate's value as JSON; `None` of what JSON has no word for.
fn json(value: &cel::Value) -> Option<Json> {
    Some(match value {
        cel::Value::Int(value) => (*value).into(),
        cel::Value::UInt(value) => (*value).into(),
        cel::Value::Float(value) => Json::Number(serde_json::Number::from_f64(*value)?),
        cel::Value::Bool(value) => (*value).into(),
        cel::Value::String(value) => value.as_str().into(),
        cel::Value::List(values) => Json::Array(values.iter().map(json).collect::<Option<_>>()?),
        _ => return None,
    })
}

/// Where the crate fails and we do not. Integers have 128 bits here: what overflows there may well have a value. Of NaN it
/// says that floats cannot be ordered, where IEEE 754 and CEL say that it is not less.
fn known(error: &str) -> bool {
    error.contains("Overflow") || (error.contains("NoSuchOverload") && error.contains("\"double\""))
}

#[test]
fn random_expressions_give_what_the_crate_gives() {
    let mut world = World::default();
    world.desk.total = 7;
    world.desk.big = 1 << 60;
    world.desk.ratio = 0.1;
    world.desk.owner = "alice".into();
    world.desk.items = vec![0, 1, 2, 5];
    #[derive(serde::Serialize)]
    struct Seen {
        total: i64,
        big: i64,
        zero: i64,
        ratio: f64,
        open: bool,
        owner: &'static str,
        items: Vec<i64>,
    }
    let seen =
        Seen { total: 7, big: 1 << 60, zero: 0, ratio: 0.1, open: false, owner: "alice", items: vec![0, 1, 2, 5] };
    let mut context = cel::Context::default();
    context.add_variable("domain", seen).unwrap();
    let mut random = fastrand::Rng::with_seed(44);
    let (mut same, mut failed) = (0, 0);
    for _ in 0..EXPRESSIONS {
        let kind = [Kind::Int, Kind::Float, Kind::Bool, Kind::Bool, Kind::Text, Kind::Ints][random.usize(..6)];
        // Zero is in the global layer here.
        let text = expression(&mut random, kind, 4);
        let ours = text.replace("domain.zero", "global.most");
        let Ok(compiled) = compile(&ours) else {
            assert!(
                ours.len() > 1_000 || compile(&ours).unwrap_err().message.contains("deep"),
                "{ours}: {:?}",
                compile(&ours)
            );
            continue;
        };
        let found = compiled.evaluate(&world);
        match cel::Program::compile(&text).unwrap().execute(&context) {
            Ok(expected) => match json(&expected) {
                Some(expected) => {
                    assert_eq!(found.as_ref().ok(), Some(&expected), "{text}: {found:?}");
                    same += 1;
                }
                None => assert!(found.is_err(), "{text}: no number that JSON has, and yet {found:?}"),
            },
            // Ours are integers of 128 bits: what overflows in the crate may well have a value here.
            Err(error) if found.is_err() || known(&format!("{error:?}")) => {
                failed += 1;
            }
            Err(error) => panic!("{text}: the crate fails ({error:?}), and yet {found:?}"),
        }
    }
    assert!(same > EXPRESSIONS / 3 && failed > EXPRESSIONS / 50, "{same} have a value, {failed} have none");
}
