use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// One file of `events/<function>/`.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The file's name without its ending.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// What `cargo lambda invoke --data-file` would send.
    pub event: Value,
}

/// The folder of the package under test, as cargo and nextest say when they run
/// a test. What the compiler knew could be another checkout that shares the
/// target folder with this one.
pub fn package_root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(
        || panic!("CARGO_MANIFEST_DIR is not set: run tests and benchmarks by cargo, or set it to the folder of the package"),
        PathBuf::from,
    )
}

/// The workspace's root folder.
pub fn workspace_root() -> PathBuf {
    let package = package_root();
    package
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file())
        .unwrap_or_else(|| panic!("no folder above {} has a Cargo.lock", package.display()))
        .to_owned()
}

/// Every fixture of a function, by name. A folder without any is an error, so
/// that a test over all of them never passes over none.
pub fn fixtures(function: &str) -> Vec<Fixture> {
    let folder = workspace_root().join("events").join(function);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} has no fixture", folder.display());
    paths.into_iter().map(read).collect()
}

/// One fixture by name.
pub fn fixture(function: &str, name: &str) -> Fixture {
    read(
        workspace_root()
            .join("events")
            .join(function)
            .join(format!("{name}.json")),
    )
}

fn read(path: PathBuf) -> Fixture {
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let event = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("{} is not JSON: {error}", path.display()));
    let name = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    Fixture { name, path, event }
}
