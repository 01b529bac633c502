function Decoder() { return { get t() { for (;;) {} } }; }
