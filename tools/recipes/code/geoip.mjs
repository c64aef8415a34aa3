import { Reader } from "mmdb-lib";
import { fromFile } from "health-state/file";

/** A GeoIP database that a program such as geoipupdate replaces by a rename. */
export function fromMmdb(path) {
  return fromFile(path, {
    as: "bytes",
    maxBytes: "256MiB",
    parse: (bytes) => new Reader(Buffer.from(bytes)),
  });
}
