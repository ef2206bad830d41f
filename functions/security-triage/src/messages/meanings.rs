//! What a type of finding means, and what to do about it. By the words with
//! which GuardDuty begins its types (GuardDuty User Guide, "GuardDuty finding
//! format": the threat purpose), and by the route for everything else.

use crate::finding::{Finding, Route};

/// What a type of finding means, and what to do about it.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// What it means, in a sentence.
    pub means: &'static str,
    /// What to do, in order.
    pub steps: &'static [&'static str],
}

const ISOLATE: &[&str] = &[
    "Find out whether the resource is meant to do that; its owner knows.",
    "If it is not, isolate it and keep its volumes: they are the evidence.",
    "Replace credentials that it holds.",
];
const CREDENTIALS: &[&str] = &[
    "Ask whoever the credentials belong to whether it was them.",
    "If it was not, make the key inactive or cut the role's sessions.",
    "Look in CloudTrail for what else they were used for.",
];
const DATA: &[&str] = &[
    "Find out who changed it, and whether that was meant.",
    "Close what is open, then look at who has read from it.",
];
const LOOK: &[&str] =
    &["Find out whether it was meant; if so, suppress it with a reason and an end."];

/// How a type begins, what it means and what to do.
const PURPOSES: [(&str, &str, &[&str]); 21] = [
    (
        "AttackSequence:",
        "Several steps that fit together make an attack that is going on or has succeeded.",
        CREDENTIALS,
    ),
    (
        "Backdoor:",
        "It talks to somebody who commands malware, or takes part in an attack on others: it is most likely taken over.",
        ISOLATE,
    ),
    ("Behavior:", "It does what it never did before.", LOOK),
    (
        "CredentialAccess:",
        "Somebody is after passwords or keys, or has them.",
        CREDENTIALS,
    ),
    (
        "CryptoCurrency:",
        "It mines, or talks to those who do: somebody else uses it at your cost.",
        ISOLATE,
    ),
    (
        "DefenseEvasion:",
        "Somebody tries not to be seen.",
        CREDENTIALS,
    ),
    (
        "Discovery:",
        "Somebody looks around at what there is, as one does before an attack.",
        CREDENTIALS,
    ),
    (
        "Execution:",
        "Code runs that nobody has deployed, or malware is there and may run.",
        ISOLATE,
    ),
    (
        "Exfiltration:",
        "Data is taken out, or somebody tries to.",
        CREDENTIALS,
    ),
    (
        "Impact:",
        "Somebody destroys, changes or misuses what is yours.",
        ISOLATE,
    ),
    (
        "InitialAccess:",
        "Somebody has found a first way in, or tries one.",
        CREDENTIALS,
    ),
    ("Malware:", "A file is harmful to whoever opens it.", DATA),
    ("Object:", "A file is harmful to whoever opens it.", DATA),
    (
        "PenTest:",
        "A tool for attacks was used; not everybody who uses one was asked to.",
        CREDENTIALS,
    ),
    (
        "Persistence:",
        "Somebody makes sure that the way in stays open.",
        CREDENTIALS,
    ),
    (
        "Policy:",
        "Something is less protected than it should be; nothing need have happened yet.",
        DATA,
    ),
    (
        "PrivilegeEscalation:",
        "Somebody gives themselves more rights.",
        CREDENTIALS,
    ),
    ("Recon:", "Somebody looks for weak places.", LOOK),
    (
        "Stealth:",
        "Somebody tries to leave no traces, or a guard was switched off.",
        CREDENTIALS,
    ),
    (
        "Trojan:",
        "It is most likely infected by a program that does more than it says.",
        ISOLATE,
    ),
    (
        "UnauthorizedAccess:",
        "Somebody gets in, or tries to, who should not.",
        CREDENTIALS,
    ),
];

/// The meaning of a finding; None where nothing is known beyond what it says.
pub fn of(finding: &Finding) -> Option<Meaning> {
    let known = PURPOSES
        .iter()
        .find(|(purpose, ..)| finding.kind.starts_with(purpose));
    if let Some((_, means, steps)) = known {
        return Some(Meaning { means, steps });
    }
    let (means, steps): (&str, &[&str]) = match finding.route {
        Route::Config => (
            "A rule that your account has set for itself is broken.",
            LOOK,
        ),
        Route::AccessAnalyzer if finding.kind.starts_with("Unused") => (
            "Rights that nobody uses help only who steals them.",
            &["Take them away, or say why they have to stay."],
        ),
        Route::AccessAnalyzer => ("Somebody else can reach it; that may be meant.", DATA),
        Route::Inspector => (
            "It runs software with a hole that is known.",
            &["Update the package, or rebuild the image and replace what runs."],
        ),
        Route::Health if finding.kind.contains("CREDENTIALS_EXPOSED") => (
            "AWS has found the key where everybody can read it: take it for stolen.",
            CREDENTIALS,
        ),
        Route::CloudTrail if finding.kind.starts_with("Root:") => (
            "It is an emergency, a task that only root can do, or an attack.",
            &[
                "Ask whoever keeps the root user's password and MFA whether it was them.",
                "If it was nobody, change the password, remove root's access keys and call AWS Support.",
            ],
        ),
        Route::CloudTrail => (
            "A password alone is easily stolen.",
            &["Ask the user whether it was them, and give the user MFA."],
        ),
        Route::Unknown => (
            "Nightshift does not know events of this shape and shows what there is.",
            &["Read it as it came, and decide."],
        ),
        _ => return None,
    };
    Some(Meaning { means, steps })
}
