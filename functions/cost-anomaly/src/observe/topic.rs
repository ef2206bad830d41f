//! Whether AWS can still say something about spending: where a topic's policy does
//! not admit a service, its messages are lost and nobody is told.

use nightshift_events::Detail;
use serde_json::Value;

/// Who has to be admitted (AWS Cost Management User Guide, "Creating an Amazon
/// SNS topic for budget notifications" and "for anomaly notifications").
const PUBLISHERS: [(&str, &str); 2] = [
    ("budgets.amazonaws.com", "AWS Budgets"),
    ("costalerts.amazonaws.com", "Cost Anomaly Detection"),
];

/// Who a topic's policy does not admit, by name; conditions are not judged.
pub fn shut_out(policy: &str) -> Vec<&'static str> {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let policy = Detail::of(&policy);
    let admits = |service: &str| {
        policy.items("Statement").any(|statement| {
            let principals = statement.texts("Principal/Service");
            let actions = statement.texts("Action");
            statement.text("Effect") == Some("Allow")
                && principals.contains(&service)
                && actions
                    .iter()
                    .any(|action| matches!(action.to_lowercase().as_str(), "sns:publish" | "sns:*"))
        })
    };
    PUBLISHERS
        .into_iter()
        .filter(|(service, _)| !admits(service))
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn who_is_not_admitted_is_named() {
        let statement = |service: &str, action: &str| json!({"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": "*"});
        let both = json!({"Statement": [
            statement("budgets.amazonaws.com", "sns:Publish"),
            {"Effect": "Allow", "Principal": {"Service": ["costalerts.amazonaws.com"]}, "Action": ["SNS:Publish"]},
        ]});
        assert_eq!(shut_out(&both.to_string()), Vec::<&str>::new());
        let one = json!({"Statement": statement("budgets.amazonaws.com", "sns:Publish")});
        assert_eq!(shut_out(&one.to_string()), ["Cost Anomaly Detection"]);
        let denied = json!({"Statement": [
            {"Effect": "Deny", "Principal": {"Service": "budgets.amazonaws.com"}, "Action": "sns:Publish"},
        ]});
        assert_eq!(
            shut_out(&denied.to_string()),
            ["AWS Budgets", "Cost Anomaly Detection"]
        );
        assert_eq!(shut_out("no policy").len(), 2);
    }
}
