function Decoder() { return new Proxy({}, { ownKeys() { throw new Error("no keys today"); } }); }
