//! What is an expression, and which tree it has, is what the `cel` crate's parser says.

use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr as Theirs, LiteralValue, operators};

use super::against_the_crate::{Kind, expression};
use super::hostile::{Mutations, corpus};
use crate::condition::parse::parse;
use crate::condition::syntax::{Expr, ExprKind, Literal};

/// A name that begins with a dot, CEL's way out of a container of names: there are no containers here, and no such names.
const ABSOLUTE: &str = "absolute";

/// `Name{field: value}`: there are no such types here, so that what is within is not looked at; the check refuses it by its name.
const MESSAGE: &str = "message{}";

/// So many texts are parsed by both.
const TEXTS: u32 = 3_000;

/// A tree in words.
fn ours(expr: &Expr) -> String {
    let all = |parts: &[Expr]| parts.iter().map(ours).collect::<Vec<_>>().join(" ");
    match &expr.kind {
        ExprKind::Literal(Literal::Null) => "null".into(),
        ExprKind::Literal(Literal::Bool(value)) => value.to_string(),
        ExprKind::Literal(Literal::Int(value)) => value.to_string(),
        ExprKind::Literal(Literal::Unsigned(value)) => format!("{value}u"),
        ExprKind::Literal(Literal::Float(value)) => format!("{value:?}f"),
        ExprKind::Literal(Literal::Text(value)) => format!("{value:?}"),
        ExprKind::Literal(Literal::Bytes) => "bytes".into(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Select(of, name) => format!("({} .{name})", ours(of)),
        ExprKind::Index(of, index) => format!("(_[_] {} {})", ours(of), ours(index)),
        ExprKind::Call(call) => match &call.target {
            Some(target) => format!("({} .{} {})", ours(target), call.name, all(&call.arguments)),
            None => format!("({} {})", call.name, all(&call.arguments)),
        },
        // Two signs that undo each other are left out: the crate does so without brackets between them.
        ExprKind::Not(inner) if let ExprKind::Not(inner) = &inner.kind => ours(inner),
        ExprKind::Negate(inner) if let ExprKind::Negate(inner) = &inner.kind => ours(inner),
        ExprKind::Not(inner) => format!("(!_ {})", ours(inner)),
        ExprKind::Negate(inner) => format!("(-_ {})", ours(inner)),
        ExprKind::All(parts) => format!("(&& {})", all(parts)),
        ExprKind::Any(parts) => format!("(|| {})", all(parts)),
        ExprKind::Binary(operator, sides) => format!("({operator:?} {})", all(&**sides)),
        ExprKind::Choose(parts) => format!("(? {})", all(&**parts)),
        ExprKind::List(parts) => format!("[{}]", all(parts)),
        ExprKind::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", ours(key), ours(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
        }
        ExprKind::Message => MESSAGE.into(),
    }
}

fn theirs(expr: &IdedExpr) -> String {
    let all = |parts: &[IdedExpr]| parts.iter().map(theirs).collect::<Vec<_>>().join(" ");
    match &expr.expr {
        Theirs::Literal(LiteralValue::Null) => "null".into(),
        Theirs::Literal(LiteralValue::Boolean(value)) => value.inner().to_string(),
        Theirs::Literal(LiteralValue::Int(value)) => value.inner().to_string(),
        Theirs::Literal(LiteralValue::UInt(value)) => format!("{}u", value.inner()),
        Theirs::Literal(LiteralValue::Double(value)) => format!("{:?}f", value.inner()),
        Theirs::Literal(LiteralValue::String(value)) => format!("{:?}", value.inner()),
        Theirs::Literal(LiteralValue::Bytes(_)) => "bytes".into(),
        Theirs::Ident(name) if name.starts_with('.') => ABSOLUTE.into(),
        Theirs::Ident(name) => name.clone(),
        Theirs::Select(select) => format!("({} .{})", theirs(&select.operand), select.field),
        Theirs::Call(call) => {
            let args = all(&call.args);
            let binary = match call.func_name.as_str() {
                operators::LOGICAL_AND => return format!("(&& {})", chain(expr, operators::LOGICAL_AND)),
                operators::LOGICAL_OR => return format!("(|| {})", chain(expr, operators::LOGICAL_OR)),
                operators::CONDITIONAL => return format!("(? {args})"),
                sign @ (operators::LOGICAL_NOT | operators::NEGATE) => {
                    return match call.args.first().map(|inner| &inner.expr) {
                        Some(Theirs::Call(inner)) if inner.func_name == sign => all(&inner.args),
                        _ => format!("({} {args})", if sign == operators::NEGATE { "-_" } else { "!_" }),
                    };
                }
                operators::INDEX => return format!("(_[_] {args})"),
                operators::EQUALS => "Equal",
                operators::NOT_EQUALS => "NotEqual",
                operators::LESS => "Less",
                operators::LESS_EQUALS => "LessOrEqual",
                operators::GREATER => "Greater",
                operators::GREATER_EQUALS => "GreaterOrEqual",
                operators::IN => "In",
                operators::ADD => "Add",
                operators::SUBSTRACT => "Subtract",
                operators::MULTIPLY => "Multiply",
                operators::DIVIDE => "Divide",
                operators::MODULO => "Remainder",
                name if name.starts_with('.') => return ABSOLUTE.into(),
                name => {
                    return match &call.target {
                        Some(target) => format!("({} .{name} {args})", theirs(target)),
                        None => format!("({name} {args})"),
                    };
                }
            };
            format!("({binary} {args})")
        }
        Theirs::List(list) => format!("[{}]", all(&list.elements)),
        Theirs::Map(map) => {
            let entries = map.entries.iter().map(|entry| match &entry.expr {
                EntryExpr::MapEntry(entry) => format!("{}: {}", theirs(&entry.key), theirs(&entry.value)),
                EntryExpr::StructField(field) => format!("{}: {}", field.field, theirs(&field.value)),
            });
            format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
        }
        Theirs::Struct(_) => MESSAGE.into(),
        Theirs::Comprehension(_) | Theirs::Unspecified => "?".into(),
    }
}

/// The crate makes a balanced tree of many `&&`: their parts in a row.
fn chain(expr: &IdedExpr, operator: &str) -> String {
    match &expr.expr {
        Theirs::Call(call) if call.func_name == operator => {
            call.args.iter().map(|part| chain(part, operator)).collect::<Vec<_>>().join(" ")
        }
        _ => theirs(expr),
    }
}

/// The same of ours: brackets around a part of an `&&` within an `&&` say nothing.
fn flat(text: &str) -> Option<String> {
    fn flatten(expr: Expr) -> Expr {
        let kind = match expr.kind {
            ExprKind::All(parts) => ExprKind::All(
                parts
                    .into_iter()
                    .map(flatten)
                    .flat_map(|part| match part.kind {
                        ExprKind::All(inner) => inner,
                        kind => vec![Expr { kind, ..part }],
                    })
                    .collect(),
            ),
            ExprKind::Any(parts) => ExprKind::Any(
                parts
                    .into_iter()
                    .map(flatten)
                    .flat_map(|part| match part.kind {
                        ExprKind::Any(inner) => inner,
                        kind => vec![Expr { kind, ..part }],
                    })
                    .collect(),
            ),
            ExprKind::Not(inner) => ExprKind::Not(Box::new(flatten(*inner))),
            ExprKind::Choose(parts) => ExprKind::Choose(Box::new(parts.map(flatten))),
            ExprKind::Binary(operator, sides) => ExprKind::Binary(operator, Box::new(sides.map(flatten))),
            ExprKind::Call(mut call) => {
                call.target = call.target.map(|target| Box::new(flatten(*target)));
                call.arguments = call.arguments.into_iter().map(flatten).collect();
                ExprKind::Call(call)
            }
            ExprKind::Select(of, name) => ExprKind::Select(Box::new(flatten(*of)), name),
            ExprKind::Index(of, index) => ExprKind::Index(Box::new(flatten(*of)), Box::new(flatten(*index))),
            ExprKind::Negate(inner) => ExprKind::Negate(Box::new(flatten(*inner))),
            ExprKind::List(parts) => ExprKind::List(parts.into_iter().map(flatten).collect()),
            ExprKind::Map(entries) => {
                ExprKind::Map(entries.into_iter().map(|(key, value)| (flatten(key), flatten(value))).collect())
            }
            kind => kind,
        };
        Expr { kind, ..expr }
    }
    parse(text).ok().map(|expr| ours(&flatten(expr))).filter(|tree| !tree.contains(MESSAGE))
}

fn by_the_crate(text: &str) -> Option<String> {
    let parser = cel::Env::default().parser().enable_optional_syntax(false);
    let tree = parser.parse_with_source_info(text).ok().map(|(root, _)| theirs(&root));
    tree.filter(|tree| !tree.contains(ABSOLUTE) && !tree.contains(MESSAGE))
}

#[test]
fn texts_have_the_tree_that_the_crate_gives_them() {
    let (seeds, mut random) = (corpus(), fastrand::Rng::with_seed(9));
    let mut mutations = Mutations::of(&seeds, 12);
    let kinds = [Kind::Int, Kind::Float, Kind::Bool, Kind::Text, Kind::Ints];
    let (mut parsed, mut refused) = (0, 0);
    for round in 0..TEXTS {
        let text = match round % 3 {
            0 => {
                let kind = kinds[random.usize(..kinds.len())];
                expression(&mut random, kind, 3)
            }
            _ => mutations.next(),
        };
        let found = flat(&text);
        assert_eq!(found, by_the_crate(&text), "{text}\n{:?}", parse(&text));
        if found.is_some() { parsed += 1 } else { refused += 1 }
    }
    assert!(parsed > TEXTS / 3 && refused > TEXTS / 10, "{parsed} parsed, {refused} refused");
}

#[test]
fn what_binds_what_is_as_the_crate_has_it() {
    for text in [
        "a || b && c == d + e * -f.g[h](1)",
        "a ? b : c ? d : e",
        "(a ? b : c) ? d : e",
        "a ? (b ? c : d) : e",
        "a ? b ? c : d : e",
        "a - b - c * d / e % f",
        "a < b < c == d in e",
        "!!a && !b",
        "--a",
        "-1 - -1",
        "-9223372036854775808",
        "-(1)",
        "1.size()",
        "-1.size()",
        "[1, 2,]",
        "[,]",
        "f(a,)",
        "{'a': 1,}",
        "{'a': 1, 2: [3]}",
        "a.for",
        "a.in",
        "a.true",
        "true.a",
        "A{b: 1}",
        "a.B{}",
        "f(a){b: 1}",
        "a in b in c",
        "'a' 'b'",
        "a.'b'",
        "a..b",
        "a.b.",
        "a[b",
        "a[]",
        "f()()",
        "f()[0].g().h",
        "1 +",
        "() + 1",
        "a ? : b",
        "a ?: b",
        "in",
        "null == a",
    ] {
        assert_eq!(flat(text), by_the_crate(text), "{text}\n{:?}", parse(text));
    }
}
