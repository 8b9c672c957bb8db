use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::service::S3ServiceBuilder;
use tokio::runtime::{self, Runtime};

use crate::access::{Access, Keys};
use crate::builder::Builder;
use crate::directory::Directory;
use crate::error::{Acting, Error};
use crate::fault::{Fault, Faults};
use crate::front::Front;
use crate::objects::{Object, Objects};
use crate::service::Service;

/// A running private server; dropping it stops it at once and removes its objects.
pub struct Server {
    front: Arc<Front>,
    port: u16,
    // Taken when dropped: a runtime may not be dropped in the usual way where async code runs.
    runtime: Option<Runtime>,
    _directory: Directory,
}

impl Server {
    /// A server without keys and buckets, to be given some.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn start(builder: Builder) -> Result<Self, Error> {
        let directory = Directory::create()?;
        let objects = Arc::new(Objects::new(directory.path(), builder.buckets));
        let keys = Keys(Arc::new(builder.keys));
        let front = Arc::new(front(keys, objects, builder.redirects));
        let listener = TcpListener::bind(("127.0.0.1", 0)).acting("listen")?;
        let port = listener.local_addr().acting("listen")?.port();
        let runtime = runtime()?;
        let accepting = {
            let _context = runtime.enter();
            listener.set_nonblocking(true).acting("listen")?;
            tokio::net::TcpListener::from_std(listener).acting("listen")?
        };
        runtime.spawn(serve(accepting, Arc::clone(&front)));
        Ok(Self { front, port, runtime: Some(runtime), _directory: directory })
    }

    /// What clients take for `AWS_ENDPOINT_URL_S3`, such as `http://127.0.0.1:40000`.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// `bucket/key` of every complete object, sorted.
    pub fn objects(&self) -> Vec<String> {
        self.front.objects.names()
    }

    /// How many multipart uploads are neither completed nor aborted.
    pub fn uploads(&self) -> usize {
        self.front.objects.uploads()
    }

    /// The bytes of an object.
    pub fn get(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        let object = self.front.objects.object(bucket, key)?;
        object.read(0..object.size).collect::<Result<Vec<Bytes>, _>>().ok().map(|pieces| pieces.concat())
    }

    /// Stores an object from within, replacing one of that key.
    ///
    /// # Errors
    /// An unknown bucket; a full disk.
    pub fn put(&self, bucket: &str, key: &str, bytes: &[u8]) -> Result<(), Error> {
        let mut writer = self.front.objects.create().acting("store an object")?;
        writer.write(bytes).acting("store an object")?;
        let object = Object::new(vec![writer.finish()], self.front.objects.new_tag());
        let missing = |_| Error::NoBucket(bucket.to_owned());
        self.front.objects.insert(bucket, key, object).map_err(missing)
    }

    /// Makes a coming request fail. Faults wait in line: two of a kind fail two requests.
    pub fn inject(&self, fault: Fault) {
        self.front.faults.add(fault);
    }

    /// Every request so far, as `PUT /bucket/key?partNumber=1&uploadId=…`.
    pub fn requests(&self) -> Vec<String> {
        self.front.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Awaited, so that nobody writes into the directory any more; on a thread of its own, because
            // async code may not wait for a runtime.
            let stopping = thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(5)));
            let _ = stopping.join();
        }
    }
}

fn front(keys: Keys, objects: Arc<Objects>, redirects: bool) -> Front {
    let faults = Arc::new(Faults::default());
    let mut builder = S3ServiceBuilder::new(Service(Arc::clone(&objects)));
    builder.set_auth(keys.clone());
    builder.set_access(Access { keys, objects: Arc::clone(&objects), faults: Arc::clone(&faults) });
    let service = builder.build();
    Front { service, objects, faults, redirects, log: Mutex::default(), answers: AtomicU64::new(1) }
}

fn runtime() -> Result<Runtime, Error> {
    let mut builder = runtime::Builder::new_multi_thread();
    builder.worker_threads(2).thread_name("private-s3").enable_all().build().acting("start a runtime")
}

async fn serve(listener: tokio::net::TcpListener, front: Arc<Front>) -> Infallible {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: some may be free again soon.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let front = Arc::clone(&front);
        let service = service_fn(move |request| {
            let front = Arc::clone(&front);
            async move { front.answer(request).await }
        });
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(connection);
    }
}
