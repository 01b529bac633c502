function Decoder() { throw { toString() { throw { toString() { for (;;) {} } }; } }; }
