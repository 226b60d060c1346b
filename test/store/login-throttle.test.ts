import { describe, expect, it } from "vitest";
import { createLoginThrottle, LOGIN_FAILURES_MAX, LOGIN_WINDOW_MS } from "../../store/login-throttle.ts";

const T0 = 1_000_000;

describe("the login throttle", () => {
  it("refuses the sixth failure of an account until the first is a quarter of an hour old, from any address", () => {
    const throttle = createLoginThrottle();
    for (let index = 0; index < LOGIN_FAILURES_MAX; index++) expect(throttle.begin("wang", `10.0.0.${index}`, T0 + index)).toBe(0);
    expect(throttle.begin("Wang", "10.0.0.99", T0 + 10)).toBe(LOGIN_WINDOW_MS - 10);
    expect(throttle.begin("li", "10.0.0.99", T0 + 10)).toBe(0);
    expect(throttle.begin("wang", "10.0.0.99", T0 + LOGIN_WINDOW_MS)).toBe(0);
  });

  it("refuses an address that tries many accounts", () => {
    const throttle = createLoginThrottle();
    for (let index = 0; index < LOGIN_FAILURES_MAX; index++) throttle.begin(`user${index}`, "10.0.0.1", T0);
    expect(throttle.begin("another", "10.0.0.1", T0)).toBe(LOGIN_WINDOW_MS);
    expect(throttle.begin("another", "10.0.0.2", T0)).toBe(0);
  });

  it("counts attempts that are not answered yet, and takes them back", () => {
    const throttle = createLoginThrottle();
    for (let index = 0; index < LOGIN_FAILURES_MAX; index++) throttle.begin("wang", "10.0.0.1", T0 + index);
    throttle.withdraw("wang", "10.0.0.1", T0 + 2);
    expect(throttle.begin("wang", "10.0.0.1", T0 + 9)).toBe(0);
    throttle.succeed("wang", "10.0.0.1", T0 + 9);
    expect(throttle.begin("wang", "10.0.0.2", T0 + 9)).toBe(0);
    // The address is still charged with the four failures before.
    expect(throttle.begin("wang", "10.0.0.1", T0 + 10)).toBe(0);
    expect(throttle.begin("wang", "10.0.0.1", T0 + 11)).toBeGreaterThan(0);
  });

  it("stays small, and counts whom it forgot", () => {
    const throttle = createLoginThrottle(4);
    for (let index = 0; index < 10; index++) throttle.begin(`user${index}`, `10.0.0.${index}`, T0 + index);
    expect(throttle.forgottenCount()).toBe(16);
  });
});
