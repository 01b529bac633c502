for (;;) {}
function Decoder() { return {}; }
