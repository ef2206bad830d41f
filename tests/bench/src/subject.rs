use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::aws::AwsStub;
use crate::estate::CONFIGURATION;
use crate::platform::{Answer, Platform};
use crate::tls::Authority;

/// How a process is started.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub path: PathBuf,
    pub arguments: Vec<PathBuf>,
    /// Variables beside Lambda's own.
    pub environment: Vec<(&'static str, String)>,
}

impl Program {
    /// A function's binary, on this AWS, with its configuration where the
    /// environment keeps it.
    pub fn function(path: &Path, aws: &AwsStub, authority: &Authority) -> Self {
        let bundle = authority.bundle().to_string_lossy().into_owned();
        Self {
            path: path.to_owned(),
            arguments: Vec::new(),
            environment: vec![
                ("AWS_ENDPOINT_URL", aws.url()),
                ("SSL_CERT_FILE", bundle),
                ("NIGHTSHIFT_CONFIG", format!("ssm:{CONFIGURATION}")),
                ("AWS_LAMBDA_LOG_LEVEL", "WARN".to_owned()),
            ],
        }
    }
}

/// A process under measurement, on a Runtime API of its own.
#[derive(Debug)]
pub(crate) struct Subject {
    child: Child,
    platform: Platform,
    /// When it was started.
    pub spawned: Instant,
    /// When it asked for its first event.
    pub initialised: Instant,
}

impl Subject {
    /// Starts `program` with exactly these variables beside Lambda's own, and
    /// waits until it asks for its first event; `ready` is handed over then
    /// without delay. What it writes goes to `/dev/null`: a pipe that nobody
    /// reads would stop it.
    pub fn start(program: &Program, ready: Option<Value>) -> Self {
        let platform = Platform::start();
        if let Some(event) = ready {
            platform.send(event);
        }
        let Program {
            path,
            arguments,
            environment,
        } = program;
        let mut command = Command::new(path);
        command
            .args(arguments)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", platform.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_REGION", crate::REGION)
            .env("AWS_DEFAULT_REGION", crate::REGION)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "benchmark")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let spawned = Instant::now();
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let initialised = platform.wait_for_init(Duration::from_mins(1));
        Self {
            child,
            platform,
            spawned,
            initialised,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Hands an event over and waits for the answer.
    pub fn invoke(&self, event: Value, limit: Duration) -> Answer {
        self.platform.send(event);
        self.platform.wait(limit)
    }

    /// Waits for the answer to an event that was handed over before.
    pub fn wait(&self, limit: Duration) -> Answer {
        self.platform.wait(limit)
    }

    /// Processor time of all its threads so far, as the scheduler accounts it.
    pub fn cpu(&self) -> Duration {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.id()));
        let nanoseconds = tasks
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok())
            .filter_map(|line| line.split_whitespace().next()?.parse::<u64>().ok())
            .sum();
        Duration::from_nanos(nanoseconds)
    }

    /// The most memory that was resident at a time, in megabytes (10^6 bytes).
    pub fn peak_memory(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap_or_default();
        let kibibytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
            .unwrap_or(f64::NAN);
        kibibytes * 1024.0 / 1e6
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        // It waits for an event that will never come.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
