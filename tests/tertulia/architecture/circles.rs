//! No file of `src` imports itself by way of others.
//!
//! An import counts where a name is taken from: from the file that defines it, also when a parent module passes it on. A
//! parent that declares its children, and passes on what is theirs, does not import them by that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Module = Vec<String>;

/// One crate: its modules, each with what its file says.
struct Sources {
    modules: BTreeMap<Module, Source>,
}

/// A file without comments and unit tests.
struct Source {
    file: PathBuf,
    uses: Vec<Use>,
    /// What is not a `use`.
    code: String,
}

/// One name of a `use`.
#[derive(Clone)]
struct Use {
    passes_on: bool,
    path: Vec<String>,
    name: String,
}

impl Sources {
    /// The crate whose root is `root`, a file in `dir`, without the folders and files that are `not` its own.
    fn read(dir: &Path, root: &str, not: &[&str]) -> Sources {
        let mut sources = Sources { modules: BTreeMap::new() };
        sources.add(dir, &Vec::new(), root, not);
        sources
    }

    fn add(&mut self, dir: &Path, module: &Module, root: &str, not: &[&str]) {
        for entry in fs::read_dir(dir).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            if module.is_empty() && not.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                self.add(&path, &child(module, &name), root, not);
                continue;
            }
            let Some(stem) = name.strip_suffix(".rs") else { continue };
            let is_own = stem == "mod" || module.is_empty() && name == root;
            let of = if is_own { module.clone() } else { child(module, stem) };
            let text = fs::read_to_string(&path).expect("source is text");
            self.modules.insert(of, Source::parse(path, &text));
        }
    }

    /// The module whose file defines what `path` names as `from` reads it. None: it is another crate's.
    fn defines(&self, from: &Module, path: &[String], depth: usize) -> Option<Module> {
        assert!(depth < 32, "{path:?} leads nowhere");
        let (mut module, mut rest) = (from.clone(), path);
        match path.first()?.as_str() {
            "crate" => (module, rest) = (Module::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {}
            // A child module; anything else is a crate, or a name that a `use` has brought.
            first if self.modules.contains_key(&child(from, first)) => {}
            _ => return None,
        }
        while let Some(name) = rest.first() {
            if name == "super" {
                module.pop();
            } else if self.modules.contains_key(&child(&module, name)) {
                module.push(name.clone());
            } else {
                return Some(self.passed_on(&module, name, depth).unwrap_or(module));
            }
            rest = &rest[1..];
        }
        Some(module)
    }

    /// The module from which `module` has a name that it does not define itself: its children can take it from there.
    fn passed_on(&self, module: &Module, name: &str, depth: usize) -> Option<Module> {
        let passed = &self.modules[module].uses;
        if let Some(one) = passed.iter().find(|one| one.name == name) {
            return self.defines(module, &one.path, depth + 1);
        }
        passed.iter().filter(|one| one.name == "*").find_map(|one| {
            let other = self.defines(module, &one.path, depth + 1)?;
            let makes = |kind: &str| self.modules[&other].code.contains(&format!("{kind} {name}"));
            ["struct", "enum", "const", "fn", "type", "trait"].into_iter().any(makes).then_some(other)
        })
    }

    /// The other files that each file imports.
    fn imports(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let of = |module: &Module, source: &Source| {
            let own = source.uses.iter().filter(|one| !one.passes_on || has_word(&source.code, &one.name));
            let paths = own.map(|one| one.path.clone()).chain(paths(&source.code));
            let imported = paths.filter_map(|path| self.defines(module, &path, 0));
            imported.filter(|other| other != module).collect()
        };
        self.modules.iter().map(|(module, source)| (module, of(module, source))).collect()
    }

    /// Files that import one another, each circle in order.
    fn circles(&self) -> BTreeSet<Vec<String>> {
        let imports = self.imports();
        let reached = |from: &Module| {
            let (mut seen, mut next) = (BTreeSet::new(), vec![from.clone()]);
            while let Some(module) = next.pop() {
                let further = imports[&module].iter().filter(|other| seen.insert((*other).clone()));
                next.extend(further.cloned().collect::<Vec<_>>());
            }
            seen
        };
        let reached: BTreeMap<&Module, BTreeSet<Module>> =
            self.modules.keys().map(|module| (module, reached(module))).collect();
        let of = |module: &Module| -> Vec<String> {
            let theirs = reached[module].iter().filter(|other| reached[other].contains(module));
            theirs.map(|other| self.name(other)).collect()
        };
        self.modules.keys().map(of).filter(|circle| !circle.is_empty()).collect()
    }

    fn name(&self, module: &Module) -> String {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let file = &self.modules[module].file;
        file.strip_prefix(src).unwrap_or(file).to_str().expect("a name").to_owned()
    }
}

impl Source {
    fn parse(file: PathBuf, text: &str) -> Source {
        let text = text.split("#[cfg(test)]\nmod ").next().expect("a part");
        let (mut uses, mut code, mut open) = (Vec::new(), String::new(), None::<String>);
        for line in text.lines().map(|line| line.split("//").next().expect("a part").trim()) {
            let begun = open.take().map(|begun| begun + line);
            let statement = begun.or_else(|| is_use(line).then(|| line.to_owned()));
            match statement {
                None => code.extend([line, "\n"]),
                Some(statement) if statement.ends_with(';') => {
                    let passes_on = statement.starts_with("pub");
                    let tree = statement.split_once("use ").expect("a use").1.trim_end_matches(';');
                    spread(&[], tree, passes_on, &mut uses);
                }
                statement => open = statement,
            }
        }
        Source { file, uses, code }
    }
}

fn child(module: &Module, name: &str) -> Module {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

fn is_use(line: &str) -> bool {
    line.starts_with("use ")
        || line.starts_with("pub") && line.split(' ').nth(1) == Some("use")
        || line.starts_with("pub(in ") && line.contains(") use ")
}

/// All names of what stands behind a `use`.
fn spread(before: &[String], tree: &str, passes_on: bool, uses: &mut Vec<Use>) {
    if let Some((front, group)) = tree.split_once('{') {
        let front = front.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
        let before: Vec<String> = before.iter().cloned().chain(front).collect();
        let group = group.trim();
        let group = group.strip_suffix('}').unwrap_or(group);
        let (mut depth, mut from) = (0, 0);
        for (at, c) in group.char_indices().chain([(group.len(), ',')]) {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if c == ',' && depth == 0 {
                let part = group[from..at].trim();
                from = at + 1;
                if !part.is_empty() {
                    spread(&before, part, passes_on, uses);
                }
            }
        }
        return;
    }
    let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias)));
    let path = path.split("::").map(|part| part.trim().to_owned());
    let mut path: Vec<String> = before.iter().cloned().chain(path).collect();
    let name = alias.map_or_else(|| path.last().expect("a name").clone(), |alias| alias.trim().to_owned());
    path.retain(|part| part != "*");
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    uses.push(Use { passes_on, path, name });
}

/// The paths in code, each from where it begins.
fn paths(code: &str) -> impl Iterator<Item = Vec<String>> {
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let paths = words.filter(|word| word.contains("::") && !word.starts_with(':'));
    paths.map(|path| path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

fn has_word(code: &str, word: &str) -> bool {
    code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|other| other == word)
}

#[test]
fn files_import_one_another_in_no_circle() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let server = Sources::read(&src, "lib.rs", &["bin", "main.rs"]);
    let client = Sources::read(&src.join("bin/tertulia"), "main.rs", &[]);
    let found: BTreeSet<Vec<String>> = server.circles().into_iter().chain(client.circles()).collect();
    assert!(found.is_empty(), "these files import one another: {found:#?}");
}

#[test]
fn circle_by_way_of_a_parent_is_found() {
    let sources = |files: &[(&str, &str)]| Sources {
        modules: files
            .iter()
            .map(|(module, text)| {
                let path = module.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect();
                (path, Source::parse(PathBuf::from(module), text))
            })
            .collect(),
    };
    let circle = |files| sources(files).circles().into_iter().next().unwrap_or_default();
    let parent = ("", "mod a;\nmod b;\nmod c;\npub use a::A;\nuse b::{\n    B,\n};\n");
    let by_parent =
        [parent, ("a", "use super::B;"), ("b", "fn b() { crate::A::new() }"), ("c", "use super::B;")];
    assert_eq!(circle(&by_parent), ["a", "b"]);
    let by_module =
        [parent, ("a", "use super::{b::{self, B as C}};"), ("b", "use crate::c;"), ("c", "use super::a::A;")];
    assert_eq!(circle(&by_module), ["a", "b", "c"]);
    let with_parent = [("", "mod a;\npub use a::A;\nfn f(a: A) {}"), ("a", "use super::f;")];
    assert_eq!(circle(&with_parent), ["", "a"], "what a parent passes on and uses, it imports");
    let passed_on = [("", "mod a;\npub use a::A;\nstruct B;"), ("a", "// use self::B;\nuse super::B;")];
    assert!(circle(&passed_on).is_empty());
}
