function Decoder() { return 21.5; }
