use std::fs;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_RSA_SHA256, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// Where systems keep the bundle of public roots; the second is Amazon Linux's.
const BUNDLES: [&str; 3] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
];

/// A private certificate authority that lives as long as the benchmark, and a
/// server certificate of it for the loopback address: RSA 2048, as AWS's
/// endpoints have.
#[derive(Debug)]
pub struct Authority {
    bundle: PathBuf,
    roots: usize,
    server: Arc<ServerConfig>,
}

impl Authority {
    /// Makes keys and certificates, and in `folder` the bundle that clients
    /// trust: the machine's public roots and this authority, because Lambda's
    /// bundle holds more than a hundred as well and reading them costs.
    pub fn new(folder: &Path) -> Self {
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::default();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let name = &mut authority.distinguished_name;
        name.push(DnType::CommonName, "Nightshift benchmark authority");
        let own = authority.self_signed(&authority_key).expect("an authority");
        let issuer = Issuer::new(authority, authority_key);

        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("an RSA key");
        let mut leaf = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        let loopback = SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));
        leaf.subject_alt_names.push(loopback);
        let leaf = leaf.signed_by(&key, &issuer).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("PKCS #8");
        let server = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .expect("a key that fits its certificate");

        let bundle = folder.join("ca-bundle.pem");
        let public = BUNDLES
            .iter()
            .find_map(|path| fs::read_to_string(path).ok());
        let mut text = public.unwrap_or_default();
        text.push_str(&own.pem());
        let roots = text.matches("BEGIN CERTIFICATE").count();
        let mut file = fs::File::create(&bundle).expect("a file for the bundle");
        file.write_all(text.as_bytes()).expect("a written bundle");
        Self {
            bundle,
            roots,
            server: Arc::new(server),
        }
    }

    /// The bundle, for `SSL_CERT_FILE`.
    pub fn bundle(&self) -> &Path {
        &self.bundle
    }

    /// How many roots the bundle holds.
    pub const fn roots(&self) -> usize {
        self.roots
    }

    pub(crate) fn server(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.server)
    }
}
