//! The state in the ledger: small, conditional, and whole after a crash.

use nightshift_core::{AccountId, Notification, Severity};
use nightshift_runtime::{Entry, LedgerError};
use nightshift_testkit::{Crash, FakeLedger};
use notify::matters::{MattersConfig, Outcome, Rules, Shelf};
use serde_json::json;

use crate::world::{at, finding, grouped, over, rules, start, word};

const ITEM: usize = 400 * 1024;

/// One run of the function: takes, sends, settles; the messages that were sent.
async fn run(
    shelf: &Shelf<'_, FakeLedger>,
    rules: &Rules,
    heard: Vec<Notification>,
    now: jiff::Timestamp,
) -> Result<Vec<(String, u64)>, LedgerError> {
    let mut kept = shelf.open(rules.channel()).await?;
    kept.state.take(heard, now, rules);
    let round = kept.state.due(now, rules, 20);
    shelf.keep(&mut kept).await?;
    let mut sent = Vec::new();
    for out in round.outgoing {
        sent.push((out.id.clone(), out.covers));
        let delivered = Outcome::Delivered { reference: None };
        kept.state.settle(&out.id, &delivered, now);
        shelf.keep(&mut kept).await?;
    }
    Ok(sent)
}

fn size(entry: &Entry) -> usize {
    let body: serde_json::Value = entry.body.read().unwrap();
    body.to_string().len() + entry.key.len() + 100
}

#[tokio::test]
async fn what_is_kept_is_found_as_it_was() {
    let ledger = FakeLedger::new();
    let shelf = Shelf::new(&ledger);
    let mut config = grouped();
    config["quiet_hours"] = json!({"hours": "daily 13:00-15:00 @UTC"});
    config["budget"] = json!({"per_hour": 2, "urgent": 0});
    let rules = rules(config);
    for minute in (0..200).step_by(5) {
        let now = at(minute * 60);
        let mut heard = vec![word(&format!("w{minute}"), Severity::Notice, now)];
        heard.push(finding(&format!("f{}", minute % 7), Severity::Warning, now));
        heard.push(over(&format!("f{}", minute % 5), now));
        run(&shelf, &rules, heard, now).await.unwrap();
        let kept = shelf.open("ops").await.unwrap();
        let accounts = kept.state.accounts();
        assert_eq!(accounts.sum(), accounts.tally.heard);
        // Read twice it is the same, and nothing has to be written.
        let writes = ledger.writes();
        let mut again = shelf.open("ops").await.unwrap();
        assert_eq!(again.state, kept.state);
        shelf.keep(&mut again).await.unwrap();
        assert_eq!(ledger.writes(), writes);
    }
    let accounts = shelf.open("ops").await.unwrap().state.accounts();
    assert_eq!(accounts.tally.heard, 120);
    assert!(accounts.tally.folded > 0 && accounts.tally.digested > 0);
}

#[tokio::test]
async fn who_comes_second_decides_anew() {
    let ledger = FakeLedger::new();
    let shelf = Shelf::new(&ledger);
    let rules = rules(json!({}));
    let mut one = shelf.open("ops").await.unwrap();
    let mut two = shelf.open("ops").await.unwrap();
    let heard = vec![word("one", Severity::Notice, start())];
    one.state.take(heard.clone(), start(), &rules);
    two.state.take(heard, start(), &rules);
    assert_eq!(one.state.due(start(), &rules, 20).outgoing.len(), 1);
    assert_eq!(two.state.due(start(), &rules, 20).outgoing.len(), 1);
    shelf.keep(&mut one).await.unwrap();
    assert!(matches!(
        shelf.keep(&mut two).await,
        Err(LedgerError::Conflict { .. })
    ));
    let sent = run(&shelf, &rules, vec![], at(1)).await.unwrap();
    assert_eq!(sent, [], "it is under way");
}

#[tokio::test]
async fn silences_are_the_same_for_every_channel() {
    let ledger = FakeLedger::new();
    let shelf = Shelf::new(&ledger);
    let (mut silences, version) = shelf.silences().await.unwrap();
    let matcher = serde_json::from_value(json!({"source": "off-hours"})).unwrap();
    let hour = nightshift_core::IsoDuration::from_hours(1);
    silences
        .silence(matcher, "mira", "upgrade", hour, start())
        .unwrap();
    shelf.keep_silences(&silences, version).await.unwrap();
    assert!(matches!(
        shelf.keep_silences(&silences, version).await,
        Err(LedgerError::Conflict { .. })
    ));
    let rules = rules(json!({}));
    let heard = vec![word("one", Severity::Notice, start())];
    assert_eq!(run(&shelf, &rules, heard, start()).await.unwrap(), []);
    let other = Rules::new("other", &MattersConfig::default(), "m").unwrap();
    let heard = vec![word("one", Severity::Notice, start())];
    assert_eq!(run(&shelf, &other, heard, start()).await.unwrap(), []);
}

/// A crash at every write of a busy day, before it and after it: whatever is
/// written down is sent, and what the queue still has it brings again.
#[tokio::test]
async fn a_crash_at_any_write_loses_nothing() {
    let mut config = grouped();
    config["budget"] = json!({"per_hour": 4, "urgent": 1, "gather": "PT1M"});
    config["quiet_hours"] = json!({"hours": "daily 12:20-12:40 @UTC"});
    let rules = rules(config);
    let day = |minute: i64| -> Vec<Notification> {
        let now = at(minute * 60);
        match minute {
            0 => (0..6)
                .map(|index| word(&format!("w{index}"), Severity::Notice, now))
                .collect(),
            3 => vec![finding("a", Severity::Error, now)],
            22 => vec![word("night", Severity::Notice, now), over("a", now)],
            60 => vec![finding("a", Severity::Critical, now)],
            _ => vec![],
        }
    };
    let mut crashes = 0;
    for crash in [Crash::Before, Crash::After] {
        for nth in 1.. {
            let ledger = FakeLedger::new();
            let shelf = Shelf::new(&ledger);
            ledger.crash_at_write(nth, crash);
            let mut queue: Vec<Notification> = Vec::new();
            let mut sent = Vec::new();
            let busy = (0..7).chain(20..26).chain(38..44).chain(58..66);
            for minute in busy.chain((70..300).step_by(10)) {
                queue.extend(day(minute));
                let now = at(minute * 60);
                if let Ok(told) = run(&shelf, &rules, queue.clone(), now).await {
                    sent.extend(told);
                    queue.clear();
                } else {
                    crashes += usize::from(ledger.crashed());
                    ledger.restart();
                }
            }
            let accounts = shelf.open("ops").await.unwrap().state.accounts();
            let place = format!("{crash:?} write {nth}: {accounts:?}");
            assert_eq!((accounts.waiting, accounts.on_the_way), (0, 0), "{place}");
            assert_eq!(
                accounts.tally.heard - accounts.tally.repeated,
                10,
                "{place}"
            );
            assert_eq!(accounts.sum(), accounts.tally.heard, "{place}");
            sent.sort();
            sent.dedup();
            // What was sent by a run that died is not in `sent`, but in the
            // accounts; without a death both are the same.
            let told: u64 = sent.iter().map(|(_, covers)| covers).sum();
            if ledger.writes() < nth {
                assert_eq!(told, 10);
                break;
            }
            assert!(told <= 10 + 6, "{place}");
        }
    }
    assert!(crashes > 40, "{crashes}");
}

#[tokio::test]
async fn no_item_outgrows_the_table_whatever_is_heard() {
    let ledger = FakeLedger::new();
    let shelf = Shelf::new(&ledger);
    let mut config = grouped();
    config["budget"] = json!({"per_hour": 1000, "urgent": 0});
    let rules = rules(config);
    for letter in ["\u{10ffff}", "\\"] {
        let long = letter.repeat(300);
        let heard: Vec<Notification> = (0..1100)
            .map(|index| Notification {
                title: format!("{long}{index}"),
                summary: long.repeat(if index % 100 == 0 { 200 } else { 1 }),
                owner: Some(long.clone()),
                account: AccountId::new(long.clone()),
                ..finding(&format!("{letter}{index}{long}"), Severity::Error, start())
            })
            .collect();
        let mut kept = shelf.open("ops").await.unwrap();
        kept.state.take(heard.clone(), start(), &rules);
        // Each of those listed has said more than is kept of it.
        for second in 1..6 {
            let later = heard.iter().take(60).map(|finding| Notification {
                occurred_at: at(second),
                ..finding.clone()
            });
            kept.state.take(later.collect(), at(second), &rules);
        }
        kept.state.due(at(40), &rules, 20);
        shelf.keep(&mut kept).await.unwrap();
    }
    // A thousand posts of one matter.
    let each = json!({"groups": [{"by": ["source"], "wait": "PT0S", "interval": "PT0S"}]});
    let posts = crate::world::rules(
        json!({"groups": each["groups"], "budget": {"per_hour": 1000, "urgent": 0}}),
    );
    let mut kept = shelf.open("ops").await.unwrap();
    for second in 0..1000 {
        let heard = word(&format!("p{second}"), Severity::Notice, at(second));
        kept.state.take(vec![heard], at(second), &posts);
        for out in kept.state.due(at(second), &posts, 20).outgoing {
            let delivered = Outcome::Delivered { reference: None };
            kept.state.settle(&out.id, &delivered, at(second));
        }
    }
    // A summary and a digest full of long names.
    let tight = crate::world::rules(json!({
        "groups": [],
        "budget": {"per_hour": 2, "urgent": 0, "gather": "PT24H"},
        "quiet_hours": {"hours": "daily 12:20-13:00 @UTC"},
    }));
    for second in (1100..1300).step_by(2) {
        let letters = "\u{10ffff}".repeat(300);
        let now = at(second);
        let words = (0..3).map(|index| Notification {
            kind: format!("{index}{second}{letters}"),
            title: letters.clone(),
            ..word(&format!("{index}{second}{letters}"), Severity::Notice, now)
        });
        kept.state.take(words.collect(), now, &tight);
        assert!(kept.state.due(now, &tight, 20).outgoing.is_empty());
    }
    let tally = kept.state.accounts().tally;
    assert!(tally.folded > 100 && tally.digested > 100, "{tally:?}");
    shelf.keep(&mut kept).await.unwrap();
    let entries = ledger.entries(&Shelf::<'_, FakeLedger>::partition("ops"));
    let largest = entries.iter().map(size).max().unwrap();
    eprintln!("{} items, the largest has {largest} bytes", entries.len());
    assert!(largest < ITEM, "{largest}");
    assert!(largest > 50_000, "the test has reached the caps: {largest}");
}
