function Decoder() { return { toJSON() { for (;;) {} } }; }
