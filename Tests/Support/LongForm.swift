import Foundation

/// Whether tests that draw at random go on for as long as is worth it (`HEARTH_LONG`, as `make fuzz` sets it); else for as
/// long as each change may take.
package let isLongForm = ProcessInfo.processInfo.environment["HEARTH_LONG"] != nil
