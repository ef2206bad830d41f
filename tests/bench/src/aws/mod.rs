//! A stub of the AWS APIs as off-hours, notify and security-triage call them:
//! right in the wire formats, pages and limits, answered from memory. Calls are
//! counted by operation; one that is not known is answered with an error and
//! counted as such too.

mod auto_scaling;
mod cbor;
mod cloudwatch;
mod dynamodb;
mod ec2;
mod ecs;
mod eks;
mod look_ups;
mod query;
mod rds;

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rustls::{ServerConnection, StreamOwned};
use serde_json::{Value, json};

use crate::calls::Calls;
use crate::estate::Estate;
use crate::http::{Connection, Request, Response};
use crate::tls::Authority;

pub(crate) use look_ups::Patience;

const JSON: &str = "application/x-amz-json-1.1";
const XML: &str = "text/xml";
/// The refusal of an operation that the stub does not have.
const UNKNOWN: &str = "InvalidAction";

/// The stub, serving until the process ends.
#[derive(Debug)]
pub struct AwsStub {
    address: SocketAddr,
    encrypted: bool,
    desk: Arc<Desk>,
}

#[derive(Debug)]
struct Desk {
    estate: Mutex<Estate>,
    calls: Mutex<Calls>,
    latency: Mutex<Duration>,
}

/// An answer, or an error in the service's own words.
type Answer = Result<Vec<u8>, Refusal>;

/// Why a call is refused.
#[derive(Clone, Debug)]
struct Refusal {
    code: &'static str,
    message: String,
}

impl AwsStub {
    /// Starts a stub on a free loopback port, with TLS if there is an authority.
    pub fn start(estate: Estate, authority: Option<&Authority>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free loopback port");
        let address = listener.local_addr().expect("a bound port");
        let desk = Arc::new(Desk {
            estate: Mutex::new(estate),
            calls: Mutex::default(),
            latency: Mutex::default(),
        });
        let serving = Arc::clone(&desk);
        let tls = authority.map(Authority::server);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (desk, tls) = (Arc::clone(&serving), tls.clone());
                let _ = stream.set_nodelay(true);
                // Clients that end drop their connections: that is no fault.
                thread::spawn(move || match tls {
                    None => desk.serve(Connection::new(stream)),
                    Some(tls) => {
                        let session = ServerConnection::new(tls).map_err(io::Error::other)?;
                        let stream: StreamOwned<_, TcpStream> = StreamOwned::new(session, stream);
                        desk.serve(Connection::new(stream))
                    }
                });
            }
        });
        Self {
            address,
            encrypted: authority.is_some(),
            desk,
        }
    }

    /// The value for `AWS_ENDPOINT_URL`.
    pub fn url(&self) -> String {
        let scheme = if self.encrypted { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Looks at or changes what the stub holds.
    pub fn with<T>(&self, look: impl FnOnce(&mut Estate) -> T) -> T {
        look(&mut self.desk.estate.lock().expect("no thread died"))
    }

    /// The calls since the last time, by `service:Operation`.
    pub fn take_calls(&self) -> Calls {
        std::mem::take(&mut self.desk.calls.lock().expect("no thread died"))
    }

    /// Lets every answer wait that long, as the network and AWS do.
    pub fn set_latency(&self, latency: Duration) {
        *self.desk.latency.lock().expect("no thread died") = latency;
    }
}

impl Desk {
    fn serve(&self, mut client: Connection<impl Read + Write>) -> io::Result<()> {
        while let Some(request) = client.read()? {
            let latency = *self.latency.lock().expect("no thread died");
            if !latency.is_zero() {
                thread::sleep(latency);
            }
            client.answer(&self.answer(&request))?;
        }
        Ok(())
    }

    fn answer(&self, request: &Request) -> Response {
        let service = match signed_service(request) {
            None => "webhook",
            // IAM's name for it.
            Some("tagging") => "tag",
            Some(service) => service,
        };
        match service {
            "autoscaling" | "rds" | "sns" | "ec2" => self.query(service, request),
            "application-autoscaling" | "cloudtrail" | "dynamodb" | "ecs" | "ssm" | "tag" => {
                self.json(service, request)
            }
            "monitoring" => self.cbor(request),
            "eks" => self.rest(request),
            "webhook" => {
                self.count("slack", "webhook");
                Response::new("200 OK", "text/plain", "ok")
            }
            other => {
                self.count(other, "unknown service");
                Response::new("404 Not Found", JSON, "{}")
            }
        }
    }

    fn count(&self, service: &str, operation: &str) {
        let key = format!("{service}:{operation}");
        *self
            .calls
            .lock()
            .expect("no thread died")
            .entry(key)
            .or_default() += 1;
    }

    /// A call that the stub does not have is told apart from one that AWS
    /// would refuse: whoever made it can go on, and the benchmark may not.
    fn count_unknown(&self, service: &str, operation: &str, answer: &Answer) {
        if answer
            .as_ref()
            .is_err_and(|refusal| refusal.code == UNKNOWN)
        {
            self.count(service, &format!("unknown {operation}"));
        }
    }

    fn query(&self, service: &str, request: &Request) -> Response {
        let form = query::Form::read(&request.body);
        let operation = form.one("Action").unwrap_or_default();
        self.count(service, operation);
        let answer = {
            let estate = &mut self.estate.lock().expect("no thread died");
            match service {
                "autoscaling" => auto_scaling::answer(estate, operation, &form),
                "rds" => rds::answer(estate, operation, &form),
                "ec2" => ec2::answer(estate, operation, &form),
                _ => publish(estate, operation, &form),
            }
        };
        self.count_unknown(service, operation, &answer);
        match answer {
            Ok(body) => Response::new("200 OK", XML, body),
            Err(refusal) if service == "ec2" => Response::new(
                "400 Bad Request",
                XML,
                format!(
                    "<Response><Errors><Error><Code>{}</Code><Message>{}</Message></Error></Errors><RequestID>1</RequestID></Response>",
                    refusal.code, refusal.message
                ),
            ),
            Err(refusal) => Response::new(
                "400 Bad Request",
                XML,
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>1</RequestId></ErrorResponse>",
                    refusal.code, refusal.message
                ),
            ),
        }
    }

    fn json(&self, service: &str, request: &Request) -> Response {
        let target = request.header("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        self.count(service, operation);
        let input: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let estate = &mut self.estate.lock().expect("no thread died");
        let answer = match service {
            "ecs" => ecs::answer(estate, operation, &input),
            "application-autoscaling" => ecs::answer_targets(estate, operation, &input),
            "cloudtrail" => look_ups::trail(estate, operation, &input),
            "dynamodb" => dynamodb::answer(estate, operation, &input),
            "tag" => look_ups::tags(estate, operation, &input),
            _ => parameter(estate, operation, &input),
        };
        self.count_unknown(service, operation, &answer);
        match answer {
            Ok(body) => Response::new("200 OK", JSON, body),
            Err(refusal) => refusal.json(),
        }
    }

    fn rest(&self, request: &Request) -> Response {
        let estate = &mut self.estate.lock().expect("no thread died");
        let (operation, answer) = eks::answer(estate, request);
        self.count("eks", operation);
        match answer {
            Ok(body) => Response::new("200 OK", "application/json", body),
            Err(refusal) => refusal.json(),
        }
    }

    fn cbor(&self, request: &Request) -> Response {
        let operation = request.path.rsplit('/').next().unwrap_or_default();
        self.count("cloudwatch", operation);
        let input = cbor::read(&request.body).unwrap_or_default();
        let estate = &mut self.estate.lock().expect("no thread died");
        let answer = cloudwatch::answer(estate, operation, &input);
        self.count_unknown("cloudwatch", operation, &answer);
        let (status, body) = match answer {
            Ok(body) => ("200 OK", body),
            Err(refusal) => {
                let words = json!({"__type": refusal.code, "message": refusal.message});
                ("400 Bad Request", cbor::write(&words))
            }
        };
        let mut response = Response::new(status, "application/cbor", body);
        response
            .headers
            .push(("smithy-protocol", "rpc-v2-cbor".to_owned()));
        response
    }
}

impl Refusal {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    fn unknown(operation: &str) -> Self {
        Self::new(UNKNOWN, format!("the stub does not know {operation}"))
    }

    fn json(&self) -> Response {
        let body = json!({"__type": self.code, "message": self.message}).to_string();
        let mut response = Response::new("400 Bad Request", JSON, body);
        response
            .headers
            .push(("x-amzn-errortype", self.code.to_owned()));
        response
    }
}

/// The service of the signature's scope: `.../20261123/us-east-1/rds/aws4_request`.
fn signed_service(request: &Request) -> Option<&str> {
    let authorization = request.header("authorization")?;
    authorization.split_once("Credential=")?.1.split('/').nth(3)
}

fn parameter(estate: &Estate, operation: &str, input: &Value) -> Answer {
    if operation != "GetParameter" {
        return Err(Refusal::unknown(operation));
    }
    let name = input["Name"].as_str().unwrap_or_default();
    let value = estate
        .parameters
        .get(name)
        .ok_or_else(|| Refusal::new("ParameterNotFound", name))?;
    let parameter = json!({"Parameter": {
        "Name": name, "Type": "String", "Value": value, "Version": 1, "DataType": "text",
        "LastModifiedDate": 1_735_689_600.0,
        "ARN": format!("arn:aws:ssm:us-east-1:123456789012:parameter{name}"),
    }});
    Ok(parameter.to_string().into_bytes())
}

fn publish(estate: &mut Estate, operation: &str, form: &query::Form) -> Answer {
    if operation != "Publish" {
        return Err(Refusal::unknown(operation));
    }
    let message = form.one("Message").unwrap_or_default();
    estate.published.push(message.to_owned());
    let id = format!("00000000-0000-4000-8000-{:012}", estate.published.len());
    Ok(query::result(
        "Publish",
        &format!("<MessageId>{id}</MessageId>"),
    ))
}

/// One page of an ordered map: the entries after `token`, at most `size`, and
/// the token of the next page if there is one.
fn page<'a, K: Ord + Clone + 'a, V: 'a>(
    entries: impl Iterator<Item = (&'a K, &'a V)>,
    size: usize,
) -> (Vec<(&'a K, &'a V)>, Option<K>) {
    let mut entries = entries.peekable();
    let page: Vec<_> = entries.by_ref().take(size).collect();
    let next = if entries.peek().is_some() {
        page.last().map(|(key, _)| (*key).clone())
    } else {
        None
    };
    (page, next)
}
