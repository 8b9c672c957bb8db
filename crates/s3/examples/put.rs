//! Measures `put`: objects of 64 MiB in pieces of 1 MiB, to a private S3 server in a process of its own.
//!
//!     cargo run --release -p pgloader-s3 --example put [GIB]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on is over")]

#[path = "../tests/common/front.rs"]
mod front;

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::mem::MaybeUninit;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use bytes::Bytes;
use pgloader_s3::{Environment, Settings, Store};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const MIB: usize = 1024 * 1024;
const OBJECT: usize = 64 * MIB;

fn main() {
    let argument = env::args().nth(1);
    if argument.as_deref() == Some("serve") {
        return serve();
    }
    let gib = argument.map_or(2, |text| text.parse().unwrap());
    let (mut server, http, https, bundle) = start();
    println!("transport  at once    MB/s  client CPU s/GB");
    for (name, endpoint) in [("http", &http), ("https", &https)] {
        for at_once in [1, 2] {
            measure(name, endpoint, &bundle, gib * 16, at_once);
        }
    }
    server.kill().unwrap();
    server.wait().unwrap();
    fs::remove_file(bundle).unwrap();
}

/// The other process: prints where it listens, and ends with its standard input.
fn serve() {
    let server = private_s3::Server::builder().key(KEY, "secret", None).bucket("bench", "eu-west-1");
    let server = server.start().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let behind = server.endpoint().replace("http://", "");
    let (port, root) = runtime.block_on(front::front(behind));
    let bundle = env::temp_dir().join(format!("pgloader-s3-put-{}.pem", std::process::id()));
    fs::write(&bundle, root).unwrap();
    println!("{}\nhttps://localhost:{port}\n{}", server.endpoint(), bundle.display());
    let _ = std::io::stdin().read(&mut [0]);
}

fn start() -> (Child, String, String, String) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = command.spawn().unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut line = || lines.next().unwrap().unwrap();
    let (http, https, bundle) = (line(), line(), line());
    (server, http, https, bundle)
}

fn measure(name: &str, endpoint: &str, bundle: &str, objects: usize, at_once: usize) {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let store = runtime.block_on(open(endpoint, bundle));
    let bytes = Bytes::from(vec![b'x'; OBJECT]);
    let pieces: Vec<Bytes> = (0..OBJECT).step_by(MIB).map(|at| bytes.slice(at..at + MIB)).collect();
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let workers = (0..at_once).map(|worker| {
        let (store, pieces) = (store.clone(), pieces.clone());
        runtime.spawn(async move {
            for _ in 0..objects / at_once {
                store.put(&format!("k{worker}"), pieces.clone()).await.unwrap();
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        runtime.block_on(worker).unwrap();
    }
    let megabytes = (objects * OBJECT) as f64 / 1e6;
    let speed = megabytes / began.elapsed().as_secs_f64();
    println!("{name:9}  {at_once:7}  {speed:6.0}  {:15.2}", (cpu_seconds() - cpu) / (megabytes / 1e3));
}

async fn open(endpoint: &str, bundle: &str) -> Store {
    let environment: Environment = [
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ENDPOINT_URL_S3", endpoint),
        ("AWS_CA_BUNDLE", bundle),
        ("AWS_S3_BUCKET_NAME", "bench"),
    ]
    .into_iter()
    .collect();
    Store::open(&Settings::default(), &environment).await.unwrap()
}

/// User and system time of this process.
fn cpu_seconds() -> f64 {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: getrusage fills the structure it is given, and zeros are a valid one.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    seconds(usage.ru_utime) + seconds(usage.ru_stime)
}
