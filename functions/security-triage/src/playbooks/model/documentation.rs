//! docs/security-triage-playbooks.md says what the code does.

use std::fmt::Write as _;
use std::fs;

use nightshift_testkit::workspace_root;
use serde_json::Value;

use super::world::World;
use super::{config, plan};
use crate::playbooks::Playbook;
use crate::playbooks::journal::Phase;
use crate::playbooks::plan::{Deed, Step};

fn page() -> String {
    fs::read_to_string(workspace_root().join("docs/security-triage-playbooks.md")).unwrap()
}

fn row(step: &Step) -> String {
    let kind = serde_json::to_value(step.kind).unwrap();
    let (action, undo) = match &step.deed {
        Deed::Keep(look) | Deed::Check { look, .. } => (look.action(), None),
        Deed::Change(change) => (
            change.call.action(),
            change.undo.as_ref().map(|undo| undo.call.action()),
        ),
    };
    let undo = undo.map_or_else(String::new, |undo| format!("`{undo}`"));
    format!(
        "| `{}` | {} | `{action}` | {undo} |",
        step.name,
        kind.as_str().unwrap()
    )
}

/// The steps of every playbook for the small AWS of these tests.
#[test]
fn the_tables_are_the_plans() {
    let page = page();
    let mut missing = String::new();
    for playbook in Playbook::ALL {
        let mut config = config();
        config.isolate_instance.remove_profile = true;
        let plan = plan(playbook, &World::new(), &config);
        let mut table = "| step | kind | call | undo |\n|---|---|---|---|\n".to_owned();
        for step in &plan.steps {
            let _ = writeln!(table, "{}", row(step));
        }
        if !page.contains(&table) {
            let _ = writeln!(missing, "{playbook}\n{table}");
        }
        assert!(page.contains(&format!("## {playbook}\n")), "{playbook}");
    }
    assert!(missing.is_empty(), "not on the page:\n{missing}");
}

#[test]
fn every_setting_and_phase_is_told() {
    let page = page();
    let settings = serde_json::to_value(crate::playbooks::config::Config::default()).unwrap();
    let mut names = Vec::new();
    for (name, value) in settings.as_object().unwrap() {
        match value {
            Value::Object(inner) => {
                names.extend(inner.keys().map(|key| format!("`{name}.{key}`")));
            }
            _ => names.push(format!("`{name}`")),
        }
    }
    assert!(names.len() > 12);
    let phases = [
        Phase::Planned,
        Phase::Approved,
        Phase::Running,
        Phase::Done,
        Phase::Failed,
        Phase::Undoing,
        Phase::Undone,
    ];
    names.extend(phases.map(|phase| format!(" {}", phase.as_str())));
    for name in names {
        assert!(page.contains(&name), "{name}");
    }
}
