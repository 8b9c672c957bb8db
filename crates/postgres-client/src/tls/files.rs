//! The files of a TLS configuration: root certificates, revocation lists, the client's certificate
//! and key. Read anew for each connection, as libpq does, so that renewed files count.

use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::certificate::{self, Certificate};
use super::revocation::RevocationList;
use crate::config::{Config, Roots};

/// What is wrong with a file, and what to do about it.
pub(super) type Fault = (String, String);

/// The certificates that trust rests on, and the revocation lists; all in DER form.
#[derive(Debug)]
pub(super) struct Trusted {
    pub(super) roots: Vec<CertificateDer<'static>>,
    /// None: revocation is not checked.
    pub(super) revoked: Option<Vec<CertificateRevocationListDer<'static>>>,
}

/// None when the server's certificate is not to be checked: there is no root file, and the mode
/// asks for none.
pub(super) fn trusted(config: &Config) -> Result<Option<Trusted>, Fault> {
    let roots = match &config.tls.roots {
        Roots::System => system_roots()?,
        Roots::File(file) if file.exists() => certificates(file)?,
        Roots::File(_) | Roots::None if !config.sslmode.verifies() => return Ok(None),
        Roots::File(file) => {
            return Err(no_roots(&format!("the root certificate file {} does not exist", file.display())));
        }
        Roots::None => {
            return Err(no_roots("no root certificate file is known, as the home directory is not"));
        }
    };
    Ok(Some(Trusted { roots, revoked: revocation_lists(config)? }))
}

fn no_roots(reason: &str) -> Fault {
    (
        reason.to_owned(),
        "put the CA's certificate there, name another file with sslrootcert, write sslrootcert=system \
         to trust the CAs of this machine, or choose an sslmode that checks no certificate"
            .to_owned(),
    )
}

fn system_roots() -> Result<Vec<CertificateDer<'static>>, Fault> {
    let found = rustls_native_certs::load_native_certs();
    match found.certs.is_empty() {
        false => Ok(found.certs),
        true => Err((
            "sslrootcert=system, but this machine has no certificates of CAs".to_owned(),
            "install the package ca-certificates, or name a file with SSL_CERT_FILE".to_owned(),
        )),
    }
}

/// All certificates of a PEM file, at least one.
fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let pem = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = found.ok().filter(|found| found.iter().all(|one| Certificate::read(one).is_some()));
    found.filter(|found| !found.is_empty()).ok_or_else(|| {
        (
            format!("the certificate file {} holds no certificate, or a damaged one", file.display()),
            "it must hold certificates in PEM form (-----BEGIN CERTIFICATE-----)".to_owned(),
        )
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Fault> {
    std::fs::read(file).map_err(|error| {
        (
            format!("{} cannot be read: {error}", file.display()),
            "check the file and its permissions".to_owned(),
        )
    })
}

/// A list that the user names must be there; unlike libpq, which then checks nothing.
fn revocation_lists(config: &Config) -> Result<Option<Vec<CertificateRevocationListDer<'static>>>, Fault> {
    let tls = &config.tls;
    let mut files: Vec<PathBuf> = tls.revoked.iter().cloned().collect();
    if let Some(directory) = &tls.revoked_directory {
        files.extend(files_of(directory)?);
    } else if files.is_empty() {
        files.extend(tls.default_revoked.iter().filter(|file| file.exists()).cloned());
    }
    if files.is_empty() && tls.revoked_directory.is_none() {
        return Ok(None);
    }
    let mut lists = Vec::new();
    for file in &files {
        let pem = read(file)?;
        let found: Result<Vec<_>, _> = CertificateRevocationListDer::pem_slice_iter(&pem).collect();
        let found = found.ok().filter(|found| found.iter().all(|one| RevocationList::read(one).is_some()));
        lists.extend(found.filter(|found| !found.is_empty()).ok_or_else(|| {
            (
                format!("the file {} holds no certificate revocation list, or a damaged one", file.display()),
                "it must hold lists in PEM form (-----BEGIN X509 CRL-----)".to_owned(),
            )
        })?);
    }
    Ok(Some(lists))
}

fn files_of(directory: &Path) -> Result<Vec<PathBuf>, Fault> {
    let entries = std::fs::read_dir(directory).map_err(|error| {
        (
            format!("the directory {} cannot be read: {error}", directory.display()),
            "check sslcrldir".to_owned(),
        )
    })?;
    Ok(entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect())
}

/// The client's certificate with its key; None where there is no certificate, which the server
/// may or may not accept.
pub(super) fn identity(
    config: &Config,
    provider: &CryptoProvider,
) -> Result<Option<Arc<CertifiedKey>>, Fault> {
    let Some(file) = &config.tls.certificate else { return Ok(None) };
    match std::fs::metadata(file) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        _ => {}
    }
    let chain = certificates(file)?;
    let Some(key_file) = &config.tls.key else {
        return Err((
            format!("there is a client certificate, {}, but no private key", file.display()),
            "name the key's file with sslkey".to_owned(),
        ));
    };
    let key = private_key(key_file, file)?;
    let signing = provider
        .key_provider
        .load_private_key(key)
        .map_err(|error| unusable(key_file, &error.to_string()))?;
    let own = chain.first().and_then(|own| certificate::public_key(own)).map(|key| key.info.to_vec());
    let fits = signing.public_key().is_none_or(|key| own.as_deref() == Some(key.as_ref()));
    match fits {
        true => Ok(Some(Arc::new(CertifiedKey::new(chain, signing)))),
        false => Err((
            format!(
                "the client certificate {} does not belong to the private key {}",
                file.display(),
                key_file.display()
            ),
            "check sslcert and sslkey".to_owned(),
        )),
    }
}

fn private_key(file: &Path, certificate: &Path) -> Result<PrivateKeyDer<'static>, Fault> {
    check_permissions(file, certificate)?;
    let bytes = read(file)?;
    if let Ok(key) = PrivateKeyDer::from_pem_slice(&bytes) {
        return Ok(key);
    }
    let text = String::from_utf8_lossy(&bytes);
    if text.contains("ENCRYPTED") {
        return Err((
            format!("the private key {} is encrypted, which is not supported", file.display()),
            format!(
                "decrypt it into a file of mode 0600: openssl pkey -in {} -out plain.key",
                file.display()
            ),
        ));
    }
    PrivateKeyDer::try_from(bytes.as_slice())
        .map(|key| key.clone_key())
        .map_err(|_| unusable(file, "it holds no key in PEM or DER form"))
}

fn unusable(file: &Path, reason: &str) -> Fault {
    (
        format!("the private key {} cannot be used: {reason}", file.display()),
        "it must be a key of RSA, ECDSA or Ed25519 in PEM form".to_owned(),
    )
}

/// A key must be ours alone; one that belongs to root may be readable by its group.
fn check_permissions(file: &Path, certificate: &Path) -> Result<(), Fault> {
    let name = file.display();
    let facts = std::fs::metadata(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => (
            format!("there is a client certificate, {}, but no private key {name}", certificate.display()),
            "name the key's file with sslkey".to_owned(),
        ),
        _ => (format!("the private key {name} cannot be read: {error}"), "check its permissions".to_owned()),
    })?;
    if !facts.is_file() {
        return Err((format!("the private key {name} is not a plain file"), "check sslkey".to_owned()));
    }
    let forbidden = if facts.uid() == 0 { 0o037 } else { 0o077 };
    match facts.permissions().mode() & forbidden {
        0 => Ok(()),
        _ => Err((
            format!("the private key {name} can be used by others"),
            format!("run: chmod 0600 {name} (0640 will do if it belongs to root)"),
        )),
    }
}
