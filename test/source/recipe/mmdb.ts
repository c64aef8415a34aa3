const MARKER = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from("MaxMind.com")]);

type Value = string | number | { readonly [key: string]: Value };

/**
 * A MaxMind database of IPv4 with one node: the lower half of the addresses is in one country, the upper half in
 * another (MaxMind DB file format, version 2.0).
 */
export function mmdbOf(lower: string, upper: string): Buffer {
  const first = encode({ country: { iso_code: lower } });
  const second = encode({ country: { iso_code: upper } });
  // A record that is larger than the number of nodes points into the data, past a separator of 16 bytes.
  const record = (offset: number): Buffer => {
    const pointer = Buffer.alloc(4);
    pointer.writeUInt32BE(1 + 16 + offset);
    return pointer.subarray(1);
  };
  const metadata = encode({
    node_count: 1,
    record_size: 24,
    ip_version: 4,
    database_type: "Test",
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    languages: {},
    description: {},
  });
  return Buffer.concat([record(0), record(first.length), Buffer.alloc(16), first, second, MARKER, metadata]);
}

function encode(value: Value): Buffer {
  if (typeof value === "string") return Buffer.concat([Buffer.from([(2 << 5) | value.length]), Buffer.from(value)]);
  if (typeof value === "number") return Buffer.from([(6 << 5) | 4, 0, 0, 0, value]);
  const entries = Object.entries(value).flatMap(([key, one]) => [encode(key), encode(one)]);
  return Buffer.concat([Buffer.from([(7 << 5) | Object.keys(value).length]), ...entries]);
}
