//! Certificates for the tests, made with the openssl command.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory of a test, removed at its end.
pub struct Place(PathBuf);

impl Place {
    pub fn new() -> Place {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tls-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Place(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Writes a file that only its owner may read.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        self.protect(name, 0o600);
        path
    }

    pub fn protect(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), Permissions::from_mode(mode)).unwrap();
    }

    pub fn openssl(&self, arguments: &str) {
        let mut command = Command::new("openssl");
        command.args(arguments.split_whitespace()).current_dir(&self.0);
        let output = command.output().expect("openssl is needed: apt-get install openssl");
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn key(&self, name: &str) {
        self.openssl(&format!("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out {name}.key"));
        self.protect(&format!("{name}.key"), 0o600);
    }

    /// A self-signed certificate with these extensions (`openssl x509v3_config`).
    pub fn self_signed(&self, name: &str, common_name: &str, extensions: &[&str]) {
        self.key(name);
        let extensions: String = extensions.iter().map(|line| format!(" -addext {line}")).collect();
        self.openssl(&format!(
            "req -new -x509 -days 2 -key {name}.key -subj /CN={common_name} -out {name}.crt{extensions}"
        ));
    }

    /// A certificate from an issuer; of version 1 when there are no extensions.
    pub fn issued(&self, name: &str, common_name: &str, issuer: &str, extensions: &[&str]) {
        self.issued_for(2, name, common_name, issuer, extensions);
    }

    /// With fewer than zero days it has expired.
    pub fn issued_for(&self, days: i32, name: &str, common_name: &str, issuer: &str, extensions: &[&str]) {
        self.key(name);
        self.openssl(&format!("req -new -key {name}.key -subj /CN={common_name} -out {name}.csr"));
        let mut arguments = format!(
            "x509 -req -in {name}.csr -CA {issuer}.crt -CAkey {issuer}.key -CAcreateserial -days {days} \
             -out {name}.crt"
        );
        if !extensions.is_empty() {
            self.write(&format!("{name}.ext"), extensions.join("\n"));
            arguments += &format!(" -extfile {name}.ext");
        }
        self.openssl(&arguments);
    }

    /// A list of an issuer's that revokes these certificates.
    pub fn revocation_list(&self, name: &str, issuer: &str, revoked: &[&str]) {
        self.write(&format!("{name}.index"), "");
        self.write(
            &format!("{name}.cnf"),
            format!(
                "[ca]\ndefault_ca=c\n[c]\ndatabase={name}.index\ndefault_md=sha256\ndefault_crl_days=2\n"
            ),
        );
        let ca = format!("ca -config {name}.cnf -keyfile {issuer}.key -cert {issuer}.crt");
        for certificate in revoked {
            self.openssl(&format!("{ca} -revoke {certificate}.crt"));
        }
        self.openssl(&format!("{ca} -gencrl -out {name}.crl"));
    }

    /// Several files in one.
    pub fn join(&self, parts: &[&str]) -> Vec<u8> {
        parts.iter().flat_map(|name| self.read(name)).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
