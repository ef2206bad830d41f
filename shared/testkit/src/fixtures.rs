use std::fs;
use std::path::{Path, PathBuf};

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

/// The workspace's root folder.
pub fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the test kit lies two folders below the root")
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
