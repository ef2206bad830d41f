use std::fs;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where and when it was measured, and with which versions.
#[derive(Clone, Debug)]
pub struct Machine {
    processor: String,
    cores: usize,
    memory: String,
    kernel: String,
    date: String,
    load: String,
    rust: String,
    python: String,
}

impl Machine {
    /// Reads it from this machine.
    pub fn here(python: &std::path::Path) -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name))
                .map(|rest| rest.trim_start_matches([' ', '\t', ':']).trim().to_owned())
                .unwrap_or_default()
        };
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let kibibytes: f64 = memory
            .split_whitespace()
            .next()
            .and_then(|number| number.parse().ok())
            .unwrap_or_default();
        let load = read("/proc/loadavg");
        Self {
            processor: field(&read("/proc/cpuinfo"), "model name"),
            cores: std::thread::available_parallelism().map_or(0, Into::into),
            memory: format!("{:.0} GB", kibibytes * 1024.0 / 1e9),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            date: date(),
            load: load
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
            rust: said("rustc", &["--version"]),
            python: said(
                &python.to_string_lossy(),
                &[
                    "-c",
                    "import platform, boto3; print('Python', platform.python_version() + ', boto3', boto3.__version__)",
                ],
            ),
        }
    }

    /// One paragraph of Markdown.
    pub fn to_markdown(&self) -> String {
        format!(
            "Measured {} on {} ({} cores, {}, Linux {}), load average at the start {}; {}; {}.\n",
            self.date,
            self.processor,
            self.cores,
            self.memory,
            self.kernel,
            self.load,
            self.rust,
            self.python
        )
    }
}

fn said(program: &str, arguments: &[&str]) -> String {
    Command::new(program)
        .args(arguments)
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}

/// Today in UTC.
fn date() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs();
    // Days to a civil date: years begin in March, so that leap days come last.
    let days = seconds / 86_400 + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
