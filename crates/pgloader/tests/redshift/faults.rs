//! S3 and keys that fail, each with a message to act on and nothing left behind.

use private_s3::Fault as S3Fault;
use redshift_sandbox::fault::Fault;

use crate::bench::{Bench, KEY, SECRET, TOKEN, builder, numbers};
use crate::kit::Run;

const COLUMNS: &str = "id int, v varchar(20)";

/// Loads a hundred rows with these variables instead of the sandbox's; an empty one is unset.
fn load_with(bench: &Bench, variables: &[(&str, &str)], with: &str) -> Run {
    bench.place.write("data.csv", numbers(100));
    let file = bench.place.write("test.load", bench.load_csv("t", with));
    let mut command = bench.command();
    for (name, value) in variables {
        match value.is_empty() {
            true => command.env_remove(name),
            false => command.env(name, value),
        };
    }
    bench.finish(command.arg(file))
}

#[test]
fn a_bucket_that_is_missing_or_not_ours() {
    let bench = Bench::with(builder().foreign_bucket("somebody-elses", "eu-west-1"));
    bench.sql(&format!("CREATE TABLE t ({COLUMNS}); INSERT INTO t VALUES (1, 'old')"));
    let missing = load_with(&bench, &[("AWS_S3_BUCKET_NAME", "no-such-bucket")], "truncate");
    missing.expect(1, &["no-such-bucket", "HINT"]);
    load_with(&bench, &[], "s3 bucket 'somebody-elses', truncate").expect(1, &["somebody-elses", "HINT"]);
    assert_eq!(
        bench.sql("SELECT count(*) FROM t"),
        "1",
        "the table was emptied before the bucket was looked at"
    );
}

#[test]
fn a_bucket_in_another_region_is_found_and_named_to_the_server() {
    let bench = Bench::with(builder().bucket("far-away", "ap-southeast-2"));
    bench.sql(&format!("CREATE TABLE t ({COLUMNS})"));
    load_with(&bench, &[("AWS_S3_BUCKET_NAME", "far-away")], "").expect(0, &["100 written"]);
    assert!(bench.copies()[0].contains("REGION 'ap-southeast-2'"), "{:?}", bench.copies());
    bench.is_tidy();
}

#[test]
fn keys_that_are_wrong_or_missing() {
    let bench = Bench::table(COLUMNS);
    let wrong_secret =
        load_with(&bench, &[("AWS_SECRET_ACCESS_KEY", "wrong/secret/wrong/secret/wrong/secret00")], "");
    assert!(!wrong_secret.stderr.contains("wrong/secret"), "{wrong_secret:#?}");
    wrong_secret.expect(1, &["AKIA…TEST", "HINT"]);
    load_with(&bench, &[("AWS_ACCESS_KEY_ID", "AKIANOBODYNOBODY0000")], "").expect(1, &["AKIA…0000", "HINT"]);
    let none = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];
    load_with(&bench, &none, "").expect(1, &["AWS_ACCESS_KEY_ID", ".aws/credentials"]);
    let half = [("AWS_SECRET_ACCESS_KEY", "")];
    load_with(&bench, &half, "").expect(1, &["AWS_SECRET_ACCESS_KEY"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
    bench.is_tidy();
}

#[test]
fn keys_region_and_bucket_come_from_files_and_variables_win() {
    let bench = Bench::table(COLUMNS);
    let credentials = format!(
        "[default]\naws_access_key_id = AKIAWRONGWRONGWRONG0\naws_secret_access_key = wrong\n\
         [good]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    );
    bench.place.write("home/.aws/credentials", &credentials);
    bench
        .place
        .write("home/.aws/config", "[default]\nregion = us-west-2\n[profile good]\nregion = eu-west-1\n");
    load_with(&bench, &[], "").expect(0, &["100 written"]);
    let unset = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", ""), ("AWS_DEFAULT_REGION", "")];
    load_with(&bench, &unset, "").expect(1, &["AKIA…ONG0"]);
    let profile = [&unset[..], &[("AWS_PROFILE", "good")]].concat();
    load_with(&bench, &profile, "").expect(0, &["100 written"]);
    bench.place.write(
        "home/.aws/credentials",
        credentials.replace("[default]", "[bad]").replace("[good]", "[default]"),
    );
    load_with(&bench, &unset, "").expect(0, &["100 written"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "300");
}

// shows: --aws-profile; --aws-region; --s3-bucket; --s3-prefix; --iam-role
#[test]
fn flags_win_over_files_and_variables() {
    let arn = "arn:aws:iam::123456789012:role/loader";
    let bench = Bench::with(builder().role(arn).bucket("other", "eu-west-1"));
    bench.sql(&format!("CREATE TABLE t ({COLUMNS})"));
    bench.place.write(
        "home/.aws/credentials",
        format!("[good]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"),
    );
    bench.place.write("data.csv", numbers(100));
    let file = bench.place.write("test.load", bench.load_csv("t", ""));
    let run = |flags: &[&str]| {
        let mut command = bench.command();
        command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").args(flags).arg(&file);
        bench.finish(&mut command)
    };
    run(&[]).expect(1, &["AWS_ACCESS_KEY_ID"]);
    let profile = ["--aws-profile", "good"];
    run(&profile).expect(0, &["100 written"]);
    run(&[&profile[..], &["--s3-bucket", "other", "--s3-prefix", "a/b"]].concat())
        .expect(0, &["100 written"]);
    run(&[&profile[..], &["--iam-role", arn]].concat()).expect(0, &["100 written"]);
    let copies = bench.copies();
    assert!(copies[0].contains("'s3://pgloader/pgloader-"), "{copies:?}");
    assert!(copies[1].contains("'s3://other/a/b/pgloader-"), "{copies:?}");
    assert!(copies[2].ends_with(&format!("IAM_ROLE '{arn}'")), "{copies:?}");
    run(&[&profile[..], &["--aws-region", "us-west-2"]].concat())
        .expect(0, &["is in eu-west-1, not in us-west-2", "100 written"]);
    bench.is_tidy();
}

#[test]
fn temporary_keys_carry_their_token() {
    let bench = Bench::with(builder().key("ASIATESTTESTTESTTEST", SECRET, Some(TOKEN)));
    bench.sql(&format!("CREATE TABLE t ({COLUMNS})"));
    let id = ("AWS_ACCESS_KEY_ID", "ASIATESTTESTTESTTEST");
    let secret = ("AWS_SECRET_ACCESS_KEY", SECRET);
    load_with(&bench, &[id, secret, ("AWS_SESSION_TOKEN", TOKEN)], "").expect(0, &["100 written"]);
    assert!(bench.copies()[0].contains(&format!("SESSION_TOKEN '{TOKEN}'")));
    load_with(&bench, &[id, secret, ("AWS_SESSION_TOKEN", "")], "").expect(1, &["HINT"]);
    for _ in 0..20 {
        bench.sandbox.s3().inject(S3Fault::ExpiredToken);
    }
    load_with(&bench, &[id, secret, ("AWS_SESSION_TOKEN", TOKEN)], "").expect(1, &["expired"]);
}

#[test]
fn a_clock_that_is_wrong_is_told_of() {
    let bench = Bench::table(COLUMNS);
    bench.sandbox.s3().inject(S3Fault::ClockSkew);
    let run = bench.load(numbers(100), "");
    // The SDK corrects the skew by itself where it can.
    assert!(run.code == Some(0) || run.stderr.contains("clock"), "{run:#?}");
    bench.is_tidy();
}

#[test]
fn a_clock_that_stays_wrong_ends_the_load() {
    let bench = Bench::table(COLUMNS);
    for _ in 0..20 {
        bench.sandbox.s3().inject(S3Fault::ClockSkew);
    }
    bench.load(numbers(100), "").expect(1, &["clock", "HINT"]);
    assert!(bench.copies().is_empty());
    assert_eq!(bench.objects(), Vec::<String>::new());
}

#[test]
fn s3_out_of_breath_is_tried_again() {
    for fault in [S3Fault::SlowDown, S3Fault::InternalError, S3Fault::ResetMidUpload] {
        let bench = Bench::table(COLUMNS);
        bench.sandbox.s3().inject(fault.clone());
        bench.load(numbers(20_000), "batch rows = 5000").expect(0, &["20000 read = 20000 written"]);
        assert_eq!(bench.sql("SELECT count(*), sum(id) FROM t"), "20000|200010000", "{fault:?}");
        bench.is_tidy();
    }
}

#[test]
fn a_write_that_is_denied_ends_the_load() {
    let bench = Bench::table(COLUMNS);
    bench.sandbox.s3().inject(S3Fault::AccessDenied);
    bench
        .load(numbers(100), "")
        .expect(1, &["s3:PutObject", "100 read = 0 written + 0 rejected + 100 skipped"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
    bench.is_tidy();
}

#[test]
fn statements_that_the_server_refuses_end_the_load() {
    let s3 = "S3ServiceException:Access Denied,Status 403,Error AccessDenied,Rid 0A,ExtRid x";
    for (message, word) in [
        (s3, "s3:GetObject"),
        (
            "S3ServiceException:The AWS Access Key Id you provided does not exist,Status 403,Error InvalidAccessKeyId",
            "AWS_ACCESS_KEY_ID",
        ),
        ("Disk Full", "Disk Full"),
    ] {
        let bench = Bench::table(COLUMNS);
        bench.inject(Fault::CopyFails("XX000", message.into()));
        bench.load(numbers(100), "").expect(1, &[word, "100 read = 0 written + 0 rejected + 100 skipped"]);
        assert_eq!(bench.sql("SELECT count(*) FROM t"), "0");
        bench.is_tidy();
    }
}

#[test]
fn the_server_out_of_breath_is_tried_again() {
    let bench = Bench::table(COLUMNS);
    let busy = "S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown";
    bench.inject(Fault::CopyFails("XX000", busy.into()));
    bench.load(numbers(100), "").expect(0, &["trying again", "100 written"]);
}

#[test]
fn roles_stand_for_keys() {
    let arn = "arn:aws:iam::123456789012:role/loader";
    let bench = Bench::with(builder().role(arn).default_role(arn));
    bench.sql(&format!("CREATE TABLE t ({COLUMNS})"));
    load_with(&bench, &[], &format!("iam role '{arn}'")).expect(0, &["100 written"]);
    load_with(&bench, &[], "iam role default").expect(0, &["100 written"]);
    let copies = bench.copies();
    assert!(
        copies[0].ends_with(&format!("IAM_ROLE '{arn}'")) && copies[1].ends_with("IAM_ROLE default"),
        "{copies:?}"
    );
    assert!(copies.iter().all(|copy| !copy.contains("ACCESS_KEY")));
    let other = "arn:aws:iam::123456789012:role/other";
    load_with(&bench, &[], &format!("iam role '{other}'"))
        .expect(1, &["not authorized to assume IAM Role", "HINT"]);
    load_with(&bench, &[], "iam role 'loader'").expect(1, &["is no ARN"]);
    assert_eq!(bench.sql("SELECT count(*) FROM t"), "200");
    bench.is_tidy();
}

#[test]
fn a_table_or_a_schema_that_is_missing() {
    let bench = Bench::new();
    bench.load(numbers(10), "").expect(1, &["there is no table t"]);
    assert!(bench.copies().is_empty());
}
