var temperature = 21;
