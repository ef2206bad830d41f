//! Files of this checkout that a benchmark reads while it runs.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// A file, by its path from the repository's root.
///
/// The root is found as cargo says when it runs the benchmark. What the
/// compiler knew could be another checkout that shares the target folder.
pub(crate) fn path(file: &str) -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(
        || {
            panic!(
                "CARGO_MANIFEST_DIR is not set: run the benchmark by scripts/bench or cargo bench"
            )
        },
        PathBuf::from,
    );
    let root = package
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").exists());
    root.map_or_else(
        || panic!("{} is in no workspace", package.display()),
        |root| root.join(file),
    )
}

/// A file's text.
pub(crate) fn text(file: &str) -> String {
    let path = path(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file's JSON.
pub(crate) fn json(file: &str) -> Value {
    serde_json::from_str(&text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}
