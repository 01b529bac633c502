"""Any indoor sensor that already speaks plainly: temperature, humidity, battery."""
