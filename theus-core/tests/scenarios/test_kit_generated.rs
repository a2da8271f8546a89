//! Commands, calls and states by chance, out of shapes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestError, TestRunner};
use serde::{Deserialize, Serialize};
use theus_core::Shape;
use theus_core::context::{Decimal, Time, TimeKind};
use theus_core::engine::ArgumentError;
use theus_core::prelude::*;
use theus_core::test::{GenerateError, Trial, calls, commands, states};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Inspect)]
#[serde(rename_all = "kebab-case")]
enum Means {
    #[default]
    InCash,
    Card {
        number: String,
        #[serde(default)]
        tries: u8,
    },
    Transfer(Cents),
    #[serde(rename = "split")]
    Both(Box<Means>, Box<Means>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize, Inspect)]
struct Cents(i64);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Inspect)]
struct Nothing;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Inspect)]
struct Empty {}

/// It holds itself, and comes to an end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Inspect)]
struct Tree {
    label: char,
    children: Vec<Tree>,
    left: Option<Box<Tree>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Inspect)]
enum Weekday {
    #[default]
    Monday,
    Tuesday,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Inspect)]
struct Order {
    #[serde(rename = "for")]
    buyer: Option<String>,
    means: Means,
    at: (u8, bool),
}

#[derive(Clone, Debug, Default, Context)]
struct Shop {
    total: i64,
    #[context(unit = "degF")]
    chamber: f32,
    orders: Vec<Order>,
    stock: BTreeMap<u16, u32>,
    #[context(nested)]
    desk: Desk,
    sig_open: bool,
    meta_seen: u64,
}

#[derive(Clone, Debug, Default, Context)]
struct Desk {
    clerk: String,
    days: BTreeSet<Weekday>,
}

/// Whatever can be an argument and looked into.
#[process(updates = [domain.total])]
fn take(
    ctx: Ctx<Shop>,
    small: i8,
    wide: i128,
    huge: u128,
    rate: f64,
    thin: f32,
    text: String,
    letter: char,
    order: Order,
    tree: Tree,
    by_day: BTreeMap<Weekday, u8>,
    named: HashMap<String, Option<i64>>,
    three: [u8; 3],
    nothing: Nothing,
    empty: Empty,
) {
    let _ = (small, wide, huge, rate, thin, text, letter, order, tree, by_day, named, three, nothing, empty);
    *ctx.domain.total = 0;
}

/// A type of another crate, as it were: it shows itself as that, is written as text, and takes no other text.
macro_rules! text_of {
    ($($name:ident: $shape:expr, |$text:ident| $is_one:expr;)*) => {$(
        #[derive(Clone, Debug, Serialize)]
        struct $name(String);

        impl Inspect for $name {
            fn shape() -> Shape {
                $shape
            }
            fn inspect(&self) -> theus_core::Value<'_> {
                self.0.inspect()
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $text = String::deserialize(deserializer)?;
                if $is_one { Ok(Self($text)) } else { Err(serde::de::Error::custom(concat!("it is no ", stringify!($name)))) }
            }
        }
    )*};
}

text_of! {
    Instant: Shape::Time(TimeKind::Instant), |text| Time::parse(TimeKind::Instant, &text).is_some();
    Zoned: Shape::Time(TimeKind::Instant), |text| text.ends_with("Z[UTC]");
    Day: Shape::Time(TimeKind::Date), |text| Time::parse(TimeKind::Date, &text).is_some();
    Hour: Shape::Time(TimeKind::TimeOfDay), |text| Time::parse(TimeKind::TimeOfDay, &text).is_some();
    Moment: Shape::Time(TimeKind::DateTime), |text| Time::parse(TimeKind::DateTime, &text).is_some();
    Price: Shape::Decimal, |text| Decimal::parse(&text).is_some();
    Id: Shape::Uuid, |text| text.len() == 36 && text.split('-').count() == 5;
    Picky: Shape::Text, |text| text.len() == 3;
}

/// As an integer, and as a float.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Whole(i64);
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part(f64);

impl Inspect for Whole {
    fn shape() -> Shape {
        Shape::Decimal
    }
    fn inspect(&self) -> theus_core::Value<'_> {
        self.0.inspect()
    }
}

impl Inspect for Part {
    fn shape() -> Shape {
        Shape::Decimal
    }
    fn inspect(&self) -> theus_core::Value<'_> {
        self.0.inspect()
    }
}

/// Types of one shape that are written in several ways.
#[process(updates = [domain.total])]
fn at(
    ctx: Ctx<Shop>,
    since: SystemTime,
    for_long: Duration,
    instant: Instant,
    zoned: Zoned,
    day: Day,
    hour: Hour,
    moment: Moment,
    price: Price,
    whole: Whole,
    part: Part,
    id: Id,
    both: Vec<(Duration, SystemTime)>,
    codes: [u16; 2],
) {
    let _ = (since, for_long, instant, zoned, day, hour, moment, price, whole, part, id, both, codes);
    *ctx.domain.total = 0;
}

#[process(updates = [domain.total])]
fn pay(ctx: Ctx<Shop>, amount: i64, means: Means) -> bool {
    let _ = means;
    let after = ctx.domain.total.checked_sub(amount).filter(|after| *after >= 0 || amount <= 0);
    after.is_some_and(|after| {
        *ctx.domain.total = after;
        true
    })
}

#[process(updates = [domain.total])]
fn reset(ctx: Ctx<Shop>) {
    *ctx.domain.total = 0;
}

fn engine() -> Engine<Shop> {
    let builder = Engine::builder(Shop::default()).process::<Pay>().process::<Reset>().process::<At>();
    builder.build().unwrap()
}

fn drawn<S: Strategy>(strategy: &S, times: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..times).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn every_variant_and_both_ends_of_numbers_are_reached() {
    let takes = drawn(&commands::<Take>(), 600);
    let has = |what: &str, holds: &dyn Fn(&Take) -> bool| assert!(takes.iter().any(holds), "no {what}");
    has("cash", &|take| take.order.means == Means::InCash);
    has("card", &|take| matches!(&take.order.means, Means::Card { number, .. } if number.is_empty()));
    has("card without tries", &|take| matches!(take.order.means, Means::Card { tries: 0, .. }));
    has("card with tries", &|take| matches!(take.order.means, Means::Card { tries: 1.., .. }));
    has("transfer", &|take| matches!(take.order.means, Means::Transfer(_)));
    has("split", &|take| matches!(take.order.means, Means::Both(..)));
    has("buyer", &|take| take.order.buyer.is_some());
    has("nobody", &|take| take.order.buyer.is_none());
    for edge in [i8::MIN, -1, 0, 1, i8::MAX] {
        has("edge", &|take| take.small == edge);
    }
    has("least", &|take| take.wide == i128::MIN);
    has("greatest", &|take| take.wide == i128::MAX);
    has("huge", &|take| take.huge == u128::MAX);
    has("nan", &|take| take.rate.is_nan() && take.rate != 0.0);
    has("infinity", &|take| take.thin == f32::INFINITY);
    has("minus zero", &|take| take.rate == 0.0 && take.rate.is_sign_negative());
    has("empty text", &|take| take.text.is_empty());
    has("long text", &|take| take.text.len() > 500);
    has("leaf", &|take| take.tree.children.is_empty());
    has("tree of three", &|take| take.tree.children.iter().any(|child| child.left.is_some()));
    has("both days", &|take| take.by_day.len() == 2);
    has("array", &|take| take.three != [0, 0, 0]);
    let ats = drawn(&commands::<At>(), 100);
    assert!(ats.iter().any(|at| at.for_long.subsec_nanos() > 0) && ats.iter().any(|at| at.both.len() > 1));
    assert!(ats.iter().any(|at| at.price.0.contains('.')) && ats.iter().any(|at| at.id.0.starts_with("00000000-0000")));
}

#[test]
fn every_call_is_taken_by_its_name_and_every_process_is_called() {
    let (engine, mut called) = (engine(), BTreeMap::new());
    for call in drawn(&calls(&engine), 400) {
        let report = engine.run_named(call.process, &call.arguments);
        assert!(report.is_ok(), "{call}: {:?}", report.err());
        *called.entry(call.process).or_insert(0) += 1;
    }
    assert_eq!(called.keys().copied().collect::<Vec<_>>(), ["at", "pay", "reset"]);
    assert!(called.values().all(|times| *times > 50), "{called:?}");
    let fewer = drawn(&calls(&engine).without("at").argument("pay", "amount", 3..=4_i64), 50);
    let amounts: BTreeSet<_> = fewer.iter().filter_map(|call| call.arguments["amount"].as_i64()).collect();
    assert_eq!(amounts, BTreeSet::from([3, 4]));
    assert!(fewer.iter().all(|call| call.process != "at"));
    assert!(fewer.iter().any(|call| call.to_string() == "reset {}"));
}

#[test]
fn states_have_any_data_and_events_at_rest() {
    let states = drawn(&states::<Shop>(), 300);
    assert!(states.iter().all(|shop| !shop.sig_open && shop.meta_seen == 0));
    assert!(states.iter().any(|shop| shop.total == i64::MIN) && states.iter().any(|shop| shop.total == 0));
    assert!(states.iter().any(|shop| shop.chamber.is_nan()) && states.iter().any(|shop| shop.orders.len() > 2));
    assert!(states.iter().any(|shop| !shop.stock.is_empty()) && states.iter().any(|shop| shop.desk.days.len() == 2));
    assert!(
        states.iter().any(|shop| shop.desk.clerk.is_empty()) && states.iter().any(|shop| shop.desk.clerk.len() > 3)
    );
}

#[test]
fn a_property_is_five_lines_and_what_breaks_it_shrinks_to_the_least() {
    let any = (states::<Shop>().field("total", 0..=1_000_i64), commands::<Pay>());
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng());
    let kept = runner.run(&any, |(shop, pay)| {
        let after = Trial::of(shop).run(pay).unwrap().state.unwrap();
        prop_assert!(after.total >= 0);
        Ok(())
    });
    assert!(kept.is_ok(), "{kept:?}");
    let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng());
    let broken = runner.run(&any, |(shop, pay)| {
        let after = Trial::of(shop).run(pay).unwrap().state.unwrap();
        prop_assert!(after.total < 1_500);
        Ok(())
    });
    let Err(TestError::Fail(_, (shop, pay))) = broken else { panic!("{broken:?}") };
    assert_eq!(shop.total - pay.amount, 1_500, "{pay:?} on {shop:?}");
    assert_eq!((pay.means, shop.orders.len(), shop.chamber), (Means::InCash, 0, 0.0));
}

fn rng() -> proptest::test_runner::TestRng {
    proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha)
}

proptest! {
    #![proptest_config(Config { cases: 64, failure_persistence: None, ..Config::default() })]
    #[test]
    fn any_calls_are_taken_in_any_order(calls in vec(calls(&engine()), 0..6)) {
        let engine = engine();
        for call in calls {
            let taken: Result<_, ArgumentError> = engine.run_named(call.process, &call.arguments);
            prop_assert!(taken.is_ok());
        }
    }
}

/// Nothing is known of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Opaque(u8);

/// It is written as text, and its shape is a record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Inspect)]
#[serde(try_from = "String", into = "String")]
struct Code {
    digits: u8,
}

impl TryFrom<String> for Code {
    type Error = std::num::ParseIntError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(|digits| Self { digits })
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.digits.to_string()
    }
}

#[derive(Clone, Debug, Default, Context)]
struct Odd {
    count: u8,
    opaque: Opaque,
}

#[process(updates = [domain.count])]
fn seal(ctx: Ctx<Odd>, opaque: Opaque) {
    *ctx.domain.count = opaque.0;
}

#[process(updates = [domain.count])]
fn encode(ctx: Ctx<Odd>, code: Code) {
    *ctx.domain.count = code.digits;
}

#[process(updates = [domain.count])]
fn pick(ctx: Ctx<Odd>, picky: Picky, count: u8) {
    let _ = picky;
    *ctx.domain.count = count;
}

#[test]
fn what_cannot_be_made_is_told_with_what_to_do_about_it() {
    let opaque = commands::<Seal>().checked().unwrap_err();
    assert!(matches!(opaque, GenerateError::Opaque { .. }));
    let said = "nothing is known of the argument `opaque` of `seal`, whose type has no shape: derive `Inspect` for it, or say what it can \
                be by `.argument(name, strategy)`";
    assert_eq!(opaque.to_string(), said);
    // Unchecked, the test that begins with it is told.
    let mut runner = TestRunner::deterministic();
    let reason = commands::<Seal>().new_tree(&mut runner).map(drop).unwrap_err();
    assert_eq!(reason.message(), said);
    let otherwise = commands::<Encode>().checked().unwrap_err();
    assert!(matches!(&otherwise, GenerateError::Otherwise { type_name, .. } if type_name == "Code"), "{otherwise}");
    let refused = commands::<Pick>().checked().unwrap_err();
    assert!(
        refused.to_string().contains("the argument `picky` of `pick` does not take what it could be: it is no Picky"),
        "{refused}"
    );
    let unknown = commands::<Seal>().argument("opaqe", Just(1)).checked().unwrap_err();
    assert_eq!(unknown.to_string(), "there is no argument `opaqe` of `seal`; did you mean `opaque`?");
    let engine = Engine::builder(Odd::default()).process::<Seal>().process::<Pick>().build().unwrap();
    let unknown = calls(&engine).without("sael").checked().unwrap_err();
    assert_eq!(unknown.to_string(), "there is no process `sael`; did you mean `seal`?");
    assert!(matches!(calls(&engine).without("pick").checked().unwrap_err(), GenerateError::Opaque { .. }));
    let field = states::<Odd>().checked().unwrap_err();
    assert!(field.to_string().starts_with("nothing is known of the field `opaque` of `Odd`"), "{field}");
    let unknown = states::<Odd>().kept("opaqe").checked().unwrap_err();
    assert_eq!(unknown.to_string(), "there is no field `opaqe` of `Odd`; did you mean `opaque`?");
}

#[test]
fn what_a_test_says_of_a_value_is_what_it_can_be() {
    let seals = drawn(&commands::<Seal>().argument("opaque", (7_u8..9).prop_map(Opaque)).checked().unwrap(), 40);
    assert_eq!(seals.iter().map(|seal| seal.opaque.0).collect::<BTreeSet<_>>(), BTreeSet::from([7, 8]));
    let codes = drawn(&commands::<Encode>().argument("code", (0_u8..9).prop_map(|digits| Code { digits })), 10);
    assert!(codes.iter().all(|encode| encode.code.digits < 9));
    // What is written, and not the type.
    let picks = drawn(&commands::<Pick>().argument("picky", Just("abc")), 10);
    assert!(picks.iter().all(|pick| pick.picky.0 == "abc"));
    let wrong = commands::<Pick>().argument("picky", Just("ab")).checked().unwrap_err();
    assert!(matches!(wrong, GenerateError::Refused { .. }), "{wrong}");
    let kept = drawn(&states::<Odd>().kept("opaque"), 40);
    assert!(kept.iter().all(|odd| odd.opaque == Opaque(0)) && kept.iter().any(|odd| odd.count == u8::MAX));
}
