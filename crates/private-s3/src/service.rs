//! The operations of S3 that the server knows.

use std::ops::Range;
use std::sync::Arc;

use futures_util::stream;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use crate::intake::Announced;
use crate::listing::{self, Entry, Page};
use crate::multipart::Upload;
use crate::objects::{Object as Stored, Objects};

pub(crate) struct Service(pub Arc<Objects>);

type Answer<T> = S3Result<S3Response<T>>;

/// The most entries of a page.
const PAGE: i32 = 1000;

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

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let announced = Announced::of(&request);
        let input = request.input;
        let announced = Announced {
            md5: input.content_md5,
            algorithm: input.checksum_algorithm,
            checksum: Checksum {
                checksum_crc32: input.checksum_crc32,
                checksum_crc32c: input.checksum_crc32c,
                checksum_sha1: input.checksum_sha1,
                checksum_sha256: input.checksum_sha256,
                checksum_crc64nvme: input.checksum_crc64nvme,
                ..Checksum::default()
            },
            ..announced
        };
        let received = announced.receive(&self.0, input.body).await?;
        let mut object = Stored::new(vec![received.blob], self.0.new_tag());
        object.checksum = received.checksum.clone();
        object.content_type = input.content_type;
        object.metadata = input.metadata;
        let e_tag = Some(ETag::Strong(object.tag.clone()));
        self.0.insert(&input.bucket, &input.key, object)?;
        let Checksum {
            checksum_crc32,
            checksum_crc32c,
            checksum_sha1,
            checksum_sha256,
            checksum_crc64nvme,
            ..
        } = received.checksum;
        Ok(S3Response::new(PutObjectOutput {
            e_tag,
            checksum_crc32,
            checksum_crc32c,
            checksum_sha1,
            checksum_sha256,
            checksum_crc64nvme,
            ..Default::default()
        }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        let input = request.input;
        let object = self.object(&input.bucket, &input.key)?;
        let range = match input.range {
            Some(range) => range.check(object.size)?,
            None => 0..object.size,
        };
        let part = (range != (0..object.size)).then(|| content_range(&range, object.size));
        let status = part.is_some().then_some(hyper::StatusCode::PARTIAL_CONTENT);
        let checksum = if part.is_none() { object.checksum.clone() } else { Checksum::default() };
        let output = GetObjectOutput {
            accept_ranges: Some("bytes".to_owned()),
            body: Some(StreamingBlob::wrap(stream::iter(object.read(range.clone())))),
            content_length: Some(signed(range.end - range.start)),
            content_range: part,
            content_type: object.content_type,
            e_tag: Some(ETag::Strong(object.tag)),
            last_modified: Some(object.modified.into()),
            metadata: object.metadata,
            checksum_crc32: checksum.checksum_crc32,
            checksum_crc32c: checksum.checksum_crc32c,
            checksum_sha1: checksum.checksum_sha1,
            checksum_sha256: checksum.checksum_sha256,
            checksum_crc64nvme: checksum.checksum_crc64nvme,
            ..Default::default()
        };
        let mut answer = S3Response::new(output);
        answer.status = status;
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
        let limit = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
        let wanted = listing::Request {
            prefix: input.prefix.as_deref().unwrap_or_default(),
            delimiter: input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty()),
            after: input.continuation_token.as_deref().or(input.start_after.as_deref()).unwrap_or_default(),
            limit: usize::try_from(limit).unwrap_or_default(),
        };
        let url = input.encoding_type.as_ref().is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
        let encode = |name: &str| if url { listing::url_encoded(name) } else { name.to_owned() };
        let (page, contents) = self.0.with(&input.bucket, |bucket| {
            let page = wanted.page(&bucket.objects);
            let entry = |entry: &Entry| match entry {
                Entry::Key(key) => bucket.objects.get(key).map(|object| listed(encode(key), object)),
                Entry::CommonPrefix(_) => None,
            };
            let contents: Vec<Object> = page.entries.iter().filter_map(entry).collect();
            Ok((page, contents))
        })?;
        let last = page.entries.last().map(|entry| entry.name().to_owned());
        Ok(S3Response::new(ListObjectsV2Output {
            key_count: i32::try_from(page.entries.len()).ok(),
            max_keys: Some(limit),
            is_truncated: Some(page.more),
            next_continuation_token: last.filter(|_| page.more),
            common_prefixes: Some(common_prefixes(&page, encode)),
            contents: Some(contents),
            continuation_token: input.continuation_token,
            prefix: input.prefix.as_deref().map(encode),
            delimiter: input.delimiter.as_deref().map(encode),
            start_after: input.start_after.as_deref().map(encode),
            encoding_type: input.encoding_type,
            name: Some(input.bucket),
            ..Default::default()
        }))
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

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        let announced = Announced::of(&request);
        let input = request.input;
        if !(1..=10_000).contains(&input.part_number) {
            return Err(s3_error!(InvalidArgument, "A part's number is between 1 and 10000."));
        }
        let announced = Announced {
            md5: input.content_md5,
            algorithm: input.checksum_algorithm,
            checksum: Checksum {
                checksum_crc32: input.checksum_crc32,
                checksum_crc32c: input.checksum_crc32c,
                checksum_sha1: input.checksum_sha1,
                checksum_sha256: input.checksum_sha256,
                checksum_crc64nvme: input.checksum_crc64nvme,
                ..Checksum::default()
            },
            ..announced
        };
        let received = announced.receive(&self.0, input.body).await?;
        let Checksum {
            checksum_crc32,
            checksum_crc32c,
            checksum_sha1,
            checksum_sha256,
            checksum_crc64nvme,
            ..
        } = received.checksum.clone();
        let tag = self.0.new_tag();
        self.0.with(&input.bucket, |bucket| {
            let upload = bucket.uploads.get_mut(&(input.key, input.upload_id)).ok_or_else(no_upload)?;
            upload.add(input.part_number, tag.clone(), received);
            Ok(())
        })?;
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(ETag::Strong(tag)),
            checksum_crc32,
            checksum_crc32c,
            checksum_sha1,
            checksum_sha256,
            checksum_crc64nvme,
            ..Default::default()
        }))
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
        let limit = input.max_uploads.unwrap_or(PAGE).clamp(0, PAGE);
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let last = (input.key_marker.clone(), input.upload_id_marker.clone());
        let uploads: Vec<MultipartUpload> = self.0.with(&input.bucket, |bucket| {
            let wanted = bucket
                .uploads
                .iter()
                .filter(|((key, id), _)| key.starts_with(prefix) && is_after(key, id, &last));
            Ok(wanted.map(|((key, id), upload)| unfinished(key, id, upload)).collect())
        })?;
        let more = uploads.len() > usize::try_from(limit).unwrap_or_default();
        let uploads: Vec<_> = uploads.into_iter().take(usize::try_from(limit).unwrap_or_default()).collect();
        let last = uploads.last().filter(|_| more);
        Ok(S3Response::new(ListMultipartUploadsOutput {
            is_truncated: Some(more),
            next_key_marker: last.and_then(|upload| upload.key.clone()),
            next_upload_id_marker: last.and_then(|upload| upload.upload_id.clone()),
            max_uploads: Some(limit),
            bucket: Some(input.bucket),
            prefix: input.prefix,
            uploads: Some(uploads),
            ..Default::default()
        }))
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

fn is_after(key: &str, id: &str, (last_key, last_id): &(Option<String>, Option<String>)) -> bool {
    match (last_key.as_deref(), last_id.as_deref()) {
        (None, _) => true,
        (Some(last), None) => key > last,
        (Some(last), Some(last_id)) => (key, id) > (last, last_id),
    }
}

fn unfinished(key: &str, id: &str, upload: &Upload) -> MultipartUpload {
    MultipartUpload {
        key: Some(key.to_owned()),
        upload_id: Some(id.to_owned()),
        initiated: Some(upload.initiated.into()),
        checksum_algorithm: upload.algorithm.clone(),
        ..Default::default()
    }
}

fn listed(key: String, object: &Stored) -> Object {
    Object {
        key: Some(key),
        size: Some(signed(object.size)),
        e_tag: Some(ETag::Strong(object.tag.clone())),
        last_modified: Some(object.modified.into()),
        ..Default::default()
    }
}

fn common_prefixes(page: &Page, encode: impl Fn(&str) -> String) -> Vec<CommonPrefix> {
    let common = |entry: &Entry| match entry {
        Entry::CommonPrefix(prefix) => Some(CommonPrefix { prefix: Some(encode(prefix)) }),
        Entry::Key(_) => None,
    };
    page.entries.iter().filter_map(common).collect()
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
