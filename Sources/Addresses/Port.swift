/// A transport port, 1...65535 where it names a service; 0 means "not set".
package typealias Port = UInt16
