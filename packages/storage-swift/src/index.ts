export type { SwiftStorageOptions } from './options.ts';
export { swiftStorage } from './swift-plugin.ts';
