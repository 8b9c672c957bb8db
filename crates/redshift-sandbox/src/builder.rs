//! How a sandbox is set up.

use crate::copy;
use crate::error::Error;
use crate::sandbox::Sandbox;
use crate::secret::{Key, Secret};
use crate::wire::auth::Auth;
use crate::wire::tls::Tls;

/// How a sandbox is set up. [`Builder::start`] starts it.
///
/// Without more it has the user `loader` with the password `Loader-1`, the bucket `pgloader` in `eu-west-1`,
/// where the cluster is too, and one key.
#[derive(Clone)]
pub struct Builder {
    pub(crate) listen: String,
    pub(crate) tls: Tls,
    pub(crate) auth: Auth,
    pub(crate) users: Vec<(String, Secret)>,
    pub(crate) keys: Vec<Key>,
    pub(crate) buckets: Vec<(String, String)>,
    pub(crate) foreign_buckets: Vec<(String, String)>,
    pub(crate) backing: Option<String>,
    pub(crate) s3_endpoint: Option<String>,
    pub(crate) case_sensitive: bool,
    pub(crate) slices: u32,
    pub(crate) null_copy: Option<u64>,
    cluster_region: String,
    roles: Vec<String>,
    default_role: Option<String>,
    serverless: bool,
    quoted_sentinel_is_null: bool,
    physical_lines: bool,
}

/// The key where none is given: made up, with the characters that secrets have.
const KEY: (&str, &str) = ("AKIASANDBOX000000001", "sandbox/Secret+Access/Key0123456789abcde");
const REGION: &str = "eu-west-1";

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            listen: "127.0.0.1:0".into(),
            tls: Tls::default(),
            auth: Auth::default(),
            users: Vec::new(),
            keys: Vec::new(),
            buckets: Vec::new(),
            foreign_buckets: Vec::new(),
            backing: None,
            s3_endpoint: None,
            case_sensitive: false,
            slices: 2,
            null_copy: None,
            cluster_region: REGION.into(),
            roles: Vec::new(),
            default_role: None,
            serverless: false,
            quoted_sentinel_is_null: true,
            physical_lines: true,
        }
    }
}

impl Builder {
    /// Where to listen; the default is a free port of 127.0.0.1.
    #[must_use]
    pub fn listen(mut self, address: &str) -> Builder {
        address.clone_into(&mut self.listen);
        self
    }

    /// Whether connections are encrypted; the default is [`Tls::Offered`].
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Builder {
        self.tls = tls;
        self
    }

    /// How passwords are asked for; the default is [`Auth::Md5`].
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Builder {
        self.auth = auth;
        self
    }

    /// A user. The first is the one that [`Sandbox::uri`] and [`Sandbox::sql`] use, instead of `loader`.
    #[must_use]
    pub fn user(mut self, name: &str, password: &str) -> Builder {
        self.users.push((name.to_owned(), Secret(password.to_owned())));
        self
    }

    /// A key that S3 and COPY accept. The first is the one of [`Sandbox::environment`], instead of the default's.
    #[must_use]
    pub fn key(mut self, id: &str, secret: &str, token: Option<&str>) -> Builder {
        self.keys.push(Key::new(id, secret, token));
        self
    }

    /// A bucket and its region. The first is the one of [`Sandbox::environment`], instead of `pgloader`.
    #[must_use]
    pub fn bucket(mut self, name: &str, region: &str) -> Builder {
        self.buckets.push((name.to_owned(), region.to_owned()));
        self
    }

    /// A bucket of somebody else's, which no key may touch.
    #[must_use]
    pub fn foreign_bucket(mut self, name: &str, region: &str) -> Builder {
        self.foreign_buckets.push((name.to_owned(), region.to_owned()));
        self
    }

    /// The region that COPY takes where it names none.
    #[must_use]
    pub fn cluster_region(mut self, region: &str) -> Builder {
        region.clone_into(&mut self.cluster_region);
        self
    }

    /// A role that COPY may take on.
    #[must_use]
    pub fn role(mut self, arn: &str) -> Builder {
        self.roles.push(arn.to_owned());
        self
    }

    /// The role behind `IAM_ROLE default`.
    #[must_use]
    pub fn default_role(mut self, arn: &str) -> Builder {
        self.default_role = Some(arn.to_owned());
        self
    }

    /// A PostgreSQL database to keep the tables in, instead of a private server's. It must take a superuser's
    /// connection without TLS; a schema `rs_catalog` is made in it.
    #[must_use]
    pub fn backing(mut self, url: &str) -> Builder {
        self.backing = Some(url.to_owned());
        self
    }

    /// An S3 server that runs already, instead of a private one.
    #[must_use]
    pub fn s3_endpoint(mut self, url: &str) -> Builder {
        self.s3_endpoint = Some(url.to_owned());
        self
    }

    /// Whether to be like a serverless workgroup: no rows in `stl_load_errors`, no `stv_slices`.
    #[must_use]
    pub fn serverless(mut self, serverless: bool) -> Builder {
        self.serverless = serverless;
        self
    }

    /// Whether `enable_case_sensitive_identifier` is on in new sessions.
    #[must_use]
    pub fn case_sensitive(mut self, case_sensitive: bool) -> Builder {
        self.case_sensitive = case_sensitive;
        self
    }

    /// Whether a quoted field equal to NULL AS is NULL; the default is yes, the harmful one.
    #[must_use]
    pub fn quoted_sentinel_is_null(mut self, is_null: bool) -> Builder {
        self.quoted_sentinel_is_null = is_null;
        self
    }

    /// Whether line numbers count lines of the file, the default, or records.
    #[must_use]
    pub fn physical_lines(mut self, physical: bool) -> Builder {
        self.physical_lines = physical;
        self
    }

    /// COPY looks at nothing and says that it has loaded so many rows: for measuring what comes before it.
    #[must_use]
    pub fn null_copy(mut self, rows: u64) -> Builder {
        self.null_copy = Some(rows);
        self
    }

    /// How many rows `stv_slices` has.
    #[must_use]
    pub fn slices(mut self, slices: u32) -> Builder {
        self.slices = slices;
        self
    }

    /// Starts the sandbox and returns once it accepts connections. Blocks for a second or two.
    ///
    /// # Errors
    /// Missing programs, a port that is taken, a backing server that does not answer.
    pub fn start(self) -> Result<Sandbox, Error> {
        Sandbox::start(self.completed())
    }

    /// With the defaults for what is still missing.
    fn completed(mut self) -> Builder {
        if self.users.is_empty() {
            self = self.user("loader", "Loader-1");
        }
        if self.keys.is_empty() {
            self = self.key(KEY.0, KEY.1, None);
        }
        if self.buckets.is_empty() {
            self = self.bucket("pgloader", REGION);
        }
        self
    }

    /// What the COPY engine must know.
    pub(crate) fn copy_settings(&self, s3_endpoint: String) -> copy::Settings {
        copy::Settings {
            quoted_sentinel_is_null: self.quoted_sentinel_is_null,
            physical_lines: self.physical_lines,
            serverless: self.serverless,
            cluster_region: self.cluster_region.clone(),
            s3_endpoint,
            keys: self.keys.clone(),
            roles: self.roles.clone(),
            default_role: self.default_role.clone(),
            bucket_regions: self.buckets.clone(),
        }
    }
}
