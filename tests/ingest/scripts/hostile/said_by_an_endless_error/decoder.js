function Decoder() { throw { toString() { for (;;) {} } }; }
