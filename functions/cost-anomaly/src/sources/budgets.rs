//! AWS Budgets, which speaks in plain text: prose, and then lines of a key and a
//! value. Only the lines count: the prose may say otherwise, and its wording
//! differs by period. A budget that adjusts itself sends JSON on the same topic.

use jiff::Timestamp;
use nightshift_core::Money;
use nightshift_cost::parse_amount;
use nightshift_events::Detail;

use super::money;
use crate::budget::{AlertKind, BudgetAlert};

const NAME: &str = "Budget Name";

/// The alert in a text; None where it is no message of AWS Budgets.
pub fn text(text: &str, sent: Option<Timestamp>) -> Option<BudgetAlert> {
    let mut alert = BudgetAlert {
        said_at: sent.unwrap_or(Timestamp::UNIX_EPOCH),
        kind: AlertKind::Other,
        budget: String::new(),
        account: None,
        of: None,
        limit: None,
        limit_before: None,
        threshold: None,
        amount: None,
        daily: text.contains(" per day"),
        details: Vec::new(),
    };
    for line in text.lines().map(str::trim) {
        if let Some(account) = line.strip_prefix("AWS Account ") {
            let account = account.trim();
            if alert.account.is_none() && account.bytes().all(|byte| byte.is_ascii_digit()) {
                alert.account = Some(account.to_owned());
            }
            continue;
        }
        let Some((key, value)) = line.split_once(": ").map(|(k, v)| (k.trim(), v.trim())) else {
            continue;
        };
        take(&mut alert, key, value);
    }
    (!alert.budget.is_empty()).then(|| alert.bounded())
}

fn take(alert: &mut BudgetAlert, key: &str, value: &str) {
    match key {
        NAME => value.clone_into(&mut alert.budget),
        "Budget Type" => alert.of = Some(value.to_owned()),
        "Budgeted Amount" => alert.limit = dollars(value),
        "Alert Type" => alert.kind = kind(value),
        "Alert Threshold" => {
            alert.threshold = dollars(value.trim_start_matches(['>', '<', '=', ' ']));
        }
        "ACTUAL Amount" | "FORECASTED Amount" => alert.amount = dollars(value),
        // Prose has colons too; keys have no more than four words.
        _ if !alert.budget.is_empty() && key.split(' ').count() <= 4 && !key.starts_with('[') => {
            alert.details.push((key.to_owned(), value.to_owned()));
        }
        _ => return,
    }
    // A key line that reads as no amount is still told.
    let unread = match key {
        "Budgeted Amount" => alert.limit.is_none(),
        "Alert Threshold" => alert.threshold.is_none(),
        "ACTUAL Amount" | "FORECASTED Amount" => alert.amount.is_none(),
        _ => false,
    };
    if unread {
        alert.details.push((key.to_owned(), value.to_owned()));
    }
}

fn kind(word: &str) -> AlertKind {
    match word {
        "ACTUAL" => AlertKind::Actual,
        "FORECASTED" => AlertKind::Forecasted,
        _ => AlertKind::Other,
    }
}

/// An amount such as `$1,234.56`; None for per cents, hours and other currencies.
fn dollars(text: &str) -> Option<Money> {
    let text = text.trim();
    let number = match text.strip_suffix("USD") {
        Some(number) => number.trim(),
        None => text.strip_prefix('$')?.trim(),
    };
    let number = number.trim_start_matches('$').replace(',', "");
    parse_amount(&number)
}

/// The alert in a document of JSON; None where it names no budget.
pub fn json(event: Detail<'_>, sent: Option<Timestamp>) -> Option<BudgetAlert> {
    let body = if event.field("detail").is_there() {
        event.field("detail")
    } else {
        event
    };
    let budget = body.first(&[
        "budgetName",
        "BudgetName",
        "budget/budgetName",
        "Budget/BudgetName",
    ])?;
    let amount = |paths: &[&str]| paths.iter().find_map(|path| money(body, path));
    let kind = body
        .first(&[
            "notificationType",
            "NotificationType",
            "alertType",
            "AlertType",
        ])
        .map_or(AlertKind::Adjusted, kind);
    let known = ["budgetName", "BudgetName", "accountId", "AccountId"];
    let details = body.fields().filter(|(name, _)| !known.contains(name));
    Some(
        BudgetAlert {
            said_at: event.time("time").or(sent).unwrap_or(Timestamp::UNIX_EPOCH),
            kind,
            budget: budget.to_owned(),
            account: body
                .first(&["accountId", "AccountId"])
                .or(event.text("account"))
                .map(str::to_owned),
            of: body.first(&["budgetType", "BudgetType"]).map(str::to_owned),
            limit: amount(&[
                "newBudgetLimit/amount",
                "NewBudgetLimit/Amount",
                "newBudgetLimit",
                "newBudgetAmount",
                "budgetLimit/amount",
                "BudgetLimit/Amount",
                "budgetLimit",
            ]),
            limit_before: amount(&[
                "previousBudgetLimit/amount",
                "PreviousBudgetLimit/Amount",
                "previousBudgetLimit",
                "previousBudgetAmount",
            ]),
            threshold: amount(&["threshold", "Threshold"]),
            amount: amount(&["actualAmount", "ActualAmount", "forecastedAmount"]),
            daily: body.first(&["timeUnit", "TimeUnit"]) == Some("DAILY"),
            details: details
                .filter_map(|(name, value)| Some((name.to_owned(), value.words("")?)))
                .collect(),
        }
        .bounded(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, micros) in [
            ("$1,234.56", Some(1_234_560_000)),
            ("$0.75", Some(750_000)),
            ("1,301 USD", Some(1_301_000_000)),
            ("$12,345,678.9", Some(12_345_678_900_000)),
            ("80%", None),
            ("120 Hrs", None),
            ("€5.00", None),
            ("$", None),
        ] {
            assert_eq!(dollars(text).map(Money::micro_usd), micros, "{text}");
        }
    }
}
