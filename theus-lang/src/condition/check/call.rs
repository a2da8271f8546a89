//! Functions.

use regex::RegexBuilder;

use super::{Checked, Checker, Expr, ExpressionProblem, Typed};
use crate::aggregate::Numbers;
use crate::calendar::{CalendarPart, Zone};
use crate::condition::foreign;
use crate::condition::node::{Constant, Conversion, Each, Node, TextTest, Total};
use crate::condition::syntax::Call;
use crate::condition::types::Type;
use crate::context::{Decimal, Time, TimeKind};
use crate::source::{did_you_mean, duration};

/// How large a pattern may get when it is compiled.
const PATTERN_SIZE: usize = 1 << 20;

/// A function: how it is called, and with how many arguments.
struct Function {
    name: &'static str,
    /// Whether it can stand after a dot.
    member: bool,
    /// Whether it can stand alone.
    alone: bool,
    /// How many arguments it takes, what stands before the dot not counted; alone, it counts.
    arguments: &'static [usize],
}

const fn alone(name: &'static str) -> Function {
    Function { name, member: false, alone: true, arguments: &[1] }
}

const fn member(name: &'static str, arguments: &'static [usize]) -> Function {
    Function { name, member: true, alone: false, arguments }
}

const FUNCTIONS: [Function; 32] = [
    alone("has"),
    alone("in"),
    Function { name: "size", member: true, alone: true, arguments: &[0] },
    member("sum", &[0]),
    member("mean", &[0]),
    member("min", &[0]),
    member("max", &[0]),
    member("all", &[2]),
    member("exists", &[2]),
    member("exists_one", &[2]),
    member("existsOne", &[2]),
    member("filter", &[2]),
    member("map", &[2, 3]),
    member("contains", &[1]),
    member("startsWith", &[1]),
    member("endsWith", &[1]),
    member("matches", &[1]),
    alone("int"),
    alone("double"),
    alone("string"),
    alone("timestamp"),
    alone("duration"),
    member("getFullYear", &[0, 1]),
    member("getMonth", &[0, 1]),
    member("getDate", &[0, 1]),
    member("getDayOfMonth", &[0, 1]),
    member("getDayOfWeek", &[0, 1]),
    member("getDayOfYear", &[0, 1]),
    member("getHours", &[0, 1]),
    member("getMinutes", &[0, 1]),
    member("getSeconds", &[0, 1]),
    member("getMilliseconds", &[0, 1]),
];

impl Checker<'_> {
    pub(super) fn function(&mut self, expr: &Expr, call: &Call) -> Checked {
        let name = call.name.as_str();
        self.signature(expr, call)?;
        match (name, call.target.as_deref(), call.arguments.as_slice()) {
            ("has", None, [asked]) => self.has(expr, asked),
            ("in", None, [state]) => self.active(expr, state),
            ("size", Some(of), []) | ("size", None, [of]) => self.size(of),
            ("sum", Some(of), []) => self.total(Total::Sum, of),
            ("mean", Some(of), []) => self.total(Total::Mean, of),
            ("min", Some(of), []) => self.total(Total::Min, of),
            ("max", Some(of), []) => self.total(Total::Max, of),
            ("all", Some(list), [variable, test]) => self.each(Each::All, list, variable, test),
            ("exists", Some(list), [variable, test]) => self.each(Each::Exists, list, variable, test),
            ("exists_one" | "existsOne", Some(list), [variable, test]) => {
                self.each(Each::ExistsOne, list, variable, test)
            }
            ("filter", Some(list), [variable, test]) => self.map(list, variable, Some(test), None),
            ("map", Some(list), [variable, make]) => self.map(list, variable, None, Some(make)),
            ("map", Some(list), [variable, test, make]) => self.map(list, variable, Some(test), Some(make)),
            ("contains", Some(text), [part]) => self.text_test(TextTest::Contains, text, part),
            ("startsWith", Some(text), [part]) => self.text_test(TextTest::StartsWith, text, part),
            ("endsWith", Some(text), [part]) => self.text_test(TextTest::EndsWith, text, part),
            ("matches", Some(text), [pattern]) => self.matches(text, pattern),
            ("timestamp", None, [text]) => self.timestamp(text),
            ("duration", None, [text]) => self.duration(text),
            (_, Some(time), zone @ ([] | [_])) if let Some(part) = CalendarPart::named(name) => {
                self.calendar(part, time, zone.first())
            }
            ("int", None, [of]) => self.convert(Conversion::Int, of),
            ("double", None, [of]) => self.convert(Conversion::Double, of),
            ("string", None, [of]) => self.convert(Conversion::String, of),
            _ => Err(self.at(expr, format!("`{name}` cannot be evaluated"))),
        }
    }

    /// Whether there is such a function, called in such a way.
    fn signature(&self, expr: &Expr, call: &Call) -> Result<(), ExpressionProblem> {
        let name = call.name.as_str();
        let at = expr.word.clone();
        let Some(function) = FUNCTIONS.iter().find(|function| function.name == name) else {
            let problem = ExpressionProblem::new(at, format!("there is no function `{name}`"));
            if let ("get" | "at" | "getOrDefault", Some(of), Some(key)) =
                (name, call.target.as_deref(), call.arguments.first())
            {
                return Err(problem.help(self.inside(of, key)));
            }
            return Err(match foreign::function(name) {
                Some(help) => problem.help(help),
                None => problem.maybe_help(did_you_mean(name, FUNCTIONS.iter().map(|function| function.name))),
            });
        };
        match call.target.is_some() {
            true if !function.member => {
                return Err(ExpressionProblem::new(at, format!("`{name}` stands alone: `{name}(value)`")));
            }
            false if !function.alone => {
                let message = format!("`{name}` stands after what it is asked of: `value.{name}(..)`");
                let problem = ExpressionProblem::new(at, message);
                return Err(match (name, call.arguments.as_slice()) {
                    ("sum" | "mean" | "min" | "max", [of]) => {
                        problem.help(format!("write `{}.{name}()`", self.text(of)))
                    }
                    ("min" | "max", [_, ..]) => problem.help(format!("of several values: `[a, b].{name}()`")),
                    _ => problem,
                });
            }
            _ => {}
        }
        // A function of both kinds takes one more when it stands alone.
        let more = usize::from(function.member && call.target.is_none());
        let takes: Vec<usize> = function.arguments.iter().map(|count| count + more).collect();
        if takes.contains(&call.arguments.len()) {
            return Ok(());
        }
        let takes = takes.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
        let plural = if takes == "1" { "" } else { "s" };
        let problem = self.at(expr, format!("`{name}` takes {takes} argument{plural}, not {}", call.arguments.len()));
        Err(match name {
            "all" | "exists" | "exists_one" | "existsOne" | "filter" => {
                problem.help(format!("name the element first: `list.{name}(x, x > 0)`"))
            }
            "map" => problem.help("name the element first: `list.map(x, x * 2)`"),
            _ => problem,
        })
    }

    fn size(&mut self, of: &Expr) -> Checked {
        let typed = self.present(of)?;
        match &typed.kind {
            Type::Text | Type::Collection(_) | Type::List(_) | Type::Object(_) | Type::Any => {
                Ok(Typed::new(Node::Size(Box::new(typed.node)), Type::Int { min: 0, max: u64::MAX.into() }))
            }
            other => Err(self.at(of, format!("`{}` is {other} and has no size", self.text(of)))),
        }
    }

    /// What is computed of all elements of a list or a set.
    fn total(&mut self, what: Total, of: &Expr) -> Checked {
        let typed = self.present(of)?;
        let text = self.text(of);
        if typed.kind.is_map() {
            let help = format!("of its values: `{text}.map(key, {text}[key])`");
            return Err(self.at(of, format!("`{text}` is a map: its elements are its keys")).help(help));
        }
        let Some(element) = typed.kind.element() else {
            let message = format!("`{text}` is {}, and a list or a set is needed here", typed.kind);
            return Err(self.at(of, message));
        };
        let is_extreme = matches!(what, Total::Min | Total::Max);
        let (numbers, kind) = match element.innermost() {
            Type::Any => (Numbers::Ints, Type::Any),
            Type::Int { .. } if what == Total::Sum => (Numbers::Ints, Type::INT),
            Type::Int { .. } if what == Total::Mean => (Numbers::Ints, Type::FLOAT),
            Type::Float { .. } if !is_extreme => (Numbers::Floats, Type::FLOAT),
            Type::Decimal if what == Total::Mean => {
                let problem = self.at(of, "a decimal cannot be divided without rounding");
                return Err(problem.help("compare the sum: `x.sum() <= limit * x.size()`"));
            }
            Type::Decimal => (Numbers::Decimals, Type::Decimal),
            number @ (Type::Int { .. } | Type::Float { .. } | Type::Time(_)) if is_extreme => {
                (Numbers::Ints, number.clone())
            }
            other => {
                let message = format!("an element of `{text}` is {other}, and a number is needed here");
                return Err(self.at(of, message));
            }
        };
        Ok(Typed::new(Node::Total(what, numbers, Box::new(typed.node)), kind).measured(typed.unit))
    }

    /// A part that is a text.
    fn string(&mut self, expr: &Expr) -> Checked {
        let typed = self.present(expr)?;
        match &typed.kind {
            Type::Text | Type::Char | Type::Enum(_) | Type::Any => Ok(typed),
            other => Err(self.at(expr, format!("`{}` is {other}, and a string is needed here", self.text(expr)))),
        }
    }

    fn text_test(&mut self, test: TextTest, text: &Expr, part: &Expr) -> Checked {
        let of = self.present(text)?;
        if test == TextTest::Contains && of.kind != Type::Any && of.kind.element().is_some() {
            let problem = self.at(text, format!("`{}` is {}, and a string is needed here", self.text(text), of.kind));
            return Err(problem.help(format!("write `{} in {}`", self.text(part), self.text(text))));
        }
        let of = self.string(text)?;
        let part = self.string(part)?;
        Ok(Typed::new(Node::TextTest(test, Box::new([of.node, part.node])), Type::Bool))
    }

    fn matches(&mut self, text: &Expr, pattern: &Expr) -> Checked {
        let of = self.string(text)?;
        let written = self.check(pattern)?;
        let Some(Constant::Text(written)) = written.constant() else {
            let problem = self.at(pattern, "the pattern of `matches` is a text that is written out");
            return Err(problem.help("so that it is checked, and compiled, once"));
        };
        match RegexBuilder::new(written).size_limit(PATTERN_SIZE).build() {
            Ok(regex) => Ok(Typed::new(Node::Matches(Box::new(of.node), Box::new(regex)), Type::Bool)),
            Err(error) => {
                // The last line of the message is the one that says it.
                let message = error.to_string();
                let last = message.lines().last().unwrap_or_default();
                let reason = last.strip_prefix("error: ").unwrap_or(last);
                Err(self.at(pattern, format!("this is not a regular expression: {reason}")))
            }
        }
    }

    fn timestamp(&mut self, text: &Expr) -> Checked {
        let typed = self.check(text)?;
        let Some(Constant::Text(written)) = typed.constant() else {
            return Err(self
                .at(text, "`timestamp` takes a text that is written out")
                .help("a field that is a time is compared as it is"));
        };
        match Time::parse(TimeKind::Instant, written) {
            Some(time) => Ok(Typed::new(Node::Constant(Constant::Time(time)), Type::Time(TimeKind::Instant))),
            None => {
                let problem = self.at(text, format!("{written:?} is not a time"));
                Err(problem.help(format!("write {}", TimeKind::Instant.example())))
            }
        }
    }

    /// A length of time, as a number of seconds.
    fn duration(&mut self, text: &Expr) -> Checked {
        let typed = self.check(text)?;
        let Some(Constant::Text(written)) = typed.constant() else {
            return Err(self
                .at(text, "`duration` takes a text that is written out")
                .help("a length of time is a number of seconds: a field that is one is compared as it is"));
        };
        match duration::parse(written) {
            Ok(length) => {
                let nanos = i128::try_from(length.as_nanos()).unwrap_or(i128::MAX);
                Ok(Typed::new(Node::Constant(Constant::Decimal(Decimal::of(nanos, 9).normalized())), Type::Decimal))
            }
            Err(why) => {
                let problem = self.at(text, format!("{written:?} is no length of time: {why}"));
                Err(problem.help("write whole numbers with units, such as '30s', '1h 30m' or '500ms'"))
            }
        }
    }

    /// What the calendar says of a moment.
    fn calendar(&mut self, part: CalendarPart, time: &Expr, zone: Option<&Expr>) -> Checked {
        let of = self.present(time)?;
        if !matches!(of.kind, Type::Time(TimeKind::Instant) | Type::Any) {
            let message = format!("`{}` is {}, and a moment in time is needed here", self.text(time), of.kind);
            return Err(self.at(time, message).help("such as `now`, or a field that is one"));
        }
        let zone = match zone {
            None => Zone::Utc,
            Some(expr) => {
                let typed = self.check(expr)?;
                let Some(Constant::Text(written)) = typed.constant() else {
                    let problem = self.at(expr, "the time zone is a text that is written out");
                    return Err(problem.help("such as 'UTC' or 'Europe/Berlin'"));
                };
                Zone::read(written).map_err(|(message, help)| self.at(expr, message).maybe_help(help))?
            }
        };
        let (least, most) = part.bounds();
        let kind = Type::Int { min: least.into(), max: u128::from(most.unsigned_abs()) };
        Ok(Typed::new(Node::Calendar(Box::new((part, zone)), Box::new(of.node)), kind))
    }

    fn convert(&mut self, to: Conversion, of: &Expr) -> Checked {
        let typed = self.present(of)?;
        let (fits, kind) = match to {
            Conversion::Int => (typed.kind.is_number() || typed.kind == Type::Text, Type::INT),
            Conversion::Double => (typed.kind.is_number() || typed.kind == Type::Text, Type::FLOAT),
            Conversion::String => (
                typed.kind.is_number()
                    || matches!(
                        typed.kind,
                        Type::Bool | Type::Text | Type::Char | Type::Time(_) | Type::Uuid | Type::Enum(_)
                    ),
                Type::Text,
            ),
        };
        if !fits && typed.kind != Type::Any {
            let message = format!("`{}` is {}, which cannot be made {kind}", self.text(of), typed.kind);
            return Err(self.at(of, message));
        }
        let unit = typed.unit.filter(|_| to != Conversion::String);
        Ok(Typed::new(Node::Convert(to, Box::new(typed.node)), kind).measured(unit))
    }
}
