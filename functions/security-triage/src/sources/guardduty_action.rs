//! What was done in a GuardDuty finding, as short labelled values.

use crate::finding::Finding;
use nightshift_events::Detail;

/// Adds what helps a person: the call, the remote side, the process, the threat.
pub fn describe(finding: &mut Finding, detail: Detail<'_>) {
    let service = detail.at("service");
    let action = service.at("action");
    call(finding, action.at("awsApiCallAction"));
    connection(finding, action.at("networkConnectionAction"));
    let dns = action.at("dnsRequestAction");
    finding.note("Domain", dns.text("domain"));
    probe(finding, action.at("portProbeAction"));
    let kubernetes = action.at("kubernetesApiCallAction");
    finding.note(
        "Kubernetes call",
        kubernetes.text("verb").map(|verb| {
            let uri = kubernetes.text("requestUri").unwrap_or_default();
            format!("{verb} {uri}")
        }),
    );
    remote(finding, kubernetes.at("remoteIpDetails"));
    let user = detail.at("resource/kubernetesDetails/kubernetesUserDetails");
    finding.note("Kubernetes user", user.text("username"));
    let login = action.at("rdsLoginAttemptAction");
    remote(finding, login.at("remoteIpDetails"));
    let database_user = detail.at("resource/rdsDbUserDetails");
    finding.note("Database user", database_user.text("user"));
    runtime(finding, service.at("runtimeDetails"));
    threats(finding, service);
    sequence(finding, service.at("detection/sequence"));
}

fn call(finding: &mut Finding, call: Detail<'_>) {
    let Some(api) = call.text("api") else { return };
    let service = call.text("serviceName").unwrap_or_default();
    finding.note("Call", Some(format!("{api} {service}").trim().to_owned()));
    finding.note("Call's error", call.text("errorCode"));
    remote(finding, call.at("remoteIpDetails"));
}

fn connection(finding: &mut Finding, connection: Detail<'_>) {
    finding.note("Direction", connection.text("connectionDirection"));
    remote(finding, connection.at("remoteIpDetails"));
    finding.note("Remote port", connection.words("remotePortDetails/port"));
    finding.note("Local port", connection.words("localPortDetails/port"));
    if connection.flag("blocked") == Some(true) {
        finding.note("Blocked", Some("yes"));
    }
}

fn probe(finding: &mut Finding, probe: Detail<'_>) {
    if let Some(first) = probe.items("portProbeDetails").next() {
        finding.note("Probed port", first.words("localPortDetails/port"));
        remote(finding, first.at("remoteIpDetails"));
    }
}

/// The remote side: address, country and who runs that network.
fn remote(finding: &mut Finding, remote: Detail<'_>) {
    let Some(address) = remote.first(&["ipAddressV4", "ipAddressV6"]) else {
        return;
    };
    let whose = [
        remote.text("country/countryName"),
        remote.first(&["organization/org", "organization/asnOrg"]),
    ];
    let whose: Vec<&str> = whose.into_iter().flatten().collect();
    let words = if whose.is_empty() {
        address.to_owned()
    } else {
        format!("{address} ({})", whose.join(", "))
    };
    finding.note("Remote address", Some(words));
}

fn runtime(finding: &mut Finding, runtime: Detail<'_>) {
    let process = runtime.at("process");
    finding.note("Process", process.first(&["executablePath", "name"]));
    finding.note("Process's user", process.first(&["user", "euid"]));
    let context = runtime.at("context");
    finding.note(
        "Modified by",
        context.text("modifyingProcess/executablePath"),
    );
    finding.note(
        "File",
        context.first(&["targetProcess/executablePath", "scriptPath", "libraryPath"]),
    );
}

/// What a malware scan found: of volumes, or since then of anything.
fn threats(finding: &mut Finding, service: Detail<'_>) {
    let volumes = service.at("ebsVolumeScanDetails/scanDetections/threatDetectedByName");
    let names: Vec<&str> = volumes
        .items("threatNames")
        .chain(service.items("malwareScanDetails/threats"))
        .filter_map(|threat| threat.text("name"))
        .take(5)
        .collect();
    if !names.is_empty() {
        finding.note("Threats", Some(names.join(", ")));
    }
    let path = volumes
        .items("threatNames")
        .flat_map(|threat| threat.items("filePaths"))
        .find_map(|file| file.text("filePath"));
    finding.note("Infected file", path);
    let lists: Vec<&str> = service
        .items("evidence/threatIntelligenceDetails")
        .filter_map(|list| list.text("threatListName"))
        .take(3)
        .collect();
    if !lists.is_empty() {
        finding.note("On threat lists", Some(lists.join(", ")));
    }
}

/// What an attack sequence is made of.
fn sequence(finding: &mut Finding, sequence: Detail<'_>) {
    let signals: Vec<String> = sequence
        .items("signals")
        .filter_map(|signal| {
            let name = signal.text("name")?;
            Some(match signal.count("count") {
                Some(count) if count > 1 => format!("{name} ({count} times)"),
                _ => name.to_owned(),
            })
        })
        .take(10)
        .collect();
    if !signals.is_empty() {
        finding.note("Signals", Some(signals.join(", ")));
    }
    for indicator in sequence.items("sequenceIndicators").take(8) {
        let label = match indicator.text("key") {
            Some("ATTACK_TACTIC") => "Tactics",
            Some("ATTACK_TECHNIQUE") => "Techniques",
            Some("HIGH_RISK_API") => "Risky calls",
            Some("TOR_IP") => "Tor addresses",
            Some("SUSPICIOUS_NETWORK" | "MALICIOUS_IP") => "Bad addresses",
            _ => continue,
        };
        let values: Vec<&str> = indicator.texts("values").into_iter().take(8).collect();
        finding.note(label, Some(values.join(", ")));
    }
    let addresses: Vec<&str> = sequence
        .items("endpoints")
        .filter_map(|endpoint| endpoint.text("ip"))
        .take(5)
        .collect();
    if !addresses.is_empty() {
        finding.note("Remote address", Some(addresses.join(", ")));
    }
}
