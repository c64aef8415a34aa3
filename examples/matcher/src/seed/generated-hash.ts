/** The hash of one number: the same on every machine, spread evenly. */
export function generatedHash(ordinal: number): string {
  const bytes = Buffer.allocUnsafe(32);
  for (let word = 0; word < 8; word++) bytes.writeUInt32BE(mix(Math.imul(ordinal, 8) + word), word * 4);
  return bytes.toString("hex");
}

/** Spreads a number of 32 bits over all of them; no two numbers give the same. */
function mix(number: number): number {
  let bits = (number + 0x9e37_79b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2_ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
