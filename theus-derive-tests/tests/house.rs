//! The house: which file names which, and that arrows point one way. A circle of more than three files is a design fault.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use syn::visit::Visit;

/// Files of one crate, by the path of their module: `audit::recipe`.
type Files = BTreeMap<Module, File>;
type Module = Vec<String>;

/// What one file names.
#[derive(Default)]
struct File {
    module: Module,
    /// Paths that it names, from the root of the crate.
    named: Vec<Module>,
    /// What it hands on under a name of its own: no arrow, but who asks for it asks for what is behind it.
    exported: BTreeMap<String, Module>,
}

impl File {
    /// A path as it is written, from the root; `None` of what is not in the crate.
    fn absolute(&self, written: &[String]) -> Option<Module> {
        let (first, rest) = written.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([&self.module, rest].concat()),
            "super" => {
                let ups = written.iter().take_while(|word| *word == "super").count();
                let kept = self.module.len().checked_sub(ups)?;
                Some([&self.module[..kept], &written[ups..]].concat())
            }
            // It may be a module below this one; where there is none, nothing is found.
            _ => Some([&self.module, written].concat()),
        }
    }

    fn use_tree(&mut self, tree: &syn::UseTree, before: &mut Module, is_exported: bool) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.use_tree(&path.tree, before, is_exported);
                before.pop();
            }
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.use_tree(tree, before, is_exported));
            }
            syn::UseTree::Name(name) => self.used(before, &name.ident, &name.ident, is_exported),
            syn::UseTree::Rename(name) => self.used(before, &name.ident, &name.rename, is_exported),
            syn::UseTree::Glob(_) => self.named.extend(self.absolute(before)),
        }
    }

    fn used(&mut self, before: &Module, name: &syn::Ident, local: &syn::Ident, is_exported: bool) {
        let mut written = before.clone();
        // `use a::{self}` is `a`.
        if name != "self" {
            written.push(name.to_string());
        }
        let Some(absolute) = self.absolute(&written) else { return };
        if is_exported {
            self.exported.insert(local.to_string(), absolute);
        } else {
            self.named.push(absolute);
        }
    }
}

/// Whether an item is there for tests only.
fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Meta>().is_ok_and(|meta| meta.path().is_ident("test")))
    })
}

impl Visit<'_> for File {
    fn visit_item_use(&mut self, item: &syn::ItemUse) {
        if !is_for_tests(&item.attrs) {
            let is_exported = !matches!(item.vis, syn::Visibility::Inherited);
            self.use_tree(&item.tree, &mut Vec::new(), is_exported);
        }
    }

    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        // What is written in one file is one file: the module's own name does not count.
        if let Some((_, items)) = item.content.as_ref().filter(|_| !is_for_tests(&item.attrs)) {
            self.module.push(item.ident.to_string());
            items.iter().for_each(|item| self.visit_item(item));
            self.module.pop();
        }
    }

    fn visit_item_fn(&mut self, item: &syn::ItemFn) {
        if !is_for_tests(&item.attrs) {
            syn::visit::visit_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let words: Module = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if words.first().is_some_and(|first| first == "crate" || first == "super") {
            self.named.extend(self.absolute(&words));
        }
        syn::visit::visit_path(self, path);
    }

    // `pub(in crate::audit)` names nobody.
    fn visit_visibility(&mut self, _: &syn::Visibility) {}
}

fn read(folder: &Path, module: &Module, files: &mut Files) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" {
                read(&path, &[module.clone(), vec![name]].concat(), files);
            }
        } else if path.extension().is_some_and(|ext| ext == "rs") && !name.ends_with("tests") {
            let own = if matches!(name.as_str(), "mod" | "lib") {
                module.clone()
            } else {
                [module.clone(), vec![name]].concat()
            };
            let mut file = File { module: own.clone(), ..File::default() };
            file.visit_file(&syn::parse_file(&std::fs::read_to_string(&path).unwrap()).unwrap());
            files.insert(own, file);
        }
    }
}

/// The file in which a path ends: it is followed through what files hand on.
fn file_of<'f>(path: &Module, files: &'f Files, seen: &mut BTreeSet<Module>) -> Option<&'f Module> {
    let (length, (module, file)) =
        (0..=path.len()).rev().find_map(|length| Some((length, files.get_key_value(&path[..length])?)))?;
    match path.get(length).and_then(|name| file.exported.get(name)) {
        Some(behind) if seen.insert(path.clone()) => {
            file_of(&[behind.clone(), path[length + 1..].to_vec()].concat(), files, seen)
        }
        _ => Some(module),
    }
}

type Arrows<'f> = BTreeMap<&'f Module, BTreeSet<&'f Module>>;

fn arrows(files: &Files) -> Arrows<'_> {
    let of = |module, file: &File| {
        let named = file.named.iter().filter_map(|path| file_of(path, files, &mut BTreeSet::new()));
        named.filter(|other| *other != module).collect()
    };
    files.iter().map(|(module, file)| (module, of(module, file))).collect()
}

fn reached<'f>(from: &'f Module, arrows: &Arrows<'f>) -> BTreeSet<&'f Module> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        open.extend(arrows[module].iter().filter(|next| reached.insert(**next)));
    }
    reached
}

/// Files each of which leads to each other one.
fn circles(files: &Files) -> BTreeSet<BTreeSet<String>> {
    let arrows = arrows(files);
    let reached: BTreeMap<_, _> = arrows.keys().map(|module| (*module, reached(module, &arrows))).collect();
    let circle = |module| reached[module].iter().filter(|other| reached[**other].contains(module));
    let circles = arrows.keys().map(|module| circle(*module).map(|other| other.join("::")).collect::<BTreeSet<_>>());
    circles.filter(|circle| circle.len() > 3).collect()
}

fn files_of(folder: &str) -> Files {
    let mut files = Files::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder), &Vec::new(), &mut files);
    files
}

#[test]
fn no_more_than_three_files_name_each_other_in_a_circle() {
    let mut found = BTreeSet::new();
    for folder in ["theus-model/src", "theus-lang/src", "theus-core/src", "theus-macros/src"] {
        let files = files_of(folder);
        assert!(files.len() > 10, "the files of {folder} are there");
        found.extend(circles(&files));
    }
    assert!(found.is_empty(), "files that name each other in a circle: {found:#?}");
}

#[test]
fn a_circle_is_found_through_what_files_hand_on() {
    let file = |name: &str, text: &str| {
        let module: Module = if name.is_empty() { Vec::new() } else { name.split("::").map(str::to_owned).collect() };
        let mut file = File { module: module.clone(), ..File::default() };
        file.visit_file(&syn::parse_file(text).unwrap());
        (module, file)
    };
    let texts = [
        ("", "mod a; mod b; pub use a::deep::One;"),
        ("a", "mod deep; pub(crate) use deep::One;"),
        (
            "a::deep",
            "use crate::b::{Two as Second, self}; fn f() { super::super::c::run(); } #[cfg(test)] mod tests { use crate::d::X; }",
        ),
        ("b", "use super::c; pub(in crate::d) struct Two;"),
        ("c", "fn run() -> crate::d::X { todo() }"),
        ("d", "use crate::One;"),
    ];
    let mut files: Files = texts.iter().map(|(name, text)| file(name, text)).collect();
    let found = circles(&files);
    assert_eq!(found.len(), 1);
    assert_eq!(found.iter().next().unwrap().iter().collect::<Vec<_>>(), ["a::deep", "b", "c", "d"]);
    files.extend([file("d", "#[cfg(test)] use crate::One; pub(in crate::a) struct X;")]);
    assert!(circles(&files).is_empty(), "tests and visibilities name nobody");
}
