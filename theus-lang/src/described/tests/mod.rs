//! That a description of a program gives what the program itself gives.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod corpora;

use std::collections::BTreeMap;

use theus_core::prelude::*;

use super::*;
use crate::audit::Recipe;
use crate::source::{Document, SourceFile};

#[derive(Clone, Default, Inspect)]
enum Mode {
    #[default]
    Idle,
    Running {
        speed: u32,
    },
}

#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Inspect)]
struct Id(String);

#[derive(Clone, Default, Context)]
#[context(version = 3)]
struct Bank {
    total: i64,
    mode: Mode,
    held: BTreeMap<Id, Option<Vec<(u8, f64)>>>,
    sig_full: bool,
    #[context(unit = "kg")]
    loads: Vec<f64>,
    outlet: Celsius,
}

/// It says itself in what it is.
#[derive(Clone, Default, Inspect)]
struct Celsius(#[inspect(unit = "degC")] f64);

fn plain(word: &str) -> TypeName {
    TypeName::plain(word)
}

fn of(word: &str, arguments: Vec<TypeName>) -> TypeName {
    TypeName { word: word.to_owned(), arguments }
}

fn field(name: &str, shows: TypeName) -> FieldText {
    FieldText { name: name.to_owned(), written: shows.to_string(), shows, unit: None }
}

fn text(form: Form) -> TypeText {
    TypeText { parameters: Vec::new(), form }
}

/// The same in words.
fn program(listed: &[&str]) -> Program {
    let pairs = of("Vec", vec![of("tuple", vec![plain("u8"), plain("f64")])]);
    let of_field = |name, shows, zone| ContextField { field: field(name, shows), zone, nested: false, events: None };
    let bank = ContextText {
        version: 3,
        fields: vec![
            of_field("total", plain("i64"), Zone::Data),
            of_field("mode", plain("Mode"), Zone::Data),
            of_field("held", of("BTreeMap", vec![plain("Id"), of("Option", vec![pairs])]), Zone::Data),
            of_field("sig_full", plain("bool"), Zone::Signal),
            ContextField {
                field: FieldText { unit: Some("kg".to_owned()), ..field("loads", of("Vec", vec![plain("f64")])) },
                zone: Zone::Data,
                nested: false,
                events: None,
            },
            of_field("outlet", plain("Celsius"), Zone::Data),
        ],
        methods: Vec::new(),
    };
    let running = VariantText { name: "Running".to_owned(), fields: vec![field("speed", plain("u32"))] };
    let variants = vec![VariantText { name: "Idle".to_owned(), fields: Vec::new() }, running];
    let id = RecordText { fields: vec![field("0", plain("String"))], methods: Vec::new(), transparent: true };
    let degrees = FieldText { unit: Some("degC".to_owned()), ..field("0", plain("f64")) };
    let celsius = RecordText { fields: vec![degrees], methods: Vec::new(), transparent: true };
    let types = [
        ("Bank", Form::Context(bank)),
        ("Mode", Form::Enum(EnumText { variants, methods: Vec::new() })),
        ("Id", Form::Record(id)),
        ("Celsius", Form::Record(celsius)),
    ];
    let types = types.into_iter().filter(|(name, _)| *name == "Bank" || listed.contains(name));
    let process = ProcessText {
        name: "fill".to_owned(),
        inputs: Vec::new(),
        outputs: vec!["domain.total".to_owned(), "domain.mode".to_owned(), "domain.held".to_owned()],
        effects: Vec::new(),
        errors: Vec::new(),
        arguments: vec![FieldText { unit: Some("l".to_owned()), ..field("by", plain("u16")) }],
        local: None,
        is_async: false,
        is_blocking: false,
        gives: None,
    };
    Program {
        domain: plain("Bank"),
        global: None,
        types: types.map(|(name, form)| (name.to_owned(), text(form))).collect(),
        processes: vec![process],
    }
}

#[process(outputs = [domain.total, domain.mode, domain.held])]
fn fill(ctx: Ctx<Bank>, #[unit = "l"] by: u16) {
    ctx.domain.total.set(by.into());
    ctx.domain.mode.set(Mode::Running { speed: by.into() });
    ctx.domain.held.set(BTreeMap::from([(Id("a".to_owned()), None)]));
}

/// Entries that are right and wrong, of each kind of shape.
const ENTRIES: [&str; 18] = [
    "field: domain.total, min: 0",
    "field: domain.total, min: x",
    "field: domain.mode, eq: Running",
    "field: domain.mode, eq: Runing",
    "field: domain.mode.Running.speed, max: 4294967296",
    "field: domain.mode.Running.sped, max: 3",
    "field: 'domain.held[\"a\"][0].1', max: 3.5, where_present: true",
    "field: 'domain.held[3]', min_len: 1",
    "field: domain.held, min_len: 1",
    "field: domain.held.keys().len(), max: 3",
    "field: by, max: 70000",
    "field: domain.sig_full, eq: true",
    "field: 'domain.loads[*]', max: 3, unit: kg",
    "field: domain.loads.sum(), max: 3, unit: lb",
    "field: domain.outlet, max: 3, unit: degF",
    "field: by, max: 70, unit: gal",
    "that: 'domain.outlet > domain.loads.max()', level: B",
    "that: 'by > 7 && domain.outlet > 7.0', level: B",
];

fn told(entry: &str, catalog: &Catalog) -> String {
    let yaml = format!("process_recipes:\n  fill:\n    outputs:\n      - {{ {entry} }}\n");
    let document = Document::parse(SourceFile::new("r.yaml", yaml)).unwrap();
    match Recipe::load(&document, catalog) {
        Ok(recipe) => recipe.warnings().iter().map(ToString::to_string).collect(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn the_loader_says_of_the_description_what_it_says_of_the_program() {
    let engine = Engine::builder(Bank::default()).process::<Fill>().build().unwrap();
    let itself = theus_core_catalog(&engine);
    let described = Described::of(program(&["Mode", "Id", "Celsius"])).unwrap();
    for entry in ENTRIES {
        assert_eq!(told(entry, &described.catalog), told(entry, &itself), "{entry}");
        assert!(described.unlisted().is_empty(), "{entry}");
    }
    let measured = ENTRIES.iter().filter(|entry| told(entry, &itself).contains("is measured in")).count();
    assert_eq!(measured, 4, "units are known to both");
    assert_eq!(described.catalog.domain.version, 3);
}

/// The engine's own catalog, with the types of the crate under test.
fn theus_core_catalog(engine: &Engine<Bank>) -> Catalog {
    let theirs = engine.catalog();
    let process = |entry: theus_core::audit::ProcessEntry| crate::audit::ProcessEntry {
        contract: entry.contract,
        arguments: entry.arguments,
        local: entry.local,
        gives: entry.gives,
        errors: entry.errors,
    };
    let processes = theirs.processes.into_iter().map(process).collect();
    Catalog { processes, domain: theirs.domain, global: theirs.global }
}

#[test]
fn what_is_asked_of_a_type_that_is_not_listed_is_noticed_and_what_is_not_asked_is_not() {
    let described = Described::of(program(&[])).unwrap();
    assert!(described.unlisted().is_empty());
    told("field: domain.total, min: 0", &described.catalog);
    assert!(described.unlisted().is_empty());
    told("field: domain.mode, eq: Idle", &described.catalog);
    assert_eq!(described.unlisted().into_iter().collect::<Vec<_>>(), ["Mode"]);
    told("field: 'domain.held[\"a\"]', exists: true", &described.catalog);
    assert_eq!(described.unlisted().into_iter().collect::<Vec<_>>(), ["Id"]);
}

#[test]
fn a_word_that_many_have_a_type_of_is_known_where_the_program_says_which_one_is_meant() {
    use crate::context::{Shape, TimeKind};
    let with = |total: TypeName, alias: Option<(&str, TypeName)>| {
        let mut program = program(&["Mode", "Id", "Celsius"]);
        if let Some(TypeText { form: Form::Context(bank), .. }) = program.types.get_mut("Bank") {
            bank.fields[0].field.shows = total;
        }
        program.types.extend(alias.map(|(name, of)| (name.to_owned(), text(Form::Alias(of)))));
        let described = Described::of(program).unwrap();
        let shape = described.catalog.domain.fields[0].shape.clone().seen_through();
        (shape, described.unlisted().into_iter().next())
    };
    for word in ["Decimal", "Time", "Date", "Uuid", "DateTime", "Timestamp", "Instant"] {
        assert_eq!(with(plain(word), None), (Shape::Opaque, Some(word.to_owned())), "somebody's own {word}");
    }
    assert_eq!(with(plain("Decimal"), Some(("Decimal", plain("Decimal")))), (Shape::Decimal, None));
    assert_eq!(
        with(plain("At"), Some(("At", of("DateTime", vec![plain("Utc")])))).0,
        Shape::Opaque,
        "which `DateTime`?"
    );
    let told = |word, of| with(plain(word), Some((word, of)));
    assert_eq!(told("Money", plain("rust_decimal::Decimal")), (Shape::Decimal, None));
    assert_eq!(told("Money", plain("theus_core::Decimal")), (Shape::Decimal, None));
    assert_eq!(told("At", of("chrono::DateTime", vec![plain("Utc")])), (Shape::Time(TimeKind::Instant), None));
    let date_time = with(of("DateTime", vec![plain("Utc")]), Some(("DateTime", plain("chrono::DateTime"))));
    assert_eq!(date_time, (Shape::Time(TimeKind::Instant), None), "the argument is the field's");
    let table = || of("Table", vec![plain("Id"), plain("i64")]);
    let map = with(of("BTreeMap", vec![plain("Id"), plain("i64")]), None);
    assert_eq!(with(table(), Some(("Table", plain("theus_core::Table")))), map);
    assert_eq!(with(table(), None), (Shape::Opaque, Some("Table".to_owned())), "somebody's own");
    assert_eq!(told("Money", plain("Decimal")), (Shape::Opaque, Some("Decimal".to_owned())), "whose `Decimal`?");
    assert_eq!(told("Money", plain("jiff::Decimel")), (Shape::Opaque, Some("jiff::Decimel".to_owned())));
    assert_eq!(with(plain("Day"), Some(("Day", plain("i64")))), (i64::shape(), None));
    let via = |kind| with(of("ViaSerde", vec![plain(kind)]), None);
    assert_eq!(via("Date"), (Shape::Time(TimeKind::Date), None));
    assert_eq!(via("f64"), (Shape::Float64, None));
    assert_eq!(via("String"), (Shape::Opaque, Some("ViaSerde".to_owned())));
}

#[test]
fn what_does_not_fit_together_is_told() {
    let mut of_nothing = program(&[]);
    of_nothing.types.clear();
    assert!(Described::of(of_nothing).unwrap_err().contains("list it under `types`, as in `types = [Bank]`"));
    let mut nested = program(&[]);
    let Some(TypeText { form: Form::Context(bank), .. }) = nested.types.get_mut("Bank") else { panic!("a context") };
    for (at, word) in [(0, "Vault"), (1, "Desk")] {
        bank.fields[at].nested = true;
        bank.fields[at].field.shows = plain(word);
    }
    nested.processes[0].local = Some(field("local", plain("Slip")));
    assert_eq!(
        Described::of(nested).unwrap_err(),
        "`Desk`, `Slip`, `Vault` are contexts: list them under `types`, as in `types = [Desk, Slip, Vault]`"
    );
    let mut elsewhere = program(&[]);
    elsewhere.processes[0].outputs.push("domain.none".to_owned());
    assert_eq!(
        Described::of(elsewhere).unwrap_err(),
        "`fill` is a process of another context: `domain.none` is not in `Bank`"
    );
}
