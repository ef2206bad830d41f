//! Lambda's Runtime API for one process, with the times of what passes.
//! The test kit has a stub as well; this one needs no SDK to be built, and
//! hands an event over only when it is told to.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::http::{Connection, Request, Response};

const PREFIX: &str = "/2018-06-01/runtime/";

/// What the process did.
#[derive(Debug)]
enum Seen {
    Asked(Instant),
    Sent(Instant),
    Answered(Instant, String, Vec<u8>),
}

/// The stub; one per process.
#[derive(Debug)]
pub(crate) struct Platform {
    address: SocketAddr,
    events: Sender<Value>,
    seen: Receiver<Seen>,
}

/// How one event went.
#[derive(Debug)]
pub(crate) struct Answer {
    /// When the event left the stub.
    pub sent: Instant,
    /// When the answer had arrived whole.
    pub answered: Instant,
    /// The answer.
    pub body: Vec<u8>,
}

impl Platform {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let address = listener.local_addr().expect("a bound port");
        let (events, waiting) = channel();
        let (note, seen) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (waiting, note) = (Arc::clone(&waiting), note.clone());
                let _ = stream.set_nodelay(true);
                thread::spawn(move || {
                    // A process that ended drops its connection: that is no fault.
                    let _ = serve(Connection::new(stream), &waiting, &note);
                });
            }
        });
        Self {
            address,
            events,
            seen,
        }
    }

    /// The value for `AWS_LAMBDA_RUNTIME_API`.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Waits until the process asks for its first event, or fails before.
    pub fn wait_for_init(&self, limit: Duration) -> Instant {
        match self.next(limit) {
            Seen::Asked(at) => at,
            Seen::Answered(_, path, body) => panic!("{path}: {}", String::from_utf8_lossy(&body)),
            Seen::Sent(_) => panic!("an event was handed over before the first was asked for"),
        }
    }

    /// Has an event ready for whenever the process asks.
    pub fn send(&self, event: Value) {
        self.events.send(event).expect("the stub's threads run");
    }

    /// Waits for the answer to the event that was sent last.
    pub fn wait(&self, limit: Duration) -> Answer {
        let mut sent = None;
        loop {
            match self.next(limit) {
                Seen::Asked(_) => {}
                Seen::Sent(at) => sent = Some(at),
                Seen::Answered(answered, path, body) => {
                    let text = || String::from_utf8_lossy(&body).into_owned();
                    assert!(path.ends_with("/response"), "{path}: {}", text());
                    let sent = sent.expect("an answer follows its event");
                    return Answer {
                        sent,
                        answered,
                        body,
                    };
                }
            }
        }
    }

    fn next(&self, limit: Duration) -> Seen {
        self.seen
            .recv_timeout(limit)
            .unwrap_or_else(|_| panic!("the process said nothing for {limit:?}"))
    }
}

fn serve(
    mut client: Connection<std::net::TcpStream>,
    waiting: &Mutex<Receiver<Value>>,
    note: &Sender<Seen>,
) -> io::Result<()> {
    while let Some(request) = client.read()? {
        let arrived = Instant::now();
        if request.method == "GET" {
            let _ = note.send(Seen::Asked(arrived));
            let event = waiting.lock().expect("no thread died").recv();
            let Ok(event) = event else { return Ok(()) };
            let response = event_response(&event);
            let _ = note.send(Seen::Sent(Instant::now()));
            client.answer(&response)?;
        } else {
            let _ = note.send(answered(arrived, request));
            client.answer(&Response::new("202 Accepted", "application/json", "{}"))?;
        }
    }
    Ok(())
}

fn answered(at: Instant, request: Request) -> Seen {
    let path = request.path.strip_prefix(PREFIX).unwrap_or(&request.path);
    Seen::Answered(at, path.to_owned(), request.body)
}

fn event_response(event: &Value) -> Response {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let deadline = now + Duration::from_mins(15);
    let mut response = Response::new("200 OK", "application/json", event.to_string());
    response.headers.extend([
        (
            "Lambda-Runtime-Aws-Request-Id",
            format!("00000000-0000-4000-8000-{:012x}", now.as_micros()),
        ),
        (
            "Lambda-Runtime-Deadline-Ms",
            deadline.as_millis().to_string(),
        ),
        (
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:us-east-1:123456789012:function:bench".to_owned(),
        ),
        (
            "Lambda-Runtime-Trace-Id",
            "Root=1-00000000-000000000000000000000000;Sampled=0".to_owned(),
        ),
    ]);
    response
}
