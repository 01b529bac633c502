function Decoder(bytes) {
  return { t: Buffer.from(bytes).readInt16BE(0) };
}
