function Decoder() { for (;;) { try { for (;;) {} } catch (error) {} finally { for (;;) {} } } }
