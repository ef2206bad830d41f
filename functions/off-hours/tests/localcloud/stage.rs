//! A test's own corner of the local cloud: an environment that no other test has.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{SystemTime, UNIX_EPOCH};

use nightshift_core::Region;
use nightshift_runtime::{CallError, Https, sdk_config};
use off_hours::aws::{Aws, Scope};
use off_hours::cloud::Cloud;
use off_hours::model::{AutoScalingMode, Call, Kind, Resource, State};

pub const TAG: &str = "Environment";

pub struct Stage {
    pub config: aws_config::SdkConfig,
    pub aws: Aws,
    pub region: Region,
    /// The environment's code, part of every name.
    pub name: String,
    authority: String,
}

impl Stage {
    /// None where no local cloud is told of; the reason is printed.
    pub async fn set(what: &str) -> Option<Self> {
        let Ok(endpoint) = std::env::var("AWS_ENDPOINT_URL") else {
            eprintln!("skipped: AWS_ENDPOINT_URL is not set; start scripts/local-cloud first");
            return None;
        };
        let config = sdk_config(&Https::new()).await;
        let region = Region::new("us-east-1");
        let nanos = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .subsec_nanos();
        let name = format!("{what}{}x{nanos}", std::process::id());
        let scope = scope(&name);
        Some(Self {
            aws: Aws::new(&config, std::slice::from_ref(&region), scope),
            authority: endpoint
                .trim_start_matches("http://")
                .trim_end_matches('/')
                .to_owned(),
            config,
            region,
            name,
        })
    }

    /// The one resource of a kind that carries this environment's tag, from a
    /// fresh sweep.
    pub async fn sole(&self, kind: Kind) -> Resource {
        let all = self.sweep(kind).await;
        assert_eq!(all.len(), 1, "{all:#?}");
        all.into_iter().next().unwrap()
    }

    pub async fn sweep(&self, kind: Kind) -> Vec<Resource> {
        let run = self.aws.begin(scope(&self.name));
        let mut found = run.sweep(kind, &self.region).await.unwrap();
        found.retain(|resource| resource.tags.get(TAG) == Some(&self.name));
        found
    }

    pub async fn look_all(&self, resources: &[Resource]) -> Vec<Resource> {
        self.aws.look(resources).await.unwrap()
    }

    pub async fn look(&self, resource: &Resource) -> Resource {
        let found = self.look_all(std::slice::from_ref(resource)).await;
        assert_eq!(found.len(), 1, "{found:#?}");
        let found = found.into_iter().next().unwrap();
        assert_eq!(found.arn, resource.arn);
        found
    }

    pub async fn call(&self, call: Call) {
        self.aws_call(&call).await.unwrap();
    }

    pub async fn aws_call(&self, call: &Call) -> Result<(), CallError> {
        self.aws.call(&self.region, call).await
    }

    /// Looks again and again while simulated time passes.
    pub async fn until(&self, resource: &Resource, state: &State) -> Resource {
        for _ in 0..10 {
            let now = self.look(resource).await;
            if now.state == *state {
                return now;
            }
            self.pass(120);
        }
        panic!(
            "{} never became {state:?}: {:#?}",
            resource.name,
            self.look(resource).await
        );
    }

    /// Lets simulated seconds pass.
    pub fn pass(&self, seconds: u32) {
        self.control(
            "clock",
            &format!("{{\"advance\": {seconds}, \"walk\": true}}"),
        );
    }

    /// Lets the next starts of a resource fail.
    pub fn fail_start(&self, resource: &str, cause: &str) {
        let body =
            format!("{{\"resource\": \"{resource}\", \"cause\": \"{cause}\", \"times\": 1}}");
        self.control("fail", &body);
    }

    fn control(&self, command: &str, body: &str) {
        let mut stream = TcpStream::connect(&self.authority).unwrap();
        write!(
            stream,
            "POST /_localcloud/{command} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.authority,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{command}: {answer}");
    }
}

fn scope(environment: &str) -> Scope {
    Scope {
        environment_tag: TAG.to_owned(),
        environment: environment.to_owned(),
        auto_scaling: AutoScalingMode::Zero,
    }
}
