import { AwsClient } from "aws4fetch";
import { fromPointer } from "health-state/http";

/** An object in a bucket. A small document contains the name of the object. */
export function fromBucket(pointerUrl, { accessKeyId, secretAccessKey, region, parse }) {
  const aws = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0 });
  return fromPointer(pointerUrl, {
    as: "bytes",
    parse,
    fetch: (url, init) => aws.fetch(url, init),
  });
}
