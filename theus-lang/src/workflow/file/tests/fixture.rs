//! A desk to load workflows against: processes, fields, signals.

use crate::audit::ProcessEntry;
use crate::context::{
    Asked, EnumShape, FieldSchema, FieldShape, Inspect, Layer, RecordShape, Schema, Shape, TimeKind, VariantShape,
    WireForm, Zone,
};
use crate::process::{Access, Argument, Contract, Gives};
use crate::source::{Document, SourceError, SourceFile};
use crate::workflow::chart::Definition;
use crate::workflow::file::{self, Catalog};

const fn access(path: &'static str) -> Access {
    Access { layer: Layer::Domain, path, zone: Zone::Data }
}

const fn process(process: &'static str) -> Contract {
    Contract {
        process,
        inputs: &[],
        outputs: &[],
        effects: &[],
        messages: &[],
        errors: &[],
        arguments: &[],
        local: None,
        is_async: false,
        is_blocking: false,
    }
}

static P_LOAD: Contract = process("p_load");
static P_ANALYZE: Contract = process("p_analyze");
static P_RECORD: Contract = Contract {
    arguments: &[
        Argument { name: "timestamp", type_name: "i64", redact: false },
        Argument { name: "value", type_name: "f64", redact: false },
    ],
    ..process("p_record")
};
static CHARGE: Contract = Contract {
    arguments: &[
        Argument { name: "amount", type_name: "u8", redact: false },
        Argument { name: "to", type_name: "String", redact: false },
        Argument { name: "memo", type_name: "Option<String>", redact: false },
    ],
    errors: &["InsufficientFunds", "bank::AccountClosed"],
    ..process("charge")
};
static REFUND: Contract =
    Contract { arguments: &[Argument { name: "amount", type_name: "u8", redact: false }], ..process("refund") };
static FETCH: Contract = Contract { errors: &["RateLimited"], is_async: true, ..process("fetch") };
static DRAFT: Contract = Contract { outputs: &[access("domain.plan")], ..process("draft") };
static REVIEW: Contract =
    Contract { inputs: &[access("domain.plan")], outputs: &[access("domain.report")], ..process("review") };
static PUBLISH: Contract = Contract { inputs: &[access("domain.report")], ..process("publish") };
static PAINT: Contract =
    Contract { arguments: &[Argument { name: "colour", type_name: "Colour", redact: false }], ..process("paint") };
static WATCH: Contract = Contract {
    effects: &["bell"],
    outputs: &[Access { layer: Layer::Domain, path: "domain.sig_overheat", zone: Zone::Signal }],
    ..process("watch")
};
static SCAN: Contract = Contract { effects: &["scanner"], is_blocking: true, ..process("scan") };
static COUNT: Contract =
    Contract { inputs: &[access("domain.total")], outputs: &[access("domain.total")], ..process("count") };
static PRICE: Contract = process("price");
static SUM: Contract = Contract { inputs: &[access("domain.total")], ..process("sum") };

fn field(name: &'static str, zone: Zone, shape: Shape) -> FieldSchema {
    FieldSchema { name, zone, type_name: "T", doc: "", shape, nested: None, events: None, redact: false }
}

fn nested(name: &'static str, type_name: &'static str, fields: Vec<FieldSchema>) -> FieldSchema {
    let nested = Some(Schema { name: type_name, version: 1, fields, methods: Vec::new() });
    FieldSchema {
        name,
        zone: Zone::Data,
        type_name,
        doc: "",
        shape: Shape::Opaque,
        nested,
        events: None,
        redact: false,
    }
}

fn entry(contract: &'static Contract, arguments: Vec<Shape>) -> ProcessEntry {
    ProcessEntry { contract, arguments, local: Schema::empty(), gives: Gives::Nothing, errors: Vec::new() }
}

/// What `InsufficientFunds` holds.
fn funds() -> Shape {
    let fields = || {
        let field = |name, shape| FieldShape { name, shape };
        vec![
            field("retry_after", Shape::Float64),
            field("pause", Shape::Decimal),
            field("perhaps", <Option<i64>>::shape()),
            field("note", Shape::Text),
        ]
    };
    let (fields, methods) = (Asked::of(fields), Asked::of(Vec::new));
    Shape::Record(RecordShape {
        name: "InsufficientFunds",
        fields,
        methods,
        transparent: false,
        wire: Asked::of(WireForm::unknown),
    })
}

pub(crate) fn catalog() -> Catalog {
    let byte = Shape::Int { min: 0, max: 255 };
    let plain = [&P_LOAD, &P_ANALYZE, &FETCH, &DRAFT, &REVIEW, &PUBLISH, &COUNT, &SUM, &WATCH, &SCAN];
    let mut processes: Vec<ProcessEntry> = plain.into_iter().map(|contract| entry(contract, Vec::new())).collect();
    processes.push(entry(&P_RECORD, vec![i64::shape(), Shape::Float64]));
    let charge = entry(&CHARGE, vec![byte.clone(), Shape::Text, Shape::Optional(Box::new(Shape::Text))]);
    processes.push(ProcessEntry { errors: vec![Gives::Value(funds()), Gives::Hidden], ..charge });
    processes.push(entry(&REFUND, vec![byte]));
    let variants = || ["Red", "DarkBlue"].map(|name| VariantShape { name, fields: Vec::new() }).into();
    processes.push(entry(
        &PAINT,
        vec![Shape::Enum(EnumShape {
            name: "Colour",
            variants: Asked::of(variants),
            methods: Asked::of(Vec::new),
            wire: Asked::of(WireForm::unknown),
        })],
    ));
    let fields = || {
        let amount = FieldShape { name: "amount", shape: Shape::Int { min: 0, max: 255 } };
        vec![amount, FieldShape { name: "note", shape: Shape::Text }]
    };
    let fields = Asked::of(fields);
    let price = RecordShape {
        name: "Price",
        fields,
        methods: Asked::of(Vec::new),
        transparent: false,
        wire: Asked::of(WireForm::unknown),
    };
    processes.push(ProcessEntry { gives: Gives::Value(Shape::Record(price)), ..entry(&PRICE, Vec::new()) });
    let machine = vec![
        field("sig_stop", Zone::Signal, Shape::Bool),
        field("speed", Zone::Data, Shape::Float64),
        field("pause", Zone::Data, Shape::Decimal),
        field("deadline", Zone::Data, Shape::Time(TimeKind::Instant).optional()),
    ];
    let domain = vec![
        field("total", Zone::Data, i64::shape()),
        field("ready", Zone::Data, Shape::Bool),
        field("items", Zone::Data, <Vec<String>>::shape()),
        field("name", Zone::Data, Shape::Text),
        field("note", Zone::Data, <Option<String>>::shape()),
        field("plan", Zone::Data, Shape::Text),
        field("report", Zone::Data, Shape::Text),
        nested("machine", "Machine", machine),
        field("cmd_start", Zone::Signal, Shape::Bool),
        field("sig_overheat", Zone::Signal, Shape::Bool),
        field("meta_trace", Zone::Meta, Shape::Text),
    ];
    Catalog {
        processes,
        domain: Schema { name: "Desk", version: 1, fields: domain, methods: Vec::new() },
        global: Schema {
            name: "Limits",
            version: 1,
            fields: vec![field("most", Zone::Data, i64::shape())],
            methods: Vec::new(),
        },
        external: Vec::new(),
    }
}

pub(crate) fn load(yaml: &str) -> Result<Definition, SourceError> {
    file::load(&Document::parse(SourceFile::new("flows/desk.yaml", yaml))?, &catalog())
}
