use jiff::Timestamp;
use nightshift_core::printable;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A change that CloudTrail knows of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// The API operation, such as `ec2:AuthorizeSecurityGroupIngress`.
    pub operation: String,
    /// Who.
    pub by: String,
}

/// A change, and the role that made it, for telling our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The change.
    pub change: Change,
    /// The name of the role whose session made it.
    pub role: Option<String>,
}

/// What is read of a record (CloudTrail User Guide, "CloudTrail record contents").
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Record {
    event_time: Option<Timestamp>,
    event_source: Option<String>,
    event_name: Option<String>,
    error_code: Option<String>,
    read_only: Option<bool>,
    user_identity: Option<Identity>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Identity {
    #[serde(rename = "type")]
    kind: Option<String>,
    user_name: Option<String>,
    arn: Option<String>,
    invoked_by: Option<String>,
    session_context: Option<Session>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Session {
    session_issuer: Option<Issuer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Issuer {
    user_name: Option<String>,
}

/// The change that a record tells of; None for what only reads, for what AWS refused,
/// and for what cannot be read.
pub fn change(record: &str) -> Option<Recorded> {
    let record: Record = serde_json::from_str(record).ok()?;
    if record.read_only == Some(true) || record.error_code.is_some() {
        return None;
    }
    let source = record.event_source?;
    let service = source.split('.').next().unwrap_or_default();
    let identity = record.user_identity.unwrap_or_default();
    let session = identity.session_context;
    let issuer = session.and_then(|session| session.session_issuer);
    let role = issuer.and_then(|issuer| issuer.user_name);
    let session = identity
        .arn
        .as_deref()
        .and_then(|arn| arn.rsplit('/').next());
    let by = match (identity.kind.as_deref(), &role) {
        (Some("Root"), _) => "the root user".to_owned(),
        (_, Some(role)) => match session {
            Some(session) if session != role => format!("role {role} as {session}"),
            _ => format!("role {role}"),
        },
        (_, None) => match (identity.user_name, identity.invoked_by, identity.arn) {
            (Some(user), ..) => format!("user {user}"),
            (None, Some(service), _) => service,
            (None, None, Some(arn)) => arn,
            (None, None, None) => "somebody unnamed".to_owned(),
        },
    };
    Some(Recorded {
        change: Change {
            at: record.event_time?,
            operation: printable(&format!("{service}:{}", record.event_name?), 120),
            by: printable(&by, 120),
        },
        role,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(identity: &serde_json::Value, more: &serde_json::Value) -> Option<Recorded> {
        let mut record = json!({
            "eventTime": "2026-11-27T09:00:00Z", "eventSource": "ec2.amazonaws.com",
            "eventName": "AuthorizeSecurityGroupIngress", "readOnly": false,
            "userIdentity": identity,
        });
        for (key, value) in more.as_object().unwrap() {
            record[key] = value.clone();
        }
        change(&record.to_string())
    }

    #[test]
    fn who_has_changed_it_is_told_as_people_know_them() {
        let session = json!({
            "type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Admin/jane",
            "sessionContext": {"sessionIssuer": {"userName": "Admin"}},
        });
        for (identity, by) in [
            (session, "role Admin as jane"),
            (
                json!({"type": "IAMUser", "userName": "jane", "arn": "arn:aws:iam::1:user/jane"}),
                "user jane",
            ),
            (
                json!({"type": "Root", "arn": "arn:aws:iam::1:root"}),
                "the root user",
            ),
            (
                json!({"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}),
                "autoscaling.amazonaws.com",
            ),
            (json!({}), "somebody unnamed"),
        ] {
            let recorded = read(&identity, &json!({})).unwrap();
            assert_eq!(recorded.change.by, by);
            assert_eq!(
                recorded.change.operation,
                "ec2:AuthorizeSecurityGroupIngress"
            );
        }
    }

    #[test]
    fn what_changed_nothing_is_no_change() {
        let user = json!({"type": "IAMUser", "userName": "jane"});
        assert!(read(&user, &json!({"readOnly": true})).is_none());
        assert!(read(&user, &json!({"errorCode": "AccessDenied"})).is_none());
        assert!(read(&user, &json!({"eventTime": "yesterday"})).is_none());
        assert!(change("no record").is_none());
    }
}
