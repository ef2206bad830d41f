//! What a person does about a status of RDS, in words.

/// What brings a database out of a status (RDS and Aurora User Guides, viewing
/// instance and cluster status, and encrypting Amazon RDS resources).
pub(crate) fn remedy(status: &str) -> &'static str {
    match status {
        "inaccessible-encryption-credentials-recoverable" => {
            "its KMS key cannot be used: enable the key, cancel its deletion or allow its use again, within seven days, after which it can only be restored from a backup"
        }
        "inaccessible-encryption-credentials" => {
            "its KMS key could not be used for seven days: it can only be restored from a backup, once the key can be used again"
        }
        "incompatible-network" => {
            "its network does not fit: give its subnets free addresses, or correct what has changed of the VPC"
        }
        "insufficient-capacity" => {
            "AWS had no capacity for its class in this zone and takes no start of it: create it anew, in another class or zone if it must be now"
        }
        "storage-full" => "its storage is full: give it more",
        status if status.starts_with("incompatible-") => {
            "its configuration does not fit: correct what the status names"
        }
        _ => "AWS's console or support tells more; a person has to mend it",
    }
}
