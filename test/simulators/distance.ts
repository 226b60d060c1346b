/** How far two numbers are apart. */
export const distance = (value: number, expected: number): number => Math.abs(value - expected);
