//! A running sandbox.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::AtomicI32;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::Duration;
use std::{env, fs, io, thread};

use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::backing::Backing;
use crate::builder::Builder;
use crate::error::Error;
use crate::fault::{Fault, Faults};
use crate::own;
use crate::s3::Store;
use crate::session::shared::{DATABASE, Running, Shared};
use crate::session::{Door, serve};
use crate::wire::Front;
use crate::wire::tls::{Identity, Tls};

/// A running sandbox. Everything stops when it is dropped.
pub struct Sandbox {
    builder: Builder,
    shared: Arc<Shared>,
    address: SocketAddr,
    // Made when it is asked for.
    directory: OnceLock<Option<Directory>>,
    store: Store,
    // Taken when the sandbox is dropped.
    runtime: Option<Runtime>,
    // Behind the runtime: it stops when no session is served any more.
    _postgres: Option<private_postgres::Server>,
}

/// Where the CA's certificate is.
struct Directory(PathBuf);

impl Directory {
    fn with(certificate: &str) -> io::Result<Directory> {
        let directory = Directory(env::temp_dir().join(format!("redshift-sandbox-{}", uuid::Uuid::now_v7())));
        fs::create_dir(&directory.0)?;
        fs::write(directory.certificate(), certificate)?;
        Ok(directory)
    }

    fn certificate(&self) -> PathBuf {
        self.0.join("ca.pem")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // It holds nothing but a certificate.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What is made on the runtime.
struct Served {
    shared: Arc<Shared>,
    address: SocketAddr,
}

impl Sandbox {
    /// A sandbox with other settings than the default.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn start(builder: Builder) -> Result<Sandbox, Error> {
        let store = Store::start(&builder)?;
        let (backing, postgres) = match &builder.backing {
            Some(url) => (Backing::at(url)?, None),
            None => {
                let (backing, server) = Backing::start(DATABASE)?;
                (backing, Some(server))
            }
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("redshift-sandbox")
            .enable_all()
            .build()
            .map_err(|error| Error::system("start threads", error))?;
        let serving = Serving { builder: &builder, endpoint: store.endpoint() };
        // On a thread of its own, since the caller's may belong to another runtime, on which nothing may block.
        let served = thread::scope(|scope| scope.spawn(|| runtime.block_on(serving.start(backing))).join());
        let Served { shared, address } = served.map_err(|_| Error::Backing("a thread ended".into()))??;
        Ok(Sandbox {
            builder,
            shared,
            address,
            directory: OnceLock::new(),
            store,
            runtime: Some(runtime),
            _postgres: postgres,
        })
    }

    /// `postgresql://user:password@127.0.0.1:PORT/dev`, with the password.
    pub fn uri(&self) -> String {
        let (user, password) = self.user();
        format!("postgresql://{}:{}@{}/{DATABASE}", encoded(user), encoded(password), self.address)
    }

    /// The first user, and its password.
    pub(crate) fn user(&self) -> (&str, &str) {
        self.shared.users.first().map_or(("", ""), |(name, password)| (name, &password.0))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The variables by which AWS's clients find the S3 server and the first key, and pgloader the bucket.
    pub fn environment(&self) -> Vec<(String, String)> {
        let mut variables = Vec::new();
        let mut set = |name: &str, value: &str| variables.push((name.to_owned(), value.to_owned()));
        if let Some(key) = self.builder.keys.first() {
            set("AWS_ACCESS_KEY_ID", &key.id);
            set("AWS_SECRET_ACCESS_KEY", &key.secret.0);
            if let Some(token) = &key.token {
                set("AWS_SESSION_TOKEN", &token.0);
            }
        }
        if let Some((bucket, region)) = self.builder.buckets.first() {
            set("AWS_DEFAULT_REGION", region);
            set("AWS_S3_BUCKET_NAME", bucket);
        }
        set("AWS_ENDPOINT_URL_S3", &self.store.endpoint());
        set("AWS_EC2_METADATA_DISABLED", "true");
        variables
    }

    /// The variables by which libpq and its like connect, and `REDSHIFT_URI`.
    pub fn postgres_environment(&self) -> Vec<(String, String)> {
        let (user, password) = self.user();
        [
            ("REDSHIFT_URI", self.uri()),
            ("PGHOST", self.address.ip().to_string()),
            ("PGPORT", self.port().to_string()),
            ("PGUSER", user.to_owned()),
            ("PGPASSWORD", password.to_owned()),
            ("PGDATABASE", DATABASE.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Runs statements as the first user, in a session of their own. Answers rows as `psql -Atq` prints them:
    /// `|` between columns, NULL empty.
    ///
    /// # Errors
    /// [`Error::Refused`] with what a client would be told.
    pub fn sql(&self, sql: &str) -> Result<String, Error> {
        let Some(runtime) = &self.runtime else {
            return Err(Error::Backing("the sandbox has stopped".into()));
        };
        let (sender, receiver) = mpsc::channel();
        let answer = own::sql(Arc::clone(&self.shared), self.user().0.to_owned(), sql.to_owned());
        runtime.spawn(async move { sender.send(answer.await) });
        receiver.recv().map_err(|_| Error::Backing("the sandbox has stopped".into()))?
    }

    /// Every statement that clients sent, in order, as they wrote it: secrets too.
    pub fn statements(&self) -> Vec<String> {
        self.shared.statements.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `bucket/key` of every object in the private S3 server, sorted.
    pub fn objects(&self) -> Vec<String> {
        self.store.server.objects()
    }

    /// The private S3 server, which is idle where [`Builder::s3_endpoint`] names another.
    pub fn s3(&self) -> &private_s3::Server {
        &self.store.server
    }

    /// Makes something go wrong.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.inject(fault);
    }

    /// A file with the certificate by which clients know the server, in PEM, which is gone with the sandbox. None
    /// without TLS, or where the file cannot be written.
    pub fn ca_certificate(&self) -> Option<PathBuf> {
        let identity = self.shared.identity.as_ref()?;
        let directory = self.directory.get_or_init(|| Directory::with(&identity.authority).ok());
        directory.as_ref().map(Directory::certificate)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Does not wait, so that it may be called on any thread.
            runtime.shutdown_background();
        }
    }
}

/// What it takes to serve.
struct Serving<'a> {
    builder: &'a Builder,
    endpoint: String,
}

impl Serving<'_> {
    async fn start(self, backing: Backing) -> Result<Served, Error> {
        let users: Vec<String> = self.builder.users.iter().map(|(name, _)| name.clone()).collect();
        backing.set_up(&users, self.builder.slices).await?;
        let shared = Arc::new(self.shared(backing).await?);
        let listening = |error| Error::system("listen", error);
        let listener = TcpListener::bind(&self.builder.listen).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Served { shared, address })
    }

    async fn shared(&self, backing: Backing) -> Result<Shared, Error> {
        let (recorder, _) = backing.connect().await?;
        let identity = match self.builder.tls {
            Tls::Off => None,
            Tls::Offered | Tls::Required => Some(Identity::new()?),
        };
        Ok(Shared {
            users: self.builder.users.clone(),
            tls: self.builder.tls,
            identity,
            auth: self.builder.auth,
            case_sensitive: self.builder.case_sensitive,
            copy: self.builder.copy_settings(self.endpoint.clone()),
            null_copy: self.builder.null_copy,
            faults: Faults::default(),
            backing,
            recorder,
            statements: Mutex::default(),
            running: Running::default(),
            queries: AtomicI32::new(1_000),
        })
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: some may be free again soon.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(Front::new(Box::new(stream)), Arc::clone(&shared), Door::Network));
    }
}

/// As a part of a URI.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
