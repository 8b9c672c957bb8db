//! The operations of S3 that the server knows.

use std::ops::Range;
use std::sync::Arc;

use futures_util::stream;
use hyper::StatusCode;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::checksums::{announced, set_checksums};
use crate::listing;
use crate::multipart::{self, Upload};
use crate::objects::{Object as Stored, Objects};

pub(crate) struct Service(pub Arc<Objects>);

type Answer<T> = S3Result<S3Response<T>>;

#[async_trait::async_trait]
impl S3 for Service {
    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        self.0.with(&request.input.bucket, |_| Ok(()))?;
        Ok(S3Response::new(HeadBucketOutput::default()))
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> Answer<GetBucketLocationOutput> {
        let bucket = &request.input.bucket;
        self.0.with(bucket, |_| Ok(()))?;
        // S3 gives its first region no name here.
        let region = self.0.find(bucket).map(|(region, _)| region).filter(|region| region != "us-east-1");
        let location_constraint = region.map(BucketLocationConstraint::from);
        Ok(S3Response::new(GetBucketLocationOutput { location_constraint }))
    }

    async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let announced = announced!(request);
        let input = request.input;
        let received = announced.receive(&self.0, input.body).await?;
        let mut object = Stored::new(vec![received.blob], self.0.new_tag());
        object.checksum = received.checksum.clone();
        object.content_type = input.content_type;
        object.metadata = input.metadata;
        let tag = ETag::Strong(object.tag.clone());
        self.0.insert(&input.bucket, &input.key, object)?;
        let mut output = PutObjectOutput { e_tag: Some(tag), ..Default::default() };
        set_checksums!(output, received.checksum);
        Ok(S3Response::new(output))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        let input = request.input;
        let object = self.object(&input.bucket, &input.key)?;
        check_tag(input.if_match.as_ref(), &object)?;
        let range = input.range.map_or(Ok(0..object.size), |range| range.check(object.size))?;
        let is_part = range != (0..object.size);
        let mut output = GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(StreamingBlob::wrap(stream::iter(object.read(range.clone())))),
            content_length: Some(signed(range.end - range.start)),
            content_range: is_part.then(|| content_range(&range, object.size)),
            content_type: object.content_type,
            e_tag: Some(ETag::Strong(object.tag)),
            last_modified: Some(object.modified.into()),
            metadata: object.metadata,
            ..Default::default()
        };
        if !is_part {
            set_checksums!(output, object.checksum);
        }
        let mut answer = S3Response::new(output);
        answer.status = is_part.then_some(StatusCode::PARTIAL_CONTENT);
        Ok(answer)
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        let object = self.object(&request.input.bucket, &request.input.key)?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(signed(object.size)),
            content_type: object.content_type,
            e_tag: Some(ETag::Strong(object.tag)),
            last_modified: Some(object.modified.into()),
            metadata: object.metadata,
            ..Default::default()
        }))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> Answer<DeleteObjectOutput> {
        self.0.with(&request.input.bucket, |bucket| {
            bucket.objects.remove(&request.input.key);
            Ok(())
        })?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(&self, request: S3Request<DeleteObjectsInput>) -> Answer<DeleteObjectsOutput> {
        let Delete { objects, quiet } = request.input.delete;
        if objects.is_empty() || objects.len() > 1000 {
            return Err(s3_error!(MalformedXML, "One request deletes 1 to 1000 objects."));
        }
        self.0.with(&request.input.bucket, |bucket| {
            objects.iter().for_each(|object| drop(bucket.objects.remove(&object.key)));
            Ok(())
        })?;
        let deleted =
            |object: ObjectIdentifier| DeletedObject { key: Some(object.key), ..Default::default() };
        let deleted = (quiet != Some(true)).then(|| objects.into_iter().map(deleted).collect());
        Ok(S3Response::new(DeleteObjectsOutput { deleted, ..Default::default() }))
    }

    async fn list_objects_v2(&self, request: S3Request<ListObjectsV2Input>) -> Answer<ListObjectsV2Output> {
        let input = request.input;
        let name = input.bucket.clone();
        self.0.with(&name, |bucket| Ok(S3Response::new(listing::listed(bucket, input))))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        let input = request.input;
        let id = self.0.new_upload();
        let upload = Upload::new(input.checksum_algorithm.clone(), input.content_type, input.metadata);
        self.0.with(&input.bucket, |bucket| {
            bucket.uploads.insert((input.key.clone(), id.clone()), upload);
            Ok(())
        })?;
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            checksum_algorithm: input.checksum_algorithm,
            ..Default::default()
        }))
    }

    async fn upload_part(&self, mut request: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        let announced = announced!(request);
        let input = request.input;
        if !(1..=10_000).contains(&input.part_number) {
            return Err(s3_error!(InvalidArgument, "A part's number is between 1 and 10000."));
        }
        let received = announced.receive(&self.0, input.body).await?;
        let tag = self.0.new_tag();
        let mut output = UploadPartOutput { e_tag: Some(ETag::Strong(tag.clone())), ..Default::default() };
        set_checksums!(output, received.checksum.clone());
        self.0.with(&input.bucket, |bucket| {
            let upload = bucket.uploads.get_mut(&(input.key, input.upload_id)).ok_or_else(no_upload)?;
            upload.add(input.part_number, tag, received);
            Ok(S3Response::new(output))
        })
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        let input = request.input;
        let wanted = input.multipart_upload.and_then(|list| list.parts).unwrap_or_default();
        let tag = self.0.new_tag();
        let name = (input.key.clone(), input.upload_id);
        let e_tag = self.0.with(&input.bucket, |bucket| {
            let upload = bucket.uploads.get(&name).ok_or_else(no_upload)?;
            let object = upload.assemble(&wanted, &tag)?;
            let tag = object.tag.clone();
            bucket.uploads.remove(&name);
            bucket.objects.insert(name.0, object);
            Ok(tag)
        })?;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            e_tag: Some(ETag::Strong(e_tag)),
            ..Default::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        let AbortMultipartUploadInput { bucket, key, upload_id, .. } = request.input;
        self.0.with(&bucket, |bucket| bucket.uploads.remove(&(key, upload_id)).ok_or_else(no_upload))?;
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> Answer<ListMultipartUploadsOutput> {
        let input = request.input;
        let name = input.bucket.clone();
        self.0.with(&name, |bucket| Ok(S3Response::new(multipart::listed(bucket, input))))
    }
}

impl Service {
    fn object(&self, bucket: &str, key: &str) -> S3Result<Stored> {
        self.0.with(bucket, |bucket| {
            let object = bucket.objects.get(key).cloned();
            object.ok_or_else(|| s3_error!(NoSuchKey, "The key {key} does not exist."))
        })
    }
}

fn check_tag(condition: Option<&ETagCondition>, object: &Stored) -> S3Result<()> {
    match condition.and_then(ETagCondition::as_etag) {
        Some(tag) if tag.value() != object.tag => {
            Err(s3_error!(PreconditionFailed, "The object is another one by now."))
        }
        _ => Ok(()),
    }
}

fn content_range(range: &Range<u64>, size: u64) -> String {
    format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))
}

fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn no_upload() -> s3s::S3Error {
    s3_error!(NoSuchUpload, "The upload does not exist; it may have been aborted or completed.")
}
