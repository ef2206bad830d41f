//! `scripts/bench` runs this: see docs/performance.md.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints its results, and stops where it cannot go on"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use nightshift_bench::{Authority, Machine, Plan, cold_start, reconcile, triage};

const USAGE: &str = "\
Usage: cargo bench -p nightshift-bench -- --functions DIR --zips DIR --subjects DIR --python FILE
           [--quick] [--only cold-start|reconcile|triage] [--out FILE]

scripts/bench builds what is measured and gives these paths.";

struct Options {
    plan: Plan,
    only: Option<String>,
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let folder = std::env::temp_dir().join(format!("nightshift-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the certificates");
    let machine = Machine::here(&options.plan.python);
    let authority = Authority::new(&folder);
    let wanted = |name: &str| options.only.as_deref().is_none_or(|only| only == name);
    let mut sections = vec![format!(
        "# Performance: the last full run\n\nWritten by `scripts/bench`; docs/performance.md explains it. {}",
        machine.to_markdown()
    )];
    if wanted("cold-start") {
        sections.push(cold_start(&options.plan, &authority));
    }
    if wanted("reconcile") {
        sections.push(reconcile(&options.plan, &authority));
    }
    if wanted("triage") {
        sections.push(triage(&options.plan, &authority));
    }
    let _ = std::fs::remove_dir_all(&folder);
    let text = sections.join("\n");
    println!("{text}");
    if let Some(out) = options.out {
        std::fs::write(&out, text).expect("the results can be written");
    }
    ExitCode::SUCCESS
}

fn options() -> Option<Options> {
    let mut plan = Plan {
        quick: false,
        functions: PathBuf::new(),
        subjects: PathBuf::new(),
        python: PathBuf::new(),
        zips: PathBuf::new(),
    };
    let (mut only, mut out) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => plan.quick = true,
            "--only" => {
                only = arguments
                    .next()
                    .filter(|name| matches!(name.as_str(), "cold-start" | "reconcile" | "triage"));
                only.as_ref()?;
            }
            "--out" => out = Some(arguments.next()?.into()),
            "--functions" => plan.functions = arguments.next()?.into(),
            "--subjects" => plan.subjects = arguments.next()?.into(),
            "--python" => plan.python = arguments.next()?.into(),
            "--zips" => plan.zips = arguments.next()?.into(),
            // Cargo adds it to every benchmark.
            "--bench" => {}
            _ => return None,
        }
    }
    let given = |path: &PathBuf| !path.as_os_str().is_empty();
    let complete = [&plan.functions, &plan.subjects, &plan.python, &plan.zips]
        .into_iter()
        .all(given);
    complete.then_some(Options { plan, only, out })
}
