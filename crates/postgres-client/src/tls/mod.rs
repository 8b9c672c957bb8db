//! Encryption of TCP connections.

mod certificate;
mod chain;
mod der;
mod files;
mod names;
mod revocation;
mod verifier;

use std::io;
use std::sync::Arc;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, SignatureScheme};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use chain::Refusal;
use files::Fault;
use verifier::Verifier;

use crate::config::{Config, Host, SslMode};
use crate::error::Error;
use crate::startup::{TlsUse, lost_in_startup};
use crate::wire::Transport;

/// Asks the server for encryption and begins it. The answer is read as one byte, nothing more, so
/// that bytes slipped in before the handshake (CVE-2021-23222) can only spoil the handshake.
pub(crate) async fn negotiate(
    mut stream: TcpStream,
    config: &Config,
    tls: TlsUse,
) -> Result<Transport, Error> {
    let answer = ask(&mut stream).await;
    match answer.map_err(|error| lost_in_startup(config, error.into()))? {
        b'S' => handshake(stream, config).await,
        b'N' if tls == TlsUse::IfOffered => Ok(Transport::Tcp(stream)),
        b'N' => Err(failed(
            config,
            "the server does not offer encryption (its setting ssl is off)".into(),
            "turn ssl on at the server, or write sslmode=prefer or sslmode=disable",
        )),
        // The text of an error that comes unprotected is not shown (CVE-2024-10977).
        _ => Err(failed(
            config,
            "the answer to the request for encryption was neither yes nor no".into(),
            "check host and port; the server's log may tell more",
        )),
    }
}

async fn ask(stream: &mut TcpStream) -> io::Result<u8> {
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    stream.write_all(&request).await?;
    stream.read_u8().await
}

async fn handshake(stream: TcpStream, config: &Config) -> Result<Transport, Error> {
    let client = client(config).map_err(|(reason, hint)| failed(config, reason, &hint))?;
    let name = server_name(config, &stream).map_err(|error| {
        let reason = format!("the server's address is unknown: {error}");
        failed(config, reason, "try again")
    })?;
    match TlsConnector::from(client).connect(name, stream).await {
        Ok(stream) => Ok(Transport::Tls(Box::new(stream))),
        Err(error) => Err(handshake_failed(config, &error)),
    }
}

fn handshake_failed(config: &Config, error: &io::Error) -> Error {
    match verifier::refusal(error) {
        Some(refusal) => {
            let (reason, hint) = untrusted(config, refusal);
            failed(config, reason, &hint)
        }
        None => failed(
            config,
            format!("the handshake failed: {error}"),
            "TLS 1.2 or 1.3 is needed; see the server's log",
        ),
    }
}

fn untrusted(config: &Config, refusal: &Refusal) -> Fault {
    let reason = format!("the server's certificate is refused: {refusal}");
    let hint = match refusal {
        Refusal::WrongName { .. } => {
            "connect by a name of the certificate (hostaddr gives the address), or write sslmode=verify-ca"
        }
        Refusal::Revoked | Refusal::NoRevocationList | Refusal::OutdatedRevocationList => {
            "see the server's certificate, and sslcrl, sslcrldir and ~/.postgresql/root.crl"
        }
        _ => {
            return (
                reason,
                format!("root certificates are taken from {}; sslrootcert names others", config.tls.roots),
            );
        }
    };
    (reason, hint.to_owned())
}

/// The name sent along, which servers with several certificates choose by.
fn server_name(config: &Config, stream: &TcpStream) -> io::Result<ServerName<'static>> {
    let written = match &config.host {
        Host::Tcp(host) => ServerName::try_from(host.clone()).ok(),
        _ => None,
    };
    match written {
        Some(name) => Ok(name),
        None => Ok(ServerName::from(stream.peer_addr()?.ip())),
    }
}

/// What rustls needs to know for a connection; reads the files that the configuration names.
fn client(config: &Config) -> Result<Arc<ClientConfig>, Fault> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let (trusted, host) = match config.tls.trust_any {
        true => (None, None),
        false => (files::trusted(config)?, host_to_check(config)),
    };
    let verifier = Arc::new(Verifier::new(&provider, trusted, host));
    let identity = files::identity(config, &provider)?;
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            let reason = format!("the encryption library refused its settings: {error}");
            (reason, "report this as a defect of pgloader".to_owned())
        })?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    let mut client = match identity {
        Some(identity) => builder.with_client_cert_resolver(Arc::new(Identity(identity))),
        None => builder.with_no_client_auth(),
    };
    client.enable_sni = config.tls.names_host;
    Ok(Arc::new(client))
}

fn host_to_check(config: &Config) -> Option<String> {
    match (config.sslmode, &config.host) {
        (SslMode::VerifyFull, Host::Tcp(host)) => Some(host.clone()),
        _ => None,
    }
}

/// The client's certificate, shown to every server that asks for one, as OpenSSL does.
#[derive(Debug)]
struct Identity(Arc<CertifiedKey>);

impl ResolvesClientCert for Identity {
    fn resolve(&self, _issuers: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn failed(config: &Config, reason: String, hint: &str) -> Error {
    Error::Tls { server: config.server(), reason, hint: Some(hint.to_owned()) }
}

/// The channel binding of a connection, see [`certificate::end_point_hash`].
pub(crate) fn end_point_hash(stream: &TlsStream<TcpStream>) -> Option<Vec<u8>> {
    let (_, session) = stream.get_ref();
    certificate::end_point_hash(session.peer_certificates()?.first()?)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use rustls::CertificateError;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
    use rustls::server::{ClientHello, ResolvesServerCert};
    use rustls::version::{TLS12, TLS13};
    use rustls::{ClientConnection, ServerConfig, ServerConnection, SupportedProtocolVersion};

    use super::*;
    use crate::environment::Environment;

    fn openssl(directory: &Path, arguments: &str) {
        let mut command = Command::new("openssl");
        command.args(arguments.split_whitespace()).current_dir(directory);
        let output = command.output().expect("openssl is needed: apt-get install openssl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// A key and a certificate for it, of version 3 or 1.
    fn identity(name: &str, request: &str) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let directory = std::env::temp_dir().join(format!("id-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        openssl(&directory, &format!("req {request} -nodes -keyout k -out r -subj /CN=test"));
        let sign = match request.contains("-x509") {
            true => "x509 -in r -outform DER -out c",
            false => "x509 -req -in r -signkey k -outform DER -out c",
        };
        openssl(&directory, sign);
        openssl(&directory, "pkcs8 -topk8 -nocrypt -in k -outform DER -out k8");
        let certificate = std::fs::read(directory.join("c")).unwrap();
        let key = std::fs::read(directory.join("k8")).unwrap();
        std::fs::remove_dir_all(&directory).unwrap();
        (certificate.into(), PrivatePkcs8KeyDer::from(key).into())
    }

    /// Shows one certificate and signs with any key.
    #[derive(Debug)]
    struct Shows(Arc<CertifiedKey>);

    impl ResolvesServerCert for Shows {
        fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
            Some(self.0.clone())
        }
    }

    fn handshake_with(
        certificate: &CertificateDer<'static>,
        key: &PrivateKeyDer<'static>,
        version: &'static SupportedProtocolVersion,
    ) -> Result<(), rustls::Error> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = provider.key_provider.load_private_key(key.clone_key())?;
        let shown = Arc::new(CertifiedKey::new(vec![certificate.clone()], key));
        let server = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Shows(shown)));
        let mut server = ServerConnection::new(Arc::new(server))?;
        let name = ServerName::try_from("localhost").unwrap();
        let config = Config::from_uri("postgresql://u@localhost/?sslmode=require", &Environment::empty());
        let client = client(&config.unwrap().0).unwrap();
        let mut client = ClientConnection::new(client, name)?;
        while client.is_handshaking() || server.is_handshaking() {
            let mut bytes = Vec::new();
            client.write_tls(&mut bytes).unwrap();
            server.read_tls(&mut bytes.as_slice()).unwrap();
            server.process_new_packets()?;
            bytes.clear();
            server.write_tls(&mut bytes).unwrap();
            client.read_tls(&mut bytes.as_slice()).unwrap();
            client.process_new_packets()?;
        }
        Ok(())
    }

    #[test]
    fn a_server_must_hold_the_key_of_its_certificate() {
        let ecdsa = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1";
        let kinds = [("v3", "-x509 -newkey rsa:2048"), ("v1", "-newkey rsa:2048"), ("ec", ecdsa)];
        for (name, request) in kinds {
            let (certificate, key) = identity(name, request);
            let (_, other_key) = identity(&format!("{name}-other"), request);
            for version in [&TLS12, &TLS13] {
                let honest = handshake_with(&certificate, &key, version);
                assert_eq!(honest, Ok(()), "{name} {version:?}");
                let false_one = handshake_with(&certificate, &other_key, version);
                let refusal = rustls::Error::from(CertificateError::BadSignature);
                assert_eq!(false_one, Err(refusal), "{name} {version:?}");
            }
        }
    }
}
