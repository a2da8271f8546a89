//! Every file of the fuzz targets' corpora, and each with one of its lines left out: the loader says the same of a catalog that is
//! made of words.

use std::path::Path;

use super::*;
use crate::audit::ProcessEntry;
use crate::context::{CollectionKind, FieldSchema, FieldShape, Schema, Shape, TimeKind};
use crate::process::Gives;
use crate::workflow::file;

/// A catalog in words.
#[derive(Default)]
struct Words(BTreeMap<String, TypeText>);

fn unit(shape: &Shape) -> Option<String> {
    shape.unit_inside().map(str::to_owned)
}

impl Words {
    fn program(domain: &Schema, global: &Schema, processes: &[ProcessEntry]) -> Program {
        let mut words = Self::default();
        let (domain, global) = (words.context(domain), words.context(global));
        let processes = processes.iter().map(|process| words.process(process)).collect();
        Program { domain, global: Some(global), types: words.0, processes }
    }

    fn context(&mut self, schema: &Schema) -> TypeName {
        let fields = schema.fields.iter().map(|field| {
            let FieldSchema { name, zone, type_name, shape, nested, events, .. } = field;
            let shows = match nested {
                Some(nested) => self.context(nested),
                None => self.shape(shape),
            };
            let field =
                FieldText { name: (*name).to_owned(), shows, written: (*type_name).to_owned(), unit: unit(shape) };
            ContextField { field, zone: *zone, nested: nested.is_some(), events: events.map(str::to_owned) }
        });
        let fields = fields.collect();
        self.named(schema.name, Form::Context(ContextText { version: schema.version, fields, methods: Vec::new() }))
    }

    fn named(&mut self, name: &str, form: Form) -> TypeName {
        self.0.insert(name.to_owned(), text(form));
        plain(name)
    }

    fn shape(&mut self, shape: &Shape) -> TypeName {
        let integer = |min: i128, max: u128| {
            let of =
                |(name, least, most): &(&'static str, i128, u128)| (*least == min && *most == max).then_some(*name);
            let known = [
                ("u8", 0, u8::MAX.into()),
                ("i64", i64::MIN.into(), i64::MAX.unsigned_abs().into()),
                ("u128", 0, u128::MAX),
                ("i128", i128::MIN, i128::MAX.unsigned_abs()),
            ];
            plain(known.iter().find_map(of).unwrap_or_else(|| panic!("no such integer: {min}..={max}")))
        };
        match shape {
            Shape::Bool => plain("bool"),
            Shape::Int { min, max } => integer(*min, *max),
            Shape::Float32 => plain("f32"),
            Shape::Float64 => plain("f64"),
            Shape::Text => plain("String"),
            Shape::Char => plain("char"),
            Shape::Optional(inner) => of("Option", vec![self.shape(inner)]),
            Shape::Collection(list) if list.kind() == CollectionKind::List => {
                of("Vec", vec![self.shape(&list.element())])
            }
            Shape::Collection(map) if map.kind() == CollectionKind::SortedMap => {
                of("BTreeMap", vec![plain("String"), self.shape(&map.element())])
            }
            Shape::Enum(shape) => {
                let variant = |name: &str| VariantText { name: name.to_owned(), fields: Vec::new() };
                let variants = shape.variants.get().iter().map(|of| variant(of.name)).collect();
                self.named(shape.name, Form::Enum(EnumText { variants, methods: Vec::new() }))
            }
            Shape::Record(record) => {
                let field = |of: FieldShape| FieldText {
                    name: of.name.to_owned(),
                    shows: self.shape(&of.shape),
                    written: String::new(),
                    unit: unit(&of.shape),
                };
                let fields = record.fields.get().into_iter().map(field).collect();
                self.named(record.name, Form::Record(RecordText { fields, methods: Vec::new(), transparent: false }))
            }
            Shape::Measured(measured) => self.shape(&measured.shape),
            Shape::Decimal => plain("Duration"),
            Shape::Time(TimeKind::Instant) => plain("SystemTime"),
            Shape::Opaque => plain("Secret"),
            other => panic!("nothing of the catalogs is {other:?}"),
        }
    }

    fn process(&mut self, entry: &ProcessEntry) -> ProcessText {
        let contract = entry.contract;
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let paths = |accesses: &[crate::process::Access]| accesses.iter().map(|it| it.path.to_owned()).collect();
        let arguments = contract.arguments.iter().zip(&entry.arguments).map(|(argument, shape)| FieldText {
            name: argument.name.to_owned(),
            shows: self.shape(shape),
            written: argument.type_name.to_owned(),
            unit: unit(shape),
        });
        let arguments = arguments.collect();
        let local = (!entry.local.fields.is_empty()).then(|| FieldText {
            name: "local".to_owned(),
            shows: self.context(&entry.local),
            written: contract.local.unwrap_or(entry.local.name).to_owned(),
            unit: None,
        });
        let errors = contract.errors.iter().enumerate().map(|(place, name)| FieldText {
            name: (*name).to_owned(),
            shows: match entry.errors.get(place) {
                Some(Gives::Value(shape)) => self.shape(shape),
                _ => self.shape(&Shape::Opaque),
            },
            written: (*name).to_owned(),
            unit: None,
        });
        let errors = errors.collect();
        ProcessText {
            name: contract.process.to_owned(),
            inputs: paths(contract.inputs),
            outputs: paths(contract.outputs),
            effects: owned(contract.effects),
            errors,
            arguments,
            local,
            is_async: contract.is_async,
            is_blocking: contract.is_blocking,
            gives: match &entry.gives {
                Gives::Value(shape) => Some(FieldText {
                    name: "gives".to_owned(),
                    shows: self.shape(shape),
                    written: String::new(),
                    unit: None,
                }),
                Gives::Nothing | Gives::Hidden => None,
            },
        }
    }
}

/// The files of a corpus, and each with one of its lines left out.
fn texts(corpus: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(corpus);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    let mut texts = Vec::new();
    for file in files {
        let whole = std::fs::read_to_string(file).unwrap();
        let lines: Vec<&str> = whole.lines().collect();
        for left_out in 0..lines.len().min(60) {
            let kept = lines.iter().enumerate().filter(|(index, _)| *index != left_out).map(|(_, line)| *line);
            texts.push(kept.collect::<Vec<_>>().join("\n"));
        }
        texts.push(whole);
    }
    texts
}

/// Compares what is said of each text; of those that ask about a type which nobody described, that it is noticed.
fn compared(
    corpus: &str,
    described: &Described,
    itself: impl Fn(&Document) -> String,
    words: impl Fn(&Document) -> String,
) {
    let (mut same, mut refused) = (0, 0);
    for text in texts(corpus) {
        let Ok(document) = Document::parse(SourceFile::new("f.yaml", text.as_str())) else { continue };
        let said = words(&document);
        if described.unlisted().is_empty() {
            let expected = itself(&document);
            assert_eq!(said, expected, "{text}");
            (same, refused) = (same + 1, refused + usize::from(expected.contains("error[")));
        }
    }
    assert!(same > 90 && refused > 30, "{same} are the same, {refused} of them refused");
}

#[test]
fn of_recipes() {
    let itself = crate::audit::recipe::fixture::catalog();
    let described = Described::of(Words::program(&itself.domain, &itself.global, &itself.processes)).unwrap();
    let told = |document: &Document, catalog: &Catalog| match Recipe::load(document, catalog) {
        Ok(recipe) => recipe.warnings().iter().map(ToString::to_string).collect(),
        Err(error) => error.to_string(),
    };
    compared("recipe", &described, |document| told(document, &itself), |document| told(document, &described.catalog));
}

#[test]
fn of_workflows() {
    let itself = file::tests::fixture::catalog();
    let described = Described::of(Words::program(&itself.domain, &itself.global, &itself.processes)).unwrap();
    let told = |document: &Document, catalog: &file::Catalog| match file::load(document, catalog) {
        Ok(definition) => definition.warnings().iter().map(ToString::to_string).collect(),
        Err(error) => error.to_string(),
    };
    let words = file::Catalog::from(described.catalog.clone());
    compared("workflow", &described, |document| told(document, &itself), |document| told(document, &words));
}
