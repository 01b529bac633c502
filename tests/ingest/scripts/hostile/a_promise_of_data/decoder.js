function decodeUplink() { return { data: Promise.resolve({ t: 1 }) }; }
