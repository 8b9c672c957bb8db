//! Objects: whole, in parts, over a bad network.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::time::Duration;

use common::scenario::{Target, cut, pattern, read};
use common::{BUCKET, KEY, SECRET, TEMPORARY, TOKEN, builder, check_secrecy, open};
use pgloader_s3::{Keys, Kind};
use private_s3::{Fault, Server};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn does_all_that_any_s3_must() {
    let server = builder().start().unwrap();
    let lasting = Keys {
        access_key_id: KEY.to_owned(),
        secret_access_key: SECRET.into(),
        session_token: None,
        expires: None,
    };
    let temporary =
        Keys { access_key_id: TEMPORARY.to_owned(), session_token: Some(TOKEN.into()), ..lasting.clone() };
    for keys in [lasting, temporary] {
        Target { endpoint: server.endpoint(), keys, bucket: BUCKET.to_owned() }.check().await;
    }
    assert_eq!((server.objects().len(), server.uploads()), (0, 0));
}

#[tokio::test]
async fn sends_no_checksums_where_told_so() {
    let server = builder().start().unwrap();
    let store = open(&server, &[("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")]).await.unwrap();
    let bytes = pattern(18 * MIB);
    store.put("small", cut(bytes[..MIB].to_vec(), 1000)).await.unwrap();
    store.put("large", cut(bytes.clone(), MIB)).await.unwrap();
    assert!(server.get(BUCKET, "large").unwrap() == bytes);
    store.delete(&["small".to_owned(), "large".to_owned()]).await.unwrap();
    assert!(server.objects().is_empty());
}

/// Counts the attempts at the object itself.
fn puts(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.starts_with("PUT /staging/k")).count()
}

#[tokio::test]
async fn repeats_what_may_succeed_later() {
    for fault in [Fault::SlowDown, Fault::InternalError, Fault::ResetMidUpload, Fault::LostAnswer] {
        let server = builder().start().unwrap();
        let store = open(&server, &[]).await.unwrap();
        server.inject(fault.clone());
        let bytes = pattern(12 * MIB);
        store.put("k", cut(bytes.clone(), MIB)).await.unwrap();
        assert!(server.get(BUCKET, "k").unwrap() == bytes, "{fault:?}");
        assert_eq!(puts(&server), 2, "{fault:?}");
    }
}

#[tokio::test]
async fn repeats_parts() {
    for fault in [Fault::SlowDown, Fault::ResetMidUpload, Fault::LostAnswer] {
        let server = builder().start().unwrap();
        let store = open(&server, &[]).await.unwrap();
        let bytes = pattern(40 * MIB);
        let mut upload = store.upload("k");
        for (number, piece) in cut(bytes.clone(), MIB).into_iter().enumerate() {
            upload.push(piece).await.unwrap();
            if number == 20 {
                server.inject(fault.clone());
            }
        }
        upload.finish().await.unwrap();
        assert!(server.get(BUCKET, "k").unwrap() == bytes, "{fault:?}");
        assert_eq!(server.uploads(), 0, "{fault:?}");
    }
}

#[tokio::test]
async fn knows_a_completed_upload_whose_answer_was_lost() {
    let server = builder().start().unwrap();
    let store = open(&server, &[]).await.unwrap();
    let mut upload = store.upload("k");
    upload.push(pattern(24 * MIB).into()).await.unwrap();
    while puts(&server) < 3 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.inject(Fault::LostAnswer);
    upload.finish().await.unwrap();
    assert_eq!(server.objects(), ["staging/k"]);
}

#[tokio::test]
async fn tells_a_transient_failure() {
    let server = builder().start().unwrap();
    let store = open(&server, &[("AWS_MAX_ATTEMPTS", "2")]).await.unwrap();
    for fault in [Fault::SlowDown, Fault::InternalError, Fault::ResetMidUpload] {
        server.inject(fault.clone());
        server.inject(fault.clone());
        let error = store.put("k", vec!["x".into()]).await.unwrap_err();
        assert!(error.is_transient(), "{fault:?}: {error}");
        assert!(error.message().starts_with("cannot write s3://staging/k at http://127.0.0.1:"), "{error}");
    }
    assert!(server.objects().is_empty());
}

#[tokio::test]
async fn tells_what_is_wrong() {
    let server = builder().start().unwrap();
    let store = open(&server, &[]).await.unwrap();
    let faults = [
        (Fault::AccessDenied, Kind::Denied, "AccessDenied: Access Denied (request PRIVATE"),
        (Fault::ExpiredToken, Kind::ExpiredToken, "ExpiredToken: "),
    ];
    for (fault, kind, text) in faults {
        server.inject(fault);
        let error = store.put("k", vec!["x".into()]).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.message().contains(text), "{error}");
        check_secrecy(&format!("{error} {error:?} {store:?}"));
    }
    server.put(BUCKET, "k", b"x").unwrap();
    server.inject(Fault::ForbidKey("k".to_owned()));
    let error = store.get("k").await.err().unwrap();
    assert_eq!(error.kind(), Kind::Denied);
    assert_eq!(
        error.hint(),
        Some("the key AKIA…MPLE needs the permission s3:GetObject for the bucket staging")
    );
    server.inject(Fault::AccessDenied);
    let keys = ["a".to_owned(), "b".to_owned()];
    assert_eq!(store.delete(&keys).await.unwrap_err().left(), keys);
}

#[tokio::test]
async fn leaves_no_parts_behind() {
    let server = builder().start().unwrap();
    let store = open(&server, &[]).await.unwrap();
    let part = || pattern(9 * MIB).into();

    // An error.
    let mut upload = store.upload("k");
    upload.push(part()).await.unwrap();
    upload.push(part()).await.unwrap();
    server.inject(Fault::AccessDenied);
    let failed = upload.push(part()).await.and(upload.finish().await);
    assert_eq!(failed.unwrap_err().kind(), Kind::Denied);
    assert_eq!((server.uploads(), server.objects().len()), (0, 0));

    // Dropped between pushes, and in the middle of a put.
    let mut upload = store.upload("k");
    upload.push(part()).await.unwrap();
    upload.push(part()).await.unwrap();
    drop(upload);
    none_soon(&server).await;
    for millis in [1, 5, 20, 60] {
        let put = store.put("k", cut(pattern(64 * MIB), MIB));
        let ended = tokio::time::timeout(Duration::from_millis(millis), put).await;
        none_soon(&server).await;
        assert_eq!(ended.is_ok(), !server.objects().is_empty());
    }
}

#[tokio::test]
async fn somebody_else_may_abort() {
    let server = builder().start().unwrap();
    let store = open(&server, &[]).await.unwrap();
    let mut upload = store.upload("k");
    upload.push(pattern(17 * MIB).into()).await.unwrap();
    let pending = store.uploads("").await.unwrap().remove(0);
    for _ in 0..2 {
        store.abort_upload(&pending.key, &pending.id).await.unwrap();
    }
    assert_eq!(upload.finish().await.unwrap_err().kind(), Kind::NoObject);
    assert_eq!((server.uploads(), server.objects().len()), (0, 0));
}

async fn none_soon(server: &Server) {
    let mut waits = 0;
    while waits == 0 || server.uploads() > 0 {
        assert!(waits < 500, "{} uploads are left", server.uploads());
        tokio::time::sleep(Duration::from_millis(10)).await;
        waits += 1;
    }
}

#[tokio::test]
async fn reads_on_after_a_broken_connection() {
    let server = builder().start().unwrap();
    let store = open(&server, &[]).await.unwrap();
    let bytes = pattern(3 * MIB);
    server.put(BUCKET, "k", &bytes).unwrap();
    server.inject(Fault::ResetMidDownload);
    server.inject(Fault::ResetMidDownload);
    assert!(read(&store, "k").await.unwrap() == bytes);
    let gets = server.requests().iter().filter(|request| request.starts_with("GET /staging/k")).count();
    assert_eq!(gets, 3);
}
