function Decoder() { return new Proxy({}, { ownKeys() { for (;;) {} } }); }
