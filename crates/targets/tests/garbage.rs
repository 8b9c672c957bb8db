//! What killed runs have left in S3, found and removed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, SystemTime};

use pgloader_s3::{Environment, Settings, Store};
use pgloader_targets::redshift::garbage::{OLD_ENOUGH, find, remove};

const KEY: &str = "AKIATESTTESTTESTTEST";
const SECRET: &str = "tEsT/s3cr3t+marker/KEYKEYKEYKEYKEYKEYKEY";

async fn store(s3: &private_s3::Server) -> Store {
    let environment: Environment = [
        ("AWS_ACCESS_KEY_ID", KEY),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_ENDPOINT_URL_S3", s3.endpoint().as_str()),
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ]
    .into_iter()
    .collect();
    Store::open(&Settings::default(), &environment).await.unwrap()
}

#[tokio::test]
async fn only_dead_runs_are_found_and_removed() {
    let s3 =
        private_s3::Server::builder().key(KEY, SECRET, None).bucket("pgloader", "eu-west-1").start().unwrap();
    let store = store(&s3).await;
    let run = "pgloader-0193f1a0-0000-7000-8000-000000000000";
    let ours = [format!("p/{run}/0000/00000000.csv"), format!("p/{run}/0000/00000001.csv.gz")];
    let others = [
        "p/pgloader-reports/2024.csv".to_owned(),
        format!("{run}/0000/00000000.csv"),
        format!("p/{run}/0000/notes.txt"),
    ];
    for key in ours.iter().chain(&others) {
        store.put(key, vec!["x\n".into()]).await.unwrap();
    }
    let mut upload = store.upload(&format!("p/{run}/0000/00000002.csv"));
    upload.push(vec![b'x'; 20 << 20].into()).await.unwrap();
    std::mem::forget(upload);

    let now = SystemTime::now();
    assert!(find(&store, "p/", now).await.unwrap().is_empty());
    assert!(find(&store, "p/", now + OLD_ENOUGH - Duration::from_secs(60)).await.unwrap().is_empty());
    let garbage = find(&store, "p/", now + OLD_ENOUGH + Duration::from_secs(60)).await.unwrap();
    let keys: Vec<&String> = garbage.objects.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ours.iter().collect::<Vec<_>>());
    assert_eq!(garbage.uploads.len(), 1, "{garbage:?}");
    remove(&store, &garbage).await.unwrap();
    let mut left: Vec<String> = others.iter().map(|key| format!("pgloader/{key}")).collect();
    left.sort();
    assert_eq!(s3.objects(), left);
    assert_eq!(s3.uploads(), 0);
}
