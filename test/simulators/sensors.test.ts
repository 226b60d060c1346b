import { describe, expect, it } from "vitest";
import { createSensor, GEARS, readCounter, readSensor, SENSOR_CLASSES } from "../../simulators/sensors.ts";

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

describe("gear", () => {
  it("a strapped-on sensor is slow and coarse, in a share of the pipes", () => {
    const pipes = Array.from({ length: 400 }, (_, pipe) =>
      createSensor(SENSOR_CLASSES.pipeTemperature, 1, `S${pipe}-1`, "t2_supply", GEARS.old, true),
    );
    const strapped = pipes.filter(({ lagS }) => lagS > 0);
    expect(strapped.length / pipes.length).toBeGreaterThan(0.42);
    expect(strapped.length / pipes.length).toBeLessThan(0.58);
    for (const { lagS, stepsPerUnit } of strapped) {
      expect(lagS).toBeGreaterThanOrEqual(30);
      expect(lagS).toBeLessThanOrEqual(120);
      expect([1, 2]).toContain(stepsPerUnit);
    }
    const others = Array.from({ length: 50 }, (_, pipe) => createSensor(SENSOR_CLASSES.pressure, 1, `S${pipe}-1`, "p2_supply", GEARS.old));
    expect(others.every(({ lagS }) => lagS === 0)).toBe(true);
  });

  it("spikes come at their rate, to an end of the range", () => {
    const sensor = createSensor(SENSOR_CLASSES.pressure, 5, "S1-H", "p2_return", { ...GEARS.old, spikeShare: 0.01 });
    const readings = Array.from({ length: 20_000 }, (_, index) => readSensor(sensor, 300, T0 + index * 1000));
    const spikes = readings.filter((value) => value === 0 || value === 1600).length;
    expect(spikes).toBeGreaterThan(150);
    expect(spikes).toBeLessThan(250);
  });

  it("a counter of few digits begins again at 0", () => {
    expect(readCounter(9_999.99, 100, 10_000)).toBe(9_999.99);
    expect(readCounter(10_000.01, 100, 10_000)).toBe(0.01);
    expect(readCounter(10_000.01, 100)).toBe(10_000.01);
  });
});
