//! A stub of Lambda's Runtime API on a loopback port: enough to run a
//! function's real binary without AWS, and to tell how long it takes.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::http::{Connection, Request};

const VERSION: &str = "/2018-06-01/runtime/";

/// What the function answered to one event.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A report.
    Response(Value),
    /// An error of the invocation, with Lambda's `errorType` and message.
    Error {
        /// The stable kind.
        kind: String,
        /// The words.
        message: String,
    },
    /// An error before the first event was taken.
    InitError {
        /// The stable kind.
        kind: String,
        /// The words.
        message: String,
    },
}

/// When something happened, on the monotonic clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// The function first asked for an event: initialisation was over.
    pub first_next: Option<Instant>,
    /// The last event was handed over.
    pub sent: Option<Instant>,
    /// The last answer had arrived whole.
    pub answered: Option<Instant>,
}

/// The stub. Functions that were spawned with its address take events from it
/// one by one.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    events: Sender<(Value, Duration)>,
    answers: Receiver<Answer>,
    times: Arc<Mutex<Times>>,
}

/// A function's process; it ends when this is dropped.
#[derive(Debug)]
pub struct FunctionProcess {
    child: Child,
    /// Reads what it writes as it comes: a full pipe would hold it up.
    output: Option<JoinHandle<String>>,
    /// When the process was started.
    pub spawned: Instant,
}

impl FunctionProcess {
    /// The process's id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process and gives what it wrote to standard output.
    pub fn finish(mut self) -> String {
        // It waits for an event that will never come; killing it is the end
        // that Lambda gives it as well.
        let _ = self.child.kill();
        let output = self.output.take().and_then(|thread| thread.join().ok());
        output.unwrap_or_default()
    }
}

impl Drop for FunctionProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl RuntimeApi {
    /// Starts a stub on a free loopback port. Its threads end with the process.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let address = listener.local_addr().expect("a bound port");
        let (events, waiting) = channel();
        let (answered, answers) = channel();
        let times = Arc::new(Mutex::new(Times::default()));
        let desk = Arc::new(Desk {
            waiting: Mutex::new(waiting),
            answered: Mutex::new(answered),
            times: Arc::clone(&times),
        });
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let desk = Arc::clone(&desk);
                thread::spawn(move || {
                    // A function that was killed drops its connection: that is no fault.
                    let _ = Connection::new(stream).and_then(|client| desk.serve(client));
                });
            }
        });
        Self {
            address,
            events,
            answers,
            times,
        }
    }

    /// The value for `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Starts a function's binary on this stub with exactly these variables
    /// beside Lambda's own. Nothing is inherited: a developer's credentials
    /// must never reach a test.
    pub fn spawn(&self, binary: &Path, environment: &[(&str, &str)]) -> FunctionProcess {
        let name = binary
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let mut command = Command::new(binary);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", self.address())
            .env("AWS_LAMBDA_FUNCTION_NAME", &name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stub")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped());
        let spawned = Instant::now();
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
        let output = child.stdout.take().map(|mut output| {
            thread::spawn(move || {
                let mut text = String::new();
                let _ = io::Read::read_to_string(&mut output, &mut text);
                text
            })
        });
        FunctionProcess {
            child,
            output,
            spawned,
        }
    }

    /// Hands an event over and waits for the answer. The function is told that
    /// it has `limit`; the stub gives it a little longer.
    pub fn invoke(&self, event: Value, limit: Duration) -> Answer {
        self.events
            .send((event, limit))
            .expect("the stub's threads run");
        self.wait(limit)
    }

    /// Waits for an answer to an event that was handed over before, or for an
    /// error of the initialisation.
    pub fn wait(&self, limit: Duration) -> Answer {
        let grace = Duration::from_secs(5);
        match self.answers.recv_timeout(limit + grace) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => panic!("no answer after {limit:?} and {grace:?}"),
            Err(RecvTimeoutError::Disconnected) => panic!("the stub ended"),
        }
    }

    /// When the last things happened.
    pub fn times(&self) -> Times {
        *self.times.lock().expect("no thread of the stub died")
    }

    /// Waits until the function has asked for its first event.
    pub fn wait_for_init(&self, limit: Duration) -> Instant {
        let begun = Instant::now();
        loop {
            if let Some(at) = self.times().first_next {
                return at;
            }
            assert!(begun.elapsed() < limit, "not initialised after {limit:?}");
            thread::sleep(Duration::from_micros(200));
        }
    }
}

struct Desk {
    waiting: Mutex<Receiver<(Value, Duration)>>,
    answered: Mutex<Sender<Answer>>,
    times: Arc<Mutex<Times>>,
}

impl Desk {
    fn serve(&self, mut client: Connection) -> io::Result<()> {
        while let Some(request) = client.read()? {
            let arrived = Instant::now();
            let path = request.path.strip_prefix(VERSION).unwrap_or_default();
            match (request.method.as_str(), path) {
                ("GET", "invocation/next") => {
                    self.note(|times| {
                        times.first_next.get_or_insert(arrived);
                    });
                    let Some((event, limit)) = self.next_event() else {
                        return Ok(());
                    };
                    self.hand_over(&mut client, &event, limit)?;
                }
                ("POST", path) => {
                    let answer = answer(path, &request);
                    client.answer("202 Accepted", &[], b"{}")?;
                    if let Some(answer) = answer {
                        self.note(|times| times.answered = Some(arrived));
                        let answered = self.answered.lock().expect("no thread died");
                        let _ = answered.send(answer);
                    }
                }
                _ => client.answer("404 Not Found", &[], b"{}")?,
            }
        }
        Ok(())
    }

    fn next_event(&self) -> Option<(Value, Duration)> {
        self.waiting.lock().expect("no thread died").recv().ok()
    }

    fn hand_over(&self, client: &mut Connection, event: &Value, limit: Duration) -> io::Result<()> {
        let now = SystemTime::now();
        let since_epoch = |at: SystemTime| at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let deadline = since_epoch(now + limit).as_millis().to_string();
        let id = format!(
            "00000000-0000-4000-8000-{:012x}",
            since_epoch(now).as_micros()
        );
        let body = event.to_string();
        self.note(|times| times.sent = Some(Instant::now()));
        client.answer(
            "200 OK",
            &[
                ("Content-Type", "application/json"),
                ("Lambda-Runtime-Aws-Request-Id", &id),
                ("Lambda-Runtime-Deadline-Ms", &deadline),
                (
                    "Lambda-Runtime-Invoked-Function-Arn",
                    "arn:aws:lambda:us-east-1:123456789012:function:stub",
                ),
                (
                    "Lambda-Runtime-Trace-Id",
                    "Root=1-00000000-000000000000000000000000;Sampled=0",
                ),
            ],
            body.as_bytes(),
        )
    }

    fn note(&self, set: impl FnOnce(&mut Times)) {
        set(&mut self.times.lock().expect("no thread died"));
    }
}

fn answer(path: &str, request: &Request) -> Option<Answer> {
    let body: Value = serde_json::from_slice(&request.body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&request.body).into_owned()));
    let error = |body: &Value| {
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        (text("errorType"), text("errorMessage"))
    };
    if path == "init/error" {
        let (kind, message) = error(&body);
        Some(Answer::InitError { kind, message })
    } else if path.starts_with("invocation/") && path.ends_with("/error") {
        let (kind, message) = error(&body);
        Some(Answer::Error { kind, message })
    } else if path.starts_with("invocation/") && path.ends_with("/response") {
        Some(Answer::Response(body))
    } else {
        None
    }
}
