use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// A unit of CloudWatch metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A number of things.
    Count,
    /// Thousandths of a second.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// A number without a unit, such as an amount of dollars.
    None,
}

/// One measured value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// The metric's name, such as `Stopped`.
    pub name: &'static str,
    /// Its value.
    pub value: f64,
    /// Its unit.
    pub unit: Unit,
}

impl Unit {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Seconds => "Seconds",
            Self::None => "None",
        }
    }
}

/// Writes one line in CloudWatch's Embedded Metric Format, in the namespace
/// `Nightshift` with the dimensions Environment and Function. A line that
/// cannot be written is dropped: metrics never stop the work.
pub fn emit(environment: &str, function: &str, at: Timestamp, metrics: &[Metric]) {
    let line = line(environment, function, at, metrics);
    drop(writeln!(io::stdout().lock(), "{line}"));
}

fn line(environment: &str, function: &str, at: Timestamp, metrics: &[Metric]) -> Value {
    let definitions: Vec<Value> = metrics
        .iter()
        .map(|metric| json!({"Name": metric.name, "Unit": metric.unit.as_str()}))
        .collect();
    let mut fields = Map::new();
    fields.insert(
        "_aws".to_owned(),
        json!({
            "Timestamp": at.as_millisecond(),
            "CloudWatchMetrics": [{
                "Namespace": "Nightshift",
                "Dimensions": [["Environment", "Function"]],
                "Metrics": definitions,
            }],
        }),
    );
    fields.insert("Environment".to_owned(), environment.into());
    fields.insert("Function".to_owned(), function.into());
    for metric in metrics {
        fields.insert(metric.name.to_owned(), metric.value.into());
    }
    Value::Object(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_defines_and_carries_every_metric() {
        let stopped = Metric {
            name: "Stopped",
            value: 3.0,
            unit: Unit::Count,
        };
        let line = line("dev", "off-hours", Timestamp::UNIX_EPOCH, &[stopped]);
        let definition = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(definition["Metrics"][0]["Name"], "Stopped");
        assert_eq!(definition["Dimensions"][0][1], "Function");
        assert_eq!(line["Stopped"], 3.0);
        assert_eq!(line["Environment"], "dev");
    }
}
