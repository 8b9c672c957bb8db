//! The store against s3s-fs, a server that others wrote: it verifies signatures, those of chunks too, and
//! checksums.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use common::scenario::{Target, cut, pattern, read};
use common::{BUCKET, KEY, SECRET, check_secrecy};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use pgloader_s3::{Keys, Kind};
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

const MIB: usize = 1024 * 1024;

/// A server with one bucket, whose objects are files. They are removed when this is dropped.
struct Judge {
    files: PathBuf,
    port: u16,
}

impl Judge {
    async fn start() -> Judge {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("s3s-fs-{}-{number}", std::process::id());
        let files = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(files.join(BUCKET)).unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(&files).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(serve(listener, builder.build()));
        Judge { files, port }
    }

    fn target(&self, secret: &str) -> Target {
        Target {
            endpoint: format!("http://127.0.0.1:{}", self.port),
            keys: Keys {
                access_key_id: KEY.to_owned(),
                secret_access_key: secret.into(),
                session_token: None,
                expires: None,
            },
            bucket: BUCKET.to_owned(),
        }
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.files);
    }
}

async fn serve(listener: TcpListener, service: S3Service) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3s_fs_takes_all_that_any_s3_must() {
    let judge = Judge::start().await;
    judge.target(SECRET).check_objects().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3s_fs_has_the_very_bytes() {
    let judge = Judge::start().await;
    let store = judge.target(SECRET).open().await.unwrap();
    let bytes = pattern(40 * MIB + 1);
    store.put("run/large.csv", cut(bytes.clone(), 3 * MIB + 7)).await.unwrap();
    let mut upload = store.upload("run/streamed.csv");
    for piece in cut(bytes.clone(), 777_777) {
        upload.push(piece).await.unwrap();
    }
    upload.finish().await.unwrap();
    for key in ["run/large.csv", "run/streamed.csv"] {
        assert!(std::fs::read(judge.files.join(BUCKET).join(key)).unwrap() == bytes, "{key}");
        assert!(read(&store, key).await.unwrap() == bytes, "{key}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s3s_fs_refuses_a_wrong_secret() {
    let judge = Judge::start().await;
    let error = judge.target("another/secret").open().await.unwrap_err();
    assert_eq!(error.kind(), Kind::WrongKey, "{error}");
    assert!(error.message().contains("SignatureDoesNotMatch"), "{error}");
    check_secrecy(&format!("{error} {error:?}"));
}
