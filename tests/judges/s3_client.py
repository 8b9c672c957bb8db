"""boto3 against the sandbox's S3."""

import datetime
import io
import os
from unittest import mock

import boto3
import botocore.auth
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from checks import check, equal, refused, run

BUCKET = os.environ["AWS_S3_BUCKET_NAME"]
OTHERS_BUCKET = os.environ["OTHERS_BUCKET"]
TEMPORARY = {
    "aws_access_key_id": os.environ["TEMPORARY_KEY"],
    "aws_secret_access_key": os.environ["TEMPORARY_SECRET"],
    "aws_session_token": os.environ["TEMPORARY_TOKEN"],
}
MIB = 1024 * 1024


def client(**more):
    retries = {"max_attempts": 1, "mode": "standard"}
    return boto3.client("s3", config=Config(retries=retries, s3={"addressing_style": "path"}), **more)


def put(key="k", body=b"x", s3=None, **more):
    return (s3 or client()).put_object(Bucket=BUCKET, Key=key, Body=body, **more)


def get(key, s3=None, **more):
    return (s3 or client()).get_object(Bucket=BUCKET, Key=key, **more)["Body"].read()


def names(prefix, **more):
    pages = client().get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix, **more)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


@check
def objects_are_written_and_read():
    for body in [b"", b"1,2\n", os.urandom(3 * MIB)]:
        put("whole/a b+ä'.csv", body)
        equal(get("whole/a b+ä'.csv") == body, True)
        head = client().head_object(Bucket=BUCKET, Key="whole/a b+ä'.csv")
        equal(head["ContentLength"], len(body))
    equal(get("whole/a b+ä'.csv", Range="bytes=10-19"), body[10:20])


@check
def a_temporary_key_with_its_token():
    s3 = client(**TEMPORARY)
    put("temporary", b"x", s3)
    equal(get("temporary", s3), b"x")


@check
def checksums_of_every_kind():
    for kind in ["CRC32", "SHA1", "SHA256"]:
        put(f"sums/{kind}", b"1,2\n", ChecksumAlgorithm=kind)
        equal(get(f"sums/{kind}"), b"1,2\n")


@check
def large_objects_go_in_parts():
    body = os.urandom(20 * MIB + 17)
    parts = TransferConfig(multipart_threshold=8 * MIB, multipart_chunksize=8 * MIB)
    client().upload_fileobj(io.BytesIO(body), BUCKET, "parts/large", Config=parts)
    equal(get("parts/large") == body, True)
    equal(client().list_multipart_uploads(Bucket=BUCKET).get("Uploads", []), [])


@check
def uploads_can_be_given_up():
    s3 = client()
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts/given-up")["UploadId"]
    named = {"Bucket": BUCKET, "Key": "parts/given-up", "UploadId": upload}
    s3.upload_part(**named, PartNumber=1, Body=b"x" * 5 * MIB)
    equal([found["UploadId"] for found in s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]], [upload])
    s3.abort_multipart_upload(**named)
    refused("NoSuchUpload", s3.upload_part, **named, PartNumber=2, Body=b"x")
    refused("NoSuchKey", get, "parts/given-up")


@check
def small_parts_before_the_last_are_refused():
    s3 = client()
    named = {"Bucket": BUCKET, "Key": "parts/small"}
    named["UploadId"] = s3.create_multipart_upload(**named)["UploadId"]
    tags = [s3.upload_part(**named, PartNumber=number, Body=b"x")["ETag"] for number in [1, 2]]
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    refused("EntityTooSmall", s3.complete_multipart_upload, **named, MultipartUpload={"Parts": parts})
    s3.abort_multipart_upload(**named)


@check
def listings_have_pages_and_deletions_lists():
    keys = [f"many/{number:03}" for number in range(25)]
    for key in keys:
        put(key)
    equal(names("many/", PaginationConfig={"PageSize": 10}), keys)
    gone = [{"Key": key} for key in [*keys, "many/absent"]]
    equal(client().delete_objects(Bucket=BUCKET, Delete={"Objects": gone}).get("Errors", []), [])
    equal(names("many/"), [])
    put("many/last")
    client().delete_object(Bucket=BUCKET, Key="many/last")
    refused("NoSuchKey", get, "many/last")


@check
def a_bucket_knows_its_region():
    equal(client().head_bucket(Bucket=BUCKET)["BucketRegion"], os.environ["AWS_DEFAULT_REGION"])
    equal(client().get_bucket_location(Bucket=BUCKET)["LocationConstraint"], os.environ["AWS_DEFAULT_REGION"])


@check
def wrong_keys_are_refused():
    refused("SignatureDoesNotMatch", put, s3=client(
        aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"], aws_secret_access_key="wrong"))
    refused("InvalidAccessKeyId", put, s3=client(
        aws_access_key_id="AKIAUNKNOWNUNKNOWN00", aws_secret_access_key="wrong"))


@check
def wrong_tokens_are_refused():
    refused("InvalidToken", put, s3=client(**TEMPORARY | {"aws_session_token": "wrong"}))
    refused("InvalidAccessKeyId", put, s3=client(**TEMPORARY | {"aws_session_token": None}))


@check
def a_signature_for_another_region_is_refused():
    # boto3 takes the region that the refusal names, and signs anew.
    s3, codes = client(region_name="ap-south-1"), []
    s3.meta.events.register("response-received.s3.PutObject", lambda parsed_response, **_: codes.append(
        parsed_response.get("Error", {}).get("Code")))
    put(s3=s3)
    equal(codes, ["AuthorizationHeaderMalformed", None])


@check
def a_wrong_clock_is_refused():
    for wrong in [datetime.timedelta(minutes=-20), datetime.timedelta(minutes=20)]:
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + wrong
        with mock.patch.object(botocore.auth, "get_current_datetime", lambda: now):
            refused("RequestTimeTooSkewed", put)


@check
def wrong_checksums_are_refused():
    refused("BadDigest", put, "bad", ChecksumCRC32="AAAAAA==")
    refused("BadDigest", put, "bad", ChecksumSHA256="A" * 43 + "=")
    refused("BadDigest", put, "bad", ContentMD5="A" * 22 + "==")
    refused("NoSuchKey", get, "bad")


@check
def a_changed_body_is_refused():
    def change(request, **_):
        request.body = b"changed"

    s3 = client()
    s3.meta.events.register("before-send.s3.PutObject", change)
    refused("XAmzContentSHA256Mismatch", put, "bad", b"planned", s3)
    refused("NoSuchKey", get, "bad")


@check
def buckets_of_others_and_of_nobody():
    refused("AccessDenied", client().list_objects_v2, Bucket=OTHERS_BUCKET)
    refused("AccessDenied", client().put_object, Bucket=OTHERS_BUCKET, Key="k", Body=b"x")
    refused("NoSuchBucket", client().put_object, Bucket="no-such-bucket", Key="k", Body=b"x")


run()
