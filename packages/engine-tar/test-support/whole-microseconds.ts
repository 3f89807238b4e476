/** Lines of `describeTree` with times as exact as Node can set them. */
export const wholeMicroseconds = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.replace(/^(\["(?:[^"\\]|\\.)*",(?:"[^"]*",){3}"-?\d*)\d{3}"/, '$1000"'));
