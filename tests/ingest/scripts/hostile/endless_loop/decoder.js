function Decoder(bytes, port) { while (true) {} }
