use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// What a function of 128 MB gets.
pub(crate) const SHARE_OF_128_MB: f64 = share_of(128.0);
const PERIOD: Duration = Duration::from_millis(20);

/// What a function of so many megabytes gets of a processor: one belongs to
/// 1,769 MB (AWS Lambda Developer Guide, memory).
pub(crate) const fn share_of(megabytes: f64) -> f64 {
    megabytes / 1769.0
}

/// Holds a process to a share of one processor while this lives.
#[derive(Debug)]
pub(crate) struct CpuShare {
    held: Held,
}

#[derive(Debug)]
enum Held {
    ControlGroup(PathBuf),
    DutyCycle {
        over: Arc<AtomicBool>,
        thread: Option<JoinHandle<()>>,
    },
}

impl CpuShare {
    /// Begins to hold the process: by a control group's quota where this user
    /// may make one, else by stopping and continuing it in turn.
    pub fn hold(process: u32, share: f64) -> Self {
        let held = control_group(process, share).unwrap_or_else(|| duty_cycle(process, share));
        Self { held }
    }

    /// How it is done, for the table's foot.
    pub fn method() -> String {
        let means = if let Some(group) = make_group("probe", SHARE_OF_128_MB) {
            let _ = fs::remove_dir(group);
            "a control group's CPU quota"
        } else {
            "SIGSTOP and SIGCONT in turn (no control group may be made here)"
        };
        format!("{means}, period {} ms", PERIOD.as_millis())
    }
}

impl Drop for CpuShare {
    fn drop(&mut self) {
        match &mut self.held {
            Held::ControlGroup(group) => {
                // Only an empty group can be removed.
                if let Some(parent) = group.parent()
                    && let Ok(processes) = fs::read_to_string(group.join("cgroup.procs"))
                {
                    for process in processes.lines() {
                        let _ = fs::write(parent.join("cgroup.procs"), process);
                    }
                }
                let _ = fs::remove_dir(group);
            }
            Held::DutyCycle { over, thread } => {
                over.store(true, Ordering::Relaxed);
                if let Some(thread) = thread.take() {
                    let _ = thread.join();
                }
            }
        }
    }
}

fn control_group(process: u32, share: f64) -> Option<Held> {
    let group = make_group(&process.to_string(), share)?;
    if fs::write(group.join("cgroup.procs"), process.to_string()).is_ok() {
        return Some(Held::ControlGroup(group));
    }
    let _ = fs::remove_dir(group);
    None
}

fn make_group(name: &str, share: f64) -> Option<PathBuf> {
    let period = PERIOD.as_micros().to_string();
    let quota = format!("{:.0}", PERIOD.as_secs_f64() * 1e6 * share);
    let name = format!("nightshift-bench-{}-{name}", std::process::id());
    let second = Path::new("/sys/fs/cgroup").join(&name);
    let first = Path::new("/sys/fs/cgroup/cpu").join(&name);
    let unified = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    let group = if unified { second } else { first };
    fs::create_dir(&group).ok()?;
    let set = if unified {
        fs::write(group.join("cpu.max"), format!("{quota} {period}"))
    } else {
        fs::write(group.join("cpu.cfs_period_us"), &period)
            .and_then(|()| fs::write(group.join("cpu.cfs_quota_us"), &quota))
    };
    if set.is_err() {
        let _ = fs::remove_dir(&group);
        return None;
    }
    Some(group)
}

fn duty_cycle(process: u32, share: f64) -> Held {
    let over = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&over);
    let pid = i32::try_from(process).ok().and_then(Pid::from_raw);
    let thread = pid.map(|pid| {
        thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let _ = kill_process(pid, Signal::STOP);
                thread::sleep(PERIOD.mul_f64(1.0 - share));
                let _ = kill_process(pid, Signal::CONT);
                thread::sleep(PERIOD.mul_f64(share));
            }
            let _ = kill_process(pid, Signal::CONT);
        })
    });
    Held::DutyCycle { over, thread }
}
