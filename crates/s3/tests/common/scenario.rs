//! What must work with any S3, ours or somebody else's: an endpoint, keys and an empty bucket are all
//! it takes.

use bytes::Bytes;
use pgloader_s3::{Environment, Error, Keys, Kind, Settings, Store};
use secrecy::ExposeSecret as _;

/// A bucket of any S3.
pub struct Target {
    pub endpoint: String,
    pub keys: Keys,
    pub bucket: String,
}

const MIB: usize = 1024 * 1024;

impl Target {
    pub async fn open(&self) -> Result<Store, Error> {
        let Keys { access_key_id, secret_access_key, session_token, .. } = &self.keys;
        let token = session_token.as_ref().map(|token| token.expose_secret()).unwrap_or_default();
        let environment: Environment = [
            ("AWS_ACCESS_KEY_ID", access_key_id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", secret_access_key.expose_secret()),
            ("AWS_SESSION_TOKEN", token),
            ("AWS_ENDPOINT_URL_S3", self.endpoint.as_str()),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("HOME", "/nonexistent"),
        ]
        .into_iter()
        .collect();
        let settings = Settings { bucket: Some(self.bucket.clone()), ..Settings::default() };
        Store::open(&settings, &environment).await
    }

    /// Runs everything; the bucket is empty again afterwards.
    pub async fn check(&self) {
        self.check_objects().await;
        aborted_uploads(&self.open().await.unwrap()).await;
    }

    /// Runs what needs no list of unfinished uploads; the bucket is empty again afterwards.
    pub async fn check_objects(&self) {
        let store = self.open().await.unwrap();
        assert_eq!(store.bucket(), self.bucket);
        small_objects(&store).await;
        large_object(&store).await;
        streamed_objects(&store).await;
        many_objects(&store).await;
        assert_eq!(store.list("").await.unwrap(), []);
    }
}

/// `len` bytes that differ from place to place.
pub fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

pub fn cut(bytes: Vec<u8>, size: usize) -> Vec<Bytes> {
    let bytes = Bytes::from(bytes);
    (0..bytes.len()).step_by(size).map(|at| bytes.slice(at..bytes.len().min(at + size))).collect()
}

pub async fn read(store: &Store, key: &str) -> Result<Vec<u8>, Error> {
    let mut reader = store.get(key).await?;
    let mut all = Vec::new();
    while let Some(bytes) = reader.next().await? {
        all.extend_from_slice(&bytes);
    }
    assert_eq!(all.len() as u64, reader.size());
    Ok(all)
}

async fn small_objects(store: &Store) {
    store.put("run/empty", Vec::new()).await.unwrap();
    store.put("run/one", vec!["1,2\n".into()]).await.unwrap();
    store.put("run/three", vec!["1,2\n".into(), Bytes::new(), "3,4\n".into()]).await.unwrap();
    store.put("run/one", vec!["replaced".into()]).await.unwrap();
    assert_eq!(read(store, "run/empty").await.unwrap(), b"");
    assert_eq!(read(store, "run/one").await.unwrap(), b"replaced");
    assert_eq!(read(store, "run/three").await.unwrap(), b"1,2\n3,4\n");
    let listed = store.list("run/").await.unwrap();
    let listed: Vec<_> = listed.iter().map(|object| (object.key.as_str(), object.size)).collect();
    assert_eq!(listed, [("run/empty", 0), ("run/one", 8), ("run/three", 8)]);
    let keys = ["run/empty", "run/one", "run/three", "run/absent"].map(str::to_owned);
    store.delete(&keys).await.unwrap();
    assert_eq!(store.get("run/one").await.err().map(|error| error.kind()), Some(Kind::NoObject));
}

async fn large_object(store: &Store) {
    let bytes = pattern(21 * MIB + 17);
    store.put("run/large", cut(bytes.clone(), MIB)).await.unwrap();
    assert!(read(store, "run/large").await.unwrap() == bytes);
    store.delete(&["run/large".to_owned()]).await.unwrap();
}

/// Each has a key of its own: s3s-fs 0.14 gives parts the checksum of the object that they replace.
async fn streamed_objects(store: &Store) {
    for len in [0, 1, 16 * MIB, 16 * MIB + 1, 24 * MIB] {
        let (key, bytes) = (format!("run/streamed-{len}"), pattern(len));
        let mut upload = store.upload(&key);
        for piece in cut(bytes.clone(), 3 * MIB + 1) {
            upload.push(piece).await.unwrap();
        }
        upload.finish().await.unwrap();
        assert!(read(store, &key).await.unwrap() == bytes, "{len}");
        store.delete(&[key]).await.unwrap();
    }
}

async fn aborted_uploads(store: &Store) {
    let mut upload = store.upload("run/aborted");
    upload.push(pattern(17 * MIB).into()).await.unwrap();
    let pending = store.uploads("run/").await.unwrap();
    assert_eq!(pending.iter().map(|upload| upload.key.as_str()).collect::<Vec<_>>(), ["run/aborted"]);
    upload.abort().await.unwrap();
    assert_eq!(store.uploads("run/").await.unwrap(), []);

    assert_eq!(store.list("").await.unwrap(), []);
}

async fn many_objects(store: &Store) {
    let keys: Vec<String> = (0..1003).map(|number| format!("many/{number:04}")).collect();
    for key in &keys {
        store.put(key, vec!["x".into()]).await.unwrap();
    }
    store.put("other", vec!["x".into()]).await.unwrap();
    let listed = store.list("many/").await.unwrap();
    assert!(listed.iter().map(|object| &object.key).eq(&keys));
    store.delete(&keys).await.unwrap();
    let left = store.list("").await.unwrap();
    assert_eq!(left.iter().map(|object| object.key.as_str()).collect::<Vec<_>>(), ["other"]);
    store.delete(&["other".to_owned()]).await.unwrap();
}
