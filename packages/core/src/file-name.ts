/** Whether one file in a folder can have this name: 1 to 255 bytes of UTF-8 without `/` and NUL, other than `.` and `..`. */
export const isFileName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name) && Buffer.byteLength(name, 'utf8') <= 255;
