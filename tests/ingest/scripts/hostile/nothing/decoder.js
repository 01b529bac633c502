function decodeUplink() {}
