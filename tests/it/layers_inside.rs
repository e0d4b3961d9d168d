//! In which order the files of a folder stand: a folder's `mod.rs` declares its modules in reading order, each file uses
//! only those above it, and none uses what `mod.rs` itself defines. So there is no circle of imports.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Meta, Token, UseTree};

/// The folders whose order is held, with all folders inside them.
const FOLDERS: &[&str] = &[
    "alarm", "alerts", "cli", "config", "domain", "engine", "guance", "http", "jira", "notify", "page", "piped",
    "plan", "ports", "secret", "signals", "state", "text",
];

#[test]
fn files_use_only_what_is_declared_above_them() {
    let wrong: Vec<String> = FOLDERS.iter().flat_map(|name| wrong_in(&Module::read(name))).collect();
    assert!(wrong.is_empty(), "uses from below to above:\n{}", wrong.join("\n"));
}

#[test]
fn a_use_from_below_to_above_is_found() {
    let at = |name: &str, uses: &[&str]| File {
        path: path(&format!("a::{name}")),
        uses: uses.iter().map(|u| path(u)).collect(),
    };
    let module = |files: Vec<File>| Module {
        path: path("a"),
        order: ["low", "high"].map(str::to_owned).to_vec(),
        files,
        folders: Vec::new(),
    };
    assert_eq!(wrong_in(&module(vec![at("low", &["b::x"]), at("high", &["a::low::f"])])), Vec::<String>::new());
    assert_eq!(wrong_in(&module(vec![at("low", &["a::high::f"])])), ["a::low uses a::high::f, which stands below it"]);
    assert_eq!(
        wrong_in(&module(vec![at("low", &["a::Front"])])),
        ["a::low uses a::Front, which its own mod.rs defines"]
    );
    let deep = Module {
        path: path("a::low"),
        files: vec![File { path: path("a::low::low"), uses: [path("a::low::high"), path("a::high")].into() }],
        ..module(Vec::new())
    };
    let want =
        ["a::low::low uses a::high, which stands below it", "a::low::low uses a::low::high, which stands below it"];
    assert_eq!(wrong_in(&Module { folders: vec![deep], ..module(Vec::new()) }), want, "folders inside folders");
}

#[test]
fn paths_are_read_from_every_way_of_writing_them() {
    let text = "use crate::a::{low::{self, f}, high as other};\nuse super::low::g;\nfn f(x: super::X) -> crate::b::Y { child::z() }\n\
                mod child;\n#[cfg(test)]\nmod tests { use super::*; use crate::no; }\n\
                #[cfg(all(test, unix))]\nmod more_tests { use super::*; }\npub(in crate::a) fn h() {}";
    let file = File::parse(&path("a::here"), text);
    let want = ["a::X", "a::high", "a::low", "a::low::f", "a::low::g", "a::here::child::z", "b::Y"];
    assert_eq!(file.uses, want.map(path).into_iter().collect());
}

/// A module's path below the crate.
type ModulePath = Vec<String>;

fn path(text: &str) -> ModulePath {
    text.split("::").map(str::to_owned).collect()
}

/// A folder of modules.
struct Module {
    path: ModulePath,
    /// Its modules, in the order in which they are declared.
    order: Vec<String>,
    files: Vec<File>,
    folders: Vec<Self>,
}

/// A file, and the paths of this crate that it names.
struct File {
    path: ModulePath,
    uses: BTreeSet<ModulePath>,
}

/// Says what in a folder uses what stands below it.
fn wrong_in(module: &Module) -> Vec<String> {
    let depth = module.path.len();
    let mut wrong = Vec::new();
    for file in module.files.iter().chain(module.folders.iter().flat_map(Module::all_files)) {
        let place = |path: &ModulePath| module.order.iter().position(|name| Some(name) == path.get(depth));
        let Some(here) = place(&file.path) else { continue };
        for used in file.uses.iter().filter(|used| used.starts_with(&module.path)) {
            match place(used) {
                Some(there) if there <= here => {}
                Some(_) => {
                    wrong.push(format!("{} uses {}, which stands below it", file.path.join("::"), used.join("::")));
                }
                None => wrong.push(format!(
                    "{} uses {}, which its own mod.rs defines",
                    file.path.join("::"),
                    used.join("::")
                )),
            }
        }
    }
    wrong.extend(module.folders.iter().flat_map(wrong_in));
    wrong
}

impl Module {
    /// Reads a folder of `src`.
    fn read(name: &str) -> Self {
        Self::read_at(path(name), &Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name))
    }

    fn read_at(path: ModulePath, folder: &Path) -> Self {
        let front = syn::parse_file(&fs::read_to_string(folder.join("mod.rs")).unwrap()).unwrap();
        let declared = front.items.iter().filter_map(|item| match item {
            Item::Mod(one) if !is_test(&one.attrs) => Some(one.ident.to_string()),
            _ => None,
        });
        let mut module = Self { path, order: declared.collect(), files: Vec::new(), folders: Vec::new() };
        assert!(!module.order.is_empty(), "no module is declared in {}", folder.display());
        for name in module.order.clone() {
            let path = [module.path.clone(), vec![name.clone()]].concat();
            let inside = folder.join(&name);
            if inside.join("mod.rs").exists() {
                module.folders.push(Self::read_at(path, &inside));
            } else {
                let text = fs::read_to_string(folder.join(format!("{name}.rs"))).unwrap();
                assert!(!inside.exists(), "{}: the modules of a folder are declared in its mod.rs", inside.display());
                module.files.push(File::parse(&path, &text));
            }
        }
        // What stands in mod.rs itself is above none of its modules, but is a file of the folder around it.
        let text = fs::read_to_string(folder.join("mod.rs")).unwrap();
        module.files.push(File::parse(&module.path, &text));
        module
    }

    fn all_files(&self) -> Vec<&File> {
        self.files.iter().chain(self.folders.iter().flat_map(Self::all_files)).collect()
    }
}

impl File {
    fn parse(path: &ModulePath, text: &str) -> Self {
        let parsed = syn::parse_file(text).unwrap();
        let children = parsed.items.iter().filter_map(|item| match item {
            Item::Mod(one) => Some(one.ident.to_string()),
            _ => None,
        });
        let mut reader = Reader { here: path.clone(), children: children.collect(), uses: BTreeSet::new() };
        reader.visit_file(&parsed);
        Self { path: path.clone(), uses: reader.uses }
    }
}

/// Collects the paths of this crate that a file names.
struct Reader {
    here: ModulePath,
    children: BTreeSet<String>,
    uses: BTreeSet<ModulePath>,
}

impl Reader {
    fn add(&mut self, segments: &[String]) {
        let Some((first, mut rest)) = segments.split_first() else { return };
        let mut base = match first.as_str() {
            "crate" => Vec::new(),
            "self" => self.here.clone(),
            "super" => self.here[..self.here.len() - 1].to_vec(),
            name if self.children.contains(name) => [self.here.clone(), vec![name.to_owned()]].concat(),
            _ => return,
        };
        while let Some(("super", more)) = rest.split_first().map(|(name, more)| (name.as_str(), more)) {
            base.pop();
            rest = more;
        }
        let full = [base, rest.to_vec()].concat();
        if full != self.here {
            self.uses.insert(full);
        }
    }

    fn add_tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: String| [before, &[name]].concat();
        match tree {
            UseTree::Path(one) => self.add_tree(&with(one.ident.to_string()), &one.tree),
            UseTree::Name(one) if one.ident == "self" => self.add(before),
            UseTree::Name(one) => self.add(&with(one.ident.to_string())),
            UseTree::Rename(one) => self.add(&with(one.ident.to_string())),
            UseTree::Glob(_) => self.add(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(before, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.add(&segments);
        }
        visit::visit_path(self, path);
    }

    /// Who may see something is no use of that.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}
}

/// Returns true for `#[cfg(test)]` and `#[cfg(all(test, …))]`.
fn is_test(attributes: &[Attribute]) -> bool {
    let means_test = |meta: Meta| match meta {
        Meta::Path(word) => word.is_ident("test"),
        Meta::List(all) if all.path.is_ident("all") => all
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|words| words.iter().any(|word| word.path().is_ident("test"))),
        _ => false,
    };
    attributes.iter().any(|one| one.path().is_ident("cfg") && one.parse_args::<Meta>().is_ok_and(means_test))
}
