//! docs/notify-matters.md says what the code does.

use std::fs;

use nightshift_core::{IsoDuration, Severity};
use nightshift_testkit::workspace_root;
use notify::matters::{FLIGHT, MattersConfig, State};
use serde_json::{Value, json};

use crate::world::{Channel, at, finding, grouped, over, start};

fn page() -> String {
    fs::read_to_string(workspace_root().join("docs/notify-matters.md")).unwrap()
}

/// The rows of the table whose head begins with `head`, cell by cell.
fn table(page: &str, head: &str) -> Vec<Vec<String>> {
    let rows: Vec<Vec<String>> = page
        .lines()
        .skip_while(|line| !line.starts_with(&format!("| {head}")))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells
                .map(|cell| cell.trim().trim_matches('`').to_owned())
                .collect()
        })
        .collect();
    assert!(!rows.is_empty(), "no table `{head}`");
    rows
}

/// Settings of the group are put over the group, all others over the channel.
fn configured(settings: &str) -> Value {
    let settings: Value = serde_json::from_str(settings).unwrap();
    let mut config = grouped();
    for (field, value) in settings.as_object().unwrap() {
        let place = if ["groups", "budget", "quiet_hours", "inhibitions"].contains(&field.as_str())
        {
            &mut config
        } else {
            &mut config["groups"][0]
        };
        place[field] = value.clone();
    }
    config
}

fn seconds(time: &str) -> i64 {
    let (minutes, seconds) = time.split_once(':').unwrap();
    minutes.parse::<i64>().unwrap() * 60 + seconds.parse::<i64>().unwrap()
}

fn play(settings: &str, heard: &str) -> String {
    let mut channel = Channel::new(configured(settings));
    for event in heard.split("; ") {
        let words: Vec<&str> = event.split(' ').collect();
        let now = at(seconds(words[0]));
        // What comes at one time is heard together.
        if now > channel.now {
            channel.until(now);
        }
        match words[1] {
            "silence" => {
                let matcher = serde_json::from_value(json!({"matter": words[2]})).unwrap();
                let lasts = IsoDuration::from_minutes(words[3].parse().unwrap());
                let silences = &mut channel.state.silences;
                silences
                    .silence(matcher, "mira", "an example", lasts, now)
                    .unwrap();
            }
            "over" => {
                channel.hear(vec![over(words[2], now)]);
            }
            severity => {
                let severity: Severity = serde_json::from_value(json!(severity)).unwrap();
                channel.hear(vec![finding(words[2], severity, now)]);
            }
        }
    }
    channel.after(23 * 3600);
    let told: Vec<String> = channel
        .sent
        .iter()
        .map(|sent| {
            let since = sent.at.duration_since(start()).as_secs();
            let reason = serde_json::to_value(sent.out.reason).unwrap();
            format!(
                "{}:{:02} {} {}",
                since / 60,
                since % 60,
                reason.as_str().unwrap(),
                sent.out.covers
            )
        })
        .collect();
    told.join("; ")
}

#[test]
fn the_examples_happen_as_told() {
    for row in table(&page(), "settings") {
        assert_eq!(play(&row[0], &row[1]), row[2], "{} {}", row[0], row[1]);
    }
}

#[test]
fn the_defaults_are_the_codes() {
    let config = serde_json::to_value(MattersConfig::default()).unwrap();
    let group = &config["groups"][1];
    for row in table(&page(), "field") {
        let told = &row[1];
        let code = &group[row[0].as_str()];
        let expected = match row[0].as_str() {
            "match" => continue,
            "by" => {
                let labels: Vec<&str> = code
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|label| label.as_str().unwrap())
                    .collect();
                labels.join(", ")
            }
            "repeat" => {
                assert_eq!(code["notice"], code["info"]);
                format!(
                    "critical `{}`, error `{}`, warning `{}`, notice and info `{}",
                    code["critical"].as_str().unwrap(),
                    code["error"].as_str().unwrap(),
                    code["warning"].as_str().unwrap(),
                    code["notice"].as_str().unwrap()
                )
            }
            _ => code
                .as_str()
                .map_or_else(|| code.to_string(), str::to_owned),
        };
        assert_eq!(*told, expected, "{}", row[0]);
    }
}

#[test]
fn the_accounts_and_the_numbers_are_the_codes() {
    let page = page();
    let mut tally = serde_json::to_value(State::default().accounts().tally).unwrap();
    let tally = tally.as_object_mut().unwrap();
    tally.remove("heard");
    let mut told: Vec<String> = table(&page, "account")
        .iter()
        .map(|row| row[0].clone())
        .collect();
    let mut code: Vec<String> = tally.keys().cloned().collect();
    told.sort();
    code.sort();
    assert_eq!(told, code);
    let budget = MattersConfig::default().budget;
    for words in [
        format!("`per_hour` ({})", budget.per_hour),
        format!("`urgent` ({})", budget.urgent),
        format!("`gather`\n(`{}`)", budget.gather),
        format!("{} minutes it is sent again", FLIGHT.as_mins()),
        format!("{}\nmembers are listed", State::LISTED),
        format!("{} more are known apart", State::PRINTS),
        format!("{} matters wait at a time", State::WAITING),
    ] {
        assert!(page.contains(&words), "the page does not say `{words}`");
    }
}
