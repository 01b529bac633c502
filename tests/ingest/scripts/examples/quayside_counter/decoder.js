"use strict";
// In the style of The Things Network 2: Decoder(bytes, port); a recent language, names that are no globals.
class Reader {
  #at = 0;
  constructor(bytes) {
    this.bytes = bytes;
  }
  u16() {
    return (this.bytes[this.#at++] << 8) | this.bytes[this.#at++];
  }
  u64() {
    let value = 0n;
    for (let n = 0; n < 8; n++) value = (value << 8n) | BigInt(this.bytes[this.#at++]);
    return value;
  }
}

const Decoder = (bytes, port) => {
  if (bytes.length !== 16) throw new RangeError(`16 bytes are needed, found ${bytes.length}`);
  const reader = new Reader(bytes);
  const decoded = { port };
  for (const line of [1, 2]) decoded[`line_${line}`] = { in: reader.u16(), out: reader.u16() };
  return { ...decoded, total: reader.u64() };
};
