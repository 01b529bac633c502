function Decoder() { return { t: "\ud800" }; }
