import { describe, expect, it } from "vitest";
import { createSensor, readCounter, readSensor, SENSOR_CLASSES } from "../../simulators/sensors.ts";

const T0 = 1_800_000_000_000;

describe("sensors", () => {
  it("quantises to decimals that are short on the wire", () => {
    const sensor = createSensor(SENSOR_CLASSES.pipeTemperature, 1, "S1-H", "t2_supply");
    for (let index = 0; index < 500; index++) expect(String(readSensor(sensor, 48.234, T0 + index * 10_000))).toMatch(/^\d{2}(\.\d)?$/);
  });

  it("scatters by its noise around a bias of its own", () => {
    const sensor = createSensor(SENSOR_CLASSES.pressure, 1, "S1-H", "p2_return");
    const readings = Array.from({ length: 4000 }, (_, index) => readSensor(sensor, 262, T0 + index * 10_000));
    const mean = readings.reduce((sum, value) => sum + value, 0) / readings.length;
    const deviation = Math.sqrt(readings.reduce((sum, value) => sum + (value - mean) ** 2, 0) / readings.length);
    expect(mean - 262).toBeCloseTo(sensor.biasBy, 1);
    expect(deviation).toBeGreaterThan(0.9);
    expect(deviation).toBeLessThan(1.2);
    expect(createSensor(SENSOR_CLASSES.pressure, 1, "S2-H", "p2_return").biasBy).not.toBe(sensor.biasBy);
  });

  it("reads the same at the same instant, and never below its range", () => {
    const sensor = createSensor(SENSOR_CLASSES.pressure, 8, "S1-H", "p2_return");
    expect(readSensor(sensor, 250, T0)).toBe(readSensor(sensor, 250, T0));
    for (let index = 0; index < 100; index++) expect(readSensor(sensor, 0, T0 + index * 1000)).toBeGreaterThanOrEqual(0);
  });

  it("counts full pulses only", () => {
    expect(readCounter(12.3499, 100)).toBe(12.34);
    expect(readCounter(0.3, 100)).toBe(0.3);
    expect(readCounter(7, 10)).toBe(7);
  });
});
