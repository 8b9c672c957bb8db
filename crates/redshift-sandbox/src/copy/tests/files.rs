//! Objects: prefixes, manifests, regions, packing.

use std::io::Write;

use super::*;

/// One gzip member.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

fn numbers() -> Case {
    Case::new(&[ColumnType::Int4])
}

async fn with_manifest(case: Case, entries: &str, options: &str) -> Outcome {
    let case = case.file("m", format!("{{\"entries\":[{entries}]}}"));
    case.run(&format!("COPY t FROM 's3://b/m' {KEYS} CSV MANIFEST {options}")).await
}

#[tokio::test]
async fn the_location_is_a_prefix() {
    let case = numbers().file("k.2", "2").file("k.1", "1\n").file("k.10", "10\n").file("other", "9");
    case.copy("").await.loaded("1\n10\n2\n");
}

#[tokio::test]
async fn a_prefix_of_nothing_fails() {
    let outcome = numbers().file("other", "9").copy("").await;
    assert_eq!(outcome.error().message, "The specified S3 prefix 'k' does not exist");
    assert!(!outcome.result.unwrap_err().loading_began);
}

#[tokio::test]
async fn a_manifest_names_exact_keys_in_order_and_again() {
    let case = numbers().file("k", "1\n").file("k2", "2\n").file("k22", "22\n");
    let entries = r#"{"url":"s3://b/k2","mandatory":true},{"url":"s3://b/k","meta":{"content_length":2}},
                     {"url":"s3://b/k2","more":[]}"#;
    with_manifest(case, entries, "").await.loaded("2\n1\n2\n");
}

#[tokio::test]
async fn a_missing_file_of_a_manifest_may_be_mandatory() {
    let case = || numbers().file("k", "1\n");
    let optional = r#"{"url":"s3://b/gone"},{"url":"s3://b/k"}"#;
    with_manifest(case(), optional, "").await.loaded("1\n");
    let mandatory = r#"{"url":"s3://b/gone","mandatory":true},{"url":"s3://b/k"}"#;
    let outcome = with_manifest(case(), mandatory, "").await;
    assert!(outcome.error().message.contains("Status 404,Error NoSuchKey"), "{:?}", outcome.error());
    let outcome = with_manifest(case(), r#"{"url":"s3://b/gone"}"#, "").await;
    assert!(outcome.error().message.starts_with("None of the files"));
    assert!(with_manifest(case(), "", "").await.result.is_err());
}

#[tokio::test]
async fn a_manifest_is_read_strictly() {
    for entries in [
        "1",
        r#"{"url":1}"#,
        r#"{"mandatory":true}"#,
        r#"{"url":"k"}"#,
        r#"{"url":"/b/k"}"#,
        r#"{"url":"s3://b/"}"#,
        r#"{"url":"s3://b/k","mandatory":"true"}"#,
        r#"{"url":"s3://b/k","meta":1}"#,
        r#"{"url":"s3://b/k","meta":{"content_length":"2"}}"#,
        r#"{"url":"s3://b/k"},"#,
    ] {
        let outcome = with_manifest(numbers().file("k", "1\n"), entries, "").await;
        assert!(outcome.error().message.starts_with("Problem reading manifest"), "{entries}");
        assert!(outcome.error().detail.as_ref().unwrap().contains("code:      8001"));
    }
    let case = numbers().file("k", "{\"entries\":{}}");
    assert!(case.copy("MANIFEST").await.error().message.starts_with("Problem reading manifest"));
}

#[tokio::test]
async fn without_the_word_a_manifest_is_rows() {
    let outcome = numbers().file("k", "{\"entries\":[]}").copy("").await;
    assert_eq!(outcome.codes(), [(1, "", 1216)]);
}

#[tokio::test]
async fn a_bucket_must_be_in_the_region_of_the_statement() {
    let endpoint = "must be addressed using the specified endpoint";
    for (bucket, region, good) in [
        ("b", "", true),
        ("b", "REGION 'us-east-1'", false),
        ("far", "", false),
        ("far", "REGION AS 'us-east-1'", true),
    ] {
        let case = numbers().file_in(bucket, "k", "1\n");
        let outcome = case.run(&format!("COPY t FROM 's3://{bucket}/k' {KEYS} CSV {region}")).await;
        assert_eq!(outcome.result.is_ok(), good, "{bucket} {region}");
        assert!(good || outcome.error().message.contains(endpoint));
    }
}

#[tokio::test]
async fn all_buckets_of_a_manifest_must_be_in_one_region() {
    let case = numbers().file("k", "1\n").file_in("far", "k", "2\n");
    let outcome = with_manifest(case, r#"{"url":"s3://b/k"},{"url":"s3://far/k"}"#, "").await;
    assert!(outcome.error().message.contains("Error PermanentRedirect"));
}

#[tokio::test]
async fn packed_files_need_their_option() {
    for (option, pack) in [("GZIP", gzip as fn(&[u8]) -> Vec<u8>), ("BZIP2", bzip2), ("ZSTD", zstd)] {
        let members = [pack(b"1\n2"), pack(b"3\n4\n")].concat();
        for chunk in [1, 5, 1000] {
            let mut case = numbers().file("k", members.clone());
            case.store.chunk = chunk;
            case.copy(option).await.loaded("1\n23\n4\n");
        }
        let outcome = numbers().file("k", members).copy("").await;
        assert!(outcome.error().message.starts_with("Load into table 't' failed."), "{option}");
        let outcome = numbers().file("k", "1\n").copy(option).await;
        assert!(outcome.error().message.starts_with("Could not decompress s3://b/k"), "{option}");
    }
}

#[tokio::test]
async fn a_packed_file_must_be_whole_and_alone() {
    for (option, packed) in
        [("GZIP", gzip(b"1\n2\n")), ("BZIP2", bzip2(b"1\n2\n")), ("ZSTD", zstd(b"1\n2\n"))]
    {
        let cut = packed[..packed.len() - 1].to_vec();
        let more = [&packed[..], b"3\n"].concat();
        let mut broken = packed.clone();
        let last = broken.len() - 6;
        broken[last] ^= 0x55;
        for (case, bytes) in [("cut", cut), ("more", more), ("broken", broken), ("empty", Vec::new())] {
            if option == "ZSTD" && case == "broken" {
                continue; // A frame written in one piece has no checksum.
            }
            let outcome = numbers().file("k", bytes).copy(option).await;
            assert!(outcome.error().message.starts_with("Could not decompress"), "{option} {case}");
        }
    }
}

#[tokio::test]
async fn a_small_packed_file_may_hold_much() {
    let rows = format!("{}\n", "x".repeat(99)).repeat(20_000);
    for (option, packed) in [("GZIP", gzip(rows.as_bytes())), ("ZSTD", zstd(rows.as_bytes()))] {
        let mut case = Case::new(&[ColumnType::Varchar(99)]).file("k", packed);
        case.store.chunk = 1 << 20;
        let outcome = case.copy(option).await;
        assert_eq!(outcome.result.unwrap().loaded, 20_000);
        assert!(outcome.pieces.iter().all(|piece| *piece < (5 << 18)), "{:?}", outcome.pieces);
    }
}

#[tokio::test]
async fn header_lines_are_left_out_of_each_file() {
    let case = numbers().file("k1", "a\nb\n1\n").file("k2", "a\nb\n2").file("k3", "a");
    let outcome = case.copy("IGNOREHEADER 2").await;
    outcome.loaded("1\n2\n");
}

#[tokio::test]
async fn empty_files_have_no_rows() {
    let outcome = numbers().file("k1", "").file("k2", "1\n").copy("").await;
    outcome.loaded("1\n");
}

#[tokio::test]
async fn rows_arrive_in_pieces() {
    let mut case =
        Case::new(&[ColumnType::Varchar(100)]).file("k", format!("{}\n", "x".repeat(99)).repeat(40_000));
    case.store.chunk = 70_000;
    let outcome = case.copy("").await;
    assert_eq!(outcome.result.unwrap().loaded, 40_000);
    assert_eq!(outcome.rows.len(), 4_000_000);
    assert!(outcome.pieces.iter().all(|piece| *piece <= (1 << 20) + 100), "{:?}", outcome.pieces);
}
