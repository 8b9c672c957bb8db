"""moto's S3, in the mode in which it checks signatures and permissions.

Takes the name of a bucket, its region and, from a file, the policy of the one user. Prints its URL and the user's
key. Then each line it reads is a word to obey and is answered with a line: `list` with all keys, `age` makes every
object two days old. Ends with its input.
"""

import datetime
import json
import os
import pathlib
import sys

# What is set up below. Whatever follows must be signed, and allowed by the policy.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "4"
ANYBODY = {"aws_access_key_id": "anybody", "aws_secret_access_key": "anything"}

import boto3
from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer


def start():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    return "http://{}:{}".format(*server.get_host_and_port())


def policy_for_moto(policy, bucket):
    """Of a DeleteObjects, S3 wants permission for each object, moto for the bucket."""
    policy = json.loads(policy)
    if "s3:DeleteObject" in str(policy):
        arn = f"arn:aws:s3:::{bucket}"
        policy["Statement"].append({"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": arn})
    return json.dumps(policy)


def set_up(url, bucket, region, policy):
    """Makes the user with its policy and its key, and the bucket; answers the key."""
    iam = boto3.client("iam", endpoint_url=url, region_name=region, **ANYBODY)
    iam.create_user(UserName="loader")
    iam.put_user_policy(UserName="loader", PolicyName="loader", PolicyDocument=policy)
    key = iam.create_access_key(UserName="loader")["AccessKey"]
    s3 = boto3.client("s3", endpoint_url=url, region_name=region, **ANYBODY)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    return key["AccessKeyId"], key["SecretAccessKey"]


def objects(bucket):
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[bucket].keys


def age(bucket):
    for key in objects(bucket).values():
        key.last_modified -= datetime.timedelta(days=2)


def main(bucket, region, policy):
    url = start()
    policy = policy_for_moto(pathlib.Path(policy).read_text(), bucket)
    print(url, *set_up(url, bucket, region, policy), flush=True)
    for word in sys.stdin:
        if word.strip() == "age":
            age(bucket)
        print(*objects(bucket), flush=True)


main(*sys.argv[1:])
