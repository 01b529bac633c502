function decodeUplink() { return { errors: { length: 1, toString() { for (;;) {} } } }; }
